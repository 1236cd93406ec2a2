import { field, STRING, struct, type StructType } from "../../../core/data-type.ts";
import { unreachable } from "../../../core/errors.ts";
import { rowsIn } from "../../../delta/listed-files.ts";
import { isExactOnPartitions } from "../../../delta/partition-predicate.ts";
import { allOf, type Predicate } from "../../../delta/predicate.ts";
import { applyRowChanges, FILE, ROW, type ChangedRows } from "../../../delta/row-changes.ts";
import type { Scan } from "../../../delta/scan.ts";
import type { Transaction } from "../../../delta/transaction.ts";
import type { Delete, Merge, Update } from "../../../sql/ast/statement.ts";
import type { BoundExpression, BoundPlan } from "../../../sql/bound.ts";
import { analyzeChange } from "../../../sql/analyzer/change.ts";
import type { BoundRowChange } from "../../../sql/change.ts";
import type { OperationMetrics, StatementResult } from "../../session.ts";
import { compactAfter } from "../auto-compact.ts";
import { installFor } from "../connection.ts";
import { deltaPredicate } from "../delta-predicate.ts";
import { recordLineage } from "../lineage.ts";
import { isRepeatable } from "../determinism.ts";
import { generateSql } from "../query.ts";
import { changeResult } from "../result.ts";
import { fileCounts, scanPredicate } from "../scans.ts";
import type { StatementCall } from "../statement-call.ts";
import { tableExpressions } from "../table-expressions.ts";
import type { Command } from "./command.ts";
import { followCommit } from "./alter-commit.ts";
import { tableOf } from "./relation-of.ts";

/**
 * UPDATE, DELETE and MERGE: the rows that change are found once, with their new values, and put into effect by one commit
 * (`applyRowChanges`). When no row changes, nothing is committed.
 */
export const rowChange: Command<"update" | "delete" | "merge"> = { kinds: ["update", "delete", "merge"], run };

async function run(statement: Update | Delete | Merge, call: StatementCall): Promise<StatementResult> {
  const operation = statement.kind.toUpperCase();
  const found = await tableOf(statement.target, call);
  const resolver = await call.resolver();
  resolver.willChange({ span: statement.target.span, rows: true, pipeline: call.options.pipeline });
  const bound = await call.analyze((names, context) => analyzeChange(statement, names, context));
  const source = resolver.sourceOf(bound.target);
  if (source?.kind !== "delta") throw call.unsupported(statement.target.span, `${operation} of what is no Delta table`);
  const table = await call.env.tables.at(found.location);
  const info = {
    operation,
    parameters: parametersOf(statement, call),
    userName: call.user,
    expressions: tableExpressions(call.context(await call.access())),
    ...(call.signal === undefined ? {} : { signal: call.signal }),
  };
  const transaction = await table.begin(info, source.snapshot);
  const { txn } = call.options;
  if (txn !== undefined && transaction.isCommitted(txn.appId, txn.version)) {
    return changeResult(operation, { alreadyCommitted: true, version: transaction.readVersion });
  }
  try {
    const evolves = statement.kind === "merge" && statement.schemaEvolution;
    if (evolves) transaction.mergeSchema(bound.target.schema);
    const metrics = await change(bound, transaction, call);
    if (metrics === undefined) return changeResult(operation, {});
    if (evolves) await followCommit(found, transaction, call);
    const flowed = {
      schema: struct(bound.lineage.map((each) => field(each.column, STRING))),
      lineage: bound.lineage.map((each) => each.sources),
      reads: bound.reads.filter((name) => name.join(".") !== bound.target.name.join(".")),
    };
    await recordLineage(call, flowed, bound.target.name);
    return changeResult(operation, metrics);
  } catch (error) {
    await transaction.abort();
    throw error;
  }
}

/** Undefined when no row changes. */
async function change(
  bound: BoundRowChange,
  transaction: Transaction,
  call: StatementCall,
): Promise<OperationMetrics | undefined> {
  const target = bound.scans[bound.scan] ?? unreachable("A change has no scan of its target.");
  refuseUnrepeatable(bound, call);
  const partitions = bound.kind === "delete" ? wholePartitions(bound.changes, transaction) : undefined;
  const predicate = partitions ?? scanPredicate(target);
  const scan = await transaction.scan(predicate === undefined ? {} : { predicate });
  const looked = fileCounts(scan, bound.target);
  const found = { filesScanned: looked.files, filesSkipped: looked.skipped };
  if (partitions !== undefined) {
    const done = await removeFiles(scan, transaction, call);
    return done && { ...done, filesScanned: 0, filesSkipped: looked.files + looked.skipped };
  }
  if (scan.files.length === 0 || bound.insertsOnly) {
    const done = bound.inserts && (await insertOnly(bound, bound.inserts, scan, transaction, call));
    return done && { ...done, ...found };
  }
  const done = await changeRows(bound, scan, transaction, call);
  return done && { ...done, ...found };
}

async function changeRows(
  bound: BoundRowChange,
  scan: Scan,
  transaction: Transaction,
  call: StatementCall,
): Promise<OperationMetrics | undefined> {
  const { sql, connection } = await generateSql(planOf(bound.changes, bound), call, {
    names: "unique",
    given: givenScan(bound, scan, transaction.schema),
  });
  try {
    const signal = call.signal === undefined ? {} : { signal: call.signal };
    await installFor(connection, transaction.checks.join(" "));
    // Found out once, so that what is counted, marked and written is the same.
    await connection.run(`CREATE OR REPLACE TEMP TABLE ${CHANGED} AS ${sql}`, signal);
    await (await call.resolver()).files.verify();
    const { checksCardinality } = bound;
    const distinct = bound.kind !== "merge";
    const changes = { connection, table: CHANGED, scan, distinct, checksCardinality, ...signal };
    const done = await applyRowChanges(transaction, changes);
    if (done.inserted + done.touchedFiles === 0) return undefined;
    const version = await commitChange(bound.kind, done, transaction, call);
    return {
      version,
      rowsInserted: done.inserted,
      rowsUpdated: done.updated,
      rowsDeleted: done.deleted,
      filesAdded: done.addedFiles,
      filesRemoved: done.removedFiles + done.rewrittenFiles,
      bytesWritten: done.addedBytes,
    };
  } finally {
    connection.close();
  }
}

/** The rows to insert are written as they are found; no row of the table changes. */
async function insertOnly(
  bound: BoundRowChange,
  plan: BoundPlan,
  scan: Scan,
  transaction: Transaction,
  call: StatementCall,
): Promise<OperationMetrics | undefined> {
  const { schema } = bound.target;
  const generated = await generateSql(planOf(plan, bound), call, {
    names: "unique",
    given: givenScan(bound, scan, transaction.schema),
  });
  const { sql: select, connection } = generated;
  try {
    await installFor(connection, transaction.checks.join(" "));
    const signal = call.signal === undefined ? {} : { signal: call.signal };
    const { rows, bytes, adds } = await transaction.write({ connection, select, schema, ...signal });
    if (rows === 0) return undefined;
    await (await call.resolver()).files.verify();
    const version = await commitChange("merge", { ...NO_CHANGE, inserted: rows }, transaction, call);
    return {
      version,
      rowsInserted: rows,
      rowsUpdated: 0,
      rowsDeleted: 0,
      filesAdded: adds.length,
      filesRemoved: 0,
      bytesWritten: bytes,
    };
  } finally {
    connection.close();
  }
}

/** A DELETE of whole partitions reads no file. */
async function removeFiles(
  scan: Scan,
  transaction: Transaction,
  call: StatementCall,
): Promise<OperationMetrics | undefined> {
  if (scan.files.length === 0) return undefined;
  const rows = await rowsIn(scan.snapshot, scan);
  await transaction.remove(scan);
  const deleted = rows ?? 0;
  const version = await commitChange("delete", { ...NO_CHANGE, deleted }, transaction, call, rows !== undefined);
  return {
    version,
    ...(rows === undefined ? {} : { rowsDeleted: rows }),
    filesAdded: 0,
    filesRemoved: scan.files.length,
    bytesWritten: 0,
  };
}

async function commitChange(
  kind: BoundRowChange["kind"],
  counts: RowCounts,
  transaction: Transaction,
  call: StatementCall,
  isCounted = true,
): Promise<number> {
  const { txn } = call.options;
  if (txn !== undefined) transaction.setTransaction(txn.appId, txn.version);
  if (isCounted) transaction.addMetrics(operationMetrics(kind, counts));
  const { version } = await transaction.commit();
  await compactAfter(transaction, version, call);
  return version;
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
function refuseUnrepeatable({ changes, kind }: BoundRowChange, call: StatementCall): void {
  const plan = changes.kind === "with" ? changes.input : changes;
  if (isRepeatable(plan.kind === "project" ? plan.input : plan)) return;
  throw call.error(
    undefined,
    "DELTA_NON_DETERMINISTIC_FUNCTION_NOT_SUPPORTED",
    `Which rows ${kind.toUpperCase()} changes must not depend on rand(), uuid() or the like.`,
    "Store the source in a table first: CREATE TABLE … AS SELECT ….",
  );
}

export function givenScan(
  bound: BoundRowChange,
  scan: Scan,
  schema: StructType = bound.target.schema,
): ReadonlyMap<number, string> {
  return new Map([[bound.scan, scan.sql({ schema, fileColumn: FILE, rowColumn: ROW })]]);
}

function planOf(
  plan: BoundPlan,
  bound: BoundRowChange,
): { readonly plan: BoundPlan; readonly scans: BoundRowChange["scans"] } {
  return { plan, scans: bound.scans };
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

function parametersOf(statement: Update | Delete | Merge, call: StatementCall): Record<string, unknown> {
  if (statement.kind === "merge") return { predicate: call.textOf(statement.on.span) };
  return { predicate: statement.where === undefined ? [] : [call.textOf(statement.where.span)] };
}
