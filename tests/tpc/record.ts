import { createHash } from "node:crypto";
import { join } from "node:path";

/** Where what Spark gave for the queries of TPC-H is kept, by the query's name. */
export const RECORDS = join(import.meta.dirname, "tpch-results.json");

/** The scale of the tables that the records are of. */
export const RECORDED_SCALE = 0.01;

/** A result without its rows. */
export interface ResultRecord {
  /** Names and types. */
  readonly columns: readonly string[];
  readonly rows: number;
  /** Of the rows' text, in whatever order they come. */
  readonly checksum: string;
}

export function recordOf(columns: readonly string[], lines: readonly string[]): ResultRecord {
  const checksum = createHash("sha256").update(lines.toSorted().join("\n")).digest("hex").slice(0, 16);
  return { columns, rows: lines.length, checksum };
}

/** A query without the LIMIT at its end, so that rows that sort alike do not make its result one of many. */
export function withoutLimit(query: string): string {
  return query.trim().replace(/\bLIMIT\s+\d+;?$/i, "");
}
