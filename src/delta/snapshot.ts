import type { StructType } from "../core/data-type.ts";
import { inCommitTimeOf } from "./log/time-travel.ts";
import { tableSchema } from "./schema/table-schema.ts";
import type { MetadataAction, ProtocolAction, TxnAction } from "./actions.ts";
import { mappingMode, type MappingMode } from "./schema/column-mapping.ts";
import type { DeltaContext } from "./context.ts";
import { readDeletionVector } from "./scan/deletion-vector.ts";
import { supportedFeatures } from "./features.ts";
import type { FileList } from "./log/file-list.ts";
import type { TableLocation } from "./log/log-segment.ts";
import { flagProperty } from "./properties.ts";
import { numberIn } from "./log/row-values.ts";
import { planScan, type Scan, type ScanOptions } from "./scan/scan.ts";
import type { TableState } from "./log/table-state.ts";

/** A table at one version. Immutable: later commits do not change it. */
export class Snapshot {
  readonly location: TableLocation;
  readonly schema: StructType;
  readonly mappingMode: MappingMode;
  readonly #context: DeltaContext;
  readonly #state: TableState;

  constructor(context: DeltaContext, location: TableLocation, state: TableState) {
    this.#context = context;
    this.location = location;
    this.#state = state;
    this.schema = tableSchema(state.metadata.schemaString);
    this.mappingMode = mappingMode(state.metadata);
  }

  get version(): number {
    return this.#state.version;
  }

  /** Milliseconds since the epoch. */
  get timestamp(): number {
    return this.#state.timestamp;
  }

  get protocol(): ProtocolAction {
    return this.#state.protocol;
  }

  get metadata(): MetadataAction {
    return this.#state.metadata;
  }

  get state(): TableState {
    return this.#state;
  }

  get partitionColumns(): readonly string[] {
    return this.metadata.partitionColumns;
  }

  /** Table properties. */
  get configuration(): Readonly<Record<string, string>> {
    return this.metadata.configuration;
  }

  get features(): readonly string[] {
    return supportedFeatures(this.protocol);
  }

  /** The last version that an application committed, which makes its writes idempotent. */
  transactionVersion(appId: string): number | undefined {
    return this.#state.transactions.get(appId)?.version;
  }

  get transactions(): ReadonlyMap<string, TxnAction> {
    return this.#state.transactions;
  }

  /** The configuration of a metadata domain. */
  domain(name: string): string | undefined {
    return this.#state.domains.get(name)?.configuration;
  }

  /** Plans a read: which files, after pruning by partition values and statistics. */
  scan(options: ScanOptions = {}): Promise<Scan> {
    return planScan(this, options);
  }

  /** Files, their bytes, and their rows where every file has the count in its statistics. */
  totals(): Promise<Totals> {
    const known = totalsOf.get(this.#state);
    if (known !== undefined) return known;
    const sum = this.#sum();
    totalsOf.set(this.#state, sum);
    sum.catch(() => totalsOf.delete(this.#state));
    return sum;
  }

  /** The in-commit timestamp of this version, where the table has them and the commit is still there. */
  async inCommitTimestamp(): Promise<number | undefined> {
    if (!flagProperty(this.metadata, "delta.enableInCommitTimestamps")) return undefined;
    return (await inCommitTimeOf(this.location, this.version)) ?? this.timestamp;
  }

  /** The list of files, for delta's own use. */
  fileList(): Promise<FileList> {
    return this.#state.files();
  }

  /** Positions of the rows that a deletion vector (its descriptor as JSON) removes from the file at `path`. */
  deletedRows(vector: string, path: string): Promise<readonly number[] | undefined> {
    return readDeletionVector(this.location, vector, path);
  }

  get context(): DeltaContext {
    return this.#context;
  }

  async #sum(): Promise<Totals> {
    const list = await this.fileList();
    const [row] = await list.connection.rows(
      `SELECT count(*) AS files, coalesce(sum(size), 0)::BIGINT AS bytes, count(stat."numRecords") AS known, ` +
        `coalesce(sum(stat."numRecords" - coalesce(dv.cardinality, 0)), 0)::BIGINT AS rows FROM ${list.rowsAt(this.version)}`,
    );
    const numFiles = numberIn(row, "files");
    return {
      numFiles,
      sizeInBytes: numberIn(row, "bytes"),
      numRows: numberIn(row, "known") === numFiles ? numberIn(row, "rows") : undefined,
    };
  }
}

/** One sum a version, however many snapshots are taken of it. */
const totalsOf = new WeakMap<TableState, Promise<Totals>>();

export interface Totals {
  readonly numFiles: number;
  readonly sizeInBytes: number;
  readonly numRows: number | undefined;
}
