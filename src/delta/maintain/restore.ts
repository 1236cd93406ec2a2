import { BoathouseError } from "../../core/errors.ts";
import type { AddAction } from "../actions.ts";
import { supportedFeatures, withFeatures } from "../features.ts";
import { FILE_KEY } from "../log/file-list.ts";
import { keepHighWaterMarks, withCommitTimes } from "../schema/inherited-metadata.ts";
import { addsWhere, removeOf } from "../scan/listed-files.ts";
import { describe } from "../log/log-segment.ts";
import type { Metrics } from "../write/metrics.ts";
import type { Snapshot } from "../snapshot.ts";
import type { DeltaTable, VersionSpec } from "../table.ts";
import type { TableDraft } from "../schema/table-draft.ts";
import type { CommitResult } from "../write/transaction-options.ts";
import type { Transaction } from "../write/transaction.ts";
import { missingParts } from "../scan/missing-files.ts";

export interface RestoreOptions {
  /** The version to go back to, or the one that was the newest at a time. */
  readonly to: VersionSpec;
  /** Leaves out files that are no longer there, in place of refusing (`spark.sql.files.ignoreMissingFiles`). */
  readonly ignoreMissingFiles?: boolean;
  readonly userName?: string;
  /** Makes the restore idempotent: done once, it is not done again. */
  readonly txn?: { readonly appId: string; readonly version: number };
}

/** Undefined when the identity of `txn` was committed before. */
export type RestoreResult = CommitResult | undefined;

/**
 * Brings a table back to what it was at an older version, in one commit: takes the files that came, adds again those that
 * went, with the deletion vectors that they had. The protocol keeps what it has gained, or older versions could not be
 * read (Delta Lake's `RestoreTableCommand`). Any other commit in the meantime conflicts.
 *
 * Throws `DELTA_CANNOT_RESTORE_TABLE_VERSION`, `DELTA_CANNOT_RESTORE_TIMESTAMP_EARLIER`,
 * `DELTA_CANNOT_RESTORE_TIMESTAMP_GREATER`, and `DELTA_FILE_NOT_FOUND` when VACUUM has taken what the version needs.
 */
export async function restoreTable(table: DeltaTable, options: RestoreOptions): Promise<RestoreResult> {
  const current = await table.snapshot();
  const { to, txn, userName } = options;
  const parameters = {
    version: to.version ?? null,
    timestamp: to.timestamp === undefined ? null : new Date(to.timestamp).toISOString().replace("T", " ").slice(0, -1),
  };
  const info = { operation: "RESTORE", parameters, ...(userName === undefined ? {} : { userName }) };
  const transaction = await table.begin(info, current);
  if (txn !== undefined) {
    if (transaction.isCommitted(txn.appId, txn.version)) return undefined;
    transaction.setTransaction(txn.appId, txn.version);
  }
  const wanted = await wantedSnapshot(table, current, to);
  transaction.redefine(restoredDraft(current, wanted));
  const back = await addsWhere(wanted, await notIn(current));
  const gone = await addsWhere(current, await notIn(wanted));
  const parts = await missingParts(table.location, back);
  const missing = back.filter(
    (_, index) => parts[index]?.dataFileMissing === true || parts[index]?.vectorMissing === true,
  );
  if (missing.length > 0 && options.ignoreMissingFiles !== true) throw filesMissing(wanted, missing);
  const adds = missing.length === 0 ? back : back.filter((add) => !missing.includes(add));
  const now = transaction.context.clock.now();
  transaction.stage({ adds, removes: gone.map((add) => removeOf(add, now)) });
  restoreDomains(transaction, current, wanted);
  transaction.addMetrics(await metricsOf(wanted, { adds, gone, missing }));
  return transaction.commit();
}

/** A file, with its deletion vector, that this version of the table does not have. */
async function notIn(other: Snapshot): Promise<string> {
  const list = await other.fileList();
  return `${FILE_KEY} NOT IN (SELECT ${FILE_KEY} FROM ${list.rowsAt(other.version)})`;
}

async function wantedSnapshot(table: DeltaTable, current: Snapshot, to: VersionSpec): Promise<Snapshot> {
  const wanted = await table.snapshot(to).catch((error: unknown) => {
    throw error instanceof BoathouseError ? asRestoreError(error, to) : error;
  });
  if (wanted.version < current.version) return wanted;
  throw new BoathouseError(
    "DELTA_CANNOT_RESTORE_TABLE_VERSION",
    `Cannot restore ${describe(table.location)} to version ${wanted.version}: that is the newest version, which it has now.`,
    { sqlState: "22003", hint: "DESCRIBE HISTORY lists the versions before it." },
  );
}

/** What time travel refuses, in the words of RESTORE. */
function asRestoreError(error: BoathouseError, to: VersionSpec): BoathouseError {
  const code = RESTORE_CODES.get(error.code);
  if (code === undefined) return error;
  const point = to.version === undefined ? "timestamp" : `version ${to.version}`;
  return new BoathouseError(code, `Cannot restore the table to this ${point}: ${error.message}`, {
    cause: error,
    sqlState: "22003",
    ...(error.hint === undefined ? {} : { hint: error.hint }),
  });
}

const RESTORE_CODES: ReadonlyMap<string, string> = new Map([
  ["DELTA_VERSION_NOT_FOUND", "DELTA_CANNOT_RESTORE_TABLE_VERSION"],
  ["DELTA_VERSION_NOT_RECREATABLE", "DELTA_CANNOT_RESTORE_TABLE_VERSION"],
  ["DELTA_TIMESTAMP_EARLIER_THAN_COMMIT_RETENTION", "DELTA_CANNOT_RESTORE_TIMESTAMP_EARLIER"],
  ["DELTA_TIMESTAMP_GREATER_THAN_COMMIT", "DELTA_CANNOT_RESTORE_TIMESTAMP_GREATER"],
]);

function restoredDraft(current: Snapshot, wanted: Snapshot): TableDraft {
  const metadata = keepHighWaterMarks(withCommitTimes(wanted.metadata, current.metadata), current.metadata);
  return {
    metadata: JSON.stringify(metadata) === JSON.stringify(current.metadata) ? current.metadata : metadata,
    protocol: withFeatures(current.protocol, supportedFeatures(wanted.protocol)),
  };
}

/** Domains go back as well, but for the row ids that were given away. */
function restoreDomains(transaction: Transaction, current: Snapshot, wanted: Snapshot): void {
  const [now, then] = [current.state.domains, wanted.state.domains];
  for (const [name, { configuration }] of then) {
    if (name !== ROW_IDS && now.get(name)?.configuration !== configuration) transaction.setDomain(name, configuration);
  }
  for (const name of now.keys()) {
    if (name === CLUSTERING && !then.has(name)) transaction.setDomain(name, NOT_CLUSTERED);
    else if (name !== ROW_IDS && !then.has(name)) transaction.setDomain(name, undefined);
  }
}

const CLUSTERING = "delta.clustering";
/** A table that supports clustering always says by which columns, be it none. */
const NOT_CLUSTERED = '{"clusteringColumns":[],"domainName":"delta.clustering"}';

const ROW_IDS = "delta.rowTracking";

interface Moved {
  readonly adds: readonly AddAction[];
  readonly gone: readonly AddAction[];
  readonly missing: readonly AddAction[];
}

async function metricsOf(wanted: Snapshot, { adds, gone, missing }: Moved): Promise<Metrics> {
  const { numFiles, sizeInBytes } = await wanted.totals();
  return {
    tableSizeAfterRestore: sizeInBytes - bytes(missing),
    numOfFilesAfterRestore: numFiles - missing.length,
    numRemovedFiles: gone.length,
    numRestoredFiles: adds.length,
    removedFilesSize: bytes(gone),
    restoredFilesSize: bytes(adds),
  };
}

function bytes(adds: readonly AddAction[]): number {
  return adds.reduce((sum, { size }) => sum + size, 0);
}

/** Delta Lake names a hundred. */
const MOST_NAMED = 100;

function filesMissing(wanted: Snapshot, missing: readonly AddAction[]): BoathouseError {
  const names = missing.slice(0, MOST_NAMED).map(({ path }) => path);
  return new BoathouseError(
    "DELTA_FILE_NOT_FOUND",
    `Not all files of version ${wanted.version} of ${describe(wanted.location)} are there: ${missing.length} are missing, ${names.slice(0, 3).join(", ")}${missing.length > 3 ? "…" : ""}`,
    {
      sqlState: "42K03",
      details: { files: names, version: wanted.version },
      hint: "Restore a newer version; or SET spark.sql.files.ignoreMissingFiles = true to restore what is left.",
    },
  );
}
