import { tmpdir, userInfo } from "node:os";
import { isAbsolute, join, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { systemClock } from "../../core/clock.ts";
import type { StructType } from "../../core/data-type.ts";
import { randomIds } from "../../core/ids.ts";
import type { Connection } from "../../duckdb/connection.ts";
import { DuckDb } from "../../duckdb/duckdb.ts";
import { compileExpression } from "../../sql/expression.ts";
import { plainContext } from "../../sql/plain-context.ts";
import { preludeFor } from "../../sql/prelude/prelude.ts";
import { Storage } from "../../storage/storage.ts";
import { formatLocation, parseLocation } from "../../storage/url.ts";
import { openSequences } from "../write/high-water-marks.ts";
import { DeltaTable as StoredTable } from "../table.ts";

export interface RuntimeOptions {
  /** Where copies of remote files are kept between runs. In the system's temporary folder by default. */
  readonly cacheFolder?: string;
  /** Bytes that DuckDB may take before it spills to disk; half of the machine's memory by default. */
  readonly memoryLimit?: number;
  /** Credentials of storage accounts (`AZURE_STORAGE_KEY` and the like). The process's environment by default. */
  readonly environment?: Readonly<Record<string, string | undefined>>;
}

/** One DuckDB instance for the tables that a process opens on their own. */
export class Runtime {
  readonly #db: DuckDb;
  readonly #planning: Connection;
  readonly #installed = new Set<string>();
  #installing: Promise<void> = Promise.resolve();
  #users = 0;

  static #current: Promise<Runtime> | undefined;

  private constructor(db: DuckDb, planning: Connection) {
    this.#db = db;
    this.#planning = planning;
  }

  /** The one that is there, or a new one. Each `acquire` is followed by one `release`. */
  static async acquire({ memoryLimit }: RuntimeOptions): Promise<Runtime> {
    Runtime.#current ??= DuckDb.open(memoryLimit === undefined ? {} : { memoryLimit }).then(
      async (db) => new Runtime(db, await db.connect()),
    );
    const runtime = await Runtime.#current;
    runtime.#users += 1;
    return runtime;
  }

  async release(): Promise<void> {
    this.#users -= 1;
    if (this.#users > 0) return;
    Runtime.#current = undefined;
    await this.#db.close();
  }

  /** The table at a place, whether or not there is one. */
  table(place: string, options: RuntimeOptions): StoredTable {
    const storage = storageFor(place, options);
    const { store, key } = storage.resolve(place);
    const context = {
      connection: this.#planning,
      clock: systemClock,
      ids: randomIds,
      random: Math.random,
      expressions: {
        compile: (text: string, schema: StructType) =>
          compileExpression(text, { schema, context: plainContext(text) }).sql,
      },
      remote: { cache: storage.cache, resolve: storage.at.bind(storage) },
      engineInfo: "Boathouse",
    };
    return new StoredTable(context, store, key);
  }

  /** Does something on a connection of its own that has what the SQL calls. */
  async using<T>(sql: string, work: (connection: Connection) => Promise<T>): Promise<T> {
    const connection = await this.connect(sql);
    try {
      return await work(connection);
    } finally {
      connection.close();
    }
  }

  /** Whoever asked closes it. */
  async connect(sql: string): Promise<Connection> {
    const connection = await this.#db.connect();
    await this.install(connection, sql);
    return connection;
  }

  /** Gives a connection what further SQL calls. */
  async install(connection: Connection, sql: string): Promise<void> {
    this.#installing = this.#installing
      .catch(() => undefined)
      .then(async () => {
        const { udfs, macros } = preludeFor(sql, this.#installed);
        for (const udf of udfs) {
          connection.registerFunction(udf);
          this.#installed.add(udf.name);
        }
        if (macros.length === 0) return;
        await connection.run(macros.map((macro) => macro.sql).join(";\n"));
        for (const { name } of macros) this.#installed.add(name);
      });
    await this.#installing;
    await openSequences(connection, sql);
  }
}

/** A path, or a URL, as a URL. */
export function placeOf(location: string): string {
  if (/^[A-Za-z][A-Za-z0-9+.-]+:/.test(location) && !isAbsolute(location)) return location;
  return pathToFileURL(resolve(location)).href;
}

/** Its own container is Azure's: nothing is bound to a folder here. */
function storageFor(place: string, { cacheFolder, environment }: RuntimeOptions): Storage {
  const location = parseLocation(place);
  const root = cacheFolder ?? join(tmpdir(), `boathouse-${userInfo().uid}`, "delta");
  const options = { root, ...(environment === undefined ? {} : { environment }) };
  if (location.kind !== "azure") return new Storage(options);
  const { account, container } = location;
  return new Storage({
    ...options,
    bindings: { [`${account}/${container}`]: formatLocation({ ...location, key: "" }) },
  });
}
