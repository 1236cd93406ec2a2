import { field, LONG, struct } from "../../../core/data-type.ts";
import { restoreTable } from "../../../delta/maintain/restore.ts";
import { rowsResult } from "../result.ts";
import { followCommit } from "./alter-commit.ts";
import { deltaTarget, versionOf } from "./delta-target.ts";
import type { Command } from "./command.ts";

/** `RESTORE TABLE t TO VERSION AS OF n | TIMESTAMP AS OF x`. */
export const restore: Command<"restore"> = {
  kinds: ["restore"],
  async run(statement, call) {
    const { table, entry } = await deltaTarget(statement.table, "write", call);
    const { txn } = call.options;
    const restored = await restoreTable(table, {
      to: await versionOf(statement.timeTravel, call),
      ignoreMissingFiles: call.state.settings.get(IGNORE_MISSING)?.toLowerCase() === "true",
      userName: call.user,
      ...(txn === undefined ? {} : { txn }),
    });
    const snapshot = await table.snapshot();
    await followCommit(entry, snapshot, call);
    if (restored === undefined) return rowsResult("RESTORE", SCHEMA, [], { alreadyCommitted: true });
    const { version, metrics } = restored;
    const row = METRICS.map(([name, metric]) => [name, BigInt(metrics[metric] ?? 0)]);
    return rowsResult("RESTORE", SCHEMA, [Object.fromEntries(row)], { version });
  },
};

const IGNORE_MISSING = "spark.sql.files.ignoremissingfiles";

const METRICS = [
  ["table_size_after_restore", "tableSizeAfterRestore"],
  ["num_of_files_after_restore", "numOfFilesAfterRestore"],
  ["num_removed_files", "numRemovedFiles"],
  ["num_restored_files", "numRestoredFiles"],
  ["removed_files_size", "removedFilesSize"],
  ["restored_files_size", "restoredFilesSize"],
] as const;

const SCHEMA = struct(METRICS.map(([name]) => field(name, LONG)));
