import { quoteString } from "../sql/quote.ts";
import { pathList, type SourceFile } from "./source-file.ts";

export type LineBreak = "\r\n" | "\n" | "\r";

/** DuckDB's names. */
export type TextEncoding = "utf-8" | "latin-1" | "utf-16";

/** The longest line in bytes. */
export const LONGEST_LINE = 16 * 1024 * 1024;

/** Of a reading buffer, in bytes: DuckDB would take sixteen of the longest lines, for every file that is read. */
const BUFFER = 2 * LONGEST_LINE;

/** What Java's `trim` takes away, as a DuckDB string: every character up to the space. */
export const SPACES = quoteString(Array.from({ length: 33 }, (_, code) => String.fromCharCode(code)).join(""));

/** A character that no text holds, for DuckDB's reader to cut at: a line is one column. */
const NOTHING = "\u{10FFFF}";

export interface LineOptions {
  readonly encoding: TextEncoding;
  /** Line breaks (CR and LF each count) to leave out at the beginning of each file. */
  readonly skip: number;
  readonly comment?: string | undefined;
  /** Adds `line`, the physical line (from 1). Takes one file, and how it ends its lines. */
  readonly numbered: boolean;
  readonly lineBreak: LineBreak;
}

/**
 * A SELECT of the lines of text files: `record` and `file_index` (position in `files`), in the files' order. CR, LF and
 * CRLF each end a line. Blank lines (nothing above the space character) and comments are left out.
 */
export function lineRecords(files: readonly SourceFile[], options: LineOptions): string {
  const lines = linesSql(files, options.encoding, options.skip);
  const index = options.numbered ? `row_number() OVER () + ${options.skip}` : "";
  const line = options.lineBreak === "\r\n" ? `(${index} + 1) // 2` : index;
  const from = options.numbered ? `(SELECT line, file_index, ${line} AS number FROM ${lines})` : lines;
  // Text that begins above the space character is not blank: the cheap test comes first.
  const filters = [`CASE WHEN line >= '!' THEN true ELSE trim(line, ${SPACES}) <> '' END`];
  if (options.comment !== undefined) filters.push(`NOT starts_with(line, ${quoteString(options.comment)})`);
  const number = options.numbered ? ", number AS line" : "";
  return `SELECT line AS record, file_index${number} FROM ${from} WHERE ${filters.join(" AND ")}`;
}

/**
 * A FROM item with the physical lines of text files as the column `line`, null when empty. After each line that CRLF
 * ends there is an empty one more: with LF as its line break DuckDB also cuts at CR, and loses nothing where files mix them.
 */
function linesSql(files: readonly SourceFile[], encoding: TextEncoding, skip: number): string {
  return `read_csv(${pathList(files)}, columns = {'line': 'VARCHAR'}, auto_detect = false, header = false,
    strict_mode = false, delim = '${NOTHING}', quote = '', escape = '', new_line = '\\n', encoding = '${encoding}',
    max_line_size = ${LONGEST_LINE}, buffer_size = ${BUFFER}${skip === 0 ? "" : `, skip = ${skip}`})`;
}
