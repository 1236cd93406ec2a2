import type * as Arrow from "apache-arrow";
import {
  array,
  BINARY,
  BOOLEAN,
  BYTE,
  DATE,
  decimal,
  DOUBLE,
  field,
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
  VOID,
  type DataType,
  type StructField,
  type StructType,
} from "../../core/data-type.ts";
import { BoathouseError } from "../../core/errors.ts";

/** The library, which is loaded when it is first needed. */
export type ArrowLibrary = typeof Arrow;

/** Throws `ARROW_NOT_INSTALLED`. */
export async function arrowLibrary(): Promise<ArrowLibrary> {
  try {
    return await import("apache-arrow");
  } catch (cause) {
    throw new BoathouseError("ARROW_NOT_INSTALLED", "Arrow needs the package apache-arrow, which is not there.", {
      hint: "npm install apache-arrow",
      cause,
    });
  }
}

/** The columns of a table in Arrow's types. Throws `ARROW_TYPE_UNSUPPORTED` for those that Arrow has nothing for. */
export function arrowSchema(arrow: ArrowLibrary, schema: StructType): Arrow.Schema {
  return new arrow.Schema(schema.fields.map((each) => arrowField(arrow, each, each.name)));
}

/** Metadata that Delta keeps with a field goes along, what is no text as JSON. */
function arrowField(
  arrow: ArrowLibrary,
  { name, type, nullable, metadata = {} }: StructField,
  path: string,
): Arrow.Field {
  const entries = Object.entries(metadata).map(
    ([key, value]) => [key, typeof value === "string" ? value : JSON.stringify(value)] as const,
  );
  return new arrow.Field(name, arrowType(arrow, type, path), nullable, new Map(entries));
}

/** `path` names the column in errors. */
export function arrowType(arrow: ArrowLibrary, type: DataType, path: string): Arrow.DataType {
  switch (type.kind) {
    case "boolean":
      return new arrow.Bool();
    case "byte":
      return new arrow.Int8();
    case "short":
      return new arrow.Int16();
    case "int":
      return new arrow.Int32();
    case "long":
      return new arrow.Int64();
    case "float":
      return new arrow.Float32();
    case "double":
      return new arrow.Float64();
    case "decimal":
      return new arrow.Decimal(type.scale, type.precision);
    case "string":
      return new arrow.Utf8();
    case "binary":
      return new arrow.Binary();
    case "date":
      return new arrow.DateDay();
    case "timestamp":
      return new arrow.TimestampMicrosecond("UTC");
    case "timestamp_ntz":
      return new arrow.TimestampMicrosecond(null);
    case "array":
      return new arrow.List(arrowField(arrow, field("element", type.element, type.containsNull), path));
    case "map":
      return new arrow.Map_(entriesField(arrow, type.key, type.value, type.valueContainsNull, path));
    case "struct":
      return new arrow.Struct(type.fields.map((each) => arrowField(arrow, each, `${path}.${each.name}`)));
    default:
      throw unsupported(path, simpleString(type));
  }
}

function entriesField(
  arrow: ArrowLibrary,
  key: DataType,
  value: DataType,
  valueContainsNull: boolean,
  path: string,
): Arrow.Field<Arrow.Struct<{ key: Arrow.DataType; value: Arrow.DataType }>> {
  const fields = [
    arrowField(arrow, field("key", key, false), path),
    arrowField(arrow, field("value", value, valueContainsNull), path),
  ];
  return new arrow.Field("entries", new arrow.Struct(fields), false);
}

/** The type of Spark that holds every value of an Arrow type. Throws `ARROW_TYPE_UNSUPPORTED`. */
export function sparkTypeOf(arrow: ArrowLibrary, type: Arrow.DataType, path: string): DataType {
  const { DataType: types } = arrow;
  const inner = (each: Arrow.Field): StructField =>
    field(each.name, sparkTypeOf(arrow, each.type, `${path}.${each.name}`), each.nullable);
  if (types.isNull(type)) return VOID;
  if (types.isBool(type)) return BOOLEAN;
  if (types.isInt(type)) return integerType(type);
  if (types.isFloat(type) && type.precision !== arrow.Precision.HALF) {
    return type.precision === arrow.Precision.SINGLE ? FLOAT : DOUBLE;
  }
  if (types.isDecimal(type) && type.bitWidth === 128 && type.scale >= 0 && type.scale <= type.precision) {
    return decimal(type.precision, type.scale);
  }
  if (types.isUtf8(type) || types.isLargeUtf8(type)) return STRING;
  if (types.isBinary(type) || types.isLargeBinary(type)) return BINARY;
  if (types.isDate(type)) return DATE;
  if (types.isTimestamp(type)) return (type.timezone ?? "") === "" ? TIMESTAMP_NTZ : TIMESTAMP;
  if (types.isDictionary(type) && types.isUtf8(type.dictionary)) return STRING;
  if (types.isStruct(type)) return struct(type.children.map(inner));
  if (types.isList(type)) {
    const { type: element, nullable } = inner(type.valueField);
    return array(element, nullable);
  }
  if (types.isMap(type)) {
    const [key, value] = type.children[0]?.type.children ?? [];
    if (key !== undefined && value !== undefined) return map(inner(key).type, inner(value).type, value.nullable);
  }
  throw unsupported(path, arrow.Type[type.typeId] ?? "unknown");
}

function integerType({ bitWidth, isSigned }: Arrow.Int): DataType {
  switch (bitWidth) {
    case 8:
      return isSigned ? BYTE : SHORT;
    case 16:
      return isSigned ? SHORT : INT;
    case 32:
      return isSigned ? INT : LONG;
    default:
      return isSigned ? LONG : decimal(20, 0);
  }
}

function unsupported(path: string, type: string): BoathouseError {
  return new BoathouseError(
    "ARROW_TYPE_UNSUPPORTED",
    `The column ${path} has the type ${type}, which does not go by Arrow.`,
    {
      sqlState: "0A000",
      hint: "Leave the column out by `columns`, or convert it first.",
    },
  );
}
