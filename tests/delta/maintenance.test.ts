import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { autoCompact } from "../../src/delta/maintain/auto-compact.ts";
import { deleteRows } from "../../src/delta/write/row-changes.ts";
import { optimize } from "../../src/delta/maintain/optimize.ts";
import { restoreTable } from "../../src/delta/maintain/restore.ts";
import type { DeltaTable } from "../../src/delta/table.ts";
import { append, createTable, openLake, rowsOf, type Lake } from "./lake.ts";

let lake: Lake;
let now = Date.now();
const DAY = 86_400_000;
beforeAll(async () => {
  lake = await openLake({ clock: { now: () => now, sleep: () => Promise.resolve() } });
});
afterAll(() => lake.close());

const rows = (from: number, to: number): string =>
  `SELECT i AS id, 'p' || (i % 2) AS name, i::INT AS age FROM range(${from}, ${to}) AS t(i)`;

async function ids(table: DeltaTable): Promise<number[]> {
  return (await rowsOf(lake, await table.snapshot(), "id")).map((row) => Number(row["id"]));
}

const ALL = Array.from({ length: 12 }, (_, id) => id);

async function filled(name: string, properties: Record<string, string> = {}): Promise<DeltaTable> {
  const table = await createTable(lake, name, { select: rows(0, 4), properties });
  await append(lake, table, rows(4, 8));
  await append(lake, table, rows(8, 12));
  return table;
}

describe("OPTIMIZE among other writers", () => {
  it("conflicts with what marks rows of its files as deleted, and with another OPTIMIZE", async () => {
    const properties = { "delta.enableDeletionVectors": "true" };
    const table = await filled("marked", properties);
    const other = lake.table("marked");
    const deleting = await other.begin({ operation: "DELETE" });
    await deleteRows(deleting, lake.connection, { sql: '"id" = 5' });
    const lost = optimize(
      racing(table, () => deleting.commit()),
      { connection: lake.connection },
    );
    await expect(lost).rejects.toMatchObject({ code: "DELTA_CONCURRENT_DELETE_DELETE" });
    const second = optimize(
      racing(table, () => optimize(other, { connection: lake.connection })),
      { connection: lake.connection },
    );
    await expect(second).rejects.toMatchObject({ code: "DELTA_CONCURRENT_DELETE_DELETE" });
    expect(await ids(lake.table("marked"))).toEqual(ALL.filter((id) => id !== 5));
    // What lost has left no files behind.
    now += 8 * DAY;
    expect((await table.vacuum({ dryRun: true })).files.filter((file) => file.endsWith(".parquet"))).toHaveLength(3);
    now -= 8 * DAY;
  });

  it("takes part with appends, and its rows are not new to who reads", async () => {
    const table = await filled("shared");
    const done = await optimize(
      racing(table, () => append(lake, lake.table("shared"), rows(12, 14))),
      { connection: lake.connection },
    );
    expect(done.metrics).toMatchObject({ numAddedFiles: 1, numRemovedFiles: 3 });
    expect(await ids(lake.table("shared"))).toHaveLength(14);
    const reading = await lake.table("shared").begin({ operation: "WRITE" });
    await reading.scan();
    await reading.append({ connection: lake.connection, select: rows(20, 21) });
    await optimize(table, { connection: lake.connection });
    await expect(reading.commit()).rejects.toMatchObject({ code: "DELTA_CONCURRENT_DELETE_READ" });
  });
});

describe("VACUUM while a RESTORE is under way", () => {
  it("may have taken what comes back, which is a conflict", async () => {
    const table = await filled("restored");
    await optimize(table, { connection: lake.connection });
    const vacuum = (): Promise<unknown> => lake.table("restored").vacuum({ retention: 0, allowShortRetention: true });
    const lost = restoreTable(committingAfter(table, vacuum), { to: { version: 2 } });
    await expect(lost).rejects.toMatchObject({ code: "DELTA_CONCURRENT_DELETE_READ", details: { retry: true } });
    expect(await ids(lake.table("restored"))).toEqual(ALL);
  });
});

describe("auto compaction", () => {
  it("waits for enough small files, of tables that want it", async () => {
    const run = { connect: () => Promise.reject(new Error("nothing is due")), version: 2 };
    expect(await autoCompact(await filled("unwanted"), run, { minNumFiles: 3 })).toBeUndefined();
    const table = await filled("wanted", { "delta.autoOptimize": "true" });
    expect(await autoCompact(table, run)).toBeUndefined();
    expect(await autoCompact(table, { ...run, version: 3 }, { minNumFiles: 3 })).toBeUndefined();
    await expect(autoCompact(table, run, { minNumFiles: 3 })).rejects.toThrow("nothing is due");
    const connection = await lake.connect();
    const done = await autoCompact(table, { ...run, connect: () => Promise.resolve([connection]) }, { minNumFiles: 3 });
    expect(done?.metrics).toMatchObject({ numAddedFiles: 1, numRemovedFiles: 3 });
    expect(await ids(table)).toEqual(ALL);
  });
});

/** The table, where something else happens right before the commit. */
function committingAfter(table: DeltaTable, meanwhile: () => Promise<unknown>): DeltaTable {
  return racing(table, () => Promise.resolve(), meanwhile);
}

/** The table, where somebody else commits between the reading of a snapshot and the commit. */
function racing(
  table: DeltaTable,
  meanwhile: () => Promise<unknown>,
  beforeCommit?: () => Promise<unknown>,
): DeltaTable {
  return new Proxy(table, {
    get(target, property) {
      if (property !== "begin") {
        const value: unknown = Reflect.get(target, property, target);
        return typeof value === "function" ? (value.bind(target) as unknown) : value;
      }
      return async (...given: Parameters<DeltaTable["begin"]>) => {
        const transaction = await target.begin(...given);
        await meanwhile();
        const commit = transaction.commit.bind(transaction);
        transaction.commit = async () => {
          await beforeCommit?.();
          return commit();
        };
        return transaction;
      };
    },
  });
}
