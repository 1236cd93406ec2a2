import { createReadStream } from "node:fs";
import { createDeflate, createGzip } from "node:zlib";
import { Readable } from "node:stream";
import { pipeline } from "node:stream";
import type { Connection } from "../../duckdb/connection.ts";
import { quoteString } from "../../sql/quote.ts";
import { encoder, isUtf8 } from "../data/stage.ts";
import type { TextFormat } from "../data/text-format.ts";

/** How lines are written: the sink's dataset, and its format settings. */
export interface TextSinkFormat extends TextFormat {
  readonly quoteAll: boolean;
}

/**
 * Writes the rows of a SELECT as lines of delimited text, UTF-8 and without a header, into a file of this machine. Each
 * line is made by DuckDB, whose own CSV writer has only `\n` between rows.
 */
export async function writeLines(
  connection: Connection,
  options: {
    readonly values: readonly string[];
    readonly from: string;
    readonly where: string | undefined;
    readonly to: string;
    readonly format: TextSinkFormat;
    readonly signal: AbortSignal;
  },
): Promise<number> {
  const { values, from, where, to, format, signal } = options;
  const parts = values.flatMap((value, index) => [
    ...(index === 0 ? [] : [quoteString(format.delimiter)]),
    ...fieldParts(value, format),
  ]);
  // DuckDB ends each line with a line feed of its own.
  if (lineEnd(format) === "\r\n") parts.push("chr(13)");
  const filter = where === undefined ? "" : ` WHERE ${where}`;
  // One call of many parts copies a text once; `||` copies what is there again for each part.
  const select = `SELECT concat(${parts.join(", ")}) AS line FROM ${from}${filter}`;
  const rows = await connection.rows(
    `COPY (${select}) TO ${quoteString(to)} (FORMAT csv, HEADER false, QUOTE '', ESCAPE '', DELIMITER '\u0001')`,
    { signal },
  );
  const count = rows[0] === undefined ? 0 : Object.values(rows[0])[0];
  return Number(count ?? 0);
}

/** The header line with its end; `""` when the sink has none. */
export function headerLine(names: readonly string[], format: TextSinkFormat): string {
  if (!format.header) return "";
  return names.map((name) => quoted(name, format)).join(format.delimiter) + lineEnd(format);
}

/** The header and the lines as the sink's bytes: encoded and compressed. */
export async function* sinkBytes(
  header: string,
  paths: readonly string[],
  format: TextSinkFormat,
  url: string,
): AsyncGenerator<Uint8Array> {
  const plain = Readable.from(encoded(header, paths, format, url));
  if (format.compression === "none") yield* plain;
  else {
    const compressor = format.compression === "gzip" ? createGzip() : createDeflate();
    // An error of the source reaches the reader of the compressor.
    pipeline(plain, compressor, () => undefined);
    yield* compressor;
  }
}

async function* encoded(
  header: string,
  paths: readonly string[],
  format: TextSinkFormat,
  url: string,
): AsyncGenerator<Uint8Array> {
  if (isUtf8(format.encoding)) {
    if (header !== "") yield Buffer.from(header, "utf8");
    for (const path of paths) yield* createReadStream(path, { highWaterMark: 1 << 18 });
    return;
  }
  const encode = await encoder(format.encoding, url);
  if (header !== "") yield encode(header);
  for (const path of paths) {
    for await (const text of createReadStream(path, { encoding: "utf8", highWaterMark: 1 << 18 }))
      yield encode(String(text));
  }
}

function lineEnd(format: TextFormat): string {
  return format.lineEnd ?? "\r\n";
}

/** What a field's text is made of; `concat` leaves nulls out. */
function fieldParts(value: string, format: TextSinkFormat): string[] {
  const { quote, delimiter, quoteAll, nullText } = format;
  const orNull = (text: string): string => (nullText === "" ? text : `coalesce(${text}, ${quoteString(nullText)})`);
  if (quote === "") return [orNull(value)];
  const mark = quoteString(quote);
  const escaped = escapedText(value, format);
  if (quoteAll) return [mark, orNull(escaped), mark];
  const special = [quoteString(delimiter), mark, "chr(10)", "chr(13)"];
  const needsQuotes = special.map((each) => `contains(${value}, ${each})`).join(" OR ");
  return [orNull(`CASE WHEN ${needsQuotes} THEN ${mark} || ${escaped} || ${mark} ELSE ${value} END`)];
}

/**
 * Quotes inside a value are escaped; escapes only where they stand before a quote, so that they are not read as one. Most
 * values have neither, which is found out faster than a copy is made.
 */
function escapedText(value: string, { quote, escape }: TextFormat): string {
  const mark = quoteString(quote);
  if (escape === quote || escape === "") {
    return `CASE WHEN contains(${value}, ${mark}) THEN replace(${value}, ${mark}, ${quoteString(quote + quote)}) ELSE ${value} END`;
  }
  const run = `(${regex(escape)}+)(${regex(quote)}|$)`;
  const doubled = `regexp_replace(${value}, ${quoteString(run)}, ${quoteString(String.raw`\1\1\2`)}, 'g')`;
  const changed = `replace(${doubled}, ${mark}, ${quoteString(escape + quote)})`;
  return `CASE WHEN contains(${value}, ${mark}) OR contains(${value}, ${quoteString(escape)}) THEN ${changed} ELSE ${value} END`;
}

function quoted(name: string, format: TextSinkFormat): string {
  const { quote, escape, delimiter, quoteAll } = format;
  if (quote === "") return name;
  const special = [delimiter, quote, "\n", "\r"].some((each) => name.includes(each));
  if (!quoteAll && !special) return name;
  const inner = name.replaceAll(quote, (escape === "" ? quote : escape) + quote);
  return `${quote}${inner}${quote}`;
}

function regex(character: string): string {
  return /[A-Za-z0-9]/.test(character) ? character : `\\${character}`;
}
