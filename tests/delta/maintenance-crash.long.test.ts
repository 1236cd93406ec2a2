import { cp } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { optimize } from "../../src/delta/maintain/optimize.ts";
import type { DeltaTable } from "../../src/delta/table.ts";
import { FaultyStore } from "../../src/storage/faulty-store.ts";
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

async function filled(name: string): Promise<DeltaTable> {
  const table = await createTable(lake, name, { select: rows(0, 4) });
  await append(lake, table, rows(4, 8));
  await append(lake, table, rows(8, 12));
  return table;
}

describe("maintenance that is killed", () => {
  for (const when of ["before", "after"] as const) {
    it(`leaves every row where it was, ${when} every step of storage`, async () => {
      await filled(`template-${when}`);
      await lake.settle();
      for (let at = 1; ; at += 1) {
        const name = `killed-${when}-${at}`;
        await cp(join(lake.folder, `template-${when}`), join(lake.folder, name), { recursive: true });
        const start = now;
        const store = new FaultyStore(lake.store, { at, kind: "crash", when });
        const failing = lake.table(name, store);
        try {
          await optimize(failing, { connection: lake.connection });
          now = start + 8 * DAY;
          await failing.vacuum();
          await failing.settle();
        } catch (error) {
          expect(error).toMatchObject({ code: expect.stringMatching(/SIMULATED_CRASH|DELTA_COMMIT_STATE_UNKNOWN/) });
        }
        now = start + 8 * DAY;
        expect(await ids(lake.table(name))).toEqual(ALL);
        const fresh = lake.table(name);
        await optimize(fresh, { connection: lake.connection });
        await fresh.vacuum();
        expect(await ids(fresh)).toEqual(ALL);
        now = start;
        if (at > store.operations.length) break;
      }
    });
  }
});
