import type { RemoveAction } from "../actions.ts";
import { readCheckpoint, removeRows } from "./checkpoint-reader.ts";
import type { DeltaContext } from "../context.ts";
import { parseCommit } from "./commit-file.ts";
import { allCommits, findSegment, type LogSegment, type TableLocation } from "./log-segment.ts";
import { inParallel, readObject } from "./objects.ts";
import { durationProperty } from "../properties.ts";
import { canonicalKey } from "./replay.ts";
import { replaySegment, type TableState } from "./table-state.ts";

/** How long removed files are kept when the table does not say. */
export const WEEK = 7 * 86_400_000;

export interface Tombstones {
  /** Those in commits and in JSON checkpoints. */
  readonly actions: readonly RemoveAction[];
  /** Those in Parquet checkpoints: a SELECT with the column `remove`. */
  readonly select: string | undefined;
}

/** The time before which removed files may be forgotten and deleted. */
export function retentionCutoff(context: DeltaContext, state: TableState, retention?: number): number {
  const configured = durationProperty(state.metadata, "delta.deletedFileRetentionDuration", WEEK);
  return context.clock.now() - (retention ?? configured);
}

/** The files that were removed after `cutoff`, each once, and are not part of the table again: as far as its state tells. */
export async function tombstonesSince(
  context: DeltaContext,
  location: TableLocation,
  state: TableState,
  cutoff: number,
): Promise<Tombstones> {
  const segment = await findSegment(location, { version: state.version });
  const tail = await replaySegment(location, segment);
  const before =
    segment.checkpoint === undefined ? undefined : await readCheckpoint(context, location, segment.checkpoint);
  const touched = new Set([...tail.added.keys(), ...tail.removed.keys()]);
  const actions = [
    ...tail.removed.values(),
    ...(before?.removed ?? []).filter((remove) => !touched.has(canonicalKey(remove))),
  ].filter(({ deletionTimestamp = 0 }) => deletionTimestamp >= cutoff);
  const select =
    before === undefined || before.parquet.length === 0
      ? undefined
      : `SELECT remove FROM ${removeRows(before.parquet, touched)} WHERE remove."deletionTimestamp" >= ${cutoff}`;
  return { actions, select };
}

/** All files that were removed after `cutoff`, however long the table itself remembers; some may be part of it again. */
export async function removedSince(
  context: DeltaContext,
  location: TableLocation,
  state: TableState,
  cutoff: number,
): Promise<Tombstones> {
  const { actions, select } = await tombstonesSince(context, location, state, cutoff);
  const segment = await findSegment(location, { version: state.version });
  const older = await olderRemoves(location, segment, state, cutoff, context.clock.now());
  return { actions: [...actions, ...older.filter(({ deletionTimestamp = 0 }) => deletionTimestamp >= cutoff)], select };
}

/**
 * A checkpoint forgets what was removed before the table's own retention period: who asks for more finds it in the commits
 * before the checkpoint, as far as they are left.
 */
async function olderRemoves(
  location: TableLocation,
  { checkpoint }: LogSegment,
  state: TableState,
  cutoff: number,
  now: number,
): Promise<RemoveAction[]> {
  const kept = now - durationProperty(state.metadata, "delta.deletedFileRetentionDuration", WEEK);
  if (checkpoint === undefined || cutoff >= kept) return [];
  const commits = (await allCommits(location)).filter(
    ({ version, meta }) => version <= checkpoint.version && meta.lastModified >= cutoff,
  );
  const removes = await inParallel(commits, 32, async ({ meta }) =>
    parseCommit(await readObject(location.store, meta.key), meta.key).flatMap(({ remove }) => remove ?? []),
  );
  return removes.flat();
}
