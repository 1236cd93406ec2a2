import type { Json, JsonObject } from "../core/json.ts";
import { renderTable } from "./table.ts";
import { write, type Terminal } from "./terminal.ts";

export interface RecordsOptions {
  readonly terminal: Terminal;
  readonly json: boolean;
  /** What `--json` prints instead of the records, one a line. */
  readonly machine?: readonly Json[];
  /** Said on stderr instead of an empty table. */
  readonly empty?: string;
}

/** Records of the same keys as a table, or with `--json` one JSON object a line. */
export async function writeRecords(records: readonly JsonObject[], options: RecordsOptions): Promise<void> {
  const { terminal, json, machine = records, empty } = options;
  if (json) {
    for (const each of machine) await write(terminal.out, `${JSON.stringify(each)}\n`);
    return;
  }
  const [first] = records;
  if (first === undefined) {
    if (empty !== undefined) await write(terminal.err, `${empty}\n`);
    return;
  }
  const head = Object.keys(first);
  const align = head.map((name) => (typeof first[name] === "number" ? ("right" as const) : ("left" as const)));
  const rows = records.map((record) => head.map((name) => cell(record[name] ?? null)));
  await write(terminal.out, `${renderTable(head, rows, align)}\n`);
}

function cell(value: Json): string {
  if (value === null) return "";
  if (typeof value === "number") return value.toLocaleString("en-US");
  return typeof value === "string" ? value : JSON.stringify(value);
}
