import type { Json } from "../../core/json.ts";
import { XmlValue } from "./xml-value.ts";

/**
 * A value of the expression language. Whole numbers are `bigint` and others `number`, because `div(11, 5)` and
 * `ticks` depend on the difference.
 */
export type Value = null | boolean | bigint | number | string | XmlValue | readonly Value[] | ValueObject;

export interface ValueObject {
  readonly [name: string]: Value;
}

export function isArray(value: Value): value is readonly Value[] {
  return Array.isArray(value);
}

export function isObject(value: Value): value is ValueObject {
  return typeof value === "object" && value !== null && !isArray(value) && !(value instanceof XmlValue);
}

const converted = new WeakMap<object, Value>();

/** JSON as a value. Numbers without a fraction become whole numbers. The result for one object is remembered. */
export function valueOf(json: unknown): Value {
  if (typeof json === "number") return Number.isSafeInteger(json) ? BigInt(json) : json;
  if (typeof json !== "object" || json === null) {
    return typeof json === "string" || typeof json === "boolean" || typeof json === "bigint" ? json : null;
  }
  if (json instanceof XmlValue) return json;
  const known = converted.get(json);
  if (known !== undefined) return known;
  const value = Array.isArray(json)
    ? json.map(valueOf)
    : objectOf(
        Object.entries(json)
          .filter(([, each]) => each !== undefined)
          .map(([name, each]) => [name, valueOf(each)]),
      );
  converted.set(json, value);
  return value;
}

/** An object from entries, safe for any name. */
export function objectOf(entries: Iterable<readonly [string, Value]>): ValueObject {
  return Object.fromEntries(entries);
}

/** The value as JSON. Whole numbers beyond 2^53 lose digits, as they do in any JSON reader; `jsonText` keeps them. */
export function toJson(value: Value): Json {
  if (typeof value === "bigint") return Number(value);
  if (value instanceof XmlValue) return value.text;
  if (isArray(value)) return value.map(toJson);
  if (isObject(value)) return Object.fromEntries(Object.entries(value).map(([name, each]) => [name, toJson(each)]));
  return value;
}

/** JSON text, as Json.NET writes it: compact, every digit of whole numbers, `3.0` for a float without fraction. */
export function jsonText(value: Value): string {
  if (typeof value === "bigint") return value.toString();
  if (typeof value === "number") {
    const text = numberText(value);
    return /^-?\d+$/.test(text) ? `${text}.0` : text;
  }
  if (value instanceof XmlValue) return JSON.stringify(value.text);
  if (isArray(value)) return `[${value.map(jsonText).join(",")}]`;
  if (isObject(value)) {
    const members = Object.entries(value).map(([name, each]) => `${JSON.stringify(name)}:${jsonText(each)}`);
    return `{${members.join(",")}}`;
  }
  return JSON.stringify(value);
}

/** The value as text, as `string()` and interpolation give it: `True`, JSON for arrays and objects, nothing for null. */
export function textOf(value: Value): string {
  if (value === null) return "";
  if (typeof value === "string") return value;
  if (typeof value === "boolean") return value ? "True" : "False";
  if (typeof value === "bigint") return value.toString();
  if (typeof value === "number") return numberText(value);
  if (value instanceof XmlValue) return value.text;
  return jsonText(value);
}

/** The name of a value's type, for messages. */
export function typeName(value: Value): string {
  if (value === null) return "Null";
  if (typeof value === "bigint") return "Integer";
  if (typeof value === "number") return "Float";
  if (typeof value === "string") return "String";
  if (typeof value === "boolean") return "Boolean";
  if (value instanceof XmlValue) return "Xml";
  return isArray(value) ? "Array" : "Object";
}

/** Equality as `equals`, `contains`, `union` and `intersection` see it: numbers by value, the rest by content. */
export function sameValue(a: Value, b: Value): boolean {
  if (isNumeric(a) && isNumeric(b)) return Number.isNaN(a) ? false : compareNumbers(a, b) === 0;
  if (typeof a === "boolean" && isNumeric(b)) return compareNumbers(a ? 1n : 0n, b) === 0;
  if (typeof b === "boolean" && isNumeric(a)) return compareNumbers(a, b ? 1n : 0n) === 0;
  if (a instanceof XmlValue || b instanceof XmlValue) {
    return a instanceof XmlValue && b instanceof XmlValue && a.text === b.text;
  }
  if (isArray(a) || isArray(b)) {
    if (!isArray(a) || !isArray(b) || a.length !== b.length) return false;
    return a.every((each, index) => sameValue(each, b[index] ?? null));
  }
  if (isObject(a) && isObject(b)) {
    const names = Object.keys(a);
    if (names.length !== Object.keys(b).length) return false;
    return names.every((name) => Object.hasOwn(b, name) && sameValue(a[name] ?? null, b[name] ?? null));
  }
  return a === b;
}

export function isNumeric(value: Value): value is bigint | number {
  return typeof value === "bigint" || typeof value === "number";
}

/** Negative, zero or positive. JavaScript compares bigint with number exactly. */
export function compareNumbers(a: bigint | number, b: bigint | number): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/** Shortest round-trip text in .NET's spelling: exponents as `1E+21`, `1E-07`. */
function numberText(value: number): string {
  const [mantissa = "", exponent] = String(value).split("e");
  if (exponent === undefined) return mantissa;
  const digits = exponent.replace(/^[+-]/, "").padStart(2, "0");
  return `${mantissa}E${exponent.startsWith("-") ? "-" : "+"}${digits}`;
}
