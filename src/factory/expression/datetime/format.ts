import { partsOf, type DateParts, type DateTime } from "./date-time.ts";
import { DAY_NAMES, MONTH_NAMES } from "./names.ts";

/** .NET's standard formats in the en-US culture, as custom ones. */
const STANDARD: Readonly<Record<string, string>> = {
  d: "M/d/yyyy",
  D: "dddd, MMMM d, yyyy",
  f: "dddd, MMMM d, yyyy h:mm tt",
  F: "dddd, MMMM d, yyyy h:mm:ss tt",
  g: "M/d/yyyy h:mm tt",
  G: "M/d/yyyy h:mm:ss tt",
  m: "MMMM d",
  M: "MMMM d",
  o: "yyyy'-'MM'-'dd'T'HH':'mm':'ss'.'fffffffK",
  O: "yyyy'-'MM'-'dd'T'HH':'mm':'ss'.'fffffffK",
  r: "ddd, dd MMM yyyy HH':'mm':'ss 'GMT'",
  R: "ddd, dd MMM yyyy HH':'mm':'ss 'GMT'",
  s: "yyyy'-'MM'-'dd'T'HH':'mm':'ss",
  t: "h:mm tt",
  T: "h:mm:ss tt",
  u: "yyyy'-'MM'-'dd HH':'mm':'ss'Z'",
  U: "dddd, MMMM d, yyyy h:mm:ss tt",
  y: "MMMM yyyy",
  Y: "MMMM yyyy",
};

export const ROUND_TRIP = "o";

/**
 * Formats as .NET's `DateTime.ToString(format)` does in the en-US culture ("Standard/Custom date and time format
 * strings"). `undefined` when the format is not valid.
 */
export function formatDateTime(date: DateTime, format: string): string | undefined {
  if (format === "") return formatDateTime(date, "G");
  const custom = format.length === 1 ? STANDARD[format] : format;
  return custom === undefined ? undefined : formatCustom(date, custom);
}

function formatCustom(date: DateTime, format: string): string | undefined {
  const parts = partsOf(date);
  let out = "";
  for (let offset = 0; offset < format.length;) {
    const letter = format[offset] ?? "";
    if (letter === "'" || letter === '"') {
      const quoted = quotedText(format, offset);
      if (quoted === undefined) return undefined;
      out += quoted.text;
      offset = quoted.end;
    } else if (letter === "\\") {
      const next = format[offset + 1];
      if (next === undefined) return undefined;
      out += next;
      offset += 2;
    } else if (letter === "%") {
      const next = format[offset + 1];
      if (next === undefined || next === "%") return undefined;
      out += specifier(next, 1, parts, date, out).text;
      offset += 2;
    } else {
      const length = runLength(format, offset);
      const done = specifier(letter, length, parts, date, out);
      if (done.valid === false) return undefined;
      out = done.trim === true ? out.slice(0, -1) : out + done.text;
      offset += length;
    }
  }
  return out;
}

interface Formatted {
  readonly text: string;
  readonly valid?: false;
  /** The point before a fraction of nothing goes, too. */
  readonly trim?: true;
}

function specifier(letter: string, length: number, parts: DateParts, date: DateTime, before: string): Formatted {
  switch (letter) {
    case "d":
      if (length <= 2) return number(parts.day, length);
      return { text: length === 3 ? dayName(parts).slice(0, 3) : dayName(parts) };
    case "M":
      if (length <= 2) return number(parts.month, length);
      return { text: length === 3 ? monthName(parts).slice(0, 3) : monthName(parts) };
    case "y":
      return length <= 2 ? number(parts.year % 100, length) : number(parts.year, length);
    case "h":
      return number(parts.hour % 12 === 0 ? 12 : parts.hour % 12, Math.min(length, 2));
    case "H":
      return number(parts.hour, Math.min(length, 2));
    case "m":
      return number(parts.minute, Math.min(length, 2));
    case "s":
      return number(parts.second, Math.min(length, 2));
    case "f":
    case "F":
      return fraction(letter, length, parts, before);
    case "t":
      return { text: (parts.hour < 12 ? "AM" : "PM").slice(0, length) };
    case "z":
      return { text: length === 1 ? "+0" : length === 2 ? "+00" : "+00:00" };
    case "K":
      return { text: (date.kind === "utc" ? "Z" : "").repeat(length) };
    case "g":
      return { text: "A.D." };
    default:
      return { text: letter.repeat(length) };
  }
}

function fraction(letter: string, length: number, parts: DateParts, before: string): Formatted {
  if (length > 7) return { text: "", valid: false };
  const digits = String(parts.fraction).padStart(7, "0").slice(0, length);
  if (letter === "f") return { text: digits };
  const significant = digits.replace(/0+$/, "");
  return significant === "" && before.endsWith(".") ? { text: "", trim: true } : { text: significant };
}

function number(value: number, width: number): Formatted {
  return { text: String(value).padStart(width, "0") };
}

function dayName(parts: DateParts): string {
  return DAY_NAMES[parts.dayOfWeek] ?? "";
}

function monthName(parts: DateParts): string {
  return MONTH_NAMES[parts.month - 1] ?? "";
}

function runLength(format: string, offset: number): number {
  let length = 1;
  while (format[offset + length] === format[offset]) length += 1;
  return length;
}

function quotedText(format: string, start: number): { text: string; end: number } | undefined {
  const quote = format[start];
  let text = "";
  for (let offset = start + 1; offset < format.length; offset += 1) {
    const letter = format[offset] ?? "";
    if (letter === quote) return { text, end: offset + 1 };
    if (letter === "\\") offset += 1;
    text += format[offset] ?? "";
  }
  return undefined;
}
