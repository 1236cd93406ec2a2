import { BoathouseError } from "../../core/errors.ts";
import { civilOf, daysOf, floorDiv, isoWeekday, MICROS_PER_DAY } from "./calendar.ts";
import { MONTHS, parsePattern, WEEKDAYS, type PatternPart } from "./date-pattern.ts";
import { fixedOffset, localOf, offsetAt } from "./zone.ts";

/**
 * Formats microseconds since the epoch by a Java pattern, as `date_format` does in the given zone. For a TIMESTAMP_NTZ
 * pass local microseconds and the zone `UTC`.
 */
export function formatTimestamp(micros: bigint, pattern: string, zone: string): string {
  const local = localOf(micros, zone);
  const moment = momentOf(local, () => ({ zone, offset: offsetAt(zone, micros), micros }));
  return formatParts(parsePattern(pattern, "format"), moment);
}

interface Moment {
  readonly year: number;
  readonly month: number;
  readonly day: number;
  readonly days: number;
  /** Within the day. */
  readonly hour: number;
  readonly minute: number;
  readonly second: number;
  readonly micros: number;
  readonly zone: () => ZoneAt;
}

interface ZoneAt {
  readonly zone: string;
  readonly offset: number;
  /** The instant. */
  readonly micros: bigint;
}

function momentOf(local: bigint, zone: Moment["zone"]): Moment {
  const day = floorDiv(local, MICROS_PER_DAY);
  const rest = Number(local - day * MICROS_PER_DAY);
  const days = Number(day);
  const seconds = Math.floor(rest / 1e6);
  return {
    ...civilOf(days),
    days,
    hour: Math.floor(seconds / 3600),
    minute: Math.floor(seconds / 60) % 60,
    second: seconds % 60,
    micros: rest % 1e6,
    zone,
  };
}

function formatParts(parts: readonly PatternPart[], moment: Moment): string {
  let out = "";
  for (const part of parts) {
    if (part.kind === "literal") out += part.text;
    else if (part.kind === "optional") out += formatParts(part.parts, moment);
    else out += formatField(part.letter, part.count, moment);
  }
  return out;
}

function formatField(letter: string, count: number, moment: Moment): string {
  const { year, month, day, hour } = moment;
  const number = (value: number): string => String(value).padStart(count, "0");
  switch (letter) {
    case "y":
      return formatYear(year, count);
    case "G":
      return count < 4 ? (year > 0 ? "AD" : "BC") : year > 0 ? "Anno Domini" : "Before Christ";
    case "M":
    case "L":
      return count < 3 ? number(month) : text(MONTHS[month - 1], count);
    case "d":
      return number(day);
    case "D":
      return number(moment.days - daysOf(year, 1, 1) + 1);
    case "Q":
    case "q":
      return formatQuarter(Math.ceil(month / 3), count);
    case "E":
      return text(WEEKDAYS[isoWeekday(moment.days) - 1], count < 4 ? 3 : 4);
    case "F":
      return String(((day - 1) % 7) + 1);
    case "a":
      return hour < 12 ? "AM" : "PM";
    case "H":
      return number(hour);
    case "k":
      return number(hour === 0 ? 24 : hour);
    case "K":
      return number(hour % 12);
    case "h":
      return number(hour % 12 === 0 ? 12 : hour % 12);
    case "m":
      return number(moment.minute);
    case "s":
      return number(moment.second);
    case "S":
      return `${String(moment.micros).padStart(6, "0")}000`.slice(0, count);
    default:
      return formatZone(letter, count, moment.zone());
  }
}

function text(name: string | undefined, count: number): string {
  return count === 3 ? (name ?? "").slice(0, 3) : (name ?? "");
}

function formatYear(year: number, count: number): string {
  if (count === 2) return String(((year % 100) + 100) % 100).padStart(2, "0");
  const digits = String(Math.abs(year)).padStart(count, "0");
  if (year < 0) return `-${digits}`;
  return count >= 4 && digits.length > count ? `+${digits}` : digits;
}

function formatQuarter(quarter: number, count: number): string {
  if (count < 3) return String(quarter).padStart(count, "0");
  if (count === 3) return `Q${quarter}`;
  return `${["1st", "2nd", "3rd", "4th"][quarter - 1] ?? ""} quarter`;
}

function formatZone(letter: string, count: number, at: ZoneAt): string {
  const { zone, offset } = at;
  if (letter === "V") return zone === "UTC" ? "Etc/UTC" : zone;
  if (letter === "z") return zoneName(zone, count, at.micros);
  const localized = letter === "O" || (letter === "Z" && count === 4);
  if (localized && offset === 0) return "GMT";
  if (letter === "O" && count === 1)
    return `GMT${offsetText(offset, ":", "short", "seconds").replace(/^([+-])0(\d)/, "$1$2")}`;
  if (localized) return `GMT${offsetText(offset, ":", "always", "seconds")}`;
  if (letter === "Z") {
    if (count < 4) return offsetText(offset, "", "always", "minutes");
    return offset === 0 ? "Z" : offsetText(offset, ":", "always", "seconds");
  }
  if (letter === "X" && offset === 0) return "Z";
  if (count === 1) return offsetText(offset, "", "short", "minutes");
  return offsetText(offset, count % 2 === 1 ? ":" : "", "always", count >= 4 ? "seconds" : "minutes");
}

/** `+01:30`; `short` leaves minutes of zero out; seconds, where asked for, show only when there are some. */
function offsetText(
  offset: number,
  separator: string,
  minutes: "always" | "short",
  precision: "minutes" | "seconds",
): string {
  const size = Math.abs(offset);
  const two = (value: number): string => String(value).padStart(2, "0");
  const hours = `${offset < 0 ? "-" : "+"}${two(Math.floor(size / 3600))}`;
  const rest = Math.floor(size / 60) % 60;
  const seconds = precision === "seconds" ? size % 60 : 0;
  const tail = seconds === 0 ? "" : `${separator}${two(seconds)}`;
  return minutes === "short" && rest === 0 && tail === "" ? hours : `${hours}${separator}${two(rest)}${tail}`;
}

/** English names as Java has them. Java knows short names for every zone, here only those of Unicode's English are known. */
function zoneName(zone: string, count: number, micros: bigint): string {
  if (fixedOffset(zone) === 0 || zone === "Etc/UTC") return count < 4 ? "UTC" : "Coordinated Universal Time";
  const named = zone.includes("/") ? nameAt(zone, count < 4 ? "short" : "long", namedAt(zone, micros)) : "GMT";
  if (!named.startsWith("GMT")) return named;
  throw new BoathouseError(
    "UNSUPPORTED_FEATURE.DATETIME_PATTERN",
    `Formatting the name of the time zone ${zone} (pattern letter z) is not supported.`,
    { hint: "Use VV for the zone's id or XXX for its offset." },
  );
}

/**
 * Milliseconds at which the name is looked up. Unicode has no names before 1970: until then a zone has the name that it has
 * today at the same offset, or that of its standard time.
 */
function namedAt(zone: string, micros: bigint): number {
  const millis = Number(floorDiv(micros, 1000n));
  if (millis >= 0 && millis < 8e15) return millis;
  const [january, july] = [Date.UTC(2020, 0, 1), Date.UTC(2020, 6, 1)];
  const offset = (each: number): number => offsetAt(zone, BigInt(each) * 1000n);
  const [standard, daylight] = offset(january) <= offset(july) ? [january, july] : [july, january];
  return offset(daylight) === offsetAt(zone, micros) ? daylight : standard;
}

function nameAt(zone: string, style: "short" | "long", millis: number): string {
  const parts = new Intl.DateTimeFormat("en-US", { timeZone: zone, timeZoneName: style }).formatToParts(millis);
  return parts.find((part) => part.type === "timeZoneName")?.value ?? "GMT";
}
