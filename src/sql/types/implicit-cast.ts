import { array, map, sameType, type DataType } from "../../core/data-type.ts";
import { isAnsiInterval, isAtomic, isDatetime, isNumeric } from "./kinds.ts";

/**
 * May a value of type `from` stand where a function wants `to`? (Spark: `AnsiTypeCoercion.implicitCast`,
 * `TypeCoercion.implicitCast`.) Gives the type to cast to, which keeps whether elements can be null.
 */
export function implicitCast(from: DataType, to: DataType, ansi: boolean): DataType | undefined {
  if (sameType(from, to)) return from;
  if (from.kind === "void") return to;
  if (from.kind === "array" && to.kind === "array") {
    const element = implicitCast(from.element, to.element, ansi);
    return element && array(element, from.containsNull);
  }
  if (from.kind === "map" && to.kind === "map") {
    const [key, value] = [implicitCast(from.key, to.key, ansi), implicitCast(from.value, to.value, ansi)];
    return key && value && map(key, value, from.valueContainsNull);
  }
  if (ansi) {
    if (from.kind === "string" && isAtomic(to) && !isAnsiInterval(to)) return to;
    return canStoreAssign(from, to) ? to : undefined;
  }
  if (isNumeric(from) && isNumeric(to)) return to;
  if (isDatetime(from) && isDatetime(to)) return to;
  if (from.kind === "string") return isNumeric(to) || isDatetime(to) || to.kind === "binary" ? to : stringToString(to);
  return isAtomic(from) && to.kind === "string" ? to : undefined;
}

/** May a value be written into a column of type `to`? (Spark: `Cast.canANSIStoreAssign`.) */
export function canStoreAssign(from: DataType, to: DataType): boolean {
  if (sameType(from, to) || from.kind === "void") return true;
  if (isNumeric(from) && isNumeric(to)) return true;
  if (to.kind === "string") return isAtomic(from) || from.kind === "calendar_interval";
  if (isDatetime(from) && isDatetime(to)) return true;
  if (from.kind === "time" && to.kind === "time") return true;
  if (isAnsiInterval(from) && from.kind === to.kind) return true;
  if (from.kind === "array" && to.kind === "array") return canStoreAssign(from.element, to.element);
  if (from.kind === "map" && to.kind === "map") {
    return canStoreAssign(from.key, to.key) && canStoreAssign(from.value, to.value);
  }
  if (from.kind === "struct" && to.kind === "struct") {
    const { fields } = to;
    return (
      from.fields.length === fields.length &&
      from.fields.every((each, index) => {
        const target = fields[index];
        return target !== undefined && canStoreAssign(each.type, target.type);
      })
    );
  }
  return false;
}

function stringToString(to: DataType): DataType | undefined {
  return to.kind === "string" ? to : undefined;
}
