import type { Kysely } from "kysely";
import { systemClock, type Clock } from "../core/clock.ts";
import { migrate, type Migration } from "./migration.ts";

/** The control plane's database: everything that is known outside of storage. */
export interface State {
  /**
   * Kysely over the database. A folder types its own tables with `state.db.withTables<RunTables>()` (a `type`, not an `interface`).
   *
   * There is one connection: a transaction holds it, so inside one only the transaction is used, and nothing but the
   * database is awaited. Transactions begin as writers (`BEGIN IMMEDIATE`), so what they read stays true until they end.
   */
  readonly db: Kysely<unknown>;
  close(): Promise<void>;
}

export interface StateOptions {
  /** The database file, created with its folders when it is not there; `:memory:` for one that is gone afterwards. */
  readonly path: string;
  /** The migrations of every folder that uses the database, each folder's exported list joined to the next. */
  readonly migrations: readonly Migration[];
  readonly clock?: Clock;
  /** How long a write waits for another process's, in milliseconds, before it fails with `STATE_BUSY`. */
  readonly busyTimeout?: number;
}

/** Opens the database and brings its tables up to date. The driver is loaded only now. */
export async function openState(options: StateOptions): Promise<State> {
  const clock = options.clock ?? systemClock;
  const { openLibsql } = await import("./libsql.ts");
  const db = await openLibsql({ path: options.path, busyTimeout: options.busyTimeout ?? 30_000 });
  try {
    await migrate(db, options.migrations, () => clock.now());
  } catch (error) {
    await db.destroy();
    throw error;
  }
  return { db, close: () => db.destroy() };
}
