import type { DataType, DecimalType } from "../../core/data-type.ts";

const INTEGRAL = new Set<DataType["kind"]>(["byte", "short", "int", "long"]);
const FRACTIONAL = new Set<DataType["kind"]>(["float", "double", "decimal"]);
const DATETIME = new Set<DataType["kind"]>(["date", "timestamp", "timestamp_ntz"]);
const COMPLEX = new Set<DataType["kind"]>(["array", "map", "struct", "void", "calendar_interval"]);

export function isIntegral(type: DataType): boolean {
  return INTEGRAL.has(type.kind);
}

/** FLOAT, DOUBLE and DECIMAL. */
export function isFractional(type: DataType): boolean {
  return FRACTIONAL.has(type.kind);
}

export function isNumeric(type: DataType): boolean {
  return isIntegral(type) || isFractional(type);
}

export function isDecimal(type: DataType): type is DecimalType {
  return type.kind === "decimal";
}

export function isDatetime(type: DataType): boolean {
  return DATETIME.has(type.kind);
}

/** A year-month or day-time interval. */
export function isAnsiInterval(type: DataType): boolean {
  return type.kind === "interval_year_month" || type.kind === "interval_day_time";
}

export function isInterval(type: DataType): boolean {
  return isAnsiInterval(type) || type.kind === "calendar_interval";
}

/** Spark's AtomicType: not nested, not VOID, not the calendar interval. */
export function isAtomic(type: DataType): boolean {
  return !COMPLEX.has(type.kind);
}

/** Can values be put in order? Maps, variants and calendar intervals cannot. */
export function isOrderable(type: DataType): boolean {
  if (type.kind === "array") return isOrderable(type.element);
  if (type.kind === "struct") return type.fields.every((each) => isOrderable(each.type));
  return type.kind !== "map" && type.kind !== "variant" && type.kind !== "calendar_interval";
}

/** Does a map occur in it? Such values cannot be compared, grouped or made distinct. */
export function hasMap(type: DataType): boolean {
  if (type.kind === "array") return hasMap(type.element);
  if (type.kind === "struct") return type.fields.some((each) => hasMap(each.type));
  return type.kind === "map";
}
