import { BINARY, field, LONG, simpleString, STRING, struct, TIMESTAMP, type StructType } from "../../core/data-type.ts";
import { BoathouseError } from "../../core/errors.ts";
import { quoteIdentifier } from "../../sql/quote.ts";
import { PLAIN_CELLS } from "../cell.ts";
import type { Option, Options } from "../option.ts";
import {
  emptySql,
  fileColumns,
  metadataColumn,
  relationSchema,
  type FileRelation,
  type ReadExtras,
} from "../relation.ts";
import { pathList, perFile, presentSql, urlSql, type SourceFile } from "../source-file.ts";

/** Spark's options for text files. */
export const TEXT_OPTIONS: readonly Option[] = [
  {
    name: "wholetext",
    type: "boolean",
    default: "false",
    description: "Each file is one row instead of one a line.",
    use: "read",
  },
  {
    name: "lineSep",
    type: "string",
    description: "What separates lines.",
    use: "both",
    refused: "cannot be set: CRLF, LF and CR all end a line",
  },
  {
    name: "encoding",
    aliases: ["charset"],
    type: "choice",
    choices: ["UTF-8"],
    default: "UTF-8",
    description: "UTF-8.",
    use: "read",
  },
  {
    name: "compression",
    aliases: ["codec"],
    type: "choice",
    choices: ["none", "uncompressed", "gzip", "zstd"],
    default: "none",
    description: "How files are compressed when writing. Reading goes by the file's extension (.gz).",
    use: "write",
  },
];

export const BINARY_FILE_OPTIONS: readonly Option[] = [];

export const TEXT_SCHEMA: StructType = struct([field("value", STRING)]);

export const BINARY_FILE_SCHEMA: StructType = struct([
  field("path", STRING),
  field("modificationTime", TIMESTAMP),
  field("length", LONG),
  field("content", BINARY),
]);

export interface PlainRead extends ReadExtras {
  readonly files: readonly SourceFile[];
  readonly options: Options;
  readonly schema: StructType;
}

/** Lines of text files, each file read as a whole: CR, LF and CRLF each end a line, empty lines count. */
export function readText(read: PlainRead): FileRelation {
  const [column] = read.schema.fields;
  if (read.schema.fields.length !== 1 || column?.type.kind !== "string") {
    throw new BoathouseError(
      "UNSUPPORTED_DATA_TYPE_FOR_DATASOURCE",
      `Text files have one column of STRING, not ${simpleString(read.schema)}.`,
      {
        hint: "Leave the schema out.",
      },
    );
  }
  const from = `(SELECT ltrim(content, '\u{FEFF}') AS content, file_index FROM read_text(${pathList(read.files)}) WHERE ${presentSql(read.files)})`;
  const normal = `replace(replace(content, chr(13) || chr(10), chr(10)), chr(13), chr(10))`;
  const lines = `string_split(CASE WHEN suffix(${normal}, chr(10)) THEN left(${normal}, -1) ELSE ${normal} END, chr(10))`;
  const source = read.options.boolean("wholetext")
    ? `(SELECT content AS value, file_index FROM ${from})`
    : `(SELECT unnest(${lines}) AS value, file_index FROM ${from} WHERE content <> '')`;
  return plainRelation(read, [`value AS ${quoteIdentifier(column.name)}`], source);
}

/** Spark's `binaryFile`: each file as one row. */
export function readBinaryFiles(read: PlainRead): FileRelation {
  const { files } = read;
  const values: Readonly<Record<string, string>> = {
    path: urlSql(files),
    modificationTime: perFile(files.map((file) => `make_timestamptz(${Math.round(file.lastModified)}::BIGINT * 1000)`)),
    length: perFile(files.map((file) => `${file.size}::BIGINT`)),
    content: "content",
  };
  const columns = read.schema.fields.map((each) => {
    const value = values[each.name];
    if (value !== undefined) return `${value} AS ${quoteIdentifier(each.name)}`;
    throw new BoathouseError("UNRESOLVED_COLUMN", `Binary files have no column "${each.name}".`, {
      hint: `They have ${Object.keys(values).join(", ")}.`,
    });
  });
  // Without `content` DuckDB does not read the files.
  return plainRelation(read, columns, `read_blob(${pathList(files)}) WHERE ${presentSql(files)}`);
}

function plainRelation(read: PlainRead, columns: readonly string[], from: string): FileRelation {
  const schema = relationSchema(read);
  if (read.files.length === 0) return { sql: emptySql(schema), schema };
  const outputs = [...columns, ...fileColumns(read.files, read, PLAIN_CELLS)];
  if (read.rescuedColumn !== undefined) outputs.push(`NULL::VARCHAR AS ${quoteIdentifier(read.rescuedColumn)}`);
  if (read.metadata === true) outputs.push(metadataColumn(read.files));
  return { sql: `SELECT ${outputs.join(", ")} FROM ${from}`, schema };
}
