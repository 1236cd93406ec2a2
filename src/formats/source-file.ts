import { field, LONG, STRING, struct, TIMESTAMP, type StructType } from "../core/data-type.ts";
import { quotePath, quoteString } from "../sql/quote.ts";

/** A file to read, which lies on this machine, and what is known of the object that it is (a copy of). */
export interface SourceFile {
  /** Absolute local path. */
  readonly path: string;
  /** The object's full URL: what `_metadata.file_path` and error messages show. */
  readonly url: string;
  /** Bytes. */
  readonly size: number;
  /** Milliseconds since the epoch. */
  readonly lastModified: number;
  /** Values of partition columns by name, from the folders `name=value` that the file lies in. Null is null. */
  readonly partition?: Readonly<Record<string, string | null>>;
}

/** Spark's hidden column `_metadata` of files. */
export const FILE_METADATA: StructType = struct([
  field("file_path", STRING, false),
  field("file_name", STRING, false),
  field("file_size", LONG, false),
  field("file_block_start", LONG, false),
  field("file_block_length", LONG, false),
  field("file_modification_time", TIMESTAMP, false),
]);

/** The column `_metadata`, where `file_index` is the position (from 0) in `files` of the file that a row is from. */
export function metadataSql(files: readonly SourceFile[]): string {
  return perFile(
    files.map((file) => {
      const name = fileName(file.url);
      return `{file_path: ${quoteString(file.url)}, file_name: ${quoteString(name)}, file_size: ${file.size}::BIGINT,
        file_block_start: 0::BIGINT, file_block_length: ${file.size}::BIGINT,
        file_modification_time: make_timestamptz(${Math.round(file.lastModified)}::BIGINT * 1000)}`;
    }),
  );
}

/** The URL of a row's file. */
export function urlSql(files: readonly SourceFile[]): string {
  return perFile(files.map((file) => quoteString(file.url)));
}

/** One value a file. All must have the same type. */
export function perFile(values: readonly string[]): string {
  const [first] = values;
  if (first !== undefined && values.every((value) => value === first)) return first;
  return `[${values.join(", ")}][file_index::BIGINT + 1]`;
}

/** The files' paths for DuckDB's readers. */
export function pathList(files: readonly SourceFile[]): string {
  return `[${files.map((file) => quotePath(file.path)).join(", ")}]`;
}

/** A condition that holds when all files are there, and is an error otherwise: some of DuckDB's readers pass over missing ones. */
export function presentSql(files: readonly SourceFile[]): string {
  const message = `[FAILED_READ_FILE.FILE_NOT_EXIST] A file was removed after it had been listed: one of ${files.length}, beginning with ${files[0]?.url ?? ""}. Run again.`;
  return `(SELECT CASE WHEN count(*) = ${files.length} THEN true ELSE error(${quoteString(message)}) END FROM read_blob(${pathList(files)}))`;
}

/** What follows the last slash, percent-decoded where it is encoded. */
function fileName(url: string): string {
  return url.slice(url.lastIndexOf("/") + 1);
}
