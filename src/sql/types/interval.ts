import {
  CALENDAR_INTERVAL,
  type DataType,
  type DayTimeField,
  type IntervalType,
  type YearMonthField,
} from "../../core/data-type.ts";
import { BoathouseError } from "../../core/errors.ts";
import type { IntervalLiteral, IntervalUnit } from "../ast/expression.ts";
import { MICROS_PER_DAY } from "../java/calendar.ts";
import type { IntervalValue } from "../value.ts";
import { parseIntervalFields } from "./interval-cast.ts";
import { parseIntervalText } from "./interval-text.ts";

/** Interval literals and interval text (Spark's `IntervalUtils`). */

export interface Interval {
  readonly value: IntervalValue;
  readonly type: DataType;
}

const DAY_TIME: readonly string[] = ["day", "hour", "minute", "second"];

const MICROS: Readonly<Partial<Record<IntervalUnit, bigint>>> = {
  hour: 3_600_000_000n,
  minute: 60_000_000n,
  second: 1_000_000n,
  millisecond: 1000n,
  microsecond: 1n,
};
const MONTHS: Readonly<Partial<Record<IntervalUnit, number>>> = { year: 12, quarter: 3, month: 1 };

/**
 * The value of an interval literal and the type that its units make: all of years and months, all of days and smaller, or a
 * mixture (the calendar interval). Throws `INVALID_INTERVAL_FORMAT.…` and what Spark's parser throws for parts of it.
 */
export function intervalOf(node: IntervalLiteral): Interval {
  const [first] = node.parts;
  if (first === undefined) throw new TypeError("An interval without parts.");
  if (node.to !== undefined) return ranged(first.value, first.negative, first.unit, node.to);
  let months = 0n;
  let days = 0n;
  let micros = 0n;
  for (const part of node.parts) {
    const amount = unitAmount(part.value, part.unit);
    const sign = part.negative ? -1n : 1n;
    months += sign * amount.months;
    days += sign * amount.days;
    micros += sign * amount.micros;
  }
  const type = unitsType(node.parts.map((part) => part.unit));
  const whole = type.kind === "calendar_interval" ? micros : micros + days * MICROS_PER_DAY;
  if (BigInt.asIntN(32, months) !== months || BigInt.asIntN(32, days) !== days)
    throw badFormat("ARITHMETIC_EXCEPTION", "Error parsing the interval: a number is out of range.");
  if (BigInt.asIntN(64, whole) !== whole) {
    throw new BoathouseError(
      "INTERVAL_ARITHMETIC_OVERFLOW.WITHOUT_SUGGESTION",
      "Integer overflow while operating with intervals.",
      { sqlState: "22015" },
    );
  }
  const isCalendar = type.kind === "calendar_interval";
  return { value: { months: Number(months), days: isCalendar ? Number(days) : 0, micros: whole }, type };
}

/** The same as a calendar interval (`spark.sql.legacy.interval.enabled`): days are kept apart from hours. */
export function calendarOf(node: IntervalLiteral, value: IntervalValue): IntervalValue {
  const days = node.to === undefined ? daysOf(node) : Number(value.micros / 86_400_000_000n);
  return { months: value.months, days, micros: value.micros + BigInt(value.days - days) * 86_400_000_000n };
}

function daysOf(node: IntervalLiteral): number {
  return node.parts
    .filter((part) => part.unit === "day" || part.unit === "week")
    .reduce(
      (sum, part) => sum + (part.negative ? -1 : 1) * Math.trunc(Number(part.value)) * (part.unit === "week" ? 7 : 1),
      0,
    );
}

function unitsType(units: readonly IntervalUnit[]): DataType {
  if (units.every((unit) => MONTHS[unit] !== undefined)) {
    const fields = units.map((unit): YearMonthField => (unit === "year" ? "year" : "month"));
    return {
      kind: "interval_year_month",
      start: fields.includes("year") ? "year" : "month",
      end: fields.includes("month") ? "month" : "year",
    };
  }
  if (units.some((unit) => MONTHS[unit] !== undefined)) return CALENDAR_INTERVAL;
  const fields = units.map((unit) => (unit === "week" ? "day" : DAY_TIME.includes(unit) ? unit : "second"));
  const positions = fields.map((unit) => DAY_TIME.indexOf(unit));
  return {
    kind: "interval_day_time",
    start: dayTimeField(Math.min(...positions)),
    end: dayTimeField(Math.max(...positions)),
  };
}

function dayTimeField(position: number): DayTimeField {
  return position === 0 ? "day" : position === 1 ? "hour" : position === 2 ? "minute" : "second";
}

interface Amount {
  readonly months: bigint;
  readonly days: bigint;
  readonly micros: bigint;
}

function unitAmount(text: string, unit: IntervalUnit): Amount {
  const matched = /^\s*([+-]?)\s*(?:(\d+)(?:\.(\d*))?|\.(\d+))\s*$/.exec(text);
  if (matched === null) {
    throw new BoathouseError(
      "_LEGACY_ERROR_TEMP_0026",
      `Can only use numbers in the interval value part for multiple unit value pairs interval form, but got invalid value: ${text}.`,
    );
  }
  const [, sign, whole = "0", after, alone] = matched;
  const fraction = after ?? alone;
  if (unit === "nanosecond")
    throw badFormat("INVALID_UNIT", `Error parsing '${text} ${unit}' to interval. Invalid unit.`);
  if (fraction !== undefined && unit !== "second")
    throw badFormat(
      "INVALID_FRACTION",
      `Error parsing '${text} ${unit}' to interval. ${unit} cannot have fractional part.`,
    );
  const factor = sign === "-" ? -1n : 1n;
  const number = factor * BigInt(whole);
  const part = factor * BigInt((fraction ?? "").slice(0, 6).padEnd(6, "0"));
  if (unit === "day" || unit === "week") return { months: 0n, days: number * (unit === "week" ? 7n : 1n), micros: 0n };
  const months = MONTHS[unit];
  if (months !== undefined) return { months: number * BigInt(months), days: 0n, micros: 0n };
  return { months: 0n, days: 0n, micros: number * (MICROS[unit] ?? 0n) + part };
}

/** `'1-2' YEAR TO MONTH`, `'1 02:03:04.5' DAY TO SECOND`. */
function ranged(text: string, negated: boolean, from: IntervalUnit, to: YearMonthField | DayTimeField): Interval {
  const type = rangeType(from, to);
  const amount = parseFields(text, type, negated);
  const months = type.kind === "interval_year_month" ? Number(amount) : 0;
  return { value: { months, days: 0, micros: months === 0 && type.kind === "interval_day_time" ? amount : 0n }, type };
}

function rangeType(from: IntervalUnit, to: YearMonthField | DayTimeField): IntervalType {
  if (to === "year" || to === "month") return { kind: "interval_year_month", start: "year", end: to };
  return { kind: "interval_day_time", start: dayTimeField(DAY_TIME.indexOf(from)), end: to };
}

/** As casts read it, without the word INTERVAL; what is out of range is the parser's error. */
function parseFields(text: string, type: IntervalType, negated: boolean): bigint {
  try {
    return parseIntervalFields(text, type, { negated });
  } catch (error) {
    const isRange = error instanceof BoathouseError && error.code === "INVALID_INTERVAL_FORMAT.INTERVAL_PARSING";
    if (!isRange || type.kind === "interval_year_month") throw error;
    throw new BoathouseError("_LEGACY_ERROR_TEMP_0063", error.message, { cause: error });
  }
}

function badFormat(condition: string, message: string): BoathouseError {
  return new BoathouseError(`INVALID_INTERVAL_FORMAT.${condition}`, message, { sqlState: "22006" });
}

/** Text as a typed literal has it: its type follows from the units, as for `INTERVAL 1 YEAR`. */
export function parseInterval(text: string): Interval | undefined {
  const value = parseIntervalText(text);
  if (value === undefined) return undefined;
  const units = [...text.matchAll(/(year|month|week|day|hour|minute|second|millisecond|microsecond)s?\b/gi)].map(
    (match) => (match[1] ?? "").toLowerCase() as IntervalUnit,
  );
  const type = unitsType(units);
  if (type.kind !== "interval_day_time") return { value, type };
  return { value: { months: 0, days: 0, micros: value.micros + BigInt(value.days) * MICROS_PER_DAY }, type };
}
