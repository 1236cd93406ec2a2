import { existsSync } from "node:fs";
import {
  simpleString,
  struct,
  TIMESTAMP,
  type DataType,
  type StructField,
  type StructType,
} from "../../core/data-type.ts";
import { BoathouseError, messageOf } from "../../core/errors.ts";
import type { Connection } from "../../duckdb/connection.ts";
import { quoteIdentifier } from "../../sql/quote.ts";
import { hasVariant } from "../../sql/types/variant-type.ts";
import { duckDbType } from "../../sql/types/duckdb-type.ts";
import { PLAIN_CELLS } from "../cell.ts";
import { missing } from "../head.ts";
import type { Options } from "../option.ts";
import {
  emptySql,
  fileColumns,
  metadataColumn,
  relationSchema,
  rescuedEntry,
  rescuedSql,
  type FileRelation,
  type RescuedPart,
  type ReadExtras,
} from "../relation.ts";
import { pathList, type SourceFile } from "../source-file.ts";
import { fitType, mergeFields } from "./fit.ts";

export interface ParquetRead extends ReadExtras {
  readonly files: readonly SourceFile[];
  readonly options: Options;
  readonly schema: StructType;
}

/**
 * Reads Parquet files: columns by name, missing ones null, narrower numbers widened. What has another type is rescued, or is
 * the error `FAILED_READ_FILE.PARQUET_COLUMN_DATA_TYPE_MISMATCH` where nothing is.
 */
export async function readParquet(connection: Connection, read: ParquetRead): Promise<FileRelation> {
  const schema = relationSchema(read);
  const scans: string[] = [];
  for (const group of await groupFiles(connection, read.files)) scans.push(scanSql(read, group));
  return { sql: scans.length === 0 ? emptySql(schema) : scans.join("\nUNION ALL\n"), schema };
}

/** The columns of all files, merged by name; of the first file alone without `mergeSchema`. */
export async function inferParquet(
  connection: Connection,
  files: readonly SourceFile[],
  options: Options,
): Promise<StructType> {
  const merge = options.boolean("mergeSchema");
  let fields: readonly StructField[] = [];
  for (const group of await groupFiles(connection, merge ? files : files.slice(0, 1))) {
    const merged = mergeFields(fields, group.fields);
    if (merged === undefined) throw cannotMerge(fields, group);
    fields = merged;
  }
  return struct(fields);
}

interface Group {
  readonly files: SourceFile[];
  readonly fields: readonly StructField[];
  /** Timestamps of the old 96-bit kind are instants, which DuckDB gives as local times. */
  readonly int96: boolean;
}

/** Files that have the same columns. */
async function groupFiles(connection: Connection, files: readonly SourceFile[]): Promise<Group[]> {
  if (files.length === 0) return [];
  const rows = await connection
    .rows(
      `SELECT file_name, md5(string_agg(concat_ws(' ', name, type, converted_type, logical_type, num_children, scale, precision), ',' ORDER BY column_id)) AS signature,
        bool_or(type = 'INT96') AS int96 FROM parquet_schema(${pathList(files)}) GROUP BY file_name`,
    )
    .catch((error: unknown) => {
      throw unreadable(files, error);
    });
  const known = new Map(rows.map((row) => [row["file_name"], row]));
  const groups = new Map<unknown, Group>();
  for (const file of files) {
    const row = known.get(file.path);
    const group = groups.get(row?.["signature"]);
    if (group !== undefined) {
      group.files.push(file);
      continue;
    }
    const int96 = row?.["int96"] === true;
    groups.set(row?.["signature"], { files: [file], int96, fields: await fieldsOf(connection, file, int96) });
  }
  return [...groups.values()];
}

async function fieldsOf(connection: Connection, file: SourceFile, int96: boolean): Promise<StructField[]> {
  const result = await connection.stream(
    `SELECT * FROM read_parquet(${pathList([file])}, hive_partitioning = false) LIMIT 0`,
  );
  result.close();
  return result.schema.fields.map((each) =>
    int96 && each.type.kind === "timestamp_ntz" ? { ...each, type: TIMESTAMP } : each,
  );
}

function scanSql(read: ParquetRead, group: Group): string {
  const rescue = read.rescuedColumn !== undefined;
  const exact = rescue && read.options.boolean("readerCaseSensitive");
  const taken = new Set<StructField>();
  const rescued: RescuedPart[] = [];
  const outputs = read.schema.fields.map((wanted) => {
    const found = group.fields.find((each) => sameName(each.name, wanted.name, exact));
    const name = quoteIdentifier(wanted.name);
    if (found === undefined) return `NULL::${duckDbType(wanted.type)} AS ${name}`;
    taken.add(found);
    const source = sourceOf(found, group);
    const value = fitType(source, found.type, wanted.type);
    if (value !== undefined) return `${value}::${duckDbType(wanted.type)} AS ${name}`;
    if (!rescue) throw mismatch(group, found, wanted.type);
    rescued.push(entry(found, source));
    return `NULL::${duckDbType(wanted.type)} AS ${name}`;
  });
  outputs.push(...fileColumns(group.files, read, PLAIN_CELLS));
  if (read.rescuedColumn !== undefined) {
    const partitions = new Set((read.partitionColumns ?? []).map((each) => each.name.toLowerCase()));
    for (const each of group.fields) {
      if (!taken.has(each) && !partitions.has(each.name.toLowerCase()))
        rescued.push(entry(each, sourceOf(each, group)));
    }
    outputs.push(`${rescuedSql(rescued, group.files)} AS ${quoteIdentifier(read.rescuedColumn)}`);
  }
  if (read.metadata === true) outputs.push(metadataColumn(group.files));
  return `SELECT ${outputs.join(", ")} FROM read_parquet(${pathList(group.files)}, hive_partitioning = false)`;
}

function sourceOf(column: StructField, group: Group): string {
  const name = quoteIdentifier(column.name);
  return group.int96 && column.type.kind === "timestamp" ? `timezone('UTC', ${name}::TIMESTAMP)` : name;
}

function entry(column: StructField, source: string): RescuedPart {
  return { when: `${source} IS NOT NULL`, entry: rescuedEntry(column.name, `to_json(${source})::VARCHAR`) };
}

function sameName(a: string, b: string, exact: boolean): boolean {
  return exact ? a === b : a.toLowerCase() === b.toLowerCase();
}

function mismatch(group: Group, found: StructField, wanted: DataType): BoathouseError {
  const url = group.files[0]?.url ?? "";
  if (hasVariant(found.type)) {
    return new BoathouseError(
      "UNSUPPORTED_DATATYPE",
      `${url}: the column "${found.name}" has Parquet's own type VARIANT, which cannot be read exactly.`,
      {
        sqlState: "0A000",
        hint: "Let whoever writes the file make the column a string (to_json), and read it with parse_json.",
      },
    );
  }
  return new BoathouseError(
    "FAILED_READ_FILE.PARQUET_COLUMN_DATA_TYPE_MISMATCH",
    `${url}: the column "${found.name}" is ${simpleString(found.type).toUpperCase()} in the file, ${simpleString(wanted).toUpperCase()} was expected.`,
    { sqlState: "KD001", hint: "Read the column with the file's type and cast it, or read with rescued data." },
  );
}

function cannotMerge(fields: readonly StructField[], group: Group): BoathouseError {
  const url = group.files[0]?.url ?? "";
  return new BoathouseError(
    "CANNOT_MERGE_SCHEMAS",
    `${url} has columns that cannot be merged with those of the files before it: ${simpleString(struct(fields))} and ${simpleString(struct(group.fields))}.`,
    { sqlState: "42KD9", hint: "Give the schema, or schemaHints for the columns that differ." },
  );
}

function unreadable(files: readonly SourceFile[], error: unknown): Error {
  for (const file of files) {
    if (!existsSync(file.path)) return missing(file, error);
  }
  const text = messageOf(error);
  const file = files.find((each) => text.includes(each.path)) ?? (files.length === 1 ? files[0] : undefined);
  if (file === undefined) return error instanceof Error ? error : new Error(text);
  return new BoathouseError("FAILED_READ_FILE.CANNOT_READ_FILE_FOOTER", `${file.url} is no Parquet file: ${text}`, {
    cause: error,
    sqlState: "KD001",
    hint: "The file is damaged, cut off or of another format. Fetch it again, or exclude it by pathGlobFilter.",
  });
}
