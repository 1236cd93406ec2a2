import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { append, createTable, openLake, rowsOf, type Lake } from "../../../tests/delta/lake.ts";
import { optimize } from "./optimize.ts";
import type { DeltaTable } from "../table.ts";
import { deleteRows } from "../write/row-changes.ts";

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
    expect(dry.files.toSorted()).toEqual([...old.map(decodeURIComponent), "name=p0/part-orphan.parquet"].toSorted());
    expect(done).toMatchObject({ count: dry.count, bytes: dry.bytes });
    for (const name of dry.files) expect(await lake.store.head(`vacuumed/${name}`)).toBeUndefined();
    expect(await ids(lake.table("vacuumed"))).toEqual(ALL);
    await expect(before.scan()).rejects.toMatchObject({ code: "DELTA_FILE_NOT_FOUND" });
    expect(await lake.store.head("vacuumed/_notes/readme.txt")).toBeDefined();
    now = start;
  });

  it("keeps what paths name in any spelling, deletion vectors, and what more than the table's retention asks for", async () => {
    const table = await small("spelled", false);
    const names = ["part a%.parquet", "é+&.parquet", "x/../y.parquet", "p=%2F/z.parquet"];
    const [first] = (await (await table.snapshot()).scan()).files;
    const bytes = await readAll(`spelled/${first?.path ?? ""}`);
    const spelled = ["part%20a%25.parquet", "%C3%A9+&.parquet", ".//y.parquet", "p=%252F/z.parquet"];
    const transaction = await table.begin({ operation: "WRITE" });
    for (const [index, path] of spelled.entries()) {
      await lake.store.write(`spelled/${names[index]?.replace("x/../", "") ?? ""}`, bytes);
      const add = { path, partitionValues: {}, size: bytes.length, modificationTime: 0, dataChange: true };
      transaction.stage({ adds: [add] });
    }
    await transaction.commit();
    await table.checkpoint();
    const before = await ids(lake.table("spelled"));
    const start = now;
    now = start + 20 * DAY;
    expect(await table.vacuum()).toMatchObject({ count: 0 });
    expect(await ids(lake.table("spelled"))).toEqual(before);
    expect(await table.history({ limit: 2 })).toMatchObject([
      {
        operation: "VACUUM END",
        operationParameters: { status: "COMPLETED" },
        operationMetrics: { numDeletedFiles: "0", numVacuumedDirectories: "2" },
      },
      {
        operation: "VACUUM START",
        operationParameters: { retentionCheckEnabled: "true", defaultRetentionMillis: "604800000" },
        operationMetrics: { numFilesToDelete: "0", sizeOfDataToDelete: "0" },
      },
    ]);
    // Removed, and forgotten by the checkpoint, but asked for all the same.
    await optimize(table, { connection: lake.connection });
    now = start + 30 * DAY;
    await table.checkpoint();
    expect(await table.vacuum({ retention: 100 * DAY })).toMatchObject({ count: 0 });
    expect((await table.vacuum({ dryRun: true })).count).toBe(9);
    now = start;
  });

  it("LITE deletes what commits since the last one removed, and needs all of those", async () => {
    const table = await small("light", false);
    await optimize(table, { connection: lake.connection });
    await lake.store.write("light/orphan.parquet", Buffer.from("never committed"));
    const start = now;
    now = start + 8 * DAY;
    expect((await table.vacuum({ mode: "lite", dryRun: true })).files).toHaveLength(5);
    expect(await table.vacuum({ mode: "lite" })).toMatchObject({ count: 5 });
    expect(await lake.store.head("light/orphan.parquet")).toBeDefined();
    expect(await table.vacuum({ mode: "lite" })).toMatchObject({ count: 0 });
    expect(await table.vacuum({ mode: "lite", retention: 1000 * DAY })).toMatchObject({ count: 0 });
    const info = await readAll("light/_delta_log/_last_vacuum_info");
    expect(JSON.parse(info.toString())).toEqual({ latestCommitVersionOutsideOfRetentionWindow: 7 });
    await append(lake, table, rows(20, 24));
    await optimize(table, { connection: lake.connection });
    now = start + 16 * DAY;
    expect(await table.vacuum({ mode: "lite" })).toMatchObject({ count: 2 });
    expect(await ids(lake.table("light"))).toHaveLength(24);
    await table.checkpoint();
    await lake.store.delete("light/_delta_log/00000000000000000000.json");
    await lake.store.delete("light/_delta_log/_last_vacuum_info");
    await expect(lake.table("light").vacuum({ mode: "lite" })).rejects.toMatchObject({
      code: "DELTA_CANNOT_VACUUM_LITE",
    });
    now = start;
  });
});

async function readAll(key: string): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of (await lake.store.read(key)).body) chunks.push(chunk);
  return Buffer.concat(chunks);
}
