import type { StructField, StructType } from "../../core/data-type.ts";
import type { Connection } from "../../duckdb/connection.ts";
import { quoteIdentifier, quoteString } from "../../sql/quote.ts";
import { cellSql, type CellFormat } from "../cell.ts";
import type { Options } from "../option.ts";
import {
  emptySql,
  fileColumns,
  metadataColumn,
  relationSchema,
  rescuedEntry,
  rescuedSql,
  type FileRelation,
  type ReadExtras,
} from "../relation.ts";
import { urlSql, type SourceFile } from "../source-file.ts";
import { csvDialect, type CsvDialect } from "./dialect.ts";
import { readHeads, type CsvHead } from "./header.ts";
import { recordsSql, type CsvGroup } from "./records.ts";
import { tokenize } from "./tokenizer.ts";

export interface CsvRead extends ReadExtras {
  readonly files: readonly SourceFile[];
  readonly options: Options;
  /** The data columns, the corrupt record's among them where it is wanted. */
  readonly schema: StructType;
  /** How a column is found in a file: by its name in the file's header, or by its position. Without a header: by position. */
  readonly columns: "name" | "position";
}

/** Reads CSV files as Spark does: see `tokenize` for the rule of fields, `recordsSql` for that of records. */
export async function readCsv(connection: Connection, read: CsvRead): Promise<FileRelation> {
  const { files, options } = read;
  const dialect = csvDialect(options);
  const byName = dialect.header && read.columns === "name";
  const heads = await readHeads(connection, files, dialect);
  const mode = options.choice("mode");
  const scans: string[] = [];
  for (const group of groupFiles(heads, dialect, { byName, apart: mode === "FAILFAST" })) {
    scans.push(scanSql(read, dialect, group, mode));
  }
  const schema = relationSchema(read);
  if (scans.length > 0) return { sql: scans.join("\nUNION ALL\n"), schema };
  return { sql: emptySql(schema), schema };
}

export function csvCellFormat(options: Options): CellFormat {
  return {
    nanValue: options.string("nanValue"),
    positiveInf: options.string("positiveInf"),
    negativeInf: options.string("negativeInf"),
    dateFormat: options.text("dateFormat"),
    timestampFormat: options.text("timestampFormat"),
    timestampNtzFormat: options.text("timestampNTZFormat"),
    timeZone: options.text("timeZone"),
  };
}

interface NamedGroup extends CsvGroup {
  /** The header's names where columns are found by them. */
  readonly names: readonly string[] | undefined;
}

/** Files that one scan can read. Files without any record are left out. */
function groupFiles(
  heads: readonly CsvHead[],
  dialect: CsvDialect,
  how: { readonly byName: boolean; readonly apart: boolean },
): NamedGroup[] {
  const groups = new Map<string, { group: NamedGroup; files: SourceFile[] }>();
  for (const [index, head] of heads.entries()) {
    if (head.names === undefined) continue;
    const lineBreak = dialect.multiLine || how.apart ? head.lineBreak : "\n";
    const skip = dialect.multiLine ? 0 : head.skip;
    const names = how.byName ? head.names : undefined;
    const key = JSON.stringify([names, skip, lineBreak, how.apart ? index : 0]);
    const known = groups.get(key);
    if (known !== undefined) {
      known.files.push(head.file);
      continue;
    }
    const files = [head.file];
    const headerRecords = dialect.header ? 1 : 0;
    groups.set(key, { files, group: { files, skip, lineBreak, headerRecords, names } });
  }
  return [...groups.values()].map(({ group }) => group);
}

/** One column of the schema in a scan. `token` and `value` are columns of the inner SELECT. */
interface Column {
  readonly field: StructField;
  /** From 1; undefined when the files do not have it. */
  readonly position: number | undefined;
  readonly token: string;
  readonly value: string;
}

function scanSql(read: CsvRead, dialect: CsvDialect, group: NamedGroup, mode: string): string {
  const { options, schema } = read;
  const { files } = group;
  const numbered = mode === "FAILFAST";
  const format = csvCellFormat(options);
  const corruptName = options.string("columnNameOfCorruptRecord").toLowerCase();
  const isCorrupt = (each: StructField): boolean => each.name.toLowerCase() === corruptName;
  const data = schema.fields.filter((each) => !isCorrupt(each));
  const columns = data.map((each, index): Column => {
    const position = group.names === undefined ? index + 1 : positionOf(each.name, group.names, read);
    return {
      field: each,
      position,
      token: `t${index}`,
      value: each.type.kind === "string" ? `t${index}` : `v${index}`,
    };
  });
  const width = group.names?.length ?? data.length;
  const rest = leftOver(read, group, columns);
  const token = (position: number): string => `nullif(fields[${position}], ${quoteString(dialect.nullValue)})`;
  const cut = tokenize(`(${recordsSql(group, dialect, { numbered })}) AS records`, dialect);
  const tokens = [
    "record, file_index, len(fields) AS width",
    ...(numbered ? ["line"] : []),
    ...columns.map(
      ({ position, token: name }) => `${position === undefined ? "NULL::VARCHAR" : token(position)} AS ${name}`,
    ),
    ...rest.map(({ position }) => `${token(position)} AS r${position}`),
  ];
  const values = columns.filter((each) => each.token !== each.value);
  const typed = values.map((each) => `, ${cellSql(each.token, each.field.type, format)} AS ${each.value}`);
  const failures = values.map((each) => `(${each.token} IS NOT NULL AND ${each.value} IS NULL)`);
  const wrongWidth = `width <> ${width}`;
  // What is rescued is not lost, so it neither drops nor fails a record.
  const malformed = read.rescuedColumn === undefined ? [wrongWidth, ...failures].join(" OR ") : wrongWidth;
  const outputs = schema.fields.map((each) => {
    const column = columns.find((candidate) => candidate.field === each);
    const value =
      column === undefined ? `CASE WHEN ${[wrongWidth, ...failures].join(" OR ")} THEN record END` : column.value;
    return `${value} AS ${quoteIdentifier(each.name)}`;
  });
  outputs.push(...fileColumns(files, read, format));
  if (read.rescuedColumn !== undefined) {
    const parts = [
      ...values.map((each, index) => ({
        when: failures[index] ?? "false",
        entry: rescued(each.field.name, each.token),
      })),
      ...rest.map(({ name, position }) => ({ when: `r${position} IS NOT NULL`, entry: rescued(name, `r${position}`) })),
    ];
    outputs.push(`${rescuedSql(parts, files)} AS ${quoteIdentifier(read.rescuedColumn)}`);
  }
  if (read.metadata === true) outputs.push(metadataColumn(files));
  const most = dialect.maxColumns === undefined ? "" : ` WHERE ${tooManyColumns(files, dialect.maxColumns)}`;
  const filter =
    mode === "PERMISSIVE"
      ? ""
      : ` WHERE ${mode === "FAILFAST" ? failing(malformed, wrongWidth, width, files) : `NOT (${malformed})`}`;
  return `SELECT ${outputs.join(", ")} FROM (SELECT *${typed.join("")} FROM (SELECT ${tokens.join(", ")}
    FROM (${cut})${most}))${filter}`;
}

function positionOf(name: string, names: readonly string[], read: CsvRead): number | undefined {
  const exact = names.indexOf(name);
  if (exact >= 0) return exact + 1;
  if (isCaseSensitive(read)) return undefined;
  const found = names.findIndex((each) => each.toLowerCase() === name.toLowerCase());
  return found < 0 ? undefined : found + 1;
}

function isCaseSensitive(read: CsvRead): boolean {
  return read.rescuedColumn !== undefined && read.options.boolean("readerCaseSensitive");
}

/** The columns of the header that the schema does not have. */
function leftOver(read: CsvRead, group: NamedGroup, columns: readonly Column[]): { name: string; position: number }[] {
  if (read.rescuedColumn === undefined || group.names === undefined) return [];
  const partitions = new Set((read.partitionColumns ?? []).map((each) => each.name.toLowerCase()));
  const taken = new Set(columns.map((each) => each.position));
  return group.names
    .map((name, index) => ({ name, position: index + 1 }))
    .filter(({ name, position }) => !taken.has(position) && !partitions.has(name.toLowerCase()));
}

function rescued(name: string, token: string): string {
  return rescuedEntry(name, `to_json(${token})::VARCHAR`);
}

function failing(malformed: string, wrongWidth: string, width: number, files: readonly SourceFile[]): string {
  const reason = `CASE WHEN ${wrongWidth} THEN ' values where ${width} columns are' ELSE ' values, one of which is not of its column''s type' END`;
  const message = `'[MALFORMED_RECORD_IN_PARSING] ' || ${urlSql(files)} || coalesce(', line ' || line, '') || ': the record has ' || width || ${reason}
    || ': ' || left(record, 200) || '. Correct the line, or read with mode => ''PERMISSIVE'' (null for what cannot be read) or ''DROPMALFORMED''.'`;
  return `CASE WHEN ${malformed} THEN error(${message}) ELSE true END`;
}

function tooManyColumns(files: readonly SourceFile[], most: number): string {
  return `CASE WHEN len(fields) > ${most} THEN error('[MALFORMED_RECORD_IN_PARSING] ' || ${urlSql(files)} || ': a record has ' ||
    len(fields) || ' values, more than the option maxColumns (${most}) allows: ' || left(record, 200)) ELSE true END`;
}
