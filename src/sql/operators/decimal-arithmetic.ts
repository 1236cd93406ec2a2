import type { DecimalType } from "../../core/data-type.ts";
import type { Lowering, LoweringTools } from "../bound.ts";
import { MAX_PRECISION, type DecimalOperator } from "../types/decimal.ts";
import { duckDbType } from "../types/duckdb-type.ts";

/**
 * Decimal arithmetic with Spark's result types. Where DuckDB's 128 bits hold every intermediate value it is native,
 * otherwise `spkjs_decimal` computes with unlimited digits. An overflow is an error in ANSI mode and null otherwise.
 */
export function decimalArithmetic(
  operator: DecimalOperator,
  a: DecimalType,
  b: DecimalType,
  result: DecimalType,
): Lowering {
  return (args, _, tools) => {
    const [left = "", right = ""] = args;
    const sql = compute(operator, left, right, a, b, result, tools);
    const converted = operator === "div" ? `CAST(${sql} AS BIGINT)` : sql;
    return tools.ansi || operator === "/" || operator === "%" || operator === "div" || operator === "pmod"
      ? converted
      : `TRY(${converted})`;
  };
}

function compute(
  operator: DecimalOperator,
  left: string,
  right: string,
  a: DecimalType,
  b: DecimalType,
  result: DecimalType,
  tools: LoweringTools,
): string {
  const type = duckDbType(result);
  const scale = Math.max(a.scale, b.scale);
  const digits = Math.max(a.precision - a.scale, b.precision - b.scale) + scale;
  if ((operator === "+" || operator === "-") && digits < MAX_PRECISION) {
    // DuckDB keeps the result of 18 digits to 18, where Spark has one more.
    const common = `DECIMAL(${digits === NARROW ? digits + 1 : digits},${scale})`;
    return `CAST(CAST(${left} AS ${common}) ${operator} CAST(${right} AS ${common}) AS ${type})`;
  }
  if (operator === "*" && a.precision + b.precision <= MAX_PRECISION) {
    return `CAST(${product(left, right, a, b)} AS ${type})`;
  }
  if ((operator === "%" || operator === "pmod") && digits < MAX_PRECISION) {
    const common = `DECIMAL(${digits},${scale})`;
    return tools.once(right, (value) => {
      const divisor = zeroGuard(value, "REMAINDER_BY_ZERO", tools);
      const rest = `(CAST(${left} AS ${common}) % CAST(${divisor} AS ${common}))`;
      if (operator === "%") return `CAST(${rest} AS ${type})`;
      return `CAST(CASE WHEN ${rest} < 0 THEN (${rest} + CAST(${value} AS ${common})) % CAST(${value} AS ${common}) ELSE ${rest} END AS ${type})`;
    });
  }
  if (operator === "div" && digits < MAX_PRECISION && digits + scale <= MAX_PRECISION) {
    return tools.once(
      right,
      (value) => `(${unscaled(left, scale)} // ${unscaled(zeroGuard(value, "DIVIDE_BY_ZERO", tools), scale)})`,
    );
  }
  if (
    operator === "/" &&
    result.scale + b.scale >= a.scale &&
    a.precision + result.scale + b.scale - a.scale < MAX_PRECISION &&
    fits(a) &&
    fits(b) &&
    result.precision < MAX_PRECISION
  ) {
    return tools.once(right, (value) => {
      const power = result.scale + b.scale - a.scale;
      const dividend = `${unscaled(left, a.scale)} * 1${"0".repeat(Math.max(power, 0))}::HUGEINT`;
      const divisor = unscaled(zeroGuard(value, "DIVIDE_BY_ZERO", tools), b.scale);
      return rescaled(`spk_divide_half_up(${dividend}, ${divisor})`, result);
    });
  }
  const bigger = `spkjs_decimal('${operator}', CAST(${left} AS VARCHAR), CAST(${right} AS VARCHAR), ${result.precision}, ${result.scale}, ${tools.ansi ? "true" : "false"})`;
  return `CAST(${bigger} AS ${type})`;
}

/** Digits that DuckDB computes with in 64 bits. */
const NARROW = 18;
const SHORT = 300;

/** DuckDB keeps the product of two narrow decimals narrow: where that overflows, it is computed again with 128 bits. */
function product(left: string, right: string, a: DecimalType, b: DecimalType): string {
  const narrow = Math.max(a.precision, b.precision) <= NARROW && a.precision + b.precision > NARROW;
  if (!narrow) return `(${left} * ${right})`;
  const wide = `(CAST(${left} AS DECIMAL(${MAX_PRECISION - b.precision},${a.scale})) * ${right})`;
  return left.length + right.length > SHORT ? wide : `coalesce(TRY(${left} * ${right}), ${wide})`;
}

function fits(type: DecimalType): boolean {
  return type.precision + type.scale < MAX_PRECISION;
}

/** The value times 10^scale as HUGEINT. */
function unscaled(sql: string, scale: number): string {
  const wide = `CAST(${sql} AS DECIMAL(${MAX_PRECISION},${scale}))`;
  return scale === 0 ? `CAST(${sql} AS HUGEINT)` : `CAST(${wide} * 1${"0".repeat(scale)}::HUGEINT AS HUGEINT)`;
}

function rescaled(quotient: string, result: DecimalType): string {
  if (result.scale === 0) return `CAST(${quotient} AS ${duckDbType(result)})`;
  const unit = `0.${"0".repeat(result.scale - 1)}1::DECIMAL(${Math.max(result.scale, 1)},${result.scale})`;
  return `CAST(CAST(${quotient} AS DECIMAL(${MAX_PRECISION},0)) * ${unit} AS ${duckDbType(result)})`;
}

function zeroGuard(value: string, condition: string, tools: LoweringTools): string {
  if (!tools.ansi) return `nullif(${value}, 0)`;
  const hint = "Use `try_divide` to tolerate divisor being 0 and return NULL instead.";
  return `CASE WHEN ${value} = 0 THEN error('[${condition}] Division by zero. ${hint}') ELSE ${value} END`;
}
