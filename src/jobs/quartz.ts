import { Cron } from "croner";
import { BoathouseError, messageOf } from "../core/errors.ts";
import { didYouMean } from "../core/nearest.ts";

/**
 * The first time after `after` (milliseconds since the epoch) that a Quartz cron expression matches in a time zone, or
 * undefined when there is none any more. Six or seven fields: seconds, minutes, hours, day of month, month, day of
 * week (1 = Sunday), year.
 *
 * When clocks go forward, a fixed time of day that does not exist fires at the first moment after the gap; when they
 * go back, it fires once.
 *
 * Throws `QUARTZ_INVALID` and `TIME_ZONE_UNKNOWN`.
 */
export function quartzNext(expression: string, zone: string, after: number): number | undefined {
  return cronOf(expression, zone).nextRun(new Date(after))?.getTime();
}

/** Throws what `quartzNext` would. */
export function checkQuartz(expression: string, zone: string): void {
  cronOf(expression, zone);
}

const parsed = new Map<string, Cron>();

function cronOf(expression: string, zone: string): Cron {
  const key = `${zone}\n${expression}`;
  const known = parsed.get(key);
  if (known !== undefined) return known;
  checkZone(zone);
  const pattern = toCroner(expression);
  let cron: Cron;
  try {
    cron = new Cron(pattern, { mode: "7-part", timezone: zone, paused: true, fixedTimeRule: "no-wildcard" });
  } catch (error) {
    throw invalid(expression, messageOf(error).replace(/^CronPattern: /, ""));
  }
  parsed.set(key, cron);
  return cron;
}

interface Field {
  readonly name: string;
  readonly low: number;
  readonly high: number;
  readonly words?: readonly string[];
}

const SECONDS: Field = { name: "seconds", low: 0, high: 59 };
const MINUTES: Field = { name: "minutes", low: 0, high: 59 };
const HOURS: Field = { name: "hours", low: 0, high: 23 };
const DAYS: Field = { name: "day of month", low: 1, high: 31 };
const MONTHS: Field = {
  name: "month",
  low: 1,
  high: 12,
  words: ["JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC"],
};
const WEEKDAYS: Field = {
  name: "day of week",
  low: 1,
  high: 7,
  words: ["SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT"],
};
const YEARS: Field = { name: "year", low: 1970, high: 2099 };

/** Quartz's notation as croner has it: no wrapped ranges, no steps from a number, Sunday = 0. */
function toCroner(expression: string): string {
  const fields = expression.trim().toUpperCase().split(/\s+/);
  const [seconds = "", minutes = "", hours = "", day = "", month = "", weekday = "", year = "*"] = fields;
  if (fields.length < 6 || fields.length > 7) {
    throw invalid(expression, `it has ${fields.length} fields, not 6 or 7`);
  }
  if ((day === "?") === (weekday === "?")) {
    throw invalid(expression, "exactly one of day of month and day of week must be `?`");
  }
  const plain = (field: Field, text: string): string => listOf(expression, field, text);
  return [
    plain(SECONDS, seconds),
    plain(MINUTES, minutes),
    plain(HOURS, hours),
    day === "?" ? "*" : each(day, (item) => (/^(L|LW|\d{1,2}W)$/.test(item) ? item : plain(DAYS, item))),
    plain(MONTHS, month),
    weekday === "?" ? "*" : each(weekday, (item) => weekdayOf(expression, item)),
    plain(YEARS, year),
  ].join(" ");
}

function each(text: string, convert: (item: string) => string): string {
  return text.split(",").map(convert).join(",");
}

/** `6L` is the last Friday, `6#3` the third one, `L` alone Saturday. */
function weekdayOf(expression: string, item: string): string {
  if (item === "L") return "6";
  const special = /^([1-7]|[A-Z]{3})(L|#[1-5])$/.exec(item);
  if (special === null) return listOf(expression, WEEKDAYS, item, -1);
  const number = numberOf(expression, WEEKDAYS, special[1] ?? "") - 1;
  return special[2] === "L" ? `${number}#L` : `${number}${special[2]}`;
}

/** Values, ranges (`22-2` wraps around) and steps (`5/15` starts at 5) as a list that croner reads. */
function listOf(expression: string, field: Field, text: string, shift = 0): string {
  return each(text, (item) => {
    const [range = "", step, more] = item.split("/");
    if (more !== undefined || (step !== undefined && !/^[1-9]\d*$/.test(step))) {
      throw invalid(expression, `"${item}" is no step for ${field.name}`);
    }
    if ((range === "*" || range === "?") && step === undefined) return "*";
    const { low, high } = rangeOf(
      expression,
      field,
      range === "" && step !== undefined ? "*" : range,
      step !== undefined,
    );
    const span = field.high - field.low + 1;
    const values: number[] = [];
    for (let at = low; at <= (high < low ? high + span : high); at += step === undefined ? 1 : Number(step)) {
      values.push((at > field.high ? at - span : at) + shift);
    }
    return values.toSorted((a, b) => a - b).join(",");
  });
}

function rangeOf(expression: string, field: Field, text: string, stepped: boolean): { low: number; high: number } {
  if (text === "*") return { low: field.low, high: field.high };
  const [from = "", to, more] = text.split("-");
  if (more !== undefined) throw invalid(expression, `"${text}" is no range for ${field.name}`);
  const low = numberOf(expression, field, from);
  if (to !== undefined) return { low, high: numberOf(expression, field, to) };
  return { low, high: stepped ? field.high : low };
}

function numberOf(expression: string, field: Field, text: string): number {
  const word = field.words?.indexOf(text) ?? -1;
  if (word >= 0) return field.low + word;
  const number = /^\d+$/.test(text) ? Number(text) : NaN;
  if (number >= field.low && number <= field.high) return number;
  const hint = field.words === undefined ? undefined : didYouMean(text, field.words);
  throw invalid(expression, `"${text}" is no value for ${field.name} (${field.low} to ${field.high})`, hint);
}

function checkZone(zone: string): void {
  try {
    new Intl.DateTimeFormat("en", { timeZone: zone });
  } catch (error) {
    throw new BoathouseError("TIME_ZONE_UNKNOWN", `There is no time zone "${zone}".`, {
      cause: error,
      hint: didYouMean(zone, Intl.supportedValuesOf("timeZone")) ?? "Use a name such as Europe/Berlin or UTC.",
    });
  }
}

function invalid(expression: string, why: string, hint?: string): BoathouseError {
  return new BoathouseError("QUARTZ_INVALID", `"${expression}" is no Quartz cron expression: ${why}.`, {
    hint: hint ?? "Fields: seconds minutes hours day-of-month month day-of-week [year], such as 0 30 6 ? * MON-FRI.",
  });
}
