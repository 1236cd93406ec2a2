import { setImmediate } from "node:timers/promises";
import { BoathouseError, isBoathouseError } from "../../core/errors.ts";
import type { DomainMetadataAction, MetadataAction, ProtocolAction, TxnAction } from "../actions.ts";
import { readCheckpoint, type CheckpointState } from "./checkpoint-reader.ts";
import { checkCoordinated } from "./commit-coordinator.ts";
import { corrupted, parseCommit } from "./commit-file.ts";
import { checkReconciled } from "./compacted-file.ts";
import type { DeltaContext } from "../context.ts";
import { checkReadable } from "../features.ts";
import { FileList } from "./file-list.ts";
import { isCompacted } from "./log-files.ts";
import {
  describe,
  findSegment,
  type CheckpointFiles,
  type CommitRef,
  type LogSegment,
  type SegmentOptions,
  type TableLocation,
} from "./log-segment.ts";
import { inParallel, readObject } from "./objects.ts";
import { canonicalKey, Replay } from "./replay.ts";
import { checkTypeChanges } from "../schema/type-widening.ts";

/** One version of a table. Immutable; its list of files is loaded when it is first asked for. */
export interface TableState {
  readonly version: number;
  /** Milliseconds since the epoch: when the version's commit (or checkpoint) was written. */
  readonly timestamp: number;
  /** Of the version's commit; undefined where only a checkpoint is left of it. */
  readonly etag: string | undefined;
  readonly protocol: ProtocolAction;
  readonly metadata: MetadataAction;
  readonly transactions: ReadonlyMap<string, TxnAction>;
  readonly domains: ReadonlyMap<string, DomainMetadataAction>;
  readonly checkpointVersion: number | undefined;
  files(): Promise<FileList>;
}

/**
 * The table at a version (the newest when none is given). A checkpoint that cannot be read is passed over where the
 * commits before it, or an older checkpoint, are still there.
 *
 * Throws `DELTA_LOG_CORRUPTED`, `DELTA_STATE_RECOVER_ERROR`, and what `findSegment` and `checkReadable` throw.
 */
export async function loadState(
  context: DeltaContext,
  location: TableLocation,
  options: SegmentOptions = {},
): Promise<TableState> {
  let segment = await findSegment(location, options);
  for (;;) {
    try {
      return await loadSegment(context, location, segment);
    } catch (error) {
      const { checkpoint } = segment;
      if (checkpoint === undefined || !isBoathouseError(error) || !UNREADABLE.test(error.code)) throw error;
      const older = { version: segment.version, checkpointBefore: checkpoint.version };
      segment = await findSegment(location, older).catch(() => {
        throw unreadable(checkpoint, error);
      });
    }
  }
}

/** What reading a damaged checkpoint gives. */
const UNREADABLE = /^(FAILED_READ_FILE|DUCKDB_ERROR|OBJECT_NOT_FOUND|DELTA_LOG_CORRUPTED|DELTA_STATE_RECOVER_ERROR)/;

function unreadable(checkpoint: CheckpointFiles, error: BoathouseError): BoathouseError {
  return corrupted(checkpoint.files[0]?.key ?? "", `the checkpoint cannot be read (${error.message})`, error);
}

async function loadSegment(context: DeltaContext, location: TableLocation, segment: LogSegment): Promise<TableState> {
  const tail = await replaySegment(location, segment);
  const checkpoint =
    segment.checkpoint === undefined ? undefined : await readCheckpoint(context, location, segment.checkpoint);
  if (checkpoint !== undefined) tail.inherit(checkpoint.state);
  const timestamp = segment.commits.at(-1)?.meta.lastModified ?? segment.checkpoint?.files[0]?.lastModified ?? 0;
  const { version } = segment;
  return stateOf(location, tail, {
    version,
    timestamp,
    etag: segment.commits.at(-1)?.meta.etag,
    checkpointVersion: segment.checkpoint?.version,
    load: async (metadata) => {
      try {
        return await loadFiles(context, { metadata, tail, checkpoint, version });
      } catch (error) {
        const { checkpoint: damaged } = segment;
        if (damaged === undefined || !isBoathouseError(error) || !UNREADABLE.test(error.code)) throw error;
        // A sidecar may be missing or damaged, or a part that holds files alone.
        const older = await loadState(context, location, { version, checkpointBefore: damaged.version }).catch(() => {
          throw unreadable(damaged, error);
        });
        return older.files();
      }
    },
  });
}

/** The state after further commits, reading only those. */
export async function advanceState(
  context: DeltaContext,
  location: TableLocation,
  state: TableState,
  commits: readonly CommitRef[],
): Promise<TableState> {
  const last = commits.at(-1);
  if (last === undefined) return state;
  const tail = await replayCommits(location, commits);
  tail.inherit({
    protocol: state.protocol,
    metadata: state.metadata,
    transactions: new Map(state.transactions),
    domains: new Map(state.domains),
  });
  return stateOf(location, tail, {
    version: last.version,
    timestamp: last.meta.lastModified,
    etag: last.meta.etag,
    checkpointVersion: state.checkpointVersion,
    load: async (metadata) => {
      const before = await state.files();
      const changes = { added: tail.added.values(), touched: [...tail.added.keys(), ...tail.removed.keys()] };
      const keep = sameLayout(state.metadata, metadata) && !before.isWasteful;
      const list = keep ? before : await before.rebuilt(context, metadata, state.version);
      await list.apply(changes, last.version);
      return list;
    },
  });
}

/** Commits are read this many at a time: more does not help, and each holds its text. */
const READ_WIDTH = 32;

/**
 * What the commits of a segment leave. Where a compacted file is damaged, or no reconciled state, the commits count: they
 * are there as well.
 */
export async function replaySegment(location: TableLocation, { commits, replay }: LogSegment): Promise<Replay> {
  try {
    return await replayCommits(location, replay);
  } catch (error) {
    if (replay === commits || !isBoathouseError(error)) throw error;
    return replayCommits(location, commits);
  }
}

/** What a run of commits leaves. */
async function replayCommits(location: TableLocation, commits: readonly CommitRef[]): Promise<Replay> {
  const result = new Replay();
  for (let start = 0; start < commits.length; start += READ_WIDTH * 8) {
    const some = commits.slice(start, start + READ_WIDTH * 8);
    const texts = await inParallel(some, READ_WIDTH, ({ meta }) => readObject(location.store, meta.key));
    for (const [index, text] of texts.entries()) {
      const key = some[index]?.meta.key ?? "";
      const actions = parseCommit(text, key);
      if (isCompacted(key)) checkReconciled(actions, key);
      result.apply(actions);
    }
    // Files of this machine wait for nothing: whoever else has something to do has a turn.
    await setImmediate();
  }
  return result;
}

interface LoadFiles {
  readonly metadata: MetadataAction;
  readonly tail: Replay;
  readonly checkpoint: CheckpointState | undefined;
  readonly version: number;
}

async function loadFiles(context: DeltaContext, load: LoadFiles): Promise<FileList> {
  const { tail, checkpoint, version } = load;
  const list = await FileList.create(context, load.metadata);
  const hidden = [...tail.added.keys(), ...tail.removed.keys()];
  if (checkpoint !== undefined) {
    const covered = new Set(hidden);
    await list.insert(
      checkpoint.inline.filter((add) => !covered.has(canonicalKey(add))),
      version,
    );
    if (checkpoint.parquet.length > 0) await list.insertCheckpoint(checkpoint.parquet, hidden, version);
  }
  await list.insert(tail.added.values(), version);
  return list;
}

interface StateParts {
  readonly version: number;
  readonly timestamp: number;
  readonly etag: string | undefined;
  readonly checkpointVersion: number | undefined;
  readonly load: (metadata: MetadataAction) => Promise<FileList>;
}

function stateOf(location: TableLocation, replayed: Replay, parts: StateParts): TableState {
  const { protocol, metadata } = replayed;
  if (protocol === undefined || metadata === undefined) {
    const missing = protocol === undefined ? "protocol" : "metadata";
    throw new BoathouseError(
      "DELTA_STATE_RECOVER_ERROR",
      `Version ${parts.version} of ${describe(location)} has no ${missing}: neither its checkpoint nor its commits hold one.`,
      { hint: "The log is damaged. Restore it from a copy.", sqlState: "XXKDS" },
    );
  }
  checkReadable(protocol, describe(location));
  checkCoordinated(protocol, location.coordinator, describe(location));
  checkTypeChanges(protocol, metadata, describe(location));
  let files: Promise<FileList> | undefined;
  return {
    version: parts.version,
    timestamp: parts.timestamp,
    etag: parts.etag,
    protocol,
    metadata,
    transactions: replayed.transactions,
    domains: new Map([...replayed.domains].filter(([, domain]) => !domain.removed)),
    checkpointVersion: parts.checkpointVersion,
    files() {
      if (files === undefined) {
        files = parts.load(metadata);
        // A failure of the store may pass.
        files.catch(() => (files = undefined));
      }
      return files;
    },
  };
}

/** Do both versions give the same columns to the list of files? */
function sameLayout(a: MetadataAction, b: MetadataAction): boolean {
  const key = (metadata: MetadataAction): string =>
    JSON.stringify([
      metadata.schemaString,
      metadata.partitionColumns,
      ["delta.columnMapping.mode", "delta.dataSkippingNumIndexedCols", "delta.dataSkippingStatsColumns"].map(
        (name) => metadata.configuration[name] ?? null,
      ),
    ]);
  return key(a) === key(b);
}
