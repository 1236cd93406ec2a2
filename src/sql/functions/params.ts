import {
  array,
  BINARY,
  BOOLEAN,
  DATE,
  DOUBLE,
  FLOAT,
  INT,
  LONG,
  map,
  sameType,
  simpleString,
  sqlType,
  STRING,
  TIME,
  TIMESTAMP,
  type DataType,
} from "../../core/data-type.ts";
import { decimalFor, DECIMAL_DEFAULT } from "../types/decimal.ts";
import { implicitCast } from "../types/implicit-cast.ts";
import { isAnsiInterval, isIntegral, isNumeric, isOrderable } from "../types/kinds.ts";
import type { Param } from "./function.ts";

/** The vocabulary of argument rules: `scalar("upper", …, { params: [text], returns: STRING }, "upper($1)")`. */

/** Exactly this type, after an implicit cast. */
export function exactly(type: DataType): Param {
  return { expected: `"${sqlType(type)}"`, accept: (from, ansi) => implicitCast(from, type, ansi) };
}

/** Whatever it is. */
export const anything: Param = { expected: '"ANY"', accept: (type) => type };

/** Spark's `StringType`: any collation, CHAR and VARCHAR as STRING. */
export const text: Param = {
  expected: '"STRING"',
  accept: (type, ansi) => {
    if (type.kind === "string") return type.length === undefined ? type : STRING;
    return implicitCast(type, STRING, ansi);
  },
};

export const boolean = exactly(BOOLEAN);
export const int = exactly(INT);
export const long = exactly(LONG);
export const float = exactly(FLOAT);
export const double = exactly(DOUBLE);
export const binary = exactly(BINARY);
export const date = exactly(DATE);
export const timestamp = exactly(TIMESTAMP);

/** Any number as it is; a string becomes DOUBLE. */
export const numeric: Param = {
  expected: '"NUMERIC"',
  accept: (type) => {
    if (isNumeric(type)) return type;
    return type.kind === "string" || type.kind === "void" ? DOUBLE : undefined;
  },
};

/** TINYINT to BIGINT as it is. */
export const integral: Param = {
  expected: '"INTEGRAL"',
  accept: (type) => (isIntegral(type) ? type : type.kind === "void" ? INT : undefined),
};

/** A decimal as it is; other numbers become the decimal that holds them. */
export const decimals: Param = {
  expected: '"DECIMAL"',
  accept: (type) => (type.kind === "string" || type.kind === "void" ? DECIMAL_DEFAULT : decimalFor(type)),
};

/** TIMESTAMP or TIMESTAMP_NTZ; dates and strings become TIMESTAMP. */
export const anyTimestamp: Param = {
  expected: '("TIMESTAMP" or "TIMESTAMP WITHOUT TIME ZONE")',
  accept: (type, ansi) => (type.kind === "timestamp_ntz" ? type : implicitCast(type, TIMESTAMP, ansi)),
};

/** TIME of any precision. */
export const timeOfDay: Param = {
  expected: '"TIME"',
  accept: (type) => (type.kind === "time" ? type : type.kind === "void" ? TIME : undefined),
};

export const ansiInterval: Param = {
  expected: '("INTERVAL DAY TO SECOND" or "INTERVAL YEAR TO MONTH")',
  accept: (type) => (isAnsiInterval(type) ? type : undefined),
};

/** What MIN, MAX, sort_array and ORDER BY can put in order. */
export const orderable: Param = {
  expected: '"ORDERABLE"',
  accept: (type) => (isOrderable(type) ? type : undefined),
};

export const anyArray: Param = {
  expected: '"ARRAY"',
  accept: (type) => (type.kind === "array" ? type : type.kind === "void" ? array(type) : undefined),
};

/** An array, and not NULL. */
export const anArray: Param = {
  expected: '"ARRAY"',
  accept: (type) => (type.kind === "array" ? type : undefined),
};

export const anyMap: Param = {
  expected: '"MAP"',
  accept: (type) => (type.kind === "map" ? type : type.kind === "void" ? map(type, type) : undefined),
};

/** An array whose elements are what `element` takes. */
export function arrayOf(element: Param): Param {
  return {
    expected: `"ARRAY<${element.expected.replaceAll('"', "")}>"`,
    accept: (type, ansi) => {
      if (type.kind === "void") return type;
      const accepted = type.kind === "array" ? element.accept(type.element, ansi) : undefined;
      return type.kind === "array" && accepted !== undefined ? array(accepted, type.containsNull) : undefined;
    },
  };
}

/** What `param` takes, but nothing is converted to it; only NULL is (Spark's ExpectsInputTypes without implicit casts). */
export function strictly(param: Param): Param {
  return {
    expected: param.expected,
    accept: (type, ansi) => {
      const to = param.accept(type, ansi);
      return to !== undefined && (type.kind === "void" || sameType(to, type) || isText(type, to)) ? to : undefined;
    },
  };
}

/** CHAR and VARCHAR are strings. */
function isText(type: DataType, to: DataType): boolean {
  return type.kind === "string" && to.kind === "string";
}

/**
 * Spark's TypeCollection: the first that takes the type as it is, else the first to which it can be converted
 * (so `oneOf(text, binary)` leaves BINARY alone and makes INT a STRING).
 */
export function oneOf(...params: readonly Param[]): Param {
  return {
    expected: `(${params.map((each) => each.expected).join(" or ")})`,
    accept: (type, ansi) => {
      const accepted = params.map((param) => param.accept(type, ansi)).filter((each) => each !== undefined);
      return accepted.find((each) => simpleString(each) === simpleString(type)) ?? accepted[0];
    },
  };
}

/** A type only as it is: nothing is converted to it. For `oneOf`, where a conversion would be wrong. */
export function only(...kinds: readonly DataType["kind"][]): Param {
  return {
    expected: kinds.map((kind) => `"${kind.toUpperCase()}"`).join(" or "),
    accept: (type) => (kinds.includes(type.kind) ? type : undefined),
  };
}

/** STRING alone. */
export const onlyText = strictly(text);
