import { BoathouseError } from "../../core/errors.ts";
import type { CsvOptions } from "./csv-options.ts";

/** A field as it stood in the record: `null` for an unquoted one without text. */
export type CsvField = string | null;

/**
 * The fields of one record, by the rules of Spark's parser (univocity with `STOP_AT_DELIMITER`); null for a record
 * without any: an empty text or a comment. Line breaks are characters like others.
 *
 * - A field that begins with a quote ends at the first unescaped quote that a separator, white space and a separator,
 *   or the end follows; escaped quotes and escapes are unescaped.
 * - Where anything else follows that quote, the field counts as unquoted: its text, the opening quote included, runs to
 *   the next separator.
 * - A quoted field that the record's end cuts off keeps what there is.
 *
 * Throws `UNSUPPORTED_FEATURE.CSV_RECORD` where that parser's own reading hangs on its buffers: an escape right behind a
 * closing quote or at the end of an open field, and quotes beside a separator of several characters.
 */
export function csvFields(text: string, options: CsvOptions): CsvField[] | null {
  if (text === "" || (options.comment !== "" && text.startsWith(options.comment))) return null;
  if (options.quote !== "" && text.includes(options.quote)) {
    if (options.separator.length > 1 || options.escape === "") throw unclear(text);
  }
  const fields: CsvField[] = [];
  let at = 0;
  for (;;) {
    const field = nextField(text, at, options);
    fields.push(field.value);
    if (field.end >= text.length) return fields;
    at = field.end + options.separator.length;
  }
}

interface Found {
  readonly value: CsvField;
  /** Where the separator behind the field stands, or the end of the text. */
  readonly end: number;
}

function nextField(text: string, from: number, options: CsvOptions): Found {
  const start = options.trimLeading === true ? skipSpace(text, from, options) : from;
  if (options.quote !== "" && text.charAt(start) === options.quote) {
    const quoted = quotedField(text, start, options);
    if (quoted !== undefined) return quoted;
  }
  const end = separatorFrom(text, start, options);
  return { value: plainValue(text.slice(start, end), options), end };
}

function plainValue(raw: string, options: CsvOptions): CsvField {
  // oxlint-disable-next-line no-control-regex -- univocity's white space is every character up to the space.
  const value = options.trimTrailing === true ? raw.replace(/[\u0000- ]+$/, "") : raw;
  return value === "" ? null : value;
}

/** Undefined when what follows the closing quote makes it an unquoted field. */
function quotedField(text: string, start: number, options: CsvOptions): Found | undefined {
  const { quote, escape } = options;
  if (start === text.length - 1) return { value: quote, end: text.length };
  let value = "";
  let at = start + 1;
  let opened = quote;
  while (at < text.length) {
    const char = text.charAt(at);
    const next = text.charAt(at + 1);
    if (
      char === escape &&
      escape !== "" &&
      (next === quote || next === escape) &&
      (escape !== quote || next === quote)
    ) {
      value += next;
      at += 2;
      continue;
    }
    if (char === escape && escape !== quote && next === "") throw unclear(text);
    if (char !== quote) {
      value += char;
      at += 1;
      continue;
    }
    const behind = skipSpace(text, at + 1, options);
    if (behind >= text.length || text.startsWith(options.separator, behind)) {
      return { value: value === "" ? (options.emptyValue ?? "") : value, end: behind };
    }
    if (next === escape && escape !== quote) throw unclear(text);
    if (next === quote && escape !== quote) {
      value += char;
      at += 1;
      continue;
    }
    opened += value;
    const end = separatorFrom(text, at, options);
    return { value: plainValue(opened + text.slice(at, end), options), end };
  }
  return { value: value === "" ? (options.emptyValue ?? "") : value, end: text.length };
}

function separatorFrom(text: string, from: number, options: CsvOptions): number {
  const at = text.indexOf(options.separator, from);
  return at < 0 ? text.length : at;
}

function skipSpace(text: string, from: number, options: CsvOptions): number {
  let at = from;
  while (
    at < text.length &&
    text.charAt(at) <= " " &&
    !text.startsWith(options.separator, at) &&
    text.charAt(at) !== options.quote
  )
    at += 1;
  return at;
}

function unclear(text: string): BoathouseError {
  return new BoathouseError(
    "UNSUPPORTED_FEATURE.CSV_RECORD",
    `The quotes of this CSV record cannot be read as Spark reads them: ${text}`,
    { sqlState: "0A000" },
  );
}
