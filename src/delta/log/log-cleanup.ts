import { isBoathouseError } from "../../core/errors.ts";
import { readCheckpoint } from "./checkpoint-reader.ts";
import { isCatalogManaged } from "./commit-coordinator.ts";
import type { DeltaContext } from "../context.ts";
import { isSupported } from "../features.ts";
import { checkpointName, SIDECAR_FOLDER, STAGED_FOLDER } from "./log-files.ts";
import {
  completeCheckpoints,
  isCheckpoint,
  listLog,
  logKey,
  type CheckpointFiles,
  type ListedLogFile,
  type TableLocation,
} from "./log-segment.ts";
import { countProperty, durationProperty, flagProperty } from "../properties.ts";
import type { TableState } from "./table-state.ts";
import { inCommitTimeOf } from "./time-travel.ts";

/** What a cleanup deleted, by the files' names below the log's folder. */
export interface CleanedLog {
  readonly deleted: readonly string[];
}

const DAY = 86_400_000;

/**
 * Deletes commits, checksums, compacted commits, checkpoints and sidecars that no version within
 * `delta.logRetentionDuration` (30 days) needs, unless `delta.enableExpiredLogCleanup` is false (PROTOCOL.md, "Metadata
 * Cleanup"). The newest checkpoint at or before the last version of the day that is as old stays, its commit too.
 *
 * Commits go before checkpoints, so that what is left after a crash has every version from some checkpoint on.
 */
export async function cleanUpLog(
  context: DeltaContext,
  location: TableLocation,
  state: TableState,
): Promise<CleanedLog> {
  const { metadata, protocol } = state;
  const nothing = { deleted: [] };
  if (!flagProperty(metadata, "delta.enableExpiredLogCleanup", "true")) return nothing;
  // Only the catalog may clean up after the tables that it manages.
  if (isCatalogManaged(protocol)) return nothing;
  const now = context.clock.now();
  const cutoff = startOfDay(now - durationProperty(metadata, "delta.logRetentionDuration", 30 * DAY));
  const old = await filesUntil(location, cutoff);
  const last = await lastExpired(location, old, cutoff);
  const kept = completeCheckpoints(old).find(({ version }) => version <= (last ?? -1));
  if (kept === undefined || !hasCommit(old, kept.version) || !mayForget(state, kept.version)) return nothing;
  const expired = old.filter(({ file }) =>
    file.kind === "compacted" ? file.version <= kept.version : file.version < kept.version,
  );
  if (expired.length === 0 || !(await isWhole(context, location, kept))) return nothing;
  const files: ListedLogFile[] = [];
  for await (const each of listLog(location, kept.version)) files.push(each);
  const left = completeCheckpoints(files);
  await keepClassic(location, files, left[0]);
  const deleted: string[] = [];
  const remove = async (key: string): Promise<void> => {
    await location.store.delete(key);
    deleted.push(key.slice(logKey(location, "").length));
  };
  for (const { meta, file } of expired) if (!isCheckpoint(file)) await remove(meta.key);
  const checkpointFiles = expired.filter(({ file }) => isCheckpoint(file));
  for (const { meta } of checkpointFiles) await remove(meta.key);
  await removeStaged(location, kept.version, remove);
  if (checkpointFiles.length > 0 && isSupported(protocol, "v2Checkpoint")) {
    // In-progress checkpoints have sidecars that nothing refers to yet.
    await removeSidecars(context, location, { left, before: startOfDay(now - DAY), remove });
  }
  return { deleted };
}

/** The files of the log up to the first commit that is younger than `cutoff`: of most logs not many. */
async function filesUntil(location: TableLocation, cutoff: number): Promise<ListedLogFile[]> {
  const files: ListedLogFile[] = [];
  for await (const each of listLog(location, 0)) {
    if (each.file.kind === "commit" && each.meta.lastModified > cutoff) break;
    files.push(each);
  }
  return files;
}

/** The newest version that is not younger than `cutoff`; commits are dated as for time travel. */
async function lastExpired(
  location: TableLocation,
  files: readonly ListedLogFile[],
  cutoff: number,
): Promise<number | undefined> {
  const expired: number[] = [];
  let previous = Number.NEGATIVE_INFINITY;
  for (const { meta, file } of files) {
    if (file.kind !== "commit") continue;
    previous = Math.max(Math.floor(meta.lastModified), previous + 1);
    if (previous > cutoff) break;
    expired.push(file.version);
  }
  // Where commits say their own time, it counts as well: a file's time may have been set back.
  for (let version = expired.pop(); version !== undefined; version = expired.pop()) {
    const time = await inCommitTimeOf(location, version);
    if (time === undefined || time <= cutoff) return version;
  }
  return undefined;
}

/**
 * With the feature `checkpointProtection`, history before a version goes in one piece or not at all: checkpoints in it
 * hide commits from readers that do not know their features.
 */
function mayForget(state: TableState, before: number): boolean {
  if (!isSupported(state.protocol, "checkpointProtection")) return true;
  return before >= countProperty(state.metadata, "delta.requireCheckpointProtectionBeforeVersion", 0, 0);
}

function hasCommit(files: readonly ListedLogFile[], version: number): boolean {
  return files.some(({ file }) => file.kind === "commit" && file.version === version);
}

/** Does a checkpoint say what it must? Nothing is deleted that it stands for otherwise. */
async function isWhole(context: DeltaContext, location: TableLocation, checkpoint: CheckpointFiles): Promise<boolean> {
  try {
    const { state } = await readCheckpoint(context, location, checkpoint);
    return state.protocol !== undefined && state.metadata !== undefined;
  } catch (error) {
    if (isBoathouseError(error)) return false;
    throw error;
  }
}

/**
 * Readers that do not know V2 checkpoints look for a checkpoint under a classic name, and refuse the table by its
 * protocol when they find one: without the first commits they would not know what to say.
 */
async function keepClassic(
  location: TableLocation,
  files: readonly ListedLogFile[],
  newest: CheckpointFiles | undefined,
): Promise<void> {
  const [file] = newest?.files ?? [];
  if (newest === undefined || file === undefined) return;
  const isUuid = files.some(({ meta, file: { kind } }) => meta.key === file.key && kind === "uuid-checkpoint");
  if (!isUuid || !file.key.endsWith(".parquet")) return;
  try {
    const { body } = await location.store.read(file.key);
    await location.store.write(logKey(location, checkpointName(newest.version)), body, { ifNoneMatch: "*" });
  } catch (error) {
    if (!isBoathouseError(error, "OBJECT_EXISTS")) throw error;
  }
}

async function removeStaged(
  location: TableLocation,
  version: number,
  remove: (key: string) => Promise<void>,
): Promise<void> {
  const prefix = logKey(location, `${STAGED_FOLDER}/`);
  for await (const { key } of location.store.list(prefix)) {
    const staged = /^(\d{20})\.[^/]+\.json$/.exec(key.slice(prefix.length))?.[1];
    if (staged !== undefined && Number(staged) <= version) await remove(key);
  }
}

async function removeSidecars(
  context: DeltaContext,
  location: TableLocation,
  options: {
    readonly left: readonly CheckpointFiles[];
    readonly before: number;
    readonly remove: (key: string) => Promise<void>;
  },
): Promise<void> {
  const used = new Set<string>();
  try {
    for (const checkpoint of options.left) {
      const { sidecars } = await readCheckpoint(context, location, checkpoint);
      for (const path of sidecars) used.add(decodeURIComponent(path.slice(path.lastIndexOf("/") + 1)));
    }
  } catch (error) {
    // A checkpoint that cannot be read may refer to any of them.
    if (isBoathouseError(error) || error instanceof URIError) return;
    throw error;
  }
  const prefix = logKey(location, `${SIDECAR_FOLDER}/`);
  for await (const { key, lastModified } of location.store.list(prefix)) {
    if (lastModified < options.before && !used.has(key.slice(prefix.length))) await options.remove(key);
  }
}

/** Midnight in UTC. */
function startOfDay(time: number): number {
  return Math.floor(time / DAY) * DAY;
}
