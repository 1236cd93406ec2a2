import type { DuckDBType, DuckDBTypeId } from "@duckdb/node-api";
import {
  array,
  BINARY,
  BOOLEAN,
  BYTE,
  CALENDAR_INTERVAL,
  DATE,
  decimal,
  DOUBLE,
  field,
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
} from "../core/data-type.ts";
import { BoathouseError } from "../core/errors.ts";

/**
 * The Spark type that holds every value of a DuckDB type: unsigned integers go to the next wider one, HUGEINT to
 * DECIMAL(38,0), UUID, ENUM and JSON to STRING. Everything is nullable. `typeIds` is the library's table of type numbers.
 *
 * Throws `UNSUPPORTED_DATATYPE` for types that Spark has nothing for: TIME, BIT, UNION, GEOMETRY.
 */
export function sparkType(type: DuckDBType, typeIds: TypeIds): DataType {
  const shape = shapeOf(type);
  const inner = (each: DuckDBType): DataType => sparkType(each, typeIds);
  switch (type.typeId) {
    case typeIds.BOOLEAN:
      return BOOLEAN;
    case typeIds.TINYINT:
      return BYTE;
    case typeIds.SMALLINT:
    case typeIds.UTINYINT:
      return SHORT;
    case typeIds.INTEGER:
    case typeIds.USMALLINT:
      return INT;
    case typeIds.BIGINT:
    case typeIds.UINTEGER:
      return LONG;
    case typeIds.UBIGINT:
      return decimal(20, 0);
    case typeIds.HUGEINT:
    case typeIds.UHUGEINT:
      return decimal(38, 0);
    case typeIds.FLOAT:
      return FLOAT;
    case typeIds.DOUBLE:
      return DOUBLE;
    case typeIds.DECIMAL:
      return decimal(shape.width ?? 38, shape.scale ?? 0);
    case typeIds.VARCHAR:
    case typeIds.UUID:
    case typeIds.ENUM:
      return STRING;
    case typeIds.BLOB:
      return BINARY;
    case typeIds.DATE:
      return DATE;
    case typeIds.TIMESTAMP_TZ:
      return TIMESTAMP;
    case typeIds.TIMESTAMP:
    case typeIds.TIMESTAMP_S:
    case typeIds.TIMESTAMP_MS:
    case typeIds.TIMESTAMP_NS:
      return TIMESTAMP_NTZ;
    case typeIds.INTERVAL:
      return CALENDAR_INTERVAL;
    case typeIds.VARIANT:
      return VARIANT;
    case typeIds.SQLNULL:
      return VOID;
    default:
      break;
  }
  if (shape.keyType !== undefined && shape.valueType !== undefined) {
    return map(inner(shape.keyType), inner(shape.valueType));
  }
  if (type.typeId === typeIds.STRUCT && shape.entryTypes !== undefined) {
    const names = shape.entryNames ?? [];
    return struct(shape.entryTypes.map((each, index) => field(names[index] ?? String(index + 1), inner(each))));
  }
  if ((type.typeId === typeIds.LIST || type.typeId === typeIds.ARRAY) && shape.valueType !== undefined) {
    return array(inner(shape.valueType));
  }
  throw unsupported(String(type), "Spark has no such type");
}

/** The numbers of DuckDB's types, from the library, which is loaded only when DuckDB is. */
export type TypeIds = typeof DuckDBTypeId;

/** The parts that a DuckDB type of any kind may have. */
export interface TypeShape {
  readonly typeId: DuckDBTypeId;
  readonly width?: number;
  readonly scale?: number;
  readonly keyType?: DuckDBType;
  readonly valueType?: DuckDBType;
  readonly entryNames?: readonly string[];
  readonly entryTypes?: readonly DuckDBType[];
}

export function shapeOf(type: DuckDBType): TypeShape {
  return type;
}

function unsupported(type: string, why: string): BoathouseError {
  return new BoathouseError("UNSUPPORTED_DATATYPE", `The type ${type} is not supported: ${why}.`, {
    sqlState: "0A000",
    details: { type },
  });
}
