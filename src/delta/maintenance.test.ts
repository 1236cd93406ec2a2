import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { append, createTable, openLake, rowsOf, type Lake } from "../../tests/delta/lake.ts";
import { optimize } from "./optimize.ts";
import type { DeltaTable } from "./table.ts";
import { deleteRows } from "./row-changes.ts";

let lake: Lake;
let now = Date.now();
const DAY = 86_400_000;
beforeAll(async () => {
  lake = await openLake({ clock: { now: () => now, sleep: () => Promise.resolve() } });
});
afterAll(() => lake.close());

const rows = (from: number, to: number): string =>
  `SELECT i AS id, 'p' || (i % 2) AS name, i::INT AS age FROM range(${from}, ${to}) AS t(i)`;

async function small(name: string, partitioned = true): Promise<DeltaTable> {
  const table = await createTable(lake, name, { select: rows(0, 4), partitionColumns: partitioned ? ["name"] : [] });
  for (let start = 4; start < 20; start += 4) await append(lake, table, rows(start, start + 4));
  return table;
}

async function ids(table: DeltaTable): Promise<number[]> {
  return (await rowsOf(lake, await table.snapshot(), "id")).map((row) => Number(row["id"]));
}

const ALL = Array.from({ length: 20 }, (_, id) => id);

describe("OPTIMIZE", () => {
  it("puts small files together, partition by partition, and leaves the rows as they are", async () => {
    const table = await small("optimized");
    const { metrics, version } = await optimize(table, { connection: lake.connection });
    expect(metrics).toMatchObject({ numRemovedFiles: 10, numAddedFiles: 2 });
    expect(await ids(table)).toEqual(ALL);
    expect((await table.history({ limit: 1 }))[0]).toMatchObject({
      version,
      operation: "OPTIMIZE",
      isBlindAppend: false,
    });
    expect(await optimize(table, { connection: lake.connection })).toMatchObject({ version: undefined });
    const predicate = { kind: "compare", column: ["id"], op: "=", value: { sql: "1" } } as const;
    await expect(optimize(table, { connection: lake.connection, predicate })).rejects.toMatchObject({
      code: "DELTA_UNSUPPORTED_PREDICATE",
    });
  });

  it("keeps to the size that is asked for, and goes side by side with appends, but not with deletes", async () => {
    const table = await small("sized", false);
    const [file] = (await (await table.snapshot()).scan()).files;
    const maxFileSize = (file?.size ?? 0) * 2 + 100;
    expect((await optimize(table, { connection: lake.connection, maxFileSize })).metrics).toMatchObject({
      numRemovedFiles: 4,
      numAddedFiles: 2,
    });
    const snapshot = await table.snapshot();
    const compacting = await table.begin({ operation: "OPTIMIZE" }, snapshot);
    await compacting.compact(await snapshot.scan(), lake.connection);
    await append(lake, lake.table("sized"), rows(20, 24));
    await compacting.commit();
    expect(await ids(table)).toHaveLength(24);
    const latest = await table.snapshot();
    const late = await table.begin({ operation: "OPTIMIZE" }, latest);
    await late.compact(await latest.scan(), lake.connection);
    const deleting = await lake.table("sized").begin({ operation: "DELETE" });
    await deleteRows(deleting, lake.connection, { sql: '"id" = 3' });
    await deleting.commit();
    await expect(late.commit()).rejects.toMatchObject({ code: "DELTA_CONCURRENT_DELETE_DELETE" });
    expect(await ids(table)).toHaveLength(23);
  });
});

describe("VACUUM", () => {
  it("deletes what no version within the retention period needs, and nothing else", async () => {
    const table = await small("vacuumed");
    await table.checkpoint();
    const before = await table.snapshot();
    const old = (await before.scan()).files.map(({ path }) => path);
    await optimize(table, { connection: lake.connection });
    await table.checkpoint();
    const orphan = "vacuumed/name=p0/part-orphan.parquet";
    await lake.store.write(orphan, Buffer.from("left by a killed process"));
    await lake.store.write("vacuumed/_notes/readme.txt", Buffer.from("not the table's"));
    expect((await table.vacuum()).files).toEqual([]);
    const start = now;
    // Everything is older than the retention period now, but the files were removed only six days ago.
    now = start + 6 * DAY;
    const options = { retention: DAY, allowShortRetention: true };
    await expect(table.vacuum({ retention: DAY })).rejects.toMatchObject({
      code: "DELTA_VACUUM_RETENTION_PERIOD_TOO_SHORT",
    });
    const dry = await table.vacuum({ ...options, dryRun: true });
    expect(dry.files).toHaveLength(old.length + 1);
    now = start + 6 * DAY + 1;
    expect((await table.vacuum({ retention: 6 * DAY + DAY / 2, allowShortRetention: true })).files).toEqual([]);
    expect(await ids(lake.table("vacuumed"))).toEqual(ALL);
    const done = await table.vacuum(options);
    expect(done.files.toSorted()).toEqual([...old.map(decodeURIComponent), "name=p0/part-orphan.parquet"].toSorted());
    expect(await ids(lake.table("vacuumed"))).toEqual(ALL);
    await expect(before.scan()).rejects.toMatchObject({ code: "DELTA_FILE_NOT_FOUND" });
    expect(await lake.store.head("vacuumed/_notes/readme.txt")).toBeDefined();
    now = start;
  });
});
