import type { DataType } from "../../core/data-type.ts";

/** May a value of the type be made of a variant, or one be made of it? (Spark: `VariantGet.checkDataType`.) */
export function isVariantType(type: DataType, nested: "all" | "arrays" = "all"): boolean {
  switch (type.kind) {
    case "array":
      return isVariantType(type.element, nested);
    case "map":
      return nested === "all" && type.key.kind === "string" && isVariantType(type.value, nested);
    case "struct":
      return nested === "all" && type.fields.every((each) => isVariantType(each.type, nested));
    case "string":
      return type.length === undefined;
    case "void":
    case "time":
    case "calendar_interval":
    case "interval_year_month":
    case "interval_day_time":
      return false;
    default:
      return true;
  }
}

/** Does a VARIANT occur in it? */
export function hasVariant(type: DataType): boolean {
  if (type.kind === "array") return hasVariant(type.element);
  if (type.kind === "map") return hasVariant(type.key) || hasVariant(type.value);
  if (type.kind === "struct") return type.fields.some((each) => hasVariant(each.type));
  return type.kind === "variant";
}
