import type * as library from "@duckdb/node-api";
import type { DataType, DecimalType } from "../core/data-type.ts";
import { BoathouseError, unreachable } from "../core/errors.ts";
import type { Value } from "../core/value.ts";
import { timeOfDayText } from "../sql/java/time-of-day.ts";
import { variantJson } from "../sql/variant/json.ts";
import { readNode, variantOf } from "../sql/variant/read.ts";
import {
  calendarIntervalText,
  dateText,
  dayTimeText,
  localTimestampText,
  timestampText,
  yearMonthText,
} from "./time-text.ts";
import { shapeOf } from "./types.ts";

/** The module, once it has been loaded: values and types are its classes. */
export type DuckDbLibrary = typeof library;

/** From DuckDB's value to ours; null stays null. */
export type FromDuckDb = (value: library.DuckDBValue) => Value;

/** From our value to DuckDB's, for what a JavaScript function returns. */
export type ToDuckDb = (value: Value) => library.DuckDBValue;

/**
 * How values of a column become TypeScript's: BIGINT, UBIGINT and HUGEINT → bigint; smaller integers, FLOAT and DOUBLE
 * → number; DECIMAL, DATE, TIME, TIMESTAMP, intervals → text as Spark prints it (TIMESTAMPTZ in `zone`); LIST → array;
 * STRUCT → object; MAP → array of `{key, value}`; BLOB → bytes; UUID, ENUM → text. Undefined when they are that already.
 *
 * DuckDB has one INTERVAL for Spark's three; `spark` says which it is, CALENDAR_INTERVAL when it is not given. A BLOB that
 * is a VARIANT to Spark becomes JSON text.
 */
export function fromDuckDb(
  type: library.DuckDBType,
  duckdb: DuckDbLibrary,
  zone: string,
  spark?: DataType,
): FromDuckDb | undefined {
  const ids = duckdb.DuckDBTypeId;
  const shape = shapeOf(type);
  switch (type.typeId) {
    case ids.BOOLEAN:
    case ids.TINYINT:
    case ids.SMALLINT:
    case ids.INTEGER:
    case ids.BIGINT:
    case ids.UTINYINT:
    case ids.USMALLINT:
    case ids.UINTEGER:
    case ids.UBIGINT:
    case ids.HUGEINT:
    case ids.UHUGEINT:
    case ids.FLOAT:
    case ids.DOUBLE:
    case ids.VARCHAR:
    case ids.ENUM:
    case ids.SQLNULL:
      return undefined;
    case ids.DECIMAL:
    case ids.UUID:
      return (value) => (value === null ? null : String(value));
    case ids.DATE:
      return (value) => (value instanceof duckdb.DuckDBDateValue ? dateText(value.days) : nothing(value));
    case ids.TIME:
      return (value) => (value instanceof duckdb.DuckDBTimeValue ? timeOfDayText(value.micros) : nothing(value));
    case ids.TIMESTAMP:
      return (value) =>
        value instanceof duckdb.DuckDBTimestampValue ? localTimestampText(value.micros) : nothing(value);
    case ids.TIMESTAMP_S:
      return (value) =>
        value instanceof duckdb.DuckDBTimestampSecondsValue
          ? localTimestampText(value.seconds * 1_000_000n)
          : nothing(value);
    case ids.TIMESTAMP_MS:
      return (value) =>
        value instanceof duckdb.DuckDBTimestampMillisecondsValue
          ? localTimestampText(value.millis * 1000n)
          : nothing(value);
    case ids.TIMESTAMP_NS:
      return (value) =>
        value instanceof duckdb.DuckDBTimestampNanosecondsValue
          ? localTimestampText(floorDivide(value.nanos, 1000n))
          : nothing(value);
    case ids.TIMESTAMP_TZ:
      return (value) =>
        value instanceof duckdb.DuckDBTimestampTZValue ? timestampText(value.micros, zone) : nothing(value);
    case ids.INTERVAL:
      return (value) => (value instanceof duckdb.DuckDBIntervalValue ? intervalText(value, spark) : nothing(value));
    case ids.BLOB:
      if (spark?.kind === "variant") {
        return (value) => (value instanceof duckdb.DuckDBBlobValue ? variantText(value.bytes) : nothing(value));
      }
      return (value) => (value instanceof duckdb.DuckDBBlobValue ? value.bytes : nothing(value));
    case ids.LIST:
    case ids.ARRAY: {
      const element = child(shape.valueType, spark?.kind === "array" ? spark.element : undefined);
      return (value) =>
        value instanceof duckdb.DuckDBListValue || value instanceof duckdb.DuckDBArrayValue
          ? value.items.map(element)
          : nothing(value);
    }
    case ids.STRUCT: {
      const names = shape.entryNames ?? [];
      const fields = spark?.kind === "struct" ? spark.fields : [];
      const converters = (shape.entryTypes ?? []).map((each, index) => child(each, fields[index]?.type));
      return (value) => {
        if (!(value instanceof duckdb.DuckDBStructValue)) return nothing(value);
        return Object.fromEntries(
          names.map((name, index) => [name, converters[index]?.(value.entries[name] ?? null) ?? null]),
        );
      };
    }
    case ids.MAP: {
      const key = child(shape.keyType, spark?.kind === "map" ? spark.key : undefined);
      const item = child(shape.valueType, spark?.kind === "map" ? spark.value : undefined);
      return (value) =>
        value instanceof duckdb.DuckDBMapValue
          ? value.entries.map((entry) => ({ key: key(entry.key), value: item(entry.value) }))
          : nothing(value);
    }
    case ids.VARIANT:
      return () => {
        throw new BoathouseError(
          "UNSUPPORTED_DATATYPE",
          "Values of DuckDB's own type VARIANT cannot be read exactly.",
          {
            sqlState: "0A000",
          },
        );
      };
    default:
      throw new BoathouseError("UNSUPPORTED_DATATYPE", `Values of the type ${String(type)} cannot be shown.`, {
        sqlState: "0A000",
        hint: "Cast the column to STRING.",
      });
  }

  function child(inner: library.DuckDBType | undefined, sparkInner: DataType | undefined): FromDuckDb {
    if (inner === undefined) return unreachable(`The type ${String(type)} has no inner type.`);
    return fromDuckDb(inner, duckdb, zone, sparkInner) ?? plain;
  }
}

/** The reverse of `fromDuckDb`, for results of JavaScript functions. Numbers are accepted for BIGINT when they are whole. */
export function toDuckDb(type: DataType, duckdb: DuckDbLibrary): ToDuckDb {
  switch (type.kind) {
    case "long":
      return (value) => (typeof value === "number" ? BigInt(value) : scalar(value));
    case "decimal":
      return (value) => (typeof value === "object" ? scalar(value) : decimalValue(String(value), type, duckdb));
    case "binary":
      return (value) => (value instanceof Uint8Array ? new duckdb.DuckDBBlobValue(value) : scalar(value));
    case "array": {
      const element = toDuckDb(type.element, duckdb);
      return (value) => (isList(value) ? new duckdb.DuckDBListValue(value.map(element)) : scalar(value));
    }
    case "struct": {
      const fields = type.fields.map((each) => [each.name, toDuckDb(each.type, duckdb)] as const);
      return (value) =>
        isStruct(value)
          ? new duckdb.DuckDBStructValue(
              Object.fromEntries(fields.map(([name, to]) => [name, to(value[name] ?? null)])),
            )
          : scalar(value);
    }
    case "map": {
      const key = toDuckDb(type.key, duckdb);
      const item = toDuckDb(type.value, duckdb);
      return (value) => {
        if (!isList(value)) return scalar(value);
        const entries = value.filter(isStruct);
        return new duckdb.DuckDBMapValue(
          entries.map((entry) => ({ key: key(entry["key"] ?? null), value: item(entry["value"] ?? null) })),
        );
      };
    }
    default:
      return scalar;
  }
}

/** The library's own description of a Spark type, for declaring functions. Throws `UNSUPPORTED_DATATYPE`. */
export function nativeType(type: DataType, duckdb: DuckDbLibrary): library.DuckDBType {
  switch (type.kind) {
    case "boolean":
      return duckdb.BOOLEAN;
    case "byte":
      return duckdb.TINYINT;
    case "short":
      return duckdb.SMALLINT;
    case "int":
      return duckdb.INTEGER;
    case "long":
      return duckdb.BIGINT;
    case "float":
      return duckdb.FLOAT;
    case "double":
      return duckdb.DOUBLE;
    case "string":
      return duckdb.VARCHAR;
    case "binary":
    case "variant":
      return duckdb.BLOB;
    case "decimal":
      return duckdb.DECIMAL(type.precision, type.scale);
    case "array":
      return duckdb.LIST(nativeType(type.element, duckdb));
    case "map":
      return duckdb.MAP(nativeType(type.key, duckdb), nativeType(type.value, duckdb));
    case "struct":
      return duckdb.STRUCT(Object.fromEntries(type.fields.map((each) => [each.name, nativeType(each.type, duckdb)])));
    default:
      throw new BoathouseError("UNSUPPORTED_DATATYPE", `A JavaScript function cannot take or give a ${type.kind}.`, {
        kind: "defect",
      });
  }
}

function plain(value: library.DuckDBValue): Value {
  if (value === null || typeof value !== "object") return value;
  return unreachable("DuckDB gave an object where its type is a plain value.", { value: String(value) });
}

function nothing(value: library.DuckDBValue): null {
  if (value === null) return null;
  return unreachable("DuckDB gave a value of another type than its column's.", { value: String(value) });
}

function scalar(value: Value): library.DuckDBValue {
  if (value === null || typeof value !== "object") return value;
  return unreachable("A JavaScript function gave a value of another type than it declares.");
}

function isList(value: Value): value is readonly Value[] {
  return Array.isArray(value);
}

function isStruct(value: Value): value is { readonly [field: string]: Value } {
  return typeof value === "object" && value !== null && !Array.isArray(value) && !(value instanceof Uint8Array);
}

function floorDivide(value: bigint, divisor: bigint): bigint {
  const quotient = value / divisor;
  return value < 0n && quotient * divisor !== value ? quotient - 1n : quotient;
}

/** As Spark shows it, whatever the session's zone. */
function variantText(bytes: Uint8Array): string {
  return variantJson(readNode(variantOf(bytes)), "UTC");
}

function intervalText(value: library.DuckDBIntervalValue, spark: DataType | undefined): string {
  if (spark?.kind === "interval_year_month") return yearMonthText(value.months);
  if (spark?.kind === "interval_day_time") return dayTimeText(BigInt(value.days) * 86_400_000_000n + value.micros);
  return calendarIntervalText(value.months, value.days, value.micros);
}

function decimalValue(text: string, type: DecimalType, duckdb: DuckDbLibrary): library.DuckDBValue {
  const { precision, scale } = type;
  const match = /^(-?)(\d*)(?:\.(\d*))?$/.exec(text);
  const fraction = match?.[3] ?? "";
  if (match === null || fraction.length > scale) {
    return unreachable(`A JavaScript function gave "${text}" for DECIMAL(${precision},${scale}).`);
  }
  const digits = BigInt(`${match[2] ?? ""}${fraction.padEnd(scale, "0")}`);
  return new duckdb.DuckDBDecimalValue(match[1] === "-" ? -digits : digits, precision, scale);
}
