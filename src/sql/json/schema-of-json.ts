import {
  array,
  BOOLEAN,
  decimal,
  DOUBLE,
  field,
  LONG,
  sqlType,
  STRING,
  struct,
  VOID,
  type DataType,
} from "../../core/data-type.ts";
import { widerType } from "../types/common-type.ts";
import type { JsonNode } from "./json-text.ts";

/** The schema that Spark infers from one JSON value, as DDL: `STRUCT<a: BIGINT>`. */
export function schemaOfJson(node: JsonNode, primitivesAsString = false): string {
  return sqlType(filled(infer(node, primitivesAsString)));
}

/** Spark: fields in the order of their names; VOID stands for what only nulls were seen of. */
function infer(node: JsonNode, primitivesAsString: boolean): DataType {
  switch (node.kind) {
    case "null":
      return VOID;
    case "array":
      return array(node.items.map((item) => infer(item, primitivesAsString)).reduce(merged, VOID));
    case "object": {
      const fields = [...node.fields].filter(([name]) => name !== "");
      const sorted = fields.sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0));
      return struct(sorted.map(([name, value]) => field(name, infer(value, primitivesAsString))));
    }
    case "string":
      return STRING;
    case "boolean":
      return primitivesAsString ? STRING : BOOLEAN;
    case "number":
      return primitivesAsString ? STRING : numberType(node.text);
  }
}

function numberType(text: string): DataType {
  if (!/^-?\d+$/.test(text)) return DOUBLE;
  const value = BigInt(text);
  if (value >= -(2n ** 63n) && value < 2n ** 63n) return LONG;
  const digits = text.replace("-", "").length;
  return digits <= 38 ? decimal(digits, 0) : DOUBLE;
}

function merged(a: DataType, b: DataType): DataType {
  if (a.kind === "void") return b;
  if (b.kind === "void") return a;
  if (a.kind === "struct" && b.kind === "struct") {
    const names = [...new Set([...a.fields, ...b.fields].map((each) => each.name))].sort();
    return struct(
      names.map((name) => {
        const [left, right] = [a, b].map((each) => each.fields.find((one) => one.name === name)?.type ?? VOID);
        return field(name, merged(left ?? VOID, right ?? VOID));
      }),
    );
  }
  if (a.kind === "array" && b.kind === "array") return array(merged(a.element, b.element));
  if (a.kind === "string" || b.kind === "string") return STRING;
  return widerType(a, b, true) ?? STRING;
}

function filled(type: DataType): DataType {
  if (type.kind === "void") return STRING;
  if (type.kind === "array") return array(filled(type.element), type.containsNull);
  if (type.kind === "struct") return struct(type.fields.map((each) => field(each.name, filled(each.type))));
  return type;
}
