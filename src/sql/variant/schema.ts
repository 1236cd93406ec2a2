import {
  array,
  BINARY,
  BOOLEAN,
  DATE,
  decimal,
  DOUBLE,
  field,
  FLOAT,
  LONG,
  quoteIfNeeded,
  sameType,
  sqlType,
  STRING,
  struct,
  TIMESTAMP,
  TIMESTAMP_NTZ,
  VARIANT,
  VOID,
  type DataType,
  type DecimalType,
} from "../../core/data-type.ts";
import { tightestCommonType } from "../types/common-type.ts";
import { digitCount, malformedVariant, stripped, type VariantNode } from "./node.ts";

/** The type of one value: objects as structs, their fields in order. */
export function schemaOfVariant(value: VariantNode): DataType {
  switch (value.kind) {
    case "null":
      return VOID;
    case "boolean":
      return BOOLEAN;
    case "long":
      return LONG;
    case "double":
      return DOUBLE;
    case "float":
      return FLOAT;
    case "decimal": {
      const { unscaled, scale } = stripped(value);
      return decimal(Math.max(digitCount(unscaled), scale), scale);
    }
    case "date":
      return DATE;
    case "timestamp":
      return TIMESTAMP;
    case "timestamp_ntz":
      return TIMESTAMP_NTZ;
    case "string":
      return STRING;
    case "binary":
      return BINARY;
    case "uuid":
      return UUID;
    case "array":
      return array(value.items.map(schemaOfVariant).reduce(mergeSchemas, VOID));
    case "object":
      value.fields.forEach(([key], index) => {
        const before = value.fields[index - 1]?.[0];
        if (before !== undefined && before >= key) throw malformedVariant();
      });
      return struct(value.fields.map(([key, item]) => field(key, schemaOfVariant(item))));
  }
}

/** Stands for the type that Spark has no name for but prints; nothing else is called so. */
const UUID: DataType = struct([field("\u0000uuid", VOID)]);

function isUuid(type: DataType): boolean {
  return type.kind === "struct" && type.fields.length === 1 && type.fields[0]?.name === "\u0000uuid";
}

/** The type for values of both types; VARIANT where only that holds both (Spark: `JsonInferSchema.compatibleType`). */
export function mergeSchemas(a: DataType, b: DataType): DataType {
  const common = tightest(a, b);
  if (common !== undefined) return common;
  if (a.kind === "decimal" && b.kind === "decimal") return widerDecimal(a, b);
  if ((a.kind === "decimal" && isFloating(b)) || (isFloating(a) && b.kind === "decimal")) return DOUBLE;
  if (a.kind === "long" && b.kind === "decimal") return mergeSchemas(decimal(20, 0), b);
  if (a.kind === "decimal" && b.kind === "long") return mergeSchemas(a, decimal(20, 0));
  if (a.kind === "array" && b.kind === "array") return array(mergeSchemas(a.element, b.element));
  if (a.kind === "struct" && b.kind === "struct" && !isUuid(a) && !isUuid(b)) {
    const [left, right] = [a, b].map((each) => new Map(each.fields.map((one) => [one.name, one.type])));
    const names = [...new Set([...a.fields, ...b.fields].map((each) => each.name))].sort();
    return struct(names.map((name) => field(name, mergeSchemas(left?.get(name) ?? VOID, right?.get(name) ?? VOID))));
  }
  return VARIANT;
}

function tightest(a: DataType, b: DataType): DataType | undefined {
  if (sameType(a, b)) return a;
  if (isNested(a) || isNested(b)) return a.kind === "void" ? b : b.kind === "void" ? a : undefined;
  return tightestCommonType(a, b, false);
}

function isFloating(type: DataType): boolean {
  return type.kind === "double" || type.kind === "float";
}

function isNested(type: DataType): boolean {
  return type.kind === "struct" || type.kind === "array";
}

function widerDecimal(a: DecimalType, b: DecimalType): DataType {
  const scale = Math.max(a.scale, b.scale);
  const range = Math.max(a.precision - a.scale, b.precision - b.scale);
  return range + scale > 38 ? DOUBLE : decimal(range + scale, scale);
}

/** As SQL spells it, with OBJECT for objects. */
export function variantSchemaText(type: DataType): string {
  if (isUuid(type)) return "UUID";
  if (type.kind === "array") return `ARRAY<${variantSchemaText(type.element)}>`;
  if (type.kind !== "struct") return sqlType(type);
  return `OBJECT<${type.fields.map((each) => `${quoteIfNeeded(each.name)}: ${variantSchemaText(each.type)}`).join(", ")}>`;
}
