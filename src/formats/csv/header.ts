import { BoathouseError } from "../../core/errors.ts";
import { mapParallel } from "../../core/parallel.ts";
import type { Connection } from "../../duckdb/connection.ts";
import { quoteString } from "../../sql/quote.ts";
import { lineBreakOf, readHead } from "../head.ts";
import { LONGEST_LINE, type LineBreak } from "../lines.ts";
import type { SourceFile } from "../source-file.ts";
import type { CsvDialect } from "./dialect.ts";
import { recordList } from "./records.ts";
import { tokenize } from "./tokenizer.ts";

/** What the first record of a file says. */
export interface CsvHead {
  readonly file: SourceFile;
  /** The column names, made unique; undefined when the file holds no record at all. */
  readonly names: readonly string[] | undefined;
  readonly skip: number;
  readonly lineBreak: LineBreak;
}

/**
 * Reads the first record of each file. With a header it names the columns (empty names are `_c0`, `_c1`…; names that
 * differ only in case get their position appended, as in Spark); without one, columns are `_c0`, `_c1`…
 */
export async function readHeads(
  connection: Connection,
  files: readonly SourceFile[],
  dialect: CsvDialect,
): Promise<CsvHead[]> {
  const firsts = await mapParallel(files, PARALLEL, (file) => firstRecord(connection, file, dialect));
  const found = [...new Set(firsts.flatMap((first) => (first.record === undefined ? [] : [first.record])))];
  const tokens = await tokensOf(connection, found, dialect);
  return firsts.map(({ file, record, skip, lineBreak }) => ({
    file,
    lineBreak,
    skip: dialect.header ? skip : 0,
    names: record === undefined ? undefined : columnNames(tokens.get(record) ?? [], dialect),
  }));
}

function columnNames(tokens: readonly (string | null)[], dialect: CsvDialect): string[] {
  if (!dialect.header) return tokens.map((_, index) => `_c${index}`);
  const count = new Map<string, number>();
  for (const token of tokens) {
    if (token !== null) count.set(token.toLowerCase(), (count.get(token.toLowerCase()) ?? 0) + 1);
  }
  return tokens.map((token, index) => {
    if (token === null || token === "" || token === dialect.nullValue) return `_c${index}`;
    return (count.get(token.toLowerCase()) ?? 0) > 1 ? `${token}${index}` : token;
  });
}

interface First {
  readonly file: SourceFile;
  readonly record: string | undefined;
  readonly skip: number;
  readonly lineBreak: LineBreak;
}

const FIRST_READ = 64 * 1024;
const PARALLEL = 16;

async function firstRecord(connection: Connection, file: SourceFile, dialect: CsvDialect): Promise<First> {
  for (let bytes = FIRST_READ; ; bytes *= 8) {
    const { text, whole } = await readHead(file, bytes, dialect.encoding);
    const lineBreak = lineBreakOf(text);
    const found = dialect.multiLine
      ? await firstOfText(connection, text, whole, lineBreak, dialect)
      : firstLine(text, whole, dialect);
    if (found !== undefined) return { file, lineBreak, ...found };
    if (bytes > LONGEST_LINE) {
      throw new BoathouseError("MALFORMED_RECORD_IN_PARSING", `${file.url}, line 1: the first record does not end.`, {
        location: { file: file.url, line: 1, column: 1 },
        hint: "Check the quote and escape options, and that the file is text.",
      });
    }
  }
}

type Found = { readonly record: string | undefined; readonly skip: number };

/** Undefined when more of the file is needed to say. */
function firstLine(text: string, whole: boolean, dialect: CsvDialect): Found | undefined {
  const pattern = /([^\r\n]*)(\r\n|\n|\r|$)/gy;
  let breaks = 0;
  for (let match = pattern.exec(text); match !== null; match = pattern.exec(text)) {
    const [, line = "", end = ""] = match;
    if (end === "" && !whole) return undefined;
    breaks += end.length;
    const comment = dialect.comment !== undefined && line.startsWith(dialect.comment);
    // eslint-disable-next-line no-control-regex
    if (!/^[\x00-\x20]*$/.test(line) && !comment) return { record: line, skip: end === "" ? breaks + 1 : breaks };
    if (end === "") break;
  }
  return { record: undefined, skip: 0 };
}

async function firstOfText(
  connection: Connection,
  text: string,
  whole: boolean,
  lineBreak: LineBreak,
  dialect: CsvDialect,
): Promise<Found | undefined> {
  const normal = lineBreak === "\n" ? text : text.replaceAll(lineBreak, "\n");
  const list = recordList(quoteString(normal), dialect);
  const [row] = await connection.rows(`SELECT r[1] AS record, len(r) AS count FROM (SELECT ${list} AS r)`);
  const record = row?.["record"];
  // A record that ends in more text may be a beginning only.
  if (!whole && Number(row?.["count"] ?? 0) < 2) return undefined;
  if (typeof record !== "string") return { record: undefined, skip: 0 };
  return {
    record: dialect.separator.length === 1 ? record : record.replaceAll("\u{10FFFE}", dialect.separator),
    skip: 0,
  };
}

async function tokensOf(
  connection: Connection,
  records: readonly string[],
  dialect: CsvDialect,
): Promise<Map<string, (string | null)[]>> {
  const tokens = new Map<string, (string | null)[]>();
  const trims = dialect.trimLeading || dialect.trimTrailing;
  const hard: string[] = [];
  for (const record of records) {
    const hasQuote = dialect.quote !== undefined && record.includes(dialect.quote);
    // The usual header is worth no query.
    if (!trims && !hasQuote) tokens.set(record, record.split(dialect.separator));
    else hard.push(record);
  }
  if (hard.length === 0) return tokens;
  const values = hard.map((record, index) => `(${index}, ${quoteString(record)})`).join(", ");
  const rows = await connection.rows(
    `SELECT number, fields FROM (${tokenize(`(VALUES ${values}) AS v(number, record)`, dialect)})`,
  );
  for (const { number, fields } of rows) {
    const record = hard[Number(number)];
    if (record === undefined || !Array.isArray(fields)) continue;
    tokens.set(
      record,
      fields.map((each) => (typeof each === "string" ? each : null)),
    );
  }
  return tokens;
}
