import type { DataType } from "../core/data-type.ts";
import { simpleString } from "../core/data-type.ts";
import { BoathouseError } from "../core/errors.ts";
import { duckDbType } from "../sql/types/duckdb-type.ts";
import { quoteString } from "../sql/quote.ts";
import { parseByPattern } from "./datetime-pattern.ts";

/** How texts in files say numbers, dates and times. */
export interface CellFormat {
  readonly nanValue: string;
  readonly positiveInf: string;
  readonly negativeInf: string;
  readonly dateFormat: string | undefined;
  readonly timestampFormat: string | undefined;
  readonly timestampNtzFormat: string | undefined;
  /** Undefined: the session's. */
  readonly timeZone: string | undefined;
}

/**
 * SQL for the text `text` as a value of `type`, null where the text is no such value: as Spark's text formats convert, which
 * is stricter than a cast (no white space around integers, no fraction cut off).
 *
 * Throws `UNSUPPORTED_DATA_TYPE_FOR_DATASOURCE` for types that a cell of text cannot hold.
 */
export function cellSql(text: string, type: DataType, format: CellFormat): string {
  switch (type.kind) {
    case "string":
      return text;
    case "void":
      return "NULL::INTEGER";
    case "byte":
    case "short":
    case "int":
    case "long": {
      const value = `TRY_CAST(${text} AS ${duckDbType(type)})`;
      // The usual spelling is known by comparison; DuckDB computes both sides of an OR, but of a CASE only what is left.
      return `CASE WHEN ${value}::VARCHAR = ${text} THEN ${value} WHEN regexp_full_match(${text}, '${INTEGER}') THEN ${value} END`;
    }
    case "float":
    case "double":
      return floating(text, duckDbType(type), format);
    case "decimal":
      return `CASE WHEN regexp_full_match(${text}, '${DECIMAL}') THEN TRY_CAST(${text} AS ${duckDbType(type)}) END`;
    case "boolean":
      return `CASE lower(${text}) WHEN 'true' THEN true WHEN 'false' THEN false END`;
    case "date":
      return dateSql(text, format);
    case "timestamp":
      return timestampSql(text, format);
    case "timestamp_ntz":
      return timestampNtzSql(text, format);
    default:
      throw new BoathouseError(
        "UNSUPPORTED_DATA_TYPE_FOR_DATASOURCE",
        `A value of a text file cannot be read as ${simpleString(type).toUpperCase()}.`,
        { hint: "Read the column as STRING and convert it, for example with from_json." },
      );
  }
}

/** The patterns of what Spark takes, for inference too. RE2. */
export const INTEGER = "[+-]?[0-9]+";
const DECIMAL = "[+-]?(?:[0-9]+\\.?[0-9]*|\\.[0-9]+)(?:[eE][+-]?[0-9]+)?";
export const DOUBLE = `[\\x00-\\x20]*(?:${DECIMAL}[fFdD]?|[+-]?(?:Infinity|NaN))[\\x00-\\x20]*`;
export const ISO_DATE = "[0-9]{4}-[0-9]{2}-[0-9]{2}";
const CAST_DATE = "[0-9]{4}(?:-[0-9]{1,2}(?:-[0-9]{1,2}(?:[ T].*)?)?)?";
const ZONE =
  "(?: ?(?:Z|[+-][0-9]{1,2}(?::?[0-9]{2})?|(?:UTC|GMT|UT)(?:[+-][0-9]{1,2}(?::[0-9]{2})?)?|[A-Za-z]+(?:/[A-Za-z0-9_+-]+)+))";
const DAY = "[0-9]{4}-[0-9]{1,2}-[0-9]{1,2}";
const CLOCK = "[0-9]{1,2}:[0-9]{1,2}(?::[0-9]{1,2}(?:\\.[0-9]{0,9})?)?";
const LOCAL_TIMESTAMP = `[0-9]{4}(?:-[0-9]{1,2})?|${DAY}(?:[ T](?:${CLOCK})?)?`;
export const TIMESTAMP_TEXT = `${LOCAL_TIMESTAMP}|${DAY}[ T]${CLOCK}${ZONE}`;

function floating(text: string, type: string, format: CellFormat): string {
  const special = (word: string, value: string): string =>
    `WHEN ${text} = ${quoteString(word)} THEN '${value}'::${type}`;
  return `CASE WHEN regexp_full_match(${text}, '[+-]?[0-9.]+') THEN TRY_CAST(${text} AS ${type})
    ${special(format.nanValue, "NaN")} ${special(format.positiveInf, "Infinity")} ${special(format.negativeInf, "-Infinity")}
    WHEN regexp_full_match(${text}, '${DOUBLE}') THEN TRY_CAST(rtrim(trim(${text}), 'fFdD') AS ${type}) END`;
}

function dateSql(text: string, format: CellFormat): string {
  if (format.dateFormat !== undefined) return `CAST(${parseByPattern(text, format.dateFormat).sql} AS DATE)`;
  return `CASE WHEN regexp_full_match(${text}, '${DAY}') THEN TRY_CAST(${text} AS DATE)
    WHEN regexp_full_match(trim(${text}), '${CAST_DATE}') THEN TRY_CAST(${padded(`regexp_extract(trim(${text}), '^[0-9-]+')`)} AS DATE) END`;
}

function timestampSql(text: string, format: CellFormat): string {
  if (format.timestampFormat !== undefined) {
    // `Z` is UTC to Java's offsets, and no offset to DuckDB.
    const parsed = parseByPattern(utcAsOffset(text, format.timestampFormat), format.timestampFormat);
    return parsed.zoned ? parsed.sql : instant(parsed.sql, format);
  }
  const local = instant(`TRY_CAST(${localText(text)} AS TIMESTAMP)`, format);
  return `CASE WHEN regexp_full_match(${text}, '${LOCAL_TIMESTAMP}') THEN ${local}
    WHEN regexp_full_match(trim(${text}), '${TIMESTAMP_TEXT}') THEN ${zonedCast(`trim(${text})`)} END`;
}

function timestampNtzSql(text: string, format: CellFormat): string {
  if (format.timestampNtzFormat !== undefined)
    return `CAST(${parseByPattern(text, format.timestampNtzFormat).sql} AS TIMESTAMP)`;
  return `CASE WHEN regexp_full_match(${text}, '${LOCAL_TIMESTAMP}') THEN TRY_CAST(${localText(text)} AS TIMESTAMP) END`;
}

/** `2020`, `2020-01`, `2020-01-05T`: what DuckDB wants more of. */
function localText(text: string): string {
  return `CASE WHEN length(${text}) < 8 THEN ${padded(text)} ELSE rtrim(${text}, ' T.') END`;
}

function padded(text: string): string {
  return `(${text} || CASE length(${text}) - length(replace(${text}, '-', '')) WHEN 0 THEN '-01-01' WHEN 1 THEN '-01' ELSE '' END)`;
}

/** `UTC+1`, `+1:00` and a zone without a space before it are Spark's alone. */
function zonedCast(text: string): string {
  const zoned = `regexp_replace(regexp_replace(${text}, '(?:UTC|GMT|UT)([+-])', '\\1'), '([+-])([0-9])(:[0-9]{2})?$', '\\10\\2\\3')`;
  const named = `regexp_replace(${text}, '([0-9.])([A-Za-z]{2,}.*)$', '\\1 \\2')`;
  return `COALESCE(TRY_CAST(${text} AS TIMESTAMPTZ), TRY_CAST(${zoned} AS TIMESTAMPTZ), TRY_CAST(${named} AS TIMESTAMPTZ))`;
}

function utcAsOffset(text: string, javaPattern: string): string {
  const offset = /[Xx]+$/.exec(javaPattern)?.[0];
  if (offset === undefined || offset.startsWith("x")) return text;
  const utc = offset.length === 1 ? "+00" : offset.length === 2 ? "+0000" : "+00:00";
  return `CASE WHEN suffix(${text}, 'Z') THEN left(${text}, -1) || '${utc}' ELSE ${text} END`;
}

/** A local time as an instant in the reader's zone. */
function instant(local: string, format: CellFormat): string {
  return format.timeZone === undefined
    ? `CAST(${local} AS TIMESTAMPTZ)`
    : `timezone(${quoteString(format.timeZone)}, ${local})`;
}

/** Nothing but the defaults: for texts in the names of folders. */
export const PLAIN_CELLS: CellFormat = {
  nanValue: "NaN",
  positiveInf: "Infinity",
  negativeInf: "-Infinity",
  dateFormat: undefined,
  timestampFormat: undefined,
  timestampNtzFormat: undefined,
  timeZone: undefined,
};
