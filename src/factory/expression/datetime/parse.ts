import { addTicks, dateTimeOf, TICKS_PER_DAY, TICKS_PER_MINUTE, TICKS_PER_SECOND, type DateTime } from "./date-time.ts";
import { DAY_NAMES, MONTH_NAMES } from "./names.ts";

interface Day {
  readonly year: number;
  readonly month: number;
  readonly day: number;
}

/** The forms of a date that .NET's `DateTime.Parse` takes in the en-US culture and that occur in factories. */
const DAY_FORMS: readonly { readonly pattern: RegExp; readonly read: (groups: readonly string[]) => Day }[] = [
  { pattern: /^(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})/, read: ([y, m, d]) => day(y, m, d) },
  { pattern: /^(\d{1,2})[-/.](\d{1,2})[-/.](\d{4}|\d{2})(?!\d)/, read: ([m, d, y]) => day(y, m, d) },
  { pattern: /^(\d{4})[-/](\d{1,2})(?![\d/-])/, read: ([y, m]) => day(y, m, "1") },
  { pattern: /^(\d{1,2})[ -]([A-Za-z]{3,})[ -,]+(\d{4}|\d{2})(?!\d)/, read: ([d, m, y]) => day(y, monthOf(m), d) },
  { pattern: /^([A-Za-z]{3,})\.? (\d{1,2}),? (\d{4})(?!\d)/, read: ([m, d, y]) => day(y, monthOf(m), d) },
  { pattern: /^([A-Za-z]{3,}),? (\d{4})(?!\d)/, read: ([m, y]) => day(y, monthOf(m), "1") },
];

const WEEKDAY = new RegExp(`^(?:${DAY_NAMES.flatMap((name) => [name, name.slice(0, 3)]).join("|")}),?\\s+`, "i");
const TIME =
  /^(?:[T,]\s*|\s+)(\d{1,2})(?::(\d{1,2})(?::(\d{1,2})(?:[.,](\d+))?)?)?(?:\s*([AP])\.?M\.?)?(?:\s*(Z|GMT|UTC|[+-]\d{1,2}(?::?\d{2})?))?$/i;

/**
 * Reads a date as .NET's `DateTime.Parse` does in the en-US culture; a zone in the text makes it UTC. `undefined`
 * when the text is no date.
 */
export function parseDateTime(text: string): DateTime | undefined {
  const trimmed = text.trim().replace(WEEKDAY, "");
  for (const { pattern, read } of DAY_FORMS) {
    const groups = pattern.exec(trimmed);
    if (groups === null) continue;
    const date = read(groups.slice(1));
    const rest = trimmed.slice(groups[0].length);
    return rest === "" ? dateTimeOf(date, "unspecified") : withTime(date, rest);
  }
  return undefined;
}

function withTime(date: Day, rest: string): DateTime | undefined {
  if (/^(?:Z|\s*GMT|\s*UTC)$/i.test(rest)) return dateTimeOf(date, "utc");
  const time = TIME.exec(rest);
  if (time === null) return undefined;
  const [, hourText = "", minuteText, secondText = "0", fractionText = "", half, zone] = time;
  if (minuteText === undefined && half === undefined) return undefined;
  let hour = Number(hourText);
  if (half !== undefined) {
    if (hour < 1 || hour > 12) return undefined;
    hour = (hour % 12) + (half.toUpperCase() === "P" ? 12 : 0);
  }
  const minute = Number(minuteText ?? "0");
  const local = dateTimeOf(
    { ...date, hour, minute, second: Number(secondText) },
    zone === undefined ? "unspecified" : "utc",
  );
  if (local === undefined) return undefined;
  const exact = addTicks(local, fractionTicks(fractionText));
  return exact === undefined || zone === undefined ? exact : addTicks(exact, -offsetTicks(zone));
}

/** Digits after the point as ticks; beyond the seventh they are rounded. */
function fractionTicks(digits: string): bigint {
  const kept = BigInt(digits.slice(0, 7).padEnd(7, "0"));
  const rounded = (digits[7] ?? "0") >= "5" ? kept + 1n : kept;
  return rounded > TICKS_PER_SECOND ? TICKS_PER_SECOND : rounded;
}

function offsetTicks(zone: string): bigint {
  const parts = /^([+-])(\d{1,2}):?(\d{2})?$/.exec(zone);
  if (parts === null) return 0n;
  const minutes = BigInt(Number(parts[2]) * 60 + Number(parts[3] ?? "0"));
  const ticks = minutes * TICKS_PER_MINUTE;
  return ticks > TICKS_PER_DAY ? 0n : parts[1] === "-" ? -ticks : ticks;
}

function day(year = "", month: string | number = "", dayOfMonth = ""): Day {
  const number = Number(year);
  // .NET's en-US calendar reads two digits up to 49 as 20xx.
  const full = year.length === 2 ? number + (number <= 49 ? 2000 : 1900) : number;
  return { year: full, month: Number(month), day: Number(dayOfMonth) };
}

/** 1 to 12, or 0 when the name is no month. */
function monthOf(name = ""): number {
  const wanted = name.toLowerCase();
  return (
    MONTH_NAMES.findIndex((each) => each.toLowerCase() === wanted || each.slice(0, 3).toLowerCase() === wanted) + 1
  );
}
