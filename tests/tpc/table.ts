import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import type { Connection } from "../../src/duckdb/connection.ts";
import { quoteIdentifier, quoteString } from "../../src/sql/quote.ts";

/**
 * Tables of TPC-H and TPC-DS made by rule, not by the benchmarks' own generators: the same bytes each time, keys that
 * join, values that the queries' conditions select.
 */
export interface GeneratedTable {
  readonly name: string;
  /** How many rows at a scale; `i` counts them from 0. Or rows of other tables, which are there already: SQL that gives an `i`. */
  readonly rows: ((scale: number) => number) | string;
  /** A later column may use those before it. */
  readonly columns: Readonly<Record<string, Cell>>;
}

/** DuckDB SQL of a column's value in row `i`, given the column's name. */
export type Cell = (column: string) => string;

/** Makes the tables on the connection; with a folder, each as a Parquet file of its name in it, too. */
export async function makeTables(
  connection: Connection,
  tables: readonly GeneratedTable[],
  { scale, folder }: { readonly scale: number; readonly folder?: string },
): Promise<void> {
  if (folder !== undefined) await mkdir(folder, { recursive: true });
  for (const { name, rows, columns } of tables) {
    const from = typeof rows === "string" ? `(${rows})` : `range(${Math.ceil(rows(scale))}) AS r(i)`;
    const list = Object.entries(columns).map(([column, cell]) => `${cell(column)} AS ${quoteIdentifier(column)}`);
    await connection.run(`CREATE OR REPLACE TABLE ${quoteIdentifier(name)} AS SELECT ${list.join(", ")} FROM ${from}`);
    await connection.run(`SET VARIABLE rows_of_${name} = (SELECT count(*) FROM ${quoteIdentifier(name)})`);
    if (folder === undefined) continue;
    await connection.run(
      `COPY ${quoteIdentifier(name)} TO ${quoteString(join(folder, `${name}.parquet`))} (FORMAT parquet)`,
    );
  }
}

/** A whole number below `below` that looks random, the same for the same column and the same `over`. */
export function random(column: string, below: number | string, over = "i"): string {
  return `(md5_number_lower('${column}:' || ${over}) % ${below})::INT`;
}

/** SQL of the number of rows of a table that was made before. */
export function rowsOf(table: string): string {
  return `getvariable('rows_of_${table}')`;
}

export const sql =
  (text: string, type?: string): Cell =>
  () =>
    type === undefined ? text : `CAST(${text} AS ${type})`;

export const serial = (from = 1): Cell => sql(`i + ${from}`, "INT");

export const between =
  (from: number, to: number, over = "i"): Cell =>
  (column) =>
    `(${random(column, to - from + 1, over)} + ${from})`;

/** Exact, with two digits behind the point. */
export const money =
  (from: number, to: number, type = "DECIMAL(7, 2)"): Cell =>
  (column) =>
    `CAST((${random(column, Math.round((to - from) * 100) + 1)} + ${Math.round(from * 100)}) * 0.01 AS ${type})`;

export const oneOf =
  (values: readonly string[], over = "i"): Cell =>
  (column) =>
    `${list(values)}[${random(column, values.length, over)} + 1]`;

/** The values in turn. */
export const inTurn = (values: readonly string[], position = "i"): Cell =>
  sql(`${list(values)}[(${position}) % ${values.length} + 1]`);

/** Some of the words, in any order. */
export const words =
  (vocabulary: readonly string[], count: number): Cell =>
  (column) =>
    Array.from({ length: count }, (_, index) => oneOf(vocabulary)(`${column}${index}`)).join(" || ' ' || ");

/** Null in some of the rows. */
export const perhaps =
  (cell: Cell, percent = 4): Cell =>
  (column) =>
    `CASE WHEN ${random(`${column}?`, 100)} >= ${percent} THEN ${cell(column)} END`;

function list(values: readonly string[]): string {
  return `[${values.map(quoteString).join(", ")}]`;
}
