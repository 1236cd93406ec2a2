import { BOOLEAN } from "../../../core/data-type.ts";
import type { Connection } from "../../../duckdb/connection.ts";
import {
  optimize as optimizeTable,
  type OptimizeOptions,
  type OptimizeResult,
} from "../../../delta/maintain/optimize.ts";
import { OPTIMIZE_SCHEMA } from "../../../delta/maintain/optimize-metrics.ts";
import type { Snapshot } from "../../../delta/snapshot.ts";
import type { Expression, ObjectName } from "../../../sql/ast/expression.ts";
import { partsOf } from "../../../sql/ast/node.ts";
import { compileExpression } from "../../../sql/expression.ts";
import type { StatementResult } from "../../session.ts";
import { openConnection } from "../connection.ts";
import { scanFunctions } from "../../../delta/scan/variant-layout.ts";
import { sharedFolders } from "../shared-folders.ts";
import { maintenanceSetting } from "../maintenance-settings.ts";
import { rowsResult } from "../result.ts";
import type { StatementCall } from "../statement-call.ts";
import type { Command } from "./command.ts";
import { deltaTarget } from "./delta-target.ts";

/** `OPTIMIZE t [FULL] [WHERE partitions] [ZORDER BY (a, b)]`. */
export const optimize: Command<"optimize"> = {
  kinds: ["optimize"],
  run: (statement, call) =>
    rearrange(statement.table, statement.where, call, {
      zOrderBy: statement.zorderBy.map(partsOf),
      full: statement.full,
    }),
};

/** `REORG TABLE t [WHERE partitions] APPLY (PURGE)`. */
export const reorg: Command<"reorg"> = {
  kinds: ["reorg"],
  async run(statement, call) {
    if (statement.apply !== "purge") {
      const hint = "Iceberg metadata is not written: read the table as Delta.";
      throw call.unsupported(statement.span, "REORG … APPLY (UPGRADE UNIFORM)", hint);
    }
    return rearrange(statement.table, statement.where, call, { purge: true });
  },
};

/** Bins are written side by side by this many connections; each is written by several threads in any case. */
const WIDTH = 4;

async function rearrange(
  name: ObjectName,
  where: Expression | undefined,
  call: StatementCall,
  options: Pick<OptimizeOptions, "zOrderBy" | "full" | "purge">,
): Promise<StatementResult> {
  const operation = options.purge === true ? "REORG" : "OPTIMIZE";
  const { table, url, entry } = await deltaTarget(name, "write", call);
  const snapshot = await table.snapshot();
  const filter = where === undefined ? undefined : await partitionFilter(where, snapshot, call);
  const folders = [call.env.storage.reachableFolder(url), ...(await sharedFolders(snapshot, entry, call))];
  const connections: Connection[] = [];
  try {
    for (let lane = 0; lane < WIDTH; lane += 1) {
      connections.push(
        await openConnection(call, folders, `${filter?.partitionFilter ?? ""} ${scanFunctions(snapshot.schema)}`),
      );
    }
    const [connection, ...helpers] = connections;
    if (connection === undefined) throw call.unsupported(name.span, operation);
    const done = await optimizeTable(table, {
      ...options,
      ...filter,
      ...sizes(call),
      connection,
      helpers,
      userName: call.user,
      ...(call.signal === undefined ? {} : { signal: call.signal }),
    });
    return resultOf(operation, done);
  } catch (error) {
    throw call.placed(error, name.span);
  } finally {
    for (const connection of connections) connection.close();
  }
}

function sizes(call: StatementCall): Pick<OptimizeOptions, "minFileSize" | "maxFileSize" | "minCubeSize"> {
  const minFileSize = maintenanceSetting(call.state, "optimize.minFileSize");
  const maxFileSize = maintenanceSetting(call.state, "optimize.maxFileSize");
  const ratio = maintenanceSetting(call.state, "optimize.maxDeletedRowsRatio");
  const minCubeSize = maintenanceSetting(call.state, "optimize.clustering.mergeStrategy.minCubeSize.threshold");
  return {
    ...(minFileSize === undefined ? {} : { minFileSize }),
    ...(maxFileSize === undefined ? {} : { maxFileSize }),
    ...(ratio === undefined ? {} : { maxDeletedRowsRatio: ratio }),
    ...(minCubeSize === undefined ? {} : { minCubeSize }),
  };
}

function resultOf(operation: string, { version, row, metrics }: OptimizeResult): StatementResult {
  return rowsResult(operation, OPTIMIZE_SCHEMA, [row], {
    ...(version === undefined ? {} : { version }),
    filesAdded: metrics["numAddedFiles"] ?? 0,
    filesRemoved: metrics["numRemovedFiles"] ?? 0,
    bytesWritten: metrics["numAddedBytes"] ?? 0,
  });
}

/** A condition on partitions. Throws `DELTA_NON_PARTITION_COLUMN_REFERENCE`. */
async function partitionFilter(
  where: Expression,
  { schema, partitionColumns }: Snapshot,
  call: StatementCall,
): Promise<{ readonly partitionFilter: string; readonly predicateText: string }> {
  const context = call.context(await call.access());
  const { sql, references } = compileExpression(where, { schema, context, type: BOOLEAN });
  const partitions = new Set(partitionColumns.map((each) => each.toLowerCase()));
  const other = references.find((each) => !partitions.has(each.toLowerCase()));
  if (other !== undefined) {
    throw call.error(
      where.span,
      "DELTA_NON_PARTITION_COLUMN_REFERENCE",
      `Predicate references non-partition column '${other}'. Only the partition columns may be referenced: [${partitionColumns.join(", ")}].`,
    );
  }
  return { partitionFilter: sql, predicateText: call.textOf(where.span) };
}
