import { BoathouseError, isBoathouseError } from "../../core/errors.ts";
import type { ObjectContent, ObjectMeta, ObjectStore, ReadOptions, WriteOptions } from "../../storage/object-store.ts";
import type { CommitCoordinator } from "./commit-coordinator.ts";
import { commitName, LOG_FOLDER, padded, parseLogFile, STAGED_FOLDER, type LogFile } from "./log-files.ts";

interface ManagedStoreParts {
  readonly store: ObjectStore;
  /** The key of the table's folder. */
  readonly root: string;
  readonly coordinator: CommitCoordinator;
  readonly uuid: () => string;
}

/**
 * The store of a catalog-managed table: its log shows what the catalog has ratified, published or not, and nothing later;
 * to write a commit is to stage it, have it ratified and publish it. The log's readers and writers need know nothing of it.
 */
export class ManagedStore implements ObjectStore {
  readonly url: string;
  readonly localPath?: (key: string) => string;
  readonly #parts: ManagedStoreParts;
  readonly #log: string;
  /** Names of ratified commits by version. What was once ratified stays so. */
  readonly #staged = new Map<number, string>();
  #publishing: Promise<void> = Promise.resolve();

  constructor(parts: ManagedStoreParts) {
    this.#parts = parts;
    this.url = parts.store.url;
    this.#log = parts.root === "" ? `${LOG_FOLDER}/` : `${parts.root}/${LOG_FOLDER}/`;
    const { store } = parts;
    if (store.localPath !== undefined) this.localPath = store.localPath.bind(store);
  }

  async *list(
    prefix: string,
    options: { readonly startAfter?: string; readonly signal?: AbortSignal } = {},
  ): AsyncGenerator<ObjectMeta> {
    const { store } = this.#parts;
    if (!prefix.startsWith(this.#log)) {
      yield* store.list(prefix, options);
      return;
    }
    // First the catalog: what it forgets from here on is published, and so listed.
    const newest = await this.#refresh();
    const waiting = [...this.#staged.keys()]
      .toSorted((a, b) => a - b)
      .filter((version) => version <= newest)
      .map((version) => ({ version, key: this.#log + commitName(version) }))
      .filter(({ key }) => key.startsWith(prefix) && (options.startAfter === undefined || key > options.startAfter));
    for await (const meta of store.list(prefix, options)) {
      while (waiting[0] !== undefined && waiting[0].key < meta.key) yield* this.#unpublished(waiting.shift()?.version);
      const file = this.#fileOf(meta.key);
      if (file !== undefined && lastVersion(file) > newest) continue;
      if (waiting[0]?.key === meta.key) waiting.shift();
      yield file?.kind === "commit" ? { ...meta, etag: etagOf(file.version) } : meta;
    }
    for (const { version } of waiting) yield* this.#unpublished(version);
  }

  async head(key: string, options?: { readonly signal?: AbortSignal }): Promise<ObjectMeta | undefined> {
    const version = this.#commitOf(key);
    if (version === undefined) return this.#parts.store.head(key, options);
    await this.#refresh();
    for await (const meta of this.#unpublished(version)) return meta;
    const meta = await this.#parts.store.head(key, options);
    return meta === undefined ? undefined : { ...meta, etag: etagOf(version) };
  }

  async read(key: string, options?: ReadOptions): Promise<ObjectContent> {
    const version = this.#commitOf(key);
    const { store } = this.#parts;
    if (version === undefined) return store.read(key, options);
    if (!this.#staged.has(version)) await this.#refresh();
    const name = this.#staged.get(version);
    if (name === undefined) return store.read(key, options);
    try {
      return await store.read(this.#stagedKey(name), options);
    } catch (error) {
      // It was published and then cleaned up.
      if (!isBoathouseError(error, "OBJECT_NOT_FOUND")) throw error;
      return store.read(key, options);
    }
  }

  async write(key: string, body: Uint8Array | AsyncIterable<Uint8Array>, options?: WriteOptions): Promise<ObjectMeta> {
    const { store, coordinator, uuid } = this.#parts;
    const file = this.#fileOf(key);
    // Checkpoints stand for published commits alone.
    if (file?.kind.endsWith("-checkpoint") === true) await this.publish();
    if (file?.kind !== "commit") return store.write(key, body, options);
    const name = `${padded(file.version)}.${uuid()}.json`;
    const meta = await store.write(this.#stagedKey(name), body, { ...options, ifNoneMatch: "*" });
    let ratified: boolean;
    try {
      ratified = await coordinator.ratify({ version: file.version, name });
    } catch (error) {
      throw new BoathouseError("OBJECT_STATE_UNKNOWN", `The catalog did not say whether it ratified ${key}.`, {
        cause: error,
      });
    }
    if (!ratified) {
      await store.delete(this.#stagedKey(name));
      throw new BoathouseError("OBJECT_EXISTS", `The catalog has ratified another commit as ${key}.`);
    }
    this.#staged.set(file.version, name);
    // Whoever reads asks the catalog: a commit that cannot be published now is so later.
    this.publish().catch(() => undefined);
    return { ...meta, key, etag: etagOf(file.version) };
  }

  delete(key: string, options?: { readonly signal?: AbortSignal }): Promise<void> {
    return this.#parts.store.delete(key, options);
  }

  /** Copies what is ratified into the log, in order, and tells the catalog. */
  publish(): Promise<void> {
    const turn = this.#publishing.then(() => this.#publish());
    this.#publishing = turn.catch(() => undefined);
    return turn;
  }

  async #publish(): Promise<void> {
    const { store, coordinator } = this.#parts;
    const { commits } = await coordinator.ratified();
    for (const { version, name } of commits) {
      try {
        const { body } = await store.read(this.#stagedKey(name));
        await store.write(this.#log + commitName(version), body, { ifNoneMatch: "*" });
      } catch (error) {
        if (!isBoathouseError(error, "OBJECT_EXISTS")) throw error;
      }
      await coordinator.published(version);
    }
  }

  /** Gives the newest ratified version. */
  async #refresh(): Promise<number> {
    const { newest, commits } = await this.#parts.coordinator.ratified();
    for (const { version, name } of commits) this.#staged.set(version, name);
    return newest;
  }

  /** The commit of a version under the name that it will have, while its staged file is there. */
  async *#unpublished(version: number | undefined): AsyncGenerator<ObjectMeta> {
    const name = version === undefined ? undefined : this.#staged.get(version);
    if (version === undefined || name === undefined) return;
    const meta = await this.#parts.store.head(this.#stagedKey(name));
    if (meta !== undefined) yield { ...meta, key: this.#log + commitName(version), etag: etagOf(version) };
  }

  #stagedKey(name: string): string {
    return `${this.#log}${STAGED_FOLDER}/${name}`;
  }

  #fileOf(key: string): LogFile | undefined {
    return key.startsWith(this.#log) ? parseLogFile(key.slice(this.#log.length)) : undefined;
  }

  #commitOf(key: string): number | undefined {
    const file = this.#fileOf(key);
    return file?.kind === "commit" ? file.version : undefined;
  }
}

/** A commit stays what it is, staged or published. */
function etagOf(version: number): string {
  return `version ${version}`;
}

function lastVersion(file: LogFile): number {
  return file.kind === "compacted" ? file.end : file.version;
}
