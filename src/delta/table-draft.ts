import { struct, type StructType } from "../core/data-type.ts";
import type { MetadataAction, ProtocolAction } from "./actions.ts";
import type { DeltaContext } from "./context.ts";
import { checkWritable, protocolFor, withFeatures } from "./features.ts";
import { readProperties, requiredFeatures } from "./properties.ts";
import type { Snapshot } from "./snapshot.ts";
import { checkPartitioning, checkSchemaChange, findField, schemaString, tableSchema } from "./table-schema.ts";
import type { MetadataChange, TableDefinition } from "./transaction-options.ts";

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
  const { configuration, features } = readProperties(definition.properties ?? {});
  const { schema, partitionColumns = [] } = definition;
  checkPartitioning(schema, partitionColumns);
  const metadata: MetadataAction = {
    id: snapshot?.metadata.id ?? context.ids.uuid(),
    ...(definition.name === undefined ? {} : { name: definition.name }),
    ...(definition.comment === undefined ? {} : { description: definition.comment }),
    format: { provider: "parquet", options: {} },
    schemaString: schemaString(schema),
    partitionColumns: partitionColumns.map((name) => findField(schema, name)?.name ?? name),
    configuration,
    createdTime: context.clock.now(),
  };
  const wanted = [...requiredFeatures(metadata), ...features];
  const protocol = snapshot === undefined ? protocolFor(wanted) : withFeatures(snapshot.protocol, wanted);
  checkWritable(protocol, metadata, parts.where);
  return { metadata, protocol };
}

/** Throws what `checkSchemaChange`, `checkPartitioning` and `readProperties` throw, and what cannot be written. */
export function changedDraft(draft: TableDraft, change: MetadataChange, where: string): TableDraft {
  const before = tableSchema(draft.metadata.schemaString);
  const { configuration, features } = readProperties(change.setProperties ?? {});
  const schema = change.schema ?? before;
  if (change.schema !== undefined && change.overwriteSchema !== true) checkSchemaChange(before, change.schema);
  const partitionColumns = change.partitionColumns ?? draft.metadata.partitionColumns;
  checkPartitioning(schema, partitionColumns);
  const unset = new Set((change.unsetProperties ?? []).map((name) => name.toLowerCase()));
  const kept = Object.entries(draft.metadata.configuration).filter(([name]) => !unset.has(name.toLowerCase()));
  const metadata: MetadataAction = {
    ...draft.metadata,
    ...(change.name === undefined ? {} : { name: change.name }),
    ...(change.comment === undefined ? {} : { description: change.comment }),
    schemaString: schemaString(schema),
    partitionColumns: partitionColumns.map((name) => findField(schema, name)?.name ?? name),
    configuration: { ...Object.fromEntries(kept), ...configuration },
  };
  const protocol = withFeatures(draft.protocol, [...requiredFeatures(metadata), ...features]);
  checkWritable(protocol, metadata, where);
  return { metadata, protocol };
}

/** The columns of data that makes a new schema: nothing says that later data has no nulls. */
export function nullableColumns(schema: StructType): StructType {
  return struct(schema.fields.map((field) => ({ ...field, nullable: true })));
}
