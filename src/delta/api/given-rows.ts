import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import {
  array,
  BINARY,
  BOOLEAN,
  DOUBLE,
  field,
  LONG,
  map,
  simpleString,
  STRING,
  struct,
  TIMESTAMP,
  VOID,
  type DataType,
  type StructType,
} from "../../core/data-type.ts";
import { BoathouseError } from "../../core/errors.ts";
import { didYouMean } from "../../core/nearest.ts";
import type { Connection } from "../../duckdb/connection.ts";
import { quoteIdentifier, quoteString } from "../../sql/quote.ts";
import { duckDbType } from "../../sql/types/duckdb-type.ts";
import { findField } from "../schema/table-schema.ts";
import type { Runtime } from "./runtime.ts";
import { arrowRows, type ArrowRows } from "./arrow-rows.ts";
import { RowScan } from "./row-scan.ts";

/** A value of a row that is given: also dates and maps of JavaScript. */
export type GivenValue =
  | null
  | undefined
  | boolean
  | number
  | bigint
  | string
  | Date
  | Uint8Array
  | readonly GivenValue[]
  | ReadonlyMap<string, GivenValue>
  | { readonly [field: string]: GivenValue };

export type GivenRow = { readonly [column: string]: GivenValue };

/**
 * Rows to write: at hand, as Parquet files (paths, `*` allowed), those of a scan of a table, or Arrow. Columns are matched by
 * name, ignoring case; those of the table that are missing become null or get their defaults.
 */
export type GivenRows = readonly GivenRow[] | ParquetRows | ArrowRows | RowScan;

export interface ParquetRows {
  readonly parquet: string | readonly string[];
}

/** Rows as something that DuckDB reads. */
export interface ReadableRows {
  readonly select: string;
  readonly schema: StructType;
  /** Lets go of what was kept. */
  release(): Promise<void>;
}

/**
 * Makes rows readable. Throws `UNRESOLVED_COLUMN` for columns that the table does not have, unless `open` allows new ones,
 * whose types follow from their values.
 */
export async function readable(
  rows: GivenRows,
  table: StructType,
  { connection, runtime, open }: { readonly connection: Connection; readonly runtime: Runtime; readonly open: boolean },
): Promise<ReadableRows> {
  if (isList(rows)) return rowsAtHand(rows, table, open);
  if (isArrow(rows)) {
    const given = await arrowRows(rows, connection);
    if (!open) checkNames(namesOf(given.schema), table);
    return given;
  }
  const select = isScan(rows) ? await rows.sql() : `SELECT * FROM ${parquetSql(rows.parquet)}`;
  await runtime.install(connection, select);
  const stream = await connection.stream(`SELECT * FROM (${select}\n) LIMIT 0`);
  for await (const _ of stream.batches) break;
  stream.close();
  const schema = isScan(rows) ? await rows.schema() : stream.schema;
  if (!open) checkNames(namesOf(schema), table);
  return { select, schema, release: () => Promise.resolve() };
}

function isList(rows: GivenRows): rows is readonly GivenRow[] {
  return Array.isArray(rows);
}

function isScan(rows: RowScan | ParquetRows): rows is RowScan {
  return rows instanceof RowScan;
}

/** A library of another version than ours makes them too, so that no class is asked for. */
function isArrow(rows: Exclude<GivenRows, readonly GivenRow[]>): rows is ArrowRows {
  return rows instanceof Uint8Array || ("numRows" in rows && "schema" in rows);
}

function namesOf({ fields }: StructType): string[] {
  return fields.map(({ name }) => name);
}

function parquetSql(paths: string | readonly string[]): string {
  const all = (typeof paths === "string" ? [paths] : paths).map((path) => quoteString(resolve(path)));
  return `read_parquet([${all.join(", ")}], hive_partitioning = false, union_by_name = true)`;
}

/** Through a file of JSON lines, typed by the table's columns. */
async function rowsAtHand(rows: readonly GivenRow[], table: StructType, open: boolean): Promise<ReadableRows> {
  const names = [...new Set(rows.flatMap((row) => Object.keys(row)))];
  if (!open) checkNames(names, table);
  const fields = names.map((name) => {
    const known = findField(table, name);
    const type = known?.type ?? typeOf(rows.map((row) => row[name]));
    return field(name, type);
  });
  const schema = struct(fields);
  const columns = fields.map(
    ({ name, type }) => `${quoteIdentifier(name)}: ${quoteString(duckDbType(bytesAsText(type)))}`,
  );
  const items = fields.map(
    ({ name, type }) => `CAST(${quoteIdentifier(name)} AS ${duckDbType(type)}) AS ${quoteIdentifier(name)}`,
  );
  if (rows.length === 0 || fields.length === 0) {
    const nulls = table.fields.map(({ name, type }) => `CAST(NULL AS ${duckDbType(type)}) AS ${quoteIdentifier(name)}`);
    return { select: `SELECT ${nulls.join(", ")} WHERE false`, schema: table, release: () => Promise.resolve() };
  }
  const folder = await mkdtemp(join(tmpdir(), "boathouse-rows-"));
  const path = join(folder, "rows.json");
  await writeFile(path, rows.map((row) => `${jsonText(row)}\n`).join(""));
  return {
    select: `SELECT ${items.join(", ")} FROM read_json(${quoteString(path)}, format = 'newline_delimited', columns = {${columns.join(", ")}})`,
    schema,
    release: () => rm(folder, { recursive: true, force: true }),
  };
}

/** What JSON can hold: escapes of bytes are read by a cast from text, not by read_json. */
function bytesAsText(type: DataType): DataType {
  switch (type.kind) {
    case "binary":
      return STRING;
    case "array":
      return array(bytesAsText(type.element));
    case "map":
      return map(bytesAsText(type.key), bytesAsText(type.value));
    case "struct":
      return struct(type.fields.map((each) => field(each.name, bytesAsText(each.type))));
    default:
      return type;
  }
}

function checkNames(names: readonly string[], table: StructType): void {
  for (const name of names) {
    if (findField(table, name) !== undefined) continue;
    const known = table.fields.map((each) => each.name);
    throw new BoathouseError("UNRESOLVED_COLUMN", `The table has no column "${name}".`, {
      sqlState: "42703",
      hint: didYouMean(name, known) ?? "Give { mergeSchema: true } to add the column to the table.",
    });
  }
}

/** 64-bit integers as they are, bytes in DuckDB's escapes, instants in UTC. */
function jsonText(value: GivenValue): string {
  switch (typeof value) {
    case "bigint":
      return String(value);
    case "number":
      return Number.isFinite(value) ? JSON.stringify(value) : `"${value}"`;
    case "string":
    case "boolean":
      return JSON.stringify(value);
    case "undefined":
      return "null";
    default:
  }
  if (value === null) return "null";
  if (value instanceof Date) return JSON.stringify(value.toISOString());
  if (value instanceof Uint8Array) {
    const hex = Buffer.from(value).toString("hex");
    return JSON.stringify(hex.replace(/../g, "\\x$&"));
  }
  if (isArray(value)) return `[${value.map(jsonText).join(",")}]`;
  const members = value instanceof Map ? [...entriesOf(value)] : Object.entries(value);
  return `{${members.map(([name, each]) => `${JSON.stringify(String(name))}:${jsonText(each)}`).join(",")}}`;
}

function isArray(value: GivenValue): value is readonly GivenValue[] {
  return Array.isArray(value);
}

function entriesOf(value: ReadonlyMap<string, GivenValue>): Iterable<[string, GivenValue]> {
  return value.entries();
}

/** The type of a new column. */
function typeOf(values: readonly GivenValue[]): DataType {
  return values.reduce<DataType>((type, value) => widest(type, valueType(value)), VOID);
}

function valueType(value: GivenValue): DataType {
  switch (typeof value) {
    case "bigint":
      return LONG;
    case "number":
      return Number.isSafeInteger(value) ? LONG : DOUBLE;
    case "string":
      return STRING;
    case "boolean":
      return BOOLEAN;
    case "undefined":
      return VOID;
    default:
  }
  if (value === null) return VOID;
  if (value instanceof Date) return TIMESTAMP;
  if (value instanceof Uint8Array) return BINARY;
  if (isArray(value)) return array(typeOf(value));
  if (value instanceof Map) {
    throw new BoathouseError("DATATYPE_MISSING", "The type of a new column cannot be told from a Map.", {
      hint: "Add the column to the table first.",
    });
  }
  return struct(Object.entries(value).map(([name, each]) => field(name, valueType(each))));
}

function widest(a: DataType, b: DataType): DataType {
  if (a.kind === "void") return b;
  if (b.kind === "void") return a;
  if (a.kind === "long" && b.kind === "double") return b;
  if (a.kind === "double" && b.kind === "long") return a;
  if (a.kind === "array" && b.kind === "array") return array(widest(a.element, b.element));
  if (a.kind === "struct" && b.kind === "struct") {
    const names = [...new Set([...a.fields, ...b.fields].map(({ name }) => name))];
    return struct(
      names.map((name) => field(name, widest(findField(a, name)?.type ?? VOID, findField(b, name)?.type ?? VOID))),
    );
  }
  if (a.kind === b.kind) return a;
  throw new BoathouseError(
    "DATATYPE_MISMATCH",
    `A new column has values of the types ${simpleString(a)} and ${simpleString(b)}.`,
    { sqlState: "42K09", hint: "Add the column to the table first, with the type that it is to have." },
  );
}
