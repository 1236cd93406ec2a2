import {
  array,
  BOOLEAN,
  DATE,
  decimal,
  DOUBLE,
  field,
  LONG,
  sqlType,
  STRING,
  struct,
  TIMESTAMP,
  VOID,
  type DataType,
  type DecimalType,
  type StructField,
  type StructType,
} from "../../core/data-type.ts";
import { malformedRecord } from "../option-texts.ts";
import { parseTimestamp } from "../java/date-parse.ts";
import { booleanOf, integerOf, javaDoubleOf, momentOf } from "../text-cell.ts";
import { tightestCommonType } from "../types/common-type.ts";
import { attributesOf, isSpace, localName } from "./from-xml.ts";
import { MalformedXml, XmlReader } from "./xml-events.ts";
import type { XmlOptions } from "./xml-options.ts";
import { trimmed } from "./xml-value.ts";

/** The schema that Spark infers from one record, as DDL: `STRUCT<_id: BIGINT, name: STRING>` (`XmlInferSchema`). */
export function schemaOfXml(text: string, options: XmlOptions): string {
  try {
    const events = new XmlReader(text);
    const root = events.next();
    if (root.kind !== "start") throw new MalformedXml();
    return sqlType(filled(objectType(events, options, attributesOf(root.attributes, options))));
  } catch (error) {
    if (!(error instanceof MalformedXml)) throw error;
    if (options.mode === "FAILFAST") throw malformedRecord(options.corruptColumn);
    return sqlType(struct([field(options.corruptColumn, STRING)]));
  }
}

/** Fields in the order of their names, whose case does not tell them apart. */
class Fields {
  readonly #options: XmlOptions;
  readonly #types = new Map<string, StructField>();

  constructor(options: XmlOptions) {
    this.#options = options;
  }

  /** A name that comes again is an array. */
  add(name: string, type: DataType): void {
    const known = this.#types.get(name.toLowerCase());
    if (known === undefined) {
      this.#types.set(name.toLowerCase(), field(name, type));
      return;
    }
    const element = known.type.kind === "array" && type.kind !== "array" ? known.type.element : known.type;
    this.#types.set(name.toLowerCase(), field(known.name, array(merged(element, type, this.#options))));
  }

  type(): StructType {
    return struct(sorted([...this.#types.values()]));
  }
}

function sorted(fields: readonly StructField[]): StructField[] {
  return [...fields].sort((a, b) => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0));
}

function objectType(
  events: XmlReader,
  options: XmlOptions,
  attributes: readonly (readonly [string, string | null])[] = [],
): StructType {
  const fields = new Fields(options);
  for (const [name, value] of attributes) fields.add(name, textType(value, options));
  for (;;) {
    const event = events.next();
    if (event.kind === "start") {
      const own = attributesOf(event.attributes, options);
      fields.add(localName(event.name, options), withAttributes(fieldType(events, options), own, options));
    } else if (event.kind === "text") {
      if (!isSpace(event.text)) fields.add(options.valueTag, textType(event.text, options));
    } else return fields.type();
  }
}

function fieldType(events: XmlReader, options: XmlOptions): DataType {
  const event = events.peek();
  if (event.kind === "end") {
    events.next();
    return VOID;
  }
  const type = objectType(events, options);
  if (event.kind !== "text") return type;
  const [only, ...others] = type.fields;
  if (only === undefined) return VOID;
  const plain = others.length === 0 && !["struct", "array", "map"].includes(only.type.kind);
  return plain && only.name.toLowerCase() === options.valueTag.toLowerCase() ? only.type : type;
}

function withAttributes(
  type: DataType,
  attributes: readonly (readonly [string, string | null])[],
  options: XmlOptions,
): DataType {
  if (attributes.length === 0) return type;
  const own = type.kind === "struct" ? type.fields : type.kind === "void" ? [] : [field(options.valueTag, type)];
  return struct(sorted([...own, ...attributes.map(([name, value]) => field(name, textType(value, options)))]));
}

function textType(text: string | null, options: XmlOptions): DataType {
  if (!options.inferSchema) return STRING;
  const value = text !== null && options.trims ? trimmed(text) : text;
  if (value === null || value === "" || value === options.nullValue) return VOID;
  return (
    numberType(value, options) ?? momentType(value, options) ?? (booleanOf(value) === undefined ? STRING : BOOLEAN)
  );
}

function numberType(value: string, options: XmlOptions): DataType | undefined {
  const size = /^[+-]/.test(value) ? value.slice(1) : value;
  if (!/^[\d.]/.test(size) || /[dDfF]$/.test(size)) return undefined;
  if (integerOf(size, "long") !== undefined && /^\d/.test(size)) return LONG;
  if (javaDoubleOf(size) === undefined) return undefined;
  return (options.prefersDecimal ? decimalOf(size) : undefined) ?? DOUBLE;
}

function decimalOf(text: string): DecimalType | undefined {
  const match = /^(\d*)\.?(\d*)$/.exec(text);
  if (match === null) return undefined;
  const [, whole = "", fraction = ""] = match;
  const digits = (whole + fraction).replace(/^0+(?=.)/, "").length;
  const precision = Math.max(digits, fraction.length);
  return precision <= 38 ? decimal(precision, fraction.length) : undefined;
}

function momentType(value: string, options: XmlOptions): DataType | undefined {
  const { format } = options;
  const pattern = format.dateFormat ?? (options.preferDate ? "yyyy-MM-dd" : undefined);
  const date = pattern === undefined ? momentOf(value, "date", format) : parseTimestamp(value, pattern, "UTC");
  if (date !== undefined) return DATE;
  return momentOf(value, "timestamp", format) === undefined ? undefined : TIMESTAMP;
}

function merged(a: DataType, b: DataType, options: XmlOptions): DataType {
  if (a.kind === "struct" && b.kind === "struct") return mergedStructs(a, b, options);
  if (a.kind === "array" && b.kind === "array") return array(merged(a.element, b.element, options));
  if (a.kind === "decimal" && b.kind === "decimal") {
    const scale = Math.max(a.scale, b.scale);
    const range = Math.max(a.precision - a.scale, b.precision - b.scale);
    return range + scale > 38 ? DOUBLE : decimal(range + scale, scale);
  }
  const kinds = [a.kind, b.kind];
  if (kinds.includes("double") && kinds.includes("decimal")) return DOUBLE;
  const [whole, other] = a.kind === "struct" ? [a, b] : [b, a];
  if (whole.kind === "struct" && other.kind !== "void") return withValue(whole, other, options) ?? STRING;
  return tightestCommonType(a, b, true) ?? STRING;
}

function mergedStructs(a: StructType, b: StructType, options: XmlOptions): StructType {
  const fields = new Map<string, StructField>();
  for (const each of [...a.fields, ...b.fields]) {
    const known = fields.get(each.name.toLowerCase());
    const type = known === undefined ? each.type : merged(known.type, each.type, options);
    fields.set(each.name.toLowerCase(), field(known?.name ?? each.name, type));
  }
  return struct(sorted([...fields.values()]));
}

/** A plain value beside a struct that has a place for it. */
function withValue(type: StructType, value: DataType, options: XmlOptions): StructType | undefined {
  const index = type.fields.findIndex((each) => each.name === options.valueTag);
  const known = type.fields[index];
  if (known === undefined) return undefined;
  return struct(
    type.fields.map((each, at) => (at === index ? field(each.name, merged(known.type, value, options)) : each)),
  );
}

function filled(type: DataType): DataType {
  if (type.kind === "void") return STRING;
  if (type.kind === "array") return array(filled(type.element), type.containsNull);
  return type.kind === "struct" ? struct(type.fields.map((each) => field(each.name, filled(each.type)))) : type;
}
