import { simpleString } from "../../core/data-type.ts";
import { BoathouseError } from "../../core/errors.ts";
import type { Action, AddAction, DeletionVectorDescriptor, RemoveAction } from "../actions.ts";
import { hasChangeFeed } from "./change-columns.ts";
import { changeRange, type ChangeBounds, type ChangeRange } from "./change-range.ts";
import { isReadCompatible } from "./change-schema.ts";
import { mappingMode } from "../schema/column-mapping.ts";
import { parseCommit } from "../log/commit-file.ts";
import { commitsAfter, describe } from "../log/log-segment.ts";
import { inParallel, readObject } from "../log/objects.ts";
import { canonicalKey } from "../log/replay.ts";
import type { Snapshot } from "../snapshot.ts";
import type { DeltaTable } from "../table.ts";

/** The rows of a file that a commit changed. */
export interface ChangedFile {
  readonly version: number;
  /** Of the commit; milliseconds since the epoch. */
  readonly timestamp: number;
  /** `recorded`: a change data file, whose rows say themselves what became of them. */
  readonly change: "recorded" | "insert" | "delete";
  readonly file: AddAction;
  /** Not the whole file but the rows of one deletion vector that another one does not have. */
  readonly only?: { readonly of: DeletionVectorDescriptor; readonly less: DeletionVectorDescriptor | undefined };
}

/** What changed between two versions, as a value: the log has been read, no data yet. */
export interface ChangePlan {
  /** Whose columns the rows have. */
  readonly snapshot: Snapshot;
  readonly files: readonly ChangedFile[];
}

/** The change data feed of a range of versions, without having looked at its commits. */
export interface ChangeFeed {
  /** Whose columns the rows have. */
  readonly snapshot: Snapshot;
  /** Undefined when no commit lies in the range. */
  readonly range: ChangeRange | undefined;
}

/**
 * The changes of a table between two versions or times. The rows have the columns of the newest version; those of the
 * last version of the range where the table has column mapping in it. Throws what `changeRange` throws.
 */
export async function openChangeFeed(
  table: DeltaTable,
  bounds: ChangeBounds,
  newestVersion?: Snapshot,
): Promise<ChangeFeed> {
  const newest = newestVersion ?? (await table.snapshot());
  const range = await changeRange(table.location, bounds, newest.version);
  if (range === undefined) return { snapshot: newest, range };
  const [first, last] = [await table.snapshot({ version: range.first }), await table.snapshot({ version: range.last })];
  const mapped = [first, last, newest].some(({ metadata }) => mappingMode(metadata) !== "none");
  return { snapshot: mapped ? last : newest, range };
}

/**
 * Reads the commits of a feed. Throws `DELTA_MISSING_CHANGE_DATA` when the feed was not enabled in all of its versions, and
 * `DELTA_CHANGE_DATA_FEED_INCOMPATIBLE_SCHEMA_CHANGE` (or `…_DATA_SCHEMA`) when rows of one cannot be read as those of another.
 */
export async function planChanges(table: DeltaTable, { snapshot, range }: ChangeFeed): Promise<ChangePlan> {
  if (range === undefined) return { snapshot, files: [] };
  const first = await table.snapshot({ version: range.first });
  return { snapshot, files: await changesIn(range, first, snapshot) };
}

/** Commits are read this many at a time: each holds its text. */
const READ_WIDTH = 256;

async function changesIn(range: ChangeRange, first: Snapshot, read: Snapshot): Promise<ChangedFile[]> {
  const { location } = read;
  if (!hasChangeFeed(first.metadata)) throw notRecorded(range, range.first);
  const commits = (await commitsAfter(location, range.first - 1)).filter(({ version }) => version <= range.last);
  const files: ChangedFile[] = [];
  for (let start = 0; start < commits.length; start += READ_WIDTH) {
    const some = commits.slice(start, start + READ_WIDTH);
    const texts = await inParallel(some, 32, ({ meta }) => readObject(location.store, meta.key));
    for (const [index, { version, meta }] of some.entries()) {
      const actions = parseCommit(texts[index] ?? "", meta.key);
      checkMetadata(actions, version, range, read);
      files.push(...changesOf(actions, { version, timestamp: range.timestamps.get(version) ?? meta.lastModified }));
    }
  }
  const start = { version: range.first, metadata: first.metadata };
  if (!isReadCompatible(read, start)) throw incompatible(range, range.first, read, "data schema");
  return files;
}

function checkMetadata(actions: readonly Action[], version: number, range: ChangeRange, read: Snapshot): void {
  for (const { metaData } of actions) {
    if (metaData === undefined) continue;
    if (!hasChangeFeed(metaData)) throw notRecorded(range, version);
    // The first version's own change is no change within the range.
    if (version > range.first && !isReadCompatible(read, { version, metadata: metaData })) {
      throw incompatible(range, version, read, "schema change");
    }
  }
}

/**
 * What the actions of one commit changed (PROTOCOL.md, "Add CDC File"): its change data files where it has some, else the
 * rows of files that it added or removed, of one whose deletion vector changed those by which the vectors differ.
 */
export function changesOf(
  actions: readonly Action[],
  at: { readonly version: number; readonly timestamp: number },
): ChangedFile[] {
  const recorded = actions.flatMap(({ cdc }) => (cdc === undefined ? [] : [cdc]));
  if (recorded.length > 0) {
    return recorded.map((cdc) => ({ ...at, change: "recorded", file: { ...cdc, modificationTime: at.timestamp } }));
  }
  if (isEmptyMerge(actions)) return [];
  const removed = new Map(
    actions.flatMap(({ remove }) => (remove?.dataChange === true ? [[pathKey(remove), remove] as const] : [])),
  );
  const added = new Map(actions.flatMap(({ add }) => (add?.dataChange === true ? [[pathKey(add), add] as const] : [])));
  const files: ChangedFile[] = [];
  for (const [path, add] of added) {
    const remove = removed.get(path);
    if (remove === undefined) files.push({ ...at, change: "insert", file: add });
    else files.push(...vectorChanges(add, remove, at));
  }
  for (const [path, remove] of removed) {
    if (!added.has(path)) files.push({ ...at, change: "delete", file: removedFile(remove, at.timestamp) });
  }
  return files;
}

/** A file that stays with another deletion vector: rows of the new one alone went, those of the old one alone came back. */
function vectorChanges(
  add: AddAction,
  remove: RemoveAction,
  at: { readonly version: number; readonly timestamp: number },
): ChangedFile[] {
  const { deletionVector: now, ...file } = add;
  const { deletionVector: before } = remove;
  return [
    ...(now === undefined ? [] : [{ ...at, change: "delete", file, only: { of: now, less: before } } as const]),
    ...(before === undefined ? [] : [{ ...at, change: "insert", file, only: { of: before, less: now } } as const]),
  ];
}

function pathKey({ path }: { readonly path: string }): string {
  return canonicalKey({ path });
}

function removedFile(remove: RemoveAction, timestamp: number): AddAction {
  const { path, partitionValues, size = 0, deletionVector } = remove;
  if (partitionValues === undefined) {
    throw new BoathouseError(
      "DELTA_REMOVE_FILE_CDC_MISSING_EXTENDED_METADATA",
      `RemoveFile created without extended metadata is ineligible for CDC: ${path}`,
      { sqlState: "XXKDS", hint: "The commit was written by an old engine. Begin at a later version." },
    );
  }
  return {
    path,
    partitionValues,
    size,
    modificationTime: timestamp,
    dataChange: true,
    ...(deletionVector === undefined ? {} : { deletionVector }),
  };
}

/** A MERGE that rewrote files and changed nothing, as its own figures say. */
function isEmptyMerge(actions: readonly Action[]): boolean {
  const info = actions.find(({ commitInfo }) => commitInfo !== undefined)?.commitInfo;
  const metrics = info?.["operationMetrics"];
  if (info?.["operation"] !== "MERGE" || typeof metrics !== "object" || metrics === null) return false;
  return ["numTargetRowsInserted", "numTargetRowsUpdated", "numTargetRowsDeleted"].every(
    (name) => Reflect.get(metrics, name) === "0",
  );
}

function notRecorded(range: ChangeRange, version: number): BoathouseError {
  return new BoathouseError(
    "DELTA_MISSING_CHANGE_DATA",
    `Error getting change data for range [${range.first}, ${range.last}] as change data was not recorded for version [${version}].`,
    {
      sqlState: "KD002",
      details: { version },
      hint:
        "If the change data feed is enabled on this table, DESCRIBE HISTORY shows since when. To start recording: " +
        "ALTER TABLE … SET TBLPROPERTIES (delta.enableChangeDataFeed = true).",
    },
  );
}

function incompatible(
  range: ChangeRange,
  version: number,
  read: Snapshot,
  what: "schema change" | "data schema",
): BoathouseError {
  const { first, last } = range;
  const isChange = what === "schema change";
  return new BoathouseError(
    isChange ? "DELTA_CHANGE_DATA_FEED_INCOMPATIBLE_SCHEMA_CHANGE" : "DELTA_CHANGE_DATA_FEED_INCOMPATIBLE_DATA_SCHEMA",
    `Retrieving table changes of ${describe(read.location)} between version ${first} and ${last} failed because of an incompatible ${what}. ` +
      `The read schema is ${simpleString(read.schema)} at version ${read.version}, but an incompatible ${what} was found at version ${version}.`,
    {
      sqlState: "0AKDC",
      details: { version, readVersion: read.version },
      hint: isChange
        ? `Query the changes separately: from version ${first} to ${version - 1}, and from version ${version} to ${last}.`
        : "The columns were changed since. Rows of that version cannot be read with those of today.",
    },
  );
}
