import { BoathouseError } from "../../core/errors.ts";
import type { ObjectMeta, ObjectStore } from "../../storage/object-store.ts";
import type { CommitCoordinator } from "./commit-coordinator.ts";
import { LAST_CHECKPOINT, readLastCheckpoint } from "./last-checkpoint.ts";
import type { RemoteFiles } from "../scan/data-files.ts";
import { commitName, LOG_FOLDER, padded, parseLogFile, type LogFile } from "./log-files.ts";

/** A table's place in a store: `root` is the key of its folder, without a slash at the end ("" for the store's root). */
export interface TableLocation {
  readonly store: ObjectStore;
  readonly root: string;
  /** How remote files become files of this machine; undefined where only local ones are worked with. */
  readonly remote?: RemoteFiles;
  /** Of a catalog-managed table, whose store then is a `ManagedStore`. */
  readonly coordinator?: CommitCoordinator;
}

/** The files that make up one version of a table: a checkpoint, if there is one, and every commit after it. */
export interface LogSegment {
  readonly version: number;
  readonly checkpoint: CheckpointFiles | undefined;
  /** Ascending and without gaps, from the one after the checkpoint (or 0) to `version`. */
  readonly commits: readonly CommitRef[];
  /** The same actions in fewer files where compacted ones stand for several commits; a file has its last version. */
  readonly replay: readonly CommitRef[];
}

export interface SegmentOptions {
  /** The newest when none is given. */
  readonly version?: number;
  /** Passes over checkpoints of this version and later. */
  readonly checkpointBefore?: number;
}

export interface CheckpointFiles {
  readonly version: number;
  readonly files: readonly ObjectMeta[];
}

export interface CommitRef {
  readonly version: number;
  readonly meta: ObjectMeta;
}

export function keyOf(location: TableLocation, relative: string): string {
  return location.root === "" ? relative : `${location.root}/${relative}`;
}

export function logKey(location: TableLocation, name: string): string {
  return keyOf(location, `${LOG_FOLDER}/${name}`);
}

/** How a person names the table. */
export function describe(location: TableLocation): string {
  return location.root === "" ? location.store.url : `${location.store.url}/${location.root}`;
}

/**
 * Finds what to read for a version (the newest when none is given). `_last_checkpoint` is only a hint where to begin
 * listing: when it is damaged or wrong, the whole log is listed.
 *
 * Throws `DELTA_TABLE_NOT_FOUND`, `DELTA_VERSION_NOT_FOUND`, `DELTA_VERSIONS_NOT_CONTIGUOUS`,
 * `DELTA_VERSION_NOT_RECREATABLE`.
 */
export async function findSegment(location: TableLocation, options: SegmentOptions = {}): Promise<LogSegment> {
  const last =
    options.checkpointBefore === undefined
      ? await readLastCheckpoint(location.store, logKey(location, LAST_CHECKPOINT))
      : undefined;
  const hint = last?.version;
  if (hint !== undefined && (options.version === undefined || options.version >= hint)) {
    const segment = await segmentFrom(location, hint, options);
    if (segment?.checkpoint !== undefined) return segment;
  }
  const segment = await segmentFrom(location, 0, options);
  if (segment !== undefined) return segment;
  throw new BoathouseError("DELTA_TABLE_NOT_FOUND", `${describe(location)} is not a Delta table.`, {
    hint: `A Delta table has a folder ${LOG_FOLDER} with commits. Create the table first, or check the path.`,
    sqlState: "42P01",
  });
}

/** The commits after `version`, without gaps; empty when there are none. */
export async function commitsAfter(location: TableLocation, version: number): Promise<readonly CommitRef[]> {
  const commits: CommitRef[] = [];
  for await (const { meta, file } of listLog(location, version + 1)) {
    if (file.kind === "commit" && file.version > version) commits.push({ version: file.version, meta });
  }
  return checkContiguous(location, commits, version + 1);
}

/** Every commit that is still there, ascending: for history and for time travel by timestamp. */
export async function allCommits(location: TableLocation): Promise<readonly CommitRef[]> {
  const commits: CommitRef[] = [];
  for await (const { meta, file } of listLog(location, 0)) {
    if (file.kind === "commit") commits.push({ version: file.version, meta });
  }
  return commits;
}

async function segmentFrom(
  location: TableLocation,
  start: number,
  { version: wanted, checkpointBefore = Number.POSITIVE_INFINITY }: SegmentOptions,
): Promise<LogSegment | undefined> {
  const commits: CommitRef[] = [];
  const checkpoints: ListedLogFile[] = [];
  const compacted = new Map<number, CommitRef>();
  let newest = -1;
  for await (const { meta, file } of listLog(location, start)) {
    if (file.kind === "commit" || isCheckpoint(file)) newest = Math.max(newest, file.version);
    if (wanted !== undefined && file.version > wanted) continue;
    if (file.kind === "commit") commits.push({ version: file.version, meta });
    if (isCheckpoint(file) && file.version < checkpointBefore) checkpoints.push({ meta, file });
    // Those of one start come by ascending ends: the longest that fits remains.
    if (file.kind === "compacted" && file.end > file.version && file.end <= (wanted ?? file.end)) {
      compacted.set(file.version, { version: file.end, meta });
    }
  }
  if (newest < 0) return undefined;
  if (wanted !== undefined && wanted > newest) throw versionNotFound(location, wanted, newest);
  const [checkpoint] = completeCheckpoints(checkpoints);
  const first = checkpoint === undefined ? 0 : checkpoint.version + 1;
  const tail = commits.filter((commit) => commit.version >= first);
  const version = wanted ?? Math.max(checkpoint?.version ?? -1, tail.at(-1)?.version ?? -1);
  if (version < 0) return undefined;
  if (checkpoint === undefined && tail[0]?.version !== 0) {
    if (start > 0) return undefined;
    throw notRecreatable(location, version, commits[0]?.version);
  }
  checkContiguous(location, tail, first);
  const reached = tail.at(-1)?.version ?? checkpoint?.version;
  if (reached !== version) throw gap(location, (reached ?? -1) + 1, version);
  return { version, checkpoint, commits: tail, replay: shortest(tail, compacted, version) };
}

/** Passes over the commits that a compacted file stands for (PROTOCOL.md, "Log Compaction Files"). */
function shortest(
  commits: readonly CommitRef[],
  compacted: ReadonlyMap<number, CommitRef>,
  newest: number,
): readonly CommitRef[] {
  if (compacted.size === 0) return commits;
  const files: CommitRef[] = [];
  let next = 0;
  for (const commit of commits) {
    if (commit.version < next) continue;
    const several = compacted.get(commit.version);
    const file = several !== undefined && several.version <= newest ? several : commit;
    files.push(file);
    next = file.version + 1;
  }
  return files;
}

export interface ListedLogFile {
  readonly meta: ObjectMeta;
  readonly file: LogFile;
}

/** The files of the log from a version on, by name. */
export async function* listLog(location: TableLocation, start: number): AsyncIterable<ListedLogFile> {
  const prefix = logKey(location, "");
  const options = start === 0 ? {} : { startAfter: `${prefix}${padded(start - 1)}.~` };
  for await (const meta of location.store.list(prefix, options)) {
    const file = parseLogFile(meta.key.slice(prefix.length));
    // A file of no bytes is what a writer without atomic puts left behind; only a commit must not be overlooked.
    if (file !== undefined && (meta.size > 0 || file.kind === "commit")) yield { meta, file };
  }
}

export function isCheckpoint(file: LogFile): boolean {
  return file.kind.endsWith("-checkpoint");
}

/** The checkpoints without missing parts, newest first; at one version V2 before a single file before parts, as they hold the same. */
export function completeCheckpoints(files: readonly ListedLogFile[]): CheckpointFiles[] {
  const groups = new Map<string, { readonly file: LogFile; readonly metas: ObjectMeta[] }>();
  for (const { meta, file } of files) {
    if (!isCheckpoint(file)) continue;
    const name = `${file.version}.${file.kind === "multi-part-checkpoint" ? file.parts : meta.key}`;
    const group = groups.get(name) ?? { file, metas: [] };
    group.metas.push(meta);
    groups.set(name, group);
  }
  const rank = { "uuid-checkpoint": 2, "classic-checkpoint": 1, "multi-part-checkpoint": 0 };
  const rankOf = ({ kind }: LogFile): number => (kind in rank ? rank[kind as keyof typeof rank] : -1);
  return [...groups.values()]
    .filter(({ file, metas }) => file.kind !== "multi-part-checkpoint" || metas.length === file.parts)
    .toSorted((a, b) => b.file.version - a.file.version || rankOf(b.file) - rankOf(a.file))
    .map(({ file, metas }) => ({ version: file.version, files: metas }));
}

function checkContiguous(location: TableLocation, commits: readonly CommitRef[], first: number): readonly CommitRef[] {
  for (const [index, commit] of commits.entries()) {
    if (commit.version !== first + index) throw gap(location, first + index, commit.version);
  }
  return commits;
}

function gap(location: TableLocation, missing: number, found: number): BoathouseError {
  return new BoathouseError(
    "DELTA_VERSIONS_NOT_CONTIGUOUS",
    `The versions of ${describe(location)} are not contiguous: ${commitName(missing)} is missing before version ${found}.`,
    { hint: "Restore the missing commit, or recreate the table: a table with a gap cannot be read safely." },
  );
}

function versionNotFound(location: TableLocation, wanted: number, newest: number): BoathouseError {
  return new BoathouseError(
    "DELTA_VERSION_NOT_FOUND",
    `${describe(location)} has no version ${wanted}: its newest version is ${newest}.`,
    { hint: "DESCRIBE HISTORY lists the versions.", sqlState: "22003", details: { wanted, newest } },
  );
}

function notRecreatable(location: TableLocation, version: number, first: number | undefined): BoathouseError {
  const known = first === undefined ? "no commit is left" : `the oldest commit left is ${first}`;
  return new BoathouseError(
    "DELTA_VERSION_NOT_RECREATABLE",
    `Version ${version} of ${describe(location)} cannot be rebuilt: ${known} and no checkpoint stands before it.`,
    { hint: "Its log was cleaned up. Read a later version; DESCRIBE HISTORY lists what is left." },
  );
}
