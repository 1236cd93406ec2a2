import { mkdir, rm } from "node:fs/promises";
import { join, relative } from "node:path";
import { struct, type StructField, type StructType } from "../../core/data-type.ts";
import { BoathouseError } from "../../core/errors.ts";
import type { Connection } from "../../duckdb/connection.ts";
import type { CopiedFile } from "../../duckdb/copy.ts";
import type { AddAction, MetadataAction, ProtocolAction } from "../actions.ts";
import { fieldIds } from "../schema/column-ids.ts";
import { mappingMode, physicalName, physicalSchema } from "../schema/column-mapping.ts";
import { indexedColumns } from "../scan/column-stats.ts";
import { columnRules } from "./column-rules.ts";
import { constraintChecks } from "./constraints.ts";
import type { DeltaContext } from "../context.ts";
import { outputFolder } from "../scan/data-files.ts";
import { fileStats } from "./file-stats.ts";
import { withIdentities, type HighWaterMarks } from "./high-water-marks.ts";
import type { TableLocation } from "../log/log-segment.ts";
import { decodePath, encodePath } from "../log/paths.ts";
import { findField, tableSchema } from "../schema/table-schema.ts";
import type { RowCheck } from "./row-check.ts";
import { writeSql } from "./write-sql.ts";

export interface DataSource {
  /** Where the SELECT runs. */
  readonly connection: Connection;
  /**
   * DuckDB SQL. Columns are matched by name, ignoring case; those of the table that are missing get their defaults, identity
   * values or what they are generated from, else null.
   */
  readonly select: string;
  /** The Spark types of the SELECT where the caller knows them. */
  readonly schema?: StructType;
  /** The rows are those of the table, moved to other files: nothing of them is checked again. */
  readonly asStored?: true;
  /** Columns of the SELECT that the files have besides the table's own, without statistics. */
  readonly extra?: readonly StructField[];
  readonly signal?: AbortSignal;
}

export interface WrittenData {
  readonly adds: readonly AddAction[];
  readonly rows: number;
  readonly bytes: number;
  /** Of identity columns that got values. */
  readonly highWaterMarks: HighWaterMarks;
}

export interface WriteTarget {
  readonly context: DeltaContext;
  readonly location: TableLocation;
  readonly metadata: MetadataAction;
  readonly protocol: ProtocolAction;
}

/** Where files go below the table's folder, and how their names begin. */
export interface FilePlace {
  readonly folder: string;
  readonly prefix: string;
}

/** The schema of a SELECT: what the caller says, else what DuckDB says. */
export async function sourceSchema(source: DataSource): Promise<StructType> {
  if (source.schema !== undefined) return source.schema;
  const stream = await source.connection.stream(`SELECT * FROM (${source.select}\n) LIMIT 0`);
  for await (const _ of stream.batches) break;
  stream.close();
  return stream.schema;
}

/** Writes the rows of a SELECT as data files of the table, which are not part of it until they are committed. */
export async function writeData(
  target: WriteTarget,
  source: DataSource,
  checks: readonly RowCheck[],
  place: FilePlace = { folder: "", prefix: "part" },
): Promise<WrittenData> {
  const { metadata } = target;
  const { extra = [] } = source;
  const own = tableSchema(metadata.schemaString);
  const table = extra.length === 0 ? own : struct([...own.fields, ...extra]);
  const mode = mappingMode(metadata);
  const partitionFields = metadata.partitionColumns.flatMap((name) => findField(table, name) ?? []);
  const partitionColumns = partitionFields.map((field) => physicalName(field, mode));
  const dataFields = table.fields.filter((field) => !partitionFields.includes(field));
  const ownFields = dataFields.filter((field) => !extra.includes(field));
  const given = await sourceSchema(source);
  const rules = source.asStored === true ? undefined : columnRules(target, table, given);
  const select = writeSql(source.select, {
    source: given,
    table,
    mode,
    partitionColumns: partitionFields.map(({ name }) => name),
    rules,
    checks: rules === undefined ? [] : [...constraintChecks(target, table), ...checks],
  });
  const output = await outputFolder(target.location, source.signal);
  try {
    const { root } = output;
    const folder = join(root, place.folder);
    await mkdir(folder, { recursive: true });
    const compression = codecOf(metadata);
    const copy = {
      select,
      path: folder,
      fileNames: `${place.prefix}-{i}-{uuid}-c000.${compression}`,
      compression,
      ...(mode === "none" ? {} : { fieldIds: fieldIds(ownFields, mode) }),
      ...(partitionColumns.length > 0
        ? { partitionBy: partitionColumns }
        : { fileSizeBytes: sizeProperty(metadata, "delta.targetFileSize", DEFAULT_FILE_SIZE) }),
      ...(source.signal === undefined ? {} : { signal: source.signal }),
    };
    const write = (): Promise<readonly CopiedFile[]> => source.connection.copyToParquet(copy);
    // Rows as they are stored take no identity values: those that the connection has given out are for the rows to come.
    const { result: files, highWaterMarks } =
      rules === undefined
        ? { result: await write(), highWaterMarks: new Map<number, bigint>() }
        : await withIdentities(source.connection, table, select, write);
    const columns = indexedColumns(physicalSchema(struct(ownFields), mode), metadata);
    const now = target.context.clock.now();
    const adds = files
      .filter((file) => file.rowCount > 0)
      .map((file): AddAction => ({
        path: encodePath(relative(root, file.path)),
        partitionValues: partitionValues(file, partitionColumns),
        size: file.bytes,
        modificationTime: now,
        dataChange: true,
        stats: fileStats(file, columns),
      }));
    await removeFiles(files.filter((file) => file.rowCount === 0).map((file) => file.path));
    await output.publish(adds.map(({ path, size }) => ({ name: decodePath(path), size })));
    return {
      adds,
      rows: files.reduce((sum, file) => sum + file.rowCount, 0),
      bytes: adds.reduce((sum, add) => sum + add.size, 0),
      highWaterMarks,
    };
  } finally {
    await output.release();
  }
}

const DEFAULT_FILE_SIZE = 256 * 1024 * 1024;

function partitionValues(file: CopiedFile, columns: readonly string[]): Record<string, string | null> {
  return Object.fromEntries(columns.map((name) => [name, file.partitionValues[name] ?? null]));
}

/** What data files are compressed with. */
export function codecOf(metadata: MetadataAction): "zstd" | "snappy" | "gzip" | "uncompressed" {
  const codec = (metadata.configuration["delta.parquet.compression.codec"] ?? "zstd").toLowerCase();
  if (codec === "none") return "uncompressed";
  if (codec === "zstd" || codec === "snappy" || codec === "gzip" || codec === "uncompressed") return codec;
  throw new BoathouseError("DELTA_INVALID_TABLE_PROPERTY", `The compression codec "${codec}" cannot be written.`, {
    hint: "Set delta.parquet.compression.codec to zstd, snappy, gzip or uncompressed.",
  });
}

/** `134217728`, `128mb`. */
export function sizeProperty(metadata: MetadataAction, name: string, fallback: number): number {
  const text = metadata.configuration[name];
  if (text === undefined) return fallback;
  const match = /^(\d+)\s*([kmg]?)b?$/i.exec(text.trim());
  if (match === null) {
    throw new BoathouseError("DELTA_INVALID_TABLE_PROPERTY", `${name} is "${text}", which is no size.`, {
      hint: "Give bytes, or a number with kb, mb or gb.",
    });
  }
  return (
    Number(match[1]) *
    { "": 1, k: 1024, m: 1024 ** 2, g: 1024 ** 3 }[(match[2] ?? "").toLowerCase() as "" | "k" | "m" | "g"]
  );
}

async function removeFiles(paths: readonly string[]): Promise<void> {
  await Promise.all(paths.map((path) => rm(path, { force: true })));
}
