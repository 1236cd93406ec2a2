import { BoathouseError, isBoathouseError, messageOf } from "../../core/errors.ts";
import type { Connection } from "../../duckdb/connection.ts";
import { quotePath, quoteString } from "../../sql/quote.ts";
import { fileHolds, normaliseText } from "./normalise-text.ts";
import type { TemporaryFiles } from "./temporary-files.ts";
import type { TextFormat } from "./text-format.ts";
import { columnsOf } from "./text-header.ts";

export interface TextSource {
  /** A UTF-8 file of this machine. */
  readonly path: string;
  /** What messages call it. */
  readonly url: string;
  readonly format: TextFormat;
  /** Lines before the header or the first record. */
  readonly skipLines: number;
  /** Lines that are not as they should be are left out and kept in the table `rejected_lines`. */
  readonly skipMalformed: boolean;
}

export interface TextTable {
  /** The columns in order, as the header names them. In SQL they are `c0`, `c1`…, all VARCHAR. */
  readonly columns: readonly string[];
  /** For FROM. Absent for an empty file. */
  readonly from: string | undefined;
}

/** The temporary table of the connection with what `skipMalformed` left out: DuckDB's `reject_errors`. */
export const REJECTED = "rejected_lines";

/**
 * Reads delimited text with DuckDB and hands the table to `use`. Rows with fewer columns are padded with nulls. Mixed
 * line ends show only while the file is read: then they are made one and `use` is called again, so it must have no effect
 * but what it returns or writes over.
 *
 * Rows come in the order of the file, also where DuckDB is free to give them in any: one thread reads a file, and
 * several files are read at a time.
 *
 * Throws `COPY_MALFORMED_LINE` and `COPY_WRONG_ENCODING` with the file and its line.
 */
export async function readText<T>(
  source: TextSource,
  connection: Connection,
  files: TemporaryFiles,
  signal: AbortSignal,
  use: (table: TextTable) => Promise<T>,
): Promise<T> {
  const { format, skipLines } = source;
  const columns = await columnsOf(source.path, format, skipLines);
  checkColumns(columns, source);
  if (columns.length === 0) return use({ columns, from: undefined });
  let path = source.path;
  let normalised = false;
  const escaped = format.quote !== "" && format.escape !== format.quote;
  if (escaped && (await fileHolds(path, format.escape.charCodeAt(0), signal))) {
    path = await normalise(source, files, signal);
    normalised = true;
  }
  for (;;) {
    try {
      if (source.skipMalformed) await dropRejects(connection);
      return await use({ columns, from: readCsv(path, source, columns.length, normalised) });
    } catch (error) {
      const text = originalMessage(error);
      if (normalised || !/unterminated quote|invalid state/i.test(text)) throw lineError(error, text, source);
      path = await normalise(source, files, signal);
      normalised = true;
    }
  }
}

function readCsv(path: string, source: TextSource, width: number, normalised: boolean): string {
  const { format, skipLines, skipMalformed } = source;
  const columns = Array.from({ length: width }, (_, index) => `'c${index}': 'VARCHAR'`).join(", ");
  const options = [
    "auto_detect=false",
    `delim=${quoteString(format.delimiter)}`,
    `quote=${quoteString(format.quote)}`,
    `escape=${quoteString(format.quote)}`,
    `header=${format.header}`,
    `skip=${skipLines}`,
    `nullstr=${quoteString(format.nullText)}`,
    `columns={${columns}}`,
    "null_padding=true",
    "parallel=false",
    ...(normalised ? [String.raw`new_line='\n'`] : []),
    ...(skipMalformed
      ? [`store_rejects=true, rejects_table='${REJECTED}', rejects_scan='${REJECTED}_scan'`, "rejects_limit=0"]
      : []),
  ];
  return `read_csv(${quotePath(path)}, ${options.join(", ")})`;
}

async function dropRejects(connection: Connection): Promise<void> {
  await connection.run(`DROP TABLE IF EXISTS ${REJECTED}; DROP TABLE IF EXISTS ${REJECTED}_scan`);
}

async function normalise(source: TextSource, files: TemporaryFiles, signal: AbortSignal): Promise<string> {
  const { delimiter, quote, escape } = source.format;
  const to = files.next(".csv");
  await normaliseText({ from: source.path, to, delimiter, quote, escape, signal });
  return to;
}

function checkColumns(columns: readonly string[], { format, url, skipLines }: TextSource): void {
  if (!format.header) return;
  const seen = new Set<string>();
  for (const [index, name] of columns.entries()) {
    if (name !== "" && !seen.has(name)) {
      seen.add(name);
      continue;
    }
    const what = name === "" ? `column ${index + 1} of the header has no name` : `the header names "${name}" twice`;
    throw new BoathouseError("COPY_MALFORMED_LINE", `${url}, line ${skipLines + 1}: ${what}.`, {
      location: { file: url, line: skipLines + 1, column: 1 },
      hint: "Correct the header, or set firstRowAsHeader to false and map the columns by ordinal.",
    });
  }
}

/** DuckDB's own words, which tell the line. */
function originalMessage(error: unknown): string {
  return isBoathouseError(error) && error.cause !== undefined ? messageOf(error.cause) : messageOf(error);
}

function lineError(error: unknown, text: string, { url, format }: TextSource): unknown {
  const line = Number(/CSV Error on Line: (\d+)/.exec(text)?.[1] ?? Number.NaN);
  if (Number.isNaN(line)) return error;
  const location = { file: url, line, column: 1 };
  const counts = /Expected Number of Columns: (\d+) Found: (\d+)/.exec(text);
  if (/Invalid unicode/i.test(text)) {
    return new BoathouseError(
      "COPY_WRONG_ENCODING",
      `${url}, line ${line}: the text is not ${format.encoding.toUpperCase()}.`,
      {
        location,
        cause: error,
        hint: 'Set encodingName in the dataset to what the file is in, for instance "WINDOWS-1252" or "UTF-16LE".',
      },
    );
  }
  const what =
    counts === null
      ? /unterminated quote/i.test(text)
        ? "a quoted value does not end where it should"
        : (/^(?!CSV Error|Original Line)(\S.*)$/m.exec(text.split("\n").slice(2).join("\n"))?.[1] ??
          "the line cannot be read")
      : `found ${counts[2]} columns where ${counts[1]} are expected`;
  const hint =
    counts === null && format.escape !== format.quote
      ? `Correct the line; where quotes are doubled, set escapeChar to ${JSON.stringify(format.quote)} in the dataset.`
      : "Correct the line, or set enableSkipIncompatibleRow to leave such lines out.";
  return new BoathouseError("COPY_MALFORMED_LINE", `${url}, line ${line}: ${what}.`, { location, cause: error, hint });
}
