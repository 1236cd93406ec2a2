/**
 * Dates as .NET has them: 100-nanosecond ticks since 0001-01-01 in the proleptic Gregorian calendar, and whether they
 * are known to be UTC, which decides the `Z` in the round-trip format.
 */
export interface DateTime {
  readonly ticks: bigint;
  readonly kind: "utc" | "unspecified";
}

export interface DateParts {
  readonly year: number;
  /** 1 to 12. */
  readonly month: number;
  readonly day: number;
  readonly hour: number;
  readonly minute: number;
  readonly second: number;
  /** 0 to 9,999,999: ticks within the second. */
  readonly fraction: number;
  /** 0 is Sunday. */
  readonly dayOfWeek: number;
  /** 1 to 366. */
  readonly dayOfYear: number;
}

export const TICKS_PER_SECOND = 10_000_000n;
export const TICKS_PER_MINUTE = 60n * TICKS_PER_SECOND;
export const TICKS_PER_HOUR = 60n * TICKS_PER_MINUTE;
export const TICKS_PER_DAY = 24n * TICKS_PER_HOUR;
const TICKS_PER_MILLISECOND = 10_000n;
/** 1970-01-01. */
const EPOCH_TICKS = 621_355_968_000_000_000n;
const END_TICKS = 3_155_378_976_000_000_000n;

/** `undefined` when the parts name no date between the years 1 and 9999. */
export function dateTimeOf(
  parts: Pick<DateParts, "year" | "month" | "day"> & Partial<DateParts>,
  kind: DateTime["kind"],
): DateTime | undefined {
  const { year, month, day, hour = 0, minute = 0, second = 0, fraction = 0 } = parts;
  if (year < 1 || year > 9999 || month < 1 || month > 12 || day < 1 || day > daysInMonth(year, month)) return undefined;
  if (hour > 23 || minute > 59 || second > 59) return undefined;
  const days = BigInt(dayNumber(year, month, day));
  const seconds = BigInt(hour * 3600 + minute * 60 + second);
  return { ticks: days * TICKS_PER_DAY + seconds * TICKS_PER_SECOND + BigInt(fraction), kind };
}

export function partsOf({ ticks }: DateTime): DateParts {
  const days = Number(ticks / TICKS_PER_DAY);
  const inDay = ticks % TICKS_PER_DAY;
  const seconds = Number(inDay / TICKS_PER_SECOND);
  const year = yearOf(days);
  const dayOfYear = days - dayNumber(year, 1, 1) + 1;
  let month = 1;
  let day = dayOfYear;
  while (day > daysInMonth(year, month)) {
    day -= daysInMonth(year, month);
    month += 1;
  }
  return {
    year,
    month,
    day,
    hour: Math.floor(seconds / 3600),
    minute: Math.floor(seconds / 60) % 60,
    second: seconds % 60,
    fraction: Number(inDay % TICKS_PER_SECOND),
    dayOfWeek: (days + 1) % 7,
    dayOfYear,
  };
}

/** Later (or earlier) by ticks. `undefined` outside the years 1 to 9999. */
export function addTicks(date: DateTime, ticks: bigint): DateTime | undefined {
  const sum = date.ticks + ticks;
  return sum < 0n || sum >= END_TICKS ? undefined : { ticks: sum, kind: date.kind };
}

/** Later (or earlier) by months; a day that the month does not have becomes its last. */
export function addMonths(date: DateTime, months: number): DateTime | undefined {
  const parts = partsOf(date);
  const index = parts.year * 12 + parts.month - 1 + months;
  const year = Math.floor(index / 12);
  const month = (((index % 12) + 12) % 12) + 1;
  if (year < 1 || year > 9999) return undefined;
  return dateTimeOf({ ...parts, year, month, day: Math.min(parts.day, daysInMonth(year, month)) }, date.kind);
}

export function dateTimeOfEpoch(milliseconds: number): DateTime {
  return { ticks: EPOCH_TICKS + BigInt(Math.floor(milliseconds)) * TICKS_PER_MILLISECOND, kind: "utc" };
}

/** Milliseconds since 1970, rounded down. */
export function epochOf({ ticks }: DateTime): number {
  const difference = ticks - EPOCH_TICKS;
  const whole = difference / TICKS_PER_MILLISECOND;
  return Number(difference % TICKS_PER_MILLISECOND < 0n ? whole - 1n : whole);
}

function daysInMonth(year: number, month: number): number {
  if (month === 2) return isLeapYear(year) ? 29 : 28;
  return month === 4 || month === 6 || month === 9 || month === 11 ? 30 : 31;
}

function isLeapYear(year: number): boolean {
  return year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0);
}

/** Days since 0001-01-01. */
function dayNumber(year: number, month: number, day: number): number {
  const before = year - 1;
  let days = before * 365 + Math.floor(before / 4) - Math.floor(before / 100) + Math.floor(before / 400) + day - 1;
  for (let each = 1; each < month; each += 1) days += daysInMonth(year, each);
  return days;
}

function yearOf(days: number): number {
  let year = Math.floor(days / 365.2425) + 1;
  while (dayNumber(year, 1, 1) > days) year -= 1;
  while (dayNumber(year + 1, 1, 1) <= days) year += 1;
  return year;
}
