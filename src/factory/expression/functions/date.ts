import { didYouMean } from "../../../core/nearest.ts";
import {
  addMonths,
  addTicks,
  dateTimeOf,
  partsOf,
  TICKS_PER_DAY,
  TICKS_PER_HOUR,
  TICKS_PER_MINUTE,
  TICKS_PER_SECOND,
  type DateTime,
} from "../datetime/date-time.ts";
import { formatDateTime, ROUND_TRIP } from "../datetime/format.ts";
import { parseDateTime } from "../datetime/parse.ts";
import { fromZone, ianaZone, toZone, windowsZones } from "../datetime/time-zone.ts";
import type { Call, FunctionRow } from "../function-row.ts";

const UNITS = ["Second", "Minute", "Hour", "Day", "Week", "Month", "Year"] as const;

export const DATE_FUNCTIONS: readonly FunctionRow[] = [
  addition("addDays", "days", TICKS_PER_DAY),
  addition("addHours", "hours", TICKS_PER_HOUR),
  addition("addMinutes", "minutes", TICKS_PER_MINUTE),
  addition("addSeconds", "seconds", TICKS_PER_SECOND),
  {
    category: "date",
    signature: "addToTime(timestamp: string, interval: integer, unit: string, format?: string): string",
    description: "The time so many units later; Second, Minute, Hour, Day, Week, Month or Year.",
    call: (call) => formatted(call, 3, moved(call, timestamp(call, 0), 1, 1)),
  },
  {
    category: "date",
    signature: "convertFromUtc(timestamp: string, zone: string, format?: string): string",
    description: "A UTC time as the clocks of a zone show it.",
    call: (call) => formatted(call, 2, toZone({ ...timestamp(call, 0), kind: "utc" }, zone(call, 1))),
  },
  {
    category: "date",
    signature: "convertTimeZone(timestamp: string, source: string, target: string, format?: string): string",
    description: "A time of one zone as the clocks of another show it.",
    call: (call) => formatted(call, 3, toZone(instant(call, 1), zone(call, 2))),
  },
  {
    category: "date",
    signature: "convertToUtc(timestamp: string, zone: string, format?: string): string",
    description: "A time of a zone in UTC.",
    call: (call) => formatted(call, 2, instant(call, 1)),
  },
  {
    category: "date",
    signature: "dayOfMonth(timestamp: string): integer",
    description: "The day of the month, from 1.",
    call: (call) => BigInt(partsOf(timestamp(call, 0)).day),
  },
  {
    category: "date",
    signature: "dayOfWeek(timestamp: string): integer",
    description: "The day of the week; Sunday is 0.",
    call: (call) => BigInt(partsOf(timestamp(call, 0)).dayOfWeek),
  },
  {
    category: "date",
    signature: "dayOfYear(timestamp: string): integer",
    description: "The day of the year, from 1.",
    call: (call) => BigInt(partsOf(timestamp(call, 0)).dayOfYear),
  },
  {
    category: "date",
    signature: "formatDateTime(timestamp: string, format?: string): string",
    description: "A time in a standard or custom format of .NET.",
    call: (call) => formatted(call, 1, timestamp(call, 0)),
  },
  {
    category: "date",
    signature: "getFutureTime(interval: integer, unit: string, format?: string): string",
    description: "Now and so many units later.",
    call: (call) => formatted(call, 2, moved(call, call.site.environment.utcNow(), 0, 1)),
  },
  {
    category: "date",
    signature: "getPastTime(interval: integer, unit: string, format?: string): string",
    description: "Now and so many units earlier.",
    call: (call) => formatted(call, 2, moved(call, call.site.environment.utcNow(), 0, -1)),
  },
  start("startOfDay", "day", () => ({ hour: 0 })),
  start("startOfHour", "hour", (hour) => ({ hour })),
  start("startOfMonth", "month", () => ({ hour: 0, day: 1 })),
  {
    category: "date",
    signature: "subtractFromTime(timestamp: string, interval: integer, unit: string, format?: string): string",
    description: "The time so many units earlier.",
    call: (call) => formatted(call, 3, moved(call, timestamp(call, 0), 1, -1)),
  },
  {
    category: "date",
    signature: "ticks(timestamp: string): integer",
    description: "100-nanosecond ticks since the year 1.",
    call: (call) => timestamp(call, 0).ticks,
  },
  {
    category: "date",
    signature: "utcNow(format?: string): string",
    description: "The time now, in UTC.",
    call: (call) => formatted(call, 0, call.site.environment.utcNow()),
  },
];

function addition(name: string, unit: string, ticks: bigint): FunctionRow {
  return {
    category: "date",
    signature: `${name}(timestamp: string, ${unit}: integer, format?: string): string`,
    description: `The time so many ${unit} later.`,
    call: (call) => {
      const sum = addTicks(timestamp(call, 0), call.integer(1) * ticks);
      return formatted(call, 2, sum ?? call.fail(1, "leads outside the years 1 to 9999"));
    },
  };
}

function start(name: string, unit: string, reset: (hour: number) => { hour: number; day?: number }): FunctionRow {
  return {
    category: "date",
    signature: `${name}(timestamp: string, format?: string): string`,
    description: `The start of the ${unit}.`,
    call: (call) => {
      const date = timestamp(call, 0);
      const parts = partsOf(date);
      const first = { ...parts, minute: 0, second: 0, fraction: 0, ...reset(parts.hour) };
      return formatted(call, 1, dateTimeOf(first, date.kind) ?? date);
    },
  };
}

function timestamp(call: Call, index: number): DateTime {
  const text = call.string(index);
  return (
    parseDateTime(text) ??
    call.fail(index, `is not a date: "${text}"`, "Write it as 2026-01-31T08:00:00Z or 01/31/2026 08:00:00.")
  );
}

function formatted(call: Call, index: number, date: DateTime): string {
  const format = call.has(index) && call.value(index) !== null ? call.string(index) : ROUND_TRIP;
  return (
    formatDateTime(date, format) ??
    call.fail(
      index,
      `is not a date format: "${format}"`,
      "It takes .NET's formats, for instance 'yyyy-MM-dd HH:mm:ss'.",
    )
  );
}

/** `interval` units of `unit`, which are the arguments at `index` and after it, on from a date. */
function moved(call: Call, date: DateTime, index: number, direction: 1 | -1): DateTime {
  const interval = call.count(index) * direction;
  const name = call.string(index + 1);
  const unit = UNITS.find((each) => each.toLowerCase() === name.toLowerCase());
  if (unit === undefined) {
    return call.fail(index + 1, `is "${name}"`, didYouMean(name, UNITS) ?? `The units are ${UNITS.join(", ")}.`);
  }
  return later(date, interval, unit) ?? call.fail(index, "leads outside the years 1 to 9999");
}

function later(date: DateTime, interval: number, unit: (typeof UNITS)[number]): DateTime | undefined {
  switch (unit) {
    case "Second":
      return addTicks(date, BigInt(interval) * TICKS_PER_SECOND);
    case "Minute":
      return addTicks(date, BigInt(interval) * TICKS_PER_MINUTE);
    case "Hour":
      return addTicks(date, BigInt(interval) * TICKS_PER_HOUR);
    case "Day":
      return addTicks(date, BigInt(interval) * TICKS_PER_DAY);
    case "Week":
      return addTicks(date, BigInt(interval) * 7n * TICKS_PER_DAY);
    case "Month":
      return addMonths(date, interval);
    default:
      return addMonths(date, interval * 12);
  }
}

function zone(call: Call, index: number): string {
  const name = call.string(index);
  return (
    ianaZone(name) ??
    call.fail(
      index,
      `is not a time zone: "${name}"`,
      didYouMean(name, windowsZones()) ?? 'It takes the names of Windows, for instance "W. Europe Standard Time".',
    )
  );
}

/** The first argument as an instant, read on the clocks of the zone named by the argument at `index`. */
function instant(call: Call, index: number): DateTime {
  return fromZone(timestamp(call, 0), zone(call, index)) ?? call.fail(0, "is a time that the change of clocks skips");
}
