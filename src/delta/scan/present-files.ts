import { existsSync } from "node:fs";
import { stat } from "node:fs/promises";
import { dirname } from "node:path";
import { BoathouseError, isBoathouseError } from "../../core/errors.ts";
import { quotePath } from "../../sql/quote.ts";
import type { FileType } from "../../sql/variant/file-type.ts";
import type { FileCache } from "../../storage/file-cache.ts";
import type { FileList } from "../log/file-list.ts";
import { describe } from "../log/log-segment.ts";
import { inParallel } from "../log/objects.ts";
import { textIn } from "../log/row-values.ts";
import { physicalSchema } from "../schema/column-mapping.ts";
import type { Snapshot } from "../snapshot.ts";
import { localCopy } from "./data-files.ts";
import { fileLayouts, needsLayout, type FileLayout } from "./file-layout.ts";
import { fileColumns } from "./file-columns.ts";
import { groupsOf, holdsTimestamps, type ScanFile } from "./scan-sql.ts";
import { copyWithoutAnnotations } from "./variant-annotation.ts";

/** The files on this machine, with what has to be known to read them. */
export async function presentFiles(
  snapshot: Snapshot,
  list: FileList,
  listed: readonly ScanFile[],
  signal: AbortSignal | undefined,
): Promise<readonly ScanFile[]> {
  const files = await inParallel(listed, 64, async (each) => {
    const file = await presentFile(snapshot, each, signal);
    const deleted = each.vector === undefined ? undefined : await snapshot.deletedRows(each.vector, each.path);
    return { ...each, file, ...(deleted === undefined ? {} : { deleted }) };
  });
  const marked = await markLayouts(snapshot, list, files);
  return markLone(snapshot, list, holdsTimestamps(snapshot.schema) ? await markInt96(list, marked) : marked);
}

/** A data file on this machine. */
async function presentFile(
  snapshot: Snapshot,
  { path, size }: ScanFile,
  signal: AbortSignal | undefined,
): Promise<string> {
  try {
    const file = await localCopy(snapshot.location, path, size, signal);
    if (existsSync(file)) return file;
  } catch (error) {
    if (!isBoathouseError(error, "OBJECT_NOT_FOUND")) throw error;
  }
  throw missing(snapshot, path);
}

/**
 * Looks into the files for columns that do not stand in the plain way, once a file. One whose NULLs DuckDB does not tell from nulls
 * of JSON is read from a copy.
 */
async function markLayouts(
  snapshot: Snapshot,
  list: FileList,
  files: readonly ScanFile[],
): Promise<readonly ScanFile[]> {
  const hasShapes = snapshot.features.includes("geospatial");
  if (!needsLayout(snapshot.schema, hasShapes)) return files;
  const known = layouts.get(list) ?? new Map<string, FileLayout | undefined>();
  layouts.set(list, known);
  const schema = physicalSchema(snapshot.schema, snapshot.mappingMode);
  const learn = async (names: readonly string[]): Promise<void> => {
    const unknown = names.filter((name) => !known.has(name));
    for (const each of await fileLayouts(list.connection, unknown, { schema, hasShapes })) known.set(...each);
  };
  await learn(files.map(({ file }) => file));
  const cache = snapshot.context.remote?.cache;
  const read = await inParallel(files, COPIES, async (each) => {
    const isMixed = [...(known.get(each.file)?.nulls.values() ?? [])].includes("mixed");
    return isMixed && cache !== undefined ? { ...each, file: await plainCopy(cache, each.file) } : each;
  });
  await learn(read.map(({ file }) => file));
  return read.map((file) => {
    const layout = known.get(file.file);
    return layout === undefined ? file : { ...file, layout };
  });
}

const layouts = new WeakMap<FileList, Map<string, FileLayout | undefined>>();

/** Files that are copied at once. */
const COPIES = 4;

async function plainCopy(cache: FileCache, file: string): Promise<string> {
  const { size, mtimeMs } = await stat(file);
  // The time of a file in the cache is that of its last use.
  const changed = dirname(file) === cache.folder ? "" : String(mtimeMs);
  return cache.derived({
    name: [file, String(size), changed, "variants without annotations"],
    extension: ".parquet",
    make: (path) => copyWithoutAnnotations(file, path),
  });
}

/** Looks into the files' footers for INT96, once a file. */
async function markInt96(list: FileList, files: readonly ScanFile[]): Promise<ScanFile[]> {
  const known = footers.get(list) ?? new Map<string, boolean>();
  footers.set(list, known);
  const unknown = files.filter(({ file }) => !known.has(file)).map(({ file }) => file);
  if (unknown.length > 0) {
    const rows = await list.connection.rows(
      `SELECT DISTINCT file_name FROM parquet_schema([${unknown.map(quotePath).join(", ")}]) WHERE "type" = 'INT96'`,
    );
    const old = new Set(rows.map((row) => textIn(row, "file_name")));
    for (const file of unknown) known.set(file, old.has(file));
  }
  return files.map((file) => (known.get(file.file) === true ? { ...file, int96: true } : file));
}

const footers = new WeakMap<FileList, Map<string, boolean>>();

/**
 * Looks into the files that are read alone for their columns, once a file. `read_parquet` with a `schema` opens no file before it
 * runs, and gives one thread to one file: of the columns as they stand, it knows the row groups.
 */
async function markLone(snapshot: Snapshot, list: FileList, files: readonly ScanFile[]): Promise<readonly ScanFile[]> {
  if (snapshot.mappingMode === "id") return files;
  const known = columns.get(list) ?? new Map<string, ReadonlyMap<string, FileType>>();
  columns.set(list, known);
  const lone = new Set(groupsOf(files).flatMap((group) => (group.length === 1 ? group : [])));
  for (const { file, int96, layout } of lone) {
    if (known.has(file) || int96 || layout !== undefined) continue;
    known.set(file, await fileColumns(list.connection, file));
  }
  return files.map((file) => {
    const found = lone.has(file) ? known.get(file.file) : undefined;
    return found === undefined ? file : { ...file, columns: found };
  });
}

const columns = new WeakMap<FileList, Map<string, ReadonlyMap<string, FileType>>>();

function missing(snapshot: Snapshot, path: string): BoathouseError {
  return new BoathouseError(
    "DELTA_FILE_NOT_FOUND",
    `Version ${snapshot.version} of ${describe(snapshot.location)} needs the file ${path}, which is not there.`,
    {
      sqlState: "42K03",
      details: { path, version: snapshot.version },
      hint: "It was deleted outside the table, or VACUUM removed it because the version is older than the retention period. Read a newer version, or restore the file.",
    },
  );
}
