import { civilOf, daysOf, floorDiv, MICROS_PER_DAY } from "../java/calendar.ts";
import { instantOf, localOf } from "../java/zone.ts";

/** Dates and times as text and as microseconds, as Spark's `stringToDate` and `stringToTimestamp` read them. */

/** `YYYY-MM-DD`, from days since 1970-01-01. */
export function dateText(days: number): string {
  const { year, month, day } = civilOf(days);
  const sign = year < 0 ? "-" : year > 9999 ? "+" : "";
  return `${sign}${String(Math.abs(year)).padStart(4, "0")}-${pad(month)}-${pad(day)}`;
}

/** `YYYY-MM-DD HH:MM:SS[.ffffff]` of a local time in microseconds, without zeros at the end. */
export function timeText(localMicros: bigint): string {
  const days = floorDiv(localMicros, MICROS_PER_DAY);
  const micros = localMicros - days * MICROS_PER_DAY;
  const seconds = Number(micros / 1_000_000n);
  const fraction = String(micros % 1_000_000n)
    .padStart(6, "0")
    .replace(/0+$/, "");
  const clock = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60, seconds % 60].map(pad).join(":");
  return `${dateText(Number(days))} ${clock}${fraction === "" ? "" : `.${fraction}`}`;
}

/** The text of an instant in a zone. */
export function instantText(micros: bigint, zone: string): string {
  return timeText(localOf(micros, zone));
}

const DATE = /^([+-]?\d{4,7})(?:-(\d{1,2})(?:-(\d{1,2})(?:[ T].*)?)?)?$/s;

/** Days since 1970-01-01, or undefined. `now` gives `today` and its kin. */
export function parseDate(text: string, now: bigint, zone: string): number | undefined {
  const trimmed = text.trim();
  const special = specialDays(trimmed, now, zone);
  if (special !== undefined) return special;
  const matched = DATE.exec(trimmed);
  return matched === null ? undefined : dayOf(matched[1], matched[2], matched[3]);
}

const TIMESTAMP =
  /^(?:([+-]?\d{4,6})(?:-(\d{1,2})(?:-(\d{1,2}))?)?)?(?:[ T]?(\d{1,2}):(\d{1,2})(?::(\d{1,2})(?:\.(\d*))?)?\s*(\S.*)?)?$/s;

/** A local time in microseconds and the zone written behind it, or undefined. */
export function parseTime(
  text: string,
  now: bigint,
  zone: string,
): { readonly local: bigint; readonly zone: string | undefined } | undefined {
  const trimmed = text.trim().replace(/[ T]$/, "");
  if (/^now\b/i.test(trimmed)) return { local: localOf(now, zone), zone: undefined };
  if (/^epoch\b/i.test(trimmed)) return { local: 0n, zone: "UTC" };
  const special = specialDays(trimmed, now, zone);
  if (special !== undefined) return { local: BigInt(special) * MICROS_PER_DAY, zone: undefined };
  const matched = TIMESTAMP.exec(trimmed);
  if (matched === null || trimmed === "") return undefined;
  const [, year, month, day, hour = "0", minute = "0", second = "0", fraction = "", offset] = matched;
  const days = year === undefined ? floorDiv(localOf(now, zone), MICROS_PER_DAY) : dayOf(year, month, day);
  if (days === undefined || Number(hour) > 23 || Number(minute) > 59 || Number(second) > 59) return undefined;
  const seconds = BigInt((Number(hour) * 60 + Number(minute)) * 60 + Number(second));
  const micros = BigInt(fraction.slice(0, 6).padEnd(6, "0"));
  return { local: BigInt(days) * MICROS_PER_DAY + seconds * 1_000_000n + micros, zone: offset?.trim() };
}

/** The instant that a timestamp's text means, in microseconds. */
export function parseInstant(text: string, now: bigint, zone: string): bigint | undefined {
  const parsed = parseTime(text, now, zone);
  if (parsed === undefined) return undefined;
  const named = parsed.zone === undefined || parsed.zone === "" ? zone : parsed.zone === "Z" ? "UTC" : parsed.zone;
  try {
    return instantOf(parsed.local, named);
  } catch (error) {
    if (error instanceof RangeError) return undefined;
    throw error;
  }
}

function specialDays(text: string, now: bigint, zone: string): number | undefined {
  const word = /^(epoch|now|today|tomorrow|yesterday)\b/i.exec(text)?.[1]?.toLowerCase();
  if (word === undefined) return undefined;
  if (word === "epoch") return 0;
  const today = Number(floorDiv(localOf(now, zone), MICROS_PER_DAY));
  return word === "tomorrow" ? today + 1 : word === "yesterday" ? today - 1 : today;
}

function dayOf(year: string | undefined, month = "1", day = "1"): number | undefined {
  const [y, m, d] = [Number(year), Number(month), Number(day)];
  const days = daysOf(y, m, d);
  const back = civilOf(days);
  return back.month === m && back.day === d && m >= 1 && m <= 12 ? days : undefined;
}

function pad(value: number): string {
  return String(value).padStart(2, "0");
}
