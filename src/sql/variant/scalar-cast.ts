import {
  BINARY,
  BOOLEAN,
  DATE,
  decimal,
  DOUBLE,
  FLOAT,
  LONG,
  STRING,
  TIMESTAMP,
  TIMESTAMP_NTZ,
  type DataType,
  type DecimalType,
} from "../../core/data-type.ts";
import { floorDiv, MICROS_PER_DAY } from "../java/calendar.ts";
import { digitsOf, javaDouble, javaFloat, roundDigits } from "../java/number.ts";
import { instantOf, localOf } from "../java/zone.ts";
import { canCast } from "../types/cast-rules.ts";
import { dateText, instantText, parseDate, parseInstant, parseTime, timeText } from "../types/instant.ts";
import { variantJson } from "./json.ts";
import { decimalText, digitCount, stripped, type VariantNode } from "./node.ts";

/**
 * A value that stands inside a VARIANT as one of an atomic type, as Spark's `VariantGet.cast` converts it (an ANSI cast):
 * bigint for whole numbers, days and microseconds, text for strings and decimals. Undefined: it cannot be converted.
 */
export function castVariantScalar(value: VariantNode, to: DataType, zone: string): ScalarValue | undefined {
  if (value.kind === "array" || value.kind === "object")
    return to.kind === "string" ? variantJson(value, zone) : undefined;
  if (value.kind === "uuid") return to.kind === "string" ? value.value : undefined;
  const from = typeOf(value);
  if (from === undefined || !canCast(from, to, "ansi")) return undefined;
  switch (to.kind) {
    case "string":
      return toText(value, zone);
    case "binary":
      return value.kind === "binary" ? value.value : new Uint8Array(Buffer.from(toText(value, zone)));
    case "boolean":
      return toBoolean(value);
    case "byte":
    case "short":
    case "int":
    case "long":
      return toWhole(value, RANGES[to.kind]);
    case "float":
    case "double": {
      const number = toNumber(value);
      return number === undefined || to.kind === "double" ? number : Math.fround(number);
    }
    case "decimal":
      return toDecimal(value, to);
    case "date":
      return toDays(value, zone);
    case "timestamp":
      return inRange(toInstant(value, zone));
    case "timestamp_ntz":
      return inRange(toLocal(value, zone));
    default:
      return undefined;
  }
}

export type ScalarValue = boolean | number | bigint | string | Uint8Array;

const RANGES = { byte: 2n ** 7n, short: 2n ** 15n, int: 2n ** 31n, long: 2n ** 63n } as const;

function typeOf(value: VariantNode): DataType | undefined {
  switch (value.kind) {
    case "boolean":
      return BOOLEAN;
    case "long":
      return LONG;
    case "double":
      return DOUBLE;
    case "float":
      return FLOAT;
    case "decimal": {
      const { unscaled, scale } = stripped(value);
      return decimal(Math.max(digitCount(unscaled), scale), scale);
    }
    case "date":
      return DATE;
    case "timestamp":
      return TIMESTAMP;
    case "timestamp_ntz":
      return TIMESTAMP_NTZ;
    case "string":
      return STRING;
    case "binary":
      return BINARY;
    default:
      return undefined;
  }
}

function toText(value: VariantNode, zone: string): string {
  switch (value.kind) {
    case "string":
      return value.value;
    case "binary":
      return Buffer.from(value.value).toString("utf8");
    case "double":
      return javaDouble(value.value);
    case "float":
      return javaFloat(value.value);
    case "date":
      return dateText(value.days);
    case "timestamp":
      return instantText(value.micros, zone);
    case "timestamp_ntz":
      return timeText(value.micros);
    default:
      return variantJson(value, zone);
  }
}

function toBoolean(value: VariantNode): boolean | undefined {
  switch (value.kind) {
    case "boolean":
      return value.value;
    case "long":
      return value.value !== 0n;
    case "double":
    case "float":
      return value.value !== 0;
    case "decimal":
      return value.unscaled !== 0n;
    case "string": {
      const word = trimmed(value.value).toLowerCase();
      if (["t", "true", "y", "yes", "1"].includes(word)) return true;
      return ["f", "false", "n", "no", "0"].includes(word) ? false : undefined;
    }
    default:
      return undefined;
  }
}

/** `limit`: the first whole number that is too large. */
function toWhole(value: VariantNode, limit: bigint): bigint | undefined {
  const whole = wholeOf(value, limit);
  return whole !== undefined && whole >= -limit && whole < limit ? whole : undefined;
}

function wholeOf(value: VariantNode, limit: bigint): bigint | undefined {
  switch (value.kind) {
    case "boolean":
      return value.value ? 1n : 0n;
    case "long":
      return value.value;
    case "double":
    case "float": {
      if (!Number.isFinite(value.value)) return undefined;
      const whole = BigInt(Math.trunc(value.value));
      // The nearest double to Java's Long.MAX_VALUE counts as that.
      return whole === 2n ** 63n && limit === whole ? whole - 1n : whole;
    }
    case "decimal":
      return value.unscaled / 10n ** BigInt(value.scale);
    case "timestamp":
      return floorDiv(value.micros, 1_000_000n);
    case "string": {
      const text = trimmed(value.value);
      return /^[+-]?\d+$/.test(text) ? BigInt(text.replace("+", "")) : undefined;
    }
    default:
      return undefined;
  }
}

const SPECIAL: Readonly<Record<string, number>> = {
  nan: Number.NaN,
  inf: Infinity,
  "+inf": Infinity,
  infinity: Infinity,
  "+infinity": Infinity,
  "-inf": -Infinity,
  "-infinity": -Infinity,
};

function toNumber(value: VariantNode): number | undefined {
  switch (value.kind) {
    case "boolean":
      return value.value ? 1 : 0;
    case "long":
      return Number(value.value);
    case "double":
    case "float":
      return value.value;
    case "decimal":
      return Number(decimalText(value));
    case "timestamp":
      return Number(value.micros) / 1e6;
    case "string": {
      const text = trimmed(value.value);
      if (/^[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?[dDfF]?$/.test(text)) return Number(text.replace(/[dDfF]$/, ""));
      return SPECIAL[text.toLowerCase()];
    }
    default:
      return undefined;
  }
}

function toDecimal(value: VariantNode, to: DecimalType): string | undefined {
  const text = decimalSource(value);
  if (text === undefined || !/^[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d{1,6})?$/.test(text)) return undefined;
  if (/[eE]\+?\d{3,}$/.test(text) && /[1-9]/.test(text.split(/[eE]/)[0] ?? "")) return undefined;
  const { negative, whole, fraction } = roundDigits(digitsOf(text.replace(/^\+/, "")), to.scale, "half-up");
  const digits = (whole + fraction).replace(/^0+/, "");
  if (digits.length > to.precision) return undefined;
  const number = fraction === "" ? whole : `${whole === "" ? "0" : whole}.${fraction}`;
  return negative && digits !== "" ? `-${number}` : number === "" ? "0" : number;
}

function decimalSource(value: VariantNode): string | undefined {
  switch (value.kind) {
    case "boolean":
      return value.value ? "1" : "0";
    case "long":
      return value.value.toString();
    case "decimal":
      return decimalText(value);
    case "string":
      return trimmed(value.value);
    default: {
      const number = toNumber(value);
      return number === undefined || !Number.isFinite(number) ? undefined : String(number);
    }
  }
}

/** Spark's casts, other than its literals, know no such words. */
const WORD = /^\s*(?:epoch|now|today|tomorrow|yesterday)\b/i;

function toDays(value: VariantNode, zone: string): bigint | undefined {
  switch (value.kind) {
    case "date":
      return BigInt(value.days);
    case "timestamp":
      return floorDiv(localOf(value.micros, zone), MICROS_PER_DAY);
    case "timestamp_ntz":
      return floorDiv(value.micros, MICROS_PER_DAY);
    case "string": {
      const days = WORD.test(value.value) ? undefined : parseDate(value.value, 0n, zone);
      return days === undefined ? undefined : BigInt(days);
    }
    default:
      return undefined;
  }
}

function toInstant(value: VariantNode, zone: string): bigint | undefined {
  switch (value.kind) {
    case "date":
      return instantOf(BigInt(value.days) * MICROS_PER_DAY, zone);
    case "timestamp":
      return value.micros;
    case "timestamp_ntz":
      return instantOf(value.micros, zone);
    case "long":
      return value.value * 1_000_000n;
    case "decimal":
      return (value.unscaled * 1_000_000n) / 10n ** BigInt(value.scale);
    case "double":
    case "float":
      return Number.isFinite(value.value) ? BigInt(Math.trunc(value.value * 1e6)) : undefined;
    case "string":
      return WORD.test(value.value) ? undefined : parseInstant(value.value, now(), zone);
    default:
      return undefined;
  }
}

function toLocal(value: VariantNode, zone: string): bigint | undefined {
  switch (value.kind) {
    case "date":
      return BigInt(value.days) * MICROS_PER_DAY;
    case "timestamp":
      return localOf(value.micros, zone);
    case "timestamp_ntz":
      return value.micros;
    case "string":
      return /^\s*[+-]?\d{4}/.test(value.value) ? parseTime(value.value, 0n, zone)?.local : undefined;
    default:
      return undefined;
  }
}

/** A time without a date is one of today. */
function now(): bigint {
  return BigInt(Date.now()) * 1000n;
}

function inRange(micros: bigint | undefined): bigint | undefined {
  return micros !== undefined && micros >= -(2n ** 63n) && micros < 2n ** 63n ? micros : undefined;
}

/** Spark trims blanks and control characters. */
function trimmed(text: string): string {
  return text.replace(/^[^!-~\u0080-\uffff]+|[^!-~\u0080-\uffff]+$/g, "");
}
