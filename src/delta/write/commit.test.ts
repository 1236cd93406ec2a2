import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { append, createTable, openLake, PEOPLE, rowsOf, type Lake } from "../../../tests/delta/lake.ts";
import { FaultyStore } from "../../storage/faulty-store.ts";
import type { DeltaTable } from "../table.ts";

let lake: Lake;
beforeAll(async () => {
  lake = await openLake();
});
afterAll(() => lake.close());

const row = (id: number): string => `SELECT ${id}::BIGINT AS id, 'n' AS name, 1 AS age`;

async function ids(table: DeltaTable): Promise<number[]> {
  return (await rowsOf(lake, await table.snapshot(), "id")).map((each) => Number(each["id"]));
}

describe("a commit that fails", () => {
  it("is recognised as done when only the acknowledgement was lost", async () => {
    await createTable(lake, "lost", { select: row(0) });
    const store = new FaultyStore(lake.store, { at: 1, operations: ["write"], kind: "unavailable", when: "after" });
    expect(await append(lake, lake.table("lost", store), row(1))).toBe(1);
    expect(await ids(lake.table("lost"))).toEqual([0, 1]);
  });

  it("leaves no data files behind when storage is full", async () => {
    const table = await createTable(lake, "full", { select: row(0) });
    const store = new FaultyStore(lake.store, { at: 1, operations: ["write"], kind: "full" });
    await expect(append(lake, lake.table("full", store), row(1))).rejects.toMatchObject({ code: "STORE_FULL" });
    const { numFiles } = await (await table.snapshot()).totals();
    let files = 0;
    for await (const { key } of lake.store.list("full/part-")) files += key.endsWith(".parquet") ? 1 : 0;
    expect(files).toBe(numFiles);
  });
});

describe("giving up a transaction", () => {
  it("leaves alone what is committed", async () => {
    const table = await createTable(lake, "given-up");
    const transaction = await table.begin({ operation: "WRITE" });
    await transaction.append({ connection: lake.connection, select: row(1) });
    await transaction.commit();
    await transaction.abort();
    expect(await ids(table)).toEqual([1]);
  });

  it("leaves alone what may be committed: the write was not acknowledged, and the log cannot be read", async () => {
    const table = await createTable(lake, "unknown");
    const store = new FaultyStore(lake.store, { at: 1, operations: ["write"], kind: "crash", when: "after" });
    const transaction = await lake.table("unknown", store).begin({ operation: "WRITE" });
    await transaction.append({ connection: lake.connection, select: row(1) });
    await expect(transaction.commit()).rejects.toMatchObject({ code: "DELTA_COMMIT_STATE_UNKNOWN" });
    await transaction.abort();
    expect(await ids(table)).toEqual([1]);
  });
});

describe("the history", () => {
  it("says what every commit did, in Delta's own names", async () => {
    const table = await createTable(lake, "history", { select: row(0), comment: "people" });
    await append(lake, table, row(1));
    const transaction = await table.begin({ operation: "MERGE", parameters: { predicate: ["a"] }, userName: "ann" });
    transaction.addMetrics({ numTargetRowsInserted: 1 });
    await transaction.append({ connection: lake.connection, select: row(2) });
    await transaction.commit();
    const [merge, write, create] = await table.history();
    expect(merge).toMatchObject({
      version: 2,
      operation: "MERGE",
      operationParameters: { predicate: '["a"]' },
      operationMetrics: { numTargetRowsInserted: "1", numTargetFilesAdded: "1", numOutputRows: "1" },
      userName: "ann",
      readVersion: 1,
      isolationLevel: "Serializable",
    });
    expect(write).toMatchObject({ operation: "WRITE", isBlindAppend: true, operationMetrics: { numOutputRows: "1" } });
    expect(create).toMatchObject({ version: 0, operation: "CREATE TABLE" });
    expect(await table.history({ limit: 1 })).toHaveLength(1);
    expect(await table.detail()).toMatchObject({
      format: "delta",
      description: "people",
      numFiles: 3,
      minReaderVersion: 1,
      minWriterVersion: 2,
      tableFeatures: ["appendOnly", "invariants"],
    });
  });

  it("dates versions, so that a table can be read as it was at a time", async () => {
    let now = Date.UTC(2026, 0, 1);
    const dated = await openLake({ clock: { now: () => now, sleep: () => Promise.resolve() } });
    try {
      const properties = { "delta.enableInCommitTimestamps": "true" };
      const table = await createTable(dated, "times", { schema: PEOPLE, properties, select: row(0) });
      now += 60_000;
      await append(dated, table, row(1));
      // A clock that runs backwards does not reorder versions.
      now -= 30_000;
      await append(dated, table, row(2));
      const times = (await table.history()).map((entry) => entry.timestamp - Date.UTC(2026, 0, 1));
      expect(times).toEqual([60_001, 60_000, 0]);
      const at = async (offset: number): Promise<number> =>
        (await table.snapshot({ timestamp: Date.UTC(2026, 0, 1) + offset })).version;
      expect([await at(0), await at(59_999), await at(60_000), await at(60_001)]).toEqual([0, 0, 1, 2]);
      await expect(at(-1)).rejects.toMatchObject({ code: "DELTA_TIMESTAMP_EARLIER_THAN_COMMIT_RETENTION" });
      await expect(at(70_000)).rejects.toMatchObject({ code: "DELTA_TIMESTAMP_GREATER_THAN_COMMIT" });
    } finally {
      await dated.close();
    }
  });
});
