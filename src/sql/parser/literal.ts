import {
  BINARY,
  BOOLEAN,
  BYTE,
  decimal,
  DOUBLE,
  FLOAT,
  INT,
  LONG,
  SHORT,
  STRING,
  VOID,
  type DataType,
} from "../../core/data-type.ts";
import type { Expression, IntervalPart, IntervalUnit, Literal, TypedLiteral } from "../ast/expression.ts";
import type { Span } from "../ast/node.ts";
import { parseIntervalText } from "../types/interval-text.ts";
import type { Cursor } from "./cursor.ts";
import { isLiteralText } from "./literal-text.ts";

export function literal(type: DataType, value: Literal["value"], span: Span): Literal {
  return { kind: "literal", span, type, value };
}

/** NULL, TRUE, FALSE, a number, strings, a typed literal, an interval: undefined when none of them stands here. */
export function constant(c: Cursor): Expression | undefined {
  const token = c.token;
  const { start } = token;
  switch (token.kind) {
    case "integer":
    case "decimal":
    case "exponent":
    case "suffixed":
      return number(c, start, false);
    case "string":
      return literal(STRING, c.string(), c.span(start));
    case "word":
      break;
    default:
      return undefined;
  }
  switch (token.text) {
    case "NULL":
      c.advance();
      return literal(VOID, null, c.span(start));
    case "TRUE":
    case "FALSE":
      c.advance();
      return literal(BOOLEAN, token.text === "TRUE", c.span(start));
    case "INTERVAL":
      return interval(c);
    default:
      return c.peek().kind === "string" ? typedLiteral(c) : undefined;
  }
}

/** Whether a number follows here, perhaps after its minus. */
export function isNumber(kind: string): boolean {
  return kind === "integer" || kind === "decimal" || kind === "exponent" || kind === "suffixed";
}

/** The number at the cursor. `start` is where its minus stands, when it has one. */
export function number(c: Cursor, start: number, negative: boolean): Literal {
  const token = c.advance();
  const span = c.span(start);
  const text = (negative ? "-" : "") + token.text;
  switch (token.kind) {
    case "integer": {
      const value = BigInt(text);
      if (value >= -(2n ** 31n) && value < 2n ** 31n) return literal(INT, Number(value), span);
      if (value >= -(2n ** 63n) && value < 2n ** 63n) return literal(LONG, value, span);
      return decimalLiteral(c, text, span);
    }
    case "exponent":
      return floating(c, text, span, "double");
    case "suffixed":
      return suffixed(c, text, token.suffix.toUpperCase(), span);
    default:
      return decimalLiteral(c, text, span);
  }
}

function suffixed(c: Cursor, text: string, suffix: string, span: Span): Literal {
  switch (suffix) {
    case "L":
      return literal(LONG, whole(c, text, 63, "bigint", span), span);
    case "S":
      return literal(SHORT, Number(whole(c, text, 15, "smallint", span)), span);
    case "Y":
      return literal(BYTE, Number(whole(c, text, 7, "tinyint", span)), span);
    case "F":
      return floating(c, text, span, "float");
    case "D":
      return floating(c, text, span, "double");
    default:
      return decimalLiteral(c, text, span);
  }
}

function whole(c: Cursor, text: string, bits: number, type: string, span: Span): bigint {
  const value = BigInt(text);
  const limit = 2n ** BigInt(bits);
  if (value < -limit || value >= limit) outOfRange(c, text, type, String(-limit), String(limit - 1n), span);
  return value;
}

function floating(c: Cursor, text: string, span: Span, type: "float" | "double"): Literal {
  const value = type === "float" ? Math.fround(Number(text)) : Number(text);
  if (!Number.isFinite(value)) {
    const limit = type === "float" ? "3.4028234663852886E+38" : "1.7976931348623157E+308";
    outOfRange(c, text, type, `-${limit}`, limit, span);
  }
  return literal(type === "float" ? FLOAT : DOUBLE, value, span);
}

function outOfRange(c: Cursor, text: string, type: string, low: string, high: string, span: Span): never {
  return c.raise(
    "INVALID_NUMERIC_LITERAL_RANGE",
    `Numeric literal ${text} is outside the valid range for ${type} with minimum value of ${low} and maximum value of ${high}.`,
    span,
  );
}

/** Precision and scale are the smallest that hold the digits as written; `1.20` is DECIMAL(3, 2). */
function decimalLiteral(c: Cursor, text: string, span: Span): Literal {
  const [mantissa = "", exponentText = "0"] = text.toLowerCase().split("e");
  const negative = mantissa.startsWith("-");
  const [integral = "", fraction = ""] = mantissa.replace("-", "").split(".");
  let digits = (integral + fraction).replace(/^0+/, "");
  let scale = fraction.length - Number(exponentText);
  if (scale < 0) {
    digits = digits === "" ? "" : digits + "0".repeat(Math.min(-scale, 400));
    scale = 0;
  }
  const precision = Math.max(digits.length, scale, 1);
  if (precision > 38) {
    c.raise(
      "DECIMAL_PRECISION_EXCEEDS_MAX_PRECISION",
      `Decimal precision ${precision} exceeds max precision 38.`,
      span,
    );
  }
  const padded = digits.padStart(scale + 1, "0");
  const point = padded.length - scale;
  const plain = scale === 0 ? padded : `${padded.slice(0, point)}.${padded.slice(point)}`;
  return literal(decimal(precision, scale), negative ? `-${plain}` : plain, span);
}

const TYPED: Readonly<Record<string, TypedLiteral["type"]>> = {
  DATE: "date",
  TIME: "time",
  TIMESTAMP: "timestamp",
  TIMESTAMP_NTZ: "timestamp_ntz",
  TIMESTAMP_LTZ: "timestamp_ltz",
};

function typedLiteral(c: Cursor): Expression {
  const { start } = c;
  const name = c.advance().text;
  const text = c.oneString();
  const span = c.span(start);
  if (name === "X") {
    if (!/^[0-9a-fA-F]*$/.test(text)) invalid(c, name, text, span);
    return literal(BINARY, new Uint8Array(Buffer.from(text.length % 2 === 0 ? text : `0${text}`, "hex")), span);
  }
  const type = TYPED[name];
  if (type === undefined) {
    return c.raise(
      "UNSUPPORTED_TYPED_LITERAL",
      `Literals of the type "${name}" are not supported. Supported types are "DATE", "TIMESTAMP_NTZ", "TIMESTAMP_LTZ", "TIMESTAMP", "INTERVAL", "X", "TIME".`,
      span,
    );
  }
  if (!isLiteralText(type === "date" || type === "time" ? type : "timestamp", text)) invalid(c, name, text, span);
  return { kind: "typed_literal", span, type, text };
}

function invalid(c: Cursor, name: string, text: string, span: Span): never {
  const hint =
    name === "INTERVAL" ? "Write for example INTERVAL '1 day 2 hours' or INTERVAL 1 DAY 2 HOURS." : undefined;
  return c.raise(
    "INVALID_TYPED_LITERAL",
    `The value of the typed literal "${name}" is invalid: '${text}'.`,
    span,
    hint,
  );
}

const UNITS: readonly IntervalUnit[] = [
  "year",
  "quarter",
  "month",
  "week",
  "day",
  "hour",
  "minute",
  "second",
  "millisecond",
  "microsecond",
  "nanosecond",
];

function unitOf(word: string): IntervalUnit | undefined {
  const singular = word.toLowerCase().replace(/s$/, "");
  return singular === "quarter" ? undefined : UNITS.find((unit) => unit === singular);
}

/** What may come after TO for each unit. */
const TO_FIELDS: Readonly<Record<string, readonly ("month" | "hour" | "minute" | "second")[]>> = {
  year: ["month"],
  day: ["hour", "minute", "second"],
  hour: ["minute", "second"],
  minute: ["second"],
};

function interval(c: Cursor): Expression | undefined {
  const { start } = c;
  const next = c.peek();
  const signed = next.kind === "operator" && (next.text === "-" || next.text === "+");
  const value = signed ? c.peek(2) : next;
  if (value.kind !== "string" && value.kind !== "integer" && value.kind !== "decimal") return undefined;
  const unit = c.peek(signed ? 3 : 2);
  if (value.kind === "string" && !signed && (unit.kind !== "word" || unitOf(unit.text) === undefined)) {
    c.advance();
    const text = c.oneString();
    if (parseIntervalText(text) === undefined) invalid(c, "INTERVAL", text, c.span(start));
    return { kind: "typed_literal", span: c.span(start), type: "interval", text };
  }
  if (signed && (unit.kind !== "word" || unitOf(unit.text) === undefined)) return undefined;
  c.advance();
  const parts: IntervalPart[] = [];
  do parts.push(intervalPart(c));
  while (startsPart(c));
  const [first] = parts;
  if (c.at("TO") && parts.length > 1) onlyOneRange(c, start);
  if (!c.at("TO") || first === undefined) {
    return { kind: "interval", span: c.span(start), parts, to: undefined };
  }
  c.advance();
  const allowed = TO_FIELDS[first.unit] ?? [];
  const to = allowed.find((field) => c.token.kind === "word" && field === c.token.text.toLowerCase());
  if (to === undefined) {
    return c.raise(
      "INVALID_INTERVAL_FORMAT.UNSUPPORTED_FROM_TO_EXPRESSION",
      `Cannot support an interval from ${first.unit} to ${c.text.slice(c.token.start, c.token.end)}.`,
      c.span(start),
    );
  }
  c.advance();
  if (!first.quoted) c.raise("_LEGACY_ERROR_TEMP_0027", "The value of from-to unit must be a string.", c.span(start));
  if (startsPart(c)) onlyOneRange(c, start);
  return { kind: "interval", span: c.span(start), parts, to };
}

function onlyOneRange(c: Cursor, start: number): never {
  return c.raise(
    "_LEGACY_ERROR_TEMP_0024",
    "Can only have a single from-to unit in the interval literal syntax.",
    c.span(start),
  );
}

function startsPart(c: Cursor): boolean {
  const signed = c.token.kind === "operator" && (c.token.text === "-" || c.token.text === "+");
  const value = signed ? c.peek() : c.token;
  const unit = c.peek(signed ? 2 : 1);
  const fits = value.kind === "string" || value.kind === "integer" || value.kind === "decimal";
  return fits && unit.kind === "word" && unitOf(unit.text) !== undefined;
}

function intervalPart(c: Cursor): IntervalPart {
  const { start } = c;
  const negative = c.accept("-");
  if (!negative) c.accept("+");
  const token = c.advance();
  const unit = c.token.kind === "word" ? unitOf(c.token.text) : undefined;
  if (unit === undefined) return c.fail("an interval unit");
  c.advance();
  return {
    kind: "interval_part",
    span: c.span(start),
    negative,
    value: token.text,
    quoted: token.kind === "string",
    unit,
  };
}
