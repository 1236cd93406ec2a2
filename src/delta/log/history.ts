import {
  array,
  field,
  LONG,
  map,
  STRING,
  struct,
  BOOLEAN,
  INT,
  TIMESTAMP,
  type StructType,
} from "../../core/data-type.ts";
import { clusteredPaths } from "../maintain/clustered-paths.ts";
import { parseCommit } from "./commit-file.ts";
import { supportedFeatures } from "../features.ts";
import { commitName } from "./log-files.ts";
import { describe, logKey, type TableLocation } from "./log-segment.ts";
import { inParallel, readObject } from "./objects.ts";
import type { Snapshot } from "../snapshot.ts";
import { commitTimes } from "./time-travel.ts";

/** A row of DESCRIBE HISTORY. */
export interface HistoryEntry {
  readonly version: number;
  /** Milliseconds since the epoch. */
  readonly timestamp: number;
  readonly userId: string | null;
  readonly userName: string | null;
  /** Null for commits without provenance. */
  readonly operation: string | null;
  readonly operationParameters: Readonly<Record<string, string>> | null;
  readonly readVersion: number | null;
  readonly isolationLevel: string | null;
  readonly isBlindAppend: boolean | null;
  readonly operationMetrics: Readonly<Record<string, string>> | null;
  readonly userMetadata: string | null;
  readonly engineInfo: string | null;
}

/** The columns of DESCRIBE HISTORY, as Delta Lake has them. */
export const HISTORY_SCHEMA: StructType = struct([
  field("version", LONG),
  field("timestamp", TIMESTAMP),
  field("userId", STRING),
  field("userName", STRING),
  field("operation", STRING),
  field("operationParameters", map(STRING, STRING)),
  field("readVersion", LONG),
  field("isolationLevel", STRING),
  field("isBlindAppend", BOOLEAN),
  field("operationMetrics", map(STRING, STRING)),
  field("userMetadata", STRING),
  field("engineInfo", STRING),
]);

/** The commits that are left, newest first. */
export async function readHistory(
  location: TableLocation,
  options: { readonly limit?: number } = {},
): Promise<HistoryEntry[]> {
  const times = await commitTimes(location);
  const wanted = times.toReversed().slice(0, options.limit ?? times.length);
  return inParallel(wanted, 32, async ({ version, timestamp }) => {
    const key = logKey(location, commitName(version));
    const info = parseCommit(await readObject(location.store, key), key).find(
      (action) => action.commitInfo !== undefined,
    )?.commitInfo;
    return {
      version,
      timestamp,
      userId: textOf(info?.["userId"]),
      userName: textOf(info?.["userName"]),
      operation: textOf(info?.["operation"]),
      operationParameters: texts(info?.["operationParameters"]),
      readVersion: typeof info?.["readVersion"] === "number" ? info["readVersion"] : null,
      isolationLevel: textOf(info?.["isolationLevel"]),
      isBlindAppend: typeof info?.["isBlindAppend"] === "boolean" ? info["isBlindAppend"] : null,
      operationMetrics: texts(info?.["operationMetrics"]),
      userMetadata: textOf(info?.["userMetadata"]),
      engineInfo: textOf(info?.["engineInfo"]),
    };
  });
}

/** The row of DESCRIBE DETAIL. */
export interface TableDetail {
  readonly format: "delta";
  readonly id: string;
  readonly name: string | null;
  readonly description: string | null;
  /** A URL. */
  readonly location: string;
  /** Milliseconds since the epoch. */
  readonly createdAt: number | null;
  readonly lastModified: number;
  readonly partitionColumns: readonly string[];
  readonly clusteringColumns: readonly string[];
  readonly numFiles: number;
  readonly sizeInBytes: number;
  readonly properties: Readonly<Record<string, string>>;
  readonly minReaderVersion: number;
  readonly minWriterVersion: number;
  readonly tableFeatures: readonly string[];
}

export const DETAIL_SCHEMA: StructType = struct([
  field("format", STRING),
  field("id", STRING),
  field("name", STRING),
  field("description", STRING),
  field("location", STRING),
  field("createdAt", TIMESTAMP),
  field("lastModified", TIMESTAMP),
  field("partitionColumns", array(STRING)),
  field("clusteringColumns", array(STRING)),
  field("numFiles", LONG),
  field("sizeInBytes", LONG),
  field("properties", map(STRING, STRING)),
  field("minReaderVersion", INT),
  field("minWriterVersion", INT),
  field("tableFeatures", array(STRING)),
]);

export async function readDetail(snapshot: Snapshot): Promise<TableDetail> {
  const { metadata, protocol } = snapshot;
  const { numFiles, sizeInBytes } = await snapshot.totals();
  return {
    format: "delta",
    id: metadata.id,
    name: metadata.name ?? null,
    description: metadata.description ?? null,
    location: describe(snapshot.location),
    createdAt: metadata.createdTime ?? null,
    lastModified: snapshot.timestamp,
    partitionColumns: metadata.partitionColumns,
    clusteringColumns: clusteredPaths(snapshot).map((path) => path.join(".")),
    numFiles,
    sizeInBytes,
    properties: metadata.configuration,
    minReaderVersion: protocol.minReaderVersion,
    minWriterVersion: protocol.minWriterVersion,
    tableFeatures: supportedFeatures(protocol).toSorted(),
  };
}

function textOf(value: unknown): string | null {
  return typeof value === "string" ? value : null;
}

/** Some writers put numbers and objects where Delta Lake has texts. */
function texts(value: unknown): Record<string, string> | null {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return null;
  return Object.fromEntries(
    Object.entries(value).map(([name, each]) => [name, typeof each === "string" ? each : plain(each)]),
  );
}

function plain(value: unknown): string {
  return JSON.stringify(value, (_, each: unknown) => (typeof each === "bigint" ? Number(each) : each));
}
