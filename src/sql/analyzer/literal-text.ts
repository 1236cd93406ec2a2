import type { DataType, DayTimeField, IntervalType } from "../../core/data-type.ts";
import { javaDouble, javaFloat } from "../java/number.ts";
import { timeOfDayText } from "../java/time-of-day.ts";
import { instantText, timeText } from "../types/instant.ts";
import { plainText, type IntervalValue, type LiteralValue } from "../value.ts";

/** Spark's text of a constant in automatic names: strings and numbers bare, the rest as SQL. */
export function literalText(value: LiteralValue, type: DataType, zone = "UTC"): string {
  if (value === null) return "NULL";
  if (typeof value === "boolean") return value ? "true" : "false";
  if (typeof value === "number") return type.kind === "float" ? javaFloat(value) : javaDouble(value);
  if (value instanceof Uint8Array) return `X'${Buffer.from(value).toString("hex").toUpperCase()}'`;
  if (typeof value === "object") return intervalSql(value, type);
  if (type.kind === "date") return `DATE '${value}'`;
  if (typeof value === "bigint") {
    if (type.kind === "timestamp") return `TIMESTAMP '${instantText(value, zone)}'`;
    if (type.kind === "time") return `TIME '${timeOfDayText(value)}'`;
    if (type.kind === "timestamp_ntz") return `TIMESTAMP_NTZ '${timeText(value)}'`;
  }
  return type.kind === "decimal" ? decimalText(plainText(value)) : plainText(value);
}

/** Java's BigDecimal.toString: small numbers with an exponent; there is no negative zero. */
function decimalText(text: string): string {
  const matched = /^(-?)0*\.?(\d*)$/.exec(text.replace(/^(-?)0\./, "$1."));
  if (/^-[0.]+$/.test(text)) return text.slice(1);
  const digits = (matched?.[2] ?? "").replace(/^0+/, "");
  const exponent = (matched?.[2] ?? "").length - digits.length + 1;
  if (matched === null || !text.includes(".") || digits === "" || exponent <= 6) return text;
  const [first, rest] = [digits.slice(0, 1), digits.slice(1)];
  return `${matched[1] ?? ""}${first}${rest === "" ? "" : `.${rest}`}E-${exponent}`;
}

function intervalSql(value: IntervalValue, type: DataType): string {
  if (type.kind === "interval_year_month" || type.kind === "interval_day_time") return ansiInterval(value, type);
  return `INTERVAL '${calendarText(value)}'`;
}

/** `1 years 2 months 3 days 4 hours`. */
function calendarText({ months, days, micros }: IntervalValue): string {
  const years = Math.trunc(months / 12);
  const hours = micros / 3_600_000_000n;
  const minutes = (micros / 60_000_000n) % 60n;
  const rest = micros % 60_000_000n;
  const parts = [
    years === 0 ? "" : `${years} years`,
    months % 12 === 0 ? "" : `${months % 12} months`,
    days === 0 ? "" : `${days} days`,
    hours === 0n ? "" : `${hours} hours`,
    minutes === 0n ? "" : `${minutes} minutes`,
    rest === 0n ? "" : `${rest < 0n ? "-" : ""}${secondsText(rest < 0n ? -rest : rest, 1)} seconds`,
  ].filter((part) => part !== "");
  return parts.length === 0 ? "0 seconds" : parts.join(" ");
}

const UNITS: Readonly<Record<DayTimeField, bigint>> = {
  day: 86_400_000_000n,
  hour: 3_600_000_000n,
  minute: 60_000_000n,
  second: 1_000_000n,
};
const FIELDS: readonly DayTimeField[] = ["day", "hour", "minute", "second"];

function ansiInterval(value: IntervalValue, type: IntervalType): string {
  const unit = (type.start === type.end ? type.start : `${type.start} to ${type.end}`).toUpperCase();
  if (type.kind === "interval_year_month") {
    const size = Math.abs(value.months);
    const number =
      type.start === type.end
        ? type.start === "year"
          ? Math.trunc(size / 12)
          : size
        : `${Math.trunc(size / 12)}-${size % 12}`;
    return `INTERVAL '${value.months < 0 ? "-" : ""}${number}' ${unit}`;
  }
  const total = value.micros + BigInt(value.days) * UNITS.day;
  const size = total < 0n ? -total : total;
  const shown = FIELDS.slice(FIELDS.indexOf(type.start), FIELDS.indexOf(type.end) + 1);
  const text = shown.map((field, index) => {
    const larger = FIELDS[FIELDS.indexOf(field) - 1];
    const rest = index === 0 || larger === undefined ? size : size % UNITS[larger];
    if (field === "second") return secondsText(rest, 2);
    const number = String(rest / UNITS[field]);
    return field === "day" || index === 0 ? number.padStart(field === "day" ? 1 : 2, "0") : number.padStart(2, "0");
  });
  const [first = "", ...others] = text;
  const joined = others.reduce((sum, part, index) => `${sum}${shown[index] === "day" ? " " : ":"}${part}`, first);
  return `INTERVAL '${total < 0n ? "-" : ""}${joined}' ${unit}`;
}

function secondsText(micros: bigint, width: number): string {
  const fraction = String(micros % 1_000_000n)
    .padStart(6, "0")
    .replace(/0+$/, "");
  return `${String(micros / 1_000_000n).padStart(width, "0")}${fraction === "" ? "" : `.${fraction}`}`;
}
