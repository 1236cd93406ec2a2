import { isJsonObject } from "../../core/json.ts";
import type { Row } from "../../core/value.ts";
import type { AddAction, DeletionVectorDescriptor, RemoveAction } from "../actions.ts";
import { numberIn, optionalTextIn, textIn } from "../log/row-values.ts";
import type { Scan } from "./scan.ts";
import type { Snapshot } from "../snapshot.ts";

/** The `add` of each file of a scan, in its order, as the table has it. */
export async function addsFor(snapshot: Snapshot, scan: Scan): Promise<AddAction[]> {
  if (scan.files.length === 0) return [];
  if (scan.files.length === scan.totalFiles) return allAdds(snapshot);
  return addsWhere(snapshot, isIn(scan));
}

/** The `add` of every file of a version. */
export function allAdds(snapshot: Snapshot): Promise<AddAction[]> {
  return addsWhere(snapshot, "true");
}

/** The `remove` of each file of a scan. `now`: milliseconds since the epoch. */
export async function removesFor(snapshot: Snapshot, scan: Scan, now: number): Promise<RemoveAction[]> {
  return (await addsFor(snapshot, scan)).map((add) => removeOf(add, now));
}

/** The `remove` of every file of a version. */
export async function allRemoves(snapshot: Snapshot, now: number): Promise<RemoveAction[]> {
  return (await allAdds(snapshot)).map((add) => removeOf(add, now));
}

/** Rows in the files of a scan, deleted ones left out; undefined where statistics do not say. */
export async function rowsIn(snapshot: Snapshot, scan: Scan): Promise<number | undefined> {
  if (scan.files.length === scan.totalFiles) return (await snapshot.totals()).numRows;
  const list = await snapshot.fileList();
  const [row] = await list.connection.rows(
    `SELECT count(*) = count(stat."numRecords") AS known, coalesce(sum(stat."numRecords" - coalesce(dv.cardinality, 0)), 0)::BIGINT AS rows ` +
      `FROM ${list.rowsAt(snapshot.version)} WHERE ${isIn(scan)}`,
  );
  return row?.["known"] === true ? numberIn(row, "rows") : undefined;
}

/** What takes a file away as it was added, with the deletion vector that it had. */
export function removeOf(add: AddAction, now: number): RemoveAction {
  const { path, partitionValues, size, tags, deletionVector, baseRowId, defaultRowCommitVersion } = add;
  return {
    path,
    deletionTimestamp: now,
    dataChange: true,
    extendedFileMetadata: true,
    partitionValues,
    size,
    ...(tags === undefined ? {} : { tags }),
    ...(deletionVector === undefined ? {} : { deletionVector }),
    ...(baseRowId === undefined ? {} : { baseRowId }),
    ...(defaultRowCommitVersion === undefined ? {} : { defaultRowCommitVersion }),
  };
}

function isIn(scan: Scan): string {
  return `row_id IN (SELECT unnest([${scan.files.map(({ rowId }) => rowId).join(", ")}]))`;
}

/** The `add` of each file of a version for which a condition over the list's columns is true. */
export async function addsWhere(snapshot: Snapshot, condition: string): Promise<AddAction[]> {
  const list = await snapshot.fileList();
  const rows = await list.connection.rows(
    `SELECT path, size, modification_time, coalesce(stats, to_json(stat)::VARCHAR) AS stats, base_row_id, default_row_commit_version, clustering_provider, ` +
      `to_json(partition_values) AS partitions, to_json(tags) AS tags, to_json(dv) AS vector ` +
      `FROM ${list.rowsAt(snapshot.version)} WHERE ${condition} ORDER BY valid_from, row_id`,
  );
  return rows.map(addOf);
}

function addOf(row: Row): AddAction {
  const vector = vectorOf(optionalTextIn(row, "vector"));
  const stats = optionalTextIn(row, "stats");
  const tags = optionalTextIn(row, "tags");
  const provider = optionalTextIn(row, "clustering_provider");
  const [baseRowId, commitVersion] = [row["base_row_id"], row["default_row_commit_version"]];
  return {
    path: textIn(row, "path"),
    partitionValues: mapOf(optionalTextIn(row, "partitions")),
    size: numberIn(row, "size"),
    modificationTime: numberIn(row, "modification_time"),
    dataChange: true,
    ...(stats === undefined ? {} : { stats }),
    ...(tags === undefined ? {} : { tags: textsOf(tags) }),
    ...(vector === undefined ? {} : { deletionVector: vector }),
    ...(typeof baseRowId === "bigint" ? { baseRowId: Number(baseRowId) } : {}),
    ...(typeof commitVersion === "bigint" ? { defaultRowCommitVersion: Number(commitVersion) } : {}),
    ...(provider === undefined ? {} : { clusteringProvider: provider }),
  };
}

function mapOf(text: string | undefined): Record<string, string | null> {
  const value: unknown = JSON.parse(text ?? "{}");
  if (!isJsonObject(value)) return {};
  return Object.fromEntries(
    Object.entries(value).map(([name, each]) => [name, typeof each === "string" ? each : null]),
  );
}

function textsOf(text: string): Record<string, string> {
  return Object.fromEntries(
    Object.entries(mapOf(text)).flatMap(([name, each]) => (each === null ? [] : [[name, each]])),
  );
}

function vectorOf(text: string | undefined): DeletionVectorDescriptor | undefined {
  const value: unknown = JSON.parse(text ?? "null");
  if (!isJsonObject(value)) return undefined;
  const { storageType, pathOrInlineDv, offset, sizeInBytes, cardinality } = value;
  if (typeof storageType !== "string" || typeof pathOrInlineDv !== "string") return undefined;
  return {
    storageType,
    pathOrInlineDv,
    ...(typeof offset === "number" ? { offset } : {}),
    sizeInBytes: Number(sizeInBytes),
    cardinality: Number(cardinality),
  };
}
