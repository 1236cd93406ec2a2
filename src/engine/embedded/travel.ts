import type { VersionSpec } from "../../delta/table.ts";
import type { TimeTravel } from "../../sql/value.ts";

/** Tells apart the versions of a table that a statement reads. */
export function travelKey(travel: TimeTravel | undefined): string {
  if (travel === undefined) return "";
  return travel.kind === "version" ? `v${travel.version}` : `t${travel.timestamp}`;
}

export function versionSpec(travel: TimeTravel | undefined): VersionSpec {
  if (travel === undefined) return {};
  return travel.kind === "version"
    ? { version: Number(travel.version) }
    : { timestamp: Number(travel.timestamp / 1000n) };
}
