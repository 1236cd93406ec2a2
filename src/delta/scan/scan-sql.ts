import type { DataType, StructField, StructType } from "../../core/data-type.ts";
import { quoteIdentifier, quotePath, quoteString } from "../../sql/quote.ts";
import { duckDbType } from "../../sql/types/duckdb-type.ts";
import { hasVariant } from "../../sql/types/variant-type.ts";
import { fieldType, isSameType, parseFileType, type FileType } from "../../sql/variant/file-type.ts";
import {
  columnId,
  needsRename,
  physicalName,
  physicalSchema,
  physicalType,
  type MappingMode,
} from "../schema/column-mapping.ts";
import { metadataType, type TrackingColumns } from "../write/row-tracking.ts";
import { mayRound } from "../schema/type-widening.ts";
import { askedType, binaryFromFile, otherField, type FileLayout } from "./file-layout.ts";
import { variantFromFile, type NullKind } from "./variant-layout.ts";

/** A file to read. */
export interface ScanFile {
  /** Where it stands in the scan. */
  readonly index: number;
  /** The row of the table's list of files. */
  readonly rowId: number;
  /** As the log has it. */
  readonly path: string;
  /** On this machine; `""` in a scan that only lists files. */
  readonly file: string;
  readonly size: number;
  /** Rows in it, deleted ones included, as its statistics say. */
  readonly records?: number;
  readonly modificationTime: number;
  /** Text forms of partition values that DuckDB casts back, by physical name. */
  readonly partitionValues: Readonly<Record<string, string | null>>;
  /** The descriptor of its deletion vector, as JSON. */
  readonly vector?: string;
  /** Positions of deleted rows; undefined where there is no deletion vector. */
  readonly deleted?: readonly number[];
  /** Of a table that gives ids to rows. */
  readonly baseRowId?: number;
  readonly defaultRowCommitVersion?: number;
  /** Timestamps in the old INT96 form, which are instants in UTC but do not say so. */
  readonly int96: boolean;
  /** Where its columns do not stand in the plain way. */
  readonly layout?: FileLayout;
  /** Of a file that is read alone: the columns that it has. */
  readonly columns?: ReadonlyMap<string, FileType>;
}

export interface ScanSqlOptions {
  readonly schema: StructType;
  readonly mode: MappingMode;
  /** Physical names of the partition columns. */
  readonly partitions: ReadonlyMap<string, DataType>;
  /** The prefix of `_metadata.file_path`. */
  readonly rootUrl: string;
  /** Adds the struct `_metadata`. */
  readonly metadata: boolean;
  /** Adds columns of these names: the file's index in the scan, and the row's position in its file. */
  readonly fileColumn: string | undefined;
  readonly rowColumn: string | undefined;
  /** Of a table whose rows keep their ids: `_metadata` has them too. */
  readonly tracking?: TrackingColumns | undefined;
  /** Adds the columns of `tracking`, filled for every row: what a copy of the rows must be written with. */
  readonly keepsIds?: boolean;
}

/**
 * A parenthesised SELECT that gives the rows of the files, the columns in the order of the schema. One `read_parquet`
 * for all files alike: its `schema` option maps names or ids, fills in missing columns and widens types, and filters
 * and projections from outside still reach the files.
 */
export function scanSql(files: readonly ScanFile[], options: ScanSqlOptions): string {
  const groups = groupsOf(files);
  if (groups.length === 0) return emptySql(options);
  return `(${groups.map((group) => groupSql(group, options)).join(" UNION ALL ")})`;
}

/** The files that can be read by one `read_parquet`. */
export function groupsOf(files: readonly ScanFile[]): (readonly ScanFile[])[] {
  const groups = new Map<string, ScanFile[]>();
  for (const file of files) {
    const kind = `${file.deleted !== undefined} ${file.int96} ${file.layout?.key ?? ""}`;
    const group = groups.get(kind);
    if (group === undefined) groups.set(kind, [file]);
    else group.push(file);
  }
  return [...groups.values()];
}

function emptySql(options: ScanSqlOptions): string {
  const columns = options.schema.fields.map(
    ({ name, type }) => `CAST(NULL AS ${duckDbType(type)}) AS ${quoteIdentifier(name)}`,
  );
  if (options.metadata) columns.push(`CAST(NULL AS ${duckDbType(metadataType(options.tracking))}) AS _metadata`);
  const { rowId, version } = (options.keepsIds === true && options.tracking) || {};
  for (const name of [options.fileColumn, options.rowColumn, rowId?.name, version?.name]) {
    if (name !== undefined) columns.push(`CAST(NULL AS BIGINT) AS ${quoteIdentifier(name)}`);
  }
  return `(SELECT ${columns.join(", ")} WHERE false)`;
}

function groupSql(files: readonly ScanFile[], options: ScanSqlOptions): string {
  const [first] = files;
  const int96 = first?.int96 ?? false;
  const layout = first?.layout;
  const inner: MapEntry[] = [];
  const outer: string[] = [];
  for (const field of options.schema.fields) {
    const name = physicalName(field, options.mode);
    const partitionType = options.partitions.get(name);
    if (partitionType !== undefined) {
      const values = files.map((file) => file.partitionValues[name] ?? null);
      outer.push(`${partitionSql(values, partitionType)} AS ${quoteIdentifier(field.name)}`);
      continue;
    }
    const alias = `c${inner.length}`;
    inner.push({ field, alias });
    const reading = { mode: options.mode, int96, nulls: layout?.nulls.get(name) };
    const value = logicalSql(alias, field.type, reading, layout?.columns.get(name));
    const whole = mayRound(field) ? `CASE WHEN ${alias} IS NOT NULL THEN ${value} END` : value;
    outer.push(`${whole} AS ${quoteIdentifier(field.name)}`);
  }
  const index = perFile(
    files.map((file) => String(file.index)),
    "BIGINT",
  );
  const { tracking, keepsIds = false } = options;
  const ids = tracking === undefined ? undefined : trackedSql(files, { rowId: "kept_id", version: "kept_version" });
  if (options.metadata) outer.push(`${metadataSql(files, options, ids)} AS _metadata`);
  if (tracking !== undefined && (keepsIds || options.metadata)) {
    inner.push({ field: tracking.rowId, alias: "kept_id" }, { field: tracking.version, alias: "kept_version" });
  }
  if (tracking !== undefined && ids !== undefined && keepsIds) {
    outer.push(`${ids.rowId} AS ${quoteIdentifier(tracking.rowId.name)}`);
    outer.push(`${ids.version} AS ${quoteIdentifier(tracking.version.name)}`);
  }
  if (options.fileColumn !== undefined) outer.push(`${index} AS ${quoteIdentifier(options.fileColumn)}`);
  if (options.rowColumn !== undefined) {
    outer.push(`file_row_number::BIGINT AS ${quoteIdentifier(options.rowColumn)}`);
  }
  // The hidden columns have no field ids.
  const byName = options.mode === "id" && inner.some(({ field }) => field === tracking?.rowId);
  const source = parquetSql(files, inner, { mode: byName ? "name" : options.mode, int96, layout });
  const deleted = deletedKeys(files);
  if (deleted === undefined) return `SELECT ${outer.join(", ")} FROM ${source}`;
  const given = [...inner.map(({ alias }) => alias), "file_index", "file_row_number"].join(", ");
  // One packed key is four times faster than a join on two columns.
  return (
    `SELECT ${outer.join(", ")} FROM (SELECT ${given}, ` +
    `file_index::BIGINT * ${ROWS_PER_FILE} + file_row_number::BIGINT AS row_key FROM ${source}) ` +
    `ANTI JOIN (${deleted}) USING (row_key)`
  );
}

/**
 * The keys of deleted rows, as a SELECT; undefined where there is none. As some rows of a few thousand numbers each: DuckDB takes
 * a list that is a constant apart, number by number, when it plans.
 */
function deletedKeys(files: readonly ScanFile[]): string | undefined {
  const rows: string[] = [];
  for (const [index, { deleted = [] }] of files.entries()) {
    for (let start = 0; start < deleted.length; start += POSITIONS) {
      rows.push(`(${index}, '${deleted.slice(start, start + POSITIONS).join(",")}')`);
    }
  }
  if (rows.length === 0) return undefined;
  return (
    `SELECT file::BIGINT * ${ROWS_PER_FILE} + unnest(string_split(positions, ','))::BIGINT AS row_key ` +
    `FROM (VALUES ${rows.join(", ")}) AS deleted(file, positions)`
  );
}

/** Positions in a row. */
const POSITIONS = 2000;
const ROWS_PER_FILE = 2 ** 40;

interface MapEntry {
  readonly field: StructField;
  readonly alias: string;
}

interface Reading {
  readonly mode: MappingMode;
  readonly int96: boolean;
  readonly nulls?: NullKind | undefined;
}

function parquetSql(
  files: readonly ScanFile[],
  columns: readonly MapEntry[],
  reading: Reading & { readonly layout: FileLayout | undefined },
): string {
  const [first] = files;
  const plain = files.length === 1 && first !== undefined ? plainSql(first, columns, reading.mode) : undefined;
  if (plain !== undefined) return plain;
  const entries = columns.map(({ field, alias }) => {
    const id = reading.mode === "id" ? columnId(field) : undefined;
    const key = id === undefined ? quoteString(physicalName(field, reading.mode)) : String(id);
    const found = reading.layout?.columns.get(physicalName(field, reading.mode));
    const type = askedType(physicalType(field.type, reading.mode), reading.int96, found);
    return `${key}: {name: '${alias}', type: ${quoteString(type)}, default_value: NULL}`;
  });
  const names = files.map(({ file }) => quotePath(file)).join(", ");
  return `read_parquet([${names}], hive_partitioning = false, explicit_cardinality = ${rowEstimate(files)}, schema = MAP {${entries.join(", ")}})`;
}

/** One file whose columns are those of the table, or missing: undefined for any other. */
function plainSql(
  { file, columns: found }: ScanFile,
  columns: readonly MapEntry[],
  mode: MappingMode,
): string | undefined {
  if (found === undefined || mode === "id") return undefined;
  const present = new Set([...found.keys()].map((name) => name.toLowerCase()));
  if (["file_index", "file_row_number"].some((name) => present.has(name))) return undefined;
  const selected: string[] = [];
  for (const { field, alias } of columns) {
    const name = physicalName(field, mode);
    const text = askedType(physicalType(field.type, mode), false, undefined);
    const type = found.get(name);
    if (type === undefined && present.has(name.toLowerCase())) return undefined;
    if (type !== undefined && !isSameType(type, parseFileType(text))) return undefined;
    selected.push(`${type === undefined ? `CAST(NULL AS ${text})` : quoteIdentifier(name)} AS ${alias}`);
  }
  selected.push("file_index", "file_row_number");
  return `(SELECT ${selected.join(", ")} FROM read_parquet([${quotePath(file)}], hive_partitioning = false))`;
}

/** For the order of joins: with `schema`, DuckDB looks into no file, and takes all tables for empty. */
function rowEstimate(files: readonly ScanFile[]): number {
  const rows = files.reduce((sum, { records, size }) => sum + (records ?? size / BYTES_PER_ROW), 0);
  return Math.max(1, Math.round(rows));
}

/** Where there are no statistics. */
const BYTES_PER_ROW = 32;

/** From the file's value to the table's: inner names, instants from INT96, variants from their two parts. */
function logicalSql(value: string, type: DataType, reading: Reading, found?: FileType): string {
  if (reading.int96 && type.kind === "timestamp") return `timezone('UTC', ${value})`;
  if (type.kind === "variant") return variantFromFile(value, found, reading.nulls);
  if (type.kind === "binary") return binaryFromFile(value, found);
  const changes = needsRename(type, reading.mode) || (reading.int96 && holdsTimestamp(type)) || hasVariant(type);
  if (!changes && found === undefined) return value;
  switch (type.kind) {
    case "struct": {
      const isEmptied = otherField(physicalSchema(type, reading.mode), found) !== undefined;
      const fields = type.fields.map((field) => {
        const name = physicalName(field, reading.mode);
        if (isEmptied) return `${quoteIdentifier(field.name)}: CAST(NULL AS ${duckDbType(field.type)})`;
        const inner = `${value}.${quoteIdentifier(name)}`;
        return `${quoteIdentifier(field.name)}: ${logicalSql(inner, field.type, reading, fieldType(found, name))}`;
      });
      return `CASE WHEN ${value} IS NOT NULL THEN {${fields.join(", ")}} END`;
    }
    case "array": {
      const item = lambdaName(value);
      return `list_transform(${value}, lambda ${item}: ${logicalSql(item, type.element, reading, found?.kind === "list" ? found.element : undefined)})`;
    }
    case "map": {
      const item = lambdaName(value);
      const keyType = found?.kind === "map" ? found.key : undefined;
      const key = logicalSql(`${item}."key"`, type.key, reading, keyType);
      const inside = found?.kind === "map" ? found.value : undefined;
      const element = logicalSql(`${item}."value"`, type.value, reading, inside);
      return (
        `CASE WHEN ${value} IS NOT NULL THEN map_from_entries(list_transform(map_entries(${value}), ` +
        `lambda ${item}: {"key": ${key}, "value": ${element}})) END`
      );
    }
    default:
      return value;
  }
}

function holdsTimestamp(type: DataType): boolean {
  switch (type.kind) {
    case "timestamp":
      return true;
    case "struct":
      return type.fields.some((field) => holdsTimestamp(field.type));
    case "array":
      return holdsTimestamp(type.element);
    case "map":
      return holdsTimestamp(type.key) || holdsTimestamp(type.value);
    default:
      return false;
  }
}

export function holdsTimestamps(schema: StructType): boolean {
  return holdsTimestamp(schema);
}

/** A name that no enclosing lambda uses: they nest by length of what they are applied to. */
function lambdaName(value: string): string {
  return `x${value.length}`;
}

function partitionSql(values: readonly (string | null)[], type: DataType): string {
  if (type.kind === "binary") {
    return perFile(
      values.map((value) => (value === null ? "NULL" : `from_hex(${quoteString(value)})`)),
      "BLOB",
    );
  }
  return perFile(
    values.map((value) => (value === null ? "NULL" : quoteString(value))),
    duckDbType(type),
  );
}

/** A value that depends on the file alone: a constant where all are the same, else looked up by `file_index`. */
function perFile(values: readonly string[], type: string): string {
  const [first = "NULL"] = values;
  if (values.every((value) => value === first)) return `CAST(${first} AS ${type})`;
  return `(CAST([${values.join(", ")}] AS ${type}[]))[file_index::BIGINT + 1]`;
}

/** A row's id and the version that changed it last: what its file says of it, else what follows from its place. */
function trackedSql(
  files: readonly ScanFile[],
  kept: { readonly rowId: string; readonly version: string },
): { readonly rowId: string; readonly base: string; readonly version: string; readonly defaultVersion: string } {
  const of = (value: (file: ScanFile) => number | undefined): string =>
    perFile(
      files.map((file) => String(value(file) ?? "NULL")),
      "BIGINT",
    );
  const base = of(({ baseRowId }) => baseRowId);
  const defaultVersion = of(({ defaultRowCommitVersion }) => defaultRowCommitVersion);
  return {
    rowId: `coalesce(${kept.rowId}, ${base} + file_row_number::BIGINT)`,
    base,
    version: `coalesce(${kept.version}, ${defaultVersion})`,
    defaultVersion,
  };
}

/** Spark's hidden column of file sources. */
function metadataSql(
  files: readonly ScanFile[],
  options: ScanSqlOptions,
  ids: ReturnType<typeof trackedSql> | undefined,
): string {
  const tracked =
    ids === undefined
      ? ""
      : `, row_id: ${ids.rowId}, base_row_id: ${ids.base}, default_row_commit_version: ${ids.defaultVersion}, row_commit_version: ${ids.version}`;
  const paths = files.map(({ path }) => (/^([a-z0-9+.-]+:|\/)/i.test(path) ? path : `${options.rootUrl}/${path}`));
  const text = (values: readonly string[]): string => perFile(values.map(quoteString), "VARCHAR");
  const sizes = perFile(
    files.map(({ size }) => String(size)),
    "BIGINT",
  );
  const times = perFile(
    files.map(({ modificationTime }) => String(modificationTime)),
    "BIGINT",
  );
  return (
    `{file_path: ${text(paths)}, file_name: ${text(paths.map((path) => decodeURIComponent(path.slice(path.lastIndexOf("/") + 1))))}, ` +
    `file_size: ${sizes}, file_block_start: 0::BIGINT, file_block_length: ${sizes}, ` +
    `file_modification_time: make_timestamptz(${times} * 1000)${tracked}}`
  );
}
