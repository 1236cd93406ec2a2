import type { DataType, TimeType } from "../../core/data-type.ts";
import type { CastMode } from "../bound.ts";
import { displayType, duckDbType } from "./duckdb-type.ts";

/** A time of day as another type: one of fewer digits is cut, a number counts seconds (Spark 4.1, `Cast`). */
export function castTime(sql: string, from: TimeType, to: DataType, mode: CastMode): string {
  if (to.kind === "time") return to.precision < from.precision ? cutTime(sql, to) : sql;
  const type = duckDbType(to);
  const micros = `epoch_us(${sql})`;
  if (to.kind === "decimal") {
    const seconds = `CAST(${micros} AS DECIMAL(20,0)) * 0.000001`;
    if (mode !== "ansi") return `TRY_CAST(${seconds} AS ${type})`;
    const problem =
      `'[NUMERIC_VALUE_OUT_OF_RANGE.WITH_SUGGESTION] ' || CAST(${seconds} AS VARCHAR) || '000 cannot be represented as ` +
      `Decimal(${to.precision}, ${to.scale}). If necessary set "spark.sql.ansi.enabled" to "false" to bypass this ` +
      `error, and return NULL instead.'`;
    return orError(`TRY_CAST(${seconds} AS ${type})`, sql, problem, to.precision - to.scale < 5);
  }
  const value = `TRY_CAST(${micros} // 1000000 AS ${type})`;
  const small = to.kind === "byte" || to.kind === "short";
  if (mode !== "ansi") return value;
  const problem =
    `'[CAST_OVERFLOW] The value TIME ''' || CAST(${sql} AS VARCHAR) || ''' of the type "${displayType(from)}" cannot be ` +
    `cast to "${displayType(to)}" due to an overflow. Use \`try_cast\` to tolerate overflow and return NULL instead.'`;
  return orError(value, sql, problem, small);
}

/** A time of day with no more digits of a second than the type has. */
export function cutTime(sql: string, type: TimeType): string {
  return type.precision >= 6 ? sql : `spk_time_cut(${sql}, ${10 ** (6 - type.precision)})`;
}

function orError(value: string, sql: string, problem: string, possible: boolean): string {
  return possible ? `coalesce(${value}, CASE WHEN ${sql} IS NOT NULL THEN error(${problem}) END)` : value;
}
