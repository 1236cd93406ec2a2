import { array, field, map, STRING, struct, type DataType } from "../../core/data-type.ts";
import type { Span } from "../ast/node.ts";
import { unsupported, type Analysis } from "./analysis.ts";

/** Strings are compared by their bytes; any other collation is refused where it would matter. */
export function refuseCollation(type: DataType, span: Span | undefined, analysis: Analysis): void {
  const name = collationOf(type);
  if (name !== undefined) throw unsupported(analysis, span, `The collation ${name}`);
}

function collationOf(type: DataType): string | undefined {
  switch (type.kind) {
    case "string":
      return type.collation === undefined || type.collation.toUpperCase() === "UTF8_BINARY"
        ? undefined
        : type.collation;
    case "array":
      return collationOf(type.element);
    case "map":
      return collationOf(type.key) ?? collationOf(type.value);
    case "struct":
      return type.fields.map((each) => collationOf(each.type)).find((each) => each !== undefined);
    default:
      return undefined;
  }
}

/** The type of a stored column as expressions see it: CHAR and VARCHAR are STRING, the binary collation goes unsaid. */
export function valueType(type: DataType): DataType {
  switch (type.kind) {
    case "string":
      return collationOf(type) === undefined ? STRING : { kind: "string", collation: type.collation ?? "" };
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
