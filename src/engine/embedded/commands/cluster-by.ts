import { CLUSTER_BY_AUTO, clusterBy, clusteringOf } from "../../../delta/maintain/clustering.ts";
import { supportedFeatures } from "../../../delta/features.ts";
import type { Snapshot } from "../../../delta/snapshot.ts";
import type { Transaction } from "../../../delta/write/transaction.ts";
import { partsOf } from "../../../sql/ast/node.ts";
import type { AlterAction, AlterStatement } from "../../../sql/ast/alter.ts";
import type { ClusterBy } from "../../../sql/ast/definition.ts";
import type { StatementCall } from "../statement-call.ts";
import { commitMetadata } from "./alter-commit.ts";
import { deltaTarget } from "./delta-target.ts";

/** A statement that may say how a table is clustered. */
interface Clustered {
  readonly clusterBy?: ClusterBy | undefined;
}

/** The columns of CLUSTER BY as the history has them. */
export function clusteredNames({ clusterBy: clause }: Clustered): string[] {
  return (clause?.columns ?? []).map((column) => partsOf(column).join("."));
}

/**
 * `CLUSTER BY AUTO` leaves the choice of columns to who maintains the table, which may be: none. Nothing here watches
 * queries, so that none are chosen; the table is marked, for where something does.
 */
export function clusteringProperties({ clusterBy: clause }: Clustered): Readonly<Record<string, string>> {
  return clause?.by === "auto" ? { [CLUSTER_BY_AUTO]: "true" } : {};
}

/** Clusters a table that is created or replaced as its statement says. Throws what `clusterBy` throws, at its place. */
export function defineClustering(
  transaction: Transaction,
  { clusterBy: clause }: Clustered,
  call: StatementCall,
): void {
  const before = transaction.snapshot === undefined ? undefined : clusteringOf(transaction.snapshot);
  if (clause === undefined || clause.by === "none") {
    if (before === undefined) return;
    if (transaction.metadata.partitionColumns.length > 0) {
      throw call.error(
        clause?.span,
        "DELTA_CLUSTERING_REPLACE_TABLE_WITH_PARTITIONED_TABLE",
        "Replacing a clustered Delta table with a partitioned table is not allowed.",
        "Drop the table first, or cluster the new one by the columns that it is partitioned by.",
      );
    }
    clusterBy(transaction, []);
    return;
  }
  try {
    clusterBy(transaction, clause.columns.map(partsOf));
  } catch (error) {
    throw call.placed(error, clause.span);
  }
}

/** What is at the location already must be clustered as the statement says. */
export function checkSameClustering(snapshot: Snapshot, statement: Clustered, call: StatementCall): void {
  const wanted = clusteredNames(statement);
  const existing = (clusteringOf(snapshot) ?? []).map((path) => path.join("."));
  if (statement.clusterBy?.by === "auto") return;
  if (wanted.join("\0").toLowerCase() === existing.join("\0").toLowerCase()) return;
  throw call.error(
    statement.clusterBy?.span,
    "DELTA_CREATE_TABLE_WITH_DIFFERENT_CLUSTERING",
    `The table at the location is clustered by (${existing.join(", ")}), not by (${wanted.join(", ")}).`,
    "Change it with ALTER TABLE … CLUSTER BY.",
  );
}

/** `ALTER TABLE t CLUSTER BY (a, b) | AUTO | NONE`: from the next OPTIMIZE on. What is written already stays. */
export async function alterClustering(
  statement: AlterStatement,
  action: Extract<AlterAction, { readonly kind: "cluster_by" }>,
  call: StatementCall,
): Promise<void> {
  const target = await deltaTarget(statement.name, "alter", call);
  const snapshot = await target.table.snapshot();
  const { clusterBy: clause } = action;
  if (snapshot.partitionColumns.length > 0) {
    throw call.error(
      clause.span,
      "DELTA_ALTER_TABLE_CLUSTER_BY_ON_PARTITIONED_TABLE_NOT_ALLOWED",
      "ALTER TABLE CLUSTER BY cannot be applied to a partitioned table.",
      "Create a clustered table: CREATE TABLE … CLUSTER BY (…) AS SELECT ….",
    );
  }
  const before = clusteringOf(snapshot) ?? [];
  const columns = clause.by === "auto" ? before : clause.columns.map(partsOf);
  const text = (paths: readonly (readonly string[])[]): string => paths.map((path) => path.join(".")).join(",");
  const info = {
    operation: "CLUSTER BY",
    parameters: { oldClusteringColumns: text(before), newClusteringColumns: text(columns) },
  };
  const change = (transaction: Transaction): void => {
    const marked = transaction.metadata.configuration[CLUSTER_BY_AUTO] !== undefined;
    if (clause.by === "auto") transaction.updateMetadata({ setProperties: { [CLUSTER_BY_AUTO]: "true" } });
    else if (marked) transaction.updateMetadata({ unsetProperties: [CLUSTER_BY_AUTO] });
    const isClustered = supportedFeatures(transaction.protocol).includes("clustering");
    if (clause.by === "none" && !isClustered) return;
    clusterBy(transaction, columns);
  };
  try {
    await commitMetadata(target, info, change, call, snapshot);
  } catch (error) {
    throw call.placed(error, clause.span);
  }
}
