import { BoathouseError } from "../../core/errors.ts";
import { describe, type TableLocation } from "../log/log-segment.ts";
import { commitTimes, type CommitTime } from "../log/time-travel.ts";

/** One end of a range of changes. Timestamps are milliseconds since the epoch. */
export type ChangeBound = { readonly version: number } | { readonly timestamp: number };

export interface ChangeBounds {
  readonly start: ChangeBound;
  /** The newest version when it is not given. */
  readonly end?: ChangeBound;
  /** Timestamps and versions after the newest commit give no rows, in place of an error. */
  readonly allowOutOfRange?: boolean;
}

/** The versions of a range, both inclusive, with the times of their commits. Empty: no version lies in it. */
export interface ChangeRange {
  readonly first: number;
  readonly last: number;
  /** By version. */
  readonly timestamps: ReadonlyMap<number, number>;
}

/**
 * The versions that a range of changes means, by the rules of Delta Lake: it begins with the first version at or after a
 * timestamp and ends with the last one at or before; an end after the newest version is the newest. Undefined when no
 * commit lies between two timestamps, or when what is out of range is allowed. Versions after `upToVersion` are not there.
 *
 * Throws `DELTA_CDC_START_VERSION_AFTER_LATEST`, `DELTA_INVALID_CDC_RANGE`, `DELTA_VERSION_INVALID`,
 * `DELTA_TIMESTAMP_GREATER_THAN_COMMIT`, `DELTA_TIMESTAMP_EARLIER_THAN_COMMIT_RETENTION`, `DELTA_VERSION_NOT_FOUND`.
 */
export async function changeRange(
  location: TableLocation,
  bounds: ChangeBounds,
  upToVersion = Number.POSITIVE_INFINITY,
): Promise<ChangeRange | undefined> {
  const times = (await commitTimes(location)).filter(({ version }) => version <= upToVersion);
  const newest = times.at(-1);
  const oldest = times[0];
  if (newest === undefined || oldest === undefined) {
    throw new BoathouseError("DELTA_TABLE_NOT_FOUND", `${describe(location)} is not a Delta table.`, {
      sqlState: "42P01",
    });
  }
  const { start, end, allowOutOfRange = false } = bounds;
  const first = "version" in start ? checkedVersion(start.version) : firstAfter(times, start.timestamp);
  if (first > newest.version) {
    if (allowOutOfRange) return undefined;
    throw "version" in start ? startTooLate(first, newest.version) : timestampTooLate(start.timestamp, newest);
  }
  const last = end === undefined ? newest.version : lastVersion(times, end, allowOutOfRange);
  if (end !== undefined && "timestamp" in start && "timestamp" in end) {
    if (start.timestamp > end.timestamp) throw invalidRange(first, last);
    if (last === first - 1) return undefined;
  }
  if (last < first) throw invalidRange(first, last);
  if (first < oldest.version) throw notInHistory(location, first, oldest.version);
  const upTo = Math.min(last, newest.version);
  const within = times.filter(({ version }) => version >= first && version <= upTo);
  return {
    first,
    last: upTo,
    timestamps: new Map(within.map(({ version, timestamp }) => [version, timestamp])),
  };
}

function checkedVersion(version: number): number {
  if (Number.isSafeInteger(version) && version >= 0) return version;
  throw new BoathouseError("DELTA_VERSION_INVALID", `The provided version (${version}) is not a valid version.`, {
    sqlState: "42815",
    hint: "Versions are whole numbers from 0; DESCRIBE HISTORY lists them.",
  });
}

function firstAfter(times: readonly CommitTime[], timestamp: number): number {
  const found = times.find((each) => each.timestamp >= timestamp);
  return found?.version ?? (times.at(-1)?.version ?? 0) + 1;
}

function lastVersion(times: readonly CommitTime[], end: ChangeBound, allowOutOfRange: boolean): number {
  if ("version" in end) return checkedVersion(end.version);
  const [oldest] = times;
  const newest = times.at(-1);
  if (newest !== undefined && end.timestamp > newest.timestamp && !allowOutOfRange) {
    throw timestampTooLate(end.timestamp, newest);
  }
  const found = times.findLast((each) => each.timestamp <= end.timestamp);
  if (found !== undefined) return found.version;
  throw new BoathouseError(
    "DELTA_TIMESTAMP_EARLIER_THAN_COMMIT_RETENTION",
    `The provided timestamp (${iso(end.timestamp)}) is before the earliest version available to this table (${iso(oldest?.timestamp ?? 0)}).`,
    { sqlState: "42816", hint: "Use a later timestamp; DESCRIBE HISTORY lists the versions." },
  );
}

function startTooLate(start: number, latest: number): BoathouseError {
  return new BoathouseError(
    "DELTA_CDC_START_VERSION_AFTER_LATEST",
    `Start version ${start} for change data feed exceeds the latest table version ${latest}.`,
    { sqlState: "22003", hint: OUT_OF_RANGE },
  );
}

function timestampTooLate(timestamp: number, newest: CommitTime): BoathouseError {
  return new BoathouseError(
    "DELTA_TIMESTAMP_GREATER_THAN_COMMIT",
    `Timestamp ${iso(timestamp)} is after the table's latest version (${iso(newest.timestamp)}).`,
    { sqlState: "42816", hint: OUT_OF_RANGE },
  );
}

const OUT_OF_RANGE =
  "DESCRIBE HISTORY lists the versions. To get no rows in place of this error, " +
  "SET spark.databricks.delta.changeDataFeed.timestampOutOfRange.enabled = true.";

function invalidRange(start: number, end: number): BoathouseError {
  return new BoathouseError(
    "DELTA_INVALID_CDC_RANGE",
    `CDC range from start ${start} to end ${end} was invalid. End cannot be before start.`,
    { sqlState: "22003" },
  );
}

function notInHistory(location: TableLocation, version: number, oldest: number): BoathouseError {
  return new BoathouseError(
    "DELTA_VERSION_NOT_FOUND",
    `The commit of version ${version} of ${describe(location)} is no longer there: the oldest is that of version ${oldest}.`,
    { sqlState: "22003", hint: "Its log was cleaned up (delta.logRetentionDuration). Begin at a later version." },
  );
}

function iso(timestamp: number): string {
  return new Date(timestamp).toISOString();
}
