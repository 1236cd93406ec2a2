import type { StructType } from "../../core/data-type.ts";
import { unreachable } from "../../core/errors.ts";
import type { Row } from "../../core/value.ts";
import { quoteIdentifier } from "../../sql/quote.ts";
import type { AddAction } from "../actions.ts";
import { FileList } from "../log/file-list.ts";
import { describe } from "../log/log-segment.ts";
import type { Predicate } from "./predicate.ts";
import { checkPartitionValues } from "./partition-check.ts";
import { comparedColumns, mayMatch, type PruningColumns } from "./pruning.ts";
import { numberIn, optionalTextIn, textIn } from "../log/row-values.ts";
import { trackingColumns } from "../write/row-tracking.ts";
import { physicalName } from "../schema/column-mapping.ts";
import { presentFiles } from "./present-files.ts";
import { scanSql, type ScanFile } from "./scan-sql.ts";
import type { Snapshot } from "../snapshot.ts";

export interface ScanOptions {
  /** Files that surely hold no row of it are left out. The rows themselves are not filtered. */
  readonly predicate?: Predicate;
  /** The files are only listed: none is fetched or looked into, and `fetched` comes before `sql`. */
  readonly listOnly?: true;
  /** Stops waiting for files that are fetched. */
  readonly signal?: AbortSignal;
}

export interface SqlOptions {
  /** The table's columns as a transaction leaves them, where it adds some or makes them wider: nulls where files have none. */
  readonly schema?: StructType;
  /** Adds Spark's hidden column `_metadata` (file_path, file_name, file_size, file_modification_time…). */
  readonly metadata?: boolean;
  /** Adds a BIGINT column of this name: the file's index in the scan, which `only` takes. */
  readonly fileColumn?: string;
  /** Adds a BIGINT column of this name: the position of the row in its file. */
  readonly rowColumn?: string;
  /** Adds the hidden columns of row tracking, filled for every row, where the table has them. */
  readonly keepsIds?: boolean;
}

/** What a scan will read, as a value: nothing has been read but the table's own list of files. */
export class Scan {
  readonly snapshot: Snapshot;
  readonly predicate: Predicate | undefined;
  readonly files: readonly ScanFile[];
  /** Files of the table. */
  readonly totalFiles: number;
  readonly #list: FileList;

  constructor(parts: {
    readonly snapshot: Snapshot;
    readonly predicate: Predicate | undefined;
    readonly files: readonly ScanFile[];
    readonly totalFiles: number;
    readonly list: FileList;
  }) {
    this.snapshot = parts.snapshot;
    this.predicate = parts.predicate;
    this.files = parts.files;
    this.totalFiles = parts.totalFiles;
    this.#list = parts.list;
  }

  get skippedFiles(): number {
    return this.totalFiles - this.files.length;
  }

  /** Bytes of the files to read. */
  get bytes(): number {
    return this.files.reduce((sum, file) => sum + file.size, 0);
  }

  /**
   * What stands after FROM in DuckDB SQL: a parenthesised SELECT with the table's columns in order. The same text can
   * be used several times, on any connection that may read the table's files.
   */
  sql(options: SqlOptions = {}): string {
    const { snapshot } = this;
    if (this.files.some(({ file }) => file === "")) return unreachable("A scan that only lists files cannot be read.");
    const { schema = snapshot.schema } = options;
    const mode = snapshot.mappingMode;
    const types = new Map(schema.fields.map((each) => [physicalName(each, mode), each.type]));
    return scanSql(this.files, {
      schema,
      mode,
      partitions: new Map([...this.#list.partitions].map(([name, type]) => [name, types.get(name) ?? type])),
      rootUrl: describe(snapshot.location),
      metadata: options.metadata ?? false,
      fileColumn: options.fileColumn,
      rowColumn: options.rowColumn,
      tracking: trackingColumns(snapshot),
      keepsIds: options.keepsIds ?? false,
    });
  }

  /** The scan with its files on this machine, where it only listed them. Throws `DELTA_FILE_NOT_FOUND`. */
  async fetched(signal?: AbortSignal): Promise<Scan> {
    if (this.files.every(({ file }) => file !== "")) return this;
    const files = await presentFiles(this.snapshot, this.#list, this.files, signal);
    return new Scan({
      snapshot: this.snapshot,
      predicate: this.predicate,
      files,
      totalFiles: this.totalFiles,
      list: this.#list,
    });
  }

  /** The scan of some of its files, by index; indexes stay what they are. */
  only(indexes: Iterable<number>): Scan {
    const wanted = [...new Set(indexes)].toSorted((a, b) => a - b);
    // In a whole scan a file stands at its index.
    const isWhole = wanted.every((index) => this.files[index]?.index === index);
    const files = isWhole ? wanted.flatMap((index) => this.files[index] ?? []) : undefined;
    const some = new Set(wanted);
    return new Scan({
      snapshot: this.snapshot,
      predicate: this.predicate,
      files: files ?? this.files.filter(({ index }) => some.has(index)),
      totalFiles: this.totalFiles,
      list: this.#list,
    });
  }
}

/** Throws `DELTA_FILE_NOT_FOUND` when a data file is missing, and what `localCopy` throws. */
export async function planScan(snapshot: Snapshot, options: ScanOptions): Promise<Scan> {
  const list = await snapshot.fileList();
  const { numFiles } = await snapshot.totals();
  return scanRows({ snapshot, list, version: snapshot.version, totalFiles: numFiles }, options);
}

/** A scan of files that need not be in the snapshot, in their order: what commits added, for streams and changes. */
export async function scanOfFiles(snapshot: Snapshot, adds: readonly AddAction[]): Promise<Scan> {
  const list = await FileList.create(snapshot.context, snapshot.metadata);
  await list.insert(adds, 0);
  return scanRows({ snapshot, list, version: 0, totalFiles: adds.length }, {});
}

interface ListedFiles {
  readonly snapshot: Snapshot;
  readonly list: FileList;
  /** Of the list. */
  readonly version: number;
  readonly totalFiles: number;
}

async function scanRows(listed: ListedFiles, { predicate, listOnly, signal }: ScanOptions): Promise<Scan> {
  const { snapshot, list, version, totalFiles } = listed;
  const { schema, mappingMode: mode } = snapshot;
  await checkPartitionValues(list, version);
  const { partitions, shape } = list;
  const known = { schema, mode, partitions, shape };
  const where = predicate === undefined ? "true" : await conditionOf(predicate, list, version, known);
  const parts = [...partitions].map(([name, type], index) => {
    const value = `part.${quoteIdentifier(name)}`;
    return `${type.kind === "binary" ? `hex(${value})` : `${value}::VARCHAR`} AS p${index}`;
  });
  const columns = [
    "row_id",
    "path",
    "size",
    "modification_time",
    RECORDS,
    "to_json(dv) AS vector",
    ...ROW_IDS,
    ...parts,
  ];
  const rows = await list.connection.rows(
    `SELECT ${columns.join(", ")} FROM ${list.rowsAt(version)} WHERE ${where} ORDER BY valid_from, row_id`,
  );
  const found = listedFiles(list, rows);
  const files = listOnly === true ? found : await presentFiles(snapshot, list, found, signal);
  return new Scan({ snapshot, predicate, files, totalFiles, list });
}

async function conditionOf(
  predicate: Predicate,
  list: FileList,
  version: number,
  columns: PruningColumns,
): Promise<string> {
  const ranged = new Set<string>();
  for (const [key, path] of list.isLong ? comparedColumns(predicate, columns) : []) {
    if (await list.hasRanges(path, version)) ranged.add(key);
  }
  return mayMatch(predicate, { ...columns, ranged });
}

const RECORDS = 'stat."numRecords" AS records';
const ROW_IDS = ["base_row_id", "default_row_commit_version"];

/** Files as the table lists them. */
function listedFiles(list: FileList, rows: readonly Row[]): readonly ScanFile[] {
  const names = [...list.partitions.keys()];
  return rows.map((row, index) => {
    const vector = optionalTextIn(row, "vector");
    return {
      index,
      rowId: numberIn(row, "row_id"),
      path: textIn(row, "path"),
      file: "",
      size: numberIn(row, "size"),
      ...(row["records"] === null ? {} : { records: numberIn(row, "records") }),
      modificationTime: numberIn(row, "modification_time"),
      partitionValues: Object.fromEntries(names.map((name, at) => [name, optionalTextIn(row, `p${at}`) ?? null])),
      int96: false,
      ...(row["base_row_id"] === null ? {} : { baseRowId: numberIn(row, "base_row_id") }),
      ...(row["default_row_commit_version"] === null
        ? {}
        : { defaultRowCommitVersion: numberIn(row, "default_row_commit_version") }),
      ...(vector === undefined ? {} : { vector }),
    };
  });
}
