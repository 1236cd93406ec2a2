import type { OperationMetrics } from "../../session.ts";
import { changeResult } from "../result.ts";
import type { Command } from "./command.ts";
import { deltaTarget } from "./delta-target.ts";

/** `TRUNCATE TABLE`: all rows go, in one commit. A table without rows gets none, unless the statement has an identity. */
export const truncate: Command<"truncate"> = {
  kinds: ["truncate"],
  async run(statement, call) {
    if (statement.partition !== undefined)
      throw call.unsupported(statement.partition.span, "TRUNCATE of a partition", "Use DELETE FROM … WHERE.");
    const { table } = await deltaTarget(statement.target, "write", call);
    const snapshot = await table.snapshot();
    const { txn } = call.options;
    const transaction = await table.begin({ operation: "TRUNCATE", userName: call.user }, snapshot);
    if (txn !== undefined && transaction.isCommitted(txn.appId, txn.version)) {
      return changeResult("DELETE", { alreadyCommitted: true, version: snapshot.version });
    }
    const scan = await transaction.scan({ listOnly: true });
    const { numRows } = await snapshot.totals();
    if (scan.files.length === 0 && txn === undefined) return changeResult("DELETE", {});
    await transaction.remove(scan);
    if (txn !== undefined) transaction.setTransaction(txn.appId, txn.version);
    const { version } = await transaction.commit();
    const metrics: OperationMetrics = {
      version,
      filesRemoved: scan.files.length,
      ...(numRows === undefined ? {} : { rowsDeleted: numRows }),
    };
    return changeResult("DELETE", metrics);
  },
};
