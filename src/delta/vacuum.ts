import { BoathouseError } from "../core/errors.ts";
import type { DeltaContext } from "./context.ts";
import { keyInTable } from "./data-files.ts";
import { vectorPath } from "./deletion-vector.ts";
import { describe, keyOf, type TableLocation } from "./log-segment.ts";
import { optionalTextIn, textIn } from "./row-values.ts";
import type { TableState } from "./table-state.ts";
import { retentionCutoff, tombstonesSince, WEEK } from "./tombstones.ts";

export interface VacuumOptions {
  /** Milliseconds; `delta.deletedFileRetentionDuration` by default. */
  readonly retention?: number;
  /** Only says what would be deleted. */
  readonly dryRun?: boolean;
  /** Allows less than a week, under which running readers and writers may lose their files. */
  readonly allowShortRetention?: boolean;
}

export interface VacuumResult {
  /** Files that were (or would be) deleted, relative to the table. */
  readonly files: readonly string[];
  readonly bytes: number;
}

/**
 * Deletes the files below a table's folder that no version within the retention period needs: removed ones, and those of
 * writes that never were committed. Folders and files whose names begin with `_` or `.` are not the table's data.
 *
 * Throws `DELTA_VACUUM_RETENTION_PERIOD_TOO_SHORT`.
 */
export async function vacuumTable(
  context: DeltaContext,
  location: TableLocation,
  state: TableState,
  options: VacuumOptions,
): Promise<VacuumResult> {
  const { retention, dryRun = false, allowShortRetention = false } = options;
  if (retention !== undefined && retention < WEEK && !allowShortRetention) throw tooShort(location, retention);
  const cutoff = retentionCutoff(context, state, retention);
  const needed = await neededFiles(context, location, state, cutoff);
  const prefix = keyOf(location, "");
  const files: string[] = [];
  let bytes = 0;
  for await (const { key, size, lastModified } of location.store.list(prefix)) {
    const name = key.slice(prefix.length);
    if (lastModified >= cutoff || isHidden(name) || needed.has(name)) continue;
    files.push(name);
    bytes += size;
    if (!dryRun) await location.store.delete(key);
  }
  return { files, bytes };
}

/** Keys below the table's folder. */
async function neededFiles(
  context: DeltaContext,
  location: TableLocation,
  state: TableState,
  cutoff: number,
): Promise<Set<string>> {
  const list = await state.files();
  const { actions, select } = await tombstonesSince(context, location, state, cutoff);
  const needed = new Set<string>();
  const keep = (path: string): void => {
    const key = keyInTable(location, path);
    if (key !== undefined) needed.add(key);
  };
  const keepBoth = (path: string, vector: string | undefined): void => {
    keep(path);
    const file = vector === undefined ? undefined : vectorPathOf(vector);
    if (file !== undefined) keep(file);
  };
  const live = `SELECT path, to_json(dv) AS vector FROM ${list.rowsAt(state.version)}`;
  const removed = `SELECT remove.path AS path, to_json(remove."deletionVector") AS vector FROM (${select ?? ""})`;
  for (const sql of select === undefined ? [live] : [live, removed]) {
    for (const row of await list.connection.rows(sql)) keepBoth(textIn(row, "path"), optionalTextIn(row, "vector"));
  }
  for (const { path, deletionVector } of actions) {
    keepBoth(path, deletionVector === undefined ? undefined : JSON.stringify(deletionVector));
  }
  return needed;
}

function vectorPathOf(descriptor: string): string | undefined {
  const vector: unknown = JSON.parse(descriptor);
  if (typeof vector !== "object" || vector === null || !("storageType" in vector) || !("pathOrInlineDv" in vector)) {
    return undefined;
  }
  const { storageType, pathOrInlineDv } = vector;
  if (typeof storageType !== "string" || typeof pathOrInlineDv !== "string" || storageType === "i") return undefined;
  return vectorPath(storageType, pathOrInlineDv);
}

/** As Delta Lake sees it: a folder `_x=1` is a partition all the same, and change data is the table's own. */
function isHidden(name: string): boolean {
  return name.split("/").some((part) => {
    if (part.startsWith(".")) return true;
    return part.startsWith("_") && !part.includes("=") && part !== "_change_data";
  });
}

function tooShort(location: TableLocation, retention: number): BoathouseError {
  const hours = retention / 3_600_000;
  return new BoathouseError(
    "DELTA_VACUUM_RETENTION_PERIOD_TOO_SHORT",
    `VACUUM of ${describe(location)} with a retention of ${hours} hours could delete files that are in use.`,
    { sqlState: "22003", hint: "Keep at least 168 hours, or switch the check off when nothing else uses the table." },
  );
}
