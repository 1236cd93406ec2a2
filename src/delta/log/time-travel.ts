import { BoathouseError } from "../../core/errors.ts";
import { parseCommit } from "./commit-file.ts";
import { commitName } from "./log-files.ts";
import { allCommits, describe, logKey, type CommitRef, type TableLocation } from "./log-segment.ts";
import { inParallel, readObject } from "./objects.ts";

export interface CommitTime {
  readonly version: number;
  /** Milliseconds since the epoch; each later than the one before. */
  readonly timestamp: number;
}

/**
 * The version that was the newest at a time. Commits are dated by their files' times of modification, each made later
 * than the one before where a clock ran backwards, as Delta Lake does.
 *
 * Throws `DELTA_TIMESTAMP_EARLIER_THAN_COMMIT_RETENTION` and `DELTA_TIMESTAMP_GREATER_THAN_COMMIT`.
 */
export async function versionAt(location: TableLocation, timestamp: number): Promise<number> {
  const times = await commitTimes(location);
  const first = times[0];
  const last = times.at(-1);
  if (first === undefined || last === undefined) {
    throw new BoathouseError("DELTA_TABLE_NOT_FOUND", `${describe(location)} is not a Delta table.`, {
      sqlState: "42P01",
    });
  }
  if (timestamp < first.timestamp) {
    throw new BoathouseError(
      "DELTA_TIMESTAMP_EARLIER_THAN_COMMIT_RETENTION",
      `${iso(timestamp)} is before the earliest version of ${describe(location)} that is left, ${first.version} of ${iso(first.timestamp)}.`,
      { sqlState: "42816", hint: "Use a later timestamp; DESCRIBE HISTORY lists the versions." },
    );
  }
  if (timestamp > last.timestamp) {
    throw new BoathouseError(
      "DELTA_TIMESTAMP_GREATER_THAN_COMMIT",
      `${iso(timestamp)} is after the newest version of ${describe(location)}, ${last.version} of ${iso(last.timestamp)}.`,
      { sqlState: "42816", hint: "Leave the timestamp out to read the newest version." },
    );
  }
  return times.findLast((each) => each.timestamp <= timestamp)?.version ?? first.version;
}

/** All commits that are left, ascending, with in-commit timestamps where the table has them. */
export async function commitTimes(location: TableLocation): Promise<CommitTime[]> {
  const commits = await allCommits(location);
  const inCommit = await inCommitTimes(location, commits);
  let previous = Number.NEGATIVE_INFINITY;
  return commits.map(({ version, meta }) => {
    const time = inCommit.get(version) ?? Math.floor(meta.lastModified);
    previous = Math.max(time, previous + 1);
    return { version, timestamp: previous };
  });
}

/** The newest commit tells whether the table has in-commit timestamps at all. */
async function inCommitTimes(location: TableLocation, commits: readonly CommitRef[]): Promise<Map<number, number>> {
  const newest = commits.at(-1);
  if (newest === undefined || (await inCommitTime(location, newest)) === undefined) return new Map();
  const times = await inParallel(commits, 32, (commit) => inCommitTime(location, commit));
  return new Map(
    commits.flatMap(({ version }, index) => {
      const time = times[index];
      return time === undefined ? [] : [[version, time]];
    }),
  );
}

/** The time that a version's commit itself says; undefined where it says none or is no longer there. */
export async function inCommitTimeOf(location: TableLocation, version: number): Promise<number | undefined> {
  const meta = await location.store.head(logKey(location, commitName(version)));
  return meta === undefined ? undefined : inCommitTime(location, { version, meta });
}

async function inCommitTime(location: TableLocation, { meta }: CommitRef): Promise<number | undefined> {
  const [first] = parseCommit(await readObject(location.store, meta.key), meta.key);
  const time = first?.commitInfo?.["inCommitTimestamp"];
  return typeof time === "number" ? time : undefined;
}

function iso(timestamp: number): string {
  return new Date(timestamp).toISOString();
}
