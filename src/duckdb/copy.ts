import { open, readdir, rm } from "node:fs/promises";
import { dirname, join } from "node:path";
import { BoathouseError, unreachable } from "../core/errors.ts";
import type { Row, Value } from "../core/value.ts";
import { quoteIdentifier, quoteString } from "../sql/quote.ts";

export interface ParquetCopy {
  /** The SELECT whose result is written. */
  readonly select: string;
  /** The file to write; the folder to write files into when there is `partitionBy` or `fileSizeBytes`. */
  readonly path: string;
  /** Columns that become folders `name=value` and are left out of the files. */
  readonly partitionBy?: readonly string[];
  /** Begins another file when one has about this many bytes. Not together with `partitionBy`. */
  readonly fileSizeBytes?: number;
  /** Names of files in a folder, without `.parquet`; `{uuid}` must be in it, `{i}` counts. */
  readonly fileNames?: string;
  readonly compression?: "zstd" | "snappy" | "gzip" | "uncompressed";
  /** Of zstd: DuckDB's is 3. */
  readonly compressionLevel?: number;
  readonly rowGroupSize?: number;
  /** Parquet field ids by column, nested as DuckDB's `FIELD_IDS` wants them. */
  readonly fieldIds?: FieldIds;
  readonly signal?: AbortSignal;
}

export type FieldIds = { readonly [column: string]: number | FieldIds };

/** One file that a copy wrote. The file and its folder's entry are on disk when the copy returns. */
export interface CopiedFile {
  /** Absolute, as DuckDB named it. */
  readonly path: string;
  readonly rowCount: number;
  readonly bytes: number;
  /** By column name; null is NULL. Values are texts as DuckDB casts them. */
  readonly partitionValues: Readonly<Record<string, string | null>>;
  /** Leaf columns. Their paths run through `element`, `key` and `value` of lists and maps. */
  readonly columns: readonly CopiedColumn[];
}

export interface CopiedColumn {
  readonly path: readonly string[];
  /** Exact values, not truncated, in DuckDB's text form: `1` and `0` for BOOLEAN, hex digits for BLOB. */
  readonly min?: string;
  readonly max?: string;
  readonly nullCount: number;
  /** Values including nulls; for lists and maps of their elements. */
  readonly valueCount: number;
  readonly bytes: number;
  /** FLOAT and DOUBLE: min and max leave NaN out. */
  readonly hasNaN: boolean;
}

/** `mark` comes into the names of files in a folder, so that `removeCopied` knows them. */
export function copyStatement(copy: ParquetCopy, mark: string): string {
  const { partitionBy = [], fileSizeBytes, fileNames: names = "part-{i}-{uuid}" } = copy;
  const folder = partitionBy.length > 0 || fileSizeBytes !== undefined;
  if (partitionBy.length > 0 && fileSizeBytes !== undefined) {
    return unreachable("A copy to Parquet cannot both partition and split by size.");
  }
  const options = [
    "FORMAT parquet",
    `COMPRESSION ${copy.compression ?? "zstd"}`,
    ...(copy.compressionLevel === undefined ? [] : [`COMPRESSION_LEVEL ${copy.compressionLevel}`]),
    "RETURN_STATS",
    ...(copy.rowGroupSize === undefined ? [] : [`ROW_GROUP_SIZE ${copy.rowGroupSize}`]),
    ...(copy.fieldIds === undefined ? [] : [`FIELD_IDS ${fieldIds(copy.fieldIds)}`]),
    ...(partitionBy.length === 0 ? [] : [`PARTITION_BY (${partitionBy.map(quoteIdentifier).join(", ")})`]),
    ...(fileSizeBytes === undefined ? [] : [`FILE_SIZE_BYTES ${fileSizeBytes}`]),
    ...(folder ? ["APPEND", `FILENAME_PATTERN ${quoteString(names.replace("{uuid}", `{uuid}-${mark}`))}`] : []),
  ];
  return `COPY (${copy.select}\n) TO ${quoteString(copy.path)} (${options.join(", ")})`;
}

/** What `RETURN_STATS` says of each file. */
export function copiedFiles(rows: readonly Row[]): CopiedFile[] {
  return rows.map((row) => ({
    path: text(row["filename"]),
    rowCount: Number(row["count"]),
    bytes: Number(row["file_size_bytes"]),
    partitionValues: Object.fromEntries(
      entries(row["partition_keys"]).map(([name, value]) => [name, value === null ? null : text(value)]),
    ),
    columns: entries(row["column_statistics"]).map(([path, statistics]) => copiedColumn(path, statistics)),
  }));
}

/** Forces files and the folders that name them to disk, so that a commit never names what a power cut can lose. */
export async function syncFiles(paths: readonly string[]): Promise<void> {
  const folders = new Set(paths.map((path) => dirname(path)));
  for (const path of [...paths, ...folders]) {
    const handle = await open(path, "r");
    try {
      await handle.sync();
    } finally {
      await handle.close();
    }
  }
}

/** Removes the files in a folder and below that a copy which failed has left. */
export async function removeCopied(
  { path, partitionBy = [], fileSizeBytes }: ParquetCopy,
  mark: string,
): Promise<void> {
  if (partitionBy.length === 0 && fileSizeBytes === undefined) return;
  const names = await readdir(path, { recursive: partitionBy.length > 0 });
  await Promise.all(names.filter((name) => name.includes(mark)).map((name) => rm(join(path, name), { force: true })));
}

/** `"a"."b ""c"` → `a`, `b "c`. */
function splitPath(quoted: string): string[] {
  const parts = [...quoted.matchAll(/"((?:[^"]|"")*)"(?:\.|$)/g)].map((match) =>
    (match[1] ?? "").replaceAll('""', '"'),
  );
  return parts.length === 0 ? [quoted] : parts;
}

function copiedColumn(path: string, statistics: Value): CopiedColumn {
  const known = new Map(entries(statistics));
  const min = known.get("min");
  const max = known.get("max");
  return {
    path: splitPath(path),
    ...(min === undefined || min === null ? {} : { min: text(min) }),
    ...(max === undefined || max === null ? {} : { max: text(max) }),
    nullCount: Number(known.get("null_count") ?? 0),
    valueCount: Number(known.get("num_values") ?? 0),
    bytes: Number(known.get("column_size_bytes") ?? 0),
    hasNaN: known.get("has_nan") === "true",
  };
}

function fieldIds(ids: FieldIds): string {
  const parts = Object.entries(ids).map(
    ([name, id]) =>
      `${name === "__duckdb_field_id" ? name : quoteIdentifier(name)}: ${typeof id === "number" ? id : fieldIds(id)}`,
  );
  return `{${parts.join(", ")}}`;
}

/** The pairs of a MAP value. */
function entries(value: Value | undefined): [string, Value][] {
  if (!Array.isArray(value)) return [];
  const items: readonly Value[] = value;
  return items.map((item) => {
    if (typeof item !== "object" || item === null || !("key" in item)) return unreachable("A MAP value has no key.");
    return [text(item["key"]), item["value"] ?? null];
  });
}

function text(value: Value | undefined): string {
  if (typeof value === "string") return value;
  throw new BoathouseError("INTERNAL_ERROR", "DuckDB's RETURN_STATS has another shape than expected.", {
    kind: "defect",
  });
}
