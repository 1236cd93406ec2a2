/**
 * Spark's data types, as plain data. Everything that speaks of a column's type uses these: SQL, Delta schemas,
 * file formats, the catalog. Source: Spark's "Data Types" reference; JSON form: Delta PROTOCOL.md, "Schema
 * Serialization Format".
 */
export type DataType =
  | AtomicType
  | DecimalType
  | StringType
  | TimeType
  | IntervalType
  | ArrayType
  | MapType
  | StructType;

export interface AtomicType {
  readonly kind:
    | "boolean"
    | "byte"
    | "short"
    | "int"
    | "long"
    | "float"
    | "double"
    | "binary"
    | "date"
    | "timestamp"
    | "timestamp_ntz"
    | "calendar_interval"
    | "variant"
    | "void";
}

export interface DecimalType {
  readonly kind: "decimal";
  /** 1 to 38. */
  readonly precision: number;
  /** 0 to precision. */
  readonly scale: number;
}

export interface StringType {
  readonly kind: "string";
  /** `CHAR(n)` and `VARCHAR(n)` are strings with a length. */
  readonly length?: { readonly max: number; readonly fixed: boolean };
  /** Absent means UTF8_BINARY. */
  readonly collation?: string;
}

/** A time of day without a date, `TIME(3)`. */
export interface TimeType {
  readonly kind: "time";
  /** Digits of the fraction of a second, 0 to 6. */
  readonly precision: number;
}

export type YearMonthField = "year" | "month";
export type DayTimeField = "day" | "hour" | "minute" | "second";

export type IntervalType =
  | { readonly kind: "interval_year_month"; readonly start: YearMonthField; readonly end: YearMonthField }
  | { readonly kind: "interval_day_time"; readonly start: DayTimeField; readonly end: DayTimeField };

export interface ArrayType {
  readonly kind: "array";
  readonly element: DataType;
  readonly containsNull: boolean;
}

export interface MapType {
  readonly kind: "map";
  readonly key: DataType;
  readonly value: DataType;
  readonly valueContainsNull: boolean;
}

export interface StructType {
  readonly kind: "struct";
  readonly fields: readonly StructField[];
}

export interface StructField {
  readonly name: string;
  readonly type: DataType;
  readonly nullable: boolean;
  /** Column mapping, generation expressions, comments (`comment`): whatever Delta keeps with a field. */
  readonly metadata?: FieldMetadata;
}

export type FieldMetadata = Readonly<Record<string, unknown>>;

export const BOOLEAN: AtomicType = { kind: "boolean" };
export const BYTE: AtomicType = { kind: "byte" };
export const SHORT: AtomicType = { kind: "short" };
export const INT: AtomicType = { kind: "int" };
export const LONG: AtomicType = { kind: "long" };
export const FLOAT: AtomicType = { kind: "float" };
export const DOUBLE: AtomicType = { kind: "double" };
export const STRING: StringType = { kind: "string" };
export const BINARY: AtomicType = { kind: "binary" };
export const DATE: AtomicType = { kind: "date" };
/** An instant, shown in the session's time zone. */
export const TIMESTAMP: AtomicType = { kind: "timestamp" };
/** A local date and time, without a zone. */
export const TIMESTAMP_NTZ: AtomicType = { kind: "timestamp_ntz" };
export const VARIANT: AtomicType = { kind: "variant" };
/** The type of an untyped NULL. */
export const VOID: AtomicType = { kind: "void" };
export const CALENDAR_INTERVAL: AtomicType = { kind: "calendar_interval" };

/** TIME without a precision. */
export const TIME: TimeType = { kind: "time", precision: 6 };

export function decimal(precision: number, scale: number): DecimalType {
  return { kind: "decimal", precision, scale };
}

export function array(element: DataType, containsNull = true): ArrayType {
  return { kind: "array", element, containsNull };
}

export function map(key: DataType, value: DataType, valueContainsNull = true): MapType {
  return { kind: "map", key, value, valueContainsNull };
}

export function struct(fields: readonly StructField[]): StructType {
  return { kind: "struct", fields };
}

export function field(name: string, type: DataType, nullable = true, metadata?: FieldMetadata): StructField {
  return metadata === undefined ? { name, type, nullable } : { name, type, nullable, metadata };
}

/** The same type? Nullability inside arrays, maps and structs is ignored; names are compared as written. */
export function sameType(a: DataType, b: DataType): boolean {
  return a === b || simpleString(a) === simpleString(b);
}

/** Spark's `simpleString`, as golden files and `DESCRIBE` print it: `array<struct<a:int,b:decimal(10,2)>>`. */
export function simpleString(type: DataType): string {
  switch (type.kind) {
    case "byte":
      return "tinyint";
    case "short":
      return "smallint";
    case "long":
      return "bigint";
    case "decimal":
      return `decimal(${type.precision},${type.scale})`;
    case "string":
      if (type.length !== undefined) return `${type.length.fixed ? "char" : "varchar"}(${type.length.max})`;
      return type.collation === undefined ? "string" : `string collate ${type.collation}`;
    case "time":
      return `time(${type.precision})`;
    case "calendar_interval":
      return "interval";
    case "interval_year_month":
    case "interval_day_time":
      return intervalName(type).toLowerCase();
    case "array":
      return `array<${simpleString(type.element)}>`;
    case "map":
      return `map<${simpleString(type.key)},${simpleString(type.value)}>`;
    case "struct":
      return `struct<${type.fields.map((each) => `${each.name}:${simpleString(each.type)}`).join(",")}>`;
    default:
      return type.kind;
  }
}

/** The type as SQL spells it, which the parser reads back: `ARRAY<STRUCT<a: INT NOT NULL>>`. */
export function sqlType(type: DataType): string {
  switch (type.kind) {
    case "array":
      return `ARRAY<${sqlType(type.element)}>`;
    case "map":
      return `MAP<${sqlType(type.key)}, ${sqlType(type.value)}>`;
    case "struct":
      return `STRUCT<${type.fields.map(sqlField).join(", ")}>`;
    default:
      return simpleString(type).toUpperCase();
  }
}

/** An identifier in back-ticks where it needs them. */
export function quoteIfNeeded(name: string): string {
  return /^[A-Za-z_][A-Za-z0-9_]*$/.test(name) ? name : `\`${name.replaceAll("`", "``")}\``;
}

function sqlField(each: StructField): string {
  return `${quoteIfNeeded(each.name)}: ${sqlType(each.type)}${each.nullable ? "" : " NOT NULL"}`;
}

function intervalName(type: IntervalType): string {
  return type.start === type.end ? `INTERVAL ${type.start}` : `INTERVAL ${type.start} TO ${type.end}`;
}
