import { isJsonObject, type Json } from "../../core/json.ts";
import { malformedVariant, parseDecimal, VARIANT_NULL, type VariantField, type VariantNode } from "./node.ts";
import { readNode, variantOf } from "./read.ts";

/** How a value, or a part of one, stands in a file: as bytes (`value`), as a column of a type (`typed_value`), or as both. */
export interface Shape {
  readonly value: boolean;
  readonly typed?: TypedShape;
}

export type TypedShape =
  | { readonly kind: "object"; readonly fields: readonly (readonly [key: string, shape: Shape])[] }
  | { readonly kind: "array"; readonly element: Shape }
  | {
      readonly kind:
        | "boolean"
        | "long"
        | "float"
        | "double"
        | "decimal"
        | "date"
        | "timestamp"
        | "timestamp_ntz"
        | "string"
        | "binary"
        | "uuid";
    };

/**
 * Puts a shredded value together again (Parquet's "Variant Shredding", "Reconstructing a Shredded Variant"). `data` is JSON
 * of the typed parts, in the form that `shredded-sql.ts` gives them. Throws `MALFORMED_VARIANT`.
 */
export function unshred(metadata: Uint8Array, data: Json, shape: Shape): VariantNode {
  return part(metadata, data, shape) ?? VARIANT_NULL;
}

/** Undefined for a field that an object does not have. */
function part(metadata: Uint8Array, data: Json | undefined, shape: Shape): VariantNode | undefined {
  if (data === null || data === undefined) return undefined;
  if (!isJsonObject(data)) throw malformedVariant();
  const { v, t } = data;
  const rest =
    typeof v === "string" ? readNode(variantOf(Buffer.concat([metadata, Buffer.from(v, "hex")]))) : undefined;
  if (t === null || t === undefined || shape.typed === undefined) return rest;
  const { typed } = shape;
  if (typed.kind !== "object") {
    if (rest !== undefined) throw malformedVariant();
    if (typed.kind !== "array") return scalar(t, typed.kind);
    if (!Array.isArray(t)) throw malformedVariant();
    // An element that is in neither column is not allowed; Spark takes it for null.
    return { kind: "array", items: t.map((item: Json) => part(metadata, item, typed.element) ?? VARIANT_NULL) };
  }
  if (!isJsonObject(t)) throw malformedVariant();
  const fields = typed.fields.flatMap(([key, each], index): VariantField[] => {
    const value = part(metadata, t[`f${index}`], each);
    return value === undefined ? [] : [[key, value]];
  });
  if (rest === undefined) return { kind: "object", fields };
  if (rest.kind !== "object") throw malformedVariant();
  const typedKeys = new Set(typed.fields.map(([key]) => key));
  return { kind: "object", fields: [...fields, ...rest.fields.filter(([key]) => !typedKeys.has(key))] };
}

type ScalarKind = Exclude<TypedShape["kind"], "object" | "array">;

function scalar(data: Json, kind: ScalarKind): VariantNode {
  if (typeof data !== "string") throw malformedVariant();
  switch (kind) {
    case "boolean":
      return { kind, value: data === "true" };
    case "long":
      return { kind, value: BigInt(data) };
    case "float":
    case "double":
      return { kind, value: floating(data) };
    case "decimal":
      return parseDecimal(data);
    case "date":
      return { kind, days: Number(data) };
    case "timestamp":
    case "timestamp_ntz":
      return { kind, micros: BigInt(data) };
    case "string":
    case "uuid":
      return { kind, value: data };
    case "binary":
      return { kind, value: Buffer.from(data, "hex") };
  }
}

function floating(text: string): number {
  const special = SPECIAL.get(text);
  return special ?? Number(text);
}

const SPECIAL: ReadonlyMap<string, number> = new Map([
  ["nan", Number.NaN],
  ["inf", Number.POSITIVE_INFINITY],
  ["-inf", Number.NEGATIVE_INFINITY],
]);
