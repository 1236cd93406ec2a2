import { randomInt } from "node:crypto";
import {
  closeSync,
  fstatSync,
  openSync,
  readSync,
  realpathSync,
  statSync,
  type BigIntStats,
  type Dirent,
} from "node:fs";
import { link, mkdir, open, readdir, rename, rm, type FileHandle } from "node:fs/promises";
import { dirname, join, resolve, sep } from "node:path";
import { setImmediate } from "node:timers/promises";
import { pathToFileURL } from "node:url";
import { throwIfAborted } from "../core/cancellation.ts";
import { isErrno } from "../core/errno.ts";
import { BoathouseError, unreachable } from "../core/errors.ts";
import { checkKey, checkPrefix, compareKeys } from "./key.ts";
import { storeError } from "./local-errors.ts";
import { isOwnFile, lockPath, removeLeftover, temporaryPath, withLock } from "./local-files.ts";
import type { ObjectContent, ObjectMeta, ObjectStore, ReadOptions, WriteOptions } from "./object-store.ts";

/**
 * A folder as an object store. A write goes to a temporary file beside its target, is forced to disk, and takes its name
 * in one step: `link` where the name must be new (which fails when another process was faster), `rename` where it
 * replaces; then the folder is forced to disk too. Whoever reads sees the old object or the new one, whole, whatever is
 * killed when.
 *
 * The etag is the file's identity: inode, size and time of change in nanoseconds. Each write makes another inode; the
 * digits of the time below a millisecond are random, because an inode's number is used again and the clock of a file
 * system ticks only every few milliseconds. Nothing needs to be read for it, and changes made by others are seen as well.
 */
export class LocalStore implements ObjectStore {
  readonly url: string;
  readonly #root: string;

  constructor(root: string, url?: string) {
    this.#root = resolve(root);
    this.url = url ?? pathToFileURL(this.#root).href.replace(/\/$/, "");
  }

  localPath(key: string): string {
    return join(this.#root, checkKey(key, this.url));
  }

  async *list(
    prefix: string,
    options: { readonly startAfter?: string; readonly signal?: AbortSignal } = {},
  ): AsyncGenerator<ObjectMeta> {
    checkPrefix(prefix, this.url);
    yield* this.#walk(prefix.slice(0, prefix.lastIndexOf("/") + 1), prefix, options.startAfter, options.signal);
  }

  async head(key: string, options: { readonly signal?: AbortSignal } = {}): Promise<ObjectMeta | undefined> {
    const path = this.localPath(key);
    throwIfAborted(options.signal);
    return this.#attempt(key, async () => (this.#isInside(path) ? this.#meta(key, path) : undefined));
  }

  async read(key: string, options: ReadOptions = {}): Promise<ObjectContent> {
    const path = this.localPath(key);
    throwIfAborted(options.signal);
    return this.#attempt(key, async () => {
      if (!this.#isInside(path)) throw this.#notFound(key);
      // Small files do not wait: it takes a fifth of the time, and logs have thousands of them.
      const file = openSync(path, "r");
      try {
        const stats = fstatSync(file, { bigint: true });
        if (!stats.isFile()) throw this.#notFound(key);
        const meta = metaOf(key, stats);
        if (options.ifMatch !== undefined && options.ifMatch !== meta.etag) throw this.#changed(key);
        const range = rangeOf(meta.size, options);
        if (range.end - range.start > SMALL) return { meta, body: this.#body(meta, path, range, options.signal) };
        const bytes = this.#readAll(file, meta, range);
        return { meta, body: once(bytes) };
      } finally {
        closeSync(file);
      }
    });
  }

  async write(
    key: string,
    body: Uint8Array | AsyncIterable<Uint8Array>,
    options: WriteOptions = {},
  ): Promise<ObjectMeta> {
    const path = this.localPath(key);
    throwIfAborted(options.signal);
    return this.#attempt(key, async () => {
      const temporary = temporaryPath(path);
      try {
        // The file keeps its identity when it is linked or renamed.
        const meta = metaOf(key, await this.#fill(temporary, body, options.signal));
        if (options.ifNoneMatch === "*") await this.#publishNew(key, temporary, path);
        else await withLock(lockPath(path), () => this.#publish(key, temporary, path, options.ifMatch));
        await syncFolder(dirname(path));
        return meta;
      } finally {
        await rm(temporary, { force: true });
      }
    });
  }

  async delete(key: string, options: { readonly signal?: AbortSignal } = {}): Promise<void> {
    const path = this.localPath(key);
    throwIfAborted(options.signal);
    await this.#attempt(key, async () => {
      if (!this.#isInside(path)) return;
      if (statOrNothing(path)?.isFile() !== true) return;
      await withLock(lockPath(path), () => rm(path, { force: true }));
    });
  }

  async *#walk(
    folder: string,
    prefix: string,
    startAfter: string | undefined,
    signal: AbortSignal | undefined,
  ): AsyncGenerator<ObjectMeta> {
    throwIfAborted(signal);
    const path = folder === "" ? this.#root : this.localPath(folder.slice(0, -1));
    const entries = await this.#attempt(folder, () => this.#entries(path, folder));
    const wanted = entries
      .filter(({ key }) => key.startsWith(prefix) || (key.endsWith("/") && prefix.startsWith(key)))
      .filter(({ key }) => startAfter === undefined || isAfter(key, startAfter))
      .toSorted((a, b) => compareKeys(a.key, b.key));
    for (let index = 0; index < wanted.length; index += PAGE) {
      throwIfAborted(signal);
      const page = wanted.slice(index, index + PAGE);
      const metas = await this.#attempt(folder, () =>
        page.map(({ key }) => (key.endsWith("/") ? undefined : this.#meta(key, join(this.#root, key)))),
      );
      await setImmediate();
      for (const [position, { key }] of page.entries()) {
        const meta = metas[position];
        if (key.endsWith("/")) yield* this.#walk(key, prefix, startAfter, signal);
        else if (meta !== undefined) yield meta;
      }
    }
  }

  /** The keys in a folder, those of folders with a slash at the end. Links count as what they lead to, inside the root. */
  async #entries(path: string, folder: string): Promise<{ readonly key: string }[]> {
    let entries: Dirent[];
    try {
      entries = await readdir(path, { withFileTypes: true });
    } catch (error) {
      if (isErrno(error, "ENOENT", "ENOTDIR")) return [];
      throw error;
    }
    const found: { key: string }[] = [];
    for (const entry of entries) {
      const key = folder + entry.name;
      if (isOwnFile(entry.name)) {
        await removeLeftover(join(path, entry.name));
      } else if (entry.isSymbolicLink()) {
        const target = join(path, entry.name);
        const stats = this.#isInside(target) ? statOrNothing(target) : undefined;
        if (stats !== undefined) found.push({ key: stats.isDirectory() ? `${key}/` : key });
      } else if (entry.isDirectory()) {
        found.push({ key: `${key}/` });
      } else if (entry.isFile()) {
        found.push({ key });
      }
    }
    return found;
  }

  #meta(key: string, path: string): ObjectMeta | undefined {
    const stats = statOrNothing(path);
    return stats?.isFile() === true ? metaOf(key, stats) : undefined;
  }

  /** Is the file, its links followed, one of this root? False when there is none. */
  #isInside(path: string): boolean {
    try {
      const root = realpathSync.native(this.#root);
      const target = realpathSync.native(path);
      if (target.startsWith(root.endsWith(sep) ? root : root + sep)) return true;
    } catch (error) {
      if (isErrno(error, "ENOENT", "ENOTDIR", "ELOOP")) return false;
      throw error;
    }
    throw new BoathouseError("STORE_FORBIDDEN", `${path} is a link that leads out of ${this.url}.`);
  }

  async #fill(
    temporary: string,
    body: Uint8Array | AsyncIterable<Uint8Array>,
    signal: AbortSignal | undefined,
  ): Promise<BigIntStats> {
    const handle = await openNew(temporary);
    try {
      for await (const chunk of body instanceof Uint8Array ? once(body) : body) {
        throwIfAborted(signal);
        await handle.writeFile(chunk);
      }
      throwIfAborted(signal);
      const now = Date.now() / 1000;
      await handle.utimes(now, Math.floor(now * 1000) / 1000 + randomInt(1, 1000) / 1_000_000);
      await handle.sync();
      return await handle.stat({ bigint: true });
    } finally {
      await handle.close();
    }
  }

  async #publishNew(key: string, temporary: string, path: string): Promise<void> {
    try {
      await link(temporary, path);
    } catch (error) {
      if (isErrno(error, "EEXIST")) {
        throw new BoathouseError("OBJECT_EXISTS", `${this.url}/${key} exists already.`, { cause: error });
      }
      throw error;
    }
  }

  async #publish(key: string, temporary: string, path: string, ifMatch: string | undefined): Promise<void> {
    if (ifMatch !== undefined && this.#meta(key, path)?.etag !== ifMatch) throw this.#changed(key);
    await rename(temporary, path);
  }

  async *#body(
    meta: ObjectMeta,
    path: string,
    range: Range,
    signal: AbortSignal | undefined,
  ): AsyncGenerator<Uint8Array> {
    const handle = await this.#attempt(meta.key, () => open(path, "r"));
    try {
      this.#checkUnchanged(handle.fd, meta);
      for (let position = range.start; position < range.end;) {
        throwIfAborted(signal);
        const buffer = Buffer.allocUnsafe(Math.min(CHUNK, range.end - position));
        const { bytesRead } = await this.#attempt(meta.key, () => handle.read(buffer, 0, buffer.length, position));
        if (bytesRead === 0) throw this.#changed(meta.key);
        position += bytesRead;
        // The last bytes are given only when all of them were of one object.
        if (position >= range.end) this.#checkUnchanged(handle.fd, meta);
        yield buffer.subarray(0, bytesRead);
      }
    } finally {
      await handle.close();
    }
  }

  /** Of at most `SMALL` bytes. */
  #readAll(file: number, meta: ObjectMeta, range: Range): Uint8Array {
    const buffer = Buffer.allocUnsafe(range.end - range.start);
    for (let filled = 0; filled < buffer.length;) {
      const bytesRead = readSync(file, buffer, filled, buffer.length - filled, range.start + filled);
      if (bytesRead === 0) throw this.#changed(meta.key);
      filled += bytesRead;
    }
    this.#checkUnchanged(file, meta);
    return buffer;
  }

  #checkUnchanged(file: number, meta: ObjectMeta): void {
    const stats = fstatSync(file, { bigint: true });
    if (metaOf(meta.key, stats).etag !== meta.etag) throw this.#changed(meta.key);
  }

  async #attempt<T>(key: string, work: () => T | Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (error) {
      throw storeError(error, `${this.url}/${key}`);
    }
  }

  #notFound(key: string): BoathouseError {
    return new BoathouseError("OBJECT_NOT_FOUND", `There is no object ${this.url}/${key}.`);
  }

  #changed(key: string): BoathouseError {
    return new BoathouseError("OBJECT_CHANGED", `${this.url}/${key} has been changed by somebody else.`);
  }
}

/** Up to this many bytes are read at once when a read begins. */
const SMALL = 1 << 20;
const CHUNK = 1 << 18;
/** So many files of a folder are looked at together. */
const PAGE = 64;

interface Range {
  readonly start: number;
  readonly end: number;
}

function rangeOf(size: number, { offset = 0, length }: ReadOptions): Range {
  if (offset < 0 || (length !== undefined && length < 0)) return unreachable("A range cannot be negative.");
  const start = Math.min(offset, size);
  return { start, end: length === undefined ? size : Math.min(size, start + length) };
}

/** Does the key, or anything in the folder when it ends with a slash, come after `startAfter`? */
function isAfter(key: string, startAfter: string): boolean {
  return compareKeys(key, startAfter) > 0 || (key.endsWith("/") && startAfter.startsWith(key));
}

function metaOf(key: string, stats: BigIntStats): ObjectMeta {
  return {
    key,
    size: Number(stats.size),
    etag: `${stats.ino.toString(36)}-${stats.size.toString(36)}-${stats.mtimeNs.toString(36)}`,
    lastModified: Number(stats.mtimeNs / 1_000_000n),
  };
}

function statOrNothing(path: string): BigIntStats | undefined {
  try {
    return statSync(path, { bigint: true, throwIfNoEntry: false });
  } catch (error) {
    if (isErrno(error, "ENOENT", "ENOTDIR", "ELOOP")) return undefined;
    throw error;
  }
}

/** Opens a new file, making its folder when it is not there; new folders are forced to disk. */
async function openNew(path: string): Promise<FileHandle> {
  try {
    return await open(path, "wx");
  } catch (error) {
    if (!isErrno(error, "ENOENT")) throw error;
  }
  const first = await mkdir(dirname(path), { recursive: true });
  if (first !== undefined) {
    for (let folder = dirname(path); folder.length >= dirname(first).length; folder = dirname(folder)) {
      await syncFolder(folder);
      if (folder === dirname(folder)) break;
    }
  }
  return open(path, "wx");
}

async function syncFolder(path: string): Promise<void> {
  // Windows has no such thing, and needs none.
  if (process.platform === "win32") return;
  const handle = await open(path, "r");
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

async function* once(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  if (bytes.length > 0) yield await Promise.resolve(bytes);
}
