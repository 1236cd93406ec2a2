import { join } from "node:path";
import { canRun, installPackages, startAnswering } from "../peers/python.ts";

const PACKAGES = ["pyspark==4.1.4"];

/** A real Spark in a process of its own. */
export interface Spark {
  /** The queries' answers, in their order. */
  run(request: SparkRequest): Promise<readonly SparkAnswer[]>;
  /** The examples of each function's documentation, by its name. */
  examples(): Promise<Readonly<Record<string, string>>>;
  close(): Promise<void>;
}

export interface SparkRequest {
  readonly ansi: boolean;
  readonly timeZone: string;
  /** Statements that must succeed. */
  readonly setup: readonly string[];
  readonly queries: readonly string[];
}

export type SparkAnswer = SparkResult | SparkFailure;

export interface SparkResult {
  /** Name, type as `simpleString` writes it, whether it may be null. */
  readonly columns: readonly (readonly [string, string, boolean])[];
  /** In the text of the spark-sql shell, a tab between columns. */
  readonly rows: readonly string[];
}

export interface SparkFailure {
  readonly error: string;
  readonly message: string;
}

/** The Python that has Spark, installed into `folder` when it is not there; undefined without a Python or a Java. */
export async function installSpark(folder: string): Promise<string | undefined> {
  if (!canRun("java", "-version")) return undefined;
  return installPackages(join(folder, "spark"), PACKAGES);
}

const PATIENCE = 600_000;

export function startSpark(python: string): Spark {
  const process = startAnswering(python, join(import.meta.dirname, "spark.py"));
  const ask = async (request: object): Promise<unknown> => {
    const silence = AbortSignal.timeout(PATIENCE);
    const gone = new Promise<never>((_, reject) => {
      silence.addEventListener("abort", () => reject(new Error("Spark has not answered for ten minutes.")));
    });
    const answer = (await Promise.race([process.ask(request), gone])) as { readonly failure?: string };
    if (answer.failure !== undefined) throw new Error(`Spark: ${answer.failure}`);
    return answer;
  };
  return {
    async run(request) {
      const { results } = (await ask({ do: "run", ...request })) as { readonly results: readonly SparkAnswer[] };
      return results;
    },
    async examples() {
      const { examples } = (await ask({ do: "examples" })) as { readonly examples: Readonly<Record<string, string>> };
      return examples;
    },
    close: () => process.close(),
  };
}
