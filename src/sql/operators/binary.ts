import { DOUBLE, type DataType } from "../../core/data-type.ts";
import type { BoundExpression } from "../bound.ts";
import type { Lowering } from "../lowering.ts";
import { coerce, expressions, wrongNumber, type BoundFunction, type CallSite } from "../functions/function.ts";
import { template } from "../functions/template.ts";
import { widerType } from "../types/common-type.ts";
import { decimalFor, decimalForInteger } from "../types/decimal.ts";
import { displayType } from "../types/duckdb-type.ts";
import { isDecimal, isIntegral, isNumeric } from "../types/kinds.ts";

/** What the binary operators share. */

export function twoOperands(call: CallSite): [BoundExpression, BoundExpression] {
  const [left, right, ...others] = expressions(call);
  if (left === undefined || right === undefined || others.length > 0) throw wrongNumber(call, "2");
  return [left, right];
}

/** `(a + b)`. */
export function infix(symbol: string): (args: readonly string[]) => string {
  return ([left = "", right = ""]) => `(${left} ${symbol} ${right})`;
}

export function result(
  call: CallSite,
  symbol: string,
  args: readonly BoundExpression[],
  type: DataType,
  lower: string | Lowering,
  nullable = args.some((arg) => arg.nullable),
): BoundFunction {
  const pretty = call.name === symbol ? infix(symbol) : undefined;
  return { args, type, nullable, lower: typeof lower === "string" ? template(lower) : lower, pretty };
}

/**
 * The common number type of two operands of arithmetic, or undefined when they are not both numbers (or text that
 * stands for one). Decimals are left to `decimalOperands`.
 */
export function numberType(left: DataType, right: DataType, ansi: boolean): DataType | undefined {
  if (left.kind === "string" || right.kind === "string") {
    const other = left.kind === "string" ? right : left;
    if (!isNumeric(other) && other.kind !== "string" && other.kind !== "void") return undefined;
    if (ansi && left.kind === right.kind) return undefined;
    if (!ansi || other.kind === "string" || other.kind === "void") return DOUBLE;
    return widerType(left, right, ansi);
  }
  const numbers = (isNumeric(left) || left.kind === "void") && (isNumeric(right) || right.kind === "void");
  if (!numbers) return undefined;
  if (left.kind === "void" && right.kind === "void") return DOUBLE;
  return widerType(left, right, ansi);
}

/** Both as decimals, integer literals with the fewest digits, when one is a decimal and the other a decimal or integer. */
export function decimalOperands(
  left: BoundExpression,
  right: BoundExpression,
  call: CallSite,
): [BoundExpression, BoundExpression] | undefined {
  if (!isDecimal(left.type) && !isDecimal(right.type)) return undefined;
  const [a, b] = [asDecimal(left, right.type), asDecimal(right, left.type)];
  if (a === undefined || b === undefined) return undefined;
  return [forced(left, a, call), forced(right, b, call)];
}

/** Whoever takes a number for a decimal that not every number of its type fits may get null: so Spark, even of a literal. */
function forced(operand: BoundExpression, type: DataType, call: CallSite): BoundExpression {
  const coerced = coerce(operand, type, call);
  if (!isIntegral(operand.type) || !isDecimal(type)) return coerced;
  const every = decimalFor(operand.type);
  return every === undefined || type.precision - type.scale >= every.precision
    ? coerced
    : { ...coerced, nullable: true };
}

function asDecimal(operand: BoundExpression, other: DataType): DataType | undefined {
  const { type } = operand;
  if (type.kind === "void") return other;
  if (isDecimal(type)) return type;
  if (!isIntegral(type)) return undefined;
  if (operand.kind === "literal" && typeof operand.value === "bigint" && type.kind !== "byte")
    return decimalForInteger(operand.value);
  return decimalFor(type);
}

export function differingTypes(call: CallSite, symbol: string, left: DataType, right: DataType): Error {
  return call.error(
    "DATATYPE_MISMATCH.BINARY_OP_DIFF_TYPES",
    `Cannot resolve "${symbol}" due to data type mismatch: the left and right operands of the binary operator have ` +
      `incompatible types ("${displayType(left)}" and "${displayType(right)}").`,
    { symbol },
  );
}

export function wrongType(call: CallSite, symbol: string, type: DataType, required: string): Error {
  return call.error(
    "DATATYPE_MISMATCH.BINARY_OP_WRONG_TYPE",
    `Cannot resolve "${symbol}" due to data type mismatch: the binary operator requires the input type ${required}, ` +
      `not "${displayType(type)}".`,
    { symbol },
  );
}
