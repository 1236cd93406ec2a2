import { quoteString } from "../../sql/quote.ts";
import { lineRecords, type LineBreak } from "../lines.ts";
import { pathList, presentSql, type SourceFile } from "../source-file.ts";
import type { CsvDialect } from "./dialect.ts";
import { recordPattern } from "./tokenizer.ts";

/** Files that are read by one scan: they have the same header and the same way of ending lines. */
export interface CsvGroup {
  readonly files: readonly SourceFile[];
  /** Line breaks (CR and LF each count) up to the end of the header, 0 without one. Not for multiLine. */
  readonly skip: number;
  /** Records before the data, for multiLine: 1 with a header. */
  readonly headerRecords: number;
  readonly lineBreak: LineBreak;
}

/**
 * A SELECT of the records of files: `record` (text) and `file_index` (position in `files`), in the files' order; with
 * `numbered` also `line`, the physical line (from 1) where the record begins, which takes one file a group.
 *
 * Blank lines (nothing above the space character) and comments are left out, as Spark does.
 */
export function recordsSql(group: CsvGroup, dialect: CsvDialect, options: { readonly numbered: boolean }): string {
  if (dialect.multiLine) return multiLineRecords(group, dialect, options);
  const { encoding, comment } = dialect;
  return lineRecords(group.files, { ...options, encoding, comment, skip: group.skip, lineBreak: group.lineBreak });
}

/** Whole files, cut by a regular expression: a quoted field may hold line breaks. */
function multiLineRecords(group: CsvGroup, dialect: CsvDialect, options: { readonly numbered: boolean }): string {
  const text = `ltrim(content, '\u{FEFF}')`;
  const records = recordList(
    group.lineBreak === "\n" ? text : `replace(${text}, ${quoteString(group.lineBreak)}, chr(10))`,
    dialect,
  );
  const data = group.headerRecords === 0 ? records : `${records}[${group.headerRecords + 1}:]`;
  const rows = `SELECT unnest(${data}) AS record, file_index FROM read_text(${pathList(group.files)}) WHERE ${presentSql(group.files)}`;
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
