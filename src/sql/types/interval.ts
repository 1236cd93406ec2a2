import { CALENDAR_INTERVAL, type DataType, type DayTimeField, type YearMonthField } from "../../core/data-type.ts";
import type { IntervalLiteral, IntervalUnit } from "../ast/expression.ts";
import type { IntervalValue } from "../value.ts";

/** Interval literals and interval text (Spark's `IntervalUtils`). */

export interface Interval {
  readonly value: IntervalValue;
  readonly type: DataType;
}

const YEAR_MONTH: readonly string[] = ["year", "month"];
const DAY_TIME: readonly string[] = ["day", "hour", "minute", "second"];

const MICROS: Readonly<Partial<Record<IntervalUnit, bigint>>> = {
  week: 604_800_000_000n,
  day: 86_400_000_000n,
  hour: 3_600_000_000n,
  minute: 60_000_000n,
  second: 1_000_000n,
  millisecond: 1000n,
  microsecond: 1n,
};
const MONTHS: Readonly<Partial<Record<IntervalUnit, number>>> = { year: 12, quarter: 3, month: 1 };

/** The type that units make: all of years and months, all of days and smaller, or a mixture (the calendar interval). */
export function intervalOf(node: IntervalLiteral): Interval | undefined {
  const [first] = node.parts;
  if (first === undefined) return undefined;
  if (node.to !== undefined) return ranged(first.value, first.negative, first.unit, node.to);
  const units = node.parts.map((part) => part.unit);
  let months = 0;
  let micros = 0n;
  for (const part of node.parts) {
    const amount = unitAmount(part.value, part.unit);
    if (amount === undefined) return undefined;
    const sign = part.negative ? -1 : 1;
    months += sign * amount.months;
    micros += BigInt(sign) * amount.micros;
  }
  const type = unitsType(units);
  if (type.kind !== "calendar_interval") return { value: { months, days: 0, micros }, type };
  const days = node.parts
    .filter((part) => part.unit === "day" || part.unit === "week")
    .reduce(
      (sum, part) => sum + (part.negative ? -1 : 1) * Math.trunc(Number(part.value)) * (part.unit === "week" ? 7 : 1),
      0,
    );
  return { value: { months, days, micros: micros - BigInt(days) * 86_400_000_000n }, type };
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

function unitAmount(text: string, unit: IntervalUnit): { months: number; micros: bigint } | undefined {
  const matched = /^\s*([+-]?)(\d*)(?:\.(\d*))?\s*$/.exec(text);
  if (matched === null) return undefined;
  const [, sign = "", whole = "", fraction = ""] = matched;
  if (whole === "" && fraction === "") return undefined;
  const factor = sign === "-" ? -1 : 1;
  const months = MONTHS[unit];
  if (months !== undefined)
    return fraction === "" ? { months: factor * Number(whole) * months, micros: 0n } : undefined;
  const micros = MICROS[unit];
  if (micros === undefined)
    return unit === "nanosecond" ? { months: 0, micros: (BigInt(factor) * BigInt(whole)) / 1000n } : undefined;
  if (fraction !== "" && unit !== "second") return undefined;
  const part = fraction === "" ? 0n : BigInt(fraction.slice(0, 6).padEnd(6, "0"));
  return { months: 0, micros: BigInt(factor) * (BigInt(whole === "" ? "0" : whole) * micros + part) };
}

/** `'1-2' YEAR TO MONTH`, `'1 02:03:04.5' DAY TO SECOND`. */
function ranged(
  text: string,
  negated: boolean,
  from: IntervalUnit,
  to: YearMonthField | DayTimeField,
): Interval | undefined {
  const trimmed = text.trim();
  if (from === "year" && to === "month") {
    const matched = /^([+-]?)(\d+)-(\d+)$/.exec(trimmed);
    if (matched === null || Number(matched[3]) > 11) return undefined;
    const months = Number(matched[2]) * 12 + Number(matched[3]);
    const negative = (matched[1] === "-") !== negated;
    const type: DataType = { kind: "interval_year_month", start: "year", end: "month" };
    return { value: { months: negative ? -months : months, days: 0, micros: 0n }, type };
  }
  const [start, end] = [DAY_TIME.indexOf(from), DAY_TIME.indexOf(to)];
  if (start < 0 || end <= start || YEAR_MONTH.includes(to)) return undefined;
  const pattern = ["(?<day>\\d+)", "(?<hour>\\d{1,2})", "(?<minute>\\d{1,2})", "(?<second>\\d{1,2}(?:\\.\\d{1,9})?)"]
    .slice(start, end + 1)
    .map((part, index) => (index === 0 ? part.replace("{1,2}", "+") : start + index === 1 ? `[ ]${part}` : `:${part}`))
    .join("");
  const matched = new RegExp(`^(?<sign>[+-]?)${pattern}$`).exec(trimmed);
  if (matched?.groups === undefined) return undefined;
  const { sign, day = "0", hour = "0", minute = "0", second = "0" } = matched.groups;
  const seconds = unitAmount(second, "second");
  if (seconds === undefined) return undefined;
  const micros =
    BigInt(day) * 86_400_000_000n + BigInt(hour) * 3_600_000_000n + BigInt(minute) * 60_000_000n + seconds.micros;
  const negative = (sign === "-") !== negated;
  const type: DataType = { kind: "interval_day_time", start: dayTimeField(start), end: dayTimeField(end) };
  return { value: { months: 0, days: 0, micros: negative ? -micros : micros }, type };
}

const UNIT =
  /([+-]?)\s*(\d+(?:\.\d*)?|\.\d+)\s*(year|month|week|day|hour|minute|second|millisecond|microsecond)s?\b\s*/iy;

/** Text as a typed literal has it: its type follows from the units, as for `INTERVAL 1 YEAR`. */
export function parseInterval(text: string): Interval | undefined {
  const value = parseCalendarInterval(text);
  if (value === undefined) return undefined;
  const units = [...text.matchAll(/(year|month|week|day|hour|minute|second|millisecond|microsecond)s?\b/gi)].map(
    (match) => (match[1] ?? "").toLowerCase() as IntervalUnit,
  );
  const type = unitsType(units);
  if (type.kind !== "interval_day_time") return { value, type };
  return { value: { months: 0, days: 0, micros: value.micros + BigInt(value.days) * 86_400_000_000n }, type };
}

/** `1 year 2 days 3.5 seconds`, with or without INTERVAL before it. */
function parseCalendarInterval(text: string): IntervalValue | undefined {
  const body = text.trim().replace(/^interval\s+/i, "");
  if (body === "") return undefined;
  let [months, days, micros] = [0, 0, 0n];
  UNIT.lastIndex = 0;
  while (UNIT.lastIndex < body.length) {
    const at = UNIT.lastIndex;
    const matched = UNIT.exec(body);
    if (matched === null || UNIT.lastIndex === at) return undefined;
    const [, sign = "", number = "", unit = ""] = matched;
    const name = unit.toLowerCase();
    const factor = sign === "-" ? -1 : 1;
    const amount = unitAmount(number, name as IntervalUnit);
    if (amount === undefined) return undefined;
    months += factor * amount.months;
    if (name === "day" || name === "week") days += factor * Number(number) * (name === "week" ? 7 : 1);
    else micros += BigInt(factor) * amount.micros;
  }
  return { months, days, micros };
}
