import { mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Clock } from "../core/clock.ts";
import { BoathouseError, isBoathouseError } from "../core/errors.ts";
import type { IdSource } from "../core/ids.ts";
import type { Connection } from "../duckdb/connection.ts";
import { bytesOf, listAll, readText } from "../storage/content.ts";
import type { ObjectStore } from "../storage/object-store.ts";
import type { Storage } from "../storage/storage.ts";
import type { FoundFile } from "./discovery.ts";
import {
  batchRows,
  compactSql,
  fileFromRow,
  formatBatch,
  parseBatch,
  parseCommit,
  parseIdentity,
  seenSql,
  type Batch,
  type Identity,
} from "./log-format.ts";
import { SeenCursor } from "./seen-cursor.ts";

/**
 * What a stream has seen, in a folder laid out like Structured Streaming's: `metadata` (the stream's identity), `offsets/N`
 * (the files of batch N, written before it is read), `commits/N` (written after its rows are committed). Now and then the
 * old batches are put together into `seen/N.parquet`, sorted by key, which holds all files of the batches up to N.
 *
 * Every object is written once, if nobody else has: two runners plan the same batches, and the target's transaction identity
 * lets only one of them land.
 */
export class FileLog {
  readonly id: string;
  /** When the stream was first started. */
  readonly started: number;
  readonly #store: ObjectStore;
  readonly #key: string;
  readonly #connection: Connection;
  readonly #scratch: string;
  #base: { readonly number: number; readonly path: string; readonly rows: number } | undefined;
  #tail = new Map<number, Batch>();
  #committed = new Map<number, number>();

  private constructor(options: FileLogOptions, identity: Identity) {
    const { store, key } = options.storage.resolve(options.url);
    this.#store = store;
    this.#key = key;
    this.#connection = options.connection;
    this.#scratch = options.scratch;
    this.id = identity.id;
    this.started = identity.started;
  }

  static async open(options: FileLogOptions): Promise<FileLog> {
    const log = new FileLog(options, await identityOf(options));
    await log.refresh();
    return log;
  }

  /** The last planned batch, -1 when there is none. */
  get last(): number {
    return Math.max(this.#base?.number ?? -1, ...this.#tail.keys());
  }

  /** The last batch that is known to be committed, -1 when there is none. */
  get lastCommitted(): number {
    return Math.max(-1, ...this.#committed.keys());
  }

  /** Takes up what other runners have written. */
  async refresh(): Promise<void> {
    const numbers = async (folder: string): Promise<Map<number, string>> => {
      const found = new Map<number, string>();
      for (const meta of await listAll(this.#store, `${this.#key}/${folder}/`)) {
        const match = /\/(\d+)(?:\.parquet)?$/.exec(meta.key);
        if (match?.[1] !== undefined) found.set(Number(match[1]), meta.key);
      }
      return found;
    };
    const bases = await numbers("seen");
    const base = Math.max(-1, ...bases.keys());
    const baseKey = bases.get(base);
    if (baseKey !== undefined && base !== this.#base?.number) this.#base = await this.#loadBase(base, baseKey);
    const tail = new Map<number, Batch>();
    for (const [number, key] of await numbers("offsets")) {
      if (number <= base) continue;
      const known = this.#tail.get(number);
      tail.set(number, known ?? parseBatch(number, await readText(this.#store, key)));
    }
    this.#tail = tail;
    for (const [number, key] of await numbers("commits")) {
      if (!this.#committed.has(number)) this.#committed.set(number, parseCommit(await readText(this.#store, key)));
    }
  }

  /** Writes the next batch ahead of reading it. When another runner was faster its batch is the one that counts. */
  async plan(batch: Batch): Promise<Batch> {
    const key = `${this.#key}/offsets/${batch.number}`;
    try {
      await this.#store.write(key, Buffer.from(formatBatch(batch)), { ifNoneMatch: "*" });
      this.#tail.set(batch.number, batch);
      return batch;
    } catch (error) {
      if (!isBoathouseError(error, "OBJECT_EXISTS")) throw error;
      const theirs = parseBatch(batch.number, await readText(this.#store, key));
      this.#tail.set(batch.number, theirs);
      return theirs;
    }
  }

  /** The files of the batches after `start`, up to `end`. */
  async files(start: number, end: number): Promise<FoundFile[]> {
    const base = this.#base;
    const files: FoundFile[] = [];
    if (base !== undefined && start < base.number) {
      const rows = await this.#connection.rows(
        `SELECT * FROM ${seenSql(base.path)} WHERE batch > ${start} AND batch <= ${end} ORDER BY batch, position`,
      );
      for (const row of rows) files.push(fileFromRow(row));
    }
    for (let number = Math.max(start + 1, (base?.number ?? -1) + 1); number <= end; number += 1) {
      const batch = this.#tail.get(number);
      if (batch === undefined) throw lost(number, this.#store.url, this.#key);
      files.push(...batch.files);
    }
    return files;
  }

  /** Marks the batches up to `number` as committed, and puts old ones together when that pays. */
  async commit(number: number, now: number): Promise<void> {
    const key = `${this.#key}/commits/${number}`;
    try {
      await this.#store.write(key, Buffer.from(`v1\n${JSON.stringify({ committed: now })}\n`), { ifNoneMatch: "*" });
    } catch (error) {
      if (!isBoathouseError(error, "OBJECT_EXISTS")) throw error;
    }
    this.#committed.set(number, now);
    await this.#compact(number);
  }

  /**
   * The found files that no planned batch has, in the same order. `found` must be sorted by key, as listings are: it is
   * merged with the sorted log, so that what was seen is never held in memory.
   */
  async *unseen(found: AsyncIterable<FoundFile>, byEtag: boolean): AsyncGenerator<FoundFile> {
    const recent = new Map<string, string>();
    for (const [, batch] of [...this.#tail].toSorted(([a], [b]) => a - b)) {
      for (const file of batch.files) recent.set(file.key, file.etag);
    }
    const seen = this.#base === undefined ? undefined : new SeenCursor(this.#connection, this.#base.path);
    try {
      for await (const file of found) {
        const etag = recent.get(file.key) ?? (await seen?.etagOf(file.key));
        if (etag === undefined || (byEtag && etag !== file.etag)) yield file;
      }
    } finally {
      await seen?.close();
    }
  }

  /** One row a file and batch: what `cloud_files_state` shows. */
  async state(): Promise<SeenFile[]> {
    const rows: SeenFile[] = [];
    if (this.#base !== undefined) {
      const sql = `SELECT * FROM ${seenSql(this.#base.path)} ORDER BY batch, position`;
      for (const row of await this.#connection.rows(sql)) {
        const batch = Number(row["batch"]);
        rows.push({
          file: fileFromRow(row),
          batch,
          discovered: Number(row["discovered"]),
          committed: this.#commitOf(batch),
        });
      }
    }
    for (const [number, batch] of [...this.#tail].toSorted(([a], [b]) => a - b)) {
      for (const file of batch.files) {
        rows.push({ file, batch: number, discovered: batch.discovered, committed: this.#commitOf(number) });
      }
    }
    return rows;
  }

  /** A commit stands for all batches before it. */
  #commitOf(number: number): number | undefined {
    let first: number | undefined;
    let time: number | undefined;
    for (const [commit, at] of this.#committed) {
      if (commit >= number && (first === undefined || commit < first)) [first, time] = [commit, at];
    }
    return time;
  }

  async #loadBase(number: number, key: string): Promise<{ number: number; path: string; rows: number }> {
    const path = this.#store.localPath?.(key) ?? join(this.#scratch, `seen-${this.id}-${number}.parquet`);
    if (this.#store.localPath === undefined) {
      await mkdir(this.#scratch, { recursive: true });
      await writeFile(path, await bytesOf(await this.#store.read(key)));
    }
    const [row] = await this.#connection.rows(`SELECT count(*)::INTEGER AS rows FROM ${seenSql(path)}`);
    return { number, path, rows: Number(row?.["rows"] ?? 0) };
  }

  /** Rewriting costs as much as everything seen, so it waits until the new part is a fair share of it. */
  async #compact(committed: number): Promise<void> {
    const done = [...this.#tail.values()].filter((batch) => batch.number <= committed);
    const rows = done.reduce((sum, batch) => sum + batch.files.length, 0);
    if (done.length < MIN_BATCHES) return;
    if (rows * 4 < (this.#base?.rows ?? 0) && done.length < MAX_BATCHES) return;
    await mkdir(this.#scratch, { recursive: true });
    const lines = join(this.#scratch, `batches-${this.id}-${committed}.json`);
    const target = join(this.#scratch, `compact-${this.id}-${committed}.parquet`);
    await writeFile(lines, done.map(batchRows).join(""));
    try {
      await this.#connection.run(compactSql(this.#base?.path, lines, target));
      const key = `${this.#key}/seen/${committed}.parquet`;
      await this.#store.write(key, await readFile(target));
      this.#base = await this.#loadBase(committed, key);
    } finally {
      await rm(lines, { force: true });
      await rm(target, { force: true });
    }
    await this.#forget(committed);
  }

  /** Removes what the compacted log holds. Whatever a kill leaves behind is passed over by its number. */
  async #forget(compacted: number): Promise<void> {
    for (const number of this.#tail.keys()) {
      if (number > compacted) continue;
      this.#tail.delete(number);
      await this.#store.delete(`${this.#key}/offsets/${number}`);
      if (number < compacted) await this.#store.delete(`${this.#key}/commits/${number}`);
    }
    const bases = await listAll(this.#store, `${this.#key}/seen/`);
    const numberOf = (key: string): number => Number(/(\d+)\.parquet$/.exec(key)?.[1] ?? compacted);
    // The one before stays for a runner that may be reading it.
    const old = bases.map((meta) => meta.key).toSorted((a, b) => numberOf(a) - numberOf(b));
    for (const key of old.slice(0, -2)) await this.#store.delete(key);
  }
}

export interface FileLogOptions {
  readonly storage: Storage;
  readonly connection: Connection;
  readonly clock: Clock;
  readonly ids: IdSource;
  /** The folder of the log. */
  readonly url: string;
  /** A local folder for temporary files. */
  readonly scratch: string;
}

export interface SeenFile {
  readonly file: FoundFile;
  readonly batch: number;
  readonly discovered: number;
  readonly committed: number | undefined;
}

/** Batches below which nothing is put together, and above which it is whatever the cost. */
const MIN_BATCHES = 10;
const MAX_BATCHES = 100;

async function identityOf(options: FileLogOptions): Promise<Identity> {
  const { store, key } = options.storage.resolve(options.url);
  const name = `${key}/metadata`;
  const mine: Identity = { id: options.ids.uuid(), started: options.clock.now() };
  try {
    if ((await store.head(name)) === undefined) {
      await store.write(name, Buffer.from(`${JSON.stringify(mine)}\n`), { ifNoneMatch: "*" });
      return mine;
    }
  } catch (error) {
    if (!isBoathouseError(error, "OBJECT_EXISTS")) throw error;
  }
  return parseIdentity(await readText(store, name), `${store.url}/${name}`);
}

function lost(number: number, store: string, key: string): BoathouseError {
  return new BoathouseError("CHECKPOINT_INVALID", `The checkpoint ${store}/${key} has lost its batch ${number}.`, {
    hint: "Its files were removed by hand. Restore them, or start the stream with another checkpoint.",
  });
}
