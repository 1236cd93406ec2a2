import { array, map, struct, type DataType, type StructField, type StructType } from "../../core/data-type.ts";
import { BoathouseError } from "../../core/errors.ts";
import type { MetadataAction } from "../actions.ts";

/** How columns are found in data files (PROTOCOL.md, "Column Mapping"). */
export type MappingMode = "none" | "name" | "id";

export function mappingMode(metadata: MetadataAction): MappingMode {
  const mode = (metadata.configuration["delta.columnMapping.mode"] ?? "none").toLowerCase();
  if (mode === "none" || mode === "name" || mode === "id") return mode;
  throw new BoathouseError("DELTA_INVALID_TABLE_PROPERTY", `"${mode}" is no column mapping mode.`, {
    hint: "delta.columnMapping.mode is none, name or id.",
  });
}

/** The name of the column in data files, partition values and statistics. */
export function physicalName(field: StructField, mode: MappingMode): string {
  const name = mode === "none" ? undefined : field.metadata?.["delta.columnMapping.physicalName"];
  return typeof name === "string" ? name : field.name;
}

/** The Parquet field id of the column, in mode `id`. */
export function columnId(field: StructField): number | undefined {
  const id = field.metadata?.["delta.columnMapping.id"];
  return typeof id === "number" ? id : undefined;
}

/** The type with the physical names of the fields inside it. */
export function physicalType(type: DataType, mode: MappingMode): DataType {
  if (mode === "none") return type;
  switch (type.kind) {
    case "struct":
      return physicalSchema(type, mode);
    case "array":
      return array(physicalType(type.element, mode), type.containsNull);
    case "map":
      return map(physicalType(type.key, mode), physicalType(type.value, mode), type.valueContainsNull);
    default:
      return type;
  }
}

export function physicalSchema(schema: StructType, mode: MappingMode): StructType {
  return struct(
    schema.fields.map((field) => ({
      ...field,
      name: physicalName(field, mode),
      type: physicalType(field.type, mode),
    })),
  );
}

/** Whether a value of the type needs its inner fields renamed after reading. */
export function needsRename(type: DataType, mode: MappingMode): boolean {
  switch (type.kind) {
    case "struct":
      return type.fields.some((field) => physicalName(field, mode) !== field.name || needsRename(field.type, mode));
    case "array":
      return needsRename(type.element, mode);
    case "map":
      return needsRename(type.key, mode) || needsRename(type.value, mode);
    default:
      return false;
  }
}
