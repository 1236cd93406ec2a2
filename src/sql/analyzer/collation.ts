import { array, field, map, struct, type DataType } from "../../core/data-type.ts";
import { collationNamed, withCollation } from "../collation/collation.ts";

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
