import { parse } from "node:path";
import type { ObjectMeta } from "../storage/object-store.ts";
import type { Storage } from "../storage/storage.ts";
import { formatLocation, parseLocation, type Location } from "../storage/url.ts";
import { globPattern, globSource, isGlob, literalPrefix } from "./glob.ts";

/** A file that a source has found. Plain data: it goes into the checkpoint's log. */
export interface FoundFile {
  /** The name in the store: what says whether a file was seen. */
  readonly key: string;
  readonly url: string;
  readonly size: number;
  readonly etag: string;
  /** Milliseconds since the epoch. */
  readonly modified: number;
  /** Values of its folders `name=value`. */
  readonly partition?: Readonly<Record<string, string | null>>;
}

export interface DiscoveryOptions {
  /** A glob for names. */
  readonly nameFilter: string | undefined;
  /** Files right in the folder, and in folders `name=value`, only. */
  readonly flat: boolean;
  /** Which folders `name=value` count; undefined: all. */
  readonly partitions: readonly string[] | undefined;
  /** Exclusive, milliseconds since the epoch. */
  readonly modifiedAfter: number | undefined;
  readonly modifiedBefore: number | undefined;
}

/**
 * The files that a URL names (a file, a folder with everything below it, or a glob), in the order of their keys' UTF-8
 * bytes. Names that begin with `_` or `.` are hidden, as in Spark, but folders `_name=value` are not.
 */
export async function* discover(storage: Storage, url: string, options: DiscoveryOptions): AsyncGenerator<FoundFile> {
  const location = parseLocation(url);
  const { store, key } = storage.at(location);
  const test = options.nameFilter === undefined ? undefined : globPattern(options.nameFilter);
  const found = (meta: ObjectMeta, base: string): FoundFile | undefined => {
    const below = meta.key.slice(base.length);
    const folders = below.split("/");
    const name = folders.pop() ?? "";
    if (isHidden(name) || folders.some((folder) => isHidden(folder) && !/^_[^=]*=/.test(folder))) return undefined;
    if (options.flat && folders.some((folder) => !folder.includes("="))) return undefined;
    if (test !== undefined && !test.test(name)) return undefined;
    if (options.modifiedAfter !== undefined && meta.lastModified <= options.modifiedAfter) return undefined;
    if (options.modifiedBefore !== undefined && meta.lastModified >= options.modifiedBefore) return undefined;
    const partition = partitionOf(meta.key.split("/").slice(0, -1), options.partitions);
    return {
      key: meta.key,
      url: formatLocation(withKey(location, meta.key)),
      size: meta.size,
      etag: meta.etag,
      modified: meta.lastModified,
      ...(partition === undefined ? {} : { partition }),
    };
  };
  if (location.kind === "http") {
    // A web server lists nothing: the URL is the file.
    const meta = await store.head(key);
    const file = meta === undefined ? undefined : found(meta, folderOf(key));
    if (file !== undefined) yield { ...file, url };
    return;
  }
  const glob = isGlob(key);
  if (key !== "") {
    // What exists by that very name is meant, also where the name could be a glob.
    const meta = await store.head(key);
    if (meta !== undefined) {
      const file = found(meta, folderOf(key));
      if (file !== undefined) yield file;
      return;
    }
  }
  // What the pattern matches is a file, or a folder with everything below it.
  const matcher = new RegExp(`^(${globSource(key)})(?:/|$)`, "u");
  const prefix = glob ? literalPrefix(key) : key === "" ? "" : `${key}/`;
  for await (const meta of store.list(prefix)) {
    const base = glob ? matcher.exec(meta.key)?.[1] : key;
    if (base === undefined) continue;
    const file = found(meta, base === meta.key ? folderOf(base) : base === "" ? "" : `${base}/`);
    if (file !== undefined) yield file;
  }
}

function withKey(location: Location, key: string): Location {
  return location.kind === "file" ? { kind: "file", path: parse(location.path).root + key } : { ...location, key };
}

function folderOf(key: string): string {
  return key.slice(0, key.lastIndexOf("/") + 1);
}

function isHidden(name: string): boolean {
  return name.startsWith("_") || name.startsWith(".");
}

const NULL_PARTITION = "__HIVE_DEFAULT_PARTITION__";

function partitionOf(
  folders: readonly string[],
  wanted: readonly string[] | undefined,
): Record<string, string | null> | undefined {
  const values: Record<string, string | null> = {};
  for (const folder of folders) {
    const match = /^([^=]+)=(.*)$/.exec(folder);
    if (match === null) continue;
    const [, rawName = "", rawValue = ""] = match;
    const name = unescapePath(rawName);
    if (wanted !== undefined && !wanted.includes(name.toLowerCase())) continue;
    values[name] = rawValue === NULL_PARTITION ? null : unescapePath(rawValue);
  }
  return Object.keys(values).length === 0 ? undefined : values;
}

/** Hive writes `%XX` for characters that a folder's name cannot hold. */
function unescapePath(text: string): string {
  return text.replace(/%([0-9A-Fa-f]{2})/g, (_, code: string) => String.fromCharCode(parseInt(code, 16)));
}
