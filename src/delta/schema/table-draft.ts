import { array, map, struct, type DataType, type StructField, type StructType } from "../../core/data-type.ts";
import type { IdSource } from "../../core/ids.ts";
import type { MetadataAction, ProtocolAction } from "../actions.ts";
import { assignColumnIds, checkModeChange, MAX_COLUMN_ID, newPhysicalName, withoutColumnIds } from "./column-ids.ts";
import { checkFeedColumns } from "../changes/change-columns.ts";
import { mappingMode, type MappingMode } from "./column-mapping.ts";
import type { DeltaContext } from "../context.ts";
import { checkDefinedColumns } from "../write/defined-columns.ts";
import { checkWritable, protocolFor, withFeatures } from "../features.ts";
import { withoutFeatures } from "./protocol-downgrade.ts";
import { withVersions } from "./protocol-versions.ts";
import { readProperties, requiredFeatures } from "../properties.ts";
import { checkDependents } from "./column-dependents.ts";
import { withTrackingColumns } from "../write/row-tracking.ts";
import { checkSchemaChange, counterpart, renamedPartitions } from "./schema-change.ts";
import type { Snapshot } from "../snapshot.ts";
import { checkStatsColumns, followStatsColumns } from "../scan/stats-columns.ts";
import { checkPartitioning, findField, schemaString, tableSchema } from "./table-schema.ts";
import type { MetadataChange, TableDefinition } from "../write/transaction-options.ts";
import { isWideningEnabled, recordTypeChanges, withoutTypeChanges } from "./type-widening.ts";

/** Protocol and metadata of a table as a transaction leaves them. Plain data: each change gives another draft. */
export interface TableDraft {
  readonly metadata: MetadataAction;
  readonly protocol: ProtocolAction;
}

/** A table that is created, or that replaces the one in `snapshot`. Throws what the parts of a definition throw. */
export function draftOf(
  definition: TableDefinition,
  parts: { readonly context: DeltaContext; readonly snapshot: Snapshot | undefined; readonly where: string },
): TableDraft {
  const { context, snapshot } = parts;
  const { configuration, features, versions } = readProperties(definition.properties ?? {});
  const { partitionColumns = [] } = definition;
  checkPartitioning(definition.schema, partitionColumns);
  const base = {
    id: snapshot?.metadata.id ?? context.ids.uuid(),
    ...(definition.name === undefined ? {} : { name: definition.name }),
    ...(definition.comment === undefined ? {} : { description: definition.comment }),
    format: { provider: "parquet", options: {} },
    partitionColumns: partitionColumns.map((name) => findField(definition.schema, name)?.name ?? name),
    createdTime: context.clock.now(),
  };
  const columns = withoutTypeChanges(withoutColumnIds(definition.schema));
  const before = Number(snapshot?.metadata.configuration[MAX_COLUMN_ID] ?? 0);
  const metadata = mapped(base, columns, configuration, {
    maxColumnId: before,
    physical: newPhysicalName(context.ids),
  });
  const wanted = [...requiredFeatures(metadata), ...features];
  const protocol = withFeatures(withVersions(snapshot?.protocol ?? protocolFor([]), versions), wanted);
  checkFeedColumns(metadata, undefined);
  checkWritable(protocol, metadata, parts.where);
  checkDefinedColumns({ metadata, protocol }, "CREATE TABLE");
  return withTrackingColumns({ metadata, protocol }, snapshot?.metadata, context.ids);
}

/** Throws what `checkSchemaChange`, `checkPartitioning` and `readProperties` throw, and what cannot be written. */
export function changedDraft(
  draft: TableDraft,
  change: MetadataChange,
  { where, ids }: { readonly where: string; readonly ids: IdSource },
): TableDraft {
  const before = tableSchema(draft.metadata.schemaString);
  const oldMode = mappingMode(draft.metadata);
  const { configuration, features, versions } = readProperties(change.setProperties ?? {});
  const unset = new Set((change.unsetProperties ?? []).map((name) => name.toLowerCase()));
  const kept = Object.entries(draft.metadata.configuration).filter(([name]) => !unset.has(name.toLowerCase()));
  const properties = { ...Object.fromEntries(kept), ...configuration };
  const mode = mappingMode({ ...draft.metadata, configuration: properties });
  const replaced = change.overwriteSchema === true;
  if (!replaced) checkModeChange(oldMode, mode);
  checkStatsColumns(configuration, change.schema ?? before);
  const schema = changedSchema(draft, change, { before, mode: oldMode, configuration: properties });
  const partitionColumns =
    change.partitionColumns ??
    (replaced ? draft.metadata.partitionColumns : renamedPartitions(before, schema, draft.metadata, oldMode));
  checkPartitioning(schema, partitionColumns);
  const base = {
    ...draft.metadata,
    ...(change.name === undefined ? {} : { name: change.name }),
    ...(change.comment === undefined ? {} : { description: change.comment }),
    partitionColumns: partitionColumns.map((name) => findField(schema, name)?.name ?? name),
  };
  const fresh = newPhysicalName(ids);
  const followed = replaced ? properties : followStatsColumns(properties, before, schema, oldMode);
  const metadata = mapped(base, schema, followed, {
    maxColumnId: Number(properties[MAX_COLUMN_ID] ?? 0),
    // Files that are there have the columns under their own names.
    physical: (field) => (oldMode === "none" && !replaced ? field.name : fresh()),
  });
  const needed = withFeatures(withVersions(draft.protocol, versions), [...requiredFeatures(metadata), ...features]);
  const protocol = change.dropFeatures === undefined ? needed : withoutFeatures(needed, change.dropFeatures);
  checkFeedColumns(metadata, draft.metadata);
  checkWritable(protocol, metadata, where);
  if (change.schema !== undefined) checkDefinedColumns({ metadata, protocol }, "ALTER TABLE");
  return withTrackingColumns({ metadata, protocol }, draft.metadata, ids);
}

function changedSchema(
  { metadata }: TableDraft,
  change: MetadataChange,
  at: {
    readonly before: StructType;
    readonly mode: MappingMode;
    readonly configuration: Readonly<Record<string, string>>;
  },
): StructType {
  const { schema } = change;
  const { before, mode, configuration } = at;
  if (schema === undefined) return before;
  if (change.overwriteSchema === true) return withoutTypeChanges(withoutColumnIds(schema));
  const rules = {
    mode,
    widening: isWideningEnabled({ ...metadata, configuration }),
    rowsChecked: change.rowsChecked === true,
  };
  for (const path of checkSchemaChange(before, schema, rules)) checkDependents(before, metadata, path);
  if (!rules.widening) return schema;
  return recordTypeChanges(before, schema, (now, old) =>
    old.fields.find((each) => counterpart(each, struct([now]), mode) === now),
  );
}

/** The columns of data that makes a new schema: nothing says that later data has no nulls, at any depth. */
export function nullableColumns(schema: StructType): StructType {
  return struct(schema.fields.map((field) => ({ ...field, type: nullableType(field.type), nullable: true })));
}

function nullableType(type: DataType): DataType {
  switch (type.kind) {
    case "struct":
      return nullableColumns(type);
    case "array":
      return array(nullableType(type.element));
    case "map":
      return map(nullableType(type.key), nullableType(type.value));
    default:
      return type;
  }
}

/** Metadata with its columns, which get ids and physical names where the table's properties ask for column mapping. */
function mapped(
  base: Omit<MetadataAction, "schemaString" | "configuration">,
  schema: StructType,
  configuration: Readonly<Record<string, string>>,
  naming: { readonly maxColumnId: number; readonly physical: (field: StructField) => string },
): MetadataAction {
  const plain = { ...base, schemaString: "", configuration };
  const mode = mappingMode(plain);
  if (mode === "none") return { ...plain, schemaString: schemaString(schema) };
  const assigned = assignColumnIds(schema, naming.maxColumnId, naming.physical);
  return {
    ...plain,
    schemaString: schemaString(assigned.schema, mode),
    configuration: { ...configuration, [MAX_COLUMN_ID]: String(assigned.maxColumnId) },
  };
}
