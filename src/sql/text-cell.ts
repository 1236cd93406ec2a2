import type { DataType, DecimalType } from "../core/data-type.ts";
import { parseTimestamp } from "./java/date-parse.ts";
import { digitsOf, roundDigits } from "./java/number.ts";
import { escapedBytes } from "./variant/cast.ts";
import { dateText, instantText, parseDate, parseInstant, parseTime, timeText } from "./types/instant.ts";

/** How the texts of one format say values, and where they are read. */
export interface TextFormat {
  readonly nanValue: string;
  readonly positiveInf: string;
  readonly negativeInf: string;
  readonly dateFormat: string | undefined;
  readonly timestampFormat: string | undefined;
  readonly timestampNtzFormat: string | undefined;
  readonly timeZone: string;
  /** Microseconds since the epoch at which the statement began: the day of a time without a date. */
  readonly now: bigint;
}

/**
 * A text of CSV as JSON text from which DuckDB makes a value of the type, or undefined where Spark finds the text
 * malformed (`UnivocityParser.makeConverter`). Floats and numbers are read as Java reads them.
 */
export function cellJson(text: string, type: DataType, format: TextFormat): string | undefined {
  switch (type.kind) {
    case "string":
      return JSON.stringify(text);
    case "binary":
      return JSON.stringify(escapedBytes(Buffer.from(text)));
    case "boolean":
      return booleanOf(text);
    case "byte":
    case "short":
    case "int":
    case "long":
      return integerOf(text, type.kind);
    case "float":
    case "double":
      if (text === format.nanValue) return '"NaN"';
      if (text === format.positiveInf) return '"Infinity"';
      return text === format.negativeInf ? '"-Infinity"' : doubleJson(javaDoubleOf(text));
    case "decimal":
      return decimalJson(text, type);
    case "date":
    case "timestamp":
    case "timestamp_ntz":
      return momentJson(text, type.kind, format);
    default:
      return undefined;
  }
}

/** `true` and `false` in any case. */
export function booleanOf(text: string): "true" | "false" | undefined {
  const upper = text.toUpperCase();
  return upper === "TRUE" ? "true" : upper === "FALSE" ? "false" : undefined;
}

const BITS = { byte: 7n, short: 15n, int: 31n, long: 63n };

/** What Java's `parseInt` and its kin take: a sign and digits, within the type. */
export function integerOf(text: string, kind: keyof typeof BITS): string | undefined {
  const match = /^([+-]?)(\p{Nd}+)$/u.exec(text);
  if (match?.[2] === undefined) return undefined;
  const value =
    BigInt(`${match[1] === "-" ? "-" : ""}0`) + BigInt(asciiDigits(match[2])) * (match[1] === "-" ? -1n : 1n);
  const limit = 1n << BITS[kind];
  return value >= -limit && value < limit ? String(value) : undefined;
}

/** Java counts the digits of every script; those of one script follow each other from a code that its zero has. */
function asciiDigits(text: string): string {
  return text.replaceAll(/[^0-9]/gu, (char) => {
    let zero = char.codePointAt(0) ?? 0;
    const code = zero;
    while (/\p{Nd}/u.test(String.fromCodePoint(zero - 1)) && code - zero < 9) zero -= 1;
    return String(code - zero);
  });
}

const JAVA_DOUBLE = /^[+-]?(?:NaN|Infinity|(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?[dDfF]?)$/;

/** What `Double.parseDouble` gives; undefined for what it throws at and for hexadecimal notation. */
export function javaDoubleOf(text: string): number | undefined {
  // oxlint-disable-next-line no-control-regex -- Java trims every character up to the space.
  const trimmed = text.replaceAll(/^[\u0000- ]+|[\u0000- ]+$/g, "");
  if (!JAVA_DOUBLE.test(trimmed)) return undefined;
  return Number(trimmed.endsWith("NaN") ? "NaN" : trimmed.endsWith("y") ? trimmed : trimmed.replace(/[dDfF]$/, ""));
}

export function doubleJson(value: number | undefined): string | undefined {
  if (value === undefined) return undefined;
  if (Number.isNaN(value)) return '"NaN"';
  if (!Number.isFinite(value)) return value > 0 ? '"Infinity"' : '"-Infinity"';
  return Object.is(value, -0) ? "-0.0" : String(value);
}

/** Commas are left out, then all of the text is a number; it is rounded half up to the scale and must fit. */
export function decimalJson(text: string, type: DecimalType): string | undefined {
  const flat = text.replaceAll(",", "");
  if (!/^[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d{1,4})?$/.test(flat)) return undefined;
  const { negative, whole, fraction } = roundDigits(digitsOf(flat.replace(/^\+/, "")), type.scale, "half-up");
  const digits = whole.replace(/^0+/, "");
  if (digits.length > type.precision - type.scale) return undefined;
  return JSON.stringify(`${negative ? "-" : ""}${whole === "" ? "0" : whole}${fraction === "" ? "" : `.${fraction}`}`);
}

type Moment = "date" | "timestamp" | "timestamp_ntz";

/** A date or time by the format's pattern, or where it has none as a cast reads it. */
export function momentJson(text: string, kind: Moment, format: TextFormat): string | undefined {
  const micros = momentOf(text, kind, format);
  if (micros === undefined) return undefined;
  if (kind === "date") return JSON.stringify(dateText(Number(micros / 86_400_000_000n)));
  return JSON.stringify(kind === "timestamp" ? `${instantText(micros, "UTC")}+00` : timeText(micros));
}

/** Microseconds since the epoch (local ones of DATE and TIMESTAMP_NTZ); a date is at midnight. */
export function momentOf(text: string, kind: Moment, format: TextFormat): bigint | undefined {
  const { timeZone, now } = format;
  if (kind === "timestamp") {
    if (format.timestampFormat !== undefined) return parseTimestamp(text, format.timestampFormat, timeZone);
    return isSpecial(text) ? undefined : parseInstant(text, now, timeZone);
  }
  if (kind === "timestamp_ntz") {
    if (format.timestampNtzFormat !== undefined) return parseTimestamp(text, format.timestampNtzFormat, "UTC");
    const parsed = isSpecial(text) ? undefined : parseTime(text, now, timeZone);
    return parsed?.zone === undefined || parsed.zone === "" ? parsed?.local : undefined;
  }
  if (format.dateFormat !== undefined) {
    const micros = parseTimestamp(text, format.dateFormat, "UTC");
    return micros === undefined ? undefined : midnight(micros);
  }
  const days = isSpecial(text) ? undefined : parseDate(text, now, timeZone);
  return days === undefined ? undefined : BigInt(days) * 86_400_000_000n;
}

function midnight(micros: bigint): bigint {
  const day = 86_400_000_000n;
  return micros - (((micros % day) + day) % day);
}

/** `today` and its kin have a meaning only in literals. */
function isSpecial(text: string): boolean {
  return /^\s*(?:epoch|now|today|tomorrow|yesterday)\b/i.test(text);
}
