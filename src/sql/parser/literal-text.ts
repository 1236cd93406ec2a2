import { parseTimeOfDay } from "../java/time-of-day.ts";

/**
 * Whether the text of a typed literal means a value of its type. The value itself needs the session's time zone and is
 * computed by the analyzer. Source: Spark's `stringToDate` and `stringToTimestamp`.
 */
export function isLiteralText(type: "date" | "time" | "timestamp", text: string): boolean {
  const trimmed = text.trim();
  if (type === "time") return parseTimeOfDay(trimmed) !== undefined;
  if (/^(epoch|now|today|tomorrow|yesterday)(\s+\S.*)?$/i.test(trimmed)) return true;
  return type === "date" ? isDate(trimmed) : isTimestamp(trimmed);
}

const DATE = /^([+-]?\d{4,7})(?:-(\d{1,2})(?:-(\d{1,2})(?:[ T].*)?)?)?$/s;

function isDate(text: string): boolean {
  const matched = DATE.exec(text);
  return matched !== null && isDay(Number(matched[1]), Number(matched[2] ?? 1), Number(matched[3] ?? 1));
}

const TIMESTAMP =
  /^(?:([+-]?\d{4,6})(?:-(\d{1,2})(?:-(\d{1,2}))?)?)?(?:[ T]?(\d{1,2}):(\d{1,2})(?::(\d{1,2})(?:\.(\d*))?)?\s*(\S.*)?)?$/s;

function isTimestamp(text: string): boolean {
  if (text === "") return false;
  const matched = TIMESTAMP.exec(text);
  if (matched === null) return /^[+-]?\d{4,6}-\d{1,2}-\d{1,2}[ T]$/.test(text);
  const [, year, month, day, hour, minute, second, , zone] = matched;
  if (year !== undefined && !isDay(Number(year), Number(month ?? 1), Number(day ?? 1))) return false;
  if (hour === undefined) return true;
  if (Number(hour) > 23 || Number(minute) > 59 || Number(second ?? 0) > 59) return false;
  return zone === undefined || isZone(zone.trim());
}

/** An offset, `Z`, or what may be a region's name: whether there is such a region, the time zone database says later. */
function isZone(text: string): boolean {
  return /^(?:Z|(?:UTC|GMT|UT)?[+-]\d{1,2}(?::?\d{1,2}(?::?\d{1,2})?)?|[A-Za-z]\w*(?:[/+-][\w+-]+)*)$/.test(text);
}

function isDay(year: number, month: number, day: number): boolean {
  if (month < 1 || month > 12 || day < 1) return false;
  const leap = (year % 4 === 0 && year % 100 !== 0) || year % 400 === 0;
  const days = [31, leap ? 29 : 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];
  return day <= (days[month - 1] ?? 0);
}
