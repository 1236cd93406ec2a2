import { quoteIdentifier, quotePath, quoteString } from "../../sql/quote.ts";
import { corrupted, parseCommit } from "./commit-file.ts";
import type { AddAction, RemoveAction } from "../actions.ts";
import type { DeltaContext } from "../context.ts";
import { localCopy, localObject } from "../scan/data-files.ts";
import { FILE_KEY, keyList, VECTOR_TYPE } from "./file-list.ts";
import { LOG_FOLDER, SIDECAR_FOLDER } from "./log-files.ts";
import type { CheckpointFiles, TableLocation } from "./log-segment.ts";
import { readObject } from "./objects.ts";
import { textIn } from "./row-values.ts";
import { Replay } from "./replay.ts";

/** A checkpoint without its list of files, and where that is. */
export interface CheckpointState {
  /** Protocol, metadata, transactions and domains. */
  readonly state: Replay;
  /** Files that stand in a JSON checkpoint itself. */
  readonly inline: readonly AddAction[];
  /** Tombstones that stand in a JSON checkpoint itself. */
  readonly removed: readonly RemoveAction[];
  /** Paths of sidecars, as the checkpoint has them. */
  readonly sidecars: readonly string[];
  /** Parquet files of this machine with `add` rows. */
  readonly parquet: readonly string[];
}

/**
 * Reads a checkpoint of any kind: V1 single or in parts, V2 as JSON or Parquet with or without sidecars (PROTOCOL.md,
 * "Checkpoints").
 */
export async function readCheckpoint(
  context: DeltaContext,
  location: TableLocation,
  checkpoint: CheckpointFiles,
): Promise<CheckpointState> {
  const [first] = checkpoint.files;
  if (first === undefined) throw corrupted(`checkpoint ${checkpoint.version}`, "there is no file");
  const state = new Replay();
  if (first.key.endsWith(".json")) {
    const actions = parseCommit(await readObject(location.store, first.key), first.key);
    state.apply(actions);
    const sidecars = actions.flatMap((action) => (action.sidecar === undefined ? [] : [action.sidecar.path]));
    return {
      state,
      inline: [...state.added.values()],
      removed: [...state.removed.values()],
      sidecars,
      parquet: await sidecarFiles(location, sidecars),
    };
  }
  const files = await Promise.all(checkpoint.files.map(({ key, etag }) => localObject(location, key, etag)));
  const lines = await stateLines(context, files);
  const actions = parseCommit(lines.join("\n"), first.key);
  state.apply(actions);
  const sidecars = actions.flatMap((action) => (action.sidecar === undefined ? [] : [action.sidecar.path]));
  return { state, inline: [], removed: [], sidecars, parquet: [...files, ...(await sidecarFiles(location, sidecars))] };
}

const TEXT_MAP = "MAP(VARCHAR, VARCHAR)";

/** The columns of a checkpoint that are not files (PROTOCOL.md, "Checkpoint Schema"). */
export const STATE_COLUMNS: Readonly<Record<string, string>> = {
  protocol:
    "STRUCT(minReaderVersion INTEGER, minWriterVersion INTEGER, readerFeatures VARCHAR[], writerFeatures VARCHAR[])",
  metaData:
    `STRUCT(id VARCHAR, name VARCHAR, description VARCHAR, format STRUCT(provider VARCHAR, options ${TEXT_MAP}), ` +
    `schemaString VARCHAR, partitionColumns VARCHAR[], createdTime BIGINT, configuration ${TEXT_MAP})`,
  txn: "STRUCT(appId VARCHAR, version BIGINT, lastUpdated BIGINT)",
  domainMetadata: "STRUCT(domain VARCHAR, configuration VARCHAR, removed BOOLEAN)",
  sidecar: `STRUCT(path VARCHAR, sizeInBytes BIGINT, modificationTime BIGINT, tags ${TEXT_MAP})`,
  checkpointMetadata: `STRUCT(version BIGINT, tags ${TEXT_MAP})`,
};

/** The actions that are not files, as JSON. Small parts of the files are read, as comparisons with statistics allow. */
async function stateLines({ connection }: DeltaContext, files: readonly string[]): Promise<string[]> {
  const source = `read_parquet([${files.map(quotePath).join(", ")}], hive_partitioning = false, union_by_name = ${files.length > 1})`;
  const described = await connection.rows(`SELECT column_name FROM (DESCRIBE SELECT * FROM ${source})`);
  const columns = new Set(described.map((row) => textIn(row, "column_name")));
  const selects = Object.entries(KEY_FIELDS).flatMap(([kind, present]) => {
    const name = quoteIdentifier(kind);
    // Asked for in the types that the files have: DuckDB would not pass over row groups otherwise, nor for IS NOT NULL.
    return columns.has(kind)
      ? [`SELECT to_json({${name}: ${name}}) AS line FROM ${source} WHERE ${name}.${present}`]
      : [];
  });
  if (selects.length === 0) return [];
  return (await connection.rows(selects.join(" UNION ALL "))).map((row) => textIn(row, "line"));
}

/** By kind: a field that every action of it has, and what it is at least. */
const KEY_FIELDS = {
  protocol: '"minReaderVersion" >= 0',
  metaData: "id >= ''",
  txn: "\"appId\" >= ''",
  domainMetadata: "domain >= ''",
  sidecar: "path >= ''",
};

/** The type of a tombstone in a checkpoint. */
export const REMOVE_TYPE =
  `STRUCT(path VARCHAR, "deletionTimestamp" BIGINT, "dataChange" BOOLEAN, "extendedFileMetadata" BOOLEAN, ` +
  `"partitionValues" ${TEXT_MAP}, size BIGINT, "deletionVector" ${VECTOR_TYPE}, ` +
  `"baseRowId" BIGINT, "defaultRowCommitVersion" BIGINT)`;

/** The tombstones (column `remove`) of checkpoint files, less those whose key is in `hidden`. */
export function removeRows(files: readonly string[], hidden: Iterable<string>): string {
  const keys = [...hidden];
  const rows = `SELECT remove, remove.path AS path, remove."deletionVector" AS dv FROM ${readActions(files, { remove: REMOVE_TYPE })} WHERE remove.path IS NOT NULL`;
  return keys.length === 0 ? `(${rows})` : `(SELECT remove FROM (${rows}) WHERE ${FILE_KEY} NOT IN (${keyList(keys)}))`;
}

/** `read_parquet` with every column that an action may have; those a file lacks are null. */
function readActions(files: readonly string[], types: Readonly<Record<string, string>>): string {
  const columns = Object.entries(types).map(
    ([name, type]) =>
      `${quoteString(name)}: {name: ${quoteString(name)}, type: ${quoteString(type)}, default_value: NULL}`,
  );
  return `read_parquet([${files.map(quotePath).join(", ")}], hive_partitioning = false, schema = MAP {${columns.join(", ")}})`;
}

async function sidecarFiles(location: TableLocation, paths: readonly string[]): Promise<string[]> {
  return Promise.all(
    paths.map((path) => localCopy(location, path.includes("/") ? path : `${LOG_FOLDER}/${SIDECAR_FOLDER}/${path}`, "")),
  );
}
