import { array, map, struct, type DataType, type StructField, type StructType } from "../../core/data-type.ts";
import { BoathouseError } from "../../core/errors.ts";
import type { IdSource } from "../../core/ids.ts";
import type { FieldIds } from "../../duckdb/copy.ts";
import { columnId, physicalName, type MappingMode } from "./column-mapping.ts";

const ID = "delta.columnMapping.id";
const PHYSICAL_NAME = "delta.columnMapping.physicalName";

/** The table property with the highest id that was ever given (PROTOCOL.md, "Writer Requirements for Column Mapping"). */
export const MAX_COLUMN_ID = "delta.columnMapping.maxColumnId";

/** Throws `DELTA_UNSUPPORTED_COLUMN_MAPPING_MODE_CHANGE`: files that are there would no longer be read right. */
export function checkModeChange(before: MappingMode, after: MappingMode): void {
  if (before === after || (before === "none" && after === "name")) return;
  throw new BoathouseError(
    "DELTA_UNSUPPORTED_COLUMN_MAPPING_MODE_CHANGE",
    `The column mapping of a table cannot be changed from "${before}" to "${after}".`,
    { sqlState: "0AKDC", hint: 'Only "none" can be changed, to "name".' },
  );
}

export interface ColumnIds {
  readonly schema: StructType;
  readonly maxColumnId: number;
}

/**
 * Gives ids and physical names to the columns that have none. `physical` names them: the column's own name where files
 * that are there already use it, else one that no version of the table has had.
 */
export function assignColumnIds(
  schema: StructType,
  maxColumnId: number,
  physical: (field: StructField) => string,
): ColumnIds {
  let next = Math.max(maxColumnId, highestId(schema));
  const ofField = (each: StructField): StructField => {
    const metadata = { ...each.metadata };
    if (columnId(each) === undefined) metadata[ID] = next += 1;
    if (typeof metadata[PHYSICAL_NAME] !== "string") metadata[PHYSICAL_NAME] = physical(each);
    return { ...each, metadata, type: ofType(each.type) };
  };
  const ofType = (type: DataType): DataType => {
    if (type.kind === "struct") return struct(type.fields.map(ofField));
    if (type.kind === "array") return array(ofType(type.element), type.containsNull);
    return type.kind === "map" ? map(ofType(type.key), ofType(type.value), type.valueContainsNull) : type;
  };
  const assigned = struct(schema.fields.map(ofField));
  return { schema: assigned, maxColumnId: next };
}

/** Names of new columns, as Delta Lake makes them. */
export function newPhysicalName(ids: IdSource): () => string {
  return () => `col-${ids.uuid()}`;
}

/** Without what belongs to the table that the columns came from. */
export function withoutColumnIds(schema: StructType): StructType {
  const ofType = (type: DataType): DataType => {
    if (type.kind === "struct") return withoutColumnIds(type);
    if (type.kind === "array") return array(ofType(type.element), type.containsNull);
    return type.kind === "map" ? map(ofType(type.key), ofType(type.value), type.valueContainsNull) : type;
  };
  return struct(
    schema.fields.map(({ metadata, ...each }) => {
      const kept = Object.entries(metadata ?? {}).filter(([key]) => !key.startsWith("delta.columnMapping."));
      const field = { ...each, type: ofType(each.type) };
      return kept.length === 0 ? field : { ...field, metadata: Object.fromEntries(kept) };
    }),
  );
}

/** The Parquet field ids of the columns, by physical name, in the form that DuckDB's COPY takes. */
export function fieldIds(fields: readonly StructField[], mode: MappingMode): FieldIds {
  const ids: Record<string, FieldIds> = {};
  for (const each of fields) {
    const id = columnId(each);
    const inner = innerIds(each.type, mode);
    ids[physicalName(each, mode)] = { ...(id === undefined ? {} : { __duckdb_field_id: id }), ...inner };
  }
  return ids;
}

function innerIds(type: DataType, mode: MappingMode): FieldIds {
  switch (type.kind) {
    case "struct":
      return fieldIds(type.fields, mode);
    case "array": {
      const element = innerIds(type.element, mode);
      return Object.keys(element).length === 0 ? {} : { element };
    }
    case "map": {
      const inner = { key: innerIds(type.key, mode), value: innerIds(type.value, mode) };
      return Object.fromEntries(Object.entries(inner).filter(([, ids]) => Object.keys(ids).length > 0));
    }
    default:
      return {};
  }
}

function highestId(schema: StructType): number {
  const ofType = (type: DataType): number => {
    if (type.kind === "struct") return highestId(type);
    if (type.kind === "array") return ofType(type.element);
    return type.kind === "map" ? Math.max(ofType(type.key), ofType(type.value)) : 0;
  };
  return schema.fields.reduce((most, each) => Math.max(most, columnId(each) ?? 0, ofType(each.type)), 0);
}
