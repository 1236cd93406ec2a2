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
  TIMESTAMP,
  VOID,
  type DataType,
} from "../../core/data-type.ts";
import { BoathouseError } from "../../core/errors.ts";
import { momentOf } from "../text-cell.ts";
import { widerType } from "../types/common-type.ts";
import type { JsonOptions } from "./json-options.ts";
import { readJson, type JsonNode } from "./json-text.ts";

/** The schema that Spark infers from one JSON value, as DDL: `STRUCT<a: BIGINT>`. */
export function schemaOfJson(text: string, options: JsonOptions): string {
  if (text.trim() === "") return "STRING";
  const node = readJson(text, options.read);
  if (node === undefined) {
    throw new BoathouseError(
      "MALFORMED_RECORD_IN_PARSING.WITHOUT_SUGGESTION",
      `Malformed records are detected in record parsing: ${text}.`,
      { sqlState: "22023" },
    );
  }
  const type = infer(node, options);
  return sqlType(type.kind === "struct" ? struct(known(type.fields, options)) : (canonical(type, options) ?? STRING));
}

/** Spark: fields in the order of their names; VOID stands for what only nulls were seen of. */
function infer(node: JsonNode, options: JsonOptions): DataType {
  switch (node.kind) {
    case "null":
      return VOID;
    case "array":
      return array(node.items.map((item) => infer(item, options)).reduce(merged, VOID));
    case "object": {
      const fields = [...node.fields].filter(([name]) => name !== "");
      const sorted = fields.sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0));
      return struct(sorted.map(([name, value]) => field(name, infer(value, options))));
    }
    case "string":
      return textType(node.value, options);
    case "boolean":
      return options.primitivesAsString ? STRING : BOOLEAN;
    case "number":
      return options.primitivesAsString ? STRING : numberType(node.text, options);
  }
}

function textType(text: string, options: JsonOptions): DataType {
  if (options.prefersDecimal) {
    const type = decimalType(text);
    if (type !== undefined) return type;
  }
  return options.inferTimestamp && momentOf(text, "timestamp", options.format) !== undefined ? TIMESTAMP : STRING;
}

function numberType(text: string, options: JsonOptions): DataType {
  if (!/^-?\d+$/.test(text)) return (options.prefersDecimal ? decimalType(text) : undefined) ?? DOUBLE;
  const value = BigInt(text);
  if (value >= -(2n ** 63n) && value < 2n ** 63n) return LONG;
  const digits = text.replace("-", "").length;
  return digits <= 38 ? decimal(digits, 0) : DOUBLE;
}

function decimalType(text: string): DataType | undefined {
  const match = /^[+-]?(\d*)\.?(\d*)(?:[eE]([+-]?\d{1,9}))?$/.exec(text);
  const [, whole = "", fraction = "", exponent = "0"] = match ?? [];
  if (match === null || whole + fraction === "") return undefined;
  const scale = fraction.length - Number(exponent);
  const precision = Math.max((whole + fraction).replace(/^0+(?=.)/, "").length, scale);
  if (precision > 38) return undefined;
  if (scale >= 0) return decimal(precision, scale);
  throw new BoathouseError("NEGATIVE_SCALE_DISALLOWED", `Negative scale is not allowed: '${scale}'.`, {
    sqlState: "0A000",
  });
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

/** What only nulls were seen of is a STRING or goes; structs without fields go. Undefined: nothing is left. */
function canonical(type: DataType, options: JsonOptions): DataType | undefined {
  if (type.kind === "void") return options.dropFieldIfAllNull ? undefined : STRING;
  if (type.kind === "array") {
    const element = canonical(type.element, options);
    return element && array(element, type.containsNull);
  }
  if (type.kind !== "struct") return type;
  const fields = known(type.fields, options);
  return fields.length === 0 ? undefined : struct(fields);
}

function known(
  fields: readonly { readonly name: string; readonly type: DataType }[],
  options: JsonOptions,
): ReturnType<typeof field>[] {
  return fields.flatMap((each) => {
    const type = canonical(each.type, options);
    return type === undefined ? [] : [field(each.name, type)];
  });
}
