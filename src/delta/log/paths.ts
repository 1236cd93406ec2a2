import { dirname, isAbsolute, resolve, sep } from "node:path";
import { fileURLToPath } from "node:url";
import { BoathouseError } from "../../core/errors.ts";
import type { ObjectStore } from "../../storage/object-store.ts";
import { parseLocation } from "../../storage/url.ts";
import { LOG_FOLDER } from "./log-files.ts";
import { describe, keyOf, type TableLocation } from "./log-segment.ts";

/** A file that a log names: of this machine, or an object of a remote store. */
export type DataFile =
  | { readonly kind: "local"; readonly path: string }
  | { readonly kind: "remote"; readonly store: ObjectStore; readonly key: string };

/**
 * What a log's `path` names: relative to the table's root or absolute, percent-encoded (PROTOCOL.md, "Add File and Remove
 * File").
 *
 * A relative path cannot leave the table. An absolute one may (shallow clones do); whether it can be read is for the
 * engine to decide, which names the folders that a statement may reach. A log in a remote store names no file of this
 * machine. Throws `DELTA_INVALID_PATH` and `DELTA_FILE_NOT_LOCAL`.
 */
export function dataFile(location: TableLocation, path: string): DataFile {
  const decoded = decodePath(path);
  const absolute = absoluteFile(location, path, decoded);
  if (absolute !== undefined) return absolute;
  if (decoded.split("/").includes("..")) throw hostile(location, path, "it leads out of the table's folder");
  if (location.store.localPath === undefined) {
    return { kind: "remote", store: location.store, key: keyOf(location, decoded) };
  }
  const root = rootFolder(location);
  const file = resolve(root, decoded);
  if (!file.startsWith(root + sep)) throw hostile(location, path, "it leads out of the table's folder");
  return { kind: "local", path: file };
}

/** How a person names a file. */
export function placeText(file: DataFile): string {
  return file.kind === "local" ? file.path : `${file.store.url}/${file.key}`;
}

/** The folder of the table on this machine. Throws `DELTA_TABLE_NOT_LOCAL` where a store has none. */
export function rootFolder(location: TableLocation): string {
  const log = location.store.localPath?.(keyOf(location, LOG_FOLDER));
  if (log === undefined) {
    throw new BoathouseError("DELTA_TABLE_NOT_LOCAL", `${describe(location)} is not on this machine.`, {
      hint: "This operation works on tables in local storage only.",
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

function absoluteFile(location: TableLocation, path: string, decoded: string): DataFile | undefined {
  if (decoded.includes("\0")) throw hostile(location, path, "it holds a NUL character");
  const { store } = location;
  const isLocal = store.localPath !== undefined;
  const scheme = /^([A-Za-z][A-Za-z0-9+.-]*):/.exec(path)?.[1]?.toLowerCase();
  if (scheme === "file") {
    if (!isLocal) throw hostile(location, path, "a table in a remote store has no files on this machine");
    // Spark writes file:/a/b as well as file:///a/b.
    const rest = decoded.replace(/^file:\/*/i, "/");
    return { kind: "local", path: resolve(fileURLToPath(`file://${encodePath(rest)}`)) };
  }
  if (scheme !== undefined && path.includes(":/")) {
    if (decoded.split("/").includes("..")) throw hostile(location, path, "it leads out of the store");
    const base = `${store.url}/`;
    if (decoded.startsWith(base)) return objectFile({ store, key: decoded.slice(base.length) });
    return containerFile(location, path, decoded);
  }
  if (!isAbsolute(decoded)) return undefined;
  if (isLocal) return { kind: "local", path: resolve(decoded) };
  if (decoded.split("/").includes("..")) throw hostile(location, path, "it leads out of the store");
  return { kind: "remote", store, key: decoded.replace(/^\/+/, "") };
}

/** A file in another container: of a shallow clone, say. Nothing else is reached over a network. */
function containerFile(location: TableLocation, path: string, decoded: string): DataFile {
  // In the URLs of Hadoop `%` is an ordinary character, once the log's own encoding is undone.
  const isContainer = /^(?:abfss?|wasbs?|https):/i.test(path);
  const place = isContainer ? parseLocation(/^https:/i.test(path) ? path : decoded) : undefined;
  const found = place?.kind === "azure" ? location.remote?.resolve(place) : undefined;
  if (found !== undefined) return objectFile(found);
  throw new BoathouseError("DELTA_FILE_NOT_LOCAL", `${describe(location)} names a file in another store: ${path}.`, {
    hint: "Only files in containers of the lakehouse can be read.",
  });
}

function objectFile({ store, key }: { readonly store: ObjectStore; readonly key: string }): DataFile {
  const path = store.localPath?.(key);
  return path === undefined ? { kind: "remote", store, key } : { kind: "local", path };
}

function hostile(location: TableLocation, path: string, problem: string): BoathouseError {
  return new BoathouseError(
    "DELTA_INVALID_PATH",
    `The log of ${describe(location)} names the file ${JSON.stringify(path)}, which is refused: ${problem}.`,
    { hint: "The log was tampered with or written wrongly. Do not trust this table.", details: { path } },
  );
}
