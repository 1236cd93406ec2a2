import { throwIfAborted } from "../../core/cancellation.ts";
import { BoathouseError, isBoathouseError } from "../../core/errors.ts";
import type { DeltaContext } from "../context.ts";
import { deleteDataFile } from "../scan/data-files.ts";
import { lastVacuumedVersion, rememberVacuum } from "./last-vacuum.ts";
import { allCommits, describe, type CommitRef, type TableLocation } from "../log/log-segment.ts";
import type { Metrics } from "../write/metrics.ts";
import { inParallel } from "../log/objects.ts";
import { encodePath } from "../log/paths.ts";
import { durationProperty } from "../properties.ts";
import type { TableState } from "../log/table-state.ts";
import { commitTimes } from "../log/time-travel.ts";
import { retentionCutoff, WEEK } from "../log/tombstones.ts";
import type { OperationInfo } from "../write/transaction-options.ts";
import type { Transaction } from "../write/transaction.ts";
import { VacuumFiles } from "./vacuum-files.ts";

export interface VacuumOptions {
  /** Milliseconds; `delta.deletedFileRetentionDuration` by default. */
  readonly retention?: number;
  /** Only says what would be deleted. */
  readonly dryRun?: boolean;
  /** Allows less than the table's own retention, under which running readers and writers may lose their files. */
  readonly allowShortRetention?: boolean;
  /**
   * `full`, by default, lists the table's folder. `lite` reads the commits since the last VACUUM, which takes no listing but
   * leaves files that were never committed.
   */
  readonly mode?: "full" | "lite";
  /** Leaves no VACUUM START and VACUUM END in the history. */
  readonly unlogged?: boolean;
  readonly userName?: string;
  readonly signal?: AbortSignal;
}

export interface VacuumResult {
  /** Of a dry run: the files that would be deleted, relative to the table, by name. */
  readonly files: readonly string[];
  /** Files that were (or would be) deleted. */
  readonly count: number;
  readonly bytes: number;
}

/** The table that is vacuumed. */
export interface VacuumTarget {
  readonly context: DeltaContext;
  readonly location: TableLocation;
  readonly state: TableState;
  /** Begins a commit on the newest version. */
  readonly begin: (info: OperationInfo) => Promise<Transaction>;
}

/**
 * Deletes the files below a table's folder that no version within the retention period needs: removed ones, and those of
 * writes that never were committed. Folders and files whose names begin with `_` or `.` are not the table's data. When it
 * is killed the next run does the rest.
 *
 * Throws `DELTA_VACUUM_RETENTION_PERIOD_TOO_SHORT`, `DELTA_VACUUM_RETENTION_PERIOD_NEGATIVE`, `DELTA_CANNOT_VACUUM_LITE`.
 */
export async function vacuumTable(target: VacuumTarget, options: VacuumOptions): Promise<VacuumResult> {
  const { context, location, state } = target;
  const { retention, dryRun = false, mode = "full", signal } = options;
  const configured = durationProperty(state.metadata, "delta.deletedFileRetentionDuration", WEEK);
  checkRetention(location, configured, options);
  const cutoff = retentionCutoff(context, state, retention);
  const before = (await commitTimes(location)).findLast(({ timestamp }) => timestamp <= cutoff)?.version;
  const files = await VacuumFiles.create(context, location);
  try {
    await files.need(context, state, cutoff);
    let folders = 1;
    if (mode === "full") folders = await files.list(cutoff, signal);
    else await files.listRemoved(await liteCommits(location, before), cutoff);
    const totals = await files.totals();
    if (dryRun) {
      const names: string[] = [];
      for await (const batch of files.deletable()) names.push(...batch.map(({ name }) => name));
      return { files: names, count: totals.files, bytes: totals.bytes };
    }
    await log(target, options, {
      operation: "VACUUM START",
      parameters: {
        retentionCheckEnabled: options.allowShortRetention !== true,
        defaultRetentionMillis: configured,
        ...(retention === undefined ? {} : { specifiedRetentionMillis: retention }),
      },
      metrics: { numFilesToDelete: totals.files, sizeOfDataToDelete: totals.bytes },
    });
    let count: number;
    try {
      count = await deleteAll(location, files, signal);
    } catch (error) {
      // The failure is the one to tell, not that of noting it.
      await log(target, options, { operation: "VACUUM END", parameters: { status: "FAILED" }, metrics: {} }).catch(
        () => undefined,
      );
      throw error;
    }
    await log(target, options, {
      operation: "VACUUM END",
      parameters: { status: "COMPLETED" },
      metrics: { numDeletedFiles: count, numVacuumedDirectories: folders },
    });
    await rememberVacuum(location, before);
    return { files: [], count, bytes: totals.bytes };
  } finally {
    await files.drop();
  }
}

/** Deletes are mostly waiting. */
const WIDTH = 32;
const ATTEMPTS = 5;

async function deleteAll(
  location: TableLocation,
  files: VacuumFiles,
  signal: AbortSignal | undefined,
): Promise<number> {
  let count = 0;
  for await (const batch of files.deletable()) {
    throwIfAborted(signal);
    await inParallel(batch, WIDTH, async ({ name }) => {
      throwIfAborted(signal);
      await deleteDataFile(location, encodePath(name));
    });
    count += batch.length;
  }
  return count;
}

/** The commits since the last VACUUM, up to the last one outside of the retention period. */
async function liteCommits(location: TableLocation, until: number | undefined): Promise<readonly CommitRef[]> {
  if (until === undefined) return [];
  const commits = await allCommits(location);
  const earliest = commits[0]?.version ?? 0;
  const vacuumed = await lastVacuumedVersion(location);
  if (earliest !== 0 && (vacuumed === undefined || vacuumed < earliest)) {
    throw new BoathouseError(
      "DELTA_CANNOT_VACUUM_LITE",
      `VACUUM LITE of ${describe(location)} cannot delete all eligible files as some files are not referenced by the Delta log.`,
      { sqlState: "55000", hint: "Run VACUUM without LITE: the commits since the last VACUUM were cleaned up." },
    );
  }
  const from = vacuumed === undefined ? earliest : vacuumed + 1;
  return commits.filter(({ version }) => version >= from && version <= until);
}

/** A commit without actions, for the history alone: whatever others commit meanwhile does not get in its way. */
async function log(
  { begin }: VacuumTarget,
  { unlogged, userName }: VacuumOptions,
  entry: {
    readonly operation: string;
    readonly parameters: Readonly<Record<string, unknown>>;
    readonly metrics: Metrics;
  },
): Promise<void> {
  if (unlogged === true) return;
  const { operation, parameters, metrics } = entry;
  for (let attempt = 1; ; attempt += 1) {
    const transaction = await begin({ operation, parameters, ...(userName === undefined ? {} : { userName }) });
    transaction.addMetrics(metrics);
    try {
      await transaction.commit();
      return;
    } catch (error) {
      if (attempt >= ATTEMPTS || !isBoathouseError(error) || error.details["retry"] !== true) throw error;
    }
  }
}

function checkRetention(location: TableLocation, configured: number, options: VacuumOptions): void {
  const { retention, allowShortRetention = false } = options;
  if (retention === undefined) return;
  if (retention < 0) {
    throw new BoathouseError(
      "DELTA_VACUUM_RETENTION_PERIOD_NEGATIVE",
      "Retention period for Vacuum can't be less than 0 hours.",
      { sqlState: "22003", hint: "Give the hours to keep: RETAIN 168 HOURS." },
    );
  }
  if (retention >= configured || allowShortRetention) return;
  const least = Math.ceil(configured / HOUR);
  throw new BoathouseError(
    "DELTA_VACUUM_RETENTION_PERIOD_TOO_SHORT",
    `VACUUM of ${describe(location)} with a retention of ${retention / HOUR} hours could delete files that are in use.`,
    {
      sqlState: "22003",
      hint:
        `Keep at least ${least} hours. When nothing else uses the table, lower delta.deletedFileRetentionDuration, ` +
        "or switch the check off: SET spark.databricks.delta.retentionDurationCheck.enabled = false.",
    },
  );
}

const HOUR = 3_600_000;
