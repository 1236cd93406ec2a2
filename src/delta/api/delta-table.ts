import { BOOLEAN, struct, type StructType } from "../../core/data-type.ts";
import { BoathouseError } from "../../core/errors.ts";
import { compileExpression } from "../../sql/expression.ts";
import { parseSchema } from "../../sql/parser/parse.ts";
import { plainContext } from "../../sql/plain-context.ts";
import { deltaPredicate } from "../scan/bound-predicate.ts";
import type { RowChangeOutcome } from "../write/bound-change.ts";
import { scanFunctions } from "../scan/variant-layout.ts";
import type { HistoryEntry, TableDetail } from "../log/history.ts";
import type { Metrics } from "../write/metrics.ts";
import { optimize } from "../maintain/optimize.ts";
import { overwrite } from "../write/overwrite.ts";
import { restoreTable } from "../maintain/restore.ts";
import type { DeltaTable as StoredTable } from "../table.ts";
import type { OperationInfo, OverwriteMode } from "../write/transaction-options.ts";
import type { Transaction } from "../write/transaction.ts";
import type { VacuumResult } from "../maintain/vacuum.ts";
import { changeScan, type ChangeRequest } from "./change-scan.ts";
import { changeTable } from "./change.ts";
import { compactAfter } from "./compact-after.ts";
import { readable, type GivenRows, type ReadableRows } from "./given-rows.ts";
import { assignments, mergeText, type MergeRequest } from "./merge.ts";
import { placeOf, Runtime, type RuntimeOptions } from "./runtime.ts";
import type { RowScan, ScanRequest } from "./row-scan.ts";
import { TableScan } from "./table-scan.ts";
import { versionSpec, type TableVersion } from "./table-version.ts";

export interface CreateRequest {
  /** Columns: a schema, or Spark's DDL: `id BIGINT NOT NULL, name STRING`. */
  readonly schema: string | StructType;
  readonly partitionBy?: readonly string[];
  /** Table properties: `{ "delta.enableDeletionVectors": "true" }`. */
  readonly properties?: Readonly<Record<string, string>>;
  readonly comment?: string;
  /** Opens the table that is there already, in place of refusing. */
  readonly ifNotExists?: boolean;
}

export interface WriteRequest {
  /** Columns that only the rows have are added to the table. */
  readonly mergeSchema?: boolean;
  /** Makes the write idempotent: what an application has committed under a version, it does not commit again. */
  readonly txn?: { readonly appId: string; readonly version: number };
}

export interface OverwriteRequest extends WriteRequest {
  /** Only the rows of this condition, in Spark SQL, which all new rows must fulfil. */
  readonly where?: string;
  /** Only the partitions that the new rows lie in. */
  readonly partitions?: "dynamic";
  /** The table takes the columns of the rows. */
  readonly overwriteSchema?: boolean;
}

/** What a write did. */
export interface WriteResult {
  /** The new version; the old one where nothing was to be done. */
  readonly version: number;
  readonly rows: number;
  readonly files: number;
  readonly bytes: number;
}

/** What a change of rows did. */
export interface ChangeResult {
  readonly version: number;
  readonly inserted: number;
  readonly updated: number;
  /** Undefined where whole partitions went, of which nobody counted the rows. */
  readonly deleted: number | undefined;
}

/**
 * A Delta table in a folder, or in a container of Azure, that needs nothing besides: no lakehouse, no catalog, no Spark.
 * Conditions and expressions are Spark SQL. Every change is one commit, which fails with `DELTA_CONCURRENT_…` when another
 * writer has changed what it read.
 *
 *     const people = await DeltaTable.create("data/people", { schema: "id BIGINT, name STRING" });
 *     await people.append([{ id: 1n, name: "Ada" }]);
 *     for await (const row of people.scan({ where: "id < 10" })) console.log(row);
 *     await people.close();
 */
export class DeltaTable {
  /** A URL. */
  readonly location: string;
  readonly #runtime: Runtime;
  readonly #table: StoredTable;
  #closed = false;

  private constructor(runtime: Runtime, table: StoredTable, location: string) {
    this.#runtime = runtime;
    this.#table = table;
    this.location = location;
  }

  /** Opens a table: a path, or a `file:` or `abfss:` URL. Throws `DELTA_TABLE_NOT_FOUND`. */
  static async open(location: string, options: RuntimeOptions = {}): Promise<DeltaTable> {
    return DeltaTable.#at(location, options, async (table) => {
      await table.snapshot();
    });
  }

  /** Makes an empty table. Throws `DELTA_TABLE_ALREADY_EXISTS`. */
  static async create(location: string, request: CreateRequest, options: RuntimeOptions = {}): Promise<DeltaTable> {
    const { schema, partitionBy, properties, comment, ifNotExists = false } = request;
    return DeltaTable.#at(location, options, async (table) => {
      if (ifNotExists && (await table.exists())) return;
      const definition = {
        schema: typeof schema === "string" ? parseSchema(schema) : schema,
        ...(partitionBy === undefined ? {} : { partitionColumns: partitionBy }),
        ...(properties === undefined ? {} : { properties }),
        ...(comment === undefined ? {} : { comment }),
      };
      const transaction = await table.beginCreate(definition, { operation: "CREATE TABLE" });
      await transaction.commit();
    });
  }

  /** Is there a table? */
  static async exists(location: string, options: RuntimeOptions = {}): Promise<boolean> {
    const runtime = await Runtime.acquire(options);
    try {
      return await runtime.table(placeOf(location), options).exists();
    } finally {
      await runtime.release();
    }
  }

  static async #at(
    location: string,
    options: RuntimeOptions,
    begin: (table: StoredTable) => Promise<void>,
  ): Promise<DeltaTable> {
    const place = placeOf(location);
    const runtime = await Runtime.acquire(options);
    try {
      const table = runtime.table(place, options);
      await begin(table);
      return new DeltaTable(runtime, table, place);
    } catch (error) {
      await runtime.release();
      throw error;
    }
  }

  /** The newest version. */
  async version(): Promise<number> {
    return (await this.#table.snapshot()).version;
  }

  /** The columns. */
  async schema(at: TableVersion = {}): Promise<StructType> {
    return (await this.#table.snapshot(versionSpec(at))).schema;
  }

  /** A read of the newest version, or of an older one. Nothing is read until its rows are asked for. */
  scan(request: ScanRequest & TableVersion = {}): TableScan {
    const { version, timestamp, ...what } = request;
    const at = {
      ...(version === undefined ? {} : { version }),
      ...(timestamp === undefined ? {} : { timestamp }),
    };
    return new TableScan(this.#runtime, () => this.#table.snapshot(versionSpec(at)), what);
  }

  /**
   * What each commit of a range of versions inserted, deleted and updated (before and after), where the table has
   * `delta.enableChangeDataFeed`. Throws `DELTA_MISSING_CHANGE_DATA` where it was not on in all of them.
   */
  changes(request: ChangeRequest): RowScan {
    return changeScan(this.#runtime, this.#table, request);
  }

  /** Adds rows. */
  async append(rows: GivenRows, request: WriteRequest = {}): Promise<WriteResult> {
    const info = { operation: "WRITE", parameters: { mode: "Append" } };
    return this.#write(rows, request, info, (transaction, source) =>
      transaction.append(source, { mergeSchema: request.mergeSchema ?? false }),
    );
  }

  /** Puts rows in the place of what is there: everything, the rows of a condition, or whole partitions. */
  async overwrite(rows: GivenRows, request: OverwriteRequest = {}): Promise<WriteResult> {
    const { schema } = await this.#table.snapshot();
    const mode = modeOf(request, schema);
    const predicate = request.where === undefined ? {} : { predicate: request.where };
    const info = { operation: "WRITE", parameters: { mode: "Overwrite", ...predicate } };
    return this.#write(rows, request, info, async (transaction, source) => {
      if (mode.kind === "where") await this.#runtime.install(source.connection, mode.condition.sql);
      return overwrite(transaction, source, mode, { mergeSchema: request.mergeSchema ?? false });
    });
  }

  /** Deletes the rows of a condition in Spark SQL; all rows without one. */
  async delete(where?: string): Promise<ChangeResult> {
    const text = `DELETE FROM target${where === undefined ? "" : ` WHERE ${where}`}`;
    return this.#change("DELETE", text, where);
  }

  /** Gives columns new values, each an expression in Spark SQL over the row: `{ visits: "visits + 1" }`. */
  async update(set: Readonly<Record<string, string>>, where?: string): Promise<ChangeResult> {
    const text = `UPDATE target SET ${assignments(set)}${where === undefined ? "" : ` WHERE ${where}`}`;
    return this.#change("UPDATE", text, where);
  }

  /** Brings the table and given rows together. Throws what MERGE does, as when several rows match one of the table. */
  async merge(rows: GivenRows, request: MergeRequest): Promise<ChangeResult> {
    return this.#change("MERGE", mergeText(request), request.on, { rows, open: request.mergeSchema ?? false });
  }

  /** The commits that are left, newest first. */
  history(limit?: number): Promise<HistoryEntry[]> {
    return this.#table.history(limit === undefined ? {} : { limit });
  }

  /** Its size, properties, features. */
  detail(): Promise<TableDetail> {
    return this.#table.detail();
  }

  /** Puts small files together. With `zOrderBy`, rows with like values in these columns come to lie together. */
  async optimize(
    request: { readonly where?: string; readonly zOrderBy?: readonly string[]; readonly full?: boolean } = {},
  ): Promise<{ readonly version: number | undefined; readonly metrics: Metrics }> {
    const { where, zOrderBy, full } = request;
    const { schema } = await this.#table.snapshot();
    const condition = where === undefined ? undefined : compileCondition(where, schema);
    return this.#runtime.using(`${condition?.sql ?? ""} ${scanFunctions(schema)}`, (connection) =>
      optimize(this.#table, {
        connection,
        ...(where === undefined || condition === undefined
          ? {}
          : { predicate: condition.predicate, partitionFilter: condition.sql, predicateText: where }),
        ...(zOrderBy === undefined ? {} : { zOrderBy: zOrderBy.map((column) => column.split(".")) }),
        ...(full === undefined ? {} : { full }),
      }),
    );
  }

  /** Deletes files that no version of the last `retentionHours` (a week by default) needs. */
  vacuum(
    request: { readonly retentionHours?: number; readonly dryRun?: boolean; readonly lite?: boolean } = {},
  ): Promise<VacuumResult> {
    const { retentionHours, dryRun = false, lite = false } = request;
    return this.#table.vacuum({
      dryRun,
      mode: lite ? "lite" : "full",
      ...(retentionHours === undefined ? {} : { retention: retentionHours * 3_600_000 }),
    });
  }

  /** Brings the table back to what it was, as a new version. */
  async restore(to: TableVersion): Promise<{ readonly version: number; readonly metrics: Metrics }> {
    const done = await restoreTable(this.#table, { to: versionSpec(to) });
    return done ?? { version: await this.version(), metrics: {} };
  }

  /** Waits for checkpoints that are being written, and lets go of what the table holds. */
  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    await this.#table.settle();
    await this.#runtime.release();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  async #write(
    rows: GivenRows,
    { mergeSchema = false, txn, ...rest }: OverwriteRequest,
    info: OperationInfo,
    put: (
      transaction: Transaction,
      source: ReadableRows & { readonly connection: Parameters<Parameters<Runtime["using"]>[1]>[0] },
    ) => Promise<{ readonly rows: number; readonly bytes: number; readonly adds: readonly unknown[] }>,
  ): Promise<WriteResult> {
    const transaction = await this.#table.begin(info);
    if (txn !== undefined && transaction.isCommitted(txn.appId, txn.version)) {
      return { version: transaction.readVersion, rows: 0, files: 0, bytes: 0 };
    }
    const done = await this.#runtime.using(transaction.checks.join(" "), async (connection) => {
      const open = mergeSchema || rest.overwriteSchema === true;
      const source = await readable(rows, transaction.schema, { connection, runtime: this.#runtime, open });
      try {
        const written = await put(transaction, { ...source, connection });
        if (txn !== undefined) transaction.setTransaction(txn.appId, txn.version);
        const { version } = await transaction.commit();
        return { version, rows: written.rows, files: written.adds.length, bytes: written.bytes };
      } catch (error) {
        await transaction.abort();
        throw error;
      } finally {
        await source.release();
      }
    });
    await compactAfter(this.#table, this.#runtime, done.version);
    return done;
  }

  async #change(
    operation: "DELETE" | "UPDATE" | "MERGE",
    text: string,
    predicate: string | undefined,
    given?: { readonly rows: GivenRows; readonly open: boolean },
  ): Promise<ChangeResult> {
    const parameters = { predicate: predicate === undefined ? [] : [predicate] };
    const transaction = await this.#table.begin({ operation, parameters });
    try {
      const outcome =
        given === undefined
          ? await changeTable(text, transaction, this.#runtime)
          : await this.#merge(text, transaction, given);
      if (outcome === undefined) return { version: transaction.readVersion, inserted: 0, updated: 0, deleted: 0 };
      await compactAfter(this.#table, this.#runtime, outcome.version);
      return resultOf(outcome);
    } catch (error) {
      await transaction.abort();
      throw error;
    }
  }

  async #merge(
    text: string,
    transaction: Transaction,
    { rows, open }: { readonly rows: GivenRows; readonly open: boolean },
  ): Promise<RowChangeOutcome | undefined> {
    return this.#runtime.using("", async (connection) => {
      // The source may have columns that only expressions use.
      const source = await readable(rows, transaction.schema, { connection, runtime: this.#runtime, open: true });
      try {
        if (open) transaction.mergeSchema(struct(source.schema.fields));
        return await changeTable(text, transaction, this.#runtime, source);
      } finally {
        await source.release();
      }
    });
  }
}

function resultOf({ version, inserted, updated, deleted }: RowChangeOutcome): ChangeResult {
  return { version, inserted, updated, deleted };
}

function modeOf({ where, partitions, overwriteSchema }: OverwriteRequest, schema: StructType): OverwriteMode {
  if ([where, partitions, overwriteSchema].filter((each) => each !== undefined).length > 1) {
    throw new BoathouseError(
      "DELTA_OVERWRITE_MODE_INVALID",
      "An overwrite takes one of where, partitions and overwriteSchema.",
    );
  }
  if (where !== undefined) return { kind: "where", condition: compileCondition(where, schema), text: where };
  if (partitions !== undefined) return { kind: "dynamic" };
  return { kind: "full", ...(overwriteSchema === undefined ? {} : { overwriteSchema }) };
}

function compileCondition(
  text: string,
  schema: StructType,
): { readonly sql: string; readonly predicate: ReturnType<typeof deltaPredicate> } {
  const { sql, bound } = compileExpression(text, { schema, context: plainContext(text), type: BOOLEAN });
  return { sql, predicate: deltaPredicate(bound) };
}
