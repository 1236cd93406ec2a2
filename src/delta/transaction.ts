import type { StructType } from "../core/data-type.ts";
import { BoathouseError, isBoathouseError } from "../core/errors.ts";
import type { Connection } from "../duckdb/connection.ts";
import type { Action, AddAction, DomainMetadataAction, MetadataAction, RemoveAction, TxnAction } from "./actions.ts";
import { checkCopiesRows } from "./change-data.ts";
import { commitWithInfo, isolationOf, type CommitDescription } from "./commit-info.ts";
import { commitActions, COMMIT_STATE_UNKNOWN } from "./commit.ts";
import type { DeltaContext } from "./context.ts";
import {
  constraintChecks,
  constraintExists,
  constraintKey,
  constraintMissing,
  constraintViolated,
} from "./constraints.ts";
import {
  discardData,
  sourceSchema,
  writeData,
  type DataSource,
  type WriteTarget,
  type WrittenData,
} from "./data-writer.ts";
import { checkWritable, withFeatures } from "./features.ts";
import { describe, type TableLocation } from "./log-segment.ts";
import { defaultMetrics, type Metrics } from "./metrics.ts";
import { isExactOnPartitions, partitionPredicate } from "./partition-predicate.ts";
import { UNKNOWN, type Predicate } from "./predicate.ts";
import { findProperty, flagProperty } from "./properties.ts";
import { allRemoves, removesFor } from "./removes.ts";
import { findMatching } from "./matching-rows.ts";
import { numberIn } from "./row-values.ts";
import type { Scan, ScanOptions } from "./scan.ts";
import type { Snapshot } from "./snapshot.ts";
import { changedDraft, draftOf, nullableColumns, type TableDraft } from "./table-draft.ts";
import { mergeSchemas, tableSchema } from "./table-schema.ts";
import type {
  CommitResult,
  DeleteResult,
  MetadataChange,
  OperationInfo,
  OverwriteMode,
  RowCondition,
  TableDefinition,
} from "./transaction-options.ts";
import type { RowCheck } from "./write-sql.ts";

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
 * those of a process that was killed are left to VACUUM.
 */
export class Transaction {
  readonly #parts: TransactionParts;
  readonly #txnId: string;
  readonly #started: number;
  #draft: TableDraft;
  readonly #reads: Predicate[] = [];
  readonly #adds: AddAction[] = [];
  readonly #removes = new Map<string, RemoveAction>();
  readonly #transactions: TxnAction[] = [];
  readonly #domains: DomainMetadataAction[] = [];
  readonly #metrics = new Map<string, number>();
  #written = { rows: 0, bytes: 0 };

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
    if (snapshot !== undefined) await transaction.#removeAll();
    return transaction;
  }

  /** The version that was read; -1 for a new table. */
  get readVersion(): number {
    return this.#parts.snapshot?.version ?? -1;
  }

  /** The table's columns as this transaction leaves them. */
  get schema(): StructType {
    return tableSchema(this.metadata.schemaString);
  }

  get metadata(): MetadataAction {
    return this.#draft.metadata;
  }

  /** The CHECK constraints as DuckDB SQL: what a connection has to be able to evaluate to write rows. */
  get checks(): readonly string[] {
    return constraintChecks(this.#target, this.schema).map((check) => check.condition);
  }

  /** Is there anything to commit? */
  get hasChanges(): boolean {
    return (
      this.#adds.length + this.#removes.size + this.#domains.length + this.#transactions.length > 0 ||
      this.#draftActions().length > 0
    );
  }

  /** Plans a read that the commit depends on. */
  async scan(options: ScanOptions = {}): Promise<Scan> {
    this.#reads.push(options.predicate ?? UNKNOWN);
    return this.#existing.scan(options);
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
    this.#transactions.push({ appId, version, lastUpdated: this.#parts.context.clock.now() });
  }

  /** Sets a domain's configuration, or removes it with undefined. */
  setDomain(domain: string, configuration: string | undefined): void {
    this.#draft = { ...this.#draft, protocol: withFeatures(this.#draft.protocol, ["domainMetadata"]) };
    this.#domains.push({ domain, configuration: configuration ?? "", removed: configuration === undefined });
  }

  /** Adds to a metric of `operationMetrics`: numTargetRowsInserted, numSourceRows… */
  addMetrics(metrics: Metrics): void {
    for (const [name, value] of Object.entries(metrics))
      this.#metrics.set(name, (this.#metrics.get(name) ?? 0) + value);
  }

  /** Changes columns, partitioning, properties or the comment. Throws what `changedDraft` throws. */
  updateMetadata(change: MetadataChange): void {
    const { location, context } = this.#parts;
    this.#draft = changedDraft(this.#draft, change, { where: describe(location), ids: context.ids });
  }

  /** Adds a CHECK constraint, in Spark SQL. Throws `DELTA_NEW_CHECK_CONSTRAINT_VIOLATION` when rows of the table break it. */
  async addConstraint(connection: Connection, name: string, expression: string): Promise<void> {
    const key = constraintKey(name);
    if (findProperty(this.metadata, key) !== undefined) throw constraintExists(name);
    this.updateMetadata({ setProperties: { [key]: expression } });
    const [check] = constraintChecks(this.#target, this.schema).filter((each) => each.name === name.toLowerCase());
    if (check === undefined || this.#parts.snapshot === undefined) return;
    const scan = await this.scan();
    const [row] = await connection.rows(
      `SELECT count(*) AS rows FROM ${scan.sql()} WHERE NOT coalesce((${check.condition}), false)`,
    );
    const broken = numberIn(row, "rows");
    if (broken === 0) return;
    throw constraintViolated({ name, expression, broken, where: describe(this.#parts.location) });
  }

  /** Throws `DELTA_CONSTRAINT_DOES_NOT_EXIST`. */
  dropConstraint(name: string): void {
    const key = findProperty(this.metadata, constraintKey(name));
    if (key === undefined) throw constraintMissing(name, this.metadata);
    this.updateMetadata({ unsetProperties: [key] });
  }

  /** Adds the rows of a SELECT. With `mergeSchema`, columns that only the data has are added to the table. */
  async append(source: DataSource, options: { readonly mergeSchema?: boolean } = {}): Promise<WrittenData> {
    const schema = await sourceSchema(source);
    if (options.mergeSchema === true) this.#mergeSchema(schema);
    return this.#write({ ...source, schema }, []);
  }

  /** Puts the rows of a SELECT in the place of what is there: everything, the rows of a condition, or whole partitions. */
  async overwrite(
    source: DataSource,
    mode: OverwriteMode,
    options: { readonly mergeSchema?: boolean } = {},
  ): Promise<WrittenData> {
    const schema = await sourceSchema(source);
    if (mode.kind === "full" && mode.overwriteSchema === true) {
      const partitionColumns = mode.partitionColumns ?? this.metadata.partitionColumns;
      this.updateMetadata({ schema: nullableColumns(schema), partitionColumns, overwriteSchema: true });
    } else if (options.mergeSchema === true) this.#mergeSchema(schema);
    if (mode.kind === "full") {
      await this.#removeAll();
      return this.#write({ ...source, schema }, []);
    }
    if (mode.kind === "where") {
      // The new rows come first: the select may read what is about to be removed, and the check may fail.
      const check = {
        condition: mode.condition.sql,
        code: "DELTA_REPLACE_WHERE_MISMATCH",
        message: `Written data does not conform to the condition of replaceWhere (${mode.text}):`,
      };
      const written = await this.#write({ ...source, schema }, [check]);
      await this.deleteWhere(source.connection, mode.condition);
      return written;
    }
    return this.#overwritePartitions({ ...source, schema });
  }

  /** Removes the rows of a condition: whole files where all rows match, copies of the other rows elsewhere. */
  async deleteWhere(connection: Connection, condition: RowCondition): Promise<DeleteResult> {
    const snapshot = this.#existing;
    const { predicate } = condition;
    if (predicate !== undefined && isExactOnPartitions(predicate, snapshot)) {
      const scan = await this.scan({ predicate });
      await this.remove(scan);
      return { deletedRows: undefined, copiedRows: 0 };
    }
    const scan = await this.scan(predicate === undefined ? {} : { predicate });
    const { some, partial, rows } = await findMatching(connection, scan, condition.sql);
    await this.remove(some);
    if (partial.files.length > 0) checkCopiesRows(this.#draft, describe(this.#parts.location));
    const select = `SELECT * FROM ${partial.sql()} WHERE NOT coalesce((${condition.sql}), false)`;
    const copied =
      partial.files.length === 0 ? { rows: 0 } : await this.#write({ connection, select, schema: this.schema }, []);
    return { deletedRows: rows, copiedRows: copied.rows };
  }

  /** Removes the files of a scan. */
  async remove(scan: Scan): Promise<void> {
    for (const remove of await removesFor(this.#existing, scan, this.#parts.context.clock.now())) {
      this.#removes.set(remove.path, remove);
    }
  }

  /** Puts the rows of a SELECT in the place of the files of a scan: how UPDATE and MERGE change rows. */
  async rewrite(scan: Scan, source: DataSource): Promise<WrittenData> {
    checkCopiesRows(this.#draft, describe(this.#parts.location));
    await this.remove(scan);
    return this.append(source);
  }

  /** Puts the files of a scan together. Its rows stay what they are, which the commit says (`dataChange` false). */
  async compact(scan: Scan, connection: Connection): Promise<void> {
    await this.remove(scan);
    const first = this.#adds.length;
    await this.#write({ connection, select: `SELECT * FROM ${scan.sql()}`, schema: this.schema }, []);
    this.#adds.push(...this.#adds.splice(first).map((add) => ({ ...add, dataChange: false })));
    const paths = new Set(scan.files.map(({ path }) => path));
    for (const [path, remove] of this.#removes) {
      if (paths.has(path)) this.#removes.set(path, { ...remove, dataChange: false });
    }
  }

  /**
   * Commits. Throws the conflict with another writer (`DELTA_CONCURRENT_APPEND`, `DELTA_METADATA_CHANGED`…), after which
   * nothing of the transaction is left.
   */
  async commit(): Promise<CommitResult> {
    const { context, location, snapshot, info } = this.#parts;
    try {
      this.#checkAppendOnly();
      const metrics = this.#allMetrics();
      const body = this.#actions();
      const description = this.#description(metrics);
      const { operation } = info;
      const version = await commitActions({
        context,
        location,
        readVersion: this.readVersion,
        txnId: this.#txnId,
        previousTimestamp: await snapshot?.inCommitTimestamp(),
        signal: info.signal,
        actions: (at, previousTimestamp) => commitWithInfo(body, description, { version: at, previousTimestamp }),
        reads:
          snapshot === undefined
            ? undefined
            : { operation, snapshot, actions: body, reads: this.#reads, isolation: isolationOf(this.metadata) },
      });
      // The files are the table's now, whatever fails from here on.
      this.#adds.length = 0;
      this.#parts.committed(version, this.metadata);
      return { version, metrics };
    } catch (error) {
      if (isBoathouseError(error, COMMIT_STATE_UNKNOWN)) this.#adds.length = 0;
      await this.abort();
      throw error;
    }
  }

  /** Deletes the data files that were written, unless they are committed or may be. */
  async abort(): Promise<void> {
    await discardData(this.#parts.location, this.#adds);
    this.#adds.length = 0;
  }

  get #existing(): Snapshot {
    const { snapshot, location } = this.#parts;
    if (snapshot !== undefined) return snapshot;
    throw new BoathouseError("DELTA_TABLE_NOT_FOUND", `${describe(location)} is only just being created.`, {
      kind: "defect",
    });
  }

  get #target(): WriteTarget {
    const { context, location } = this.#parts;
    return { context, location, metadata: this.metadata, protocol: this.#draft.protocol };
  }

  async #write(source: DataSource, checks: readonly RowCheck[]): Promise<WrittenData> {
    const signal = source.signal ?? this.#parts.info.signal;
    const written = await writeData(this.#target, { ...source, ...(signal === undefined ? {} : { signal }) }, checks);
    this.#adds.push(...written.adds);
    this.#written = { rows: this.#written.rows + written.rows, bytes: this.#written.bytes + written.bytes };
    return written;
  }

  async #overwritePartitions(source: DataSource): Promise<WrittenData> {
    if (this.metadata.partitionColumns.length === 0) return this.overwrite(source, { kind: "full" });
    const written = await this.#write(source, []);
    if (written.adds.length > 0)
      await this.remove(await this.scan({ predicate: partitionPredicate(this.schema, this.metadata, written.adds) }));
    return written;
  }

  async #removeAll(): Promise<void> {
    this.#reads.push(UNKNOWN);
    for (const remove of await allRemoves(this.#existing, this.#parts.context.clock.now())) {
      this.#removes.set(remove.path, remove);
    }
  }

  #mergeSchema(source: StructType): void {
    const merged = mergeSchemas(this.schema, source);
    if (JSON.stringify(merged) !== JSON.stringify(this.schema)) this.updateMetadata({ schema: merged });
  }

  #checkAppendOnly(): void {
    const removesRows = [...this.#removes.values()].some(({ dataChange }) => dataChange);
    if (!removesRows || !flagProperty(this.metadata, "delta.appendOnly")) return;
    throw new BoathouseError(
      "DELTA_CANNOT_MODIFY_APPEND_ONLY",
      `${describe(this.#parts.location)} only allows appends.`,
      {
        sqlState: "42809",
        hint: "Set the table property delta.appendOnly to false to change or delete rows.",
      },
    );
  }

  #actions(): Action[] {
    return [
      ...this.#draftActions(),
      ...this.#transactions.map((txn) => ({ txn })),
      ...this.#domains.map((domainMetadata) => ({ domainMetadata })),
      ...[...this.#removes.values()].map((remove) => ({ remove })),
      ...this.#adds.map((add) => ({ add })),
    ];
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
      isBlindAppend: this.#reads.length === 0 && this.#removes.size === 0,
      metrics,
      metadata: this.metadata,
      before: this.#parts.snapshot?.metadata,
    };
  }

  #allMetrics(): Metrics {
    const removedBytes = [...this.#removes.values()].reduce((sum, { size = 0 }) => sum + size, 0);
    const base = defaultMetrics(this.#parts.info.operation, {
      addedFiles: this.#adds.length,
      addedBytes: this.#written.bytes,
      writtenRows: this.#written.rows,
      removedFiles: this.#removes.size,
      removedBytes,
      executionTime: this.#parts.context.clock.now() - this.#started,
    });
    return { ...base, ...Object.fromEntries(this.#metrics) };
  }
}
