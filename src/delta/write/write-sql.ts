import {
  simpleString,
  sqlType,
  struct,
  type DataType,
  type StructField,
  type StructType,
} from "../../core/data-type.ts";
import { BoathouseError } from "../../core/errors.ts";
import { didYouMean } from "../../core/nearest.ts";
import { quoteIdentifier, quoteString } from "../../sql/quote.ts";
import { duckDbType } from "../../sql/types/duckdb-type.ts";
import { hasVariant } from "../../sql/types/variant-type.ts";
import { variantToGroup } from "../../sql/variant/group-sql.ts";
import { NO_RULES, type ColumnRules } from "./column-rules.ts";
import { needsRename, physicalName, type MappingMode } from "../schema/column-mapping.ts";
import type { RowCheck } from "./row-check.ts";
import { findField, isWidening } from "../schema/table-schema.ts";

export interface WriteShape {
  /** What the SELECT gives. */
  readonly source: StructType;
  /** The table's columns. */
  readonly table: StructType;
  readonly partitionColumns: readonly string[];
  readonly mode: MappingMode;
  /** Of columns that the SELECT does not give, and those that its rows must fulfil. Undefined: the rows are the table's own. */
  readonly rules: ColumnRules | undefined;
  readonly checks: readonly RowCheck[];
}

/**
 * The SELECT that is copied to Parquet: every column cast to the table's exact type (what DuckDB would write otherwise
 * is not always a type of Delta), NOT NULL and row checks enforced, partition values in the text form of the log.
 *
 * Throws `DELTA_SCHEMA_MISMATCH` and `DELTA_FAILED_TO_MERGE_FIELDS`.
 */
export function writeSql(select: string, given: WriteShape): string {
  checkColumns(given);
  const shape = given.rules === undefined ? { ...given, table: nullable(given.table) } : given;
  const partitions = new Set(shape.partitionColumns.map((name) => name.toLowerCase()));
  const rules = shape.rules ?? NO_RULES;
  const cast = shape.table.fields.flatMap((column) => {
    if (rules.generated.has(column.name)) return [];
    return [`${givenSql(column, shape, rules)} AS ${quoteIdentifier(column.name)}`];
  });
  const rows = withGenerated(`SELECT ${cast.join(", ")} FROM (${select}\n) AS source`, shape.table, rules);
  const checks = [...rules.checks, ...shape.checks].map(({ condition, code, message }) => {
    return `CASE WHEN coalesce((${condition}), false) THEN true ELSE error(${quoteString(`[${code}] ${message}`)} || ${rowText(shape.table)}) END`;
  });
  const where = checks.length === 0 ? "" : ` WHERE ${checks.join(" AND ")}`;
  if (partitions.size === 0 && shape.mode === "none" && !hasVariant(shape.table)) {
    return checks.length === 0 ? rows : `SELECT * FROM (${rows})${where}`;
  }
  const output = shape.table.fields.map((column) => {
    const name = quoteIdentifier(column.name);
    const isPartition = partitions.has(column.name.toLowerCase());
    const value = isPartition ? partitionText(name, column.type) : physicalSql(name, column.type, shape.mode);
    return `${value} AS ${quoteIdentifier(physicalName(column, shape.mode))}`;
  });
  // Sorted, so that one file a partition and thread is written and not one for every batch of rows.
  const order = shape.partitionColumns.map((name) => quoteIdentifier(name)).join(", ");
  return `SELECT ${output.join(", ")} FROM (${rows})${where}${order === "" ? "" : ` ORDER BY ${order}`}`;
}

/** A column's value as the SELECT gives it, else as its rules say. */
function givenSql(column: StructField, { source }: WriteShape, rules: ColumnRules): string {
  const identity = rules.identities.get(column.name);
  if (identity !== undefined) return identity;
  const given = findField(source, column.name);
  const value =
    given === undefined
      ? (rules.defaults.get(column.name) ?? `CAST(NULL AS ${duckDbType(column.type)})`)
      : castSql(`source.${quoteIdentifier(given.name)}`, given.type, column.type, column.name);
  return notNull(value, column, column.name);
}

/** The rows with the columns that are computed from the others. */
function withGenerated(rows: string, table: StructType, { generated }: ColumnRules): string {
  if (generated.size === 0) return rows;
  const columns = table.fields.map((column) => {
    const sql = generated.get(column.name);
    const name = quoteIdentifier(column.name);
    return sql === undefined ? name : `${notNull(sql, column, column.name)} AS ${name}`;
  });
  return `SELECT ${columns.join(", ")} FROM (${rows})`;
}

/** A value of one type as another that `isWidening` allows, struct fields by name. */
function castSql(value: string, from: DataType, to: DataType, name: string): string {
  if (from.kind === "void") return `CAST(NULL AS ${duckDbType(to)})`;
  if (from.kind === "struct" && to.kind === "struct") {
    const fields = to.fields.map((each) => {
      const given = findField(from, each.name);
      const path = `${name}.${each.name}`;
      const inner =
        given === undefined
          ? `CAST(NULL AS ${duckDbType(each.type)})`
          : castSql(`${value}.${quoteIdentifier(given.name)}`, given.type, each.type, path);
      return `${quoteIdentifier(each.name)}: ${notNull(inner, each, path)}`;
    });
    const required = requiredField(to, name);
    const missing = required === undefined ? "" : ` ELSE ${nullError(required)}`;
    return `CASE WHEN ${value} IS NOT NULL THEN {${fields.join(", ")}}${missing} END`;
  }
  if (from.kind === "array" && to.kind === "array" && holdsStruct(to.element)) {
    const item = `x${value.length}`;
    return `list_transform(${value}, lambda ${item}: ${castSql(item, from.element, to.element, `${name}.element`)})`;
  }
  if (from.kind === "map" && to.kind === "map" && (holdsStruct(to.value) || holdsStruct(to.key))) {
    const item = `x${value.length}`;
    const key = castSql(`${item}."key"`, from.key, to.key, `${name}.key`);
    const element = castSql(`${item}."value"`, from.value, to.value, `${name}.value`);
    return (
      `CASE WHEN ${value} IS NOT NULL THEN map_from_entries(list_transform(map_entries(${value}), ` +
      `lambda ${item}: {"key": ${key}, "value": ${element}})) END`
    );
  }
  const cast = `CAST(${value} AS ${duckDbType(to)})`;
  return to.kind === "string" && to.length !== undefined ? limited(cast, to.length, name) : cast;
}

/** A value with the physical names of the fields inside it, variants in their two parts. */
function physicalSql(value: string, type: DataType, mode: MappingMode): string {
  if (type.kind === "variant") return variantToGroup(value);
  if (!needsRename(type, mode) && !hasVariant(type)) return value;
  switch (type.kind) {
    case "struct": {
      const fields = type.fields.map((each) => {
        const inner = physicalSql(`${value}.${quoteIdentifier(each.name)}`, each.type, mode);
        return `${quoteIdentifier(physicalName(each, mode))}: ${inner}`;
      });
      return `CASE WHEN ${value} IS NOT NULL THEN {${fields.join(", ")}} END`;
    }
    case "array": {
      const item = `x${value.length}`;
      return `list_transform(${value}, lambda ${item}: ${physicalSql(item, type.element, mode)})`;
    }
    case "map": {
      const item = `x${value.length}`;
      const key = physicalSql(`${item}."key"`, type.key, mode);
      const element = physicalSql(`${item}."value"`, type.value, mode);
      return (
        `CASE WHEN ${value} IS NOT NULL THEN map_from_entries(list_transform(map_entries(${value}), ` +
        `lambda ${item}: {"key": ${key}, "value": ${element}})) END`
      );
    }
    default:
      return value;
  }
}

function limited(value: string, length: { readonly max: number; readonly fixed: boolean }, name: string): string {
  const type = `${length.fixed ? "char" : "varchar"}(${length.max})`;
  const message = `[EXCEED_LIMIT_LENGTH] A value of column "${name}" exceeds the length limit of ${type}: `;
  const text = length.fixed ? `rpad(${value}, ${length.max}, ' ')` : value;
  return `CASE WHEN length(${value}) <= ${length.max} THEN ${text} WHEN ${value} IS NULL THEN NULL WHEN length(rtrim(${value}, ' ')) <= ${length.max} THEN left(${value}, ${length.max}) ELSE error(${quoteString(message)} || ${value}) END`;
}

function notNull(value: string, column: StructField, name: string): string {
  if (column.nullable) return value;
  return `CASE WHEN (${value}) IS NOT NULL THEN ${value} ELSE ${nullError(name)} END`;
}

function nullError(name: string): string {
  const message = `[DELTA_NOT_NULL_CONSTRAINT_VIOLATED] NOT NULL constraint violated for column: ${name}.`;
  return `error(${quoteString(message)})`;
}

/** Nulls are wherever they are. */
function nullable(type: StructType): StructType {
  const inner = (each: DataType): DataType => {
    if (each.kind === "struct") return nullable(each);
    if (each.kind === "array") return { ...each, element: inner(each.element) };
    return each.kind === "map" ? { ...each, key: inner(each.key), value: inner(each.value) } : each;
  };
  return struct(type.fields.map((each) => ({ ...each, type: inner(each.type), nullable: true })));
}

/** A field that must not be null, for which the struct around it must not be null either. */
function requiredField(type: StructType, parent: string): string | undefined {
  for (const each of type.fields) {
    const name = `${parent}.${each.name}`;
    if (!each.nullable) return name;
    const inner = each.type.kind === "struct" ? requiredField(each.type, name) : undefined;
    if (inner !== undefined) return inner;
  }
  return undefined;
}

/** The row in the message of a failed check. */
function rowText(table: StructType): string {
  const parts = table.fields.map(
    ({ name }) =>
      `${quoteString(` ${name}: `)} || coalesce(left(CAST(${quoteIdentifier(name)} AS VARCHAR), 100), 'NULL')`,
  );
  return parts.join(" || ',' || ");
}

/** PROTOCOL.md, "Partition Value Serialization"; timestamps as instants in UTC. */
function partitionText(column: string, type: DataType): string {
  switch (type.kind) {
    case "string":
      return `nullif(${column}, '')`;
    case "timestamp":
      return `strftime(timezone('UTC', ${column}), '%Y-%m-%dT%H:%M:%S.%fZ')`;
    case "timestamp_ntz":
      return `strftime(${column}, '%Y-%m-%d %H:%M:%S.%f')`;
    default:
      return `CAST(${column} AS VARCHAR)`;
  }
}

function checkColumns({ source, table }: WriteShape): void {
  const names = table.fields.map(({ name }) => name);
  for (const given of source.fields) {
    const column = findField(table, given.name);
    if (column === undefined) {
      throw new BoathouseError("DELTA_SCHEMA_MISMATCH", `The table has no column "${given.name}".`, {
        sqlState: "42KDG",
        hint: didYouMean(given.name, names) ?? "Leave the column out, or set mergeSchema to add it to the table.",
        details: { column: given.name, columns: names },
      });
    }
    checkType(given.type, column.type, column.name);
  }
  const repeated = source.fields.find(
    ({ name }, index) => source.fields.findIndex((each) => each.name.toLowerCase() === name.toLowerCase()) !== index,
  );
  if (repeated !== undefined) {
    throw new BoathouseError("DELTA_DUPLICATE_COLUMNS_FOUND", `The data has the column "${repeated.name}" twice.`, {
      sqlState: "42711",
    });
  }
}

function checkType(from: DataType, to: DataType, name: string): void {
  if (from.kind === "void") return;
  if (from.kind === "struct" && to.kind === "struct") {
    for (const given of from.fields) {
      const target = findField(to, given.name);
      if (target === undefined) {
        throw new BoathouseError("DELTA_SCHEMA_MISMATCH", `The column "${name}" has no field "${given.name}".`, {
          sqlState: "42KDG",
          hint: "Leave the field out, or set mergeSchema to add it to the table.",
        });
      }
      checkType(given.type, target.type, `${name}.${given.name}`);
    }
  } else if (from.kind === "array" && to.kind === "array") checkType(from.element, to.element, `${name}.element`);
  else if (from.kind === "map" && to.kind === "map") {
    checkType(from.key, to.key, `${name}.key`);
    checkType(from.value, to.value, `${name}.value`);
  } else if (!isWidening(from, to)) {
    throw new BoathouseError(
      "DELTA_FAILED_TO_MERGE_FIELDS",
      `The column "${name}" is of type ${simpleString(to)}, the data is of type ${simpleString(from)}.`,
      { sqlState: "22005", hint: `Cast the data: CAST(${name} AS ${sqlType(to)}).` },
    );
  }
}

function holdsStruct(type: DataType): boolean {
  if (type.kind === "struct") return true;
  if (type.kind === "array") return holdsStruct(type.element);
  return type.kind === "map" && (holdsStruct(type.key) || holdsStruct(type.value));
}
