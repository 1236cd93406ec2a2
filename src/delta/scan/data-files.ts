import { createReadStream, existsSync } from "node:fs";
import { mkdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { BoathouseError } from "../../core/errors.ts";
import type { FileCache } from "../../storage/file-cache.ts";
import type { ObjectStore } from "../../storage/object-store.ts";
import type { AzureLocation } from "../../storage/url.ts";
import { describe, keyOf, type TableLocation } from "../log/log-segment.ts";
import { inParallel } from "../log/objects.ts";
import { dataFile, rootFolder, type DataFile } from "../log/paths.ts";

/** How files in remote stores become files of this machine, which is all that DuckDB reads and writes. */
export interface RemoteFiles {
  readonly cache: FileCache;
  /** The store of a container that a log names. */
  resolve(place: AzureLocation): { readonly store: ObjectStore; readonly key: string };
}

/**
 * The path on this machine of a file that a log names: the file itself in a local store, a copy of a remote one, which is
 * fetched when it is not there. `tag` tells its content from another of the same name: its size.
 *
 * Throws `OBJECT_NOT_FOUND` for a remote file that is missing (a local one is not looked at), and what `dataFile` throws.
 */
export async function localCopy(
  location: TableLocation,
  path: string,
  tag: string | number,
  signal?: AbortSignal,
): Promise<string> {
  return copyOf(location, dataFile(location, path), tag, signal);
}

/** The same for an object of the table's own store, by its key. */
export async function localObject(location: TableLocation, key: string, tag: string | number): Promise<string> {
  const { store } = location;
  const path = store.localPath?.(key);
  return copyOf(location, path === undefined ? { kind: "remote", store, key } : { kind: "local", path }, tag);
}

/** Is the file that a log names still there? */
export async function dataFileExists(location: TableLocation, path: string): Promise<boolean> {
  const file = dataFile(location, path);
  return file.kind === "local" ? existsSync(file.path) : (await file.store.head(file.key)) !== undefined;
}

/** Deletes a file that a log names, or would have named. */
export async function deleteDataFile(location: TableLocation, path: string): Promise<void> {
  const file = dataFile(location, path);
  if (file.kind === "local") await rm(file.path, { force: true });
  else await file.store.delete(file.key);
}

/** The key of a file below the table's folder, relative to it; undefined for one elsewhere. */
export function keyInTable(location: TableLocation, path: string): string | undefined {
  const file = dataFile(location, path);
  if (file.kind === "local") {
    const root = `${rootFolder(location)}/`;
    const normal = file.path.replaceAll("\\", "/");
    return normal.startsWith(root.replaceAll("\\", "/")) ? normal.slice(root.length) : undefined;
  }
  const root = keyOf(location, "");
  return file.store.url === location.store.url && file.key.startsWith(root) ? file.key.slice(root.length) : undefined;
}

/** A folder of this machine for new data files. */
export interface OutputFolder {
  /** Stands for the table's folder. */
  readonly root: string;
  /** Puts files (relative to `root`, with `/`) into the table's folder. Fails without leaving any. */
  publish(files: readonly { readonly name: string; readonly size: number }[]): Promise<void>;
  /** Removes what was not published. */
  release(): Promise<void>;
}

/** Where new data files of a table are written: its own folder, or one whose files are uploaded by `publish`. */
export async function outputFolder(location: TableLocation, signal?: AbortSignal): Promise<OutputFolder> {
  const { store } = location;
  if (store.localPath !== undefined) {
    const root = rootFolder(location);
    await mkdir(root, { recursive: true });
    return { root, publish: () => Promise.resolve(), release: () => Promise.resolve() };
  }
  const { cache } = remoteOf(location);
  const root = await cache.writeFolder();
  return {
    root,
    async publish(files) {
      const outcomes = await inParallel(files, UPLOADS, async ({ name, size }) => {
        const key = keyOf(location, name);
        try {
          const body = createReadStream(join(root, name), { highWaterMark: 1 << 20 });
          await store.write(key, body, { ifNoneMatch: "*", ...(signal === undefined ? {} : { signal }) });
          // The copy only saves a download.
          await cache.adopt(join(root, name), { store, key, tag: String(size) }).catch(() => undefined);
          return undefined;
        } catch (error) {
          return { error };
        }
      });
      const failed = outcomes.find((outcome) => outcome !== undefined);
      if (failed === undefined) return;
      await inParallel(files, UPLOADS, ({ name }) => store.delete(keyOf(location, name)).catch(() => undefined));
      throw failed.error;
    },
    release: () => rm(root, { recursive: true, force: true }),
  };
}

/** Files on their way at once. */
const UPLOADS = 4;

function copyOf(location: TableLocation, file: DataFile, tag: string | number, signal?: AbortSignal): Promise<string> {
  if (file.kind === "local") return Promise.resolve(file.path);
  return remoteOf(location).cache.fileOf({ store: file.store, key: file.key, tag: String(tag) }, signal);
}

function remoteOf(location: TableLocation): RemoteFiles {
  if (location.remote !== undefined) return location.remote;
  throw new BoathouseError("DELTA_TABLE_NOT_LOCAL", `${describe(location)} is not on this machine.`, {
    hint: "Open the table with a cache for remote files.",
  });
}
