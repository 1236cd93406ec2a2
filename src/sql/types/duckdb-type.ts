import { simpleString, type DataType, type StructField } from "../../core/data-type.ts";
import { BoathouseError } from "../../core/errors.ts";

/**
 * The DuckDB type in which values of a Spark type are computed. TIMESTAMP is TIMESTAMPTZ, TIMESTAMP_NTZ is TIMESTAMP,
 * every interval INTERVAL; VOID is an INTEGER of nulls.
 */
export function duckDbType(type: DataType): string {
  switch (type.kind) {
    case "boolean":
      return "BOOLEAN";
    case "byte":
      return "TINYINT";
    case "short":
      return "SMALLINT";
    case "int":
    case "void":
      return "INTEGER";
    case "long":
      return "BIGINT";
    case "float":
      return "FLOAT";
    case "double":
      return "DOUBLE";
    case "decimal":
      return `DECIMAL(${type.precision},${type.scale})`;
    case "string":
      return "VARCHAR";
    case "binary":
      return "BLOB";
    case "date":
      return "DATE";
    case "timestamp":
      return "TIMESTAMPTZ";
    case "timestamp_ntz":
      return "TIMESTAMP";
    case "calendar_interval":
    case "interval_year_month":
    case "interval_day_time":
      return "INTERVAL";
    case "variant":
      return "VARIANT";
    case "array":
      return `${duckDbType(type.element)}[]`;
    case "map":
      return `MAP(${duckDbType(type.key)}, ${duckDbType(type.value)})`;
    case "struct": {
      const names = structNames(type.fields);
      return `STRUCT(${type.fields.map((each, index) => `${identifier(names[index] ?? "")} ${duckDbType(each.type)}`).join(", ")})`;
    }
  }
}

/**
 * The names of a struct's fields inside DuckDB, where they must differ in more than case: a repeated one gets its
 * position as a suffix. Throws `UNSUPPORTED_FEATURE.EMPTY_STRUCT` for a struct without fields.
 */
export function structNames(fields: readonly StructField[]): string[] {
  if (fields.length === 0) {
    throw new BoathouseError("UNSUPPORTED_FEATURE.EMPTY_STRUCT", "A struct without fields is not supported.", {
      sqlState: "0A000",
    });
  }
  const seen = new Set<string>();
  return fields.map((each, index) => {
    let name = each.name === "" ? "_" : each.name;
    while (seen.has(name.toLowerCase())) name = `${name}_${index}`;
    seen.add(name.toLowerCase());
    return name;
  });
}

export function identifier(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}

/** A string literal. Characters that DuckDB's parser cannot take come through `chr`. */
export function textLiteral(value: string): string {
  const quoted = `'${value.replaceAll("'", "''")}'`;
  return value.includes("\0") ? `(${quoted.split("\0").join("' || chr(0) || '")})` : quoted;
}

/** For messages: the type as Spark shows it in errors. */
export function displayType(type: DataType): string {
  return simpleString(type).toUpperCase();
}
