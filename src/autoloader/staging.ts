import { createWriteStream } from "node:fs";
import { link, mkdir, rm } from "node:fs/promises";
import { extname, join } from "node:path";
import { pipeline } from "node:stream/promises";
import { isErrno } from "../core/errno.ts";
import { BoathouseError, isBoathouseError } from "../core/errors.ts";
import { mapParallel } from "../core/parallel.ts";
import type { SourceFile } from "../formats/source-file.ts";
import type { Storage } from "../storage/storage.ts";
import type { FoundFile } from "./discovery.ts";

/**
 * Gives each file a name in a local folder under which its content cannot vanish or be replaced while it is read: a hard
 * link where file and folder are on one file system, a copy otherwise. With `found` the content is what was found (by etag),
 * else it is the error `FILE_CHANGED`; with `current` it is what is there now. A file that is gone is the error
 * `FAILED_READ_FILE.FILE_NOT_EXIST`.
 */
export async function stageFiles(
  storage: Storage,
  files: readonly FoundFile[],
  folder: string,
  content: "found" | "current",
): Promise<SourceFile[]> {
  await rm(folder, { recursive: true, force: true });
  await mkdir(folder, { recursive: true });
  return mapParallel(files, PARALLEL, async (each, index) => {
    const file = content === "found" ? each : await latest(storage, each);
    const path = join(folder, `${index}${extension(file.key)}`);
    await stage(storage, file, path);
    return sourceFile(file, path);
  });
}

/** Throws `FILE_CHANGED` when a file is no longer what was found: for readers that work in place, after they have read. */
export async function verifyFiles(storage: Storage, files: readonly FoundFile[]): Promise<void> {
  await mapParallel(files, PARALLEL, (file) => verify(storage, file));
}

function sourceFile(file: FoundFile, path: string): SourceFile {
  return {
    path,
    url: file.url,
    size: file.size,
    lastModified: file.modified,
    ...(file.partition === undefined ? {} : { partition: file.partition }),
  };
}

const PARALLEL = 16;

async function stage(storage: Storage, file: FoundFile, path: string): Promise<void> {
  const { store, key } = storage.resolve(file.url);
  if (store.localPath !== undefined) {
    try {
      await link(store.localPath(key), path);
      await verify(storage, file);
      return;
    } catch (error) {
      if (isBoathouseError(error)) throw error;
      if (isErrno(error, "ENOENT")) throw gone(file, error);
      // Another file system, or links are not allowed: a copy does as well.
    }
  }
  try {
    const { body } = await store.read(key, { ifMatch: file.etag });
    await pipeline(body, createWriteStream(path));
  } catch (error) {
    if (isBoathouseError(error, "OBJECT_NOT_FOUND")) throw gone(file, error);
    if (isBoathouseError(error, "OBJECT_CHANGED")) throw changed(file, error);
    throw error;
  }
}

async function verify(storage: Storage, file: FoundFile): Promise<void> {
  const { store, key } = storage.resolve(file.url);
  const meta = await store.head(key);
  if (meta === undefined) throw gone(file);
  if (meta.etag !== file.etag) throw changed(file);
}

async function latest(storage: Storage, file: FoundFile): Promise<FoundFile> {
  const { store, key } = storage.resolve(file.url);
  const meta = await store.head(key);
  if (meta === undefined) throw gone(file);
  return { ...file, etag: meta.etag, size: meta.size, modified: meta.lastModified };
}

function extension(key: string): string {
  const name = key.slice(key.lastIndexOf("/") + 1);
  const last = extname(name);
  // DuckDB goes by the last extension: `.csv.gz` stays packed.
  return /^\.[A-Za-z0-9]{1,8}$/.test(last) ? last : "";
}

function gone(file: FoundFile, cause?: unknown): BoathouseError {
  return new BoathouseError("FAILED_READ_FILE.FILE_NOT_EXIST", `The file ${file.url} is not there any more.`, {
    cause,
    sqlState: "KD001",
    details: { file: file.url },
    hint: "It was removed after it had been found. Put it back, or reset the stream's checkpoint to read what is there now.",
  });
}

function changed(file: FoundFile, cause?: unknown): BoathouseError {
  return new BoathouseError("FILE_CHANGED", `The file ${file.url} was overwritten after it had been found.`, {
    cause,
    details: { file: file.url },
    hint: "Write each new content under a new name, or set allowOverwrites => true to read files again when they change.",
  });
}

/** Files where they lie, if that is on this machine; otherwise copies in `folder`. */
export async function localFiles(storage: Storage, files: readonly FoundFile[], folder: string): Promise<SourceFile[]> {
  const paths = files.map((file) => {
    const { store, key } = storage.resolve(file.url);
    return store.localPath?.(key);
  });
  if (paths.every((path) => path !== undefined)) {
    return files.map((file, index) => sourceFile(file, paths[index] ?? ""));
  }
  return stageFiles(storage, files, folder, "found");
}
