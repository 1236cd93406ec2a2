import { feedSchema } from "../changes/change-columns.ts";
import { openChangeFeed, planChanges } from "../changes/change-feed.ts";
import { changeFeedSql } from "../changes/change-feed-sql.ts";
import type { ChangeBound } from "../changes/change-range.ts";
import type { DeltaTable as StoredTable } from "../table.ts";
import { RowScan, type ScanRequest } from "./row-scan.ts";
import type { Runtime } from "./runtime.ts";
import { timeOf } from "./table-version.ts";

/** Versions by number, times by a date or its text in ISO 8601. */
export type ChangePoint = number | Date | string;

export interface ChangeRequest extends ScanRequest {
  readonly from: ChangePoint;
  /** Included. The newest version by default. */
  readonly to?: ChangePoint;
}

/** The rows of the change data feed, with `_change_type`, `_commit_version` and `_commit_timestamp`. */
export function changeScan(runtime: Runtime, table: StoredTable, { from, to, ...request }: ChangeRequest): RowScan {
  const bounds = { start: boundOf(from), ...(to === undefined ? {} : { end: boundOf(to) }) };
  return new RowScan(
    runtime,
    async () => {
      const feed = await openChangeFeed(table, bounds);
      return {
        version: feed.range?.last ?? feed.snapshot.version,
        schema: feedSchema(feed.snapshot.schema),
        from: async () => changeFeedSql(await planChanges(table, feed)),
      };
    },
    request,
  );
}

function boundOf(point: ChangePoint): ChangeBound {
  return typeof point === "number" ? { version: point } : { timestamp: timeOf(point) };
}
