import type { Connection } from "../duckdb/connection.ts";
import { numberIn } from "./row-values.ts";
import type { Scan } from "./scan.ts";

/** The files of a scan that hold rows of a condition. */
export interface MatchingFiles {
  /** Those where at least one row matches. */
  readonly some: Scan;
  /** Those of them where other rows do not. */
  readonly partial: Scan;
  /** Rows that match. */
  readonly rows: number;
}

/** Reads the columns of the condition, to find out which files it touches. */
export async function findMatching(connection: Connection, scan: Scan, condition: string): Promise<MatchingFiles> {
  const found = await connection.rows(
    `SELECT ${FILE} AS file, count(*) AS rows, count(*) FILTER (WHERE ${condition}) AS hits ` +
      `FROM ${scan.sql({ fileColumn: FILE })} GROUP BY ALL HAVING count(*) FILTER (WHERE ${condition}) > 0`,
  );
  const files = found.map((row) => ({
    file: numberIn(row, "file"),
    rows: numberIn(row, "rows"),
    hits: numberIn(row, "hits"),
  }));
  return {
    some: scan.only(files.map(({ file }) => file)),
    partial: scan.only(files.filter(({ rows, hits }) => hits < rows).map(({ file }) => file)),
    rows: files.reduce((sum, { hits }) => sum + hits, 0),
  };
}

/** A name that no table has. */
const FILE = "__boathouse_file";
