import { BoathouseError } from "../core/errors.ts";
import type { ObjectContent, ObjectMeta, ObjectStore, ReadOptions, WriteOptions } from "./object-store.ts";

export type StoreOperation = "list" | "head" | "read" | "write" | "delete";

export interface Fault {
  /** Which operation fails, counted from 1 among those of `operations`. */
  readonly at: number;
  /** All of them by default. */
  readonly operations?: readonly StoreOperation[];
  /**
   * `full` and `unavailable`: this operation fails, the later ones work. `crash`: the process is gone, so that
   * everything fails from now on.
   */
  readonly kind: "full" | "unavailable" | "crash";
  /** Did the operation take effect before it failed? `before` by default. */
  readonly when?: "before" | "after";
}

/** A store that fails on purpose, for tests of what survives. It also counts what was asked of it. */
export class FaultyStore implements ObjectStore {
  readonly url: string;
  readonly operations: { readonly operation: StoreOperation; readonly key: string }[] = [];
  readonly localPath?: (key: string) => string;
  readonly #store: ObjectStore;
  readonly #fault: Fault | undefined;
  #counted = 0;
  #crashed = false;

  constructor(store: ObjectStore, fault?: Fault) {
    this.#store = store;
    this.#fault = fault;
    this.url = store.url;
    if (store.localPath !== undefined) this.localPath = store.localPath.bind(store);
  }

  async *list(
    prefix: string,
    options?: { readonly startAfter?: string; readonly signal?: AbortSignal },
  ): AsyncGenerator<ObjectMeta> {
    await this.#perform("list", prefix, async () => Promise.resolve());
    yield* this.#store.list(prefix, options);
  }

  head(key: string, options?: { readonly signal?: AbortSignal }): Promise<ObjectMeta | undefined> {
    return this.#perform("head", key, () => this.#store.head(key, options));
  }

  read(key: string, options?: ReadOptions): Promise<ObjectContent> {
    return this.#perform("read", key, () => this.#store.read(key, options));
  }

  write(key: string, body: Uint8Array | AsyncIterable<Uint8Array>, options?: WriteOptions): Promise<ObjectMeta> {
    return this.#perform("write", key, () => this.#store.write(key, body, options));
  }

  delete(key: string, options?: { readonly signal?: AbortSignal }): Promise<void> {
    return this.#perform("delete", key, () => this.#store.delete(key, options));
  }

  async #perform<T>(operation: StoreOperation, key: string, work: () => Promise<T>): Promise<T> {
    if (this.#crashed) throw failure("crash", key);
    this.operations.push({ operation, key });
    const fault = this.#fault;
    if (fault === undefined || fault.operations?.includes(operation) === false) return work();
    this.#counted += 1;
    if (this.#counted !== fault.at) return work();
    if (fault.when === "after") await work();
    this.#crashed = fault.kind === "crash";
    throw failure(fault.kind, key);
  }
}

function failure(kind: Fault["kind"], key: string): BoathouseError {
  switch (kind) {
    case "full":
      return new BoathouseError("STORE_FULL", `There is no space left for ${key} (simulated).`);
    case "unavailable":
      return new BoathouseError("STORE_UNAVAILABLE", `${key} cannot be reached (simulated).`);
    case "crash":
      return new BoathouseError("SIMULATED_CRASH", `The process is gone at ${key} (simulated).`);
  }
}
