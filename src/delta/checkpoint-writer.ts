import { createReadStream } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { isBoathouseError } from "../core/errors.ts";
import { quoteString } from "../sql/quote.ts";
import type { Action } from "./actions.ts";
import { REMOVE_TYPE, STATE_COLUMNS } from "./checkpoint-reader.ts";
import type { DeltaContext } from "./context.ts";
import { checkpointName } from "./log-files.ts";
import { logKey, type TableLocation } from "./log-segment.ts";
import { flagProperty } from "./properties.ts";
import type { TableState } from "./table-state.ts";
import { retentionCutoff, tombstonesSince } from "./tombstones.ts";

export interface WrittenCheckpoint {
  readonly version: number;
  /** Actions in it. */
  readonly size: number;
  readonly sizeInBytes: number;
  readonly numOfAddFiles: number;
}

/**
 * Writes a V1 checkpoint of a version and points `_last_checkpoint` at it (PROTOCOL.md, "Checkpoints"). Whoever reads
 * sees it whole or not at all. Undefined when another writer was faster, or the table wants V2 checkpoints.
 */
export async function writeCheckpoint(
  context: DeltaContext,
  location: TableLocation,
  state: TableState,
): Promise<WrittenCheckpoint | undefined> {
  if (state.metadata.configuration["delta.checkpointPolicy"]?.toLowerCase() === "v2") return undefined;
  const list = await state.files();
  const folder = await mkdtemp(join(tmpdir(), "boathouse-checkpoint-"));
  try {
    const path = join(folder, "checkpoint.parquet");
    const adds = `SELECT ${addStruct(state, list.partitions.size > 0)} AS "add" FROM ${list.rowsAt(state.version)}`;
    const parts = [...stateRows(state), adds, ...(await tombstones(context, location, state))];
    const select = parts.map((part) => `(${part})`).join(" UNION ALL BY NAME ");
    const [file] = await context.connection.copyToParquet({ select, path, compression: "zstd" });
    const [count] = await context.connection.rows(
      `SELECT count(*)::INTEGER AS files FROM ${list.rowsAt(state.version)}`,
    );
    const written = {
      version: state.version,
      size: file?.rowCount ?? 0,
      sizeInBytes: file?.bytes ?? 0,
      numOfAddFiles: Number(count?.["files"] ?? 0),
    };
    await location.store.write(logKey(location, checkpointName(state.version)), createReadStream(path), {
      ifNoneMatch: "*",
    });
    await location.store.write(logKey(location, "_last_checkpoint"), Buffer.from(JSON.stringify(written)));
    return written;
  } catch (error) {
    if (isBoathouseError(error, "OBJECT_EXISTS")) return undefined;
    throw error;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

function addStruct(state: TableState, partitioned: boolean): string {
  const { metadata } = state;
  const asJson = flagProperty(metadata, "delta.checkpoint.writeStatsAsJson", "true");
  const asStruct = flagProperty(metadata, "delta.checkpoint.writeStatsAsStruct");
  const fields = [
    "path: path",
    '"partitionValues": partition_values',
    "size: size",
    '"modificationTime": modification_time',
    '"dataChange": false',
    "tags: tags",
    '"deletionVector": dv',
    '"baseRowId": base_row_id',
    '"defaultRowCommitVersion": default_row_commit_version',
    '"clusteringProvider": clustering_provider',
    ...(asJson ? ["stats: coalesce(stats, to_json(stat)::VARCHAR)"] : []),
    ...(asStruct ? ["stats_parsed: stat"] : []),
    ...(asStruct && partitioned ? ['"partitionValues_parsed": part'] : []),
  ];
  return `{${fields.join(", ")}}`;
}

/** Everything that is not a file, one SELECT an action. */
function stateRows(state: TableState): string[] {
  const actions: Action[] = [
    { protocol: state.protocol },
    { metaData: state.metadata },
    ...[...state.transactions.values()].map((txn) => ({ txn })),
    ...[...state.domains.values()].map((domainMetadata) => ({ domainMetadata })),
  ];
  const kinds = ["protocol", "metaData", "txn", "domainMetadata"] as const;
  return kinds.map((kind) => {
    const rows = actions.flatMap((action) => (action[kind] === undefined ? [] : [action[kind]]));
    // A column that no row fills must be there all the same, with its type.
    return `SELECT ${rowsFromJson(JSON.stringify(rows), STATE_COLUMNS[kind] ?? "JSON")} AS "${kind}"`;
  });
}

/** Files removed within the retention period: from the checkpoint before, and from the commits since. */
async function tombstones(context: DeltaContext, location: TableLocation, state: TableState): Promise<string[]> {
  const { actions, select } = await tombstonesSince(context, location, state, retentionCutoff(context, state));
  const rows = JSON.stringify(actions.map((remove) => ({ ...remove, stats: undefined })));
  return [`SELECT ${rowsFromJson(rows, REMOVE_TYPE)} AS remove`, ...(select === undefined ? [] : [select])];
}

/** The items of a JSON array as rows of a type; what an item lacks is null. */
function rowsFromJson(text: string, type: string): string {
  return `unnest(from_json(${quoteString(text)}, ${quoteString(JSON.stringify([type]))}))`;
}
