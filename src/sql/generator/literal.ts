import type { DataType } from "../../core/data-type.ts";
import { timeOfDayText } from "../java/time-of-day.ts";
import { instantText, timeText } from "../types/instant.ts";
import { duckDbType } from "../types/duckdb-type.ts";
import { quoteString } from "../quote.ts";
import { plainText, type IntervalValue, type LiteralValue } from "../value.ts";

/** A constant as DuckDB SQL, of exactly its type. */
export function literalSql(value: LiteralValue, type: DataType): string {
  if (value === null) return `CAST(NULL AS ${duckDbType(type)})`;
  if (value instanceof Uint8Array) return blob(value);
  switch (type.kind) {
    case "boolean":
      return value === true ? "true" : "false";
    case "int":
      return value === -2147483648n
        ? "CAST(-2147483648 AS INTEGER)"
        : Number(value) < 0
          ? `(${plainText(value)})`
          : plainText(value);
    case "byte":
    case "short":
    case "long":
      return `CAST(${plainText(value)} AS ${duckDbType(type)})`;
    case "decimal":
      return `CAST(${quoteString(plainText(value))} AS ${duckDbType(type)})`;
    case "float":
    case "double":
      return `CAST('${floatText(Number(value))}' AS ${duckDbType(type)})`;
    case "date":
      return `DATE ${quoteString(dateLiteral(plainText(value)))}`;
    case "time":
      return `TIME '${timeOfDayText(BigInt(plainText(value)))}'`;
    case "timestamp":
      return isUsual(BigInt(plainText(value)))
        ? `TIMESTAMPTZ '${instantText(BigInt(plainText(value)), "UTC")}+00'`
        : `make_timestamptz(${plainText(value)})`;
    case "timestamp_ntz":
      return isUsual(BigInt(plainText(value)))
        ? `TIMESTAMP '${timeText(BigInt(plainText(value)))}'`
        : `make_timestamp(${plainText(value)})`;
    case "interval_year_month":
    case "interval_day_time":
    case "calendar_interval":
      return isInterval(value) ? intervalSql(value) : "NULL";
    default:
      return quoteString(plainText(value));
  }
}

function floatText(value: number): string {
  if (Number.isNaN(value)) return "nan";
  if (!Number.isFinite(value)) return value > 0 ? "inf" : "-inf";
  return Object.is(value, -0) ? "-0.0" : String(value);
}

/** Is the moment in the years 1 to 9999, which have four digits? */
function isUsual(micros: bigint): boolean {
  return micros >= -62_135_596_800_000_000n && micros < 253_402_300_800_000_000n;
}

/** DuckDB writes no plus before large years, and years before Christ in its own way. */
function dateLiteral(text: string): string {
  if (text.startsWith("+")) return text.slice(1);
  const matched = /^(-\d{4,}|0000)-(\d\d-\d\d.*)$/.exec(text);
  return matched === null ? text : `${String(1 - Number(matched[1])).padStart(4, "0")}-${matched[2] ?? ""} (BC)`;
}

function isInterval(value: LiteralValue): value is IntervalValue {
  return typeof value === "object" && value !== null && "months" in value;
}

function intervalSql({ months, days, micros }: IntervalValue): string {
  const wholeDays = days + Number(micros / 86_400_000_000n);
  const rest = micros % 86_400_000_000n;
  const parts = [
    months === 0 ? "" : `to_months(${months})`,
    wholeDays === 0 ? "" : `to_days(${wholeDays})`,
    rest === 0n ? "" : `to_microseconds(${rest})`,
  ].filter((part) => part !== "");
  return parts.length === 0 ? "to_days(0)" : parts.length === 1 ? parts.join("") : `(${parts.join(" + ")})`;
}

function blob(bytes: Uint8Array): string {
  const text = Buffer.from(bytes).toString("hex").toUpperCase();
  return `unhex('${text}')`;
}
