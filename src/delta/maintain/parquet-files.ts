import {
  sameType,
  simpleString,
  struct,
  type DataType,
  type StructField,
  type StructType,
} from "../../core/data-type.ts";
import { BoathouseError } from "../../core/errors.ts";
import type { Connection } from "../../duckdb/connection.ts";
import { inferFiles } from "../../formats/format.ts";
import { pathList, type SourceFile } from "../../formats/source-file.ts";
import { quoteString } from "../../sql/quote.ts";
import { duckDbType } from "../../sql/types/duckdb-type.ts";
import { localObject } from "../scan/data-files.ts";
import { describe, keyOf, type TableLocation } from "../log/log-segment.ts";
import { inParallel } from "../log/objects.ts";
import { decodePath } from "../log/paths.ts";
import { textIn } from "../log/row-values.ts";

/** A data file in a folder that is no Delta table. */
export interface ParquetFile extends SourceFile {
  /** Below the folder, with `/`, not percent-encoded. */
  readonly name: string;
  /** Texts by the partition columns' names; null is null. */
  readonly partition: Readonly<Record<string, string | null>>;
}

/**
 * The data files of a folder, with the partition values that their folders say. Names that begin with `_` or `.` are hidden.
 *
 * Throws `DELTA_EMPTY_DIRECTORY`, `DELTA_CONVERT_NON_PARQUET_TABLE` for Iceberg, `DELTA_UNEXPECTED_NUM_PARTITION_COLUMNS_FROM_FILE_NAME`
 * and `DELTA_UNEXPECTED_PARTITION_COLUMN_FROM_FILE_NAME`.
 */
export async function listParquetFiles(
  location: TableLocation,
  partitionedBy: readonly StructField[],
): Promise<ParquetFile[]> {
  const prefix = keyOf(location, "");
  const root = location.root === "" ? "" : `${location.root}/`;
  const files: (Omit<ParquetFile, "path"> & { readonly key: string; readonly etag: string })[] = [];
  for await (const { key, etag, size, lastModified } of location.store.list(root)) {
    const name = key.slice(root.length);
    if (/^metadata\/[^/]*\.metadata\.json$/.test(name)) throw iceberg(location);
    if (isHidden(name)) continue;
    const url = `${location.store.url}/${key}`;
    files.push({ key, etag, url, size, lastModified, name, partition: partitionOf(name, partitionedBy, url) });
  }
  if (files.length > 0) {
    return inParallel(files, FETCHES, async ({ key, etag, ...file }) => ({
      ...file,
      path: await localObject(location, key, etag),
    }));
  }
  throw new BoathouseError(
    "DELTA_EMPTY_DIRECTORY",
    `No file found in the directory: ${describe(location)}${prefix === "" ? "/" : ""}.`,
    {
      sqlState: "42K03",
      hint: "Name the folder that holds the Parquet files.",
    },
  );
}

/**
 * The columns of all files, and of the partitions. Throws `DELTA_FAILED_MERGE_SCHEMA_FILE` where files have different types,
 * and `DELTA_FAILED_CAST_PARTITION_VALUE`.
 */
export async function parquetSchema(
  connection: Connection,
  files: readonly ParquetFile[],
  partitionedBy: readonly StructField[],
): Promise<StructType> {
  const infer = (some: readonly SourceFile[]): Promise<StructType> =>
    inferFiles(connection, {
      format: "parquet",
      files: some,
      options: { mergeSchema: "true" },
      inferTypes: false,
      rescued: false,
    });
  const merged = await infer(files);
  for (const file of await differentFiles(connection, files)) {
    const difference = differenceIn(merged, await infer([file]));
    if (difference !== undefined) throw cannotMerge(file, difference);
  }
  for (const column of partitionedBy) await checkValues(connection, files, column);
  const partitions = new Map(partitionedBy.map((column) => [column.name.toLowerCase(), column]));
  const data = merged.fields.map((each) => partitions.get(each.name.toLowerCase()) ?? each);
  const taken = new Set(data.map(({ name }) => name.toLowerCase()));
  return struct([...data, ...partitionedBy.filter(({ name }) => !taken.has(name.toLowerCase()))]);
}

/** One file of each kind of footer. */
async function differentFiles(connection: Connection, files: readonly ParquetFile[]): Promise<ParquetFile[]> {
  const rows = await connection.rows(
    `SELECT min(file_name) AS file_name FROM (SELECT file_name, md5(string_agg(concat_ws(' ', name, type, converted_type, ` +
      `logical_type, num_children), ',' ORDER BY column_id)) AS footer FROM parquet_schema(${pathList(files)}) ` +
      `GROUP BY file_name) GROUP BY footer`,
  );
  if (rows.length < 2) return [];
  const wanted = new Set(rows.map((row) => textIn(row, "file_name")));
  return files.filter(({ path }) => wanted.has(path));
}

/** Where a file's columns have another type than the table's: `a.b: int, not bigint`. What it lacks is no difference. */
function differenceIn(table: DataType, file: DataType, path = ""): string | undefined {
  if (table.kind === "struct" && file.kind === "struct") {
    const fields = new Map(table.fields.map((each) => [each.name.toLowerCase(), each.type]));
    for (const each of file.fields) {
      const type = fields.get(each.name.toLowerCase());
      const found =
        type === undefined ? undefined : differenceIn(type, each.type, `${path}${path === "" ? "" : "."}${each.name}`);
      if (found !== undefined) return found;
    }
    return undefined;
  }
  if (table.kind === "array" && file.kind === "array") return differenceIn(table.element, file.element, path);
  if (table.kind === "map" && file.kind === "map") {
    return differenceIn(table.key, file.key, path) ?? differenceIn(table.value, file.value, path);
  }
  return sameType(table, file) ? undefined : `${path}: ${simpleString(file)}, not ${simpleString(table)}`;
}

async function checkValues(connection: Connection, files: readonly ParquetFile[], column: StructField): Promise<void> {
  if (column.type.kind === "string") return;
  const values = [...new Set(files.flatMap(({ partition }) => partition[column.name] ?? []))];
  const type = duckDbType(column.type);
  const [bad] = await connection.rows(
    `SELECT v FROM (SELECT unnest(from_json(${quoteString(JSON.stringify(values))}, '["VARCHAR"]')) AS v) ` +
      `WHERE TRY_CAST(v AS ${type}) IS NULL LIMIT 1`,
  );
  if (bad === undefined) return;
  throw new BoathouseError(
    "DELTA_FAILED_CAST_PARTITION_VALUE",
    `Failed to cast the partition value ${JSON.stringify(textIn(bad, "v"))} of ${column.name} to ${simpleString(column.type)}.`,
    { sqlState: "22018", hint: "Name a type that all values have, STRING for instance." },
  );
}

function isHidden(name: string): boolean {
  return name.split("/").some((part) => /^[._]/.test(part) && !part.includes("="));
}

const NULL_FOLDER = "__HIVE_DEFAULT_PARTITION__";

/** From the folders `name=value`, which must be those of the partition columns, in their order. */
function partitionOf(name: string, partitionedBy: readonly StructField[], url: string): Record<string, string | null> {
  const folders = name.split("/").slice(0, -1);
  const parsed = folders.flatMap((folder): [string, string][] => {
    const at = folder.indexOf("=");
    return at < 0 ? [] : [[decodePath(folder.slice(0, at)), decodePath(folder.slice(at + 1))]];
  });
  if (parsed.length !== partitionedBy.length) throw otherCount(url, parsed, partitionedBy);
  return Object.fromEntries(
    partitionedBy.map((column, index) => {
      const [found = "", value = ""] = parsed[index] ?? [];
      if (found.toLowerCase() !== column.name.toLowerCase()) throw otherColumn(url, found, column.name);
      return [column.name, value === NULL_FOLDER || value === "" ? null : value];
    }),
  );
}

function otherCount(
  url: string,
  parsed: readonly (readonly [string, string])[],
  partitionedBy: readonly StructField[],
): BoathouseError {
  const list = (names: readonly string[]): string => `[${names.join(", ")}]`;
  const found = parsed.map(([name]) => name);
  return new BoathouseError(
    "DELTA_UNEXPECTED_NUM_PARTITION_COLUMNS_FROM_FILE_NAME",
    `Expecting ${partitionedBy.length} partition column(s): ${list(partitionedBy.map(({ name }) => name))}, but found ` +
      `${found.length} partition column(s): ${list(found)} from parsing the file name: ${url}.`,
    {
      sqlState: "KD009",
      hint:
        found.length > 0
          ? `Say how the files are partitioned, with types: PARTITIONED BY (${found.map((name) => `${name} STRING`).join(", ")}).`
          : "Every file has to lie in folders name=value, one for each column of PARTITIONED BY.",
    },
  );
}

function otherColumn(url: string, found: string, expected: string): BoathouseError {
  return new BoathouseError(
    "DELTA_UNEXPECTED_PARTITION_COLUMN_FROM_FILE_NAME",
    `Expecting partition column ${expected}, but found partition column ${found} from parsing the file name: ${url}.`,
    { sqlState: "KD009", hint: "Name the columns of PARTITIONED BY in the order of the folders." },
  );
}

function cannotMerge(file: ParquetFile, difference: string): BoathouseError {
  return new BoathouseError(
    "DELTA_FAILED_MERGE_SCHEMA_FILE",
    `Failed to merge the schema of the file ${file.url}: ${difference}.`,
    {
      sqlState: "42KDA",
      hint: "Write the files anew with the same types, or read them with read_files and CREATE TABLE … AS SELECT.",
    },
  );
}

function iceberg(location: TableLocation): BoathouseError {
  return new BoathouseError(
    "DELTA_CONVERT_NON_PARQUET_TABLE",
    `Only Parquet files can become a Delta table in place, but ${describe(location)} is an Iceberg table.`,
    {
      sqlState: "0AKDC",
      hint: "Its Parquet files alone do not say which rows it has. Convert it with an engine that reads Iceberg.",
    },
  );
}

/** Files that are fetched at once. */
const FETCHES = 8;
