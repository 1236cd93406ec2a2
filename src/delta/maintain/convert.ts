import { field, struct, type StructField } from "../../core/data-type.ts";
import type { Connection } from "../../duckdb/connection.ts";
import type { AddAction, MetadataAction } from "../actions.ts";
import type { CloneSource } from "./clone.ts";
import { indexedColumns } from "../scan/column-stats.ts";
import { protocolFor } from "../features.ts";
import { describe, type TableLocation } from "../log/log-segment.ts";
import { listParquetFiles, parquetSchema, type ParquetFile } from "./parquet-files.ts";
import { parquetStats } from "./parquet-stats.ts";
import { encodePath } from "../log/paths.ts";
import { requiredFeatures } from "../properties.ts";
import type { DeltaTable } from "../table.ts";
import { checkPartitioning, schemaString } from "../schema/table-schema.ts";
import type { CommitResult } from "../write/transaction-options.ts";

export interface ConvertOptions {
  /** In UTC; it reads the files. */
  readonly connection: Connection;
  /** The columns that the folders `name=value` hold, in their order. */
  readonly partitionedBy: readonly StructField[];
  /** Without them, no file can be skipped. */
  readonly statistics: boolean;
  readonly userName?: string;
  readonly signal?: AbortSignal;
}

/**
 * Makes a Delta table of the Parquet files in its folder, where they lie, in one commit. Undefined when it is one already.
 * Throws what `listParquetFiles` and `parquetSchema` throw, and `DELTA_TABLE_ALREADY_EXISTS` when another was faster.
 */
export async function convertToDelta(table: DeltaTable, options: ConvertOptions): Promise<CommitResult | undefined> {
  if (await table.exists()) return undefined;
  const { partitionedBy, statistics, userName, signal } = options;
  const found = await readFolder(options.connection, table.location, { partitionedBy, statistics });
  const transaction = await table.beginCreate(
    { schema: struct([]) },
    {
      operation: "CONVERT",
      parameters: {
        numFiles: found.adds.length,
        partitionedBy: partitionedBy.map(({ name }) => name),
        collectStats: statistics,
        sourceFormat: "parquet",
      },
      ...(userName === undefined ? {} : { userName }),
      ...(signal === undefined ? {} : { signal }),
    },
  );
  const { context } = transaction;
  const metadata = { ...found.metadata, id: context.ids.uuid(), createdTime: context.clock.now() };
  transaction.redefine({ metadata, protocol: found.protocol });
  transaction.stage({ adds: found.adds });
  transaction.addMetrics({ numConvertedFiles: found.adds.length });
  return transaction.commit();
}

/** Parquet files as the source of a clone. */
export async function parquetSource(
  connection: Connection,
  location: TableLocation,
  name: string,
): Promise<CloneSource> {
  const found = await readFolder(connection, location, { partitionedBy: [], statistics: true });
  return { ...found, name, version: -1, location, domains: new Map(), transactions: new Map() };
}

async function readFolder(
  connection: Connection,
  location: TableLocation,
  options: Pick<ConvertOptions, "partitionedBy" | "statistics">,
): Promise<Pick<CloneSource, "metadata" | "protocol" | "adds">> {
  const partitionedBy = options.partitionedBy.map(({ name, type }) => field(name, type));
  const files = await listParquetFiles(location, partitionedBy);
  const schema = await parquetSchema(connection, files, partitionedBy);
  const partitionColumns = partitionedBy.map(({ name }) => name);
  checkPartitioning(schema, partitionColumns);
  const metadata: MetadataAction = {
    // The folder is what the files are known by: a clone of it that is repeated finds its copies.
    id: describe(location),
    format: { provider: "parquet", options: {} },
    schemaString: schemaString(schema),
    partitionColumns,
    configuration: {},
  };
  const data = struct(schema.fields.filter(({ name }) => !partitionColumns.includes(name)));
  const columns = indexedColumns(data, metadata);
  const stats = options.statistics ? await parquetStats(connection, files, columns) : new Map<string, string>();
  return {
    metadata,
    protocol: protocolFor(requiredFeatures(metadata)),
    adds: files.map((file) => addOf(file, stats.get(file.path))),
  };
}

function addOf({ name, partition, size, lastModified }: ParquetFile, stats: string | undefined): AddAction {
  return {
    path: encodePath(name),
    partitionValues: partition,
    size,
    modificationTime: Math.floor(lastModified),
    dataChange: true,
    ...(stats === undefined ? {} : { stats }),
  };
}
