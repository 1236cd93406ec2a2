import type { DataType, DayTimeField, IntervalType } from "../../core/data-type.ts";
import type { Value } from "../../core/value.ts";
import { javaDouble, javaFloat } from "../java/number.ts";
import { structNames } from "../types/duckdb-type.ts";

/**
 * How a value is printed: `hive` as the spark-sql shell does (`["a",null]`, `{"k":1}`, strings bare at the top), `show`
 * as `DataFrame.show` does (`[a, NULL]`, `{k -> 1}`, `{1, b}`).
 */
export type ResultStyle = "hive" | "show";

/** `spark.sql.binaryOutputStyle`: as text, as a list of numbers, in base64, in hexadecimal with or without blanks. */
export type BinaryStyle = "utf8" | "basic" | "base64" | "hex" | "hex_discrete";

/**
 * The text of a value of a result, `NULL` for null. Values have the forms that `core/value.ts` says. Without `binary`
 * bytes are text in the shell and discrete hexadecimal in `show`.
 */
export function resultText(value: Value, type: DataType, style: ResultStyle, binary?: BinaryStyle): string {
  if (value === null) return "NULL";
  return style === "hive"
    ? hiveText(value, type, "top", binary ?? "utf8")
    : showText(value, type, binary ?? "hex_discrete");
}

function binaryText(bytes: Uint8Array, style: BinaryStyle): string {
  const hex = Array.from(bytes, (byte) => byte.toString(16).toUpperCase().padStart(2, "0"));
  switch (style) {
    case "utf8":
      return new TextDecoder().decode(bytes);
    case "basic":
      return `[${Array.from(bytes, (byte) => (byte << 24) >> 24).join(", ")}]`;
    case "base64":
      return Buffer.from(bytes).toString("base64").replace(/=+$/, "");
    case "hex":
      return hex.join("");
    case "hex_discrete":
      return `[${hex.join(" ")}]`;
  }
}

function hiveText(value: Value, type: DataType, place: "top" | "nested", binary: BinaryStyle): string {
  if (value === null) return "null";
  const nested = (each: Value, of: DataType): string => hiveText(each, of, "nested", binary);
  switch (type.kind) {
    case "string":
      return place === "nested" ? `"${plainText(value)}"` : plainText(value);
    case "binary":
      return value instanceof Uint8Array ? binaryText(value, binary) : plainText(value);
    case "array":
      return `[${itemsOf(value)
        .map((item) => nested(item, type.element))
        .join(",")}]`;
    case "map":
      return `{${entriesOf(value)
        .map(([key, item]) => `${nested(key, type.key)}:${nested(item, type.value)}`)
        .sort()
        .join(",")}}`;
    case "struct":
      return `{${fieldsOf(value, type.fields)
        .map(([name, item], index) => `"${name}":${nested(item, type.fields[index]?.type ?? type)}`)
        .join(",")}}`;
    case "interval_year_month":
      return yearMonthHive(plainText(value));
    case "interval_day_time":
      return dayTimeHive(plainText(value));
    default:
      return scalarText(value, type);
  }
}

function showText(value: Value, type: DataType, binary: BinaryStyle): string {
  if (value === null) return "NULL";
  switch (type.kind) {
    case "binary":
      return value instanceof Uint8Array ? binaryText(value, binary) : plainText(value);
    case "array":
      return `[${itemsOf(value)
        .map((item) => showText(item, type.element, binary))
        .join(", ")}]`;
    case "map":
      return `{${entriesOf(value)
        .map(([key, item]) => `${showText(key, type.key, binary)} -> ${showText(item, type.value, binary)}`)
        .join(", ")}}`;
    case "struct":
      return `{${fieldsOf(value, type.fields)
        .map(([, item], index) => showText(item, type.fields[index]?.type ?? type, binary))
        .join(", ")}}`;
    case "interval_year_month":
    case "interval_day_time":
      return intervalText(plainText(value), type);
    default:
      return scalarText(value, type);
  }
}

/** What is a text already. */
function plainText(value: Value): string {
  return typeof value === "object" ? "" : String(value);
}

function scalarText(value: Value, type: DataType): string {
  if (typeof value === "number" && type.kind === "double") return javaDouble(value);
  if (typeof value === "number" && type.kind === "float") return javaFloat(value);
  return plainText(value);
}

function itemsOf(value: Value): readonly Value[] {
  return Array.isArray(value) ? (value as readonly Value[]) : [];
}

function isRecord(value: Value): value is { readonly [field: string]: Value } {
  return typeof value === "object" && value !== null && !Array.isArray(value) && !(value instanceof Uint8Array);
}

function entriesOf(value: Value): readonly (readonly [Value, Value])[] {
  return itemsOf(value).map((entry) =>
    isRecord(entry) ? [entry["key"] ?? null, entry["value"] ?? null] : [null, null],
  );
}

function fieldsOf(
  value: Value,
  fields: Extract<DataType, { kind: "struct" }>["fields"],
): readonly (readonly [string, Value])[] {
  const names = structNames(fields);
  return fields.map((each, index) => [each.name, isRecord(value) ? (value[names[index] ?? ""] ?? null) : null]);
}

/** Months of `INTERVAL '1-2' YEAR TO MONTH`. */
function monthsOf(text: string): number {
  const match = /'(-?)(\d+)-(\d+)'/.exec(text);
  const size = Number(match?.[2] ?? 0) * 12 + Number(match?.[3] ?? 0);
  return match?.[1] === "-" ? -size : size;
}

interface DayTime {
  readonly negative: boolean;
  readonly days: bigint;
  readonly hours: number;
  readonly minutes: number;
  readonly seconds: number;
  readonly fraction: string;
}

/** The parts of `INTERVAL '1 02:03:04.5' DAY TO SECOND`. */
function dayTimeOf(text: string): DayTime {
  const match = /'(-?)(\d+) (\d+):(\d+):(\d+)(?:\.(\d+))?'/.exec(text);
  return {
    negative: match?.[1] === "-",
    days: BigInt(match?.[2] ?? 0),
    hours: Number(match?.[3] ?? 0),
    minutes: Number(match?.[4] ?? 0),
    seconds: Number(match?.[5] ?? 0),
    fraction: match?.[6] ?? "",
  };
}

const two = (value: number): string => plainText(value).padStart(2, "0");

function yearMonthHive(text: string): string {
  const months = monthsOf(text);
  return `${months < 0 ? "-" : ""}${Math.floor(Math.abs(months) / 12)}-${Math.abs(months) % 12}`;
}

function dayTimeHive(text: string): string {
  const { negative, days, hours, minutes, seconds, fraction } = dayTimeOf(text);
  return `${negative ? "-" : ""}${days} ${two(hours)}:${two(minutes)}:${two(seconds)}.${fraction.padEnd(9, "0")}`;
}

const FIELDS: readonly DayTimeField[] = ["day", "hour", "minute", "second"];

/** With the fields of the type alone: `INTERVAL '14' MONTH`, `INTERVAL '26:03' HOUR TO MINUTE`. */
function intervalText(text: string, type: IntervalType): string {
  const unit = (type.start === type.end ? type.start : `${type.start} to ${type.end}`).toUpperCase();
  if (type.kind === "interval_year_month") {
    const months = monthsOf(text);
    if (type.start !== type.end) return `INTERVAL '${yearMonthHive(text)}' ${unit}`;
    return `INTERVAL '${type.start === "year" ? Math.trunc(months / 12) : months}' ${unit}`;
  }
  const { negative, days, hours, minutes, seconds, fraction } = dayTimeOf(text);
  const shown = FIELDS.slice(FIELDS.indexOf(type.start), FIELDS.indexOf(type.end) + 1);
  const totals: Record<DayTimeField, bigint> = {
    day: days,
    hour: days * 24n + BigInt(hours),
    minute: (days * 24n + BigInt(hours)) * 60n + BigInt(minutes),
    second: ((days * 24n + BigInt(hours)) * 60n + BigInt(minutes)) * 60n + BigInt(seconds),
  };
  const rest: Record<DayTimeField, string> = {
    day: String(days),
    hour: two(hours),
    minute: two(minutes),
    second: two(seconds),
  };
  const pieces = shown.map((each, index) => {
    const number = index === 0 ? String(totals[each]).padStart(each === "day" ? 1 : 2, "0") : rest[each];
    return each === "second" && fraction !== "" ? `${number}.${fraction}` : number;
  });
  const [first = "", ...others] = pieces;
  const joined = others.reduce((out, piece, index) => `${out}${shown[index] === "day" ? " " : ":"}${piece}`, first);
  return `INTERVAL '${negative ? "-" : ""}${joined}' ${unit}`;
}
