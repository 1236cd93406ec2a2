import type { StructType } from "../../core/data-type.ts";
import { BoathouseError, unreachable } from "../../core/errors.ts";
import type { Connection } from "../../duckdb/connection.ts";
import type { BoundExpression, BoundPlan, BoundQuery } from "../../sql/bound.ts";
import type { BoundRowChange } from "../../sql/change.ts";
import { isRepeatable } from "../../sql/determinism.ts";
import { deltaPredicate } from "../scan/bound-predicate.ts";
import { rowsIn } from "../scan/listed-files.ts";
import { isExactOnPartitions } from "../scan/partition-predicate.ts";
import { allOf, type Predicate } from "../scan/predicate.ts";
import { applyRowChanges, FILE, ROW, type ChangedRows } from "./row-changes.ts";
import type { Scan } from "../scan/scan.ts";
import type { Transaction } from "./transaction.ts";

/** Runs the plans of a change for it. */
export interface ChangeHost {
  /** The SQL of a plan, on a connection that can run it; `given` are the scans that are planned. The caller closes it. */
  open(
    query: Pick<BoundQuery, "plan" | "scans">,
    given: ReadonlyMap<number, string>,
  ): Promise<{ readonly sql: string; readonly connection: Connection }>;
  /** Gives a connection what further SQL calls. */
  install(connection: Connection, sql: string): Promise<void>;
  /** When all has been read: throws where what was read has changed since it was planned. */
  verify(): Promise<void>;
  readonly signal?: AbortSignal | undefined;
}

/** What an UPDATE, DELETE or MERGE did. */
export interface RowChangeOutcome {
  readonly version: number;
  readonly inserted: number;
  readonly updated: number;
  /** Undefined where whole partitions went, of which nobody knows the rows. */
  readonly deleted: number | undefined;
  readonly filesAdded: number;
  readonly filesRemoved: number;
  readonly bytesWritten: number;
  /** Of the table, of which the files were read unless `readsNone`. */
  readonly scan: Scan;
  readonly readsNone: boolean;
}

/**
 * Puts an UPDATE, DELETE or MERGE into effect and commits. The rows that change are found once, with their new values
 * (`applyRowChanges`); a DELETE of whole partitions reads no file; what only inserts appends. Undefined when no row
 * changes: then nothing is committed.
 *
 * Throws `DELTA_NON_DETERMINISTIC_FUNCTION_NOT_SUPPORTED`.
 */
export async function runRowChange(
  bound: BoundRowChange,
  transaction: Transaction,
  host: ChangeHost,
): Promise<RowChangeOutcome | undefined> {
  refuseUnrepeatable(bound);
  const target = bound.scans[bound.scan] ?? unreachable("A change has no scan of its target.");
  const partitions = bound.kind === "delete" ? wholePartitions(bound.changes, transaction) : undefined;
  const known = target.conjuncts.length === 0 ? undefined : allOf(target.conjuncts.map(deltaPredicate));
  const predicate = partitions ?? known;
  const scan = await transaction.scan(predicate === undefined ? {} : { predicate });
  if (partitions !== undefined) return removePartitions(scan, transaction);
  if (scan.files.length > 0 && !bound.insertsOnly) return changeRows(bound, scan, transaction, host);
  return bound.inserts && insertRows(bound, bound.inserts, { scan, transaction, host });
}

/** What the plans of a change read of its target: every row with its place. */
export function targetScan(
  bound: BoundRowChange,
  scan: Scan,
  schema: StructType = bound.target.schema,
): ReadonlyMap<number, string> {
  return new Map([[bound.scan, scan.sql({ schema, fileColumn: FILE, rowColumn: ROW })]]);
}

async function changeRows(
  bound: BoundRowChange,
  scan: Scan,
  transaction: Transaction,
  host: ChangeHost,
): Promise<RowChangeOutcome | undefined> {
  const { changes: plan, scans, checksCardinality } = bound;
  const { sql, connection } = await host.open({ plan, scans }, targetScan(bound, scan, transaction.schema));
  try {
    const signal = host.signal === undefined ? {} : { signal: host.signal };
    await host.install(connection, transaction.checks.join(" "));
    // Found out once, so that what is counted, marked and written is the same.
    await connection.run(`CREATE OR REPLACE TEMP TABLE ${CHANGED} AS ${sql}`, signal);
    await host.verify();
    const distinct = bound.kind !== "merge";
    const done = await applyRowChanges(transaction, {
      connection,
      table: CHANGED,
      scan,
      distinct,
      checksCardinality,
      ...signal,
    });
    if (done.inserted + done.touchedFiles === 0) return undefined;
    transaction.addMetrics(operationMetrics(bound.kind, done));
    const { version } = await transaction.commit();
    return {
      version,
      inserted: done.inserted,
      updated: done.updated,
      deleted: done.deleted,
      filesAdded: done.addedFiles,
      filesRemoved: done.removedFiles + done.rewrittenFiles,
      bytesWritten: done.addedBytes,
      scan,
      readsNone: false,
    };
  } finally {
    connection.close();
  }
}

/** The rows to insert are written as they are found; no row of the table changes. */
async function insertRows(
  bound: BoundRowChange,
  plan: BoundPlan,
  parts: { readonly scan: Scan; readonly transaction: Transaction; readonly host: ChangeHost },
): Promise<RowChangeOutcome | undefined> {
  const { scan, transaction, host } = parts;
  const { scans, target } = bound;
  const { sql: select, connection } = await host.open({ plan, scans }, targetScan(bound, scan, transaction.schema));
  try {
    await host.install(connection, transaction.checks.join(" "));
    const signal = host.signal === undefined ? {} : { signal: host.signal };
    const { rows, bytes, adds } = await transaction.write({ connection, select, schema: target.schema, ...signal });
    if (rows === 0) return undefined;
    await host.verify();
    transaction.addMetrics(operationMetrics("merge", { ...NO_CHANGE, inserted: rows }));
    const { version } = await transaction.commit();
    return {
      version,
      inserted: rows,
      updated: 0,
      deleted: 0,
      filesAdded: adds.length,
      filesRemoved: 0,
      bytesWritten: bytes,
      scan,
      readsNone: false,
    };
  } finally {
    connection.close();
  }
}

async function removePartitions(scan: Scan, transaction: Transaction): Promise<RowChangeOutcome | undefined> {
  if (scan.files.length === 0) return undefined;
  const deleted = await rowsIn(scan.snapshot, scan);
  await transaction.remove(scan);
  if (deleted !== undefined) transaction.addMetrics(operationMetrics("delete", { ...NO_CHANGE, deleted }));
  const { version } = await transaction.commit();
  return {
    version,
    inserted: 0,
    updated: 0,
    deleted,
    filesAdded: 0,
    filesRemoved: scan.files.length,
    bytesWritten: 0,
    scan,
    readsNone: true,
  };
}

type RowCounts = Pick<ChangedRows, "inserted" | "updated" | "deleted" | "copied">;

const NO_CHANGE: RowCounts = { inserted: 0, updated: 0, deleted: 0, copied: 0 };

const CHANGED = '"__boathouse_changed"';

/** The condition of a DELETE, where it says of whole partitions that they go; all of them without a condition. */
function wholePartitions(changes: BoundPlan, { snapshot }: Transaction): Predicate | undefined {
  const conditions: BoundExpression[] = [];
  let plan = changes.kind === "project" ? changes.input : changes;
  while (plan.kind === "filter") {
    if (plan.guards === true) return undefined;
    conditions.push(plan.condition);
    plan = plan.input;
  }
  const predicate = allOf(conditions.map(deltaPredicate));
  return plan.kind === "scan" && snapshot !== undefined && isExactOnPartitions(predicate, snapshot)
    ? predicate
    : undefined;
}

/** As in Delta Lake: which rows change must not be left to chance. What they become may. */
function refuseUnrepeatable({ changes, kind }: BoundRowChange): void {
  const plan = changes.kind === "with" ? changes.input : changes;
  if (isRepeatable(plan.kind === "project" ? plan.input : plan)) return;
  throw new BoathouseError(
    "DELTA_NON_DETERMINISTIC_FUNCTION_NOT_SUPPORTED",
    `Which rows ${kind.toUpperCase()} changes must not depend on rand(), uuid() or the like.`,
    { sqlState: "0AKDC", hint: "Store the source in a table first: CREATE TABLE … AS SELECT …." },
  );
}

/** Delta Lake's own names. */
function operationMetrics(kind: BoundRowChange["kind"], counts: RowCounts): Record<string, number> {
  if (kind === "update") return { numUpdatedRows: counts.updated, numCopiedRows: counts.copied };
  if (kind === "delete") return { numDeletedRows: counts.deleted, numCopiedRows: counts.copied };
  return {
    numTargetRowsInserted: counts.inserted,
    numTargetRowsUpdated: counts.updated,
    numTargetRowsDeleted: counts.deleted,
    numTargetRowsCopied: counts.copied,
  };
}
