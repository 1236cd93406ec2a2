import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { MemoryCoordinator } from "../../../tests/delta/memory-coordinator.ts";
import { append, openLake, PEOPLE, rowsOf, type Lake } from "../../../tests/delta/lake.ts";
import { commitName } from "./log-files.ts";
import { logKey } from "./log-segment.ts";
import { DeltaTable } from "../table.ts";

let lake: Lake;
beforeAll(async () => {
  lake = await openLake();
});
afterAll(() => lake.close());

const row = (id: number): string => `SELECT ${id}::BIGINT AS id, 'n' AS name, ${id} AS age`;
const MANAGED = { "delta.feature.catalogManaged": "supported", "delta.enableInCommitTimestamps": "true" };

function open(name: string, coordinator: MemoryCoordinator): DeltaTable {
  return new DeltaTable(lake.context, lake.store, name, { coordinator });
}

async function create(name: string, coordinator: MemoryCoordinator): Promise<DeltaTable> {
  const table = open(name, coordinator);
  const transaction = await table.beginCreate({ schema: PEOPLE, properties: MANAGED }, { operation: "CREATE TABLE" });
  await transaction.append({ connection: lake.connection, select: row(0) });
  await transaction.commit();
  return table;
}

async function idsOf(table: DeltaTable): Promise<unknown[]> {
  return (await rowsOf(lake, await table.snapshot(), "id")).map((each) => each["id"]);
}

describe("a catalog-managed table", () => {
  it("is read as its catalog has ratified it, published or not, by whoever asks the catalog", async () => {
    const coordinator = new MemoryCoordinator();
    coordinator.forgets = false;
    const table = await create("ratified", coordinator);
    await append(lake, table, row(1));
    await append(lake, table, row(2));
    await table.settle();
    // The catalog could not be told: it still names all commits, of which some are published.
    expect((await coordinator.ratified()).commits).toHaveLength(3);
    for (const version of [1, 2]) await lake.store.delete(logKey(table.location, commitName(version)));
    expect(await idsOf(table)).toEqual([0n, 1n, 2n]);
    const other = open("ratified", coordinator);
    expect(await idsOf(other)).toEqual([0n, 1n, 2n]);
    expect((await other.history()).map(({ version }) => version)).toEqual([2, 1, 0]);
    expect((await other.snapshot({ version: 1 })).version).toBe(1);
    coordinator.forgets = true;
    await append(lake, other, row(3));
    await other.settle();
    expect((await coordinator.ratified()).commits).toEqual([]);
    expect(await lake.store.head(logKey(table.location, commitName(3)))).toBeDefined();
    expect(await idsOf(table)).toEqual([0n, 1n, 2n, 3n]);
  });

  it("has one winner a version, and files that the catalog has not ratified do not count", async () => {
    const coordinator = new MemoryCoordinator();
    const table = await create("winners", coordinator);
    const writers = Array.from({ length: 4 }, () => open("winners", coordinator));
    const transactions = [];
    for (const [index, writer] of writers.entries()) {
      const transaction = await writer.begin({ operation: "WRITE" });
      await transaction.append({ connection: lake.connection, select: row(index + 1) });
      transactions.push(transaction);
    }
    await Promise.all(transactions.map((transaction) => transaction.commit()));
    for (const writer of writers) await writer.settle();
    expect(await idsOf(table)).toEqual([0n, 1n, 2n, 3n, 4n]);
    await lake.store.write(logKey(table.location, commitName(5)), Buffer.from("nonsense"));
    await lake.store.write(
      logKey(table.location, `_staged_commits/${"5".padStart(20, "0")}.x.json`),
      Buffer.from("nonsense"),
    );
    expect(await idsOf(open("winners", coordinator))).toEqual([0n, 1n, 2n, 3n, 4n]);
  });

  it("recognises a commit whose ratification was not answered, and says when it is not known", async () => {
    const coordinator = new MemoryCoordinator();
    const table = await create("answers", coordinator);
    coordinator.loses = "answer";
    expect(await append(lake, table, row(1))).toBe(1);
    coordinator.loses = "request";
    await expect(append(lake, table, row(2))).rejects.toMatchObject({ code: "DELTA_COMMIT_STATE_UNKNOWN" });
    expect(await append(lake, table, row(3))).toBe(2);
    expect(await idsOf(table)).toEqual([0n, 1n, 3n]);
  });

  it("has checkpoints of what is published, but no maintenance that its catalog does not allow", async () => {
    const coordinator = new MemoryCoordinator();
    const table = await create("upkeep", coordinator);
    await append(lake, table, row(1));
    expect(await table.checkpoint()).toMatchObject({ version: 1 });
    expect(await lake.store.head(logKey(table.location, commitName(1)))).toBeDefined();
    const code = "DELTA_UNSUPPORTED_CATALOG_MANAGED_TABLE_OPERATION";
    await expect(table.vacuum()).rejects.toMatchObject({ code });
    await expect(table.begin({ operation: "OPTIMIZE" })).rejects.toMatchObject({ code });
    expect(await open("upkeep", new MemoryCoordinator({ allowsMaintenance: true })).exists()).toBe(false);
  });

  it("is refused without its catalog, and not made without one or without in-commit timestamps", async () => {
    await (await create("refused", new MemoryCoordinator())).settle();
    await expect(lake.table("refused").snapshot()).rejects.toMatchObject({
      code: "DELTA_PATH_BASED_ACCESS_TO_CATALOG_MANAGED_TABLE_BLOCKED",
    });
    const creating = async (table: DeltaTable, properties: Readonly<Record<string, string>>): Promise<unknown> =>
      (await table.beginCreate({ schema: PEOPLE, properties }, { operation: "CREATE TABLE" })).commit();
    const code = "DELTA_UNSUPPORTED_CATALOG_MANAGED_TABLE_CREATION";
    await expect(creating(lake.table("alone"), MANAGED)).rejects.toMatchObject({ code });
    const coordinator = new MemoryCoordinator();
    await expect(creating(open("plain", coordinator), {})).rejects.toMatchObject({ code });
    const undated = { "delta.feature.catalogManaged": "supported" };
    await expect(creating(open("undated", coordinator), undated)).rejects.toMatchObject({ code });
  });
});
