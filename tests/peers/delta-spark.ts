import { join } from "node:path";
import { installSpark } from "../spark/spark.ts";
import { startAnswering } from "./python.ts";
import type { Reader, ReadTable } from "./reader.ts";

/** Where Spark finds Delta, for the Spark that `installSpark` installs. */
const PACKAGE = "io.delta:delta-spark_4.1_2.13:4.4.0";

/** Spark with delta-spark in a Python process. */
export interface DeltaSpark extends Reader {
  /** Statements, which name tables as Spark does: delta.`<path>`. */
  run(statements: readonly string[]): Promise<void>;
  /** The answer's rows, of all columns or some, go into the file `rows`, as those of a table do. */
  query(query: string, rows: string, columns?: readonly string[]): Promise<ReadTable>;
}

export interface SparkPlace {
  readonly python: string;
  /** Where its jars are, and come to at the first start. */
  readonly jars: string;
}

/** Undefined without a Python or a Java. */
export async function installDeltaSpark(folder: string): Promise<SparkPlace | undefined> {
  const python = await installSpark(folder);
  return python === undefined ? undefined : { python, jars: join(folder, "delta-spark") };
}

/** Waits until it has started: 6 seconds, some minutes when its jars are to be fetched. */
export async function startDeltaSpark({ python, jars }: SparkPlace): Promise<DeltaSpark> {
  const process = startAnswering(python, join(import.meta.dirname, "delta_spark.py"), [jars, PACKAGE]);
  const ask = async (request: object): Promise<unknown> => {
    const answer = (await process.ask(request)) as { readonly error?: string };
    if (answer.error !== undefined) throw new Error(`Spark: ${answer.error}`);
    return answer;
  };
  await ask({ do: "start" });
  return {
    name: "Spark",
    read: async (path, rows) => (await ask({ do: "read", path, rows })) as ReadTable,
    async run(statements) {
      await ask({ do: "run", statements });
    },
    query: async (query, rows, columns) => (await ask({ do: "query", query, rows, columns })) as ReadTable,
    close: () => process.close(),
  };
}
