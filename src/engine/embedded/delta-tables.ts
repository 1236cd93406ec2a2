import type { Clock } from "../../core/clock.ts";
import type { IdSource } from "../../core/ids.ts";
import type { Connection } from "../../duckdb/connection.ts";
import { DuckDb } from "../../duckdb/duckdb.ts";
import type { DeltaContext, ExpressionCompiler } from "../../delta/context.ts";
import { DeltaTable } from "../../delta/table.ts";
import type { Storage } from "../../storage/storage.ts";
import type { AzureLocation } from "../../storage/url.ts";

export interface DeltaTablesOptions {
  readonly storage: Storage;
  readonly clock: Clock;
  readonly ids: IdSource;
  readonly random?: () => number;
  readonly expressions: ExpressionCompiler;
  readonly engineInfo: string;
  readonly tempDirectory: string;
  /** Bytes for lists of files. */
  readonly memoryLimit?: number;
}

/** The Delta tables of a process: each is opened once and then only catches up. Their lists of files share a DuckDB. */
export class DeltaTables {
  readonly #options: DeltaTablesOptions;
  readonly #tables = new Map<string, Promise<DeltaTable>>();
  #context: Promise<{ readonly db: DuckDb; readonly context: DeltaContext }> | undefined;

  constructor(options: DeltaTablesOptions) {
    this.#options = options;
  }

  /** The table at a URL, whether or not there is one. */
  async at(url: string): Promise<DeltaTable> {
    const { store, key, url: canonical } = this.#options.storage.resolve(url);
    let table = this.#tables.get(canonical);
    if (table === undefined) {
      table = this.#open().then(({ context }) => new DeltaTable(context, store, key));
      this.#tables.set(canonical, table);
      table.catch(() => this.#tables.delete(canonical));
    }
    return table;
  }

  /** A connection of its own that reaches everything, for planning and inference; no user's SQL runs on it. */
  async planningConnection(): Promise<Connection> {
    const { db } = await this.#open();
    return db.connect();
  }

  /** Forgets a table that is to be dropped: nothing writes there on its behalf any more. */
  async forget(url: string): Promise<void> {
    const { url: canonical } = this.#options.storage.resolve(url);
    const table = this.#tables.get(canonical);
    this.#tables.delete(canonical);
    await (await table)?.settle();
  }

  /** Waits for checkpoints that are being written. */
  async close(): Promise<void> {
    for (const table of this.#tables.values()) await (await table).settle();
    this.#tables.clear();
    await (await this.#context)?.db.close();
    this.#context = undefined;
  }

  #open(): Promise<{ readonly db: DuckDb; readonly context: DeltaContext }> {
    return (this.#context ??= this.#start());
  }

  async #start(): Promise<{ readonly db: DuckDb; readonly context: DeltaContext }> {
    const { clock, ids, expressions, engineInfo, tempDirectory, memoryLimit, random = Math.random } = this.#options;
    const db = await DuckDb.open({ tempDirectory, ...(memoryLimit === undefined ? {} : { memoryLimit }) });
    const connection = await db.connect();
    const { storage } = this.#options;
    const remote = { cache: storage.cache, resolve: (place: AzureLocation) => storage.at(place) };
    return { db, context: { connection, clock, ids, random, expressions, remote, engineInfo } };
  }
}
