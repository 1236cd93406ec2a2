import { cp, mkdir } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { field, LONG, struct } from "../../src/core/data-type.ts";
import { changeTable } from "../../src/delta/api/change.ts";
import { Runtime } from "../../src/delta/api/runtime.ts";
import { cloneTable, sourceOfSnapshot } from "../../src/delta/maintain/clone.ts";
import { convertToDelta } from "../../src/delta/maintain/convert.ts";
import { optimize } from "../../src/delta/maintain/optimize.ts";
import { restoreTable } from "../../src/delta/maintain/restore.ts";
import type { DeltaTable } from "../../src/delta/table.ts";
import { deleteRows } from "../../src/delta/write/row-changes.ts";
import { FaultyStore } from "../../src/storage/faulty-store.ts";
import { append, createTable, openLake, type Lake } from "./lake.ts";

let lake: Lake;
let runtime: Runtime;
beforeAll(async () => {
  runtime = await Runtime.acquire({});
  lake = await openLake();
});
afterAll(async () => {
  await lake.close();
  await runtime.release();
});

const rows = (from: number, to: number): string => `SELECT i AS id, i % 3 AS part FROM range(${from}, ${to}) AS t(i)`;
const SCHEMA = struct([field("id", LONG), field("part", LONG)]);
const VECTORS = { "delta.enableDeletionVectors": "true" };

async function ids(table: DeltaTable): Promise<number[]> {
  const scan = await (await table.snapshot()).scan();
  return (await lake.connection.rows(`SELECT id FROM ${scan.sql()} ORDER BY id`)).map((row) => Number(row["id"]));
}

interface Work {
  readonly name: string;
  readonly properties?: Readonly<Record<string, string>>;
  /** Fills the folder of the table, which is copied for each crash. */
  readonly prepare: (name: string) => Promise<void>;
  readonly run: (table: DeltaTable) => Promise<unknown>;
  /** Run again after it was done, it does the same as not at all. */
  readonly before: readonly number[] | undefined;
  readonly after: readonly number[];
  /** Store operations at least. */
  readonly steps: number;
}

const TEN = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9];

async function filled(name: string, properties: Readonly<Record<string, string>> = {}): Promise<DeltaTable> {
  const table = await createTable(lake, name, { schema: SCHEMA, select: rows(0, 5), properties });
  await append(lake, table, rows(5, 10));
  await table.settle();
  return table;
}

async function merge(table: DeltaTable): Promise<void> {
  const transaction = await table.begin({ operation: "MERGE" });
  const text =
    "MERGE INTO target USING source ON target.id = source.id WHEN MATCHED THEN DELETE " +
    "WHEN NOT MATCHED AND source.id >= 10 THEN INSERT *";
  await changeTable(text, transaction, runtime, {
    select: "SELECT * FROM (VALUES (3::BIGINT, 0::BIGINT), (7, 1), (20, 2)) AS t(id, part)",
    schema: SCHEMA,
    release: () => Promise.resolve(),
  });
}

/** A merge that was done finds nothing to delete, and would insert again. */
async function mergeOnce(table: DeltaTable): Promise<void> {
  if (!(await ids(table)).includes(20)) await merge(table);
}

const MERGED = [0, 1, 2, 4, 5, 6, 8, 9, 20];

const WORKS: readonly Work[] = [
  {
    name: "a delete by deletion vectors",
    prepare: async (name) => void (await filled(name, VECTORS)),
    async run(table) {
      const transaction = await table.begin({ operation: "DELETE" });
      await deleteRows(transaction, lake.connection, { sql: '"id" IN (3, 7)' });
      if (transaction.hasChanges) await transaction.commit();
    },
    before: TEN,
    after: TEN.filter((id) => id !== 3 && id !== 7),
    steps: 4,
  },
  {
    name: "a merge by copies",
    prepare: async (name) => void (await filled(name)),
    run: mergeOnce,
    before: TEN,
    after: MERGED,
    steps: 4,
  },
  {
    name: "a merge by deletion vectors, with a checkpoint of sidecars",
    prepare: async (name) =>
      void (await filled(name, {
        ...VECTORS,
        "delta.enableChangeDataFeed": "true",
        "delta.checkpointPolicy": "v2",
        "delta.checkpointInterval": "2",
      })),
    run: mergeOnce,
    before: TEN,
    after: MERGED,
    steps: 8,
  },
  {
    name: "an OPTIMIZE and a VACUUM that reads the log",
    async prepare(name) {
      await merge(await filled(name, VECTORS));
    },
    async run(table) {
      await optimize(table, { connection: lake.connection });
      await table.vacuum({ mode: "lite", retention: 0, allowShortRetention: true });
    },
    before: MERGED,
    after: MERGED,
    steps: 10,
  },
  {
    name: "a VACUUM that lists the folder",
    async prepare(name) {
      await merge(await filled(name));
    },
    run: (table) => table.vacuum({ retention: 0, allowShortRetention: true }),
    before: MERGED,
    after: MERGED,
    steps: 8,
  },
  {
    name: "a RESTORE",
    async prepare(name) {
      await merge(await filled(name, VECTORS));
    },
    async run(table) {
      if ((await ids(table)).length !== 5) await restoreTable(table, { to: { version: 0 } });
    },
    before: MERGED,
    after: [0, 1, 2, 3, 4],
    steps: 5,
  },
  {
    name: "a deep clone",
    async prepare(name) {
      await mkdir(join(lake.folder, name));
    },
    async run(table) {
      const source = await sourceOfSnapshot(await lake.table("origin").snapshot(), "origin");
      await cloneTable(table, source, { shallow: false });
    },
    before: undefined,
    after: MERGED,
    steps: 4,
  },
  {
    name: "a CONVERT TO DELTA",
    async prepare(name) {
      const folder = join(lake.folder, name);
      await mkdir(folder);
      for (const [file, select] of [rows(0, 5), rows(5, 10)].entries()) {
        await lake.connection.run(`COPY (${select}) TO '${folder}/${file}.parquet' (FORMAT parquet)`);
      }
    },
    run: (table) => convertToDelta(table, { connection: lake.connection, partitionedBy: [], statistics: true }),
    before: undefined,
    after: TEN,
    steps: 4,
  },
];

describe("what is killed before and after every step of storage", () => {
  beforeAll(async () => merge(await filled("origin", VECTORS)));

  for (const [index, { name, prepare, run, before, after, steps }] of WORKS.entries()) {
    it(`${name} leaves the table as it was or as it should be, and is done by the next run`, async () => {
      await prepare(`template-${index}`);
      await lake.settle();
      for (const when of ["before", "after"] as const) {
        let performed = 0;
        for (let at = 1; ; at += 1) {
          const folder = `work-${index}-${when}-${at}`;
          await cp(join(lake.folder, `template-${index}`), join(lake.folder, folder), {
            recursive: true,
            preserveTimestamps: true,
          });
          const store = new FaultyStore(lake.store, { at, kind: "crash", when });
          const failing = lake.table(folder, store);
          let done = false;
          try {
            await run(failing);
            done = true;
          } catch (error) {
            expect(error).toMatchObject({ code: expect.stringMatching(/SIMULATED_CRASH|DELTA_COMMIT_STATE_UNKNOWN/) });
          }
          await failing.settle();
          const fresh = lake.table(folder);
          if (await fresh.exists()) {
            const found = await ids(fresh);
            expect(done || before === undefined ? [after] : [before, after]).toContainEqual(found);
            expect((await (await fresh.snapshot()).totals()).numRows).toBe(found.length);
          } else expect([done, before]).toEqual([false, undefined]);
          const again = lake.table(folder);
          await run(again);
          await again.settle();
          expect(again.checkpointError).toBeUndefined();
          expect(await ids(lake.table(folder))).toEqual(after);
          performed = store.operations.length;
          if (at > performed) break;
        }
        expect(performed).toBeGreaterThanOrEqual(steps);
      }
    });
  }
});
