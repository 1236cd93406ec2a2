import type { StructField, StructType } from "../../core/data-type.ts";
import { BoathouseError } from "../../core/errors.ts";
import { quoteIdentifier, quoteString } from "../../sql/quote.ts";
import type { CellFormat } from "../cell.ts";
import { encodingOf } from "../encoding.ts";
import { lineBreakOf, readHead } from "../head.ts";
import { lineRecords, type LineBreak } from "../lines.ts";
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
import { pathList, presentSql, urlSql, type SourceFile } from "../source-file.ts";
import { fieldsStructure, isMisfit, jsonValue } from "./convert.ts";

export interface JsonRead extends ReadExtras {
  readonly files: readonly SourceFile[];
  readonly options: Options;
  /** The data columns, the corrupt record's among them where it is wanted. */
  readonly schema: StructType;
}

/**
 * Reads JSON files as Spark does. Fields are found by their exact names. Numbers that become strings, and objects that do,
 * are written anew (`1.50` gives `1.5`); of fields that an object has twice the first counts.
 */
export async function readJson(read: JsonRead): Promise<FileRelation> {
  const schema = relationSchema(read);
  const mode = read.options.choice("mode");
  const scans: string[] = [];
  if (mode === "FAILFAST") {
    for (const file of read.files) scans.push(await scanSql(read, [file], mode));
  } else if (read.files.length > 0) {
    scans.push(await scanSql(read, read.files, mode));
  }
  return { sql: scans.length === 0 ? emptySql(schema) : scans.join("\nUNION ALL\n"), schema };
}

/** A SELECT of the JSON objects of files: `record` (text; not yet known to be JSON) and `file_index`. */
export async function jsonRecords(
  files: readonly SourceFile[],
  options: Options,
  how: { readonly numbered: boolean },
): Promise<string> {
  const encoding = encodingOf(options.string("encoding"));
  const multiLine = options.boolean("multiLine");
  if (multiLine && encoding !== "utf-8") {
    throw new BoathouseError("UNSUPPORTED_OPTION", `${options.owner}: multiLine needs the encoding UTF-8.`, {
      details: { option: "encoding" },
      hint: "Convert the files to UTF-8.",
    });
  }
  const number = how.numbered ? ", line" : "";
  const texts = multiLine
    ? `SELECT ltrim(content, '\u{FEFF}') AS record, file_index${how.numbered ? ", 1 AS line" : ""} FROM read_text(${pathList(files)})
       WHERE ${presentSql(files)} AND trim(content, '\u{FEFF} ' || chr(9) || chr(10) || chr(13)) <> ''`
    : lineRecords(files, {
        encoding,
        skip: 0,
        numbered: how.numbered,
        lineBreak: how.numbered ? await lineBreak(files, encoding) : "\n",
      });
  const cleaned = options.boolean("allowSingleQuotes")
    ? `SELECT CASE WHEN NOT contains(record, '''') OR json_valid(record) THEN record
        ELSE ${doubleQuoted("record")} END AS record, file_index${number} FROM (${texts})`
    : texts;
  // An array at the root is a record for each of its elements.
  return `SELECT unnest(CASE WHEN starts_with(ltrim(record), '[') AND json_valid(record)
      THEN json_transform(record, '["JSON"]')::VARCHAR[] ELSE [record] END) AS record, file_index${number} FROM (${cleaned})`;
}

function jsonCellFormat(options: Options): CellFormat {
  return {
    nanValue: "NaN",
    positiveInf: "Infinity",
    negativeInf: "-Infinity",
    dateFormat: options.text("dateFormat"),
    timestampFormat: options.text("timestampFormat"),
    timestampNtzFormat: options.text("timestampNTZFormat"),
    timeZone: options.text("timeZone"),
  };
}

async function lineBreak(files: readonly SourceFile[], encoding: ReturnType<typeof encodingOf>): Promise<LineBreak> {
  const [file] = files;
  return file === undefined ? "\n" : lineBreakOf((await readHead(file, 64 * 1024, encoding)).text);
}

/** Strings and names in single quotes, which Spark takes, in double ones. */
function doubleQuoted(record: string): string {
  const before = `((?:"(?:[^"\\\\]|\\\\.)*"|[^"'])*)`;
  return `regexp_replace(${record}, ${quoteString(`${before}'([^'"\\\\]*)'`)}, '\\1"\\2"', 'g')`;
}

/** `source` and `value` are columns of the inner SELECT. */
interface Column {
  readonly field: StructField;
  readonly source: string;
  readonly value: string;
  readonly misfit: string;
}

async function scanSql(read: JsonRead, files: readonly SourceFile[], mode: string): Promise<string> {
  const { options, schema } = read;
  const format = jsonCellFormat(options);
  const corruptName = options.string("columnNameOfCorruptRecord").toLowerCase();
  const data = schema.fields.filter((each) => each.name.toLowerCase() !== corruptName);
  const hasCorrupt = data.length < schema.fields.length;
  const columns = data.map((each, index): Column => {
    const source = `o.${quoteIdentifier(each.name)}`;
    const value = each.type.kind === "string" ? source : `v${index}`;
    return { field: each, source, value, misfit: isMisfit(source, each.type, format, value) };
  });
  const records = await jsonRecords(files, options, { numbered: mode === "FAILFAST" });
  const objects = `SELECT *, CASE WHEN json_valid(record) THEN json_type(record) END AS kind FROM (${records})`;
  const taken =
    data.length === 0
      ? ""
      : `, CASE WHEN kind = 'OBJECT' THEN json_transform(record, ${fieldsStructure(data)}) END AS o`;
  const values = columns
    .filter((each) => each.source !== each.value)
    .map((each) => `, ${jsonValue(each.source, each.field.type, format)} AS ${each.value}`);
  const invalid = "kind IS DISTINCT FROM 'OBJECT'";
  const misfits = columns.filter((each) => each.misfit !== "false");
  const malformed = [invalid, ...misfits.map((each) => each.misfit)].join(" OR ");
  const outputs = schema.fields.map((each) => {
    const column = columns.find((candidate) => candidate.field === each);
    const value = column === undefined ? `CASE WHEN ${malformed} THEN record END` : column.value;
    return `${value} AS ${quoteIdentifier(each.name)}`;
  });
  outputs.push(...fileColumns(files, read, format));
  if (read.rescuedColumn !== undefined) {
    const parts = [
      ...(hasCorrupt
        ? []
        : [
            {
              when: invalid,
              entry: rescuedEntry(options.string("columnNameOfCorruptRecord"), "to_json(record)::VARCHAR"),
            },
          ]),
      ...misfits.map((each) => ({
        when: each.misfit,
        entry: rescuedEntry(each.field.name, `${each.source}::VARCHAR`),
      })),
      unknownFields(read, data),
    ];
    outputs.push(`${rescuedSql(parts, files)} AS ${quoteIdentifier(read.rescuedColumn)}`);
  }
  if (read.metadata === true) outputs.push(metadataColumn(files));
  const bad = read.rescuedColumn === undefined ? malformed : invalid;
  const filter = mode === "PERMISSIVE" ? "" : ` WHERE ${mode === "FAILFAST" ? failing(bad, files) : `NOT (${bad})`}`;
  return `SELECT ${outputs.join(", ")} FROM (SELECT *${values.join("")} FROM (SELECT *${taken} FROM (${objects})))${filter}`;
}

/** `"a":1,"b":2` of the fields that the schema does not have. */
function unknownFields(read: JsonRead, data: readonly StructField[]): RescuedPart {
  const partitions = (read.partitionColumns ?? []).map((each) => each.name);
  const known = `[${[...data.map((each) => each.name), ...partitions].map(quoteString).join(", ")}]::VARCHAR[]`;
  const unknown = `list_filter(json_keys(record), lambda k: NOT list_contains(${known}, k))`;
  const entry = `to_json(k)::VARCHAR || ':' || json_extract(record, '$."' || replace(k, '"', '\\"') || '"')::VARCHAR`;
  return {
    when: `CASE WHEN kind = 'OBJECT' THEN NOT list_has_all(${known}, json_keys(record)) ELSE false END`,
    entry: `list_aggregate(list_transform(${unknown}, lambda k: ${entry}), 'string_agg', ',')`,
  };
}

function failing(malformed: string, files: readonly SourceFile[]): string {
  return `CASE WHEN ${malformed} THEN error('[MALFORMED_RECORD_IN_PARSING] ' || ${urlSql(files)} || ', line ' || line || ': ' ||
    CASE WHEN kind IS DISTINCT FROM 'OBJECT' THEN 'the record is no JSON object' ELSE 'a value is not of its column''s type' END || ': ' || left(record, 200)
    || '. Correct it, or read with mode => ''PERMISSIVE'' (null for what cannot be read) or ''DROPMALFORMED''.') ELSE true END`;
}
