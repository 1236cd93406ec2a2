import { createHash } from "node:crypto";
import { mkdir, open, readdir, rename, rm, stat, utimes } from "node:fs/promises";
import { basename, join } from "node:path";
import { abortable, throwIfAborted } from "../core/cancellation.ts";
import { isErrno } from "../core/errno.ts";
import { BoathouseError } from "../core/errors.ts";
import { randomIds } from "../core/ids.ts";
import { processExists } from "../core/process.ts";
import { storeError } from "./local-errors.ts";
import { isOwnFile, removeLeftover, temporaryPath } from "./local-files.ts";
import type { ObjectStore } from "./object-store.ts";

export interface FileCacheOptions {
  /** Shared by every process that has the same lakehouse open. Made when it is first needed. */
  readonly folder: string;
  /** Bytes; 20 GiB by default. What was used within the last hour stays even when it is more. */
  readonly limit?: number;
  /** Files that are fetched at once. */
  readonly concurrency?: number;
  /** Milliseconds in which a file is not taken away after its last use: somebody may be about to open it. */
  readonly grace?: number;
}

/** An object that never changes under its name and tag. */
export interface CachedObject {
  readonly store: ObjectStore;
  readonly key: string;
  /** Tells this content from another one of the same name: its etag, or its size. */
  readonly tag: string;
}

/** A file of this machine in another form, which never changes while the parts of its name do not. */
export interface DerivedFile {
  /** Tell it from all others: what it is made of, and which form that is. */
  readonly name: readonly string[];
  /** Of its name: `.parquet`. */
  readonly extension: string;
  /** Writes it to a path where no file is, and gives its bytes. */
  readonly make: (path: string) => Promise<number>;
}

/**
 * Copies of remote objects as files of this machine, for DuckDB, which reads nothing else. A copy is named after the
 * object's URL and tag, appears whole or not at all, and serves every process; its time of change is when it was last
 * used. When there are too many, the least recently used ones go. Files that are made of others are kept in the same way.
 */
export class FileCache {
  readonly folder: string;
  readonly #limit: number;
  readonly #grace: number;
  readonly #fetching = new Map<string, Promise<string>>();
  readonly #waiting: (() => void)[] = [];
  #free: number;
  /** Bytes, as far as known; undefined before the first look. */
  #size: number | undefined;
  #evicting: Promise<void> | undefined;

  constructor(options: FileCacheOptions) {
    this.folder = options.folder;
    this.#limit = options.limit ?? DEFAULT_LIMIT;
    this.#grace = options.grace ?? HOUR;
    this.#free = options.concurrency ?? 8;
  }

  /** The path of the object's copy, which is fetched when it is not there. Throws what the store throws. */
  fileOf(object: CachedObject, signal?: AbortSignal): Promise<string> {
    return this.#file(this.#pathOf(object), (temporary) => fetch(object, temporary), signal);
  }

  /** The path of a file that is made when it is not there. Throws what its `make` throws. */
  derived({ name, extension, make }: DerivedFile, signal?: AbortSignal): Promise<string> {
    return this.#file(this.#named(name, extension), make, signal);
  }

  async #file(path: string, make: DerivedFile["make"], signal: AbortSignal | undefined): Promise<string> {
    throwIfAborted(signal);
    if (await touch(path)) return path;
    let fetching = this.#fetching.get(path);
    if (fetching === undefined) {
      // Others may wait for the same file, so that it goes on when whoever asked first is cancelled.
      fetching = this.#inTurn(() => this.#make(path, make)).finally(() => this.#fetching.delete(path));
      this.#fetching.set(path, fetching);
      fetching.catch(() => undefined);
    }
    return unlessAborted(fetching, signal);
  }

  /** Makes a file of this machine, in a folder of `writeFolder`, the copy of the object that it was uploaded to. */
  async adopt(file: string, object: CachedObject): Promise<void> {
    const { size } = await stat(file);
    await rename(file, this.#pathOf(object));
    await this.#grown(size);
  }

  /** A new folder for files that are to be uploaded; whoever asked removes it. That of a killed process goes by itself. */
  async writeFolder(): Promise<string> {
    await this.#look();
    const folder = join(this.folder, `write-${process.pid}-${randomIds.uuid()}`);
    await mkdir(folder, { recursive: true });
    return folder;
  }

  #pathOf({ store, key, tag }: CachedObject): string {
    return this.#named([store.url, key, tag], /\.[a-z0-9]{1,8}$/i.exec(key)?.[0] ?? "");
  }

  #named(parts: readonly string[], extension: string): string {
    return join(this.folder, `${createHash("sha256").update(parts.join("\0")).digest("hex")}${extension}`);
  }

  async #inTurn<T>(work: () => Promise<T>): Promise<T> {
    if (this.#free > 0) this.#free -= 1;
    else await new Promise<void>((resolve) => this.#waiting.push(resolve));
    try {
      return await work();
    } finally {
      const next = this.#waiting.shift();
      if (next === undefined) this.#free += 1;
      else next();
    }
  }

  async #make(path: string, make: DerivedFile["make"]): Promise<string> {
    await this.#look();
    // The folder may be deleted at any time.
    await mkdir(this.folder, { recursive: true });
    const temporary = temporaryPath(path);
    try {
      const size = await make(temporary);
      await rename(temporary, path);
      await this.#grown(size);
      return path;
    } catch (error) {
      throw storeError(error, path);
    } finally {
      await rm(temporary, { force: true });
    }
  }

  async #grown(bytes: number): Promise<void> {
    if (this.#size === undefined) return;
    this.#size += bytes;
    if (this.#size <= this.#limit) return;
    this.#evicting ??= this.#evict().finally(() => (this.#evicting = undefined));
    await this.#evicting;
  }

  /** Once a process: how much is there, and what killed processes have left. */
  async #look(): Promise<void> {
    if (this.#size !== undefined) return;
    await mkdir(this.folder, { recursive: true });
    for (const name of await readdir(this.folder)) {
      const pid = /^write-(\d+)-/.exec(name)?.[1];
      if (pid !== undefined && !processExists(Number(pid))) {
        await rm(join(this.folder, name), { recursive: true, force: true });
      } else if (isOwnFile(name)) await removeLeftover(join(this.folder, name));
    }
    const entries = await this.#entries();
    this.#size ??= total(entries);
  }

  /** Removes the least recently used copies until a tenth of the limit is free. */
  async #evict(): Promise<void> {
    const entries = await this.#entries();
    let size = total(entries);
    const before = Date.now() - this.#grace;
    for (const entry of entries.toSorted((a, b) => a.used - b.used)) {
      if (size <= this.#limit * 0.9 || entry.used > before) break;
      await rm(entry.path, { force: true });
      size -= entry.size;
    }
    this.#size = size;
  }

  async #entries(): Promise<readonly Entry[]> {
    const entries: Entry[] = [];
    for (const name of await readdir(this.folder)) {
      if (!COPY.test(name)) continue;
      const path = join(this.folder, basename(name));
      const stats = await stat(path).catch(() => undefined);
      if (stats !== undefined) entries.push({ path, size: stats.size, used: stats.mtimeMs });
    }
    return entries;
  }
}

interface Entry {
  readonly path: string;
  readonly size: number;
  /** Milliseconds since the epoch. */
  readonly used: number;
}

const COPY = /^[0-9a-f]{64}(?:\.[A-Za-z0-9]{1,8})?$/;
const DEFAULT_LIMIT = 20 * 2 ** 30;
const HOUR = 3_600_000;

function total(entries: readonly Entry[]): number {
  return entries.reduce((sum, { size }) => sum + size, 0);
}

/** Writes the object to the path, and gives its bytes. */
async function fetch({ store, key }: CachedObject, path: string): Promise<number> {
  const { meta, body } = await store.read(key);
  const handle = await open(path, "wx");
  let size = 0;
  try {
    for await (const chunk of body) {
      await handle.writeFile(chunk);
      size += chunk.length;
    }
    if (meta.size >= 0 && size !== meta.size) {
      throw new BoathouseError(
        "OBJECT_TRUNCATED",
        `${store.url}/${key} broke off after ${size} of ${meta.size} bytes.`,
      );
    }
    await handle.sync();
  } finally {
    await handle.close();
  }
  return size;
}

/** Waits for something, or for the signal to abort. */
async function unlessAborted<T>(work: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  if (signal === undefined) return work;
  await abortable(signal, (done) => {
    const settled = (): void => done();
    work.then(settled, settled);
    return () => undefined;
  });
  return work;
}

/** Says that a file is used now; false when there is none. */
async function touch(path: string): Promise<boolean> {
  const now = new Date();
  try {
    await utimes(path, now, now);
    return true;
  } catch (error) {
    if (isErrno(error, "ENOENT", "ENOTDIR")) return false;
    throw error;
  }
}
