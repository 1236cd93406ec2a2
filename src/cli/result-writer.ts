import type { DataType } from "../core/data-type.ts";
import type { Value } from "../core/value.ts";
import type { StatementResult } from "../engine/session.ts";
import { cellText, rowText, uniqueNames, type Zone } from "./json-text.ts";
import { renderTable } from "./table.ts";
import { write, type Terminal } from "./terminal.ts";

export type ResultFormat = "table" | "json" | "ndjson" | "csv";

export interface WrittenResult {
  readonly rows: number;
  /** A table shows only so many. */
  readonly truncated: boolean;
}

/** Writes a result to stdout as it comes; only a table waits for its rows, to know how wide they are. */
export async function writeResult(
  result: StatementResult,
  format: ResultFormat,
  terminal: Terminal,
  options: { readonly limit: number; readonly zone?: Zone },
): Promise<WrittenResult> {
  switch (format) {
    case "table":
      return writeTable(result, terminal, options.limit);
    case "csv":
      return writeLines(result, terminal, {
        head: csvLine(result.schema.fields.map((each) => each.name)),
        row: csvRow,
      });
    case "ndjson":
      return writeLines(result, terminal, { row: jsonRow(result, options.zone) });
    case "json":
      return writeJson(result, terminal, options.zone);
  }
}

type Row = readonly Value[];
type RowText = (row: Row, types: readonly DataType[]) => string;

async function writeLines(
  result: StatementResult,
  terminal: Terminal,
  lines: { readonly head?: string; readonly row: RowText },
): Promise<WrittenResult> {
  const types = result.schema.fields.map((each) => each.type);
  if (lines.head !== undefined) await write(terminal.out, `${lines.head}\n`);
  let rows = 0;
  for await (const batch of result.batches()) {
    let text = "";
    for (const row of rowsOf(batch)) text += `${lines.row(row, types)}\n`;
    rows += batch.rowCount;
    if (text !== "") await write(terminal.out, text);
  }
  return { rows, truncated: false };
}

async function writeJson(result: StatementResult, terminal: Terminal, zone?: Zone): Promise<WrittenResult> {
  const row = jsonRow(result, zone);
  let rows = 0;
  await write(terminal.out, "[");
  for await (const batch of result.batches()) {
    let text = "";
    for (const each of rowsOf(batch)) text += `${rows++ === 0 ? "\n" : ",\n"}  ${row(each, [])}`;
    await write(terminal.out, text);
  }
  await write(terminal.out, rows === 0 ? "]\n" : "\n]\n");
  return { rows, truncated: false };
}

async function writeTable(result: StatementResult, terminal: Terminal, limit: number): Promise<WrittenResult> {
  const { fields } = result.schema;
  const cells: string[][] = [];
  let truncated = false;
  for await (const batch of result.batches()) {
    for (const row of rowsOf(batch)) {
      if (cells.length === limit) {
        truncated = true;
        break;
      }
      cells.push(fields.map(({ type }, index) => cellText(row[index] ?? null, type) ?? "NULL"));
    }
    if (truncated) break;
  }
  const align = fields.map(({ type }) => (NUMBERS.includes(type.kind) ? ("right" as const) : ("left" as const)));
  const head = fields.map((each) => each.name);
  await write(terminal.out, `${renderTable(head, cells, align)}\n`);
  return { rows: cells.length, truncated };
}

const NUMBERS: readonly string[] = ["byte", "short", "int", "long", "float", "double", "decimal"];

function jsonRow({ schema }: StatementResult, zone: Zone = "utc"): RowText {
  const names = uniqueNames(schema);
  return (row) => rowText(row, schema, names, zone);
}

function csvRow(row: Row, types: readonly DataType[]): string {
  return csvLine(types.map((type, index) => cellText(row[index] ?? null, type)));
}

/** RFC 4180; null is an empty field, empty text a quoted one. */
function csvLine(cells: readonly (string | null)[]): string {
  return cells
    .map((cell) => {
      if (cell === null) return "";
      return cell === "" || /[",\r\n]/.test(cell) || cell.trim() !== cell ? `"${cell.replaceAll('"', '""')}"` : cell;
    })
    .join(",");
}

function* rowsOf(batch: {
  readonly rowCount: number;
  readonly columns: readonly (readonly Value[])[];
}): Generator<Row> {
  for (let index = 0; index < batch.rowCount; index += 1) yield batch.columns.map((column) => column[index] ?? null);
}
