import type { DataType } from "../../core/data-type.ts";
import type { CopiedColumn, CopiedFile } from "../../duckdb/copy.ts";
import { hasRange, type LeafColumn } from "../scan/column-stats.ts";

/**
 * The `stats` of a file that DuckDB wrote, as JSON text: numbers are copied as text, so that 64-bit integers and
 * decimals stay exact (PROTOCOL.md, "Per-file Statistics"). `columns` are those to keep statistics for.
 */
export function fileStats(file: CopiedFile, columns: readonly LeafColumn[]): string {
  const known = new Map(file.columns.map((column) => [column.path.join("\0"), column]));
  const min: Entry[] = [];
  const max: Entry[] = [];
  const nulls: Entry[] = [];
  for (const { path, type } of columns) {
    const column = known.get(path.join("\0"));
    if (column === undefined) continue;
    const range = rangeOf(column, type);
    if (range?.min !== undefined) min.push({ path, value: range.min });
    if (range?.max !== undefined) max.push({ path, value: range.max });
    nulls.push({ path, value: String(column.nullCount) });
  }
  return `{"numRecords":${file.rowCount},"minValues":${nested(min)},"maxValues":${nested(max)},"nullCount":${nested(nulls)},"tightBounds":true}`;
}

/** Rows of a file, deleted ones included, where its statistics say. */
export function numRecords({ stats }: { readonly stats?: string }): number | undefined {
  if (stats === undefined) return undefined;
  try {
    const value: unknown = JSON.parse(stats);
    const count = typeof value === "object" && value !== null && "numRecords" in value ? value.numRecords : undefined;
    return typeof count === "number" ? count : undefined;
  } catch (error) {
    // Statistics that cannot be read say nothing.
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

interface Entry {
  readonly path: readonly string[];
  /** JSON text. */
  readonly value: string;
}

interface Range {
  readonly min?: string | undefined;
  readonly max?: string | undefined;
}

/** As JSON texts; undefined where a bound is not known or cannot be said. */
function rangeOf(column: CopiedColumn, type: DataType): Range | undefined {
  const { min, max } = column;
  if (min === undefined || max === undefined || column.hasNaN || !hasRange(type)) return undefined;
  switch (type.kind) {
    case "string":
      return { min: JSON.stringify(cut(min)), max: upperBound(max) };
    case "date":
      return DATE.test(min) && DATE.test(max) ? { min: `"${min}"`, max: `"${max}"` } : undefined;
    case "timestamp":
    case "timestamp_ntz":
      return timestampRange(min, max, type.kind === "timestamp" ? "Z" : "");
    default:
      return NUMBER.test(min) && NUMBER.test(max) ? { min, max } : undefined;
  }
}

/** Delta Lake keeps this many characters of text. */
const PREFIX = 32;
const DATE = /^\d{4}-\d\d-\d\d$/;
const NUMBER = /^-?\d+(\.\d+)?([eE][-+]?\d+)?$/;
const TIMESTAMP = /^(\d{4})-(\d\d)-(\d\d) (\d\d):(\d\d):(\d\d)(?:\.(\d{1,6}))?(?:\+00)?$/;
const LAST_CHARACTER = "\u{10FFFF}";

function cut(text: string): string {
  return text.length <= PREFIX ? text : Array.from(text).slice(0, PREFIX).join("");
}

/** A text that is not smaller than any that begins as `text` does. */
function upperBound(text: string): string | undefined {
  const prefix = cut(text);
  if (prefix === text) return JSON.stringify(text);
  return text.startsWith(prefix + LAST_CHARACTER) ? undefined : JSON.stringify(prefix + LAST_CHARACTER);
}

/** Milliseconds: the lower bound is cut off, the upper one rounded up. */
function timestampRange(min: string, max: string, suffix: string): Range | undefined {
  const low = milliseconds(min, Math.floor);
  const high = milliseconds(max, Math.ceil);
  if (low === undefined || high === undefined) return undefined;
  const text = (time: number): string => `"${new Date(time).toISOString().slice(0, 23)}${suffix}"`;
  return { min: text(low), max: text(high) };
}

function milliseconds(text: string, round: (value: number) => number): number | undefined {
  const match = TIMESTAMP.exec(text);
  if (match === null) return undefined;
  const [year = 0, month = 1, day = 1, hour = 0, minute = 0, second = 0] = match.slice(1, 7).map(Number);
  const date = new Date(0);
  date.setUTCFullYear(year, month - 1, day);
  date.setUTCHours(hour, minute, second);
  const micros = Number((match[7] ?? "").padEnd(6, "0"));
  const time = date.getTime() + round(micros / 1000);
  return time < Date.UTC(10_000, 0) ? time : undefined;
}

function nested(entries: readonly Entry[]): string {
  const groups = new Map<string, Entry[]>();
  for (const { path, value } of entries) {
    const [head = "", ...rest] = path;
    groups.set(head, [...(groups.get(head) ?? []), { path: rest, value }]);
  }
  const parts = [...groups].map(([name, members]) => {
    const [first] = members;
    return `${JSON.stringify(name)}:${first?.path.length === 0 ? first.value : nested(members)}`;
  });
  return `{${parts.join(",")}}`;
}
