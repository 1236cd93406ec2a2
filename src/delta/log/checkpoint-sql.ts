import { quoteString } from "../../sql/quote.ts";
import type { Action, RemoveAction } from "../actions.ts";
import { REMOVE_TYPE, STATE_COLUMNS } from "./checkpoint-reader.ts";
import type { FileList } from "./file-list.ts";
import { flagProperty } from "../properties.ts";
import type { TableState } from "./table-state.ts";

/** What a row of a list of files is in a checkpoint: the struct `add` (PROTOCOL.md, "Checkpoint Schema"). */
export function addStruct(state: TableState, list: FileList): string {
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
    ...(asStruct && list.partitions.size > 0 ? ['"partitionValues_parsed": part'] : []),
  ];
  return `{${fields.join(", ")}}`;
}

/** Everything that is neither a file nor of V2 checkpoints alone. `cutoff`: when application ids last updated before expire. */
export function stateActions(state: TableState, cutoff: number | undefined): Action[] {
  const transactions = [...state.transactions.values()].filter(
    // As in Delta Lake: where ids expire, one that does not say when it was written has expired.
    ({ lastUpdated }) => cutoff === undefined || (lastUpdated !== undefined && lastUpdated > cutoff),
  );
  return [
    { protocol: state.protocol },
    { metaData: state.metadata },
    ...transactions.map((txn) => ({ txn })),
    ...[...state.domains.values()].map((domainMetadata) => ({ domainMetadata })),
  ];
}

/** Actions as rows, a column a kind: all columns are there with their types, also those without rows. */
export function actionRows(actions: readonly Action[], kinds: readonly (keyof Action)[]): string {
  const selects = kinds.map((kind) => {
    const rows = actions.flatMap((action) => (action[kind] === undefined ? [] : [action[kind]]));
    return `(SELECT ${rowsFromJson(JSON.stringify(rows), STATE_COLUMNS[kind] ?? "JSON")} AS "${kind}")`;
  });
  return selects.join(" UNION ALL BY NAME ");
}

/** Tombstones as rows with the column `remove`: statistics and tags are left out. */
export function removeActionRows(removes: readonly RemoveAction[]): string {
  const rows = removes.map((remove) => ({ ...remove, stats: undefined, tags: undefined }));
  return `SELECT ${rowsFromJson(JSON.stringify(rows), REMOVE_TYPE)} AS remove`;
}

/** The items of a JSON array as rows of a type; what an item lacks is null. */
function rowsFromJson(text: string, type: string): string {
  return `unnest(from_json(${quoteString(text)}, ${quoteString(JSON.stringify([type]))}))`;
}
