import { field, STRING, struct } from "../../../core/data-type.ts";
import { textOf } from "../../../core/value.ts";
import { BoathouseError, unreachable } from "../../../core/errors.ts";
import type { Connection } from "../../../duckdb/connection.ts";
import { quoteIdentifier } from "../../../sql/quote.ts";
import type { Scan } from "../../../delta/scan.ts";
import type { Transaction } from "../../../delta/transaction.ts";
import type { Delete, Merge, Update } from "../../../sql/ast/statement.ts";
import type { BoundPlan } from "../../../sql/bound.ts";
import { analyzeChange } from "../../../sql/analyzer/change.ts";
import type { BoundRowChange } from "../../../sql/change.ts";
import type { OperationMetrics, StatementResult } from "../../session.ts";
import { installFor } from "../connection.ts";
import { recordLineage } from "../lineage.ts";
import { isRepeatable } from "../determinism.ts";
import { generateSql } from "../query.ts";
import { FILE_COLUMN, ROW_COLUMN } from "../resolver.ts";
import { changeResult } from "../result.ts";
import { fileCounts, scanPredicate } from "../scans.ts";
import type { StatementCall } from "../statement-call.ts";
import type { Command } from "./command.ts";
import { tableOf } from "./relation-of.ts";

/**
 * UPDATE, DELETE and MERGE, copy-on-write: the files with rows that change are found, their rows are written anew with
 * the changes, and one commit puts the new files in the place of the old. When no row changes, nothing is committed.
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
    ...(call.signal === undefined ? {} : { signal: call.signal }),
  };
  const transaction = await table.begin(info, source.snapshot);
  const { txn } = call.options;
  if (txn !== undefined && transaction.isCommitted(txn.appId, txn.version)) {
    return changeResult(operation, { alreadyCommitted: true, version: transaction.readVersion });
  }
  try {
    const metrics = await change(bound, transaction, call);
    if (metrics === undefined) return changeResult(operation, {});
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
  const predicate = scanPredicate(target);
  const scan = await transaction.scan(predicate === undefined ? {} : { predicate });
  refuseUnrepeatable(bound, call);
  const touched = scan.files.length === 0 ? new Set<number>() : await touchedFiles(bound, scan, call);
  const inserts = bound.inserts !== undefined;
  if (touched.size === 0) {
    return bound.inserts === undefined ? undefined : insertOnly(bound, bound.inserts, scan, transaction, call);
  }
  // What is not matched can only be told by looking at all rows; otherwise the touched files are enough.
  const read = inserts ? scan : scan.only(touched);
  const { sql, connection } = await generateSql(planOf(bound.rows, bound), call, {
    names: "unique",
    given: givenScan(bound, read),
  });
  try {
    const action = quoteIdentifier("__action");
    const place = quoteIdentifier(FILE_COLUMN);
    const kept = `${place} IN (${[...touched].join(", ")})`;
    const signal = call.signal === undefined ? {} : { signal: call.signal };
    await connection.run(
      `CREATE OR REPLACE TEMP TABLE ${CHANGED} AS SELECT * FROM (${sql}) WHERE ${action} = 'insert' OR ${kept}`,
      signal,
    );
    const counts = await countActions(connection, action);
    const { insert = 0, update = 0, copy = 0 } = counts;
    const deleted = counts["delete"] ?? 0;
    if (insert + update + deleted === 0) return undefined;
    const columns = bound.target.schema.fields.map((each) => quoteIdentifier(each.name));
    const select = `SELECT ${columns.join(", ")} FROM ${CHANGED} WHERE ${action} <> 'delete'`;
    await installFor(connection, transaction.checks.join(" "));
    await (await call.resolver()).files.verify();
    const written = await transaction.rewrite(scan.only(touched), {
      connection,
      select,
      schema: bound.target.schema,
      ...signal,
    });
    const { txn } = call.options;
    if (txn !== undefined) transaction.setTransaction(txn.appId, txn.version);
    transaction.addMetrics(operationMetrics(bound.kind, { insert, update, delete: deleted, copy }));
    const { version } = await transaction.commit();
    const looked = fileCounts(scan, bound.target);
    return {
      version,
      rowsInserted: insert,
      rowsUpdated: update,
      rowsDeleted: deleted,
      filesAdded: written.adds.length,
      filesRemoved: touched.size,
      filesScanned: looked.files,
      filesSkipped: looked.skipped,
      bytesWritten: written.bytes,
    };
  } finally {
    connection.close();
  }
}

/** A MERGE that touches no row of the target appends. Undefined when there is nothing to insert. */
async function insertOnly(
  bound: BoundRowChange,
  plan: BoundPlan,
  scan: Scan,
  transaction: Transaction,
  call: StatementCall,
): Promise<OperationMetrics | undefined> {
  const { schema } = bound.target;
  const generated = await generateSql(planOf(plan, bound), call, { names: "unique", given: givenScan(bound, scan) });
  const { sql: select, connection } = generated;
  try {
    await installFor(connection, transaction.checks.join(" "));
    const signal = call.signal === undefined ? {} : { signal: call.signal };
    const { rows, bytes, adds } = await transaction.append({ connection, select, schema, ...signal });
    if (rows === 0) return undefined;
    await (await call.resolver()).files.verify();
    const { txn } = call.options;
    if (txn !== undefined) transaction.setTransaction(txn.appId, txn.version);
    transaction.addMetrics(operationMetrics("merge", { insert: rows, update: 0, delete: 0, copy: 0 }));
    const { version } = await transaction.commit();
    const looked = fileCounts(scan, bound.target);
    return {
      version,
      rowsInserted: rows,
      rowsUpdated: 0,
      rowsDeleted: 0,
      filesAdded: adds.length,
      filesRemoved: 0,
      filesScanned: looked.files,
      filesSkipped: looked.skipped,
      bytesWritten: bytes,
    };
  } finally {
    connection.close();
  }
}

const CHANGED = '"__boathouse_changed"';

/** Which rows change is found out once to find their files and once to write them: both must come to the same. */
function refuseUnrepeatable(bound: BoundRowChange, call: StatementCall): void {
  if (isRepeatable(bound.touched ?? bound.rows)) return;
  throw call.error(
    undefined,
    "DELTA_NON_DETERMINISTIC_FUNCTION_NOT_SUPPORTED",
    `Which rows ${bound.kind.toUpperCase()} changes must not depend on rand(), uuid() or the like.`,
    "Store the source in a table first: CREATE TABLE … AS SELECT ….",
  );
}

/**
 * The files that hold rows to change. Throws `DELTA_MULTIPLE_SOURCE_ROW_MATCHING_TARGET_ROW_IN_MERGE` when several rows of
 * the source match one of the target, because then it would be undefined which of them counts.
 */
async function touchedFiles(bound: BoundRowChange, scan: Scan, call: StatementCall): Promise<Set<number>> {
  const place = quoteIdentifier(FILE_COLUMN);
  const rows = bound.touched ?? bound.rows;
  const { sql, connection } = await generateSql(planOf(rows, bound), call, {
    names: "unique",
    given: givenScan(bound, scan),
  });
  try {
    const pairs =
      bound.touched === undefined
        ? `SELECT ${place} AS f, 1 AS n FROM (${sql}) WHERE "__action" NOT IN ('copy', 'insert')`
        : `SELECT ${place} AS f, count(*) AS n FROM (${sql}) GROUP BY ${place}, ${quoteIdentifier(ROW_COLUMN)}`;
    const found = await connection.rows(
      `SELECT f, max(n) AS n FROM (${pairs}) WHERE f IS NOT NULL GROUP BY f`,
      call.signal === undefined ? {} : { signal: call.signal },
    );
    if (bound.checksCardinality && found.some((row) => Number(row["n"]) > 1)) {
      throw new BoathouseError(
        "DELTA_MULTIPLE_SOURCE_ROW_MATCHING_TARGET_ROW_IN_MERGE",
        `Several rows of the source match one row of ${bound.target.name.join(".")}, so the result would be ambiguous.`,
        {
          sqlState: "21506",
          hint: "Make the source unique in the columns of ON: SELECT DISTINCT, or QUALIFY row_number() = 1.",
        },
      );
    }
    return new Set(found.map((row) => Number(row["f"])));
  } finally {
    connection.close();
  }
}

export function givenScan(bound: BoundRowChange, scan: Scan): ReadonlyMap<number, string> {
  return new Map([[bound.scan, scan.sql({ fileColumn: FILE_COLUMN, rowColumn: ROW_COLUMN })]]);
}

function planOf(
  plan: BoundPlan,
  bound: BoundRowChange,
): { readonly plan: BoundPlan; readonly scans: BoundRowChange["scans"] } {
  return { plan, scans: bound.scans };
}

async function countActions(connection: Connection, action: string): Promise<Partial<Record<string, number>>> {
  const rows = await connection.rows(`SELECT ${action} AS action, count(*) AS n FROM ${CHANGED} GROUP BY ${action}`);
  return Object.fromEntries(rows.map((row) => [textOf(row["action"]), Number(row["n"])]));
}

/** Delta Lake's own names. */
function operationMetrics(
  kind: BoundRowChange["kind"],
  counts: { readonly insert: number; readonly update: number; readonly delete: number; readonly copy: number },
): Record<string, number> {
  if (kind === "update") return { numUpdatedRows: counts.update, numCopiedRows: counts.copy };
  if (kind === "delete") return { numDeletedRows: counts.delete, numCopiedRows: counts.copy };
  return {
    numTargetRowsInserted: counts.insert,
    numTargetRowsUpdated: counts.update,
    numTargetRowsDeleted: counts.delete,
    numTargetRowsCopied: counts.copy,
  };
}

function parametersOf(statement: Update | Delete | Merge, call: StatementCall): Record<string, unknown> {
  if (statement.kind === "merge") return { predicate: call.textOf(statement.on.span) };
  return { predicate: statement.where === undefined ? [] : [call.textOf(statement.where.span)] };
}
