import { array, field, map, struct, type DataType } from "../../core/data-type.ts";
import { collationNamed, knownCollations, withCollation } from "../collation/collation.ts";
import type { Analysis } from "./analysis.ts";

/** The type of a stored column as expressions see it: CHAR and VARCHAR are STRING, the binary collation goes unsaid. */
export function valueType(type: DataType): DataType {
  switch (type.kind) {
    case "string": {
      const name = type.collation === undefined ? undefined : collationNamed(type.collation).name;
      return withCollation({ kind: "string" }, name === "UTF8_BINARY" ? undefined : name);
    }
    case "array":
      return array(valueType(type.element), type.containsNull);
    case "map":
      return map(valueType(type.key), valueType(type.value), type.valueContainsNull);
    case "struct":
      return struct(type.fields.map((each) => field(each.name, valueType(each.type), each.nullable)));
    default:
      return type;
  }
}

/** The collation of strings that name none: that of the view whose query this is. Undefined is UTF8_BINARY. */
export function defaultCollation(analysis: Analysis): string | undefined {
  const { collation } = analysis.names;
  if (collation === undefined) return undefined;
  analysis.statement.collated = true;
  const { name } = collationNamed(collation);
  return name === "UTF8_BINARY" ? undefined : name;
}

/** The type that a cast is to. Throws COLLATION_INVALID_NAME. */
export function castType(type: DataType, analysis: Analysis): DataType {
  if (type.kind === "string" && type.collation === undefined) return withCollation(type, defaultCollation(analysis));
  return knownCollations(type);
}
