import {
  field,
  sameType,
  simpleString,
  STRING,
  struct,
  type DataType,
  type StructField,
  type StructType,
} from "../../core/data-type.ts";
import { BoathouseError } from "../../core/errors.ts";
import { didYouMean } from "../../core/nearest.ts";
import { schemaFromJson, schemaToJson } from "../../core/schema-json.ts";
import { withoutColumnIds } from "./column-ids.ts";
import type { MappingMode } from "./column-mapping.ts";
import { canEvolve, withoutTypeChanges } from "./type-widening.ts";

/** Where Spark keeps the length of CHAR and VARCHAR columns, which are strings to Delta. */
const LENGTH_KEY = "__CHAR_VARCHAR_TYPE_STRING";

/**
 * The `schemaString` of a table with these columns. Without column mapping, names must be fit for Parquet.
 * Throws `DELTA_UNSUPPORTED_DATA_TYPES`, `DELTA_DUPLICATE_COLUMNS_FOUND`, `DELTA_INVALID_CHARACTERS_IN_COLUMN_NAME`.
 */
export function schemaString(schema: StructType, mode: MappingMode = "none"): string {
  return schemaToJson(toDelta(schema, "", mode));
}

/** The columns of a table, with the lengths of CHAR and VARCHAR columns. */
export function tableSchema(text: string): StructType {
  const schema = schemaFromJson(text);
  return struct(schema.fields.map(restoreLength));
}

/** Throws `DELTA_PARTITION_COLUMN_NOT_FOUND`, `DELTA_CANNOT_USE_ALL_COLUMNS_FOR_PARTITION`, `DELTA_UNSUPPORTED_PARTITION_TYPE`. */
export function checkPartitioning(schema: StructType, partitionColumns: readonly string[]): void {
  for (const name of partitionColumns) {
    const column = findField(schema, name);
    if (column === undefined) {
      const hint = didYouMean(
        name,
        schema.fields.map((each) => each.name),
      );
      throw new BoathouseError(
        "DELTA_PARTITION_COLUMN_NOT_FOUND",
        `The partition column "${name}" is not in the schema.`,
        {
          sqlState: "42703",
          ...(hint === undefined ? {} : { hint }),
        },
      );
    }
    if (["struct", "array", "map", "binary", "variant"].includes(column.type.kind)) {
      throw new BoathouseError(
        "DELTA_UNSUPPORTED_PARTITION_TYPE",
        `A table cannot be partitioned by "${name}", which is of type ${simpleString(column.type)}.`,
        { sqlState: "0AKDC", hint: "Partition by numbers, text, dates, timestamps or booleans." },
      );
    }
  }
  if (partitionColumns.length > 0 && partitionColumns.length >= schema.fields.length) {
    throw new BoathouseError(
      "DELTA_CANNOT_USE_ALL_COLUMNS_FOR_PARTITION",
      "A table needs at least one column that it is not partitioned by.",
      { sqlState: "428FT" },
    );
  }
}

/** By name, ignoring case, as Spark does. */
export function findField(schema: StructType, name: string): StructField | undefined {
  const wanted = name.toLowerCase();
  return schema.fields.find((each) => each.name.toLowerCase() === wanted);
}

export interface MergeOptions {
  /** Types become as wide as those of the source (`delta.enableTypeWidening`), where schema evolution may do that. */
  readonly widening: boolean;
}

/**
 * The table's columns and, after them, those that only the source has (`mergeSchema`), in structs as well, wherever they
 * are. What is added is nullable.
 */
export function mergeSchemas(table: StructType, source: StructType, options: MergeOptions): StructType {
  const merged = table.fields.map((existing) => {
    const added = findField(source, existing.name);
    return added === undefined ? existing : { ...existing, type: mergeTypes(existing.type, added.type, options) };
  });
  const extra = source.fields.filter(({ name }) => findField(table, name) === undefined);
  const added = withoutTypeChanges(withoutColumnIds(struct(extra))).fields;
  return struct([...merged, ...added.map((each) => field(each.name, each.type, true, each.metadata))]);
}

/** Whether every value of one type is a value of the other, so that a write may cast silently. */
export function isWidening(from: DataType, to: DataType): boolean {
  if (from.kind === "void" || sameType(from, to)) return true;
  const numbers = ["byte", "short", "int", "long"];
  const source = numbers.indexOf(from.kind);
  const target = numbers.indexOf(to.kind);
  if (source >= 0 && target >= 0) return source <= target;
  if (from.kind === "float" && to.kind === "double") return true;
  if (source >= 0 && to.kind === "double") return source <= 2;
  if (from.kind === "string" && to.kind === "string") return true;
  if (from.kind === "decimal" && to.kind === "decimal") {
    return to.scale >= from.scale && to.precision - to.scale >= from.precision - from.scale;
  }
  if (source >= 0 && to.kind === "decimal") return to.precision - to.scale >= ([3, 5, 10, 19][source] ?? 38);
  return false;
}

function mergeTypes(table: DataType, source: DataType, options: MergeOptions): DataType {
  if (table.kind === "struct" && source.kind === "struct") return mergeSchemas(table, source, options);
  if (table.kind === "array" && source.kind === "array") {
    return { ...table, element: mergeTypes(table.element, source.element, options) };
  }
  if (table.kind === "map" && source.kind === "map") {
    const key = mergeTypes(table.key, source.key, options);
    return { ...table, key, value: mergeTypes(table.value, source.value, options) };
  }
  return options.widening && canEvolve(table, source) ? source : table;
}

function toDelta(schema: StructType, parent: string, mode: MappingMode): StructType {
  const seen = new Set<string>();
  return struct(
    schema.fields.map((each) => {
      const name = each.name.toLowerCase();
      if (seen.has(name)) {
        throw new BoathouseError(
          "DELTA_DUPLICATE_COLUMNS_FOUND",
          `The column "${parent}${each.name}" is there twice.`,
          {
            sqlState: "42711",
            hint: "Names of columns are compared without regard to case. Give one of them an alias.",
          },
        );
      }
      seen.add(name);
      if (mode === "none" && /[ ,;{}()\n\t=]/.test(each.name)) {
        throw new BoathouseError(
          "DELTA_INVALID_CHARACTERS_IN_COLUMN_NAME",
          `The column name "${parent}${each.name}" holds one of the characters " ,;{}()\\n\\t=", which Parquet files cannot have.`,
          {
            sqlState: "42K05",
            hint: "Give the column an alias without them, or set the table property delta.columnMapping.mode to name.",
          },
        );
      }
      return toDeltaField(each, `${parent}${each.name}`, mode);
    }),
  );
}

function toDeltaField(each: StructField, path: string, mode: MappingMode): StructField {
  const { type } = each;
  if (type.kind === "string" && type.length !== undefined) {
    return field(each.name, STRING, each.nullable, { ...each.metadata, [LENGTH_KEY]: simpleString(type) });
  }
  if (type.kind === "string" && each.metadata?.[LENGTH_KEY] !== undefined) {
    // It had a length once.
    const { [LENGTH_KEY]: _, ...metadata } = each.metadata;
    return field(each.name, type, each.nullable, metadata);
  }
  return { ...each, type: toDeltaType(type, path, mode) };
}

function toDeltaType(type: DataType, path: string, mode: MappingMode): DataType {
  switch (type.kind) {
    case "struct":
      return toDelta(type, `${path}.`, mode);
    case "array":
      return { ...type, element: toDeltaType(type.element, `${path}.element`, mode) };
    case "map":
      return {
        ...type,
        key: toDeltaType(type.key, `${path}.key`, mode),
        value: toDeltaType(type.value, `${path}.value`, mode),
      };
    case "string":
      return type.length === undefined ? type : STRING;
    case "time":
    case "calendar_interval":
    case "interval_year_month":
    case "interval_day_time":
    case "void":
      throw new BoathouseError(
        "DELTA_UNSUPPORTED_DATA_TYPES",
        `The column "${path}" is of type ${simpleString(type)}, which cannot be stored in a table.`,
        { sqlState: "0AKDC", hint: "Cast it to another type." },
      );
    default:
      return type;
  }
}

function restoreLength(each: StructField): StructField {
  const length = each.metadata?.[LENGTH_KEY];
  const match = typeof length === "string" ? /^(char|varchar)\((\d+)\)$/.exec(length) : null;
  if (match === null || each.type.kind !== "string") return each;
  const type: DataType = { kind: "string", length: { max: Number(match[2]), fixed: match[1] === "char" } };
  return { ...each, type };
}
