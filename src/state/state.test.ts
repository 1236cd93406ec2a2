import { spawn } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { sql } from "kysely";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { Migration } from "./migration.ts";
import { openState } from "./state.ts";

type Tables = { note: { id: string; text: string | null; at: number } };

const notes: Migration = {
  name: "notes/001-note",
  async up(db) {
    await db.schema
      .createTable("note")
      .addColumn("id", "text", (column) => column.primaryKey())
      .addColumn("text", "text")
      .addColumn("at", "bigint", (column) => column.notNull())
      .execute();
  },
};

let folder: string;
let path: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "boathouse-state-"));
  path = join(folder, "deep", "state.db");
});

afterEach(() => rm(folder, { recursive: true, force: true }));

describe("the state database", () => {
  it("creates its folder, migrates once and keeps what was written", async () => {
    const first = await openState({ path, migrations: [notes] });
    await first.db.withTables<Tables>().insertInto("note").values({ id: "a", text: null, at: 1e13 }).execute();
    await first.close();
    const second = await openState({ path, migrations: [notes] });
    expect(await second.db.withTables<Tables>().selectFrom("note").selectAll().execute()).toEqual([
      { id: "a", text: null, at: 1e13 },
    ]);
    await second.close();
  });

  it("uses WAL and enforces foreign keys", async () => {
    const state = await openState({ path, migrations: [] });
    expect((await sql`PRAGMA journal_mode`.execute(state.db)).rows).toEqual([{ journal_mode: "wal" }]);
    expect((await sql`PRAGMA foreign_keys`.execute(state.db)).rows).toEqual([{ foreign_keys: 1 }]);
    await state.close();
  });

  it("counts affected rows and returns rows of RETURNING", async () => {
    const state = await openState({ path: ":memory:", migrations: [notes] });
    const db = state.db.withTables<Tables>();
    const rows = await db.insertInto("note").values({ id: "a", text: "x", at: 1 }).returning("id").execute();
    expect(rows).toEqual([{ id: "a" }]);
    const updated = await db.updateTable("note").set({ at: 2 }).where("id", "=", "a").executeTakeFirst();
    expect(updated.numUpdatedRows).toBe(1n);
    await state.close();
  });

  it("refuses a boolean instead of crashing", async () => {
    const state = await openState({ path: ":memory:", migrations: [notes] });
    await expect(sql`SELECT ${true}`.execute(state.db)).rejects.toMatchObject({ code: "INTERNAL_ERROR" });
    await state.close();
  });

  it("goes on after a write that broke a constraint", async () => {
    const state = await openState({ path: ":memory:", migrations: [notes] });
    const db = state.db.withTables<Tables>();
    const add = () => db.insertInto("note").values({ id: "a", text: null, at: 1 }).execute();
    await add();
    await expect(add()).rejects.toThrow(/UNIQUE/);
    await db.deleteFrom("note").execute();
    await add();
    await state.close();
  });

  it("adds the migrations of another folder later", async () => {
    const more: Migration = {
      name: "more/001",
      up: (db) => db.schema.alterTable("note").addColumn("more", "text").execute(),
    };
    await (await openState({ path, migrations: [notes] })).close();
    const state = await openState({ path, migrations: [notes, more] });
    await (await openState({ path, migrations: [notes] })).close();
    expect((await sql`SELECT more FROM note`.execute(state.db)).rows).toEqual([]);
    await state.close();
  });

  it("leaves nothing of a migration that fails half way", async () => {
    const broken: Migration = {
      name: "notes/002-broken",
      async up(db) {
        await db.schema.createTable("half").addColumn("id", "text").execute();
        throw new Error("killed");
      },
    };
    await expect(openState({ path, migrations: [notes, broken] })).rejects.toThrow("killed");
    const state = await openState({ path, migrations: [notes] });
    const tables = await state.db.introspection.getTables();
    expect(tables.map((table) => table.name)).toEqual(["boathouse_migration", "note"]);
    await state.close();
  });

  it("refuses a database that a newer version has migrated", async () => {
    const newer: Migration = { name: "notes/002-later", up: async () => {} };
    await (await openState({ path, migrations: [notes, newer] })).close();
    await expect(openState({ path, migrations: [notes] })).rejects.toMatchObject({ code: "STATE_NEWER" });
  });

  it("names a file that is no database", async () => {
    const file = join(folder, "not.db");
    await writeFile(file, "this is no database, ".repeat(100));
    await expect(openState({ path: file, migrations: [notes] })).rejects.toMatchObject({ code: "STATE_UNAVAILABLE" });
  });
});

describe("several writers", () => {
  it("take turns in one process, through two connections", async () => {
    const one = await openState({ path, migrations: [notes] });
    const two = await openState({ path, migrations: [notes] });
    const add = (db: typeof one.db, id: string) =>
      db
        .withTables<Tables>()
        .transaction()
        .execute(async (transaction) => {
          const { count } = await transaction
            .selectFrom("note")
            .select((expression) => expression.fn.countAll<number>().as("count"))
            .executeTakeFirstOrThrow();
          await new Promise((resolve) => setTimeout(resolve, 2));
          await transaction.insertInto("note").values({ id, text: null, at: count }).execute();
        });
    await Promise.all(Array.from({ length: 20 }, (_, index) => add((index % 2 === 0 ? one : two).db, `n${index}`)));
    const rows = await one.db.withTables<Tables>().selectFrom("note").select("at").orderBy("at").execute();
    expect(rows.map((row) => row.at)).toEqual(Array.from({ length: 20 }, (_, index) => index));
    await Promise.all([one.close(), two.close()]);
  });

  it("give up with a clear error when the lock is never free", async () => {
    const one = await openState({ path, migrations: [notes] });
    const two = await openState({ path, migrations: [notes], busyTimeout: 30 });
    await one.db.transaction().execute(async () => {
      const write = two.db.withTables<Tables>().insertInto("note").values({ id: "x", text: null, at: 1 }).execute();
      await expect(write).rejects.toMatchObject({ code: "STATE_BUSY" });
    });
    await Promise.all([one.close(), two.close()]);
  });

  it("may all open and migrate a new database at the same moment", async () => {
    const script = `
      import { openState } from ${JSON.stringify(pathToFileURL(join(import.meta.dirname, "state.ts")).href)};
      const create = (n) => ({ name: "many/00" + n, up: (db) => db.schema.createTable("t" + n).addColumn("id", "text").execute() });
      const state = await openState({ path: ${JSON.stringify(path)}, migrations: [1, 2, 3].map(create) });
      await state.close();`;
    const file = join(folder, "open.mts");
    await writeFile(file, script);
    const codes = await Promise.all([1, 2, 3].map(() => exitCode(["--import", "tsx", file])));
    expect(codes).toEqual([0, 0, 0]);
  });
});

function exitCode(args: readonly string[]): Promise<number | null> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, args, { stdio: ["ignore", "ignore", "inherit"] });
    child.on("error", reject);
    child.on("exit", resolve);
  });
}
