import type { StructType } from "../core/data-type.ts";
import { BoathouseError } from "../core/errors.ts";
import { didYouMean } from "../core/nearest.ts";
import type { Connection } from "../duckdb/connection.ts";
import { inferCsv } from "./csv/infer.ts";
import { CSV_OPTIONS } from "./csv/options.ts";
import { readCsv } from "./csv/read.ts";
import { inferJson } from "./json/infer.ts";
import { JSON_OPTIONS } from "./json/options.ts";
import { readJson } from "./json/read.ts";
import { readOptions, type Option, type Options, type OptionValues } from "./option.ts";
import { PARQUET_OPTIONS } from "./parquet/options.ts";
import { inferParquet, readParquet } from "./parquet/read.ts";
import type { FileRelation, ReadExtras } from "./relation.ts";
import type { SourceFile } from "./source-file.ts";
import {
  BINARY_FILE_OPTIONS,
  BINARY_FILE_SCHEMA,
  readBinaryFiles,
  readText,
  TEXT_OPTIONS,
  TEXT_SCHEMA,
} from "./text/read.ts";

export type FormatName = "csv" | "json" | "parquet" | "text" | "binaryFile";

export interface FileRead extends ReadExtras {
  readonly format: FormatName;
  readonly files: readonly SourceFile[];
  readonly options: OptionValues;
  /** The data columns, without those of partitions. */
  readonly schema: StructType;
  /** CSV with a header: columns go by their names in each file's header, or by position. By name when left out. */
  readonly columns?: "name" | "position" | undefined;
}

export interface FileInference {
  readonly format: FormatName;
  readonly files: readonly SourceFile[];
  readonly options: OptionValues;
  /** CSV and JSON: find types; otherwise all columns are strings. */
  readonly inferTypes: boolean;
  /** What does not fit will be rescued, so that JSON needs no column for corrupt records. */
  readonly rescued: boolean;
}

/** A format: a row of the table that reading, inference and the documentation share. */
export interface Format {
  readonly name: FormatName;
  readonly options: readonly Option[];
  infer(connection: Connection, inference: Prepared<FileInference>): Promise<StructType>;
  read(connection: Connection, read: Prepared<FileRead>): Promise<FileRelation>;
}

type Prepared<T> = Omit<T, "options"> & { readonly options: Options };

export const FORMATS: readonly Format[] = [
  {
    name: "csv",
    options: CSV_OPTIONS,
    infer: (connection, { files, options, inferTypes }) => inferCsv(connection, files, options, inferTypes),
    read: (connection, read) => readCsv(connection, { ...read, columns: read.columns ?? "name" }),
  },
  {
    name: "json",
    options: JSON_OPTIONS,
    infer: (connection, { files, options, ...how }) => inferJson(connection, files, options, how),
    read: (_, read) => readJson(read),
  },
  {
    name: "parquet",
    options: PARQUET_OPTIONS,
    infer: (connection, { files, options }) => inferParquet(connection, files, options),
    read: readParquet,
  },
  {
    name: "text",
    options: TEXT_OPTIONS,
    infer: () => Promise.resolve(TEXT_SCHEMA),
    read: (_, read) => Promise.resolve(readText(read)),
  },
  {
    name: "binaryFile",
    options: BINARY_FILE_OPTIONS,
    infer: () => Promise.resolve(BINARY_FILE_SCHEMA),
    read: (_, read) => Promise.resolve(readBinaryFiles(read)),
  },
];

/** A format by its name in any case. Throws `UNSUPPORTED_FORMAT`. */
export function formatNamed(name: string): Format {
  const found = FORMATS.find((each) => each.name.toLowerCase() === name.toLowerCase());
  if (found !== undefined) return found;
  const names = FORMATS.map((each) => each.name);
  throw new BoathouseError("UNSUPPORTED_FORMAT", `Files of the format "${name}" cannot be read.`, {
    hint: didYouMean(name, names) ?? `The formats are ${names.join(", ")}.`,
  });
}

/**
 * A SELECT over files that lie on this machine, typed as `read.schema` says: see each format. Looks into the files (headers,
 * footers), so it takes a connection; the rows are read when the SELECT runs.
 */
export async function readFiles(connection: Connection, read: FileRead): Promise<FileRelation> {
  const format = formatNamed(read.format);
  const options = readOptions(format.name, format.options, read.options, "read");
  return format.read(connection, { ...read, options });
}

/** The schema that files have, without partition columns and rescued data. */
export async function inferFiles(connection: Connection, inference: FileInference): Promise<StructType> {
  const format = formatNamed(inference.format);
  const options = readOptions(format.name, format.options, inference.options, "read");
  return format.infer(connection, { ...inference, options });
}
