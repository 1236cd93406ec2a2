import { BoathouseError, unreachable } from "../../core/errors.ts";
import { planChanges, type ChangeFeed } from "../../delta/changes/change-feed.ts";
import { changeFeedSql, insertedSql } from "../../delta/changes/change-feed-sql.ts";
import { changeRange } from "../../delta/changes/change-range.ts";
import type { Scan } from "../../sql/bound.ts";
import type { StreamOffset, StreamRange, StreamSource } from "../session.ts";
import type { ChangesSource } from "./source.ts";

/**
 * How far a stream of changes has come: those up to `version`. It began with all rows of version `from` as inserts, or
 * (`rows` false) with the changes of that version. `table` is the table's own id.
 */
interface ChangeOffset {
  readonly table: string;
  readonly rows: boolean;
  readonly from: number;
  readonly version: number;
}

/** Commits of one micro-batch. The changes of one commit are never torn apart. */
const MOST_COMMITS = 1000;

/** The stream of a table's changes: `STREAM t WITH (readChangeFeed = true)`. */
export function changeStream(id: string, source: ChangesSource): StreamSource {
  const { snapshot } = source.feed;
  const name = source.table?.name ?? source.url;
  return {
    id,
    description: `changes of ${name}`,
    async next(start) {
      const table = snapshot.metadata.id;
      const newest = snapshot.version;
      if (start === undefined) {
        if (source.start === undefined) return offset({ table, rows: true, from: newest, version: newest });
        const range = await changeRange(source.delta.location, { start: source.start, allowOutOfRange: true });
        if (range === undefined) return undefined;
        const version = Math.min(newest, range.first + MOST_COMMITS - 1);
        return offset({ table, rows: false, from: range.first, version });
      }
      const before = readOffset(start, source);
      if (before.version >= newest) return undefined;
      return offset({ ...before, version: Math.min(newest, before.version + MOST_COMMITS) });
    },
  };
}

/** DuckDB SQL of the changes that a batch, or a micro-batch of a stream, reads. A stream without a range has no rows. */
export async function changesSql(source: ChangesSource, range: StreamRange | undefined, scan: Scan): Promise<string> {
  const { delta, feed } = source;
  const changes = async (of: ChangeFeed): Promise<string> => changeFeedSql(await planChanges(delta, of));
  if (!scan.stream || range === undefined) return changes(feed);
  const { snapshot } = feed;
  const end = readOffset(range.end, source);
  const after = range.start === undefined ? undefined : readOffset(range.start, source).version;
  const between = async (first: number, last: number): Promise<string> => {
    if (first > last) return changes({ snapshot, range: undefined });
    const bounds = { start: { version: first }, end: { version: last } };
    return changes({ snapshot, range: await changeRange(delta.location, bounds) });
  };
  if (after !== undefined) return between(after + 1, end.version);
  if (!end.rows) return between(end.from, end.version);
  const rows = await insertedSql(await delta.snapshot({ version: end.from }), snapshot);
  if (end.version === end.from) return rows;
  return `(SELECT * FROM ${rows} UNION ALL SELECT * FROM ${await between(end.from + 1, end.version)})`;
}

function offset(value: ChangeOffset): StreamOffset {
  return { ...value };
}

function readOffset(value: StreamOffset, source: ChangesSource): ChangeOffset {
  const { table, rows, from, version } = value;
  if (
    typeof table !== "string" ||
    typeof rows !== "boolean" ||
    typeof from !== "number" ||
    typeof version !== "number"
  ) {
    return unreachable("An offset of a stream of changes has another shape.", { value });
  }
  const { snapshot } = source.feed;
  if (table === snapshot.metadata.id && version <= snapshot.version) return { table, rows, from, version };
  throw new BoathouseError(
    "DIFFERENT_DELTA_TABLE_READ_BY_STREAMING_SOURCE",
    `${source.table?.name ?? source.url} is not the table any more that the stream began with: it was dropped and made anew.`,
    { hint: "Refresh the dataset fully." },
  );
}
