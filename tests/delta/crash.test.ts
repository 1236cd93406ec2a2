import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { append, createTable, openLake, rowsOf, type Lake } from "./lake.ts";
import { FaultyStore } from "../../src/storage/faulty-store.ts";
import type { DeltaTable } from "../../src/delta/table.ts";
import { overwrite } from "../../src/delta/write/overwrite.ts";

let lake: Lake;
beforeAll(async () => {
  lake = await openLake();
});
afterAll(() => lake.close());

const row = (id: number): string => `SELECT ${id}::BIGINT AS id, 'n' AS name, 1 AS age`;

async function ids(table: DeltaTable): Promise<number[]> {
  return (await rowsOf(lake, await table.snapshot(), "id")).map((each) => Number(each["id"]));
}

describe("a commit that is killed", () => {
  // An append and a full overwrite at the tenth version, so that a checkpoint is due as well.
  for (const when of ["before", "after"] as const) {
    it(`leaves the table whole, ${when} every step of storage`, async () => {
      let steps = 0;
      for (let at = 1; ; at += 1) {
        const name = `crash-${when}-${at}`;
        const table = await createTable(lake, name, {
          select: row(0),
          properties: { "delta.checkpointInterval": "2" },
        });
        await append(lake, table, row(1));
        const store = new FaultyStore(lake.store, { at, kind: "crash", when });
        const failing = lake.table(name, store);
        let committed = false;
        try {
          const transaction = await failing.begin({ operation: "WRITE" });
          await overwrite(transaction, { connection: lake.connection, select: row(2) }, { kind: "full" });
          await transaction.append({ connection: lake.connection, select: row(3) });
          await transaction.commit();
          committed = true;
          await failing.settle();
        } catch (error) {
          expect(error).toMatchObject({ code: expect.stringMatching(/SIMULATED_CRASH|DELTA_COMMIT_STATE_UNKNOWN/) });
        }
        const fresh = lake.table(name);
        const found = await ids(fresh);
        expect(
          committed
            ? [[2, 3]]
            : [
                [0, 1],
                [2, 3],
              ],
        ).toContainEqual(found);
        // The table can be written again, and nothing is there twice.
        await append(lake, fresh, row(9));
        await append(lake, fresh, row(10));
        await fresh.settle();
        expect(await ids(lake.table(name))).toEqual([...found, 9, 10]);
        steps = store.operations.length;
        if (at > steps) break;
      }
      expect(steps).toBeGreaterThan(8);
    });
  }
});
