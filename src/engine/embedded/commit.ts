import { overwrite } from "../../delta/write/overwrite.ts";
import type { Transaction } from "../../delta/write/transaction.ts";
import type { OverwriteMode } from "../../delta/write/transaction-options.ts";
import type { OperationMetrics } from "../session.ts";
import type { PlannedQuery } from "./query.ts";
import type { StatementCall } from "./statement-call.ts";
import { compactAfter } from "./auto-compact.ts";
import { installFor } from "./connection.ts";
import { checkRows } from "./write.ts";

export interface CommitOptions {
  readonly overwrite?: OverwriteMode;
  readonly mergeSchema?: boolean;
}

/**
 * Writes the rows of a query into a transaction, checked against the statement's expectations, and commits under the
 * statement's identity. The query's connection is closed in any case.
 */
export async function commitRows(
  transaction: Transaction,
  planned: PlannedQuery,
  call: StatementCall,
  options: CommitOptions = {},
): Promise<OperationMetrics> {
  const { connection, schema } = planned;
  const context = call.context(await call.access());
  const { signal } = call;
  const { txn, expectations = [] } = call.options;
  try {
    const rows = await checkRows({ select: planned.sql, schema, connection }, expectations, context);
    try {
      const source = { connection, select: rows.select, schema, ...(signal === undefined ? {} : { signal }) };
      await installFor(connection, transaction.checks.join(" "));
      const merge = options.mergeSchema === true ? { mergeSchema: true } : {};
      const written =
        options.overwrite === undefined
          ? await transaction.append(source, merge)
          : await overwrite(transaction, source, options.overwrite, merge);
      await (await call.resolver()).files.verify();
      if (txn !== undefined) transaction.setTransaction(txn.appId, txn.version);
      const { version, metrics } = await transaction.commit();
      await compactAfter(transaction, version, call);
      return {
        version,
        rowsInserted: written.rows,
        bytesWritten: written.bytes,
        filesAdded: written.adds.length,
        filesRemoved: metrics["numRemovedFiles"] ?? 0,
        filesScanned: planned.scans.files,
        filesSkipped: planned.scans.skipped,
        ...(expectations.length === 0 ? {} : { expectations: rows.counts, rowsDropped: rows.dropped }),
      };
    } finally {
      await rows.release();
    }
  } catch (error) {
    await transaction.abort();
    throw error;
  } finally {
    connection.close();
  }
}
