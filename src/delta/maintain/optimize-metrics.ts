import { BOOLEAN, DOUBLE, field, LONG, STRING, struct, type StructType } from "../../core/data-type.ts";
import type { Value } from "../../core/value.ts";
import type { AddAction, RemoveAction } from "../actions.ts";
import type { Metrics } from "../write/metrics.ts";
import type { CubeStats } from "./zcube.ts";

/** What an OPTIMIZE did, as far as its numbers go. */
export interface OptimizeCounts {
  readonly adds: readonly AddAction[];
  readonly removes: readonly RemoveAction[];
  readonly consideredFiles: number;
  readonly bins: number;
  readonly partitions: number;
  readonly zorder: boolean;
  readonly clustering: CubeStats | undefined;
  readonly columns: number;
  readonly indexedColumns: number;
  /** Milliseconds since the epoch. */
  readonly started: number;
  readonly ended: number;
}

const longs = (...names: readonly string[]): StructType => struct(names.map((name) => field(name, LONG)));

const SIZES = struct([
  field("min", LONG),
  field("max", LONG),
  field("avg", DOUBLE),
  field("totalFiles", LONG),
  field("totalSize", LONG),
]);
const ZORDER_FILES = longs("num", "size");
const CLUSTER_FILES = longs("numFiles", "size");

/** The columns that OPTIMIZE and REORG give, as Delta Lake has them. */
export const OPTIMIZE_SCHEMA: StructType = struct([
  field("path", STRING),
  field(
    "metrics",
    struct([
      field("numFilesAdded", LONG),
      field("numFilesRemoved", LONG),
      field("filesAdded", SIZES),
      field("filesRemoved", SIZES),
      field("partitionsOptimized", LONG),
      field(
        "zOrderStats",
        struct([
          field("strategyName", STRING),
          field("inputCubeFiles", ZORDER_FILES),
          field("inputOtherFiles", ZORDER_FILES),
          field("inputNumCubes", LONG),
          field("mergedFiles", ZORDER_FILES),
          field("numOutputCubes", LONG),
          field("mergedNumCubes", LONG),
        ]),
      ),
      field(
        "clusteringStats",
        struct([
          field("inputZCubeFiles", CLUSTER_FILES),
          field("inputOtherFiles", CLUSTER_FILES),
          field("inputNumZCubes", LONG),
          field("mergedFiles", CLUSTER_FILES),
          field("numOutputZCubes", LONG),
        ]),
      ),
      field("numBins", LONG),
      field("numBatches", LONG),
      field("totalConsideredFiles", LONG),
      field("totalFilesSkipped", LONG),
      field("preserveInsertionOrder", BOOLEAN),
      field("numFilesSkippedToReduceWriteAmplification", LONG),
      field("numBytesSkippedToReduceWriteAmplification", LONG),
      field("startTimeMs", LONG),
      field("endTimeMs", LONG),
      field("totalClusterParallelism", LONG),
      field("totalScheduledTasks", LONG),
      field(
        "autoCompactParallelismStats",
        longs(
          "maxClusterActiveParallelism",
          "minClusterActiveParallelism",
          "maxSessionActiveParallelism",
          "minSessionActiveParallelism",
        ),
      ),
      field("deletionVectorStats", longs("numDeletionVectorsRemoved", "numDeletionVectorRowsRemoved")),
      field("numTableColumns", LONG),
      field("numTableColumnsWithStats", LONG),
    ]),
  ),
]);

/** A value of the column `metrics`. */
export function metricsValue(counts: OptimizeCounts): Value {
  const { adds, removes, clustering } = counts;
  const merged = { files: BigInt(removes.length), size: BigInt(bytesOf(removes)) };
  const vectors = removes.flatMap(({ deletionVector }) => deletionVector ?? []);
  return {
    numFilesAdded: BigInt(adds.length),
    numFilesRemoved: BigInt(removes.length),
    filesAdded: sizesValue(adds),
    filesRemoved: sizesValue(removes),
    partitionsOptimized: BigInt(counts.partitions),
    zOrderStats: counts.zorder
      ? {
          strategyName: "all",
          inputCubeFiles: { num: 0n, size: 0n },
          inputOtherFiles: { num: merged.files, size: merged.size },
          inputNumCubes: 0n,
          mergedFiles: { num: merged.files, size: merged.size },
          numOutputCubes: BigInt(counts.partitions),
          mergedNumCubes: null,
        }
      : null,
    clusteringStats:
      clustering === undefined
        ? null
        : {
            inputZCubeFiles: { numFiles: BigInt(clustering.cubeFiles), size: BigInt(clustering.cubeBytes) },
            inputOtherFiles: { numFiles: BigInt(clustering.otherFiles), size: BigInt(clustering.otherBytes) },
            inputNumZCubes: BigInt(clustering.cubes),
            mergedFiles: { numFiles: merged.files, size: merged.size },
            numOutputZCubes: BigInt(counts.bins),
          },
    numBins: BigInt(counts.bins),
    numBatches: 1n,
    totalConsideredFiles: BigInt(counts.consideredFiles),
    totalFilesSkipped: BigInt(counts.consideredFiles - removes.length),
    preserveInsertionOrder: false,
    numFilesSkippedToReduceWriteAmplification: 0n,
    numBytesSkippedToReduceWriteAmplification: 0n,
    startTimeMs: BigInt(counts.started),
    endTimeMs: BigInt(counts.ended),
    totalClusterParallelism: 1n,
    totalScheduledTasks: 0n,
    autoCompactParallelismStats: null,
    deletionVectorStats:
      vectors.length === 0
        ? null
        : {
            numDeletionVectorsRemoved: BigInt(vectors.length),
            numDeletionVectorRowsRemoved: BigInt(vectors.reduce((sum, { cardinality }) => sum + cardinality, 0)),
          },
    numTableColumns: BigInt(counts.columns),
    numTableColumnsWithStats: BigInt(counts.indexedColumns),
  };
}

/** The `operationMetrics` of the commit. */
export function historyMetrics({ adds, removes }: Pick<OptimizeCounts, "adds" | "removes">): Metrics {
  const sizes = adds.map(({ size }) => size).toSorted((a, b) => a - b);
  const at = (part: number): number => sizes[Math.floor(sizes.length * part)] ?? 0;
  return {
    numAddedFiles: adds.length,
    numRemovedFiles: removes.length,
    numAddedBytes: bytesOf(adds),
    numRemovedBytes: bytesOf(removes),
    minFileSize: at(0),
    p25FileSize: at(0.25),
    p50FileSize: at(0.5),
    p75FileSize: at(0.75),
    maxFileSize: sizes.at(-1) ?? 0,
    numDeletionVectorsRemoved: removes.filter(({ deletionVector }) => deletionVector !== undefined).length,
  };
}

function sizesValue(files: readonly { readonly size?: number }[]): Value {
  const sizes = files.map(({ size = 0 }) => size);
  const total = bytesOf(files);
  if (sizes.length === 0) return { min: null, max: null, avg: 0, totalFiles: 0n, totalSize: 0n };
  return {
    min: BigInt(sizes.reduce((least, each) => Math.min(least, each), Number.MAX_SAFE_INTEGER)),
    max: BigInt(sizes.reduce((most, each) => Math.max(most, each), 0)),
    avg: total / sizes.length,
    totalFiles: BigInt(sizes.length),
    totalSize: BigInt(total),
  };
}

function bytesOf(files: readonly { readonly size?: number }[]): number {
  return files.reduce((sum, { size = 0 }) => sum + size, 0);
}
