import { BoathouseError } from "../../core/errors.ts";
import type { AddAction } from "../actions.ts";
import { parseCommit } from "../log/commit-file.ts";
import { commitsAfter, describe } from "../log/log-segment.ts";
import { readObject } from "../log/objects.ts";
import { trackingColumns } from "../write/row-tracking.ts";
import { scanOfFiles } from "../scan/scan.ts";
import { scanSql, type ScanFile } from "../scan/scan-sql.ts";
import type { Snapshot } from "../snapshot.ts";

export interface AddedRange {
  /** The version whose rows are known already. */
  readonly after: number;
  /** The last version to read. */
  readonly upTo: number;
  /** Leaves out commits that changed or deleted rows, in place of refusing them. */
  readonly skipChangeCommits: boolean;
}

/**
 * The files that commits of a range added, for a stream that reads a table. Commits that only rearranged data
 * (`dataChange` false) add no rows.
 *
 * Throws `DELTA_SOURCE_TABLE_IGNORE_CHANGES` for a commit that removed or rewrote rows, and
 * `DELTA_SOURCE_SCHEMA_CHANGED` for one that changed the columns.
 */
export async function addedFiles(snapshot: Snapshot, range: AddedRange): Promise<readonly ScanFile[]> {
  const { location } = snapshot;
  const found: AddAction[] = [];
  for (const commit of await commitsAfter(location, range.after)) {
    if (commit.version > range.upTo) break;
    const adds: AddAction[] = [];
    let removes = false;
    for (const action of parseCommit(await readObject(location.store, commit.meta.key), commit.meta.key)) {
      if ("add" in action && action.add.dataChange) adds.push(action.add);
      if ("remove" in action && action.remove.dataChange) removes = true;
      if ("metaData" in action && action.metaData.schemaString !== snapshot.metadata.schemaString) {
        throw schemaChanged(snapshot, commit.version);
      }
    }
    if (!removes) found.push(...adds);
    else if (!range.skipChangeCommits) throw notOnlyAppended(snapshot, commit.version);
  }
  return (await scanOfFiles(snapshot, found)).files;
}

/** How many files the commits of a range added or removed, by version, without looking at them: for rate limits. */
export async function countAdded(
  snapshot: Snapshot,
  range: Omit<AddedRange, "skipChangeCommits">,
): Promise<ReadonlyMap<number, number>> {
  const counts = new Map<number, number>();
  for (const commit of await commitsAfter(snapshot.location, range.after)) {
    if (commit.version > range.upTo) break;
    const actions = parseCommit(await readObject(snapshot.location.store, commit.meta.key), commit.meta.key);
    const changes = actions.filter(
      (action) => ("add" in action && action.add.dataChange) || ("remove" in action && action.remove.dataChange),
    );
    counts.set(commit.version, changes.length);
  }
  return counts;
}

/** What stands after FROM for such files. */
export async function addedSql(snapshot: Snapshot, files: readonly ScanFile[], metadata: boolean): Promise<string> {
  const list = await snapshot.fileList();
  return scanSql(files, {
    schema: snapshot.schema,
    mode: snapshot.mappingMode,
    partitions: list.partitions,
    rootUrl: describe(snapshot.location),
    metadata,
    fileColumn: undefined,
    rowColumn: undefined,
    tracking: trackingColumns(snapshot),
  });
}

function notOnlyAppended(snapshot: Snapshot, version: number): BoathouseError {
  return new BoathouseError(
    "DELTA_SOURCE_TABLE_IGNORE_CHANGES",
    `Version ${version} of ${describe(snapshot.location)} changed or deleted rows, which a stream cannot follow.`,
    {
      sqlState: "0A000",
      hint: "Read the table as a batch (without STREAM), or set skipChangeCommits, or refresh the dataset fully.",
    },
  );
}

function schemaChanged(snapshot: Snapshot, version: number): BoathouseError {
  return new BoathouseError(
    "DELTA_SOURCE_SCHEMA_CHANGED",
    `Version ${version} of ${describe(snapshot.location)} has other columns than its newest version.`,
    { hint: "Refresh the dataset fully." },
  );
}
