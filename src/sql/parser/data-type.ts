import {
  array,
  BINARY,
  BOOLEAN,
  BYTE,
  CALENDAR_INTERVAL,
  DATE,
  decimal,
  DOUBLE,
  FLOAT,
  INT,
  LONG,
  map,
  SHORT,
  STRING,
  struct,
  TIMESTAMP,
  TIMESTAMP_NTZ,
  VARIANT,
  VOID,
  type DataType,
  type DayTimeField,
  type StructField,
  type YearMonthField,
} from "../../core/data-type.ts";
import { didYouMean } from "../../core/nearest.ts";
import type { Cursor } from "./cursor.ts";

/** The types without parameters. Source: Spark's "Data Types" reference and its parser's `type` rule. */
const SIMPLE: Readonly<Record<string, DataType>> = {
  BOOLEAN,
  TINYINT: BYTE,
  BYTE,
  SMALLINT: SHORT,
  SHORT,
  INT,
  INTEGER: INT,
  BIGINT: LONG,
  LONG,
  FLOAT,
  REAL: FLOAT,
  DOUBLE,
  DATE,
  TIMESTAMP_NTZ,
  TIMESTAMP_LTZ: TIMESTAMP,
  BINARY,
  VOID,
  VARIANT,
};

const YEAR_MONTH: readonly YearMonthField[] = ["year", "month"];
const DAY_TIME: readonly DayTimeField[] = ["day", "hour", "minute", "second"];

/** A data type as SQL writes it: `ARRAY<STRUCT<a: INT NOT NULL COMMENT 'x', b STRING>>`, `DECIMAL(10, 2)`. */
export function dataType(c: Cursor): DataType {
  const start = c.start;
  if (c.token.kind !== "word") c.fail("a data type");
  const name = c.token.text;
  const known = SIMPLE[name];
  if (known !== undefined) {
    c.advance();
    if (c.at("(")) unsupported(c, start, numbers(c));
    return known;
  }
  switch (name) {
    case "ARRAY":
      return complex(c, () => {
        const element = dataType(c);
        return array(element);
      });
    case "MAP":
      return complex(c, () => {
        const key = dataType(c);
        c.expect(",");
        return map(key, dataType(c));
      });
    case "STRUCT":
      return structType(c);
    case "INTERVAL":
      c.advance();
      return intervalType(c);
    case "TIMESTAMP":
      c.advance();
      if (c.acceptAll("WITHOUT", "TIME", "ZONE")) return TIMESTAMP_NTZ;
      c.acceptAll("WITH", "LOCAL", "TIME", "ZONE");
      return TIMESTAMP;
    case "STRING":
      c.advance();
      return c.accept("COLLATE")
        ? { kind: "string", collation: c.name("a collation").parts.map(nameOf).join(".") }
        : STRING;
    case "CHAR":
    case "CHARACTER":
    case "VARCHAR":
      return textWithLength(c);
    case "DECIMAL":
    case "DEC":
    case "NUMERIC":
      return decimalType(c);
    case "TIME":
      return timeType(c);
    default:
      c.advance();
      return unsupported(c, start, c.at("(") ? numbers(c) : []);
  }
}

/** `a INT NOT NULL COMMENT 'x', b: STRING`: the fields of a struct or of a schema. */
export function structFields(c: Cursor, colon: "allowed" | "refused"): StructField[] {
  return c.list(() => {
    const name = c.strictIdentifier("a field name").name;
    if (colon === "allowed") c.accept(":");
    const type = dataType(c);
    let nullable = true;
    if (c.at("!")) refuseBang(c);
    if (c.acceptAll("NOT", "NULL")) nullable = false;
    const metadata: Record<string, unknown> = {};
    if (c.at("DEFAULT") && colon === "refused") {
      c.advance();
      const start = c.start;
      c.rules.expression(c);
      metadata["CURRENT_DEFAULT"] = c.textFrom(start);
    }
    if (c.accept("COMMENT")) metadata["comment"] = c.string("a comment");
    const base = { name, type, nullable };
    return Object.keys(metadata).length === 0 ? base : { ...base, metadata };
  });
}

/** `!` for NOT, which Spark has given up: `a ! IN (1)`. */
export function refuseBang(c: Cursor): never {
  return c.raise(
    "SYNTAX_DISCONTINUED.BANG_EQUALS_NOT",
    "Support of the clause or keyword: ! has been discontinued in this context.",
    c.token,
    "Use NOT instead.",
  );
}

function nameOf(part: { readonly name: string }): string {
  return part.name;
}

function complex(c: Cursor, inside: () => DataType): DataType {
  const start = c.start;
  const name = c.advance().text;
  if (!c.accept("<")) {
    const sample = name === "MAP" ? "MAP<STRING, INT>" : "ARRAY<INT>";
    c.raise(
      `INCOMPLETE_TYPE_DEFINITION.${name}`,
      `Incomplete complex type: The definition of "${name}" type is incomplete.`,
      c.span(start),
      `Write for example "${sample}".`,
    );
  }
  const type = inside();
  c.expect(">");
  return type;
}

function structType(c: Cursor): DataType {
  const start = c.start;
  c.advance();
  if (c.accept("<>")) return struct([]);
  if (!c.accept("<")) {
    c.raise(
      "INCOMPLETE_TYPE_DEFINITION.STRUCT",
      'Incomplete complex type: The definition of "STRUCT" type is incomplete.',
      c.span(start),
      'Write for example "STRUCT<name: STRING, age: INT>".',
    );
  }
  if (c.accept(">")) return struct([]);
  const fields = structFields(c, "allowed");
  c.expect(">");
  return struct(fields);
}

function intervalType(c: Cursor): DataType {
  const word = c.token.kind === "word" ? c.token.text.toLowerCase() : "";
  const yearMonth = YEAR_MONTH.find((each) => each === word);
  if (yearMonth !== undefined) {
    c.advance();
    return { kind: "interval_year_month", start: yearMonth, end: endField(c, YEAR_MONTH, yearMonth) };
  }
  const dayTime = DAY_TIME.find((each) => each === word);
  if (dayTime === undefined) return CALENDAR_INTERVAL;
  c.advance();
  return { kind: "interval_day_time", start: dayTime, end: endField(c, DAY_TIME, dayTime) };
}

function endField<Field extends string>(c: Cursor, fields: readonly Field[], start: Field): Field {
  if (!c.accept("TO")) return start;
  const end = fields.find((each) => each === c.token.text.toLowerCase());
  if (end === undefined) c.fail(fields.join(", ").toUpperCase());
  if (fields.indexOf(end) <= fields.indexOf(start)) {
    c.raise("PARSE_SYNTAX_ERROR", `Intervals FROM ${start} TO ${end} are not supported.`, c.token);
  }
  c.advance();
  return end;
}

function textWithLength(c: Cursor): DataType {
  const start = c.start;
  const name = c.advance().text;
  if (!c.at("(")) {
    c.raise(
      "DATATYPE_MISSING_SIZE",
      `DataType "${name}" requires a length parameter, for example "${name}"(10). Please specify the length.`,
      c.span(start),
    );
  }
  const sizes = numbers(c);
  const [max] = sizes;
  if (max === undefined || sizes.length > 1) return unsupported(c, start, sizes);
  if (max < 1) c.raise("PARSE_SYNTAX_ERROR", `${name} length cannot be less than 1.`, c.span(start));
  const type: DataType = { kind: "string", length: { max, fixed: name !== "VARCHAR" } };
  return c.accept("COLLATE") ? { ...type, collation: c.name("a collation").parts.map(nameOf).join(".") } : type;
}

function decimalType(c: Cursor): DataType {
  const start = c.start;
  c.advance();
  if (!c.at("(")) return decimal(10, 0);
  const sizes = numbers(c);
  const [precision, scale = 0] = sizes;
  if (precision === undefined || sizes.length > 2) return unsupported(c, start, sizes);
  if (precision > 38) {
    c.raise(
      "DECIMAL_PRECISION_EXCEEDS_MAX_PRECISION",
      `Decimal precision ${precision} exceeds max precision 38.`,
      c.span(start),
    );
  }
  if (scale > precision) {
    c.raise(
      "DATATYPE_MISMATCH",
      `Decimal scale (${scale}) cannot be greater than precision (${precision}).`,
      c.span(start),
    );
  }
  return decimal(precision, scale);
}

/** `TIME(3)`, `TIME WITHOUT TIME ZONE`. */
function timeType(c: Cursor): DataType {
  const start = c.start;
  c.advance();
  const [precision = 6] = c.at("(") ? numbers(c) : [];
  if (precision > 6) {
    c.raise(
      "UNSUPPORTED_TIME_PRECISION",
      `The seconds precision ${precision} of the TIME data type is out of the supported range [0, 6].`,
      c.span(start),
    );
  }
  c.acceptAll("WITHOUT", "TIME", "ZONE");
  return { kind: "time", precision };
}

function numbers(c: Cursor): number[] {
  return c.parenthesized(() => (c.accept("ANY") ? 0 : c.integer()));
}

function unsupported(c: Cursor, start: number, sizes: readonly number[]): never {
  const shown = c.textFrom(start).toUpperCase();
  const [word = shown] = shown.split(/\W/, 1);
  const candidates = [...Object.keys(SIMPLE), "STRING", "DECIMAL", "ARRAY", "MAP", "STRUCT", "TIMESTAMP", "INTERVAL"];
  const hint =
    sizes.length > 0 && candidates.includes(word) ? `"${word}" takes no length.` : didYouMean(word, candidates);
  return c.raise("UNSUPPORTED_DATATYPE", `Unsupported data type "${shown}".`, c.span(start), hint);
}
