/** The folder of the log below a table's root. */
export const LOG_FOLDER = "_delta_log";

/** Below the log's: files of V2 checkpoints with file actions, and commits that a catalog has yet to ratify or publish. */
export const SIDECAR_FOLDER = "_sidecars";
export const STAGED_FOLDER = "_staged_commits";

/** What the name of a file in `_delta_log` says (PROTOCOL.md, "Delta Log Entries" and "Checkpoint Naming Scheme"). */
export type LogFile =
  | { readonly kind: "commit"; readonly version: number }
  | { readonly kind: "compacted"; readonly version: number; readonly end: number }
  | { readonly kind: "checksum"; readonly version: number }
  | { readonly kind: "classic-checkpoint"; readonly version: number }
  | { readonly kind: "multi-part-checkpoint"; readonly version: number; readonly part: number; readonly parts: number }
  | { readonly kind: "uuid-checkpoint"; readonly version: number; readonly format: "json" | "parquet" };

export function commitName(version: number): string {
  return `${padded(version)}.json`;
}

export function checkpointName(version: number): string {
  return `${padded(version)}.checkpoint.parquet`;
}

export function checksumName(version: number): string {
  return `${padded(version)}.crc`;
}

/** Of a V2 checkpoint. */
export function uuidCheckpointName(version: number, uuid: string): string {
  return `${padded(version)}.checkpoint.${uuid}.parquet`;
}

/** The meaning of a name, or undefined for what is none of the log's business (temporary files, `_last_checkpoint`). */
export function parseLogFile(name: string): LogFile | undefined {
  const match = /^(\d{20})\.(.+)$/.exec(name);
  if (match === null) return undefined;
  const version = Number(match[1]);
  const rest = match[2] ?? "";
  // Of a commit no number is passed over: one that a double does not hold shows as a gap.
  if (rest === "json") return { kind: "commit", version };
  if (!Number.isSafeInteger(version)) return undefined;
  if (rest === "crc") return { kind: "checksum", version };
  if (rest === "checkpoint.parquet") return { kind: "classic-checkpoint", version };
  const part = /^checkpoint\.(\d{10})\.(\d{10})\.parquet$/.exec(rest);
  if (part !== null) return { kind: "multi-part-checkpoint", version, part: Number(part[1]), parts: Number(part[2]) };
  const uuid = /^checkpoint\.[0-9a-fA-F-]{36}\.(json|parquet)$/.exec(rest);
  if (uuid !== null) return { kind: "uuid-checkpoint", version, format: uuid[1] === "json" ? "json" : "parquet" };
  const compacted = /^(\d{20})\.compacted\.json$/.exec(rest);
  if (compacted !== null) return { kind: "compacted", version, end: Number(compacted[1]) };
  return undefined;
}

/** Whether a key is that of a compaction file, which stands for several commits. */
export function isCompacted(key: string): boolean {
  return parseLogFile(key.slice(key.lastIndexOf("/") + 1))?.kind === "compacted";
}

/** Versions are padded to 20 digits, so that names sort as numbers do. */
export function padded(version: number): string {
  return String(version).padStart(20, "0");
}
