import { decimal, DATE, DOUBLE, INT, LONG, BOOLEAN, STRING, TIMESTAMP, type DataType } from "../core/data-type.ts";
import type { Connection } from "../duckdb/connection.ts";
import { quoteIdentifier, quoteString } from "../sql/quote.ts";
import { cellSql, DOUBLE as DOUBLE_TEXT, INTEGER, ISO_DATE, TIMESTAMP_TEXT, type CellFormat } from "./cell.ts";

/** Which types the texts of a column have been, as bits; what Spark's CSV inference tells apart. */
const KIND = { int: 1, long: 2, decimal: 4, double: 8, date: 16, timestamp: 32, boolean: 64, string: 128 } as const;
const NUMBERS = KIND.int | KIND.long | KIND.decimal | KIND.double;

export interface KindFormat extends CellFormat {
  readonly preferDate: boolean;
}

/**
 * The type of each column of texts of `sql`, as Spark's CSV inference decides: the tightest that every value fits, a string
 * where there is none or no value. A time of day alone is a string (Spark would add the date of the day it runs).
 *
 * Columns that a first stretch shows to be strings are not looked at again, so that text costs little.
 */
export async function inferTextTypes(
  connection: Connection,
  sql: string,
  columns: readonly string[],
  format: KindFormat,
): Promise<DataType[]> {
  if (columns.length === 0) return [];
  const first = await kindsOf(connection, `SELECT * FROM (${sql}) LIMIT ${FIRST_STRETCH}`, columns, format);
  const open = columns.filter((_, index) => ((first[index]?.kinds ?? 0) & KIND.string) === 0);
  const rest = open.length === 0 ? [] : await kindsOf(connection, sql, open, format);
  const types: DataType[] = [];
  for (const column of columns) {
    const found = rest[open.indexOf(column)];
    types.push(found === undefined ? STRING : await typeOf(connection, sql, column, found, format));
  }
  return types;
}

const FIRST_STRETCH = 10_000;

interface Kinds {
  readonly kinds: number;
  /** The most digits of an integer. */
  readonly digits: number;
}

async function kindsOf(
  connection: Connection,
  sql: string,
  columns: readonly string[],
  format: KindFormat,
): Promise<Kinds[]> {
  const aggregates = columns.map((column, index) => {
    const name = quoteIdentifier(column);
    const digits = `length(ltrim(${name}, '+-0'))`;
    return `bit_or(${kindSql(name, format)}) AS k${index}, max(CASE WHEN ${digits} > 9 THEN ${digits} END) AS d${index}`;
  });
  const [row] = await connection.rows(`SELECT ${aggregates.join(", ")} FROM (${sql})`);
  return columns.map((_, index) => ({
    kinds: Number(row?.[`k${index}`] ?? 0),
    digits: Number(row?.[`d${index}`] ?? 0),
  }));
}

function kindSql(text: string, format: KindFormat): string {
  const specials = [format.nanValue, format.positiveInf, format.negativeInf].map(quoteString).join(", ");
  const date =
    format.dateFormat === undefined
      ? `regexp_full_match(${text}, '${ISO_DATE}') AND TRY_CAST(${text} AS DATE) IS NOT NULL`
      : `${cellSql(text, DATE, format)} IS NOT NULL`;
  const timestamp =
    format.timestampFormat === undefined
      ? `regexp_full_match(${text}, '${TIMESTAMP_TEXT}') AND ${cellSql(text, TIMESTAMP, format)} IS NOT NULL`
      : `${cellSql(text, TIMESTAMP, format)} IS NOT NULL`;
  return `CASE WHEN ${text} IS NULL OR ${text} = '' THEN 0
    WHEN TRY_CAST(${text} AS INTEGER)::VARCHAR = ${text} THEN ${KIND.int}
    WHEN regexp_full_match(${text}, '${INTEGER}') THEN CASE WHEN TRY_CAST(${text} AS INTEGER) IS NOT NULL THEN ${KIND.int}
      WHEN TRY_CAST(${text} AS BIGINT) IS NOT NULL THEN ${KIND.long}
      WHEN length(ltrim(${text}, '+-0')) <= 38 THEN ${KIND.decimal} ELSE ${KIND.double} END
    WHEN ${text} IN (${specials}) OR regexp_full_match(${text}, '${DOUBLE_TEXT}') THEN ${KIND.double}
    ${format.preferDate ? `WHEN ${date} THEN ${KIND.date}` : ""}
    WHEN ${timestamp} THEN ${KIND.timestamp}
    WHEN lower(${text}) IN ('true', 'false') THEN ${KIND.boolean}
    ELSE ${KIND.string} END`;
}

async function typeOf(
  connection: Connection,
  sql: string,
  column: string,
  { kinds, digits }: Kinds,
  format: KindFormat,
): Promise<DataType> {
  if (kinds === 0) return STRING;
  if ((kinds & ~NUMBERS) === 0) {
    if ((kinds & KIND.double) !== 0) return DOUBLE;
    if ((kinds & KIND.decimal) !== 0) return decimal(Math.max(digits, (kinds & KIND.long) === 0 ? 10 : 20), 0);
    return (kinds & KIND.long) === 0 ? INT : LONG;
  }
  if (kinds === KIND.date) return DATE;
  if (kinds === KIND.timestamp) return TIMESTAMP;
  if (kinds === KIND.boolean) return BOOLEAN;
  if (kinds === (KIND.date | KIND.timestamp)) {
    // Spark goes from value to value: a date is a timestamp too, a timestamp is no date.
    const name = quoteIdentifier(column);
    const [row] = await connection.rows(
      `SELECT ${kindSql(name, format)} AS kind FROM (${sql}) WHERE ${name} IS NOT NULL AND ${name} <> '' LIMIT 1`,
    );
    return Number(row?.["kind"]) === KIND.timestamp ? TIMESTAMP : STRING;
  }
  return STRING;
}
