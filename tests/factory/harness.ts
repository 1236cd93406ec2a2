import { mkdtemp, rm } from "node:fs/promises";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { systemClock, type Clock } from "../../src/core/clock.ts";
import { seededIds } from "../../src/core/ids.ts";
import { DuckDb } from "../../src/duckdb/duckdb.ts";
import { factoryMigrations } from "../../src/factory/copy/migrations.ts";
import type { FactoryServices } from "../../src/factory/runtime/services.ts";
import { runMigrations } from "../../src/runs/migrations.ts";
import { openState, type State } from "../../src/state/state.ts";
import type { ObjectStore } from "../../src/storage/object-store.ts";
import { Storage } from "../../src/storage/storage.ts";

/** What containers stand for, by `account/container`. */
type Bindings = Readonly<Record<string, string>>;
type Services = Omit<FactoryServices, "pipelines">;

/** A house for a factory: a temporary folder, a database, DuckDB, storage. `close` removes it. */
export class House {
  readonly folder: string;
  readonly state: State;
  readonly storage: Storage;
  readonly services: Services;
  readonly #duckdb: DuckDb;
  readonly #servers: Server[] = [];

  private constructor(folder: string, state: State, duckdb: DuckDb, clock: Clock, bindings: Bindings) {
    this.folder = folder;
    this.state = state;
    this.#duckdb = duckdb;
    this.storage = new Storage({ root: folder, bindings, http: { retries: 0 } });
    this.services = {
      state,
      storage: this.storage,
      connect: () => duckdb.connect(),
      temporaryFolder: join(folder, "tmp"),
      secrets: (name) => (name === "API_TOKEN" ? "s3cret" : undefined),
      clock,
      ids: seededIds(folder),
    };
  }

  static async open(clock: Clock = systemClock, bindings: Bindings = {}): Promise<House> {
    const folder = await mkdtemp(join(tmpdir(), "boathouse-factory-"));
    const state = await openState({ path: ":memory:", migrations: [...runMigrations, ...factoryMigrations] });
    const duckdb = await DuckDb.open({
      threads: 2,
      preserveInsertionOrder: false,
      memoryLimit: 256 * 1024 * 1024,
      tempDirectory: join(folder, "spill"),
    });
    return new House(folder, state, duckdb, clock, bindings);
  }

  /** Services whose stores of containers are wrapped, to make them fail. */
  withStores(wrap: (store: ObjectStore) => ObjectStore): Services {
    const wrapped = new Map<ObjectStore, ObjectStore>();
    const resolve: Services["storage"]["resolve"] = (url) => {
      const found = this.storage.resolve(url);
      if (!found.store.url.startsWith("abfss:")) return found;
      let store = wrapped.get(found.store);
      if (store === undefined) {
        store = wrap(found.store);
        wrapped.set(found.store, store);
      }
      return { ...found, store };
    };
    return { ...this.services, storage: { resolve } };
  }

  /** A web server on a free port; gives its address. */
  async serve(answer: (request: IncomingMessage, response: ServerResponse) => void): Promise<string> {
    const server = createServer(answer);
    this.#servers.push(server);
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  }

  async write(url: string, text: string | Uint8Array): Promise<void> {
    const { store, key } = this.storage.resolve(url);
    await store.write(key, typeof text === "string" ? Buffer.from(text, "utf8") : text);
  }

  async read(url: string): Promise<string> {
    const { store, key } = this.storage.resolve(url);
    const { body } = await store.read(key);
    const chunks: Uint8Array[] = [];
    for await (const chunk of body) chunks.push(chunk);
    return Buffer.concat(chunks).toString("utf8");
  }

  async list(url: string): Promise<string[]> {
    const { store, key } = this.storage.resolve(url);
    const keys: string[] = [];
    for await (const meta of store.list(key)) keys.push(meta.key);
    return keys;
  }

  async etag(url: string): Promise<string | undefined> {
    const { store, key } = this.storage.resolve(url);
    return (await store.head(key))?.etag;
  }

  async close(): Promise<void> {
    for (const server of this.#servers) {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    }
    await this.#duckdb.close();
    await this.state.close();
    await rm(this.folder, { recursive: true, force: true });
  }
}

/** A clock that does not wait: time jumps to where the sleeper wants it, except for whoever waits for a time limit. */
export class HastyClock implements Clock {
  #now = Date.now();

  now(): number {
    return this.#now;
  }

  async sleep(milliseconds: number, signal?: AbortSignal): Promise<void> {
    if (milliseconds > 3_600_000) return systemClock.sleep(milliseconds, signal);
    await new Promise((resolve) => setImmediate(resolve));
    this.#now += milliseconds;
  }
}

/** Files by path, with etags; counts what was asked. */
export class Files {
  readonly requests: string[] = [];
  readonly #files = new Map<string, { readonly body: Buffer; readonly etag: string | undefined }>();
  #version = 0;

  set(path: string, body: string | Buffer, etag: "none" | "new" = "new"): void {
    this.#version += 1;
    this.#files.set(path, { body: Buffer.from(body), etag: etag === "none" ? undefined : `"v${this.#version}"` });
  }

  readonly answer = (request: IncomingMessage, response: ServerResponse): void => {
    const { method = "GET", url = "/" } = request;
    this.requests.push(`${method} ${url}`);
    const file = this.#files.get(decodeURIComponent(url));
    if (file === undefined) {
      response.writeHead(404).end("no such file");
      return;
    }
    const headers = { "content-length": file.body.length, ...(file.etag === undefined ? {} : { etag: file.etag }) };
    const match = request.headers["if-match"];
    if (match !== undefined && match !== file.etag) response.writeHead(412).end();
    else response.writeHead(200, headers).end(method === "HEAD" ? undefined : file.body);
  };
}
