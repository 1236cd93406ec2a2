import { sameType, type DataType } from "../../core/data-type.ts";
import type { CastMode } from "../bound.ts";
import { isVariantType } from "./variant-type.ts";
import { isAnsiInterval, isAtomic, isDecimal, isNumeric } from "./kinds.ts";

/** Is `CAST(from AS to)` allowed at all? (Spark: `Cast.canAnsiCast`, `Cast.canCast`; `try_cast` follows ANSI.) */
export function canCast(from: DataType, to: DataType, mode: CastMode): boolean {
  if (sameType(from, to) || from.kind === "void") return true;
  if (to.kind === "void") return false;
  if (from.kind === "array" && to.kind === "array") return canCast(from.element, to.element, mode);
  if (from.kind === "map" && to.kind === "map") {
    return canCast(from.key, to.key, mode) && canCast(from.value, to.value, mode);
  }
  if (from.kind === "struct" && to.kind === "struct") {
    const { fields } = to;
    return (
      from.fields.length === fields.length &&
      from.fields.every((each, index) => {
        const target = fields[index];
        return target !== undefined && canCast(each.type, target.type, mode);
      })
    );
  }
  if (to.kind === "string") return true;
  if (from.kind === "variant" || to.kind === "variant") return variantCast(from, to);
  if (to.kind === "binary") return from.kind === "string" || (mode === "legacy" && isWhole(from));
  if (to.kind === "calendar_interval") return from.kind === "string";
  if (!isAtomic(from) || !isAtomic(to)) return false;
  if (from.kind === "string") return true;
  if (from.kind === "binary") return false;
  return scalarCast(from, to, mode);
}

/** Can a value that is not null become null? */
export function castIsNullable(from: DataType, to: DataType, mode: CastMode): boolean {
  if (sameType(from, to)) return false;
  if (from.kind === "void" || from.kind === "variant") return true;
  // What is no interval is null in every mode.
  if (to.kind === "calendar_interval") return true;
  if (mode === "ansi") return false;
  if (mode === "try") return !upCast(from, to);
  if (from.kind === "string") return to.kind !== "binary" && to.kind !== "string";
  if (to.kind === "string") return false;
  if (from.kind === "date") return isNumeric(to) || to.kind === "boolean";
  if ((from.kind === "float" || from.kind === "double") && to.kind === "timestamp") return true;
  if (from.kind === "time" && (to.kind === "byte" || to.kind === "short")) return true;
  if (isDecimal(to)) return !holdsAll(from, to);
  return false;
}

function scalarCast(from: DataType, to: DataType, mode: CastMode): boolean {
  const ansi = mode !== "legacy";
  if (isNumeric(from)) {
    if (isNumeric(to) || to.kind === "boolean" || to.kind === "timestamp") return true;
    return isAnsiInterval(to) && (isWhole(from) || isDecimal(from));
  }
  switch (from.kind) {
    case "boolean":
      return isNumeric(to) || (to.kind === "timestamp" && !ansi);
    case "date":
      if (to.kind === "timestamp" || to.kind === "timestamp_ntz") return true;
      return !ansi && (isNumeric(to) || to.kind === "boolean");
    case "timestamp":
      if (to.kind === "date" || to.kind === "timestamp_ntz") return true;
      return isNumeric(to) || (!ansi && to.kind === "boolean");
    case "time":
      return to.kind === "time" || isWhole(to) || isDecimal(to);
    case "timestamp_ntz":
      return to.kind === "date" || to.kind === "timestamp";
    case "interval_year_month":
    case "interval_day_time":
      if (to.kind === from.kind) return true;
      return isWhole(to) || isDecimal(to);
    default:
      return false;
  }
}

/** What holds a struct or a map becomes a variant only by `to_variant_object`. */
function variantCast(from: DataType, to: DataType): boolean {
  return from.kind === "variant" ? isVariantType(to) : isVariantType(from, "arrays");
}

function isWhole(type: DataType): boolean {
  return type.kind === "byte" || type.kind === "short" || type.kind === "int" || type.kind === "long";
}

const WIDTH = ["byte", "short", "int", "long", "float", "double"];

/** A cast that cannot fail nor lose (Spark: `Cast.canUpCast`). */
function upCast(from: DataType, to: DataType): boolean {
  if (to.kind === "string") return isAtomic(from);
  const [a, b] = [WIDTH.indexOf(from.kind), WIDTH.indexOf(to.kind)];
  if (a >= 0 && b >= 0) return a <= b;
  if (isDecimal(to)) return holdsAll(from, to);
  if (from.kind === "date") return to.kind === "timestamp" || to.kind === "timestamp_ntz";
  return (
    (from.kind === "timestamp" && to.kind === "timestamp_ntz") ||
    (from.kind === "timestamp_ntz" && to.kind === "timestamp")
  );
}

const DIGITS: Readonly<Record<string, number>> = { byte: 3, short: 5, int: 10, long: 20, boolean: 1 };

function holdsAll(from: DataType, to: DataType): boolean {
  if (to.kind !== "decimal") return false;
  if (from.kind === "decimal") return to.scale >= from.scale && to.precision - to.scale >= from.precision - from.scale;
  const digits = DIGITS[from.kind];
  return digits !== undefined && to.precision - to.scale >= digits;
}
