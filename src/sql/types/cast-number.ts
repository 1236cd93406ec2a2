import type { DataType, DecimalType } from "../../core/data-type.ts";
import { unreachable } from "../../core/errors.ts";
import type { CastMode } from "../bound.ts";
import type { CastTools } from "./cast-tools.ts";
import { displayType, duckDbType } from "./duckdb-type.ts";
import { castOverflow, microsInterval, monthsInterval } from "./interval-sql.ts";
import { isIntegral, isNumeric } from "./kinds.ts";

/** Casts from numbers and booleans to anything but text. */
export function castNumber(sql: string, from: DataType, to: DataType, mode: CastMode, tools: CastTools): string {
  if (to.kind === "boolean") return `(${sql} <> 0)`;
  if (to.kind === "timestamp") return toTimestamp(sql, from, mode, tools);
  if (to.kind === "interval_year_month" || to.kind === "interval_day_time")
    return toInterval(sql, from, to, { ...tools, quiet: mode === "try" });
  if (to.kind === "binary") return toBinary(sql, from);
  if (!isNumeric(to)) return unreachable("A number was cast to a type that takes none.", { from, to });
  const target = duckDbType(to);
  if (from.kind === "boolean") return `${word(mode)}(${sql} AS ${target})`;
  if (to.kind === "decimal") {
    if (from.kind === "float" || from.kind === "double") {
      const text = `CAST(CAST(${sql} AS DOUBLE) AS VARCHAR)`;
      const finite = `nullif(nullif(nullif(${text}, 'nan'), 'inf'), '-inf')`;
      return `${word(mode)}(${finite} AS ${target})`;
    }
    return `${word(mode)}(${sql} AS ${target})`;
  }
  if (to.kind === "float" && from.kind === "double") return tools.once(sql, (value) => narrowToFloat(value));
  if (to.kind === "float" || to.kind === "double") return `CAST(${sql} AS ${target})`;
  if (isIntegral(from)) return integral(sql, from, to, mode);
  const whole = `trunc(${sql})`;
  if (mode !== "legacy") return `${word(mode)}(${whole} AS ${target})`;
  if (from.kind === "decimal") return wrap(`CAST(${whole} AS HUGEINT)`, to);
  const [low, high] =
    to.kind === "long" ? ["-9223372036854775808", "9223372036854775807"] : ["-2147483648", "2147483647"];
  return tools.once(sql, (value) => {
    const middle = to.kind === "long" ? "BIGINT" : "INTEGER";
    const saturated =
      `CASE WHEN isnan(${value}) THEN 0 WHEN ${value} >= ${high} THEN ${high} WHEN ${value} <= ${low} THEN ${low} ` +
      `ELSE CAST(trunc(${value}) AS ${middle}) END`;
    return to.kind === "long" || to.kind === "int"
      ? `CAST(${saturated} AS ${target})`
      : wrap(`CAST(${saturated} AS INTEGER)`, to);
  });
}

const WIDTH = ["byte", "short", "int", "long"];

function integral(sql: string, from: DataType, to: DataType, mode: CastMode): string {
  const widens = WIDTH.indexOf(from.kind) <= WIDTH.indexOf(to.kind);
  if (widens) return `CAST(${sql} AS ${duckDbType(to)})`;
  return mode === "legacy" ? wrap(sql, to) : `${word(mode)}(${sql} AS ${duckDbType(to)})`;
}

const BITS: Readonly<Record<string, readonly [mask: string, sign: string]>> = {
  byte: ["255", "128"],
  short: ["65535", "32768"],
  int: ["4294967295", "2147483648"],
  long: ["18446744073709551615", "9223372036854775808"],
};

/** The low bits, as Java narrows. */
function wrap(sql: string, to: DataType): string {
  const [mask, sign] = BITS[to.kind] ?? unreachable("Only integers wrap around.");
  return `CAST(xor(CAST(${sql} AS HUGEINT) & ${mask}::HUGEINT, ${sign}::HUGEINT) - ${sign}::HUGEINT AS ${duckDbType(to)})`;
}

function narrowToFloat(value: string): string {
  return (
    `CASE WHEN abs(${value}) > 3.4028235677973366e38 THEN CAST(${value} * 'inf'::DOUBLE AS FLOAT) ` +
    `ELSE CAST(${value} AS FLOAT) END`
  );
}

/** DuckDB multiplies narrow decimals in 64 bits. */
function widened(value: string, { precision, scale }: DecimalType): string {
  return precision <= 18 ? `CAST(${value} AS DECIMAL(${precision + 13},${scale}))` : value;
}

function toTimestamp(sql: string, from: DataType, mode: CastMode, tools: CastTools): string {
  if (from.kind === "boolean") return `make_timestamptz(CAST(${sql} AS BIGINT))`;
  if (isIntegral(from)) return `make_timestamptz(CAST(${sql} AS BIGINT) * 1000000)`;
  const micros = (value: string): string =>
    from.kind === "decimal" ? `trunc(${widened(value, from)} * 1000000)` : `trunc(CAST(${value} AS DOUBLE) * 1000000)`;
  if (from.kind === "decimal" || mode !== "ansi") return `make_timestamptz(${word(mode)}(${micros(sql)} AS BIGINT))`;
  return tools.once(sql, (value) => {
    const raise = `error('[CAST_INVALID_INPUT] The value ' || ${value} || ' of the type "${displayType(from)}" cannot be cast to "TIMESTAMP" because it is malformed. Use \`try_cast\` to tolerate malformed input and return NULL instead.')`;
    return `CASE WHEN isfinite(${value}) THEN make_timestamptz(CAST(${micros(value)} AS BIGINT)) WHEN ${value} IS NOT NULL THEN ${raise} END`;
  });
}

function toInterval(sql: string, from: DataType, to: DataType, tools: CastTools & { readonly quiet: boolean }): string {
  const overflow = castOverflow(displayType(from), displayType(to));
  // No interval has so many digits behind the point, and with fewer there is room before it.
  const short = from.kind === "decimal" && from.scale > 18 ? `CAST(${sql} AS DECIMAL(38,18))` : sql;
  const wide = isIntegral(from) ? `(${sql})::HUGEINT` : short;
  if (to.kind === "interval_year_month") {
    const months = (value: string): string => (to.end === "year" ? scaled(value, "12", from) : value);
    return tools.once(wide, (value) => monthsInterval(months(value), overflow, tools));
  }
  const unit = to.kind === "interval_day_time" ? to.end : "second";
  const micros = { day: "86400000000", hour: "3600000000", minute: "60000000", second: "1000000" }[unit];
  const amount = (value: string): string =>
    unit === "second" ? `round(${scaled(value, micros, from)})` : scaled(`trunc(${value})`, micros, from);
  return tools.once(wide, (value) => microsInterval(amount(value), overflow, tools));
}

/** A decimal of many digits may leave what DuckDB computes with: then it leaves the interval, too. */
function scaled(value: string, factor: string, from: DataType): string {
  if (from.kind !== "decimal") return `${value} * ${factor}`;
  const product = `CAST(${value} AS DECIMAL(38,${Math.min(from.scale, 18)})) * ${factor}`;
  return `coalesce(TRY(CAST(${product} AS DECIMAL(38,6))), CASE WHEN ${value} IS NOT NULL THEN 1e31::DECIMAL(38,6) END)`;
}

/** Big-endian two's complement. */
function toBinary(sql: string, from: DataType): string {
  const digits = { byte: 2, short: 4, int: 8, long: 16 }[
    from.kind === "byte" || from.kind === "short" || from.kind === "int" ? from.kind : "long"
  ];
  return `unhex(right(lpad(hex(CAST(${sql} AS BIGINT)), 16, '0'), ${digits}))`;
}

function word(mode: CastMode): string {
  return mode === "ansi" ? "CAST" : "TRY_CAST";
}
