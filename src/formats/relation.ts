import { field, STRING, struct, type StructField, type StructType } from "../core/data-type.ts";
import { quoteIdentifier, quoteString } from "../sql/quote.ts";
import { duckDbType } from "../sql/types/duckdb-type.ts";
import { FILE_METADATA, perFile, urlSql, metadataSql, type SourceFile } from "./source-file.ts";
import { cellSql, type CellFormat } from "./cell.ts";

/** What a read gives besides the columns of the data. */
export interface ReadExtras {
  /** The name of the column that takes what does not fit the schema, as JSON; none when undefined. */
  readonly rescuedColumn?: string | undefined;
  /** Adds `_metadata`. */
  readonly metadata?: boolean | undefined;
  /** Columns from the folders `name=value` that files lie in, after those of the data. */
  readonly partitionColumns?: readonly StructField[] | undefined;
}

/** A SELECT over files with its schema: data columns, partition columns, the rescued data, `_metadata`. */
export interface FileRelation {
  readonly sql: string;
  readonly schema: StructType;
}

/** The texts of the partition columns and of `_metadata`, each with its alias, for the files of one scan. */
export function fileColumns(files: readonly SourceFile[], extras: ReadExtras, format: CellFormat): string[] {
  const columns = (extras.partitionColumns ?? []).map((column) => {
    const texts = files.map((file) => {
      const value = file.partition?.[column.name];
      return value === undefined || value === null ? "NULL::VARCHAR" : quoteString(value);
    });
    return `${cellSql(perFile(texts), column.type, format)} AS ${quoteIdentifier(column.name)}`;
  });
  return columns;
}

export function metadataColumn(files: readonly SourceFile[]): string {
  return `${metadataSql(files)} AS _metadata`;
}

/** Something that may have to be rescued: SQL for whether it is, and for its entry `"name":value`. */
export interface RescuedPart {
  readonly when: string;
  readonly entry: string;
}

/**
 * The rescued data: a JSON object of the values that are left over, by column, with the file's path at the end; null where
 * there are none, which costs no more than the conditions.
 */
export function rescuedSql(parts: readonly RescuedPart[], files: readonly SourceFile[]): string {
  if (parts.length === 0) return "NULL::VARCHAR";
  const entries = parts.map(({ when, entry }) => `CASE WHEN ${when} THEN ${entry} END`);
  return `CASE WHEN ${parts.map(({ when }) => when).join(" OR ")} THEN '{' || concat_ws(',', ${entries.join(", ")})
    || ',"_file_path":' || to_json(${urlSql(files)})::VARCHAR || '}' END`;
}

/** `"name":` followed by the JSON that `value` is SQL for. */
export function rescuedEntry(name: string, value: string): string {
  return `${quoteString(`${JSON.stringify(name)}:`)} || ${value}`;
}

/** The columns that a read gives. */
export function relationSchema(read: ReadExtras & { readonly schema: StructType }): StructType {
  const fields: StructField[] = [...read.schema.fields, ...(read.partitionColumns ?? [])];
  if (read.rescuedColumn !== undefined) fields.push(field(read.rescuedColumn, STRING));
  if (read.metadata === true) fields.push(field("_metadata", FILE_METADATA, false));
  return struct(fields);
}

/** No rows of a schema. */
export function emptySql(schema: StructType): string {
  const columns = schema.fields.map((each) => `NULL::${duckDbType(each.type)} AS ${quoteIdentifier(each.name)}`);
  return `SELECT ${columns.join(", ")} WHERE false`;
}
