import { isBoathouseError } from "../../core/errors.ts";
import { logKey, type TableLocation } from "../log/log-segment.ts";
import { readObject } from "../log/objects.ts";

const NAME = "_last_vacuum_info";
const VERSION = "latestCommitVersionOutsideOfRetentionWindow";

/**
 * The version up to which an earlier VACUUM has deleted what commits removed; undefined when none says so. Delta Lake's
 * own file: VACUUM LITE begins after it.
 */
export async function lastVacuumedVersion(location: TableLocation): Promise<number | undefined> {
  try {
    const value: unknown = JSON.parse(await readObject(location.store, logKey(location, NAME)));
    const version = typeof value === "object" && value !== null ? Reflect.get(value, VERSION) : undefined;
    return typeof version === "number" && Number.isSafeInteger(version) ? version : undefined;
  } catch (error) {
    // A damaged file says nothing: then everything is looked at.
    if (isBoathouseError(error, "OBJECT_NOT_FOUND") || error instanceof SyntaxError) return undefined;
    throw error;
  }
}

/** Keeps the version for the next VACUUM LITE. What an earlier one has done with a shorter retention stays done. */
export async function rememberVacuum(location: TableLocation, version: number | undefined): Promise<void> {
  const known = await lastVacuumedVersion(location);
  if (known !== undefined && (version === undefined || version <= known)) return;
  const body = Buffer.from(JSON.stringify(version === undefined ? {} : { [VERSION]: version }));
  await location.store.write(logKey(location, NAME), body);
}
