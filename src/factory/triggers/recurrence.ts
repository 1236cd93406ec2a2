import { Temporal } from "temporal-polyfill";
import { BoathouseError } from "../../core/errors.ts";
import { isJsonObject, type Json, type JsonObject } from "../../core/json.ts";
import { epochOf } from "../expression/datetime/date-time.ts";
import { parseDateTime } from "../expression/datetime/parse.ts";
import { ianaZone } from "../expression/datetime/time-zone.ts";
import { textOfJson } from "../json/text-of.ts";
import { WEEK_DAYS } from "../model/trigger-shapes.ts";
import { parseDateParts } from "./local-time.ts";

type Local = Temporal.ZonedDateTime;

/** Periods without any occurrence that are looked through before there is none: eight years of months (31 February). */
const MOST_EMPTY = 400;

/**
 * When a schedule trigger is due ("Create a trigger that runs a pipeline on a schedule"): every `interval` periods
 * counted from `startTime`, on the clocks of its time zone; what `schedule` leaves open comes from `startTime`. Nothing
 * is due before `startTime` or after `endTime`.
 */
export class Recurrence {
  readonly #start: Local;
  readonly #end: number;
  readonly #frequency: string;
  readonly #interval: number;
  readonly #schedule: JsonObject;

  /** `startedAt`, in milliseconds since the epoch, stands for a `startTime` that is not there. */
  constructor(recurrence: JsonObject, startedAt: number) {
    const zoneName = textOfJson(recurrence["timeZone"] ?? "UTC");
    const zone = ianaZone(zoneName);
    if (zone === undefined) throw new BoathouseError("FACTORY_VALUE_INVALID", `"${zoneName}" is not a time zone.`);
    this.#frequency = textOfJson(recurrence["frequency"]).toLowerCase();
    this.#interval = Math.max(1, Number(recurrence["interval"] ?? 1));
    this.#start =
      timeOf(recurrence["startTime"], zone) ??
      Temporal.Instant.fromEpochMilliseconds(startedAt).toZonedDateTimeISO(zone);
    this.#end = timeOf(recurrence["endTime"], zone)?.epochMilliseconds ?? Number.POSITIVE_INFINITY;
    const { schedule } = recurrence;
    this.#schedule = isJsonObject(schedule) ? schedule : {};
  }

  /** The first time after `after`, both in milliseconds since the epoch; undefined when there is none any more. */
  next(after: number): number | undefined {
    const first = this.#start.epochMilliseconds;
    const from = Math.max(after, first - 1);
    let period = this.#periodBefore(from);
    for (let empty = 0; empty < MOST_EMPTY; empty += 1) {
      const found = this.#occurrences(period).find((each) => each > from);
      if (found !== undefined) return found <= this.#end ? found : undefined;
      if (this.#periodStart(period).epochMilliseconds > this.#end) return undefined;
      period += 1;
    }
    return undefined;
  }

  /** The number of the period that a time lies in, or one before it; 0 is the one of `startTime`. */
  #periodBefore(time: number): number {
    const at = Temporal.Instant.fromEpochMilliseconds(Math.max(0, time)).toZonedDateTimeISO(this.#start.timeZoneId);
    const elapsed = time - this.#start.epochMilliseconds;
    const units = ((): number => {
      switch (this.#frequency) {
        case "minute":
          return elapsed / 60_000;
        case "hour":
          return elapsed / 3_600_000;
        case "day":
          return this.#start.toPlainDate().until(at.toPlainDate(), { largestUnit: "days" }).days;
        case "week":
          return this.#start.toPlainDate().until(at.toPlainDate(), { largestUnit: "days" }).days / 7;
        default:
          return (at.year - this.#start.year) * 12 + at.month - this.#start.month;
      }
    })();
    return Math.max(0, Math.floor(units / this.#interval) - 1);
  }

  /** Where a period begins: minutes and hours pass evenly, days and longer follow the calendar of the zone. */
  #periodStart(period: number): Local {
    const count = period * this.#interval;
    switch (this.#frequency) {
      case "minute":
        return this.#start.add({ minutes: count });
      case "hour":
        return this.#start.add({ hours: count });
      case "day":
        return this.#start.startOfDay().add({ days: count });
      case "week":
        return this.#start
          .startOfDay()
          .subtract({ days: this.#start.dayOfWeek - 1 })
          .add({ weeks: count });
      default:
        return this.#start.startOfDay().with({ day: 1 }).add({ months: count });
    }
  }

  /** In order. */
  #occurrences(period: number): number[] {
    const start = this.#periodStart(period);
    if (this.#frequency === "minute") return [start.epochMilliseconds];
    if (this.#frequency === "hour") {
      const minutes = this.#numbers("minutes");
      if (minutes.length === 0) return [start.epochMilliseconds];
      return sorted(minutes.map((minute) => start.with({ minute })));
    }
    const hours = this.#numbers("hours");
    const minutes = this.#numbers("minutes");
    const { hour, minute, second } = this.#start;
    return sorted(
      this.#days(start).flatMap((day) =>
        (hours.length === 0 ? [hour] : hours).flatMap((atHour) =>
          (minutes.length === 0 ? [minute] : minutes).map((atMinute) =>
            day.toPlainDate().toZonedDateTime({
              timeZone: day.timeZoneId,
              plainTime: { hour: atHour, minute: atMinute, second },
            }),
          ),
        ),
      ),
    );
  }

  #days(start: Local): Local[] {
    if (this.#frequency === "day") return [start];
    if (this.#frequency === "week") {
      const names = this.#list("weekDays").map((each) => isoWeekDay(textOfJson(each)));
      return (names.length === 0 ? [this.#start.dayOfWeek] : names).map((day) => start.add({ days: day - 1 }));
    }
    const monthDays = this.#numbers("monthDays");
    const occurrences = this.#list("monthlyOccurrences").filter(isJsonObject);
    if (monthDays.length === 0 && occurrences.length === 0) return dayOfMonth(start, this.#start.day);
    return [
      ...monthDays.flatMap((day) => dayOfMonth(start, day)),
      ...occurrences.flatMap((each) => {
        const day = isoWeekDay(textOfJson(each["day"]));
        const which = each["occurrence"];
        return weekDaysOfMonth(start, day, which === undefined || which === null ? undefined : Number(which));
      }),
    ];
  }

  #list(name: string): readonly Json[] {
    const value = this.#schedule[name];
    return Array.isArray(value) ? value : [];
  }

  #numbers(name: string): number[] {
    return this.#list(name).map(Number);
  }
}

/** A time with a zone is an instant; one without is on the clocks of the trigger's zone. */
function timeOf(value: Json | undefined, zone: string): Local | undefined {
  if (value === undefined || value === null || value === "") return undefined;
  const text = textOfJson(value);
  const parsed = parseDateTime(text);
  if (parsed === undefined) throw new BoathouseError("FACTORY_VALUE_INVALID", `"${text}" is not a date.`);
  if (parsed.kind === "utc") return Temporal.Instant.fromEpochMilliseconds(epochOf(parsed)).toZonedDateTimeISO(zone);
  return Temporal.PlainDateTime.from(parseDateParts(parsed)).toZonedDateTime(zone);
}

/** Counted from the end when negative; none when the month does not have it. */
function dayOfMonth(start: Local, day: number): Local[] {
  const number = day < 0 ? start.daysInMonth + day + 1 : day;
  return number < 1 || number > start.daysInMonth ? [] : [start.with({ day: number })];
}

/** The n-th such day of the month, from its end when negative, or all of them. */
function weekDaysOfMonth(start: Local, weekDay: number, which: number | undefined): Local[] {
  const first = start.with({ day: 1 });
  const all: Local[] = [];
  for (let day = 1 + ((weekDay - first.dayOfWeek + 7) % 7); day <= start.daysInMonth; day += 7)
    all.push(start.with({ day }));
  if (which === undefined) return all;
  const found = all.at(which > 0 ? which - 1 : which);
  return found === undefined || which === 0 ? [] : [found];
}

/** Monday is 1. */
function isoWeekDay(name: string): number {
  const index = WEEK_DAYS.findIndex((each) => each.toLowerCase() === name.toLowerCase());
  return index === 0 ? 7 : index;
}

function sorted(times: readonly Local[]): number[] {
  return [...new Set(times.map((each) => each.epochMilliseconds))].toSorted((a, b) => a - b);
}
