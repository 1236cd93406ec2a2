import type { Kysely } from "kysely";
import { BoathouseError } from "../core/errors.ts";

/** One step of the database's schema. Written with Kysely's schema builder, so that it fits SQLite and PostgreSQL. */
export interface Migration {
  /**
   * `<folder>/<number>-<what>`, such as `runs/001-events`: unique, never renamed once released. Those of one folder are
   * applied in the order of their list.
   */
  readonly name: string;
  up(db: Kysely<unknown>): Promise<void>;
}

type MigrationTables = { boathouse_migration: { name: string; applied_at: number } };

const TABLE = "boathouse_migration";

/**
 * Applies what is not applied yet, all in one transaction: a crash leaves the database as it was, and of two processes
 * that open it at once the second waits and finds nothing to do.
 *
 * Throws `STATE_NEWER` when a newer version of the program has already migrated one of these folders' tables.
 */
export async function migrate(
  db: Kysely<unknown>,
  migrations: readonly Migration[],
  now: () => number,
): Promise<readonly string[]> {
  const ordered = checked(migrations);
  if (await isCurrent(db.withTables<MigrationTables>(), ordered)) return [];
  return db.transaction().execute(async (transaction) => {
    const tables = transaction.withTables<MigrationTables>();
    await transaction.schema
      .createTable(TABLE)
      .ifNotExists()
      .addColumn("name", "text", (column) => column.primaryKey())
      .addColumn("applied_at", "bigint", (column) => column.notNull())
      .execute();
    const applied = await appliedNames(tables);
    const pending = ordered.filter((each) => !applied.has(each.name));
    for (const each of pending) {
      await each.up(transaction);
      await tables.insertInto(TABLE).values({ name: each.name, applied_at: now() }).execute();
    }
    return pending.map((each) => each.name);
  });
}

/** Whether nothing is to be done, found out without the lock of a writer. */
async function isCurrent(db: Kysely<MigrationTables>, migrations: readonly Migration[]): Promise<boolean> {
  const known = await db.introspection.getTables();
  if (!known.some((table) => table.name === TABLE)) return false;
  const applied = await appliedNames(db);
  refuseNewer(applied, migrations);
  return migrations.every((each) => applied.has(each.name));
}

async function appliedNames(db: Kysely<MigrationTables>): Promise<ReadonlySet<string>> {
  const rows = await db.selectFrom(TABLE).select("name").execute();
  return new Set(rows.map((row) => row.name));
}

function refuseNewer(applied: ReadonlySet<string>, migrations: readonly Migration[]): void {
  const ours = new Set(migrations.map((each) => each.name));
  const folders = new Set(migrations.map((each) => folderOf(each.name)));
  const unknown = [...applied].filter((name) => folders.has(folderOf(name)) && !ours.has(name));
  if (unknown.length === 0) return;
  throw new BoathouseError(
    "STATE_NEWER",
    `The state database was written by a newer version (${unknown.join(", ")}).`,
    {
      kind: "usage",
      hint: "Use the newer version of Boathouse, or another --root.",
    },
  );
}

function checked(migrations: readonly Migration[]): readonly Migration[] {
  const seen = new Map<string, Migration>();
  for (const each of migrations) {
    const before = seen.get(each.name);
    if (before !== undefined && before !== each) {
      throw new BoathouseError("INTERNAL_ERROR", `Two migrations are named ${each.name}.`, { kind: "defect" });
    }
    seen.set(each.name, each);
  }
  return [...seen.values()];
}

function folderOf(name: string): string {
  return name.slice(0, name.indexOf("/"));
}
