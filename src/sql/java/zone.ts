import { daysOf, floorDiv, MICROS_PER_DAY } from "./calendar.ts";

/**
 * The offset of a time zone from UTC, in seconds, at an instant (microseconds since the epoch). `zone` is an IANA name or
 * an offset as Spark takes it (`+8`, `+01:30`, `UTC+8`, `GMT-3:30`). Throws `RangeError` for an unknown zone.
 */
export function offsetAt(name: string, micros: bigint): number {
  const zone = SHORT_IDS[name] ?? name;
  const fixed = fixedOffset(zone);
  if (fixed !== undefined) return fixed;
  const seconds = withinDates(Number(floorDiv(micros, 1_000_000n)));
  const formatter = formatterOf(zone);
  const parts: Record<string, string> = {};
  for (const { type, value } of formatter.formatToParts(seconds * 1000)) parts[type] = value;
  const number = (name: string): number => Number(parts[name]);
  const year = parts["era"] === "BC" ? 1 - number("year") : number("year");
  const days = daysOf(year, number("month"), number("day"));
  return days * 86_400 + number("hour") * 3600 + number("minute") * 60 + number("second") - seconds;
}

const FOUR_CENTURIES = 146_097 * 86_400;

/** Beyond the range of JavaScript's dates the rules of a zone are those of 400 years earlier or later. */
function withinDates(seconds: number): number {
  if (seconds > 8e12) return seconds - FOUR_CENTURIES * Math.ceil((seconds - 8e12) / FOUR_CENTURIES);
  return seconds < -8e12 ? seconds + FOUR_CENTURIES * Math.ceil((-8e12 - seconds) / FOUR_CENTURIES) : seconds;
}

/**
 * The instant of a local time in a zone, both in microseconds. As Java does: a time in a gap moves on by the length of
 * the gap, of two that overlap the earlier is taken.
 */
export function instantOf(localMicros: bigint, name: string): bigint {
  const zone = SHORT_IDS[name] ?? name;
  const fixed = fixedOffset(zone);
  const asUtc = (offset: number): bigint => localMicros - BigInt(offset) * 1_000_000n;
  if (fixed !== undefined) return asUtc(fixed);
  const before = offsetAt(zone, localMicros - MICROS_PER_DAY);
  const after = offsetAt(zone, localMicros + MICROS_PER_DAY);
  const early = asUtc(before);
  if (before === after || offsetAt(zone, early) === before) return early;
  const late = asUtc(after);
  return offsetAt(zone, late) === after ? late : early;
}

/** The local time of an instant in a zone, both in microseconds. */
export function localOf(micros: bigint, zone: string): bigint {
  return micros + BigInt(offsetAt(zone, micros)) * 1_000_000n;
}

/** Seconds of a zone that is an offset, with or without a prefix; undefined for a named zone. */
export function fixedOffset(zone: string): number | undefined {
  if (/^(?:Z|UTC|GMT|UT)$/.test(zone)) return 0;
  const match = /^(?:UTC|GMT|UT)?([+-])(\d{1,2})(?::?(\d{1,2})(?::?(\d{2}))?)?$/.exec(zone);
  if (match === null) return undefined;
  const [, sign, hours = "0", minutes = "0", seconds = "0"] = match;
  if (Number(minutes) > 59 || Number(seconds) > 59) return undefined;
  const total = Number(hours) * 3600 + Number(minutes) * 60 + Number(seconds);
  if (total > 18 * 3600) return undefined;
  return sign === "-" ? -total : total;
}

/** Java's short ids (`ZoneId.SHORT_IDS`), which Spark takes as zones. */
const SHORT_IDS: Readonly<Record<string, string>> = {
  ACT: "Australia/Darwin",
  AET: "Australia/Sydney",
  AGT: "America/Argentina/Buenos_Aires",
  ART: "Africa/Cairo",
  AST: "America/Anchorage",
  BET: "America/Sao_Paulo",
  BST: "Asia/Dhaka",
  CAT: "Africa/Harare",
  CNT: "America/St_Johns",
  CST: "America/Chicago",
  CTT: "Asia/Shanghai",
  EAT: "Africa/Addis_Ababa",
  ECT: "Europe/Paris",
  EST: "-05:00",
  HST: "-10:00",
  IET: "America/Indiana/Indianapolis",
  IST: "Asia/Kolkata",
  JST: "Asia/Tokyo",
  MIT: "Pacific/Apia",
  MST: "-07:00",
  NET: "Asia/Yerevan",
  NST: "Pacific/Auckland",
  PLT: "Asia/Karachi",
  PNT: "America/Phoenix",
  PRT: "America/Puerto_Rico",
  PST: "America/Los_Angeles",
  SST: "Pacific/Guadalcanal",
  VST: "Asia/Ho_Chi_Minh",
};

/** Names of the time zone database without a slash. */
const SINGLE_NAMES = new Set(
  (
    "CET CST6CDT Cuba EET EST5EDT Egypt Eire GB GB-Eire GMT0 Greenwich Hongkong Iceland Iran Israel Jamaica Japan " +
    "Kwajalein Libya MET MST7MDT NZ NZ-CHAT Navajo PRC PST8PDT Poland Portugal ROK Singapore Turkey UCT Universal W-SU WET Zulu"
  ).split(" "),
);

/**
 * A zone as Spark names it → an IANA name, or an offset that `fixedOffset` reads. Undefined when there is none. Names are
 * told apart by case, as Java does.
 */
export function resolveZone(zone: string): string | undefined {
  const name = SHORT_IDS[zone] ?? zone;
  if (fixedOffset(name) !== undefined) return name;
  const isName = name.includes("/") ? /^(?:[A-Z][a-z]|US\/)[^/]*(?:\/[A-Z][^/]*)+$|^US\/[A-Z][^/]*$/ : undefined;
  if (isName === undefined ? !SINGLE_NAMES.has(name) : !isName.test(name)) return undefined;
  try {
    formatterOf(name);
    return name;
  } catch {
    return undefined;
  }
}

/**
 * The zone of a session as DuckDB knows it, which has names and whole hours from UTC alone. Undefined for other offsets;
 * the name itself where there is no such zone.
 */
export function engineZone(zone: string): string | undefined {
  const resolved = resolveZone(zone);
  const offset = resolved === undefined ? undefined : fixedOffset(resolved);
  if (resolved === undefined || offset === undefined) return resolved ?? zone;
  if (offset === 0) return "UTC";
  const hours = -offset / 3600;
  if (!Number.isInteger(hours) || hours < -14 || hours > 12) return undefined;
  return `Etc/GMT${hours > 0 ? "+" : ""}${hours}`;
}

const formatters = new Map<string, Intl.DateTimeFormat>();

function formatterOf(zone: string): Intl.DateTimeFormat {
  let formatter = formatters.get(zone);
  if (formatter === undefined) {
    formatter = new Intl.DateTimeFormat("en-US", {
      timeZone: zone,
      hourCycle: "h23",
      era: "short",
      year: "numeric",
      month: "numeric",
      day: "numeric",
      hour: "numeric",
      minute: "numeric",
      second: "numeric",
    });
    formatters.set(zone, formatter);
  }
  return formatter;
}
