import { isJsonObject } from "../core/json.ts";
import type { Row } from "../core/value.ts";
import type { DeletionVectorDescriptor, RemoveAction } from "./actions.ts";
import { numberIn, optionalTextIn, textIn } from "./row-values.ts";
import type { Scan } from "./scan.ts";
import type { Snapshot } from "./snapshot.ts";

/** The `remove` of each file of a scan. */
export async function removesFor(snapshot: Snapshot, scan: Scan, now: number): Promise<RemoveAction[]> {
  if (scan.files.length === 0) return [];
  if (scan.files.length === scan.totalFiles) return allRemoves(snapshot, now);
  return removesWhere(snapshot, `row_id IN (SELECT unnest([${scan.files.map(({ rowId }) => rowId).join(", ")}]))`, now);
}

/** The `remove` of every file of a version. */
export function allRemoves(snapshot: Snapshot, now: number): Promise<RemoveAction[]> {
  return removesWhere(snapshot, "true", now);
}

async function removesWhere(snapshot: Snapshot, condition: string, now: number): Promise<RemoveAction[]> {
  const list = await snapshot.fileList();
  const rows = await list.connection.rows(
    `SELECT path, size, to_json(partition_values) AS partitions, to_json(dv) AS vector ` +
      `FROM ${list.rowsAt(snapshot.version)} WHERE ${condition} ORDER BY valid_from, row_id`,
  );
  return rows.map((row) => removeOf(row, now));
}

function removeOf(row: Row, now: number): RemoveAction {
  const vector = vectorOf(optionalTextIn(row, "vector"));
  return {
    path: textIn(row, "path"),
    deletionTimestamp: now,
    dataChange: true,
    extendedFileMetadata: true,
    partitionValues: mapOf(optionalTextIn(row, "partitions")),
    size: numberIn(row, "size"),
    ...(vector === undefined ? {} : { deletionVector: vector }),
  };
}

function mapOf(text: string | undefined): Record<string, string | null> {
  const value: unknown = JSON.parse(text ?? "{}");
  if (!isJsonObject(value)) return {};
  return Object.fromEntries(
    Object.entries(value).map(([name, each]) => [name, typeof each === "string" ? each : null]),
  );
}

function vectorOf(text: string | undefined): DeletionVectorDescriptor | undefined {
  if (text === undefined) return undefined;
  const value = JSON.parse(text) as Record<string, unknown>;
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
