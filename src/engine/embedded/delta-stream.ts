import { BoathouseError, unreachable } from "../../core/errors.ts";
import { addedFiles, addedSql, countAdded } from "../../delta/changes/added-files.ts";
import type { Snapshot } from "../../delta/snapshot.ts";
import type { StreamOffset, StreamSource } from "../session.ts";
import type { PlannedScan } from "./scans.ts";
import type { DeltaSource } from "./source.ts";
import type { StatementCall } from "./statement-call.ts";

/**
 * How far a stream over a table has come: the rows of version `from`, and those that later commits up to `version` added.
 * `table` is the table's own id, so that one that was dropped and made anew is noticed.
 */
interface TableOffset {
  readonly table: string;
  readonly from: number;
  readonly version: number;
}

/** Files of one micro-batch, if one commit does not hold more. */
const MOST_FILES = 1000;

/** The stream of a table: first everything that is there, then what is appended. */
export function deltaStream(id: string, source: DeltaSource): StreamSource {
  const { snapshot } = source;
  return {
    id,
    description: source.table?.name ?? source.url,
    async next(start) {
      const before = start === undefined ? undefined : readOffset(start, snapshot, source);
      if (before === undefined) {
        return offset({ table: snapshot.metadata.id, from: snapshot.version, version: snapshot.version });
      }
      if (before.version >= snapshot.version) return undefined;
      const counts = await countAdded(snapshot, { after: before.version, upTo: snapshot.version });
      let files = 0;
      let { version } = before;
      for (const [each, count] of counts) {
        if (files > 0 && files + count > MOST_FILES) break;
        files += count;
        version = each;
      }
      // A version without new rows is passed over in silence when nothing else is new.
      return files === 0 && version === snapshot.version ? undefined : offset({ ...before, version });
    },
  };
}

/** DuckDB SQL of what a micro-batch reads. Without a range (to find out the schema) there are no rows. */
export async function streamSql(source: DeltaSource, id: string, call: StatementCall): Promise<PlannedScan> {
  const { snapshot } = source;
  const range = call.options.streamRanges?.get(id);
  if (range === undefined) return { sql: await addedSql(snapshot, [], true), files: 0, skipped: 0 };
  const end = readOffset(range.end, snapshot, source);
  const start = range.start === undefined ? undefined : readOffset(range.start, snapshot, source);
  const upTo = { after: start?.version ?? end.from, upTo: end.version, skipChangeCommits: false };
  const added = await addedFiles(snapshot, upTo);
  const later = await addedSql(snapshot, added, true);
  if (start !== undefined) return { sql: later, files: added.length, skipped: 0 };
  const table = await call.env.tables.at(source.url);
  const first = await (await table.snapshot({ version: end.from })).scan();
  const initial = first.sql({ metadata: true });
  const sql = added.length === 0 ? initial : `(SELECT * FROM ${initial} UNION ALL BY NAME SELECT * FROM ${later})`;
  return { sql, files: first.files.length + added.length, skipped: 0 };
}

function offset(value: TableOffset): StreamOffset {
  return { ...value };
}

function readOffset(value: StreamOffset, snapshot: Snapshot, source: DeltaSource): TableOffset {
  const { table, from, version } = value;
  if (typeof table !== "string" || typeof from !== "number" || typeof version !== "number") {
    return unreachable("An offset of a table's stream has another shape.", { value });
  }
  if (table === snapshot.metadata.id && version <= snapshot.version) return { table, from, version };
  throw new BoathouseError(
    "DIFFERENT_DELTA_TABLE_READ_BY_STREAMING_SOURCE",
    `${source.table?.name ?? source.url} is not the table any more that the stream began with: it was dropped and made anew.`,
    { hint: "Refresh the dataset fully." },
  );
}
