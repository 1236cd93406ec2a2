import { sameType, STRING, type DataType } from "../../core/data-type.ts";
import { BoathouseError } from "../../core/errors.ts";
import type { CastMode } from "../bound.ts";
import { castFromString } from "./cast-from-string.ts";
import { castNested } from "./cast-nested.ts";
import { castNumber } from "./cast-number.ts";
import type { CastTools } from "./cast-tools.ts";
import { castToString } from "./cast-to-string.ts";
import { castToVariant, fromVariant } from "./cast-variant.ts";
import { displayType, duckDbType } from "./duckdb-type.ts";
import { castTime } from "./cast-time.ts";
import { instantSql } from "./instant-sql.ts";
import { isInterval, isNumeric } from "./kinds.ts";

/**
 * DuckDB SQL that converts `sql` from one type to another as Spark does. The pair must be castable (`canCast`). In mode
 * `ansi` a value that does not fit raises an error, in `try` it gives null, in `legacy` what Spark gives without ANSI.
 */
export function castSql(sql: string, from: DataType, to: DataType, mode: CastMode, tools: CastTools): string {
  if (from.kind === "void") return `CAST(NULL AS ${duckDbType(to)})`;
  if (to.kind === "string" && to.length !== undefined) {
    return fitLength(castSql(sql, from, STRING, mode, tools), to.length, tools);
  }
  if (sameType(from, to) || (from.kind === "string" && to.kind === "string")) return sql;
  if (to.kind === "variant") return castToVariant(sql, from, tools);
  if (from.kind === "variant") {
    const options = { try: mode === "try", timeZone: tools.timeZone, functionName: "cast" };
    return fromVariant(sql, "'$'", to, options);
  }
  if (to.kind === "string") return castToString(sql, from, mode, tools, castSql);
  if (from.kind === "array" || from.kind === "map" || from.kind === "struct") {
    return castNested(sql, from, to, mode, tools, castSql);
  }
  if (from.kind === "string") return castFromString(sql, to, mode, tools);
  if (isNumeric(from) || from.kind === "boolean") return castNumber(sql, from, to, mode, tools);
  if (from.kind === "time") return tools.once(sql, (value) => castTime(value, from, to, mode));
  if (isInterval(from)) return castInterval(sql, from, to, mode);
  return castDatetime(sql, from, to, mode, tools);
}

/** `CAST` or `TRY_CAST`: outside ANSI a value that does not fit is null. */
function keyword(mode: CastMode): string {
  return mode === "ansi" ? "CAST" : "TRY_CAST";
}

function castDatetime(sql: string, from: DataType, to: DataType, mode: CastMode, tools: CastTools): string {
  if (from.kind !== "timestamp" && to.kind === "timestamp") return instantSql(sql, tools.timeZone);
  if (from.kind === "date") {
    if (to.kind === "timestamp" || to.kind === "timestamp_ntz") return `CAST(${sql} AS ${duckDbType(to)})`;
    return `CAST(NULL AS ${duckDbType(to)})`;
  }
  if (to.kind === "date" || to.kind === "timestamp" || to.kind === "timestamp_ntz") {
    return `CAST(${sql} AS ${duckDbType(to)})`;
  }
  if (to.kind === "boolean") return `(epoch_us(${sql}) <> 0)`;
  if (to.kind === "float" || to.kind === "double") return `CAST(epoch_us(${sql}) / 1e6 AS ${duckDbType(to)})`;
  if (to.kind === "decimal") {
    return `${keyword(mode)}(CAST(epoch_us(${sql}) AS DECIMAL(20,0)) * 0.000001 AS ${duckDbType(to)})`;
  }
  return `${keyword(mode)}(spk_seconds(${sql}) AS ${duckDbType(to)})`;
}

const UNIT_MICROS: Readonly<Record<string, string>> = {
  day: "86400000000",
  hour: "3600000000",
  minute: "60000000",
  second: "1000000",
};

/** An interval that does not fit is an error without ANSI, too. */
function quiet(mode: CastMode): string {
  return mode === "try" ? "TRY_CAST" : "CAST";
}

function castInterval(sql: string, from: DataType, to: DataType, mode: CastMode): string {
  if (from.kind === "interval_year_month" && to.kind === "interval_year_month") {
    return to.end === "year" ? `to_years(spk_months(${sql}) // 12)` : sql;
  }
  if (from.kind === "interval_day_time" && to.kind === "interval_day_time") {
    const micros = UNIT_MICROS[to.end] ?? "1";
    return to.end === "second" ? sql : `spk_day_time(spk_micros(${sql}) // ${micros} * ${micros})`;
  }
  if (from.kind === "interval_year_month") {
    const months = `spk_months(${sql})`;
    return `${quiet(mode)}(${from.end === "year" ? `${months} // 12` : months} AS ${duckDbType(to)})`;
  }
  if (from.kind === "interval_day_time") {
    const micros = UNIT_MICROS[from.end] ?? "1";
    if (to.kind === "decimal" && from.end === "second") {
      return `${quiet(mode)}(CAST(spk_micros(${sql}) AS DECIMAL(20,0)) * 0.000001 AS ${duckDbType(to)})`;
    }
    return `${quiet(mode)}(spk_micros(${sql}) // ${micros} AS ${duckDbType(to)})`;
  }
  throw new BoathouseError(
    "UNSUPPORTED_FEATURE.CAST",
    `The cast from ${displayType(from)} to ${displayType(to)} is not supported.`,
    { sqlState: "0A000" },
  );
}

/** CHAR and VARCHAR on write: too long is an error unless only blanks are over; CHAR is padded. */
function fitLength(sql: string, length: { readonly max: number; readonly fixed: boolean }, tools: CastTools): string {
  const { max, fixed } = length;
  return tools.once(sql, (value) => {
    const whole = fixed ? `rpad(${value}, ${max}, ' ')` : value;
    const problem = `error('[EXCEED_LIMIT_LENGTH] Exceeds char/varchar type length limitation: ${max}.')`;
    return (
      `CASE WHEN length(${value}) <= ${max} THEN ${whole} ` +
      `WHEN length(rtrim(${value}, ' ')) <= ${max} THEN left(${value}, ${max}) WHEN ${value} IS NOT NULL THEN ${problem} END`
    );
  });
}
