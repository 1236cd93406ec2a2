import { quoteString } from "../../sql/quote.ts";
import { SPACES } from "../lines.ts";
import type { CsvDialect } from "./dialect.ts";

/**
 * A SELECT that adds to each row of `from` (a FROM item with a VARCHAR column `record`, one CSV record each) the column
 * `fields`, a list of its values.
 *
 * The rule is that of Spark's parser (univocity with `STOP_AT_DELIMITER`):
 * - a field that begins with a quote ends at the first unescaped quote that a separator, white space and a separator,
 *   or the end follows; escaped quotes and escapes are unescaped, other escapes stay; more quotes right before the
 *   closing one belong to the value;
 * - where anything else follows the first unescaped quote, the field counts as unquoted from there: its text, the
 *   opening quote included, runs to the next separator after that quote;
 * - a quoted field that the record's end cuts off keeps what there is, without the opening quote.
 *
 * Unlike univocity, an escape right after a closing quote counts as "anything else" (there the separator that follows
 * is lost and the field runs on).
 *
 * An empty unquoted field is `''` when `dialect` does not tell it from an empty quoted one, and null when it does.
 * Each record pays its own price: without a quote character it is split; with all fields plainly quoted it is split
 * between quotes; with one it is split around it; only the rest meets regular expressions.
 */
export function tokenize(from: string, dialect: CsvDialect): string {
  const { quote } = dialect;
  if (quote === undefined) return `SELECT *, ${plainFields("record", dialect)} AS fields FROM ${from}`;
  const text = quoteString(quote);
  const single = dialect.separator.length === 1 ? "" : inner(dialect);
  const record =
    single === "" ? "record" : `replace(record, ${quoteString(dialect.separator)}, ${quoteString(single)})`;
  const quoted = `SELECT *, CASE WHEN contains(record, ${text}) THEN ${record} END AS quoted FROM ${from}`;
  const cut = `SELECT *, string_split(quoted, ${text}) AS pieces, ${wrappedFields(text, dialect)} AS wrapped FROM (${quoted})`;
  return `SELECT * EXCLUDE (quoted, pieces, wrapped), CASE WHEN quoted IS NULL THEN ${plainFields("record", dialect)}
    ${allPlainlyQuoted(dialect)} ${onePlainlyQuoted(dialect)} ELSE ${fieldsByPattern("quoted", dialect)} END AS fields FROM (${cut})`;
}

/** Do empty quoted fields mean something other than empty unquoted ones? */
function tellsEmptyFields(dialect: CsvDialect): boolean {
  return dialect.nullValue !== "" || dialect.emptyValue !== "";
}

/** A regular expression (RE2) of one whole record of a text, line breaks inside quoted fields included. */
export function recordPattern(dialect: CsvDialect): string {
  const parts = patterns(dialect, "\\n");
  const field = parts.quotedField === undefined ? parts.plainField : `(?:${parts.quotedField}|${parts.plainField})`;
  return `${field}(?:${parts.separator}${field})*`;
}

/** The separator as one character, which stands for a longer one while a record is taken apart. */
function inner(dialect: CsvDialect): string {
  return dialect.separator.length === 1 ? dialect.separator : "\u{10FFFE}";
}

function plainFields(record: string, dialect: CsvDialect): string {
  const split = `string_split(${record}, ${quoteString(dialect.separator)})`;
  const trimmed = trim("x", dialect);
  const value = tellsEmptyFields(dialect) ? `nullif(${trimmed}, '')` : trimmed;
  return value === "x" ? split : `list_transform(${split}, lambda x: ${value})`;
}

/** What stands between `","` in a record that begins and ends with a quote; null for other records. */
function wrappedFields(quote: string, dialect: CsvDialect): string {
  const between = quoteString(`${dialect.quote}${inner(dialect)}${dialect.quote}`);
  return `CASE WHEN prefix(quoted, ${quote}) AND suffix(quoted, ${quote}) THEN string_split(quoted[2:-2], ${between}) END`;
}

/** What writers make that quote everything, without a regular expression: each field has two quotes, those around it. */
function allPlainlyQuoted(dialect: CsvDialect): string {
  const value = quotedValue(restoreSeparator("x", dialect), dialect);
  const fields = value === "x" ? "wrapped" : `list_transform(wrapped, lambda x: ${value})`;
  return `WHEN len(pieces) = 2 * len(wrapped) + 1${noEscape("quoted", dialect)} THEN ${fields}`;
}

/** An escape that is no quote makes quotes uncertain. */
function noEscape(text: string, { quote, escape }: CsvDialect): string {
  return escape === undefined || escape === quote ? "" : ` AND NOT contains(${text}, ${quoteString(escape)})`;
}

/** The common case, without a regular expression: the only two quotes of the record enclose a whole field. */
function onePlainlyQuoted(dialect: CsvDialect): string {
  if (dialect.trimLeading || dialect.trimTrailing) return "";
  const separator = quoteString(inner(dialect));
  const part = (text: string): string => {
    const split = `string_split(${text}, ${separator})`;
    return tellsEmptyFields(dialect) ? `list_transform(${split}, lambda x: nullif(x, ''))` : split;
  };
  const none = "[]::VARCHAR[]";
  const escaped = noEscape("pieces[2]", dialect);
  const value = quotedValue(restoreSeparator("pieces[2]", dialect), dialect);
  return `WHEN len(pieces) = 3${escaped} AND (pieces[1] = '' OR suffix(pieces[1], ${separator}))
      AND (pieces[3] = '' OR prefix(pieces[3], ${separator}))
    THEN list_concat(CASE WHEN pieces[1] = '' THEN ${none} ELSE ${part("left(pieces[1], -1)")} END, [${value}],
      CASE WHEN pieces[3] = '' THEN ${none} ELSE ${part("substr(pieces[3], 2)")} END)`;
}

/** Every field by regular expression, each matched with the separator before it, then unquoted. */
function fieldsByPattern(record: string, dialect: CsvDialect): string {
  const { separator, space, quotedField, plainField } = patterns(dialect, "");
  const field = `${separator}(?:${dialect.trimLeading ? `${space}*` : ""}${quotedField}|${plainField})`;
  const all = `regexp_extract_all(${quoteString(inner(dialect))} || ${record}, ${pattern(field)})`;
  return `list_transform(${all}, lambda f: ${unquoted("substr(f, 2)", dialect)})`;
}

/** One raw field as its value. */
function unquoted(raw: string, dialect: CsvDialect): string {
  const field = dialect.trimLeading ? `ltrim(${raw}, ${spaces(dialect)})` : raw;
  const quote = dialect.quote ?? "";
  const { body, quote: q, anySpace } = patterns(dialect, "");
  const trimmed = dialect.trimTrailing ? `rtrim(${field}, ${SPACES})` : field;
  const plain = tellsEmptyFields(dialect) ? `nullif(${trimmed}, '')` : trimmed;
  const bodyOf = (whole: string): string => unescape(`regexp_extract(${field}, ${pattern(whole)}, 1)`, dialect);
  const opened = `regexp_extract(${field}, ${pattern(`^${q}${body}`)})`;
  const reopened = `(${unescape(opened, dialect, 2)} || substr(${field}, length(${opened}) + 1))`;
  const runOn = dialect.trimTrailing ? `rtrim(${reopened}, ${SPACES})` : reopened;
  const result = (text: string): string => quotedValue(restoreSeparator(text, dialect), dialect);
  const closed = `${q}(${body}${quoteRun(dialect, q)})${q}${anySpace}*`;
  const cutOff = `${q}(${body})${loneEscape(dialect)}`;
  return `CASE WHEN NOT starts_with(${field}, ${quoteString(quote)}) THEN ${plain}
    WHEN ${field} = ${quoteString(quote)} THEN ${quoteString(quote)}
    WHEN regexp_full_match(${field}, ${pattern(closed)}) THEN ${result(bodyOf(`^${closed}$`))}
    WHEN regexp_full_match(${field}, ${pattern(cutOff)}) THEN ${result(bodyOf(`^${cutOff}$`))}
    ELSE ${restoreSeparator(runOn, dialect)} END`;
}

/** Quotes before the closing one that are not escaped pairs. Where a quote escapes a quote there are none. */
function quoteRun(dialect: CsvDialect, quote: string): string {
  return dialect.escape === dialect.quote ? "" : `${quote}*`;
}

function loneEscape(dialect: CsvDialect): string {
  return dialect.escape === undefined || dialect.escape === dialect.quote ? "" : `${char(dialect.escape)}?`;
}

/** Removes the escapes from `text`. `from` is where (from 1) a quote may be escaped: 2 spares an opening quote. */
function unescape(text: string, dialect: CsvDialect, from = 1): string {
  const { quote, escape } = dialect;
  if (quote === undefined || escape === undefined) return text;
  if (escape === quote) {
    const doubled = quoteString(quote + quote);
    if (from === 1) return `replace(${text}, ${doubled}, ${quoteString(quote)})`;
    return `(${quoteString(quote)} || replace(substr(${text}, 2), ${doubled}, ${quoteString(quote)}))`;
  }
  const pair = `${char(escape)}([${char(escape)}${char(quote)}])`;
  return `regexp_replace(${text}, ${pattern(pair)}, '\\1', 'g')`;
}

function quotedValue(text: string, dialect: CsvDialect): string {
  if (dialect.emptyValue === "") return text;
  return `CASE WHEN ${text} = '' THEN ${quoteString(dialect.emptyValue)} ELSE ${text} END`;
}

function restoreSeparator(text: string, dialect: CsvDialect): string {
  if (dialect.separator.length === 1) return text;
  return `replace(${text}, ${quoteString(inner(dialect))}, ${quoteString(dialect.separator)})`;
}

function trim(text: string, dialect: CsvDialect): string {
  const left = dialect.trimLeading ? `ltrim(${text}, ${spaces(dialect)})` : text;
  return dialect.trimTrailing ? `rtrim(${left}, ${SPACES})` : left;
}

interface Patterns {
  readonly separator: string;
  readonly quote: string;
  /** White space that is no separator: everything up to the space character. */
  readonly space: string;
  readonly anySpace: string;
  /** What stands between the opening quote and the first unescaped one. */
  readonly body: string;
  readonly quotedField: string | undefined;
  readonly plainField: string;
}

/** `end` is what else ends an unquoted field, as it stands in a character class. */
function patterns(dialect: CsvDialect, end: string): Patterns {
  const separator = char(inner(dialect));
  const anySpace = end === "" ? "[\\x00-\\x20]" : "[\\x00-\\x09\\x0b-\\x20]";
  const space = spaceClass(inner(dialect), dialect.quote);
  const plainField = `[^${separator}${end}]*`;
  if (dialect.quote === undefined) {
    return { separator, quote: "", space, anySpace, body: "", quotedField: undefined, plainField };
  }
  const quote = char(dialect.quote);
  const body = bodyPattern(quote, dialect);
  // After a closing quote and white space, univocity skips separators too where they are white space themselves.
  const gap = inner(dialect) <= " " ? `(?:${quote}*${space}${anySpace}*)?` : "";
  const quotedField = `${quote}${body}${loneEscape(dialect)}(?:${quote}${gap}[^${separator}${end}]*)?`;
  return { separator, quote, space, anySpace, body, quotedField, plainField };
}

function bodyPattern(quote: string, dialect: CsvDialect): string {
  if (dialect.escape === undefined) return `[^${quote}]*`;
  if (dialect.escape === dialect.quote) return `(?:[^${quote}]|${quote}${quote})*`;
  const escape = char(dialect.escape);
  return `(?:[^${quote}${escape}]|${escape}.)*`;
}

function spaceClass(separator: string, quote: string | undefined): string {
  let members = "";
  for (let code = 0; code <= 32; code += 1) {
    const each = String.fromCharCode(code);
    if (each !== separator && each !== quote && each !== "\n") members += char(each);
  }
  return `[${members}]`;
}

/** A character as it can stand anywhere in a regular expression. */
function char(text: string): string {
  return `\\x{${(text.codePointAt(0) ?? 0).toString(16)}}`;
}

/** Where `.` is any character, also a line break. */
function pattern(text: string): string {
  return quoteString(`(?s)${text}`);
}

function spaces(dialect: CsvDialect): string {
  const all = Array.from({ length: 33 }, (_, code) => String.fromCharCode(code));
  return quoteString(all.filter((each) => each !== inner(dialect) && each !== dialect.quote).join(""));
}
