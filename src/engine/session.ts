import type { DataType, StructType } from "../core/data-type.ts";
import type { ColumnBatch, Row, Value } from "../core/value.ts";

/** An argument for `:name` or `?` in a statement. */
export interface Parameter {
  readonly type: DataType;
  readonly value: Value;
}

/** A progress mark of a streaming source: plain data that the source alone understands. */
export type StreamOffset = Readonly<Record<string, unknown>>;

/** What a streaming source gives in one micro-batch: after `start` (undefined: from the beginning) up to `end`. */
export interface StreamRange {
  readonly start: StreamOffset | undefined;
  readonly end: StreamOffset;
}

/** A row that fails `condition` (false or null) is counted, dropped, or fails the statement before it commits. */
export interface Expectation {
  readonly name: string;
  /** A Spark SQL boolean expression over the columns that the statement writes. */
  readonly condition: string;
  readonly action: "warn" | "drop" | "fail";
}

export interface ExpectationCount {
  readonly name: string;
  readonly passed: number;
  readonly failed: number;
}

export interface StatementOptions {
  readonly parameters?: Readonly<Record<string, Parameter>>;
  /** The file the text came from, for error messages. */
  readonly file?: string;
  /**
   * The identity of this write (Delta's `txn`): when the table has already seen this version of the application, the
   * statement commits nothing and its result says `alreadyCommitted`.
   */
  readonly txn?: { readonly appId: string; readonly version: number };
  /** For each streaming source of the statement, by its id from `Session.streams`, what this micro-batch reads. */
  readonly streamRanges?: ReadonlyMap<string, StreamRange>;
  /** With CREATE TABLE: what the table is to the catalog, and which pipeline fills it. */
  readonly dataset?: PipelineDataset;
  /** The pipeline on whose behalf rows are written: it may write the tables that it fills. */
  readonly pipeline?: string;
  /** With INSERT OVERWRITE: the rows bring their schema, and the table takes it in the same commit. */
  readonly overwriteSchema?: boolean;
  /** Checked on the rows that an INSERT, CREATE TABLE AS or view refresh writes, in one pass with the write. */
  readonly expectations?: readonly Expectation[];
  readonly signal?: AbortSignal;
}

/** A table that a pipeline fills. */
export interface PipelineDataset {
  readonly kind: "streaming_table" | "materialized_view";
  readonly pipeline: string;
  /** The query as the user wrote it. */
  readonly definition: string;
}

/** Counts of what a statement did. Only those that apply are there. */
export interface OperationMetrics {
  readonly rowsRead?: number;
  readonly rowsInserted?: number;
  readonly rowsUpdated?: number;
  readonly rowsDeleted?: number;
  readonly filesScanned?: number;
  readonly filesSkipped?: number;
  readonly filesAdded?: number;
  readonly filesRemoved?: number;
  readonly bytesWritten?: number;
  readonly rowsDropped?: number;
  readonly expectations?: readonly ExpectationCount[];
  /** The table version that the statement committed. */
  readonly version?: number;
  readonly alreadyCommitted?: boolean;
}

export interface StatementResult {
  /** `SELECT`, `MERGE`, `CREATE TABLE`…: the operation, as DESCRIBE HISTORY would name it. */
  readonly operation: string;
  readonly schema: StructType;
  readonly metrics: OperationMetrics;
  /** The result, once. */
  batches(): AsyncIterable<ColumnBatch>;
  /** The whole result as rows: for small results. */
  rows(): Promise<Row[]>;
}

/** A streaming source that a query reads: `STREAM t`, `STREAM read_files(…)`. */
export interface StreamSource {
  /** Stable across runs of the same query text: by position and name. */
  readonly id: string;
  readonly description: string;
  /**
   * The end of the next micro-batch after `start`, within the source's rate limits, or undefined when there is nothing
   * new. Planning only: nothing is read.
   */
  next(start: StreamOffset | undefined): Promise<StreamOffset | undefined>;
  /** The micro-batch that ended at `end` is committed: the source may forget what it kept for repeating it. */
  committed?(end: StreamOffset): Promise<void>;
}

/**
 * Where Spark SQL runs, as one principal. Everything below the engine speaks to data only through this, so it runs
 * the same on the embedded engine and on Spark.
 */
export interface Session {
  readonly user: string;
  readonly currentCatalog: string;
  readonly currentSchema: string;
  sql(text: string, options?: StatementOptions): Promise<StatementResult>;
  /** The streaming sources of a query. `checkpoint` is the URL of the folder where the sources keep what they know. */
  streams(query: string, options: { readonly checkpoint: string; readonly file?: string }): Promise<StreamSource[]>;
  /** The schema, the tables read and the column lineage of a statement, without running it. */
  analyze(text: string, options?: StatementOptions): Promise<StatementAnalysis>;
  /** The table behind a name as it is now; undefined when there is none. */
  tableState(name: string): Promise<TableState | undefined>;
  close(): Promise<void>;
}

export interface TableState {
  readonly name: readonly string[];
  readonly kind: "table" | "view" | "streaming_table" | "materialized_view";
  /** The pipeline that fills it, if one does. */
  readonly pipeline: string | undefined;
  readonly schema: StructType;
  /** Undefined for a view. */
  readonly version: number | undefined;
  readonly hasRowFilter: boolean;
  /** Masked columns, in lower case. */
  readonly maskedColumns: readonly string[];
  /** The last version of each application that has written to it (Delta's `txn`). */
  readonly transactions: ReadonlyMap<string, number>;
}

export interface StatementAnalysis {
  /** The kind of statement: `query`, `merge`, `create_table`, … */
  readonly operation: string;
  /** Of the result; of a change that of its target. */
  readonly schema: StructType;
  /** Full names of tables and views read directly. */
  readonly reads: readonly (readonly string[])[];
  /** Full names of what it fills or changes. */
  readonly writes: readonly (readonly string[])[];
  /** By column of the result, or of what is written. */
  readonly lineage: readonly ColumnLineage[];
  /**
   * Everything stored that the result depends on, views and functions followed to their tables, each with a text that
   * changes when it does (a table's id and version, a file set's names and etags, a view's definition).
   */
  readonly sources: readonly { readonly name: string; readonly fingerprint: string }[];
  /** False when the result can change although no source has: `current_date()`, `rand()`. */
  readonly deterministic: boolean;
}

export interface ColumnLineage {
  readonly target: string;
  readonly sources: readonly { readonly table: readonly string[]; readonly column: string }[];
}
