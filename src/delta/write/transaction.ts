import { struct, type StructType } from "../../core/data-type.ts";
import { BoathouseError, isBoathouseError } from "../../core/errors.ts";
import { schemaToJson } from "../../core/schema-json.ts";
import type { Connection } from "../../duckdb/connection.ts";
import type { Action, MetadataAction, ProtocolAction } from "../actions.ts";
import { checkRecorded } from "../changes/change-data.ts";
import { columnRules, refuseGivenIdentity } from "./column-rules.ts";
import { commitWithInfo, isolationOf, type CommitDescription } from "./commit-info.ts";
import { commitActions, COMMIT_STATE_UNKNOWN } from "./commit.ts";
import { constraintChecks } from "./constraints.ts";
import type { DeltaContext } from "../context.ts";
import { sourceSchema, writeData, type DataSource, type WriteTarget, type WrittenData } from "./data-writer.ts";
import { checkWritable, withFeatures } from "../features.ts";
import { withHighWaterMarks } from "./high-water-marks.ts";
import { describe, keyOf, type TableLocation } from "../log/log-segment.ts";
import { defaultMetrics, type Metrics } from "./metrics.ts";
import { decodePath } from "../log/paths.ts";
import { UNKNOWN, type Predicate } from "../scan/predicate.ts";
import { flagProperty } from "../properties.ts";
import { addsWhere, allRemoves, removesFor } from "../scan/listed-files.ts";
import { RowIds } from "./row-ids.ts";
import { trackingFields, tracksRows, withTrackingColumns } from "./row-tracking.ts";
import type { Scan, ScanOptions } from "../scan/scan.ts";
import type { Snapshot } from "../snapshot.ts";
import { Staged, type FileChanges } from "./staged.ts";
import { changedDraft, draftOf, type TableDraft } from "../schema/table-draft.ts";
import { mergeSchemas, tableSchema } from "../schema/table-schema.ts";
import type { CommitResult, MetadataChange, OperationInfo, TableDefinition } from "./transaction-options.ts";
import type { RowCheck } from "./row-check.ts";
import { isWideningEnabled } from "../schema/type-widening.ts";

/** What a transaction needs of its table. */
export interface TransactionParts {
  readonly context: DeltaContext;
  readonly location: TableLocation;
  /** Undefined for a table that is to be created. */
  readonly snapshot: Snapshot | undefined;
  readonly info: OperationInfo;
  readonly committed: (version: number, metadata: MetadataAction) => void;
}

/**
 * Changes to a table that become visible together. Reads through `scan` are remembered, so that the commit fails when
 * another writer changed what was read. Data files are written at once and discarded by `abort` or a failed commit;
 * those of a process that was killed are left to VACUUM. What changes rows is built on it: `overwrite`, `deleteRows`,
 * `applyRowChanges`.
 */
export class Transaction {
  readonly #parts: TransactionParts;
  readonly #txnId: string;
  readonly #started: number;
  readonly #staged = new Staged();
  readonly #reads: Predicate[] = [];
  #draft: TableDraft;

  private constructor(parts: TransactionParts, draft: TableDraft) {
    this.#parts = parts;
    this.#txnId = parts.context.ids.uuid();
    this.#started = parts.context.clock.now();
    this.#draft = draft;
  }

  /** On an existing table. Throws `DELTA_UNSUPPORTED_FEATURES_FOR_WRITE`. */
  static on(parts: TransactionParts & { readonly snapshot: Snapshot }): Transaction {
    const { protocol, metadata } = parts.snapshot;
    checkWritable(protocol, metadata, describe(parts.location));
    return new Transaction(parts, { protocol, metadata });
  }

  /** That creates the table, or replaces the one in `snapshot` with all its data. */
  static async defining(parts: TransactionParts, definition: TableDefinition): Promise<Transaction> {
    const { context, snapshot, location } = parts;
    const draft = draftOf(definition, { context, snapshot, where: describe(location) });
    const transaction = new Transaction(parts, draft);
    if (snapshot !== undefined) await transaction.removeAll();
    return transaction;
  }

  /** The version that was read; -1 for a new table. */
  get readVersion(): number {
    return this.#parts.snapshot?.version ?? -1;
  }

  /** The table as it was read; undefined for one that is created. */
  get snapshot(): Snapshot | undefined {
    return this.#parts.snapshot;
  }

  get context(): DeltaContext {
    return this.#parts.context;
  }

  get location(): TableLocation {
    return this.#parts.location;
  }

  /** The table's columns as this transaction leaves them. */
  get schema(): StructType {
    return tableSchema(this.metadata.schemaString);
  }

  get metadata(): MetadataAction {
    return this.#draft.metadata;
  }

  get protocol(): ProtocolAction {
    return this.#draft.protocol;
  }

  /** The constraints and the columns' expressions as DuckDB SQL: what a connection has to be able to evaluate to write rows. */
  get checks(): readonly string[] {
    const { schema } = this;
    const rules = [columnRules(this.target, schema, struct([])), columnRules(this.target, schema, schema)];
    return [
      ...constraintChecks(this.target, schema).map((check) => check.condition),
      ...rules.flatMap((rule) => [...rule.defaults.values(), ...rule.checks.map((check) => check.condition)]),
    ];
  }

  /** Is there anything to commit? */
  get hasChanges(): boolean {
    return !this.#staged.isEmpty || this.#draftActions().length > 0;
  }

  /** Plans a read that the commit depends on. */
  async scan(options: ScanOptions = {}): Promise<Scan> {
    this.#reads.push(options.predicate ?? UNKNOWN);
    const { signal } = this.#parts.info;
    return this.#existing.scan(signal === undefined ? options : { signal, ...options });
  }

  /** Has this application already committed this version, or a later one? Then its write must not be repeated. */
  isCommitted(appId: string, version: number): boolean {
    const seen = this.#parts.snapshot?.transactionVersion(appId);
    return seen !== undefined && seen >= version;
  }

  /** Makes the write idempotent: of several commits with this identity only one succeeds (PROTOCOL.md, "Transaction Identifiers"). */
  setTransaction(appId: string, version: number): void {
    if (!Number.isSafeInteger(version)) {
      throw new BoathouseError("DELTA_TRANSACTION_VERSION_INVALID", `${version} is no version of an application.`);
    }
    this.#staged.transactions.push({ appId, version, lastUpdated: this.#parts.context.clock.now() });
  }

  /** Adds table features to those that the table supports. */
  support(features: readonly string[]): void {
    const protocol = withFeatures(this.#draft.protocol, features);
    checkWritable(protocol, this.metadata, describe(this.location));
    this.#draft = { ...this.#draft, protocol };
  }

  /** Sets a domain's configuration, or removes it with undefined. */
  setDomain(domain: string, configuration: string | undefined): void {
    this.support(["domainMetadata"]);
    this.#staged.domains.push({ domain, configuration: configuration ?? "", removed: configuration === undefined });
  }

  /** Adds to a metric of `operationMetrics`: numTargetRowsInserted, numSourceRows… */
  addMetrics(metrics: Metrics): void {
    this.#staged.addMetrics(metrics);
  }

  /** Changes columns, partitioning, properties or the comment. Throws what `changedDraft` throws. */
  updateMetadata(change: MetadataChange): void {
    const { location, context } = this.#parts;
    this.#draft = changedDraft(this.#draft, change, { where: describe(location), ids: context.ids });
  }

  /** Puts another definition in the place of the table's: the commit depends on everything that the table holds. */
  redefine(draft: TableDraft): void {
    checkWritable(draft.protocol, draft.metadata, describe(this.location));
    this.#reads.push(UNKNOWN);
    this.#draft = withTrackingColumns(draft, this.snapshot?.metadata, this.context.ids);
  }

  /** Adds columns that only the data has. */
  mergeSchema(source: StructType): void {
    const merged = mergeSchemas(this.schema, source, { widening: isWideningEnabled(this.metadata) });
    if (schemaToJson(merged) !== schemaToJson(this.schema)) this.updateMetadata({ schema: merged });
  }

  /**
   * Adds the rows of a SELECT. With `mergeSchema`, columns that only the data has are added to the table. Throws
   * `DELTA_IDENTITY_COLUMNS_EXPLICIT_INSERT_NOT_SUPPORTED`.
   */
  async append(source: DataSource, options: { readonly mergeSchema?: boolean } = {}): Promise<WrittenData> {
    const schema = await sourceSchema(source);
    refuseGivenIdentity(this.schema, schema);
    if (options.mergeSchema === true) this.mergeSchema(schema);
    return this.write({ ...source, schema });
  }

  /** Adds the rows of a SELECT, each of which must fulfil the checks besides the table's own constraints. */
  async write(source: DataSource, checks: readonly RowCheck[] = []): Promise<WrittenData> {
    const written = await this.#writeFiles(source, checks);
    this.#staged.stage({ adds: written.adds });
    return written;
  }

  /** Adds or takes whole files. */
  stage(files: FileChanges): void {
    this.#staged.stage(files);
  }

  /** Removes the files of a scan. */
  async remove(scan: Scan): Promise<void> {
    const removes = await removesFor(this.#existing, scan, this.#parts.context.clock.now());
    this.#staged.stage({ removes });
  }

  /** Removes every file. */
  async removeAll(): Promise<void> {
    this.#reads.push(UNKNOWN);
    this.#staged.stage({ removes: await allRemoves(this.#existing, this.#parts.context.clock.now()) });
  }

  /** Puts the files of a scan together. Its rows stay what they are, which the commit says (`dataChange` false). */
  async compact(scan: Scan, connection: Connection): Promise<void> {
    const removes = await removesFor(this.#existing, scan, this.#parts.context.clock.now());
    const extra = trackingFields(scan.snapshot);
    const schema = struct([...this.schema.fields, ...extra]);
    const select = `SELECT * FROM ${scan.sql({ keepsIds: true })}`;
    const source = { connection, select, schema, extra, asStored: true as const };
    this.#staged.rearranges((await this.#writeFiles(source, [])).adds, removes);
  }

  /**
   * Commits. Throws the conflict with another writer (`DELTA_CONCURRENT_APPEND`, `DELTA_METADATA_CHANGED`…), after which
   * nothing of the transaction is left.
   */
  async commit(): Promise<CommitResult> {
    const { context, location, snapshot, info } = this.#parts;
    try {
      this.#checkAppendOnly();
      checkRecorded(this.#staged, describe(location));
      const metrics = this.#allMetrics();
      await this.#adoptFiles();
      const rowIds = new RowIds(snapshot, this);
      const body = [...this.#draftActions(), ...this.#staged.actions()];
      const description = this.#description(metrics);
      const { operation } = info;
      const version = await commitActions({
        context,
        location,
        readVersion: this.readVersion,
        txnId: this.#txnId,
        previousTimestamp: await snapshot?.inCommitTimestamp(),
        signal: info.signal,
        actions: (at, previousTimestamp) =>
          commitWithInfo(rowIds.assign(body, at), description, { version: at, previousTimestamp }),
        rebase: (winner) => rowIds.rebase(winner.actions),
        reads:
          snapshot === undefined
            ? undefined
            : { operation, snapshot, actions: body, reads: this.#reads, isolation: isolationOf(this.metadata) },
      });
      // The files are the table's now, whatever fails from here on.
      this.#staged.keep();
      this.#parts.committed(version, this.metadata);
      return { version, metrics };
    } catch (error) {
      if (isBoathouseError(error, COMMIT_STATE_UNKNOWN)) this.#staged.keep();
      await this.abort();
      throw error;
    }
  }

  /** Where rows come to be tracked, the files that are there must have ids as well (PROTOCOL.md, "Row Tracking"). */
  async #adoptFiles(): Promise<void> {
    const { snapshot } = this.#parts;
    if (snapshot === undefined || !tracksRows(this) || tracksRows(snapshot)) return;
    this.#reads.push(UNKNOWN);
    const gone = new Set(this.#staged.removes.map(({ path }) => path));
    const without = await addsWhere(snapshot, "base_row_id IS NULL OR default_row_commit_version IS NULL");
    const adds = without.filter(({ path }) => !gone.has(path)).map((add) => ({ ...add, dataChange: false }));
    this.#staged.stage({ adds });
  }

  /** Deletes the files that were written, unless they are committed or may be. */
  async abort(): Promise<void> {
    await this.#staged.discard(this.#parts.location);
  }

  get #existing(): Snapshot {
    const { snapshot, location } = this.#parts;
    if (snapshot !== undefined) return snapshot;
    throw new BoathouseError("DELTA_TABLE_NOT_FOUND", `${describe(location)} is only just being created.`, {
      kind: "defect",
    });
  }

  /** What writing files of the table takes. */
  get target(): WriteTarget {
    const { context, location, info } = this.#parts;
    const { expressions = context.expressions } = info;
    return {
      context: expressions === undefined ? context : { ...context, expressions },
      location,
      metadata: this.metadata,
      protocol: this.#draft.protocol,
    };
  }

  async #writeFiles(source: DataSource, checks: readonly RowCheck[]): Promise<WrittenData> {
    const signal = source.signal ?? this.#parts.info.signal;
    const written = await writeData(this.target, { ...source, ...(signal === undefined ? {} : { signal }) }, checks);
    this.#staged.stage({ written: written.adds.map(({ path }) => keyOf(this.location, decodePath(path))) });
    this.#staged.countRows(written.rows);
    const before = this.schema;
    const schema = withHighWaterMarks(before, written.highWaterMarks);
    if (schema !== before) this.updateMetadata({ schema });
    return written;
  }

  #checkAppendOnly(): void {
    if (!this.#staged.removesRows || !flagProperty(this.metadata, "delta.appendOnly")) return;
    throw new BoathouseError(
      "DELTA_CANNOT_MODIFY_APPEND_ONLY",
      `${describe(this.#parts.location)} only allows appends.`,
      {
        sqlState: "42809",
        hint: "Set the table property delta.appendOnly to false to change or delete rows.",
      },
    );
  }

  #draftActions(): Action[] {
    const { protocol, metadata } = this.#draft;
    const before = this.#parts.snapshot;
    return [
      ...(protocol === before?.protocol ? [] : [{ protocol }]),
      ...(metadata === before?.metadata ? [] : [{ metaData: metadata }]),
    ];
  }

  #description(metrics: Metrics): CommitDescription {
    return {
      context: this.#parts.context,
      info: this.#parts.info,
      txnId: this.#txnId,
      readVersion: this.readVersion,
      isBlindAppend: this.#reads.length === 0 && this.#staged.removes.length === 0,
      metrics,
      metadata: this.metadata,
      before: this.#parts.snapshot?.metadata,
    };
  }

  #allMetrics(): Metrics {
    const executionTime = this.#parts.context.clock.now() - this.#started;
    const base = defaultMetrics(this.#parts.info.operation, { ...this.#staged.counts(), executionTime });
    return { ...base, ...this.#staged.metrics };
  }
}
