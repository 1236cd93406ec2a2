import {
  array,
  DATE,
  DOUBLE,
  field,
  LONG,
  map,
  sameType,
  simpleString,
  STRING,
  struct,
  TIMESTAMP,
  TIMESTAMP_NTZ,
  VOID,
  type DataType,
  type DayTimeField,
  type YearMonthField,
} from "../../core/data-type.ts";
import { decimalFor, widerDecimal } from "./decimal.ts";
import { isAnsiInterval, isAtomic, isDatetime, isDecimal, isFractional, isIntegral, isNumeric } from "./kinds.ts";

/**
 * The type that both can be converted to, as CASE, COALESCE, IN, set operations and comparisons need it, or undefined
 * (Spark: `AnsiTypeCoercion.findWiderTypeForTwo`, `TypeCoercion.findWiderTypeForTwo`).
 */
export function widerType(a: DataType, b: DataType, ansi: boolean): DataType | undefined {
  return (
    tightestCommonType(a, b, ansi) ??
    widerWithDecimal(a, b) ??
    widerWithString(a, b, ansi) ??
    nested(a, b, (x, y) => widerType(x, y, ansi))
  );
}

/** `widerType` where a string stays apart from everything else (Spark: `findWiderTypeWithoutStringPromotionForTwo`). */
export function widerTypeWithoutString(a: DataType, b: DataType, ansi: boolean): DataType | undefined {
  return (
    tightestCommonType(a, b, ansi) ??
    widerWithDecimal(a, b) ??
    nested(a, b, (x, y) => widerTypeWithoutString(x, y, ansi))
  );
}

/** `widerType` over many. Strings last, so that the order of the arguments does not matter. */
export function commonType(types: readonly DataType[], ansi: boolean): DataType | undefined {
  const [strings, others] = [types.filter(isText), types.filter((type) => !isText(type))];
  let common: DataType | undefined = VOID;
  for (const type of [...strings, ...others]) {
    if (common === undefined) return undefined;
    common = widerType(common, type, ansi);
  }
  return common;
}

/** The same without strings: what arithmetic and set operations start from. */
export function tightestCommonType(a: DataType, b: DataType, ansi: boolean): DataType | undefined {
  if (a.kind === "string" && b.kind === "string") return commonString(a, b);
  if (sameType(a, b)) return withNullability(a, b);
  if (a.kind === "void") return b;
  if (b.kind === "void") return a;
  if (isIntegral(a) && isDecimal(b)) return holds(b, a) ? b : undefined;
  if (isDecimal(a) && isIntegral(b)) return holds(a, b) ? a : undefined;
  if (isNumeric(a) && isNumeric(b) && !isDecimal(a) && !isDecimal(b)) return widerNumber(a, b, ansi);
  if (isDatetime(a) && isDatetime(b)) return widerDatetime(a, b);
  if (isAnsiInterval(a) && isAnsiInterval(b)) return widerInterval(a, b);
  return nested(a, b, (x, y) => tightestCommonType(x, y, ansi));
}

/** Decimals with decimals, integers or floating point. */
function widerWithDecimal(a: DataType, b: DataType): DataType | undefined {
  if (!isDecimal(a) && !isDecimal(b)) return undefined;
  if (a.kind === "float" || a.kind === "double" || b.kind === "float" || b.kind === "double") return DOUBLE;
  const [left, right] = [decimalFor(a), decimalFor(b)];
  return left === undefined || right === undefined ? undefined : widerDecimal(left, right);
}

function widerWithString(a: DataType, b: DataType, ansi: boolean): DataType | undefined {
  if (!isText(a) && !isText(b)) return undefined;
  const other = isText(a) ? b : a;
  if (!ansi) return isAtomic(other) && other.kind !== "binary" && other.kind !== "boolean" ? STRING : undefined;
  if (isIntegral(other)) return LONG;
  if (isFractional(other)) return DOUBLE;
  return isAtomic(other) && !isAnsiInterval(other) ? other : undefined;
}

function isText(type: DataType): boolean {
  return type.kind === "string";
}

function commonString(a: DataType, b: DataType): DataType | undefined {
  const [left, right] = [a.kind === "string" ? a.collation : undefined, b.kind === "string" ? b.collation : undefined];
  if (left === right) return sameType(a, b) ? a : left === undefined ? STRING : { kind: "string", collation: left };
  return left === undefined || right === undefined ? { kind: "string", collation: left ?? right ?? "" } : undefined;
}

function holds(type: DataType, integral: DataType): boolean {
  const needed = decimalFor(integral);
  return type.kind === "decimal" && needed !== undefined && type.precision - type.scale >= needed.precision;
}

const NUMBERS = ["byte", "short", "int", "long", "float", "double"];

function widerNumber(a: DataType, b: DataType, ansi: boolean): DataType {
  const wider = NUMBERS.indexOf(a.kind) >= NUMBERS.indexOf(b.kind) ? a : b;
  const mixed = isIntegral(a) !== isIntegral(b);
  return ansi && mixed && wider.kind === "float" ? DOUBLE : wider;
}

function widerDatetime(a: DataType, b: DataType): DataType {
  if (a.kind === "timestamp" || b.kind === "timestamp") return TIMESTAMP;
  return a.kind === "timestamp_ntz" || b.kind === "timestamp_ntz" ? TIMESTAMP_NTZ : DATE;
}

const YEAR_MONTH: readonly YearMonthField[] = ["year", "month"];
const DAY_TIME: readonly DayTimeField[] = ["day", "hour", "minute", "second"];

function widerInterval(a: DataType, b: DataType): DataType | undefined {
  if (a.kind === "interval_year_month" && b.kind === "interval_year_month") {
    const start = YEAR_MONTH[Math.min(YEAR_MONTH.indexOf(a.start), YEAR_MONTH.indexOf(b.start))] ?? "year";
    const end = YEAR_MONTH[Math.max(YEAR_MONTH.indexOf(a.end), YEAR_MONTH.indexOf(b.end))] ?? "month";
    return { kind: "interval_year_month", start, end };
  }
  if (a.kind === "interval_day_time" && b.kind === "interval_day_time") {
    const start = DAY_TIME[Math.min(DAY_TIME.indexOf(a.start), DAY_TIME.indexOf(b.start))] ?? "day";
    const end = DAY_TIME[Math.max(DAY_TIME.indexOf(a.end), DAY_TIME.indexOf(b.end))] ?? "second";
    return { kind: "interval_day_time", start, end };
  }
  return undefined;
}

type Wider = (a: DataType, b: DataType) => DataType | undefined;

function nested(a: DataType, b: DataType, wider: Wider): DataType | undefined {
  if (a.kind === "array" && b.kind === "array") {
    const element = wider(a.element, b.element);
    return element && array(element, a.containsNull || b.containsNull);
  }
  if (a.kind === "map" && b.kind === "map") {
    const [key, value] = [wider(a.key, b.key), wider(a.value, b.value)];
    return key && value && map(key, value, a.valueContainsNull || b.valueContainsNull);
  }
  if (a.kind === "struct" && b.kind === "struct" && a.fields.length === b.fields.length) {
    const fields = a.fields.map((left, index) => {
      const right = b.fields[index];
      if (right === undefined || left.name.toLowerCase() !== right.name.toLowerCase()) return undefined;
      const type = wider(left.type, right.type);
      return type && field(left.name, type, left.nullable || right.nullable);
    });
    const found = fields.filter((each) => each !== undefined);
    return found.length === fields.length ? struct(found) : undefined;
  }
  return undefined;
}

/** The same type, where either may hold nulls. */
function withNullability(a: DataType, b: DataType): DataType {
  if (a === b || isAtomic(a)) return a;
  return nested(a, b, (x, y) => (simpleString(x) === simpleString(y) ? withNullability(x, y) : undefined)) ?? a;
}
