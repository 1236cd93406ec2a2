import { isJsonObject, type Json, type JsonObject } from "../core/json.ts";
import type { Value } from "../core/value.ts";
import type { StatementResult } from "../engine/session.ts";

/** What a statement left behind, small enough for the log. */
export interface StatementOutput {
  readonly operation: string;
  readonly metrics: JsonObject;
  /** The first rows of a result; none for statements that return nothing. */
  readonly rows: readonly JsonObject[];
  /** There are more rows than are kept here. */
  readonly truncated: boolean;
}

/** How many rows of a task's result can be referred to (`{{tasks.x.output.rows}}`), as the Jobs API has it. */
const MOST_ROWS = 1000;
/** How many characters they take at most, as JSON: all of them stand in the run's log. */
const MOST_TEXT = 64 * 1024;

export async function outputOf(result: StatementResult): Promise<StatementOutput> {
  const names = result.schema.fields.map((field) => field.name);
  const rows: JsonObject[] = [];
  let truncated = false;
  let size = 0;
  if (names.length > 0) {
    for await (const batch of result.batches()) {
      for (let at = 0; at < batch.rowCount && !truncated; at += 1) {
        const row = Object.fromEntries(names.map((name, index) => [name, jsonOf(batch.columns[index]?.[at] ?? null)]));
        size += JSON.stringify(row).length;
        truncated = rows.length === MOST_ROWS || size > MOST_TEXT;
        if (!truncated) rows.push(row);
      }
      if (truncated) break;
    }
  }
  const { operation, metrics } = result;
  return { operation, metrics: JSON.parse(JSON.stringify(metrics)) as JsonObject, rows, truncated };
}

export function outputToJson(output: StatementOutput): JsonObject {
  return { ...output };
}

export function outputFromJson(value: Json): StatementOutput {
  const object = isJsonObject(value) ? value : {};
  const { operation, metrics, rows, truncated } = object;
  return {
    operation: typeof operation === "string" ? operation : "",
    metrics: isJsonObject(metrics) ? metrics : {},
    rows: Array.isArray(rows) ? rows.filter(isJsonObject) : [],
    truncated: truncated === true,
  };
}

/** A value as JSON has it: integers beyond 2^53 as text, bytes in base64. */
function jsonOf(value: Value): Json {
  if (typeof value === "bigint") {
    return value >= Number.MIN_SAFE_INTEGER && value <= Number.MAX_SAFE_INTEGER ? Number(value) : value.toString();
  }
  if (typeof value === "number") return Number.isFinite(value) ? value : String(value);
  if (value instanceof Uint8Array) return Buffer.from(value).toString("base64");
  if (Array.isArray(value)) return value.map((each: Value) => jsonOf(each));
  if (typeof value === "object" && value !== null) {
    return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, jsonOf(each)]));
  }
  return value;
}
