import type { Connection } from "../../duckdb/connection.ts";
import { BoathouseError } from "../../core/errors.ts";
import { quoteIdentifier } from "../../sql/quote.ts";
import { hilbertStates, STATE_BITS } from "./hilbert-states.ts";
import { numberIn } from "../log/row-values.ts";

/** How rows are laid out by several columns at once. */
export type Curve = "zorder" | "hilbert";

export interface CurveOrder {
  readonly curve: Curve;
  /** Names of columns of the SELECT, from the outermost struct inwards. */
  readonly columns: readonly (readonly string[])[];
}

/**
 * The rows of a SELECT in the order of a space-filling curve through the given columns, so that rows near one another in
 * all of them come near one another: each column's values are cut into ranges that hold about as many rows each (nulls
 * with the lowest), and the ranges are the cells of the grid that the curve runs through. With one column, its own order.
 *
 * The ranges come from a sample and are kept in a temporary table of the connection, which the SQL reads. `rows` is about
 * how many rows there are, where that is known.
 */
export async function inCurveOrder(
  connection: Connection,
  select: string,
  order: CurveOrder,
  { rows, signal }: { readonly rows?: number | undefined; readonly signal?: AbortSignal | undefined } = {},
): Promise<string> {
  const { columns } = order;
  const [only] = columns;
  if (columns.length === 1 && only !== undefined) return `SELECT * FROM (${select}\n) ORDER BY ${pathSql(only)}`;
  const bits = cellBits(columns.length);
  await findRanges(connection, select, { columns, ranges: 2 ** bits, rows, signal });
  const cells = columns.map((_, index) => hidden(`c${index}`));
  const key = hidden("key");
  let sql = `SELECT *, ${cells.map((cell) => `0::BIGINT AS ${cell}`).join(", ")}, 0::BIGINT AS ${key} FROM (${select}\n)`;
  for (let bit = bits - 1; bit >= 0; bit -= 1) {
    const steps = columns.map((column, index) => {
      const cell = cells[index] ?? "";
      const bound = `list_extract((SELECT r${index} FROM ${RANGES}), ${cell} + ${2 ** bit})`;
      return `${cell} + CASE WHEN ${pathSql(column)} > ${bound} THEN ${2 ** bit} ELSE 0 END AS ${cell}`;
    });
    sql = `SELECT * REPLACE (${steps.join(", ")}) FROM (${sql})`;
  }
  sql =
    order.curve === "zorder" || columns.length > MOST_HILBERT
      ? interleaved(sql, cells, bits)
      : hilbert(sql, cells, bits);
  return `SELECT * EXCLUDE (${[...cells, key].join(", ")}) FROM (${sql}) ORDER BY ${key}`;
}

/** More dimensions would need large tables, and gain nothing over the Z-curve. */
const MOST_HILBERT = 4;
const MOST_BITS = 10;
const RANGES = '"__boathouse_ranges"';
const SAMPLE = 100_000;

function hidden(name: string): string {
  return quoteIdentifier(`__boathouse_${name}`);
}

function pathSql(path: readonly string[]): string {
  return path.map(quoteIdentifier).join(".");
}

/** Bits of a cell in each dimension: as many as a BIGINT has room for, ten (1,024 ranges) at most. */
function cellBits(dimensions: number): number {
  const bits = Math.min(MOST_BITS, Math.floor(62 / dimensions));
  if (bits > 0) return bits;
  throw new BoathouseError("DELTA_ZORDERING_TOO_MANY_COLUMNS", "Rows can be ordered by 62 columns at most.", {
    hint: "Two to four columns do best: each further one weakens the others.",
  });
}

/** The largest values of the ranges but the last, as a list a column. */
async function findRanges(
  connection: Connection,
  select: string,
  parts: {
    readonly columns: readonly (readonly string[])[];
    readonly ranges: number;
    readonly rows: number | undefined;
    readonly signal: AbortSignal | undefined;
  },
): Promise<void> {
  const { columns, ranges, signal } = parts;
  const control = signal === undefined ? {} : { signal };
  const values = columns.map((column, index) => `${pathSql(column)} AS v${index}`).join(", ");
  const source = `SELECT ${values} FROM (${select}\n)`;
  const rows =
    parts.rows ?? numberIn((await connection.rows(`SELECT count(*) AS n FROM (${source})`, control))[0], "n");
  const percent = Math.min(100, (SAMPLE / Math.max(rows, 1)) * 100);
  const sample = percent >= 100 ? source : `${source} USING SAMPLE ${percent.toFixed(6)} PERCENT (bernoulli, 42)`;
  await connection.run(`CREATE OR REPLACE TEMP TABLE ${SAMPLED} AS ${sample}`, control);
  const lists = columns.map((_, index) => {
    const ranked =
      `SELECT v${index} AS v, row_number() OVER (ORDER BY v${index}) AS r, count(*) OVER () AS n ` +
      `FROM ${SAMPLED} WHERE v${index} IS NOT NULL`;
    return `(SELECT list(v ORDER BY v) FROM (${ranked}) WHERE (r * ${ranges}) // n <> ((r - 1) * ${ranges}) // n AND r < n) AS r${index}`;
  });
  await connection.run(`CREATE OR REPLACE TEMP TABLE ${RANGES} AS SELECT ${lists.join(", ")}`, control);
  await connection.run(`DROP TABLE ${SAMPLED}`);
}

const SAMPLED = '"__boathouse_sampled"';

/** The bits of the cells in turn, the highest first, those of the first column in front. */
function interleaved(sql: string, cells: readonly string[], bits: number): string {
  const parts: string[] = [];
  for (let bit = 0; bit < bits; bit += 1) {
    for (const [dimension, cell] of cells.entries()) {
      const place = bit * cells.length + (cells.length - 1 - dimension);
      parts.push(`(((${cell} >> ${bit}) & 1) << ${place})`);
    }
  }
  return `SELECT * REPLACE (${parts.join(" | ")} AS ${hidden("key")}) FROM (${sql})`;
}

/**
 * Unlike the Z-curve the Hilbert curve never jumps: every stretch of it is one connected region. A walk through the bits
 * from the highest to the lowest; the state, how the curve is turned in the current cell, is packed below the key.
 */
function hilbert(sql: string, cells: readonly string[], bits: number): string {
  const dimensions = cells.length;
  const key = hidden("key");
  const table = `[${hilbertStates(dimensions).join(", ")}]::BIGINT[]`;
  const state = `(${key} & ${2 ** STATE_BITS - 1})`;
  let walked = sql;
  for (let bit = bits - 1; bit >= 0; bit -= 1) {
    const corner = cells
      .map((cell, dimension) => `(((${cell} >> ${bit}) & 1) << ${dimensions - 1 - dimension})`)
      .join(" | ");
    const next = `list_extract(${table}, ((${state} << ${dimensions}) | ${corner}) + 1)`;
    walked = `SELECT * REPLACE ((((${key} >> ${STATE_BITS}) << ${dimensions + STATE_BITS}) | ${next}) AS ${key}) FROM (${walked})`;
  }
  return walked;
}
