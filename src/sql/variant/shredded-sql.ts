import { BoathouseError } from "../../core/errors.ts";
import { quoteIdentifier, quoteString } from "../quote.ts";
import { fieldType, type FileType } from "./file-type.ts";
import type { Shape, TypedShape } from "./unshred.ts";

/** The function that puts a shredded value together: what SQL that reads such files needs on its connection. */
export const UNSHRED = "spkjs_variant_unshred";

/**
 * DuckDB SQL of the one BLOB (`encoding.ts`) of a group of `metadata`, `value` and `typed_value` (Parquet's "Variant
 * Shredding"): the typed parts travel as JSON text, in which every number is a text, and the shape says what they are.
 */
export function variantFromShredded(group: string, type: FileType): string {
  const shape = shapeOf(type);
  const data = `to_json(${dataSql(group, shape)})::VARCHAR`;
  return `CASE WHEN ${group} IS NOT NULL THEN ${UNSHRED}(${group}.metadata, ${data}, ${quoteString(JSON.stringify(shape))}) END`;
}

export function isShredded(type: FileType): boolean {
  return fieldType(type, "typed_value") !== undefined;
}

function shapeOf(group: FileType): Shape {
  const typed = fieldType(group, "typed_value");
  return {
    value: fieldType(group, "value") !== undefined,
    ...(typed === undefined ? {} : { typed: typedShape(typed) }),
  };
}

function typedShape(type: FileType): TypedShape {
  switch (type.kind) {
    case "struct":
      return { kind: "object", fields: type.fields.map(([name, each]) => [name, shapeOf(each)]) };
    case "list":
      return { kind: "array", element: shapeOf(type.element) };
    case "map":
      throw unsupportedType("MAP");
    default: {
      const kind = scalarKind(type.text);
      if (kind === undefined) throw unsupportedType(type.text);
      return { kind };
    }
  }
}

type ScalarKind = Exclude<TypedShape["kind"], "object" | "array">;

function scalarKind(text: string): ScalarKind | undefined {
  return text.startsWith("DECIMAL") ? "decimal" : SCALARS.get(text);
}

const SCALARS: ReadonlyMap<string, ScalarKind> = new Map([
  ["BOOLEAN", "boolean"],
  ["TINYINT", "long"],
  ["SMALLINT", "long"],
  ["INTEGER", "long"],
  ["BIGINT", "long"],
  ["FLOAT", "float"],
  ["DOUBLE", "double"],
  ["DATE", "date"],
  ["TIMESTAMP WITH TIME ZONE", "timestamp"],
  ["TIMESTAMP", "timestamp_ntz"],
  ["VARCHAR", "string"],
  ["BLOB", "binary"],
  ["UUID", "uuid"],
]);

/** `{v: hex digits of the rest, t: what is typed}`. */
function dataSql(group: string, { value, typed }: Shape): string {
  const parts = [
    ...(value ? [`v: hex(${group}."value")`] : []),
    ...(typed === undefined ? [] : [`t: ${typedSql(`${group}.typed_value`, typed)}`]),
  ];
  return `{${parts.join(", ")}}`;
}

function typedSql(value: string, shape: TypedShape): string {
  switch (shape.kind) {
    case "object": {
      const fields = shape.fields.map(
        ([name, each], index) => `f${index}: ${dataSql(`${value}.${quoteIdentifier(name)}`, each)}`,
      );
      return `CASE WHEN ${value} IS NOT NULL THEN {${fields.join(", ")}} END`;
    }
    case "array": {
      const item = `g${value.length}`;
      return `list_transform(${value}, lambda ${item}: ${dataSql(item, shape.element)})`;
    }
    case "binary":
      return `hex(${value})`;
    case "date":
      return `(${value} - DATE '1970-01-01')::VARCHAR`;
    case "timestamp":
    case "timestamp_ntz":
      return `epoch_us(${value})::VARCHAR`;
    default:
      return `${value}::VARCHAR`;
  }
}

function unsupportedType(type: string): BoathouseError {
  return new BoathouseError(
    "UNSUPPORTED_FEATURE",
    `A file holds parts of a VARIANT as ${type}, which is no type of variants that can be read.`,
    { hint: "Write the file anew without shredding." },
  );
}
