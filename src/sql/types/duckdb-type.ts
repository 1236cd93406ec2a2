import { simpleString, type DataType, type StructField } from "../../core/data-type.ts";
import { BoathouseError } from "../../core/errors.ts";
import { quoteIdentifier } from "../quote.ts";

/**
 * The DuckDB type in which values of a Spark type are computed. TIMESTAMP is TIMESTAMPTZ, TIMESTAMP_NTZ is TIMESTAMP,
 * every interval INTERVAL, VARIANT a BLOB (`variant/encoding.ts`); CHAR and VARCHAR lengths are not DuckDB's to check; VOID is an INTEGER of nulls, as DuckDB
 * itself types NULL. Throws `UNSUPPORTED_FEATURE.EMPTY_STRUCT` for a struct without fields, which DuckDB does not have.
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
    case "time":
      return "TIME";
    case "timestamp_ntz":
      return "TIMESTAMP";
    case "calendar_interval":
    case "interval_year_month":
    case "interval_day_time":
      return "INTERVAL";
    case "variant":
      return "BLOB";
    case "array":
      return `${duckDbType(type.element)}[]`;
    case "map":
      return `MAP(${duckDbType(type.key)}, ${duckDbType(type.value)})`;
    case "struct": {
      const names = structNames(type.fields);
      return `STRUCT(${type.fields.map((each, index) => `${quoteIdentifier(names[index] ?? "")} ${duckDbType(each.type)}`).join(", ")})`;
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

/** For messages: the type as Spark shows it in errors. */
export function displayType(type: DataType): string {
  return simpleString(type).toUpperCase();
}
