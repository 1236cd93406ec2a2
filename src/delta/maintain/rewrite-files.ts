import { mkdir, rm } from "node:fs/promises";
import { dirname, join, relative } from "node:path";
import { struct, type StructField } from "../../core/data-type.ts";
import type { Connection } from "../../duckdb/connection.ts";
import type { CopiedFile, ParquetCopy } from "../../duckdb/copy.ts";
import type { AddAction } from "../actions.ts";
import { fieldIds } from "../schema/column-ids.ts";
import { physicalName, physicalSchema } from "../schema/column-mapping.ts";
import { indexedColumns } from "../scan/column-stats.ts";
import { inCurveOrder, type CurveOrder } from "./curve.ts";
import { deleteDataFile, outputFolder } from "../scan/data-files.ts";
import { codecOf } from "../write/data-writer.ts";
import { fileStats, numRecords } from "../write/file-stats.ts";
import { removeOf } from "../scan/listed-files.ts";
import { keyOf } from "../log/log-segment.ts";
import { decodePath, encodePath } from "../log/paths.ts";
import { trackingFields } from "../write/row-tracking.ts";
import type { Scan } from "../scan/scan.ts";
import type { Snapshot } from "../snapshot.ts";
import type { FileChanges } from "../write/staged.ts";
import { findField } from "../schema/table-schema.ts";
import { writeSql } from "../write/write-sql.ts";

/** Files of one partition whose rows are written together. */
export interface RewriteGroup {
  /** Indexes in the scan. */
  readonly files: readonly number[];
  /** How the rows are laid out, over several files of about this many bytes; otherwise all are written into one file, as they come. */
  readonly order?: CurveOrder & { readonly fileSize: number };
  /** What each new file says besides. */
  readonly marks?: Pick<AddAction, "tags" | "clusteringProvider">;
}

interface RewriteParts {
  readonly snapshot: Snapshot;
  readonly scan: Scan;
  /** The `add` of each file of the scan, in its order (`addsFor`). */
  readonly adds: readonly AddAction[];
  readonly groups: readonly RewriteGroup[];
  /** To one DuckDB instance: as many groups are written side by side. */
  readonly connections: readonly Connection[];
  readonly signal?: AbortSignal | undefined;
}

/**
 * Writes the rows of files into new ones, less those that deletion vectors name. The rows stay what they are: constraints
 * are not checked again, and the actions say so (`dataChange` false). The one place that OPTIMIZE, REORG and auto
 * compaction go through. When it fails, nothing that it wrote is left.
 */
export async function rewriteFiles(parts: RewriteParts): Promise<FileChanges> {
  const { snapshot, groups, connections } = parts;
  const adds: AddAction[] = [];
  const failures: unknown[] = [];
  let next = 0;
  const lane = async (connection: Connection): Promise<void> => {
    while (failures.length === 0) {
      const group = groups[next];
      next += 1;
      if (group === undefined) return;
      adds.push(...(await rewriteGroup(parts, group, connection)));
    }
  };
  // Each lane ends before anything is discarded, so that none writes afterwards.
  await Promise.all(
    connections.slice(0, Math.max(groups.length, 1)).map((connection) =>
      lane(connection).catch((error: unknown) => {
        failures.push(error);
      }),
    ),
  );
  if (failures.length > 0) {
    await Promise.all(adds.map(({ path }) => deleteDataFile(snapshot.location, path)));
    throw failures[0];
  }
  const now = snapshot.context.clock.now();
  const removes = groups.flatMap(({ files }) =>
    files.flatMap((index) => {
      const add = parts.adds[index];
      return add === undefined ? [] : [{ ...removeOf(add, now), dataChange: false }];
    }),
  );
  return { adds, removes, written: adds.map(({ path }) => keyOf(snapshot.location, decodePath(path))) };
}

async function rewriteGroup(
  { snapshot, scan, adds, signal }: RewriteParts,
  group: RewriteGroup,
  connection: Connection,
): Promise<AddAction[]> {
  const { metadata, mappingMode: mode, context } = snapshot;
  const [first] = group.files;
  const partitionValues = adds[first ?? 0]?.partitionValues ?? {};
  const fields = dataFields(snapshot);
  const tracked = trackingFields(snapshot);
  const names = [...fields, ...tracked].map(({ name }) => `"${name.replaceAll('"', '""')}"`).join(", ");
  const schema = struct(fields);
  const part = await scan.only(group.files).fetched(signal);
  const plain = writeSql(`SELECT ${names} FROM ${part.sql({ keepsIds: true })}`, {
    source: struct([...fields, ...tracked]),
    table: struct([...fields, ...tracked]),
    partitionColumns: [],
    mode,
    rules: undefined,
    checks: [],
  });
  const { order } = group;
  const old = group.files.flatMap((index) => adds[index] ?? []);
  const rows = rowsOf(old);
  const select = order === undefined ? plain : await inCurveOrder(connection, plain, order, { rows, signal });
  const compression = codecOf(metadata);
  const options = {
    select,
    compression,
    // A tenth faster than the usual level, for files of the same size or a little more.
    ...(compression === "zstd" ? { compressionLevel: 1 } : {}),
    ...(mode === "none" ? {} : { fieldIds: fieldIds(fields, mode) }),
    ...(signal === undefined ? {} : { signal }),
  };
  const output = await outputFolder(snapshot.location, signal);
  try {
    const folder = join(output.root, folderOf(old));
    await mkdir(folder, { recursive: true });
    const bytes = old.reduce((sum, { size }) => sum + size, 0);
    const files =
      order === undefined
        ? await copyToOne(connection, {
            ...options,
            path: join(folder, `part-00000-${context.ids.uuid()}-c000.${compression}.parquet`),
          })
        : await connection.copyToParquet({
            ...options,
            path: folder,
            fileNames: `part-{i}-{uuid}-c000.${compression}`,
            fileSizeBytes: order.fileSize,
            ...rowGroups(rows ?? 0, bytes, order.fileSize),
          });
    const empty = files.filter((file) => file.rowCount === 0);
    await Promise.all(empty.map(({ path }) => rm(path, { force: true })));
    const columns = indexedColumns(physicalSchema(schema, mode), metadata);
    const now = context.clock.now();
    const added = files
      .filter((file) => file.rowCount > 0)
      .map((file): AddAction => ({
        path: encodePath(relative(output.root, file.path)),
        partitionValues,
        size: file.bytes,
        modificationTime: now,
        dataChange: false,
        stats: fileStats(file, columns),
        ...group.marks,
      }));
    await output.publish(added.map(({ path, size }) => ({ name: decodePath(path), size })));
    return added;
  } finally {
    await output.release();
  }
}

/** A copy into one file removes it when it fails, as one into a folder does by itself. */
async function copyToOne(connection: Connection, copy: ParquetCopy): Promise<CopiedFile[]> {
  try {
    return await connection.copyToParquet(copy);
  } catch (error) {
    await rm(copy.path, { force: true });
    throw error;
  }
}

/** Rows of files; undefined where statistics do not say. */
function rowsOf(adds: readonly AddAction[]): number | undefined {
  let rows = 0;
  for (const add of adds) {
    const count = numRecords(add);
    if (count === undefined) return undefined;
    rows += count;
  }
  return rows;
}

/** A file ends with a row group, so that files smaller than one of the usual size need smaller ones. */
function rowGroups(rows: number, bytes: number, fileSize: number): { readonly rowGroupSize?: number } {
  if (rows === 0) return {};
  const fitting = Math.floor((rows * fileSize) / Math.max(bytes, 1) / VECTOR) * VECTOR;
  return fitting < USUAL_ROW_GROUP ? { rowGroupSize: Math.max(VECTOR, fitting) } : {};
}

const VECTOR = 2048;
const USUAL_ROW_GROUP = 122_880;

function dataFields(snapshot: Snapshot): StructField[] {
  const partitions = new Set(snapshot.partitionColumns.map((name) => findField(snapshot.schema, name)?.name ?? name));
  return snapshot.schema.fields.filter(({ name }) => !partitions.has(name));
}

/** Physical names, as the SELECT of a rewritten file has them. */
export function physicalPath(snapshot: Snapshot, path: readonly string[]): string[] | undefined {
  let { schema: type }: { readonly schema: Snapshot["schema"] } = snapshot;
  const names: string[] = [];
  for (const [depth, part] of path.entries()) {
    const field = findField(type, part);
    if (field === undefined) return undefined;
    names.push(physicalName(field, snapshot.mappingMode));
    if (depth === path.length - 1) return names;
    if (field.type.kind !== "struct") return undefined;
    type = field.type;
  }
  return undefined;
}

/** Where the files of the partition lie already, relative to the table; its own folder where they lie in another table's. */
function folderOf(adds: readonly AddAction[]): string {
  const own = adds.find(({ path }) => !/^(?:[A-Za-z][A-Za-z0-9+.-]*:|\/)/.test(path));
  return own === undefined ? "" : dirname(decodePath(own.path));
}
