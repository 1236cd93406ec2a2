import type { Connection } from "../../duckdb/connection.ts";
import { clusteringOf } from "./clustering.ts";
import { addsWhere } from "../scan/listed-files.ts";
import { optimize, type OptimizeResult } from "./optimize.ts";
import { partitionPredicate } from "../scan/partition-predicate.ts";
import type { Predicate } from "../scan/predicate.ts";
import { flagProperty } from "../properties.ts";
import { numberIn } from "../log/row-values.ts";
import type { Snapshot } from "../snapshot.ts";
import type { DeltaTable } from "../table.ts";

export interface AutoCompactOptions {
  /** What the session says; it goes before the table's properties. */
  readonly enabled?: boolean;
  /** Bytes: how large files become, 128 MiB by default, and which count as small, half of it by default. */
  readonly maxFileSize?: number;
  readonly minFileSize?: number;
  /** So many small files must lie in a partition; 50 by default. */
  readonly minNumFiles?: number;
}

export interface AutoCompactRun {
  /** Opens connections that may read and write the table's files; the first thing that is done when there is work. */
  readonly connect: () => Promise<readonly [Connection, ...Connection[]]>;
  /** The version that was just committed: only partitions that it added files to are looked at. */
  readonly version: number;
  readonly userName?: string;
  readonly signal?: AbortSignal;
}

/**
 * What follows a commit in a table with `delta.autoOptimize.autoCompact`: where many small files have gathered in the
 * partitions that it wrote to, they are put together, in a commit of their own. Undefined when there is nothing to do.
 * The rules are those of Delta Lake's post-commit hook.
 *
 * Throws what `optimize` throws; the commit before it stands in any case, so that callers need not fail.
 */
export async function autoCompact(
  table: DeltaTable,
  run: AutoCompactRun,
  options: AutoCompactOptions = {},
): Promise<OptimizeResult | undefined> {
  const snapshot = await table.snapshot();
  if (!(options.enabled ?? isEnabled(snapshot)) || running.has(table)) return undefined;
  const { maxFileSize = 128 * MIB, minNumFiles = 50 } = options;
  const { minFileSize = maxFileSize / 2 } = options;
  running.add(table);
  try {
    const due = await duePartitions(snapshot, { version: run.version, minFileSize, minNumFiles });
    if (due === undefined) return undefined;
    const [connection, ...helpers] = await run.connect();
    try {
      return await optimize(table, {
        connection,
        helpers,
        auto: true,
        minFileSize,
        maxFileSize,
        ...due,
        ...(run.userName === undefined ? {} : { userName: run.userName }),
        ...(run.signal === undefined ? {} : { signal: run.signal }),
      });
    } finally {
      for (const each of [connection, ...helpers]) each.close();
    }
  } finally {
    running.delete(table);
  }
}

const MIB = 1024 ** 2;
/** Delta Lake takes this many partitions up at a time. */
const MOST_PARTITIONS = 128;

/** Another one would take up the same files, and one of the two would have worked in vain. */
const running = new WeakSet<DeltaTable>();

/** Databricks also knows `auto` and `legacy`, which differ in the sizes that they choose. */
function isEnabled({ metadata, configuration }: Snapshot): boolean {
  if (flagProperty(metadata, "delta.autoOptimize")) return true;
  return ["true", "auto", "legacy"].includes((configuration["delta.autoOptimize.autoCompact"] ?? "").toLowerCase());
}

/** The partitions that are worth it, as a condition where there are any; undefined when none is. */
async function duePartitions(
  snapshot: Snapshot,
  {
    version,
    minFileSize,
    minNumFiles,
  }: { readonly version: number; readonly minFileSize: number; readonly minNumFiles: number },
): Promise<{ readonly predicate?: Predicate } | undefined> {
  const list = await snapshot.fileList();
  const isPartitioned = list.partitions.size > 0;
  const small = `size < ${minFileSize}${clusteringOf(snapshot) === undefined ? "" : " AND clustering_provider IS NULL"}`;
  const rows = await list.connection.rows(
    `SELECT min(row_id) AS one FROM ${list.rowsAt(snapshot.version)} GROUP BY ${isPartitioned ? "part" : "()"} ` +
      `HAVING count(*) FILTER (WHERE ${small}) >= ${minNumFiles} AND max(valid_from) >= ${version} LIMIT ${MOST_PARTITIONS}`,
  );
  if (rows.length === 0) return undefined;
  if (!isPartitioned) return {};
  const adds = await addsWhere(snapshot, `row_id IN (${rows.map((row) => numberIn(row, "one")).join(", ")})`);
  return { predicate: partitionPredicate(snapshot.schema, snapshot.metadata, adds) };
}
