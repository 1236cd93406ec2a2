import { struct } from "../../core/data-type.ts";
import { unreachable } from "../../core/errors.ts";
import type { Scan } from "../../sql/bound.ts";
import type { Relation } from "../../sql/resolver.ts";
import { allOf, type Predicate } from "../../delta/scan/predicate.ts";
import { duckDbType } from "../../sql/types/duckdb-type.ts";
import { quoteIdentifier, quoteString } from "../../sql/quote.ts";
import { changesSql } from "./change-stream.ts";
import { deltaPredicate } from "../../delta/scan/bound-predicate.ts";
import { streamSql } from "./delta-stream.ts";
import type { StatementResolver } from "./resolver.ts";
import { sharedFolders } from "./shared-folders.ts";
import type { DeltaSource, RowsSource } from "./source.ts";
import type { StatementCall } from "./statement-call.ts";

/** How many files a statement reads, and how many it need not. */
export interface ScanMetrics {
  readonly files: number;
  readonly skipped: number;
}

export interface PlannedScans {
  /** What stands in FROM, by the scan's id. */
  readonly sql: ReadonlyMap<number, string>;
  /** Folders that must be reachable besides the lakehouse's own. */
  readonly folders: readonly string[];
  readonly metrics: ScanMetrics;
}

/** Plans what each scan of a statement reads; `given` are scans that the caller has planned itself. */
export async function planScans(
  scans: readonly Scan[],
  resolver: StatementResolver,
  call: StatementCall,
  given: ReadonlyMap<number, string> = new Map(),
): Promise<PlannedScans> {
  const sql = new Map<number, string>();
  const folders = new Set<string>();
  let [files, skipped] = [0, 0];
  for (const [index, scan] of scans.entries()) {
    const source = resolver.sourceOf(scan.relation) ?? unreachable("A scan has no source.");
    const own = given.get(scan.id);
    if (own !== undefined) {
      sql.set(scan.id, own);
      if (source.kind === "delta") for (const folder of await foldersOf(source, call)) folders.add(folder);
      continue;
    }
    const streamId = streamIdOf(scans, index);
    switch (source.kind) {
      case "delta": {
        const planned = scan.stream
          ? await streamSql(source, streamId, call)
          : await deltaSql(source, scan, call.signal);
        for (const folder of await foldersOf(source, call)) folders.add(folder);
        sql.set(scan.id, planned.sql);
        files += planned.files;
        skipped += planned.skipped;
        break;
      }
      case "changes":
        sql.set(
          scan.id,
          await changesSql(source, scan.stream ? call.options.streamRanges?.get(streamId) : undefined, scan),
        );
        for (const folder of await foldersOf({ ...source, snapshot: source.feed.snapshot }, call)) folders.add(folder);
        break;
      case "files":
        sql.set(scan.id, await source.sql(scan.stream ? call.options.streamRanges?.get(streamId) : undefined));
        for (const folder of source.folders) folders.add(folder);
        break;
      default:
        sql.set(scan.id, rowsSql(source));
    }
  }
  return { sql, folders: [...folders], metrics: { files, skipped } };
}

/** Where the files of a table are. */
async function foldersOf(
  { url, snapshot, table }: Pick<DeltaSource, "url" | "snapshot" | "table">,
  call: StatementCall,
): Promise<readonly string[]> {
  return [call.env.storage.reachableFolder(url), ...(await sharedFolders(snapshot, table, call))];
}

/** A stream's id: its position among the streams of the statement, and its name. Stable as long as the query is. */
export function streamIdOf(scans: readonly Scan[], index: number): string {
  const before = scans.slice(0, index).filter((scan) => scan.stream).length;
  return `${before}:${scans[index]?.relation.name.join(".") ?? ""}`;
}

export interface PlannedScan {
  readonly sql: string;
  readonly files: number;
  readonly skipped: number;
}

/** The predicate for skipping files that a scan's conditions give; undefined when there are none. */
export function scanPredicate(scan: Scan): Predicate | undefined {
  return scan.conjuncts.length === 0 ? undefined : allOf(scan.conjuncts.map(deltaPredicate));
}

async function deltaSql(source: DeltaSource, scan: Scan, signal: AbortSignal | undefined): Promise<PlannedScan> {
  const predicate = scanPredicate(scan);
  const planned = await source.snapshot.scan({
    ...(predicate === undefined ? {} : { predicate }),
    ...(signal === undefined ? {} : { signal }),
  });
  return { sql: planned.sql({ metadata: scan.used.includes("_metadata") }), ...fileCounts(planned, scan.relation) };
}

/**
 * How many files a scan reads and skips, as far as it may be told: which files a condition skips says something of rows
 * that a filter hides and of values that a mask covers, so all files of such a table count as read.
 */
export function fileCounts(
  { files, skippedFiles }: { readonly files: readonly unknown[]; readonly skippedFiles: number },
  relation: Relation,
): ScanMetrics {
  if (isGoverned(relation)) return { files: files.length + skippedFiles, skipped: 0 };
  return { files: files.length, skipped: skippedFiles };
}

/** Does a relation have a row filter or masks? */
export function isGoverned({ rowFilter, columnMasks }: Relation): boolean {
  return rowFilter !== undefined || columnMasks !== undefined;
}

/** Rows at hand, as JSON that DuckDB types. */
function rowsSql(source: RowsSource): string {
  const { fields } = source.schema;
  if (source.rows.length === 0) {
    const nulls = fields.map((each) => `CAST(NULL AS ${duckDbType(each.type)}) AS ${quoteIdentifier(each.name)}`);
    return `(SELECT ${nulls.join(", ")} WHERE false)`;
  }
  // Instants come as microseconds.
  const shape = struct(
    fields.map((each) =>
      each.type.kind === "timestamp" && hasMicros(source, each.name)
        ? { ...each, type: { kind: "long" as const } }
        : each,
    ),
  );
  const json = JSON.stringify(source.rows, (_, value: unknown) => (typeof value === "bigint" ? Number(value) : value));
  const columns = fields.map((each, index) => {
    const isMicros = shape.fields[index]?.type !== each.type;
    const value = `r.${quoteIdentifier(each.name)}`;
    return `${isMicros ? `make_timestamptz(${value})` : value} AS ${quoteIdentifier(each.name)}`;
  });
  const type = JSON.stringify([Object.fromEntries(shape.fields.map((each) => [each.name, duckDbType(each.type)]))]);
  return `(SELECT ${columns.join(", ")} FROM (SELECT unnest(from_json(${quoteString(json)}, ${quoteString(type)})) AS r))`;
}

function hasMicros(source: RowsSource, name: string): boolean {
  const [first] = source.rows;
  return typeof first === "object" && first !== null && typeof Reflect.get(first, name) === "bigint";
}
