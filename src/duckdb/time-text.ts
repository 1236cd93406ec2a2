/**
 * Dates and times as Spark prints them (`Date`, `TimestampFormatter.getFractionFormatter`): four-digit years at least,
 * a sign before years beyond 9999, seconds' fractions without their trailing zeros, proleptic Gregorian calendar.
 */
export function dateText(daysSinceEpoch: number): string {
  // Days to civil date: Howard Hinnant, "chrono-Compatible Low-Level Date Algorithms".
  const shifted = daysSinceEpoch + 719_468;
  const era = Math.floor(shifted / 146_097);
  const dayOfEra = shifted - era * 146_097;
  const yearOfEra = Math.floor(
    (dayOfEra - Math.floor(dayOfEra / 1460) + Math.floor(dayOfEra / 36_524) - Math.floor(dayOfEra / 146_096)) / 365,
  );
  const dayOfYear = dayOfEra - (365 * yearOfEra + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100));
  const shiftedMonth = Math.floor((5 * dayOfYear + 2) / 153);
  const day = dayOfYear - Math.floor((153 * shiftedMonth + 2) / 5) + 1;
  const month = shiftedMonth < 10 ? shiftedMonth + 3 : shiftedMonth - 9;
  const year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0);
  return `${yearText(year)}-${two(month)}-${two(day)}`;
}

/** A local time: microseconds since 1970-01-01 00:00:00 of the same calendar. */
export function localTimestampText(micros: bigint): string {
  let seconds = micros / MICROS;
  let fraction = Number(micros % MICROS);
  if (fraction < 0) {
    seconds -= 1n;
    fraction += 1_000_000;
  }
  const total = Number(seconds);
  const days = Math.floor(total / 86_400);
  const rest = total - days * 86_400;
  const time = `${two(Math.floor(rest / 3600))}:${two(Math.floor(rest / 60) % 60)}:${two(rest % 60)}`;
  return `${dateText(days)} ${time}${fractionText(fraction)}`;
}

/** An instant, as the clock of `zone` (an IANA name) shows it. */
export function timestampText(micros: bigint, zone: string): string {
  return localTimestampText(micros + BigInt(offsetSeconds(Number(micros / 1000n), zone)) * MICROS);
}

/** `INTERVAL '1-2' YEAR TO MONTH`: how Spark casts a year-month interval to a string. */
export function yearMonthText(months: number): string {
  const size = Math.abs(months);
  const sign = months < 0 ? "-" : "";
  return `INTERVAL '${sign}${Math.floor(size / 12)}-${size % 12}' YEAR TO MONTH`;
}

/** `INTERVAL '1 02:03:04.5' DAY TO SECOND`. */
export function dayTimeText(micros: bigint): string {
  const size = micros < 0n ? -micros : micros;
  const seconds = Number(size / MICROS);
  const time = `${two(Math.floor(seconds / 3600) % 24)}:${two(Math.floor(seconds / 60) % 60)}:${two(seconds % 60)}`;
  const fraction = fractionText(Number(size % MICROS));
  return `INTERVAL '${micros < 0n ? "-" : ""}${Math.floor(seconds / 86_400)} ${time}${fraction}' DAY TO SECOND`;
}

/** `1 years 2 months 3 days 4 hours 5.5 seconds`, `0 seconds`: how Spark prints a CALENDAR_INTERVAL. */
export function calendarIntervalText(months: number, days: number, micros: bigint): string {
  const parts: string[] = [];
  const add = (count: number | bigint, unit: string): void => {
    if (count !== 0 && count !== 0n) parts.push(`${count} ${unit}`);
  };
  add(Math.trunc(months / 12), "years");
  add(months % 12, "months");
  add(days, "days");
  add(micros / 3_600_000_000n, "hours");
  add((micros / 60_000_000n) % 60n, "minutes");
  const rest = micros % 60_000_000n;
  if (rest !== 0n) {
    const size = rest < 0n ? -rest : rest;
    parts.push(`${rest < 0n ? "-" : ""}${size / MICROS}${fractionText(Number(size % MICROS))} seconds`);
  }
  return parts.length === 0 ? "0 seconds" : parts.join(" ");
}

const MICROS = 1_000_000n;

function two(value: number): string {
  return value < 10 ? `0${value}` : String(value);
}

function yearText(year: number): string {
  if (year < 0) return `-${String(-year).padStart(4, "0")}`;
  return year > 9999 ? `+${year}` : String(year).padStart(4, "0");
}

function fractionText(micros: number): string {
  return micros === 0 ? "" : `.${String(micros).padStart(6, "0").replace(/0+$/, "")}`;
}

/** What JavaScript's dates reach; instants beyond get the offset of the edge. */
const LATEST = 8_640_000_000_000_000;
/** No zone changes its offset inside a quarter of an hour of UTC. */
const BLOCK = 900_000;
const MOST_BLOCKS = 10_000;
const EARLIEST = Date.UTC(1800, 0, 1);

interface Zone {
  readonly format: Intl.DateTimeFormat;
  readonly offsets: Map<number, number>;
}
const zones = new Map<string, Zone>();

function offsetSeconds(epochMillis: number, name: string): number {
  if (name === "UTC" || name === "Etc/UTC" || name === "Z") return 0;
  const block = Math.floor(Math.max(-LATEST, Math.min(LATEST, epochMillis)) / BLOCK);
  const zone = zoneOf(name);
  const known = zone.offsets.get(block);
  if (known !== undefined) return known;
  const offset = measureOffset(zone.format, Math.max(-LATEST, block * BLOCK));
  if (zone.offsets.size >= MOST_BLOCKS) zone.offsets.clear();
  zone.offsets.set(block, offset);
  return offset;
}

function zoneOf(name: string): Zone {
  let zone = zones.get(name);
  if (zone === undefined) {
    const format = new Intl.DateTimeFormat("en-US", {
      timeZone: name,
      hourCycle: "h23",
      calendar: "gregory",
      year: "numeric",
      month: "numeric",
      day: "numeric",
      hour: "numeric",
      minute: "numeric",
      second: "numeric",
    });
    zone = { format, offsets: new Map() };
    zones.set(name, zone);
  }
  return zone;
}

function measureOffset(format: Intl.DateTimeFormat, epochMillis: number): number {
  // Before 1800 every zone keeps its local mean time, and Intl's Julian calendar stays out of the way.
  const instant = Math.max(epochMillis, EARLIEST);
  const parts = new Map(format.formatToParts(instant).map((part) => [part.type, part.value]));
  const number = (type: Intl.DateTimeFormatPartTypes): number => Number(parts.get(type));
  const date = [number("year"), number("month") - 1, number("day")] as const;
  const local = Date.UTC(...date, number("hour"), number("minute"), number("second"));
  return Math.round((local - instant) / 1000);
}
