import { field, STRING, struct } from "../../../core/data-type.ts";
import { runRowChange } from "../../../delta/write/bound-change.ts";
import type { Transaction } from "../../../delta/write/transaction.ts";
import type { Delete, Merge, Update } from "../../../sql/ast/statement.ts";
import { analyzeChange } from "../../../sql/analyzer/change.ts";
import type { BoundRowChange } from "../../../sql/change.ts";
import type { OperationMetrics, StatementResult } from "../../session.ts";
import { compactAfter } from "../auto-compact.ts";
import { installFor } from "../connection.ts";
import { recordLineage } from "../lineage.ts";
import { generateSql } from "../query.ts";
import { changeResult } from "../result.ts";
import { fileCounts } from "../scans.ts";
import type { StatementCall } from "../statement-call.ts";
import { tableExpressions } from "../table-expressions.ts";
import type { Command } from "./command.ts";
import { followCommit } from "./alter-commit.ts";
import { pathOf } from "./delta-target.ts";
import { tableOf } from "./relation-of.ts";

/**
 * UPDATE, DELETE and MERGE: the rows that change are found once, with their new values, and put into effect by one commit
 * (`runRowChange`). When no row changes, nothing is committed.
 */
export const rowChange: Command<"update" | "delete" | "merge"> = { kinds: ["update", "delete", "merge"], run };

async function run(statement: Update | Delete | Merge, call: StatementCall): Promise<StatementResult> {
  const operation = statement.kind.toUpperCase();
  if ((await pathOf(statement.target, call)) === undefined) await tableOf(statement.target, call);
  const resolver = await call.resolver();
  resolver.willChange({ span: statement.target.span, rows: true, pipeline: call.options.pipeline });
  const bound = await call.analyze((names, context) => analyzeChange(statement, names, context));
  const source = resolver.sourceOf(bound.target);
  if (source?.kind !== "delta") throw call.unsupported(statement.target.span, `${operation} of what is no Delta table`);
  const table = await call.env.tables.at(source.url);
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
    if (evolves) await followCommit(source.table, transaction, call);
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
  const { txn } = call.options;
  if (txn !== undefined) transaction.setTransaction(txn.appId, txn.version);
  const done = await runRowChange(bound, transaction, {
    open: (query, given) => generateSql(query, call, { names: "unique", given }),
    install: installFor,
    verify: async () => (await call.resolver()).files.verify(),
    signal: call.signal,
  });
  if (done === undefined) return undefined;
  const { version } = done;
  await compactAfter(transaction, version, call);
  const { files, skipped } = fileCounts(done.scan, bound.target);
  return {
    version,
    rowsInserted: done.inserted,
    rowsUpdated: done.updated,
    ...(done.deleted === undefined ? {} : { rowsDeleted: done.deleted }),
    filesAdded: done.filesAdded,
    filesRemoved: done.filesRemoved,
    filesScanned: done.readsNone ? 0 : files,
    filesSkipped: done.readsNone ? files + skipped : skipped,
    bytesWritten: done.bytesWritten,
  };
}

function parametersOf(statement: Update | Delete | Merge, call: StatementCall): Record<string, unknown> {
  if (statement.kind === "merge") return { predicate: call.textOf(statement.on.span) };
  return { predicate: statement.where === undefined ? [] : [call.textOf(statement.where.span)] };
}
