import { quoteString } from "../../duckdb/quote.ts";
import { pathList, type SourceFile } from "../source-file.ts";
import type { CsvDialect } from "./dialect.ts";
import { recordPattern, SPACES } from "./tokenizer.ts";

/** Files that are read by one scan: they have the same header and the same way of ending lines. */
export interface CsvGroup {
  readonly files: readonly SourceFile[];
  /** Line breaks (CR and LF each count) up to the end of the header, 0 without one. Not for multiLine. */
  readonly skip: number;
  /** Records before the data, for multiLine: 1 with a header. */
  readonly headerRecords: number;
  readonly lineBreak: LineBreak;
}

export type LineBreak = "\r\n" | "\n" | "\r";

/** The longest line. Reading buffers are sized by it, so it has a price. */
export const LONGEST_LINE = 16 * 1024 * 1024;

/** A character that no text holds, for DuckDB's reader to cut at: a line is one column. */
const NOTHING = "\u{10FFFF}";

/**
 * A SELECT of the records of files: `record` (text) and `file_index` (position in `files`), in the files' order; with
 * `numbered` also `line`, the physical line (from 1) where the record begins, which takes one file a group.
 *
 * Blank lines (nothing above the space character) and comments are left out, as Spark does.
 */
export function recordsSql(group: CsvGroup, dialect: CsvDialect, options: { readonly numbered: boolean }): string {
  return dialect.multiLine ? multiLineRecords(group, dialect, options) : lineRecords(group, dialect, options);
}

/** Physical lines of text files as the column `line` (null when empty), CR, LF and CRLF each ending one. */
export function linesSql(files: readonly SourceFile[], encoding: string, skip = 0): string {
  // With LF as its line break DuckDB also cuts at CR; a CRLF then gives an empty line more, which nobody reads.
  return `read_csv(${pathList(files)}, columns = {'line': 'VARCHAR'}, auto_detect = false, header = false,
    strict_mode = false, delim = '${NOTHING}', quote = '', escape = '', new_line = '\\n', encoding = '${encoding}',
    max_line_size = ${LONGEST_LINE}${skip === 0 ? "" : `, skip = ${skip}`})`;
}

function lineRecords(group: CsvGroup, dialect: CsvDialect, options: { readonly numbered: boolean }): string {
  const lines = linesSql(group.files, dialect.encoding, group.skip);
  const index = options.numbered ? `row_number() OVER () + ${group.skip}` : "";
  const line = group.lineBreak === "\r\n" ? `(${index} + 1) // 2` : index;
  const from = options.numbered ? `(SELECT line, file_index, ${line} AS number FROM ${lines})` : lines;
  // Text that begins above the space character is not blank: the cheap test comes first.
  const filters = [`CASE WHEN line >= '!' THEN true ELSE trim(line, ${SPACES}) <> '' END`];
  if (dialect.comment !== undefined) filters.push(`NOT starts_with(line, ${quoteString(dialect.comment)})`);
  const number = options.numbered ? ", number AS line" : "";
  return `SELECT line AS record, file_index${number} FROM ${from} WHERE ${filters.join(" AND ")}`;
}

/** Whole files, cut by a regular expression: a quoted field may hold line breaks. */
function multiLineRecords(group: CsvGroup, dialect: CsvDialect, options: { readonly numbered: boolean }): string {
  const text = `ltrim(content, '\u{FEFF}')`;
  const records = recordList(
    group.lineBreak === "\n" ? text : `replace(${text}, ${quoteString(group.lineBreak)}, chr(10))`,
    dialect,
  );
  const data = group.headerRecords === 0 ? records : `${records}[${group.headerRecords + 1}:]`;
  const rows = `SELECT unnest(${data}) AS record, file_index FROM read_text(${pathList(group.files)})`;
  const number = options.numbered ? `, NULL::BIGINT AS line` : "";
  return `SELECT ${restore("record", dialect)} AS record, file_index${number} FROM (${rows})`;
}

/** The records of a text with LF line breaks, blank ones and comments left out. */
export function recordList(text: string, dialect: CsvDialect): string {
  const { separator, comment } = dialect;
  const single = separator.length === 1 ? text : `replace(${text}, ${quoteString(separator)}, '\u{10FFFE}')`;
  const mark = comment === undefined ? "" : `\\x{${(comment.codePointAt(0) ?? 0).toString(16)}}`;
  const pattern = comment === undefined ? recordPattern(dialect) : `(?:${mark}[^\\n]*|${recordPattern(dialect)})`;
  const all = `regexp_extract_all(chr(10) || ${single}, ${quoteString(`(?s)\\n${pattern}`)})`;
  const unwanted = comment === undefined ? "" : ` AND NOT starts_with(r, ${quoteString(`\n${comment}`)})`;
  return `list_transform(list_filter(${all}, lambda r: r <> chr(10)${unwanted}), lambda r: substr(r, 2))`;
}

function restore(record: string, dialect: CsvDialect): string {
  return dialect.separator.length === 1
    ? record
    : `replace(${record}, '\u{10FFFE}', ${quoteString(dialect.separator)})`;
}
