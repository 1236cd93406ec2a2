import { BoathouseError } from "../../core/errors.ts";
import type { VersionSpec } from "../table.ts";

/** A version, or the one that was the newest at a time. */
export interface TableVersion {
  readonly version?: number;
  /** A date, or its text in ISO 8601. */
  readonly timestamp?: Date | string;
}

export function versionSpec({ version, timestamp }: TableVersion): VersionSpec {
  if (timestamp === undefined) return version === undefined ? {} : { version };
  return { timestamp: timeOf(timestamp), ...(version === undefined ? {} : { version }) };
}

/** Milliseconds since the epoch. Throws `DELTA_TIMESTAMP_INVALID`. */
export function timeOf(timestamp: Date | string): number {
  const time = new Date(timestamp).getTime();
  if (!Number.isNaN(time)) return time;
  throw new BoathouseError("DELTA_TIMESTAMP_INVALID", `"${String(timestamp)}" is no timestamp.`, {
    sqlState: "42816",
    hint: 'Give a Date, or a text such as "2026-01-31T12:00:00Z".',
  });
}
