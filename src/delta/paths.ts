import { dirname, isAbsolute, resolve, sep } from "node:path";
import { fileURLToPath } from "node:url";
import { BoathouseError } from "../core/errors.ts";
import { LOG_FOLDER } from "./log-files.ts";
import { describe, keyOf, type TableLocation } from "./log-segment.ts";

/**
 * The file of this machine that a log's `path` names: relative to the table's root or absolute, percent-encoded
 * (PROTOCOL.md, "Add File and Remove File").
 *
 * A relative path cannot leave the table. An absolute one may (shallow clones do); whether it can be read is for the
 * engine to decide, which names the folders that a statement may reach. Throws `DELTA_INVALID_PATH`.
 */
export function localFile(location: TableLocation, path: string): string {
  const decoded = decodePath(path);
  const absolute = absoluteFile(location, path, decoded);
  if (absolute !== undefined) return absolute;
  if (decoded.split("/").includes("..")) throw hostile(location, path, "it leads out of the table's folder");
  const root = rootFolder(location);
  const file = resolve(root, decoded);
  if (!file.startsWith(root + sep)) throw hostile(location, path, "it leads out of the table's folder");
  return file;
}

/** The folder of the table on this machine. Throws `DELTA_TABLE_NOT_LOCAL` where a store has none. */
export function rootFolder(location: TableLocation): string {
  const log = location.store.localPath?.(keyOf(location, LOG_FOLDER));
  if (log === undefined) {
    throw new BoathouseError("DELTA_TABLE_NOT_LOCAL", `${describe(location)} is not on this machine.`, {
      hint: "Only tables in local storage can be read and written.",
    });
  }
  return dirname(resolve(log));
}

/** A file below the table's root as the log writes it: percent-encoded, with `/`. */
export function encodePath(relative: string): string {
  return relative
    .split(sep)
    .join("/")
    .split("/")
    .map((part) => encodeURIComponent(part).replace(KEPT, (code) => decodeURIComponent(code)))
    .join("/");
}

export function decodePath(path: string): string {
  try {
    return decodeURIComponent(path);
  } catch {
    // Some writers leave a lone "%" as it is.
    return path.replace(/(?:%[0-9A-Fa-f]{2})+/g, (codes) => {
      try {
        return decodeURIComponent(codes);
      } catch {
        return codes;
      }
    });
  }
}

/** What RFC 2396 allows in a path without encoding and `encodeURIComponent` encodes all the same. */
const KEPT = /%(?:3D|2C|40|26|24|2B|3B|3A)/g;

function absoluteFile(location: TableLocation, path: string, decoded: string): string | undefined {
  if (decoded.includes("\0")) throw hostile(location, path, "it holds a NUL character");
  const scheme = /^([A-Za-z][A-Za-z0-9+.-]*):/.exec(path)?.[1]?.toLowerCase();
  if (scheme === "file") {
    // Spark writes file:/a/b as well as file:///a/b.
    const rest = decoded.replace(/^file:\/*/i, "/");
    return resolve(fileURLToPath(`file://${encodePath(rest)}`));
  }
  if (scheme !== undefined && path.includes(":/")) {
    const base = `${location.store.url}/`;
    if (decoded.startsWith(base)) {
      const key = decoded.slice(base.length);
      if (key.split("/").includes("..")) throw hostile(location, path, "it leads out of the store");
      const local = location.store.localPath?.(key);
      if (local !== undefined) return local;
    }
    throw new BoathouseError("DELTA_FILE_NOT_LOCAL", `${describe(location)} names a file in another store: ${path}.`, {
      hint: "Only files in local storage can be read.",
    });
  }
  return isAbsolute(decoded) ? resolve(decoded) : undefined;
}

function hostile(location: TableLocation, path: string, problem: string): BoathouseError {
  return new BoathouseError(
    "DELTA_INVALID_PATH",
    `The log of ${describe(location)} names the file ${JSON.stringify(path)}, which is refused: ${problem}.`,
    { hint: "The log was tampered with or written wrongly. Do not trust this table.", details: { path } },
  );
}
