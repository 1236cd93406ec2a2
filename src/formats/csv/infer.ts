import { field, STRING, struct, type StructType } from "../../core/data-type.ts";
import type { Connection } from "../../duckdb/connection.ts";
import type { Options } from "../option.ts";
import type { SourceFile } from "../source-file.ts";
import { inferTextTypes } from "../text-kind.ts";
import { csvDialect } from "./dialect.ts";
import { readHeads } from "./header.ts";
import { csvCellFormat, readCsv } from "./read.ts";

/**
 * The schema of CSV files. With a header the columns of all files are merged by name, in the order of their first appearance;
 * without one there are as many as in the longest first record. With `inferTypes` every record is read for the types;
 * otherwise all columns are strings.
 */
export async function inferCsv(
  connection: Connection,
  files: readonly SourceFile[],
  options: Options,
  inferTypes: boolean,
): Promise<StructType> {
  const dialect = csvDialect(options);
  const names = mergeNames((await readHeads(connection, files, dialect)).map((head) => head.names ?? []));
  const strings = struct(names.map((name) => field(name, STRING)));
  if (!inferTypes || names.length === 0) return strings;
  const { sql } = await readCsv(connection, { files, options, schema: strings, columns: "name" });
  const format = { ...csvCellFormat(options), preferDate: options.boolean("preferDate") };
  const types = await inferTextTypes(connection, sql, names, format);
  return struct(names.map((name, index) => field(name, types[index] ?? STRING)));
}

function mergeNames(headers: readonly (readonly string[])[]): string[] {
  const merged = new Map<string, string>();
  for (const name of headers.flat()) {
    if (!merged.has(name.toLowerCase())) merged.set(name.toLowerCase(), name);
  }
  return [...merged.values()];
}
