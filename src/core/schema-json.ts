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
  simpleString,
  STRING,
  struct,
  TIMESTAMP,
  TIMESTAMP_NTZ,
  VARIANT,
  VOID,
  type DataType,
  type DayTimeField,
  type StructField,
  type StructType,
  type YearMonthField,
} from "./data-type.ts";
import { BoathouseError } from "./errors.ts";
import { isJsonObject, type Json, type JsonObject } from "./json.ts";

/**
 * A schema as Delta and Spark store it (Delta PROTOCOL.md, "Schema Serialization Format"). A `bigint` in the metadata of a
 * field is a number.
 */
export function schemaToJson(schema: StructType): string {
  const text = JSON.stringify(typeToJson(schema), (_key, value: unknown) =>
    typeof value === "bigint" ? `${WHOLE}${value}` : value,
  );
  return text.replace(MARKED, "$1");
}

/**
 * Reads a `schemaString`. Whole numbers of a field's metadata that a double cannot hold are given as `bigint`. Throws
 * `SCHEMA_JSON_INVALID` when it is not one, naming the path inside it.
 */
export function schemaFromJson(text: string): StructType {
  let value: Json;
  try {
    value = parseExact(text);
  } catch (error) {
    throw new BoathouseError("SCHEMA_JSON_INVALID", "The schema is not JSON.", { cause: error });
  }
  const type = typeFromJson(value, "schema");
  if (type.kind !== "struct") throw invalid("schema", "must be a struct");
  return type;
}

/** Stands before a whole number that is written without quotes. */
const WHOLE = "\uE000whole:";
const MARKED = /"\uE000whole:(-?\d+)"/g;
/** Strings, so that digits inside them are left alone, and long whole numbers. */
const TOKENS = /"(?:[^"\\]|\\.)*"|-?\d{16,}(?![\d.eE])/g;

function parseExact(text: string): Json {
  if (!/:\s*-?\d{16,}/.test(text)) return JSON.parse(text) as Json;
  const marked = text.replace(TOKENS, (token) => {
    const isKept = token.startsWith('"') || Number.isSafeInteger(Number(token));
    return isKept ? token : `"${WHOLE}${token}"`;
  });
  return JSON.parse(marked, (_key, value: unknown) =>
    typeof value === "string" && value.startsWith(WHOLE) ? BigInt(value.slice(WHOLE.length)) : value,
  ) as Json;
}

function typeToJson(type: DataType): Json {
  switch (type.kind) {
    case "array":
      return { type: "array", elementType: typeToJson(type.element), containsNull: type.containsNull };
    case "map":
      return {
        type: "map",
        keyType: typeToJson(type.key),
        valueType: typeToJson(type.value),
        valueContainsNull: type.valueContainsNull,
      };
    case "struct":
      return { type: "struct", fields: type.fields.map(fieldToJson) };
    case "byte":
    case "short":
    case "long":
      return type.kind;
    case "int":
      return "integer";
    case "string":
      return type.length === undefined ? "string" : simpleString(type);
    default:
      return simpleString(type);
  }
}

function fieldToJson(each: StructField): JsonObject {
  const collations = Object.fromEntries(collationsOf(each.type, each.name));
  const metadata = (each.metadata ?? {}) as JsonObject;
  return {
    name: each.name,
    type: typeToJson(each.type),
    nullable: each.nullable,
    metadata: Object.keys(collations).length === 0 ? metadata : { ...metadata, [COLLATIONS]: collations },
  };
}

/** Where a field tells the collations of its strings, by path: `{"a.element": "icu.de_CI"}`, those of inner structs apart. */
const COLLATIONS = "__COLLATIONS";

function collationsOf(type: DataType, path: string): [path: string, name: string][] {
  switch (type.kind) {
    case "string":
      if (type.collation === undefined) return [];
      return [[path, `${/^utf8_/i.test(type.collation) ? "spark" : "icu"}.${type.collation}`]];
    case "array":
      return collationsOf(type.element, `${path}.element`);
    case "map":
      return [...collationsOf(type.key, `${path}.key`), ...collationsOf(type.value, `${path}.value`)];
    default:
      return [];
  }
}

/** The type with the collations that its field tells; the provider before the name says nothing more. */
function collated(type: DataType, path: string, collations: JsonObject): DataType {
  switch (type.kind) {
    case "string": {
      const name = collations[path];
      return typeof name === "string" ? { ...type, collation: name.replace(/^(?:spark|icu)\./i, "") } : type;
    }
    case "array":
      return { ...type, element: collated(type.element, `${path}.element`, collations) };
    case "map":
      return {
        ...type,
        key: collated(type.key, `${path}.key`, collations),
        value: collated(type.value, `${path}.value`, collations),
      };
    default:
      return type;
  }
}

function typeFromJson(value: Json, path: string): DataType {
  if (typeof value === "string") return atomicFromName(value, path);
  if (!isJsonObject(value)) throw invalid(path, "must be a type name or an object");
  switch (value["type"]) {
    case "array":
      return array(typeFromJson(value["elementType"] ?? null, `${path}.element`), value["containsNull"] !== false);
    case "map":
      return map(
        typeFromJson(value["keyType"] ?? null, `${path}.key`),
        typeFromJson(value["valueType"] ?? null, `${path}.value`),
        value["valueContainsNull"] !== false,
      );
    case "struct": {
      const fields = value["fields"];
      if (!Array.isArray(fields)) throw invalid(path, "has no fields");
      return struct(fields.map((each: Json, index) => fieldFromJson(each, `${path}[${index}]`)));
    }
    default:
      throw invalid(path, `has the unknown type ${JSON.stringify(value["type"] ?? null)}`);
  }
}

function fieldFromJson(value: Json, path: string): StructField {
  if (!isJsonObject(value) || typeof value["name"] !== "string") throw invalid(path, "is not a field with a name");
  const name = value["name"];
  const { [COLLATIONS]: collations, ...metadata } = isJsonObject(value["metadata"]) ? value["metadata"] : {};
  const plain = typeFromJson(value["type"] ?? null, `${path}.${name}`);
  const type = isJsonObject(collations) ? collated(plain, name, collations) : plain;
  const base = { name, type, nullable: value["nullable"] !== false };
  return Object.keys(metadata).length === 0 ? base : { ...base, metadata };
}

const ATOMIC: Readonly<Record<string, DataType>> = {
  boolean: BOOLEAN,
  byte: BYTE,
  tinyint: BYTE,
  short: SHORT,
  smallint: SHORT,
  integer: INT,
  int: INT,
  long: LONG,
  bigint: LONG,
  float: FLOAT,
  double: DOUBLE,
  string: STRING,
  binary: BINARY,
  date: DATE,
  timestamp: TIMESTAMP,
  timestamp_ntz: TIMESTAMP_NTZ,
  variant: VARIANT,
  void: VOID,
  null: VOID,
  interval: CALENDAR_INTERVAL,
};

function atomicFromName(name: string, path: string): DataType {
  const known = ATOMIC[name];
  if (known !== undefined) return known;
  if (name === "decimal") return decimal(10, 0);
  const numbers = /^decimal\(\s*(\d+)\s*,\s*(\d+)\s*\)$/.exec(name);
  if (numbers !== null) return decimal(Number(numbers[1]), Number(numbers[2]));
  const time = /^time\(([0-6])\)$/.exec(name);
  if (time !== null) return { kind: "time", precision: Number(time[1]) };
  const text = /^(char|varchar)\((\d+)\)$/.exec(name);
  if (text !== null) return { kind: "string", length: { max: Number(text[2]), fixed: text[1] === "char" } };
  const collated = /^string collate (\w+)$/.exec(name);
  if (collated?.[1] !== undefined) return { kind: "string", collation: collated[1] };
  const months = /^interval (year|month)(?: to (month))?$/.exec(name);
  if (months !== null) {
    const start = months[1] as YearMonthField;
    return { kind: "interval_year_month", start, end: (months[2] as YearMonthField | undefined) ?? start };
  }
  const days = /^interval (day|hour|minute|second)(?: to (hour|minute|second))?$/.exec(name);
  if (days !== null) {
    const start = days[1] as DayTimeField;
    return { kind: "interval_day_time", start, end: (days[2] as DayTimeField | undefined) ?? start };
  }
  // Shapes are bytes to us, in the well-known binary form.
  if (/^(geometry|geography)(\([^()]*\))?$/.test(name)) return BINARY;
  throw invalid(path, `has the unknown type "${name}"`);
}

function invalid(path: string, problem: string): BoathouseError {
  return new BoathouseError("SCHEMA_JSON_INVALID", `The schema cannot be read: ${path} ${problem}.`);
}
