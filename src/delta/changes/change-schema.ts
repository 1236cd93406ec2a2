import { sameType, type DataType, type StructField, type StructType } from "../../core/data-type.ts";
import type { MetadataAction } from "../actions.ts";
import { mappingMode, physicalName, type MappingMode } from "../schema/column-mapping.ts";
import { tableSchema } from "../schema/table-schema.ts";

/** The metadata of a version, as far as rows that were written under it are concerned. */
export interface VersionMetadata {
  readonly version: number;
  readonly metadata: MetadataAction;
}

/**
 * Can rows that were written under one version's metadata be read with the columns of another? Columns may be added and
 * NOT NULL given up as time goes by, and column mapping may be switched on; nothing may be renamed, dropped, retyped or
 * partitioned otherwise (Delta Lake's own rules for batch reads of the change data feed).
 */
export function isReadCompatible(read: VersionMetadata, found: VersionMetadata): boolean {
  const foundIsOlder = found.version <= read.version;
  const [older, newer] = foundIsOlder ? [found, read] : [read, found];
  if (!samePartitions(older.metadata, newer.metadata)) return false;
  const [oldMode, newMode] = [mappingMode(older.metadata), mappingMode(newer.metadata)];
  if (oldMode !== "none" && newMode === "none") return false;
  const [oldSchema, newSchema] = [tableSchema(older.metadata.schemaString), tableSchema(newer.metadata.schemaString)];
  if (newMode !== "none" && !keepsNames({ schema: oldSchema, mode: oldMode }, { schema: newSchema, mode: newMode })) {
    return false;
  }
  return extendsSchema(oldSchema, newSchema, foundIsOlder ? "loosened" : "tightened");
}

function samePartitions(a: MetadataAction, b: MetadataAction): boolean {
  return JSON.stringify(a.partitionColumns) === JSON.stringify(b.partitionColumns);
}

interface MappedSchema {
  readonly schema: StructType;
  readonly mode: MappingMode;
}

/** Is every old column, known by its physical name, there under its old name? */
function keepsNames(old: MappedSchema, now: MappedSchema): boolean {
  return old.schema.fields.every((field) => {
    const same = now.schema.fields.find((each) => physicalName(each, now.mode) === physicalName(field, old.mode));
    return same?.name === field.name && keepsInnerNames(field.type, same.type, { old: old.mode, now: now.mode });
  });
}

function keepsInnerNames(
  old: DataType,
  now: DataType,
  modes: { readonly old: MappingMode; readonly now: MappingMode },
): boolean {
  if (old.kind === "struct" && now.kind === "struct") {
    return keepsNames({ schema: old, mode: modes.old }, { schema: now, mode: modes.now });
  }
  if (old.kind === "array" && now.kind === "array") return keepsInnerNames(old.element, now.element, modes);
  if (old.kind !== "map" || now.kind !== "map") return true;
  return keepsInnerNames(old.key, now.key, modes) && keepsInnerNames(old.value, now.value, modes);
}

/** What may have happened to NOT NULL from the older to the newer schema, for rows of the one to be read as the other. */
type Nullability = "loosened" | "tightened";

function extendsSchema(old: StructType, now: StructType, nulls: Nullability): boolean {
  const known = new Map(now.fields.map((field) => [field.name.toLowerCase(), field]));
  return old.fields.every((field) => {
    const same = known.get(field.name.toLowerCase());
    return same?.name === field.name && extendsField(field, same, nulls);
  });
}

function extendsField(old: StructField, now: StructField, nulls: Nullability): boolean {
  return allows(old.nullable, now.nullable, nulls) && extendsType(old.type, now.type, nulls);
}

function extendsType(old: DataType, now: DataType, nulls: Nullability): boolean {
  if (old.kind === "struct" && now.kind === "struct") return extendsSchema(old, now, nulls);
  if (old.kind === "array" && now.kind === "array") {
    return allows(old.containsNull, now.containsNull, nulls) && extendsType(old.element, now.element, nulls);
  }
  if (old.kind === "map" && now.kind === "map") {
    return (
      allows(old.valueContainsNull, now.valueContainsNull, nulls) &&
      extendsType(old.key, now.key, nulls) &&
      extendsType(old.value, now.value, nulls)
    );
  }
  return old.kind === "void" || sameType(old, now);
}

function allows(old: boolean, now: boolean, nulls: Nullability): boolean {
  return nulls === "loosened" ? now || !old : old || !now;
}
