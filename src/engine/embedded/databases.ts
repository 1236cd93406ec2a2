import { resolve, sep } from "node:path";
import type { Connection } from "../../duckdb/connection.ts";
import { DuckDb } from "../../duckdb/duckdb.ts";

export interface DatabaseLimits {
  /** Bytes that one instance may hold in memory before it spills. */
  readonly memoryLimit?: number;
  readonly threads?: number;
  readonly tempDirectory: string;
}

/**
 * DuckDB instances for statements: one for each time zone and set of folders that may be reached, because neither can
 * be changed once an instance is locked. They are opened when first needed and stay open.
 */
export class Databases {
  readonly #limits: DatabaseLimits;
  readonly #open = new Map<string, Promise<DuckDb>>();

  constructor(limits: DatabaseLimits) {
    this.#limits = limits;
  }

  /** A connection of its own for one statement; whoever asked closes it. */
  async connect(
    timeZone: string,
    folders: readonly string[],
  ): Promise<{ readonly db: DuckDb; readonly connection: Connection }> {
    const reachable = outermost([...folders, this.#limits.tempDirectory]);
    const key = JSON.stringify([timeZone, reachable]);
    let opening = this.#open.get(key);
    if (opening === undefined) {
      opening = DuckDb.open({
        timeZone,
        allowedDirectories: reachable,
        preserveInsertionOrder: false,
        ...this.#limits,
      });
      this.#open.set(key, opening);
      opening.catch(() => this.#open.delete(key));
    }
    const db = await opening;
    return { db, connection: await db.connect() };
  }

  async close(): Promise<void> {
    const all = await Promise.allSettled(this.#open.values());
    this.#open.clear();
    for (const each of all) if (each.status === "fulfilled") await each.value.close();
  }
}

/** The folders that lie in no other one of them, sorted: fewer instances serve more statements. */
function outermost(folders: readonly string[]): string[] {
  const all = [...new Set(folders.map((folder) => resolve(folder)))].toSorted((a, b) => (a < b ? -1 : 1));
  return all.filter(
    (each) => !all.some((other) => other !== each && each.startsWith(other.endsWith(sep) ? other : other + sep)),
  );
}
