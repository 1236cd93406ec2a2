import { civilOf, daysInMonth, daysOf, floorDiv, isLeapYear, MICROS_PER_DAY } from "./calendar.ts";
import { hasGreedyYear, MONTHS, parsePattern, type PatternPart } from "./date-pattern.ts";
import { fixedOffset, instantOf, resolveZone } from "./zone.ts";

/**
 * Parses a text by a Java pattern as Spark does: strictly, the whole text, names in English in any case, what is missing
 * taken from 1970-01-01T00:00. Gives microseconds since the epoch, or undefined when the text does not fit. `zone` is
 * where times without a zone of their own are; `LOCAL` gives local microseconds, whatever zone the text names.
 */
export function parseTimestamp(text: string, pattern: string, zone: string): bigint | undefined {
  const { expression, fields } = compiled(pattern);
  const match = expression.exec(text);
  if (match === null) return undefined;
  const found = new Map<string, string>();
  for (const [index, name] of fields.entries()) {
    const value = match[index + 1];
    if (value === undefined) continue;
    const before = found.get(name);
    if (before !== undefined && Number(before) !== Number(value)) return undefined;
    found.set(name, value);
  }
  const days = dateFrom(found);
  const micros = timeFrom(found);
  if (days === undefined || micros === undefined) return undefined;
  const local = BigInt(days) * MICROS_PER_DAY + micros;
  const own = found.get("zone");
  if (own === undefined) return zone === "LOCAL" ? local : instantOf(local, zone);
  const resolved = offsetFrom(own) ?? resolveZone(own);
  if (zone === "LOCAL") return resolved === undefined ? undefined : local;
  return resolved === undefined ? undefined : instantOf(local, resolved);
}

/** Microseconds since midnight of a text that a Java pattern reads, or undefined. A date in it is of no account. */
export function parseTimeByPattern(text: string, pattern: string): bigint | undefined {
  const local = parseTimestamp(text, pattern, "LOCAL");
  return local === undefined ? undefined : local - floorDiv(local, MICROS_PER_DAY) * MICROS_PER_DAY;
}

interface Compiled {
  readonly expression: RegExp;
  /** What each group holds. */
  readonly fields: readonly string[];
}

const cache = new Map<string, Compiled>();

function compiled(pattern: string): Compiled {
  let known = cache.get(pattern);
  if (known === undefined) {
    const fields: string[] = [];
    const parts = parsePattern(pattern, "parse");
    const source = hasGreedyYear(parts) ? "(?!)" : sourceOf(parts, fields);
    known = { expression: new RegExp(`^${source}$`, "iu"), fields };
    if (cache.size > 1000) cache.clear();
    cache.set(pattern, known);
  }
  return known;
}

function sourceOf(parts: readonly PatternPart[], fields: string[]): string {
  return parts
    .map((part) => {
      if (part.kind === "literal") return part.text.replaceAll(/[\\^$.*+?()[\]{}|/]/g, String.raw`\$&`);
      if (part.kind === "optional") return `(?:${sourceOf(part.parts, fields)})?`;
      const [name, source] = fieldSource(part.letter, part.count);
      fields.push(name);
      return `(${source})`;
    })
    .join("");
}

function fieldSource(letter: string, count: number): [name: string, source: string] {
  const number = count === 1 ? String.raw`[+-]?\d{1,19}` : String.raw`\d{2}`;
  switch (letter) {
    case "y":
      if (count === 2) return ["year2", String.raw`\d{2}`];
      if (count < 4) return ["year", String.raw`[+-]?\d{${count},19}`];
      return ["year", String.raw`\d{${count}}|\+\d{${count + 1},19}|-\d{${count},19}`];
    case "G":
      return ["era", count < 4 ? "AD|BC" : "Anno Domini|Before Christ"];
    case "M":
    case "L":
      if (count < 3) return ["month", number];
      return ["monthName", MONTHS.map((name) => (count === 3 ? name.slice(0, 3) : name)).join("|")];
    case "d":
      return ["day", number];
    case "D":
      return ["dayOfYear", count === 1 ? String.raw`\d{1,19}` : String.raw`\d{${count},3}`];
    case "a":
      return ["half", "AM|PM"];
    case "H":
      return ["hour", number];
    case "k":
      return ["hour24", number];
    case "K":
      return ["hour11", number];
    case "h":
      return ["hour12", number];
    case "m":
      return ["minute", number];
    case "s":
      return ["second", number];
    case "S":
      return ["fraction", String.raw`\d{1,${count}}`];
    default:
      return ["zone", zoneSource(letter, count)];
  }
}

function zoneSource(letter: string, count: number): string {
  const hours = String.raw`[+-]\d{2}`;
  if (letter === "V" || letter === "z") return String.raw`[A-Za-z][A-Za-z0-9_/+:-]*|[+-]\d[\d:]*`;
  if (letter === "O") {
    return count === 1 ? String.raw`GMT(?:[+-]\d{1,2}(?::\d{2})?)?` : String.raw`GMT(?:[+-]\d{2}:\d{2})?`;
  }
  if (letter === "Z") {
    if (count === 4) return String.raw`GMT(?:${hours}:\d{2})?`;
    return count === 5 ? String.raw`Z|${hours}:\d{2}(?::\d{2})?` : String.raw`${hours}\d{2}`;
  }
  const zero = letter === "X" ? "Z|" : "";
  switch (count) {
    case 1:
      return String.raw`${zero}${hours}(?:\d{2})?`;
    case 2:
      return String.raw`${zero}${hours}\d{2}`;
    case 3:
      return String.raw`${zero}${hours}:\d{2}`;
    case 4:
      return String.raw`${zero}${hours}\d{2}(?:\d{2})?`;
    default:
      return String.raw`${zero}${hours}:\d{2}(?::\d{2})?`;
  }
}

function offsetFrom(text: string): string | undefined {
  const flat = text.toUpperCase().replace(/^([+-]\d{2})(\d{2})(\d{2})?$/, "$1:$2");
  return fixedOffset(flat) === undefined ? undefined : flat;
}

/** Days since the epoch, or undefined for a date that does not exist. */
function dateFrom(found: ReadonlyMap<string, string>): number | undefined {
  const year = yearFrom(found);
  if (year === undefined) return undefined;
  const dayOfYear = found.get("dayOfYear");
  const name = found.get("monthName");
  const month = name === undefined ? Number(found.get("month") ?? 1) : monthNumber(name);
  if (name !== undefined && found.has("month") && Number(found.get("month")) !== month) return undefined;
  if (dayOfYear !== undefined) {
    const days = Number(dayOfYear);
    if (days < 1 || days > (isLeapYear(year) ? 366 : 365)) return undefined;
    const date = civilOf(daysOf(year, 1, 1) + days - 1);
    const fits =
      ((!found.has("month") && name === undefined) || date.month === month) &&
      (!found.has("day") || date.day === Number(found.get("day")));
    return fits ? daysOf(year, 1, 1) + days - 1 : undefined;
  }
  const day = Number(found.get("day") ?? 1);
  return month < 1 || month > 12 || day < 1 || day > daysInMonth(year, month) ? undefined : daysOf(year, month, day);
}

function yearFrom(found: ReadonlyMap<string, string>): number | undefined {
  const short = found.get("year2");
  const year = short === undefined ? Number(found.get("year") ?? 1970) : 2000 + Number(short);
  if (Math.abs(year) > 294_247) return undefined;
  const era = found.get("era")?.toUpperCase();
  if (era === undefined) return year;
  if (year < 1) return undefined;
  return era.startsWith("B") ? 1 - year : year;
}

function monthNumber(name: string): number {
  const start = name.slice(0, 3).toLowerCase();
  return MONTHS.findIndex((month) => month.toLowerCase().startsWith(start)) + 1;
}

/** Microseconds of the day, or undefined for a time that does not exist. */
function timeFrom(found: ReadonlyMap<string, string>): bigint | undefined {
  const hour = hourFrom(found);
  const minute = Number(found.get("minute") ?? 0);
  const second = Number(found.get("second") ?? 0);
  if (hour === undefined || minute < 0 || minute > 59 || second < 0 || second > 59) return undefined;
  const fraction = Number((found.get("fraction") ?? "").padEnd(6, "0").slice(0, 6));
  return BigInt(hour * 3600 + minute * 60 + second) * 1_000_000n + BigInt(fraction);
}

function hourFrom(found: ReadonlyMap<string, string>): number | undefined {
  const within = (name: string, from: number, to: number): number | undefined => {
    const value = Number(found.get(name));
    return value >= from && value <= to ? value : undefined;
  };
  if (found.has("hour")) return within("hour", 0, 23);
  if (found.has("hour24")) {
    const hour = within("hour24", 1, 24);
    return hour === undefined ? undefined : hour % 24;
  }
  const half = found.get("half")?.toUpperCase() === "PM" ? 12 : 0;
  if (found.has("hour12")) {
    const hour = within("hour12", 1, 12);
    return hour === undefined ? undefined : (hour % 12) + half;
  }
  if (found.has("hour11")) {
    const hour = within("hour11", 0, 11);
    return hour === undefined ? undefined : hour + half;
  }
  return half;
}
