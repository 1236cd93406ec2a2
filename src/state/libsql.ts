import { mkdir } from "node:fs/promises";
import { dirname } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import {
  CompiledQuery,
  Kysely,
  SqliteDialect,
  SqliteDriver,
  type DatabaseConnection,
  type Driver,
  type QueryResult,
  type SqliteDialectConfig,
} from "kysely";
import Database from "libsql";
import { BoathouseError, messageOf } from "../core/errors.ts";

interface LibsqlOptions {
  readonly path: string;
  /** Milliseconds. */
  readonly busyTimeout: number;
}

/**
 * A libsql file in WAL mode: readers never wait, writers wait for each other. `synchronous = NORMAL` keeps every commit
 * when the process is killed, and a consistent database when the machine loses power.
 */
export async function openLibsql(options: LibsqlOptions): Promise<Kysely<unknown>> {
  const { path } = options;
  try {
    if (path !== ":memory:") await mkdir(dirname(path), { recursive: true });
    // The driver's own busy timeout stays off: it would block the event loop, and with it a writer of this very process.
    const database = new Database(path);
    const pragmas = ["busy_timeout = 0", "journal_mode = WAL", "synchronous = NORMAL", "foreign_keys = ON"];
    for (const pragma of pragmas) await patiently(options, () => database.prepare(`PRAGMA ${pragma}`).all());
    return new Kysely<unknown>({ dialect: new LibsqlDialect({ database }, options) });
  } catch (error) {
    if (error instanceof BoathouseError) throw error;
    throw new BoathouseError("STATE_UNAVAILABLE", `The state database cannot be opened: ${messageOf(error)}.`, {
      details: { path },
      cause: error,
      hint: `Check that ${path} is a database of Boathouse and that its folder can be written to.`,
    });
  }
}

class LibsqlDialect extends SqliteDialect {
  readonly #config: SqliteDialectConfig;
  readonly #options: LibsqlOptions;

  constructor(config: SqliteDialectConfig, options: LibsqlOptions) {
    super(config);
    this.#config = config;
    this.#options = options;
  }

  override createDriver(): Driver {
    return new LibsqlDriver(this.#config, this.#options);
  }
}

/** Kysely's driver for SQLite, with transactions that take the writer's lock first and statements that wait for it. */
class LibsqlDriver extends SqliteDriver {
  readonly #options: LibsqlOptions;

  constructor(config: SqliteDialectConfig, options: LibsqlOptions) {
    super(config);
    this.#options = options;
  }

  override async acquireConnection(): Promise<DatabaseConnection> {
    return new PatientConnection(await super.acquireConnection(), this.#options);
  }

  override async beginTransaction(connection: DatabaseConnection): Promise<void> {
    await connection.executeQuery(CompiledQuery.raw("begin immediate"));
  }
}

class PatientConnection implements DatabaseConnection {
  readonly #inner: DatabaseConnection;
  readonly #options: LibsqlOptions;

  constructor(inner: DatabaseConnection, options: LibsqlOptions) {
    this.#inner = inner;
    this.#options = options;
  }

  executeQuery<R>(query: CompiledQuery): Promise<QueryResult<R>> {
    return patiently(this.#options, () => this.#inner.executeQuery<R>(query));
  }

  streamQuery<R>(query: CompiledQuery, chunkSize?: number): AsyncIterableIterator<QueryResult<R>> {
    return this.#inner.streamQuery<R>(query, chunkSize);
  }
}

const LONGEST_PAUSE = 50;

/** Repeats `work` while another writer holds the lock. A statement that was refused so has done nothing. */
async function patiently<T>(options: LibsqlOptions, work: () => T | Promise<T>): Promise<T> {
  const deadline = performance.now() + options.busyTimeout;
  for (let pause = 1; ; pause = Math.min(pause * 2, LONGEST_PAUSE)) {
    try {
      return await work();
    } catch (error) {
      if (!isBusy(error)) throw error;
      if (performance.now() > deadline) throw busy(options, error);
      await delay(pause * (0.5 + Math.random()));
    }
  }
}

function isBusy(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  const code = "code" in error ? String(error.code) : "";
  return code.startsWith("SQLITE_BUSY") || /database is locked/i.test(error.message);
}

function busy(options: LibsqlOptions, cause: unknown): BoathouseError {
  const seconds = options.busyTimeout / 1000;
  return new BoathouseError("STATE_BUSY", `The state database stayed locked by another process for ${seconds} s.`, {
    details: { path: options.path },
    cause,
    hint: "Wait until the other command has finished, or end it.",
  });
}
