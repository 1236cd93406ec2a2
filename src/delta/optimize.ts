import type { Connection } from "../duckdb/connection.ts";
import type { Metrics } from "./metrics.ts";
import { isExactOnPartitions } from "./partition-predicate.ts";
import type { Predicate } from "./predicate.ts";
import type { Scan } from "./scan.ts";
import type { ScanFile } from "./scan-sql.ts";
import type { DeltaTable } from "./table.ts";
import { BoathouseError } from "../core/errors.ts";

export interface OptimizeOptions {
  readonly connection: Connection;
  /** Which partitions; all when it is not given. */
  readonly predicate?: Predicate;
  /** The condition as the user wrote it, for the history. */
  readonly predicateText?: string;
  /** Bytes. Files below it are put together up to about this size; 256 MiB by default. */
  readonly targetFileSize?: number;
  readonly userName?: string;
}

export interface OptimizeResult {
  /** Undefined when there was nothing to put together. */
  readonly version: number | undefined;
  readonly metrics: Metrics;
}

/**
 * Puts small files together, partition by partition, and applies deletion vectors. Rows stay what they are, so it goes
 * side by side with appends; only a commit that removes the same files conflicts.
 *
 * Throws `DELTA_UNSUPPORTED_PREDICATE` for a condition on other columns than those the table is partitioned by.
 */
export async function optimize(table: DeltaTable, options: OptimizeOptions): Promise<OptimizeResult> {
  const { connection, predicate, targetFileSize = DEFAULT_TARGET } = options;
  const snapshot = await table.snapshot();
  if (predicate !== undefined && !isExactOnPartitions(predicate, snapshot)) {
    throw new BoathouseError("DELTA_UNSUPPORTED_PREDICATE", "OPTIMIZE takes conditions on partition columns alone.", {
      sqlState: "42KDT",
      hint:
        snapshot.partitionColumns.length === 0
          ? "The table is not partitioned: leave the condition out."
          : `The table is partitioned by ${snapshot.partitionColumns.join(", ")}.`,
    });
  }
  const scan = await snapshot.scan(predicate === undefined ? {} : { predicate });
  const rounds = packRounds(scan, targetFileSize);
  const parameters = { predicate: options.predicateText === undefined ? [] : [options.predicateText], zOrderBy: [] };
  const transaction = await table.begin(
    { operation: "OPTIMIZE", parameters, ...(options.userName === undefined ? {} : { userName: options.userName }) },
    snapshot,
  );
  for (const round of rounds) await transaction.compact(round, connection);
  if (!transaction.hasChanges) return { version: undefined, metrics: { numAddedFiles: 0, numRemovedFiles: 0 } };
  return transaction.commit();
}

const DEFAULT_TARGET = 256 * 1024 * 1024;

/** One bin of every partition makes a round, which is written by one COPY: a file a partition. */
function packRounds(scan: Scan, target: number): Scan[] {
  const partitions = new Map<string, ScanFile[]>();
  for (const file of scan.files) {
    if (file.size >= target && file.deleted === undefined) continue;
    const key = JSON.stringify(file.partitionValues);
    partitions.set(key, [...(partitions.get(key) ?? []), file]);
  }
  const rounds: number[][] = [];
  for (const files of partitions.values()) {
    for (const [round, bin] of packBins(files, target).entries()) {
      rounds[round] = [...(rounds[round] ?? []), ...bin.map(({ index }) => index)];
    }
  }
  return rounds.map((indexes) => scan.only(indexes));
}

/** In the order of the table, so that rows that came together stay together. A bin of one file is of no use. */
function packBins(files: readonly ScanFile[], target: number): ScanFile[][] {
  const bins: ScanFile[][] = [];
  let bin: ScanFile[] = [];
  let size = 0;
  for (const file of files) {
    if (bin.length > 0 && size + file.size > target) {
      bins.push(bin);
      bin = [];
      size = 0;
    }
    bin.push(file);
    size += file.size;
  }
  bins.push(bin);
  return bins.filter((each) => each.length > 1 || each[0]?.deleted !== undefined);
}
