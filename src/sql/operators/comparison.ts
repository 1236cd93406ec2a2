import { hasInnerNulls, orderForm } from "../types/order-form.ts";
import { BOOLEAN, DOUBLE, struct, type DataType } from "../../core/data-type.ts";
import type { BoundExpression } from "../bound.ts";
import type { Lowering, Pretty } from "../lowering.ts";
import {
  coerce,
  expressions,
  wrongNumber,
  type BoundFunction,
  type CallSite,
  type ScalarRow,
} from "../functions/function.ts";
import { commonType, widerType } from "../types/common-type.ts";
import { displayType } from "../types/duckdb-type.ts";
import { hasMap, isAtomic, isIntegral, isNumeric, isOrderable, isAnsiInterval } from "../types/kinds.ts";
import { hasVariant } from "../types/variant-type.ts";
import { decimalForInteger, widerDecimal } from "../types/decimal.ts";
import { padded } from "./char-padding.ts";
import { differingTypes, result, twoOperands, wrongType } from "./binary.ts";

const category = "operator";

const COMPARISONS = {
  "=": "($1 = $2)",
  "<=>": "($1 IS NOT DISTINCT FROM $2)",
  "<": "($1 < $2)",
  "<=": "($1 <= $2)",
  ">": "($1 > $2)",
  ">=": "($1 >= $2)",
} as const;

export const comparisonRows: readonly ScalarRow[] = [
  ...Object.entries(COMPARISONS).map(([symbol, sql]): ScalarRow => ({
    kind: "scalar",
    names: symbol === "=" ? ["=", "=="] : [symbol],
    category,
    bind: (call) => compare({ ...call, name: symbol, error: call.error.bind(call) }, symbol, sql),
  })),
  {
    kind: "scalar",
    names: ["equal_null"],
    category,
    bind: (call) => ({ ...compare(call, "<=>", COMPARISONS["<=>"]), pretty: undefined }),
  },
  { kind: "scalar", names: ["in"], category, bind: inList },
];

function compare(call: CallSite, symbol: string, sql: string): BoundFunction {
  const operands = twoOperands(call);
  const [left = operands[0], right = operands[1]] = padded(operands);
  const type = comparisonType(left, right, call.context.ansi);
  if (type === undefined) throw differingTypes(call, symbol, left.type, right.type);
  refuseVariants(call, symbol, type);
  if (hasCalendar(type)) throw invalidOrdering(call, symbol, type);
  if (symbol === "=" || symbol === "<=>" ? hasMap(type) : !isOrderable(type)) {
    throw wrongType(call, symbol, type, "ordering");
  }
  const args = [coerce(left, type, call), coerce(right, type, call)];
  const lower: string | Lowering =
    symbol === "=" || symbol === "<=>" || !hasInnerNulls(type)
      ? sql
      : ([a = "NULL", b = "NULL"], _, tools) => `(${orderForm(a, type, tools)} ${symbol} ${orderForm(b, type, tools)})`;
  const compared = result(call, symbol, args, BOOLEAN, lower, symbol === "<=>" ? false : undefined);
  const shown = roundedText(left, right, symbol);
  return shown === undefined || compared.pretty === undefined ? compared : { ...compared, pretty: shown };
}

/** Where a whole number is compared with a decimal literal, Spark compares, and shows, the next whole one (`DecimalPrecision`). */
function roundedText(left: BoundExpression, right: BoundExpression, symbol: string): Pretty | undefined {
  if (symbol === "=" || symbol === "<=>") return undefined;
  const [whole, literal] = isIntegral(left.type) ? [left, right] : [right, left];
  const { type } = literal;
  if (!isIntegral(whole.type) || type.kind !== "decimal" || literal.kind !== "literal") return undefined;
  if (typeof literal.value !== "string") return undefined;
  const [, sign, digits = "", fraction = ""] = /^(-?)(\d*)\.?(\d*)$/.exec(literal.value) ?? [];
  if (sign === undefined) return undefined;
  const isWhole = /^0*$/.test(fraction);
  const truncated = BigInt(`${sign}${digits === "" ? "0" : digits}`);
  const floor = isWhole || sign === "" ? truncated : truncated - 1n;
  const isFloor = (whole === left) === (symbol === ">" || symbol === "<=");
  const value = isFloor || isWhole ? floor : floor + 1n;
  if (BigInt.asIntN(64, value) !== value) return undefined;
  return ([a = "", b = ""]) => (whole === left ? `(${a} ${symbol} ${value})` : `(${value} ${symbol} ${b})`);
}

function refuseVariants(call: CallSite, symbol: string, type: DataType): void {
  if (hasVariant(type)) throw invalidOrdering(call, symbol, type);
}

/** Calendar intervals are neither equal nor in order: a month has no length. */
function hasCalendar(type: DataType): boolean {
  if (type.kind === "array") return hasCalendar(type.element);
  return type.kind === "struct"
    ? type.fields.some((each) => hasCalendar(each.type))
    : type.kind === "calendar_interval";
}

function invalidOrdering(call: CallSite, symbol: string, type: DataType): Error {
  return call.error(
    "DATATYPE_MISMATCH.INVALID_ORDERING_TYPE",
    `Cannot resolve "${symbol}" due to data type mismatch: The \`${symbol}\` does not support ordering on type "${displayType(type)}".`,
  );
}

/** The type in which two values are compared. */
export function comparisonType(left: BoundExpression, right: BoundExpression, ansi: boolean): DataType | undefined {
  const literal = decimalLiteralType(left, right) ?? decimalLiteralType(right, left);
  if (literal !== undefined) return literal;
  const [a, b] = [left.type, right.type];
  if (!ansi && (a.kind === "string") !== (b.kind === "string")) {
    const other = a.kind === "string" ? b : a;
    if (other.kind === "decimal") return DOUBLE;
    if (isAnsiInterval(other)) return undefined;
    if (isAtomic(other)) return other;
  }
  return widerType(a, renamedLike(b, a), ansi);
}

/** Structs are compared by position: the second takes the names of the first. */
function renamedLike(type: DataType, like: DataType): DataType {
  if (type.kind !== "struct" || like.kind !== "struct" || type.fields.length !== like.fields.length) return type;
  return struct(type.fields.map((each, index) => ({ ...each, name: like.fields[index]?.name ?? each.name })));
}

/** An integer literal beside a decimal takes the fewest digits that hold it. */
function decimalLiteralType(literal: BoundExpression, other: BoundExpression): DataType | undefined {
  if (other.type.kind !== "decimal" || literal.kind !== "literal" || typeof literal.value !== "bigint")
    return undefined;
  return isNumeric(literal.type) ? widerDecimal(other.type, decimalForInteger(literal.value)) : undefined;
}

function inList(call: CallSite): BoundFunction {
  const args = padded(expressions(call));
  const [first, second] = args;
  if (second === undefined) throw wrongNumber(call, "> 1");
  const type =
    args.length === 2 && first !== undefined && second !== undefined
      ? comparisonType(first, second, call.context.ansi)
      : commonType(
          args.map((arg) => renamedLike(arg.type, args[0]?.type ?? arg.type)),
          call.context.ansi,
        );
  if (type === undefined) {
    throw call.error(
      "DATATYPE_MISMATCH.DATA_DIFF_TYPES",
      `Cannot resolve "in" due to data type mismatch: the input should all be the same type, but it's ` +
        `[${args.map((arg) => `"${displayType(arg.type)}"`).join(", ")}].`,
    );
  }
  refuseVariants(call, "in", type);
  return {
    args: args.map((arg) => coerce(arg, type, call)),
    type: BOOLEAN,
    nullable: args.some((arg) => arg.nullable),
    lower: ([value = "", ...list]) => `(${value} IN (${list.join(", ")}))`,
    pretty: ([value = "", ...list]) => `(${value} IN (${list.join(", ")}))`,
  };
}
