import { cp, utimes } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { FaultyStore } from "../../src/storage/faulty-store.ts";
import { append, createTable, openLake, rowsOf, type Lake } from "./lake.ts";

const DAY = 86_400_000;
let lake: Lake;
beforeAll(async () => {
  lake = await openLake();
  // Old enough that a checkpoint cleans up the log: versions 0 to 4 are, of which 2 and 4 have checkpoints.
  const properties = { "delta.checkpointPolicy": "v2" };
  const table = await createTable(lake, "origin", { select: row(0), properties });
  for (let version = 1; version <= 5; version += 1) {
    if (version === 3 || version === 5) await table.checkpoint();
    await append(lake, table, row(version));
    await table.settle();
  }
  for (let version = 0; version <= 4; version += 1) {
    const date = new Date(Date.now() - (100 - version) * DAY);
    await utimes(join(lake.folder, "origin", "_delta_log", `${version}.json`.padStart(25, "0")), date, date);
  }
});
afterAll(() => lake.close());

const row = (id: number): string => `SELECT ${id}::BIGINT AS id, 'n' AS name, ${id} AS age`;

describe("a checkpoint with its cleanup that is killed", () => {
  it("leaves the table whole, before every step of storage", async () => {
    const calm = new FaultyStore(lake.store);
    await copyOf("calm");
    await lake.table("calm", calm).checkpoint();
    // To be killed before a read, or after a write, is to be killed before what is written next.
    const changes = calm.operations.filter(({ operation }) => operation === "write" || operation === "delete");
    expect(changes.length).toBeGreaterThan(10);
    for (let at = 1; at <= changes.length; at += 1) {
      const name = `crash-${at}`;
      await copyOf(name);
      const store = new FaultyStore(lake.store, { at, kind: "crash", operations: ["write", "delete"] });
      await lake
        .table(name, store)
        .checkpoint()
        .catch(() => undefined);
      const again = lake.table(name);
      const snapshot = await again.snapshot();
      expect(snapshot.version).toBe(5);
      expect((await rowsOf(lake, snapshot, "id")).map((each) => each["id"])).toEqual([0n, 1n, 2n, 3n, 4n, 5n]);
      // What the retention needs is there, and the next one finishes the work.
      expect((await again.snapshot({ version: 4 })).version).toBe(4);
      await again.checkpoint();
      expect(await rowsOf(lake, await lake.table(name).snapshot())).toHaveLength(6);
      await expect(again.snapshot({ version: 2 })).rejects.toMatchObject({
        code: expect.stringMatching(/^DELTA_VERSION/),
      });
    }
  });
});

async function copyOf(name: string): Promise<void> {
  await cp(join(lake.folder, "origin"), join(lake.folder, name), { recursive: true, preserveTimestamps: true });
}
