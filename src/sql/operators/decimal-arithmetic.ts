import type { DecimalType } from "../../core/data-type.ts";
import type { BoundArgument } from "../bound.ts";
import type { Lowering, LoweringTools } from "../lowering.ts";
import { MAX_PRECISION, type DecimalOperator } from "../types/decimal.ts";
import { duckDbType } from "../types/duckdb-type.ts";
import { isNumeric } from "../types/kinds.ts";

/**
 * Decimal arithmetic with Spark's result types: in 64 bits where the values fit these, else in 128, and where even these
 * do not hold every intermediate value `spkjs_decimal` computes with unlimited digits. An overflow is an error in ANSI
 * mode and null otherwise.
 */
export function decimalArithmetic(
  operator: DecimalOperator,
  a: DecimalType,
  b: DecimalType,
  result: DecimalType,
): Lowering {
  return (args, call, tools) => {
    const [left = "", right = ""] = args;
    const stored = call.args.every(isPlain) ? call.args.findIndex(hasColumn) : -1;
    const sql = compute(operator, left, right, a, b, result, stored, tools);
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
  /** The operand that is not constant, where both are simple. */
  stored: number,
  tools: LoweringTools,
): string {
  const type = duckDbType(result);
  const scale = Math.max(a.scale, b.scale);
  const digits = Math.max(a.precision - a.scale, b.precision - b.scale) + scale;
  const bigger = `CAST(spkjs_decimal('${operator}', CAST(${left} AS VARCHAR), CAST(${right} AS VARCHAR), ${result.precision}, ${result.scale}, ${tools.ansi ? "true" : "false"}) AS ${type})`;
  if ((operator === "+" || operator === "-") && digits < MAX_PRECISION) {
    // DuckDB keeps the result of 18 digits to 18, where Spark has one more.
    const common: DecimalType = { kind: "decimal", precision: digits === NARROW ? digits + 1 : digits, scale };
    const [x, y] = [widened(left, a, common), widened(right, b, common)];
    const exact = result.precision === common.precision + 1 && result.scale === scale;
    const wide = exact ? `(${x} ${operator} ${y})` : `CAST(${x} ${operator} ${y} AS ${type})`;
    return digits < NARROW || stored < 0 ? wide : narrowFirst(operator, left, right, a, b, result, wide, stored, tools);
  }
  if (operator === "*" && a.precision + b.precision <= NARROW) return `CAST(${left} * ${right} AS ${type})`;
  if (operator === "*") {
    const wide = wideProduct(left, right, a, b, result, bigger);
    return stored >= 0 && result.scale === a.scale + b.scale
      ? narrowFirst("*", left, right, a, b, result, wide, stored, tools)
      : wide;
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
  if (operator === "/" && result.scale + b.scale >= a.scale) {
    const power = result.scale + b.scale - a.scale;
    const most = (each: DecimalType, more: number): number =>
      MAX_PRECISION - 1 - each.scale - Math.max(each.scale, more);
    const holds = a.precision - a.scale <= most(a, power) && b.precision - b.scale <= most(b, 0);
    if (!holds && left.length + right.length > LONG) return bigger;
    return tools.once(right, (value) => {
      const dividend = `${unscaled(left, a.scale)} * 1${"0".repeat(power)}::HUGEINT`;
      const divisor = unscaled(zeroGuard(value, "DIVIDE_BY_ZERO", tools), b.scale);
      const native = rescaled(`spk_divide_half_up(${dividend}, ${divisor})`, result, tools);
      return holds ? native : whereBelow([left, most(a, power)], [value, most(b, 0)], native, bigger);
    });
  }
  return bigger;
}

function hasColumn(arg: BoundArgument): boolean {
  if (arg.kind === "cast") return hasColumn(arg.operand);
  return arg.kind === "column" || (arg.kind === "call" && arg.args.some(hasColumn));
}

function widened(sql: string, from: DecimalType, to: DecimalType): string {
  return from.precision === to.precision && from.scale === to.scale ? sql : `CAST(${sql} AS ${duckDbType(to)})`;
}

/** Columns, constants, and what adds, subtracts and multiplies them: what DuckDB takes into TRY, cheap to repeat. */
function isPlain(arg: BoundArgument): boolean {
  if (arg.kind === "column" || arg.kind === "literal") return true;
  if (arg.kind === "cast") return isNumeric(arg.operand.type) && isPlain(arg.operand);
  return arg.kind === "call" && PLAIN.has(arg.name) && arg.args.every(isPlain);
}

const PLAIN: ReadonlySet<string> = new Set(["+", "-", "*"]);

/** `native` where both values have so many digits before the point at most, else `bigger`. */
function whereBelow(
  left: readonly [sql: string, digits: number],
  right: readonly [sql: string, digits: number],
  native: string,
  bigger: string,
): string {
  if (left[1] < 1 || right[1] < 1) return bigger;
  const below = [left, right].map(([sql, digits]) => `abs(${sql}) < 1${"0".repeat(digits)}::HUGEINT`);
  return `CASE WHEN ${below.join(" AND ")} THEN ${native} ELSE ${bigger} END`;
}

/** Digits that DuckDB computes with in 64 bits. */
const NARROW = 18;
/** Behind the point: where there are more, too many values would not be narrow. */
const NARROW_SCALE = 8;
/** Characters of SQL that is not worth repeating. */
const LONG = 1500;

/**
 * In 64 bits, which is several times faster, and in 128 only for the rows that overflow these. Notes both forms, so that
 * sums and further arithmetic need not go through 128 bits either.
 */
function narrowFirst(
  operator: "+" | "-" | "*",
  left: string,
  right: string,
  a: DecimalType,
  b: DecimalType,
  result: DecimalType,
  wide: string,
  stored: number,
  tools: LoweringTools,
): string {
  const [own, other] = [narrowOf(left, a, tools), narrowOf(right, b, tools)];
  if (own === undefined || other === undefined || result.scale > NARROW_SCALE || wide.length > LONG) return wide;
  const narrow = `(${own} ${operator} ${other})`;
  const operand = stored === 0 ? left : right;
  const guard = tools.narrow.get(operand)?.guard ?? operand;
  // DuckDB computes what several expressions share before them, outside of TRY, but nothing that stands behind a WHEN.
  const tried = `TRY(CASE WHEN ${guard} IS NOT NULL THEN ${narrow} END)`;
  const sql = `CAST(coalesce(${tried}, ${wide}) AS ${duckDbType(result)})`;
  tools.narrow.set(sql, { narrow, guard, tried, wide });
  return sql;
}

function narrowOf(sql: string, type: DecimalType, tools: LoweringTools): string | undefined {
  return tools.narrow.get(sql)?.narrow ?? (type.precision <= NARROW ? sql : undefined);
}

/** In 128 bits, where DuckDB raises an error for more than 38 digits: with a result of fewer these may still fit Spark's. */
function wideProduct(
  left: string,
  right: string,
  a: DecimalType,
  b: DecimalType,
  result: DecimalType,
  bigger: string,
): string {
  const type = duckDbType(result);
  if (Math.max(a.precision, b.precision) <= NARROW) {
    return `CAST(CAST(${left} AS DECIMAL(${MAX_PRECISION - b.precision},${a.scale})) * ${right} AS ${type})`;
  }
  const native = `CAST(${left} * ${right} AS ${type})`;
  if (result.scale === a.scale + b.scale) return native;
  const free = MAX_PRECISION - a.scale - b.scale;
  if (left.length + right.length > LONG) return bigger;
  return whereBelow([left, free >> 1], [right, free >> 1], native, bigger);
}

/** No table has more rows than a number of so many digits. */
const ROW_DIGITS = 15;

/** SQL of a sum over a count, half up: in 128 bits where these are enough, else `bigger`. */
export function halfUpAverage(
  sum: string,
  summed: DecimalType,
  count: string,
  result: DecimalType,
  bigger: string,
  tools: LoweringTools,
): string {
  const { scale } = summed;
  const more = result.scale - scale;
  const dividend = `${unscaled(sum, scale)} * 1${"0".repeat(more)}::HUGEINT`;
  const native = rescaled(`spk_divide_half_up(${dividend}, nullif(${count}, 0)::HUGEINT)`, result, tools);
  const digits = MAX_PRECISION - 1 - scale - Math.max(scale, more);
  const most = summed.precision - scale + ROW_DIGITS;
  return most <= digits ? native : whereBelow([sum, digits], [count, ROW_DIGITS], native, bigger);
}

/** The value times 10^scale as HUGEINT. */
function unscaled(sql: string, scale: number): string {
  const wide = `CAST(${sql} AS DECIMAL(${MAX_PRECISION},${scale}))`;
  return scale === 0 ? `CAST(${sql} AS HUGEINT)` : `CAST(${wide} * 1${"0".repeat(scale)}::HUGEINT AS HUGEINT)`;
}

function rescaled(quotient: string, result: DecimalType, tools: LoweringTools): string {
  const word = tools.ansi ? "CAST" : "TRY_CAST";
  if (result.scale === 0) return `${word}(${quotient} AS ${duckDbType(result)})`;
  const unit = `0.${"0".repeat(result.scale - 1)}1::DECIMAL(${Math.max(result.scale, 1)},${result.scale})`;
  return `${word}(CAST(${quotient} AS DECIMAL(${MAX_PRECISION},0)) * ${unit} AS ${duckDbType(result)})`;
}

function zeroGuard(value: string, condition: string, tools: LoweringTools): string {
  if (!tools.ansi) return `nullif(${value}, 0)`;
  const hint = "Use `try_divide` to tolerate divisor being 0 and return NULL instead.";
  return `CASE WHEN ${value} = 0 THEN error('[${condition}] Division by zero. ${hint}') ELSE ${value} END`;
}
