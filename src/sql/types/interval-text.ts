import type { IntervalValue } from "../value.ts";

const UNITS = "year|month|week|day|hour|minute|second|millisecond|microsecond";
const BLANK = String.raw`[\s\x00-\x1f\x7f]`;
const PART = new RegExp(
  String.raw`([+-]?)${BLANK}*(?:(\d+)(\.\d{0,9})?|(\.\d{1,9}))${BLANK}+(${UNITS})s?(?:${BLANK}+|$)`,
  "iy",
);
const EDGES = new RegExp(`^${BLANK}+|${BLANK}+$`, "g");

const MONTHS: Readonly<Record<string, bigint>> = { year: 12n, month: 1n };
const DAYS: Readonly<Record<string, bigint>> = { week: 7n, day: 1n };
const MICROS: Readonly<Record<string, bigint>> = {
  hour: 3_600_000_000n,
  minute: 60_000_000n,
  second: 1_000_000n,
  millisecond: 1000n,
  microsecond: 1n,
};

/**
 * `1 year -2 days 3.5 seconds`, with or without INTERVAL before it, as Spark's `stringToInterval` reads it: a blank between
 * number and unit, fractions of seconds alone. Undefined for other texts and for what months or days as INT and
 * microseconds as BIGINT cannot hold.
 */
export function parseIntervalText(text: string): IntervalValue | undefined {
  const body = text.replaceAll(EDGES, "").replace(new RegExp(`^interval${BLANK}+`, "i"), "");
  if (body === "") return undefined;
  let [months, days, micros] = [0n, 0n, 0n];
  PART.lastIndex = 0;
  while (PART.lastIndex < body.length) {
    const matched = PART.exec(body);
    if (matched === null) return undefined;
    const [, sign, whole = "0", after, alone, word = ""] = matched;
    const unit = word.toLowerCase();
    const fraction = (after ?? alone)?.slice(1);
    if (fraction !== undefined && unit !== "second") return undefined;
    const factor = sign === "-" ? -1n : 1n;
    const number = BigInt(whole);
    months += factor * number * (MONTHS[unit] ?? 0n);
    days += factor * number * (DAYS[unit] ?? 0n);
    micros += factor * (number * (MICROS[unit] ?? 0n) + BigInt((fraction ?? "").slice(0, 6).padEnd(6, "0")));
  }
  const fits = isInt(months) && isInt(days) && BigInt.asIntN(64, micros) === micros;
  return fits ? { months: Number(months), days: Number(days), micros } : undefined;
}

function isInt(value: bigint): boolean {
  return BigInt.asIntN(32, value) === value;
}
