import { BoathouseError } from "../../core/errors.ts";
import { didYouMean } from "../../core/nearest.ts";
import type { Value } from "../../core/value.ts";
import type { Connection } from "../../duckdb/connection.ts";
import { clusteringOf, hasStatistics } from "./clustering.ts";
import { sizeProperty } from "../write/data-writer.ts";
import { filesWithDroppedColumns } from "../schema/dropped-columns.ts";
import { addsFor } from "../scan/listed-files.ts";
import { describe } from "../log/log-segment.ts";
import type { Metrics } from "../write/metrics.ts";
import { historyMetrics, metricsValue, type OptimizeCounts } from "./optimize-metrics.ts";
import {
  packCubes,
  partitionOf,
  planCompaction,
  planPurge,
  planZorder,
  type ListedFile,
  type OptimizeSizes,
} from "./optimize-plan.ts";
import { filesInPartitions } from "../scan/partition-filter.ts";
import { isExactOnPartitions } from "../scan/partition-predicate.ts";
import type { Predicate } from "../scan/predicate.ts";
import { physicalPath, rewriteFiles, type RewriteGroup } from "./rewrite-files.ts";
import type { Scan } from "../scan/scan.ts";
import type { Snapshot } from "../snapshot.ts";
import type { DeltaTable } from "../table.ts";
import { chooseFiles, cubeMarks, type CubeStats } from "./zcube.ts";

export interface OptimizeOptions {
  readonly connection: Connection;
  /** Further connections to the same DuckDB instance: as many files more are written side by side. */
  readonly helpers?: readonly Connection[];
  /** Which partitions; all when it is not given. */
  readonly predicate?: Predicate;
  /** The same as a condition of any kind: DuckDB SQL over the partition columns. */
  readonly partitionFilter?: string;
  /** The condition as the user wrote it, for the history. */
  readonly predicateText?: string;
  /** Lays rows out along the Z-curve through these columns, in all files. */
  readonly zOrderBy?: readonly (readonly string[])[];
  /** Of a clustered table also what is clustered by other columns. */
  readonly full?: boolean;
  /** Only takes out what is deleted: rows of deletion vectors, dropped columns. REORG … APPLY (PURGE). */
  readonly purge?: boolean;
  /** Runs by itself after a commit. */
  readonly auto?: boolean;
  /** Bytes. `delta.targetFileSize` by default, else 1 GiB, as in Delta Lake. */
  readonly minFileSize?: number;
  readonly maxFileSize?: number;
  /** From 0 to 1; 0.05 by default. */
  readonly maxDeletedRowsRatio?: number;
  /** Bytes. From this size on a cube of a clustered table is left alone; 8 GiB by default. */
  readonly minCubeSize?: number;
  readonly userName?: string;
  readonly signal?: AbortSignal;
}

export interface OptimizeResult {
  /** Undefined when there was nothing to do. */
  readonly version: number | undefined;
  /** As the history has them. */
  readonly metrics: Metrics;
  /** A row of `OPTIMIZE_SCHEMA`. */
  readonly row: { readonly path: string; readonly metrics: Value };
}

/**
 * Rewrites the files of a table so that reads are cheaper: small ones are put together, partition by partition, those with
 * many deleted rows written anew; with `zOrderBy`, or in a clustered table, rows that are alike come to lie together.
 * Rows stay what they are, so it goes side by side with appends; only a commit that removes the same files conflicts.
 *
 * Throws `DELTA_UNSUPPORTED_PREDICATE`, `DELTA_CLUSTERING_WITH_PARTITION_PREDICATE`, `DELTA_CLUSTERING_WITH_ZORDER_BY`,
 * `DELTA_OPTIMIZE_FULL_NOT_SUPPORTED`, `DELTA_ZORDERING_ON_PARTITION_COLUMN`, `DELTA_ZORDERING_COLUMN_DOES_NOT_EXIST`,
 * `DELTA_ZORDERING_ON_COLUMN_WITHOUT_STATS`.
 */
export async function optimize(table: DeltaTable, options: OptimizeOptions): Promise<OptimizeResult> {
  const snapshot = await table.snapshot();
  const started = snapshot.context.clock.now();
  checkOptions(snapshot, options);
  const transaction = await table.begin(
    {
      operation: options.purge === true ? "REORG" : "OPTIMIZE",
      parameters: parametersOf(snapshot, options),
      ...(options.userName === undefined ? {} : { userName: options.userName }),
      ...(options.signal === undefined ? {} : { signal: options.signal }),
    },
    snapshot,
  );
  const scan = await candidates(snapshot, options);
  const adds = await addsFor(snapshot, scan);
  const files = scan.files.flatMap((file, at): ListedFile[] => {
    const add = adds[at];
    return add === undefined ? [] : [{ file, add }];
  });
  const { groups, clustering } = await plan(snapshot, scan, files, options);
  const byIndex: ListedFile["add"][] = [];
  for (const { file, add } of files) byIndex[file.index] = add;
  const changes = await rewriteFiles({
    snapshot,
    scan,
    adds: byIndex,
    groups,
    connections: [options.connection, ...(options.helpers ?? [])],
    signal: options.signal,
  });
  const done = { adds: changes.adds ?? [], removes: changes.removes ?? [] };
  const metrics = historyMetrics(done);
  let version: number | undefined;
  if (done.removes.length > 0) {
    transaction.stage(changes);
    transaction.addMetrics(metrics);
    version = (await transaction.commit()).version;
  }
  const partitions = new Map(files.map((each) => [each.file.index, partitionOf(each)]));
  const counts: OptimizeCounts = {
    ...done,
    consideredFiles: files.length,
    bins: groups.length,
    partitions: new Set(groups.map((group) => partitions.get(group.files[0] ?? -1))).size,
    zorder: (options.zOrderBy ?? []).length > 0,
    clustering,
    columns: snapshot.schema.fields.length,
    indexedColumns: snapshot.schema.fields.filter(({ name }) => hasStatistics(snapshot.metadata, [name])).length,
    started,
    ended: snapshot.context.clock.now(),
  };
  return { version, metrics, row: { path: describe(snapshot.location), metrics: metricsValue(counts) } };
}

const GIB = 1024 ** 3;
/** A cube that is opened again grows to half as much more. */
const CUBE_GROWTH = 1.5;

interface Plan {
  readonly groups: RewriteGroup[];
  readonly clustering: CubeStats | undefined;
}

async function plan(
  snapshot: Snapshot,
  scan: Scan,
  files: readonly ListedFile[],
  options: OptimizeOptions,
): Promise<Plan> {
  const sizes = sizesOf(snapshot, options);
  if (options.purge === true) {
    const dropped = await filesWithDroppedColumns(await scan.fetched());
    const holding = files.filter(({ file, add }) => add.deletionVector !== undefined || dropped.has(file.index));
    return { groups: planPurge(holding, sizes.maxFileSize), clustering: undefined };
  }
  const { zOrderBy = [], full = false, minCubeSize = 8 * GIB } = options;
  if (zOrderBy.length > 0) {
    const columns = zOrderBy.map((path) => physicalPath(snapshot, path) ?? [...path]);
    return { groups: planZorder(files, columns, sizes.maxFileSize), clustering: undefined };
  }
  const clustered = clusteringOf(snapshot) ?? [];
  if (clustered.length === 0) return { groups: planCompaction(files, sizes), clustering: undefined };
  const names = clustered.map((path) => path.join("."));
  const { chosen, stats } = chooseFiles(
    files.map(({ add }) => add),
    { columns: names, full, minCubeSize },
  );
  const columns = clustered.map((path) => physicalPath(snapshot, path) ?? [...path]);
  const bins = packCubes(
    chosen.flatMap((at) => files[at] ?? []),
    minCubeSize * CUBE_GROWTH,
  );
  const groups = bins.map((bin) => ({
    files: bin,
    order: { curve: "hilbert" as const, columns, fileSize: sizes.maxFileSize },
    marks: cubeMarks(snapshot.context.ids.uuid(), names),
  }));
  return { groups, clustering: stats };
}

function sizesOf({ metadata }: Snapshot, options: OptimizeOptions): OptimizeSizes {
  const target = options.maxFileSize ?? sizeProperty(metadata, "delta.targetFileSize", GIB);
  const { minFileSize = target, maxFileSize = target, maxDeletedRowsRatio = 0.05 } = options;
  return { minFileSize, maxFileSize, maxDeletedRowsRatio };
}

async function candidates(
  snapshot: Snapshot,
  { predicate, partitionFilter, connection }: OptimizeOptions,
): Promise<Scan> {
  if (predicate !== undefined && !isExactOnPartitions(predicate, snapshot)) {
    throw new BoathouseError("DELTA_UNSUPPORTED_PREDICATE", "OPTIMIZE takes conditions on partition columns alone.", {
      sqlState: "42KDT",
      hint:
        snapshot.partitionColumns.length === 0
          ? "The table is not partitioned: leave the condition out."
          : `The table is partitioned by ${snapshot.partitionColumns.join(", ")}.`,
    });
  }
  const scan = await snapshot.scan({ listOnly: true, ...(predicate === undefined ? {} : { predicate }) });
  return partitionFilter === undefined ? scan : filesInPartitions(connection, scan, partitionFilter);
}

function parametersOf(snapshot: Snapshot, options: OptimizeOptions): Record<string, unknown> {
  const predicate = options.predicateText === undefined ? [] : [options.predicateText];
  if (options.purge === true) return { predicate, applyPurge: true };
  const clusterBy = (clusteringOf(snapshot) ?? []).map((path) => path.join("."));
  return {
    predicate,
    zOrderBy: (options.zOrderBy ?? []).map((path) => path.join(".")),
    clusterBy,
    auto: options.auto ?? false,
    ...(clusterBy.length === 0 ? {} : { isFull: options.full ?? false }),
  };
}

function checkOptions(snapshot: Snapshot, options: OptimizeOptions): void {
  const clustering = clusteringOf(snapshot);
  const { zOrderBy = [], predicateText } = options;
  if (clustering !== undefined && (options.predicate !== undefined || options.partitionFilter !== undefined)) {
    throw new BoathouseError(
      "DELTA_CLUSTERING_WITH_PARTITION_PREDICATE",
      `OPTIMIZE of a clustered table takes no condition: ${predicateText ?? ""}.`,
      { sqlState: "0A000", hint: "Leave WHERE out: only what is not clustered yet is written anew." },
    );
  }
  if (clustering !== undefined && zOrderBy.length > 0) {
    throw new BoathouseError("DELTA_CLUSTERING_WITH_ZORDER_BY", "OPTIMIZE of a clustered table takes no ZORDER BY.", {
      sqlState: "42613",
      hint: "Leave ZORDER BY out, or change the columns with ALTER TABLE … CLUSTER BY.",
    });
  }
  if (options.full === true && (clustering === undefined || clustering.length === 0)) {
    throw new BoathouseError(
      "DELTA_OPTIMIZE_FULL_NOT_SUPPORTED",
      "OPTIMIZE FULL is only supported for clustered tables with non-empty clustering columns.",
      { sqlState: "42601", hint: "Leave FULL out, or cluster the table: ALTER TABLE … CLUSTER BY (…)." },
    );
  }
  for (const path of zOrderBy) checkZorder(snapshot, path);
}

function checkZorder(snapshot: Snapshot, path: readonly string[]): void {
  const name = path.join(".");
  if (snapshot.partitionColumns.some((column) => column.toLowerCase() === name.toLowerCase())) {
    throw new BoathouseError(
      "DELTA_ZORDERING_ON_PARTITION_COLUMN",
      `${name} is a partition column. Z-Ordering can only be performed on data columns.`,
      { sqlState: "42P10", hint: "All rows of a file have the same value in it already." },
    );
  }
  if (physicalPath(snapshot, path) === undefined) {
    const hint = didYouMean(
      name,
      snapshot.schema.fields.map((each) => each.name),
    );
    throw new BoathouseError(
      "DELTA_ZORDERING_COLUMN_DOES_NOT_EXIST",
      `Z-Ordering column ${name} does not exist in data schema.`,
      { sqlState: "42703", ...(hint === undefined ? {} : { hint }) },
    );
  }
  if (!hasStatistics(snapshot.metadata, path)) {
    throw new BoathouseError(
      "DELTA_ZORDERING_ON_COLUMN_WITHOUT_STATS",
      `Z-Ordering on ${name} would be of no effect: no statistics are kept for it, by which reads could skip files.`,
      {
        sqlState: "KD00D",
        hint: "Add it to the table property delta.dataSkippingStatsColumns, or raise delta.dataSkippingNumIndexedCols.",
      },
    );
  }
}
