import { mkdir } from "node:fs/promises";
import { dirname } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import {
  Kysely,
  SqliteDialect,
  SqliteDriver,
  type CompiledQuery,
  type DatabaseConnection,
  type Driver,
  type QueryResult,
} from "kysely";
import Database from "libsql";
import { BoathouseError, messageOf, unreachable } from "../core/errors.ts";

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
    return new Kysely<unknown>({ dialect: new LibsqlDialect(database, options) });
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
  readonly #database: Database.Database;
  readonly #options: LibsqlOptions;

  constructor(database: Database.Database, options: LibsqlOptions) {
    super({ database });
    this.#database = database;
    this.#options = options;
  }

  override createDriver(): Driver {
    return new LibsqlDriver(this.#database, this.#options);
  }
}

/**
 * Kysely's driver for SQLite, where whatever writes takes the writer's lock first. It does so with `exec`, because a
 * prepared statement that is refused for a lock stays in progress in libsql and then hinders every COMMIT.
 */
class LibsqlDriver extends SqliteDriver {
  readonly #database: Database.Database;
  readonly #options: LibsqlOptions;

  constructor(database: Database.Database, options: LibsqlOptions) {
    super({ database });
    this.#database = database;
    this.#options = options;
  }

  override async acquireConnection(): Promise<DatabaseConnection> {
    return new LibsqlConnection(await super.acquireConnection(), this.#database, this.#options);
  }

  override beginTransaction(): Promise<void> {
    return patiently(this.#options, () => void this.#database.exec("BEGIN IMMEDIATE"));
  }

  override async commitTransaction(): Promise<void> {
    await patiently(this.#options, () => void this.#database.exec("COMMIT"));
  }

  override async rollbackTransaction(): Promise<void> {
    if (this.#database.inTransaction) this.#database.exec("ROLLBACK");
  }
}

class LibsqlConnection implements DatabaseConnection {
  readonly #inner: DatabaseConnection;
  readonly #database: Database.Database;
  readonly #options: LibsqlOptions;

  constructor(inner: DatabaseConnection, database: Database.Database, options: LibsqlOptions) {
    this.#inner = inner;
    this.#database = database;
    this.#options = options;
  }

  async executeQuery<R>(query: CompiledQuery): Promise<QueryResult<R>> {
    query.parameters.forEach(checkParameter);
    if (this.#database.inTransaction || onlyReads(query)) {
      return patiently(this.#options, () => this.#inner.executeQuery<R>(query));
    }
    await patiently(this.#options, () => void this.#database.exec("BEGIN IMMEDIATE"));
    try {
      const result = await this.#inner.executeQuery<R>(query);
      this.#database.exec("COMMIT");
      return result;
    } catch (error) {
      if (this.#database.inTransaction) this.#database.exec("ROLLBACK");
      throw error;
    }
  }

  streamQuery<R>(query: CompiledQuery, chunkSize?: number): AsyncIterableIterator<QueryResult<R>> {
    return this.#inner.streamQuery<R>(query, chunkSize);
  }
}

function onlyReads(query: CompiledQuery): boolean {
  if (query.query.kind === "SelectQueryNode") return true;
  return query.query.kind === "RawNode" && /^\s*(select|pragma|explain)\b/i.test(query.sql);
}

/** libsql ends the whole process over a parameter of another type, booleans included. */
function checkParameter(value: unknown, index: number): void {
  if (value === null || typeof value === "string" || typeof value === "number" || typeof value === "bigint") return;
  if (value instanceof Uint8Array) return;
  unreachable(
    `Parameter ${index + 1} of a state query is a ${typeof value}; booleans are kept as 0 and 1, objects as JSON.`,
  );
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
