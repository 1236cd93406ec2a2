import { simpleString, type DataType, type DecimalType, type StructField } from "../../core/data-type.ts";
import { BoathouseError } from "../../core/errors.ts";
import { quoteIdentifier, quoteString } from "../../sql/quote.ts";
import { duckDbType } from "../../sql/types/duckdb-type.ts";
import { cellSql, type CellFormat } from "../cell.ts";

/**
 * How JSON becomes typed values, as Spark's parser does it: integers only from whole numbers, booleans only from true and
 * false, dates and timestamps from strings, strings from anything (as its JSON text). What does not fit is null.
 *
 * `json_transform` takes a value apart one level at a time: a string column is asked for as VARCHAR, everything else as
 * JSON text, whose first character tells what it is.
 */

/** Decimal digits that every DOUBLE keeps. */
const EXACT_DIGITS = 15;

/** What `json_transform` is asked for, as a DuckDB string: one level of an object's fields. */
export function fieldsStructure(fields: readonly StructField[]): string {
  const entries = fields.map((each) => [each.name, leaf(each.type)]);
  return quoteString(JSON.stringify(Object.fromEntries(entries)));
}

/** The value of a field that `fieldsStructure` asked for. */
export function jsonValue(source: string, type: DataType, format: CellFormat, depth = 0): string {
  switch (type.kind) {
    case "string":
      return source;
    case "void":
      return "NULL::INTEGER";
    case "boolean":
      return `CASE ${source}::VARCHAR WHEN 'true' THEN true WHEN 'false' THEN false END`;
    case "byte":
    case "short":
    case "int":
    case "long": {
      const value = `TRY_CAST(${source}::VARCHAR AS ${duckDbType(type)})`;
      return `CASE WHEN ${value}::VARCHAR = ${source}::VARCHAR THEN ${value} END`;
    }
    case "float":
    case "double":
      return floating(source, duckDbType(type));
    case "decimal":
      return `CASE WHEN ${isNested(source)} THEN NULL ${inexact(source, type)} ELSE TRY_CAST(${text(source)} AS ${duckDbType(type)}) END`;
    case "date":
    case "timestamp_ntz":
      return `CASE WHEN ${isString(source)} THEN ${cellSql(text(source), type, format)} END`;
    case "timestamp":
      return `CASE WHEN ${isString(source)} THEN ${cellSql(text(source), type, format)}
        WHEN regexp_full_match(${source}::VARCHAR, '-?[0-9]{1,14}') THEN to_timestamp(TRY_CAST(${source}::VARCHAR AS BIGINT)) END`;
    case "binary":
      return `CASE WHEN ${isString(source)} THEN TRY(from_base64(${text(source)})) END`;
    case "array":
      return arrayValue(source, type.element, format, depth);
    case "map":
      return mapValue(source, type.key, type.value, format, depth);
    case "struct":
      return structValue(source, type.fields, format, depth);
    default:
      throw new BoathouseError(
        "UNSUPPORTED_DATA_TYPE_FOR_DATASOURCE",
        `JSON cannot be read as ${simpleString(type).toUpperCase()}.`,
        { hint: "Read the field as STRING and convert it." },
      );
  }
}

/**
 * Does the value of a field not fit its type, in whole or in part? `value` is what `jsonValue` made of `source`, where it is
 * at hand. Fields that a struct does not have are misfits too.
 */
export function isMisfit(source: string, type: DataType, format: CellFormat, value?: string, depth = 0): string {
  switch (type.kind) {
    case "string":
    case "void":
      return "false";
    case "struct": {
      const known = type.fields.map((each) => quoteString(each.name)).join(", ");
      const parts = type.fields.map((each) =>
        isMisfit(`p${depth}.${quoteIdentifier(each.name)}`, each.type, format, undefined, depth + 1),
      );
      const inside = parts.filter((part) => part !== "false");
      const nested = `[json_transform(${source}, ${fieldsStructure(type.fields)})], lambda p${depth}: ${inside.join(" OR ")}`;
      return `CASE WHEN ${source} IS NULL THEN false WHEN json_type(${source}) <> 'OBJECT' THEN true
        WHEN NOT list_has_all([${known}], json_keys(${source})) THEN true
        ${inside.length === 0 ? "" : `ELSE list_transform(${nested})[1]`} END IS NOT DISTINCT FROM true`;
    }
    case "array":
    case "map": {
      const [kind, part, list] =
        type.kind === "array"
          ? (["ARRAY", type.element, elements(source, type.element)] as const)
          : (["OBJECT", type.value, `map_values(${entriesOf(source, type.value)})`] as const);
      const inside = isMisfit(`q${depth}`, part, format, undefined, depth + 1);
      return `CASE WHEN ${source} IS NULL THEN false WHEN json_type(${source}) <> '${kind}' THEN true
        ${inside === "false" ? "" : `ELSE list_bool_or(list_transform(${list}, lambda q${depth}: ${inside}))`} END IS NOT DISTINCT FROM true`;
    }
    default:
      return `(${source} IS NOT NULL AND ${value ?? jsonValue(source, type, format, depth + 1)} IS NULL)`;
  }
}

function leaf(type: DataType): string {
  return type.kind === "string" ? "VARCHAR" : "JSON";
}

function isString(source: string): string {
  return `starts_with(${source}::VARCHAR, '"')`;
}

function isNested(source: string): string {
  return `(starts_with(${source}::VARCHAR, '{') OR starts_with(${source}::VARCHAR, '['))`;
}

/** DuckDB reads fractions as DOUBLE. A number that needs more digits than that holds is an error: it must not be rounded silently. */
function inexact(source: string, type: DecimalType): string {
  if (type.precision <= EXACT_DIGITS) return "";
  const digits = `ltrim(${source}::VARCHAR, '-0')`;
  return `WHEN regexp_full_match(${source}::VARCHAR, '-?[0-9]+\\.[0-9]+') AND length(${source}::VARCHAR) > ${EXACT_DIGITS + 1}
    AND strpos(${digits}, '.') - 1 + ${type.scale} > ${EXACT_DIGITS} AND length(replace(${digits}, '.', '')) > ${EXACT_DIGITS}
    THEN error('[DECIMAL_PRECISION_LOST] The JSON number ' || ${source}::VARCHAR || ' has more digits than can be read exactly as ${duckDbType(type)}. Write such numbers as strings ("1.23") in the file.')`;
}

/** The text of a JSON string, or of what is none. */
function text(source: string): string {
  return `(${source} ->> '$')`;
}

function floating(source: string, type: string): string {
  return `CASE WHEN ${source}::VARCHAR IN ('"NaN"', 'NaN') THEN 'NaN'::${type}
    WHEN ${source}::VARCHAR IN ('"+INF"', '"+Infinity"', '"Infinity"', 'Infinity') THEN 'Infinity'::${type}
    WHEN ${source}::VARCHAR IN ('"-INF"', '"-Infinity"', '-Infinity') THEN '-Infinity'::${type}
    WHEN NOT ${isString(source)} THEN TRY_CAST(${source}::VARCHAR AS ${type}) END`;
}

function structValue(source: string, fields: readonly StructField[], format: CellFormat, depth: number): string {
  const parts = fields.map((each) => {
    const name = quoteIdentifier(each.name);
    return `${name} := ${jsonValue(`s${depth}.${name}`, each.type, format, depth + 1)}`;
  });
  // The lambda names the parts; there is one value.
  return `CASE WHEN json_type(${source}) = 'OBJECT' THEN list_transform(
    [json_transform(${source}, ${fieldsStructure(fields)})], lambda s${depth}: struct_pack(${parts.join(", ")}))[1] END`;
}

function elements(source: string, element: DataType): string {
  return `json_transform(${source}, '["${leaf(element)}"]')`;
}

function arrayValue(source: string, element: DataType, format: CellFormat, depth: number): string {
  const list = elements(source, element);
  const value = jsonValue(`e${depth}`, element, format, depth + 1);
  const converted = value === `e${depth}` ? list : `list_transform(${list}, lambda e${depth}: ${value})`;
  return `CASE WHEN json_type(${source}) = 'ARRAY' THEN ${converted} END`;
}

function mapValue(source: string, key: DataType, value: DataType, format: CellFormat, depth: number): string {
  if (key.kind !== "string") {
    throw new BoathouseError("UNSUPPORTED_DATA_TYPE_FOR_DATASOURCE", "The keys of a map in JSON are strings.", {
      hint: `Read the map with STRING keys instead of ${simpleString(key).toUpperCase()}.`,
    });
  }
  const entries = `map_entries(${entriesOf(source, value)})`;
  const converted = jsonValue(`m${depth}.value`, value, format, depth + 1);
  return `CASE WHEN json_type(${source}) = 'OBJECT' THEN map_from_entries(list_transform(${entries},
    lambda m${depth}: struct_pack("key" := m${depth}.key, "value" := ${converted}))) END`;
}

function entriesOf(source: string, value: DataType): string {
  return `json_transform(${source}, '"MAP(VARCHAR, ${leaf(value)})"')`;
}
