import { simpleString } from "../../src/core/data-type.ts";
import { BoathouseError, messageOf } from "../../src/core/errors.ts";
import { resultText } from "../../src/sql/format/result-text.ts";
import type { Result } from "../conformance/databases.ts";
import type { SparkAnswer } from "./spark.ts";

/** `crash` is an error that is none of ours. */
export type Kind =
  | "value"
  | "accepted"
  | "crash"
  | "refused"
  | "type"
  | "name"
  | "condition"
  | "nullable"
  | "unsupported";

export interface Difference {
  readonly kind: Kind;
  readonly ours: string;
  readonly theirs: string;
}

/** What a statement gives here, in the form of Spark's answers. */
export async function answerOf(run: () => Promise<Result>): Promise<SparkAnswer> {
  try {
    const { schema, rows } = await run();
    return {
      columns: schema.fields.map((each) => [each.name, simpleString(each.type), each.nullable]),
      rows: rows.map((row) =>
        row.map((value, index) => resultText(value, schema.fields[index]?.type ?? { kind: "void" }, "hive")).join("\t"),
      ),
    };
  } catch (error) {
    return { error: error instanceof BoathouseError ? error.code : "", message: messageOf(error) };
  }
}

/** The gravest difference; undefined when there is none. With `ordered` the rows' order counts. */
export function differenceOf(ours: SparkAnswer, theirs: SparkAnswer, ordered: boolean): Difference | undefined {
  const found = (kind: Kind, own = show(ours), other = show(theirs)): Difference => ({
    kind,
    ours: own,
    theirs: other,
  });
  if ("error" in ours) {
    if ("error" in theirs && ours.error === theirs.error) return undefined;
    if (ours.error === "") return found("crash");
    if (ours.error.startsWith("UNSUPPORTED_")) return found("unsupported");
    return found("error" in theirs ? "condition" : "refused");
  }
  if ("error" in theirs) return found("accepted");
  const [own, other] = [rowsOf(ours.rows, ordered), rowsOf(theirs.rows, ordered)];
  if (own.length !== other.length || own.some((row, index) => row !== other[index])) return found("value");
  const column = (at: 0 | 1 | 2): Difference | undefined => {
    const [mine, its] = [ours, theirs].map((each) => each.columns.map((one) => String(one[at])).join(", "));
    return mine === its ? undefined : found(at === 0 ? "name" : at === 1 ? "type" : "nullable", mine, its);
  };
  return column(1) ?? column(0) ?? column(2);
}

function rowsOf(rows: readonly string[], ordered: boolean): readonly string[] {
  const shortest = rows.map((row) => row.replaceAll(/-?\d\.\d+E-?\d+/g, (text) => String(Number(text))));
  return ordered ? shortest : shortest.toSorted();
}

function show(answer: SparkAnswer): string {
  if ("error" in answer) return `${answer.error}: ${answer.message.split("\n")[0]?.slice(0, 200)}`;
  return `${answer.columns.map(([, type]) => type).join(", ")}: ${answer.rows.join(" ; ")}`;
}
