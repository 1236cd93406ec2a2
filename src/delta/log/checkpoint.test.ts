import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { append, createTable, openLake, rowsOf, type Lake } from "../../../tests/delta/lake.ts";
import { logKey } from "./log-segment.ts";
import { overwrite } from "../write/overwrite.ts";

let lake: Lake;
beforeAll(async () => {
  lake = await openLake();
});
afterAll(() => lake.close());

const row = (id: number, name = "n"): string => `SELECT ${id}::BIGINT AS id, '${name}' AS name, ${id} AS age`;

describe("a checkpoint", () => {
  it("is written every ten commits, off the commit's path, and holds the whole state", async () => {
    const table = await createTable(lake, "ten", { partitionColumns: ["name"], select: row(0) });
    for (let id = 1; id <= 11; id += 1) await append(lake, table, row(id, `p${id % 2}`));
    await table.settle();
    expect(table.checkpointError).toBeUndefined();
    const hint: unknown = JSON.parse(await textOf(lake, logKey(table.location, "_last_checkpoint")));
    expect(hint).toMatchObject({ version: 10, numOfAddFiles: 11, size: 13 });
    for (let version = 0; version <= 9; version += 1) {
      await lake.store.delete(logKey(table.location, `${String(version).padStart(20, "0")}.json`));
    }
    const again = lake.table("ten");
    const snapshot = await again.snapshot();
    expect(snapshot.version).toBe(11);
    expect((await rowsOf(lake, snapshot, "id")).map((each) => each["id"])).toEqual(
      Array.from({ length: 12 }, (_, id) => BigInt(id)),
    );
    const pruned = await snapshot.scan({
      predicate: { kind: "compare", column: ["id"], op: "=", value: { sql: "5" } },
    });
    expect(pruned.files).toHaveLength(1);
    await expect(again.snapshot({ version: 5 })).rejects.toMatchObject({ code: "DELTA_VERSION_NOT_RECREATABLE" });
  });

  it("keeps tombstones, transactions, domains and structured statistics", async () => {
    const table = await createTable(lake, "whole", {
      select: row(1),
      properties: { "delta.checkpoint.writeStatsAsStruct": "true", "delta.checkpoint.writeStatsAsJson": "false" },
    });
    const transaction = await table.begin({ operation: "WRITE" });
    await overwrite(transaction, { connection: lake.connection, select: row(2) }, { kind: "full" });
    transaction.setTransaction("app", 7);
    transaction.setDomain("house", "{}");
    await transaction.commit();
    await table.checkpoint();
    await append(lake, table, row(3));
    const written = await table.checkpoint();
    expect(written).toMatchObject({ version: 2, size: 7, numOfAddFiles: 2 });
    const removes = await lake.connection.rows(
      `SELECT remove.path AS path FROM '${lake.folder}/whole/_delta_log/00000000000000000002.checkpoint.parquet' WHERE remove IS NOT NULL`,
    );
    expect(removes).toHaveLength(1);
    const snapshot = await lake.table("whole").snapshot();
    expect([snapshot.transactionVersion("app"), snapshot.domain("house")]).toEqual([7, "{}"]);
    expect(snapshot.features).toContain("domainMetadata");
    const pruned = await snapshot.scan({
      predicate: { kind: "compare", column: ["age"], op: ">", value: { sql: "2" } },
    });
    expect([pruned.files.length, pruned.totalFiles]).toEqual([1, 2]);
  });

  it("of the second kind stands in sidecars, which the hint and the file under a name of its own refer to", async () => {
    const table = await createTable(lake, "v2", {
      select: row(1),
      partitionColumns: ["name"],
      properties: { "delta.checkpointPolicy": "v2", "delta.checkpoint.writeStatsAsStruct": "true" },
    });
    const transaction = await table.begin({ operation: "WRITE" });
    await overwrite(transaction, { connection: lake.connection, select: row(2) }, { kind: "full" });
    transaction.setTransaction("app", 7);
    await transaction.commit();
    const written = await table.checkpoint();
    expect(written).toMatchObject({ version: 1, numOfAddFiles: 1 });
    await lake.store.delete(logKey(table.location, "00000000000000000000.json"));
    await append(lake, table, row(3));
    const again = lake.table("v2");
    const snapshot = await again.snapshot();
    expect((await rowsOf(lake, snapshot, "id")).map((each) => each["id"])).toEqual([2n, 3n]);
    expect(snapshot.transactionVersion("app")).toBe(7);
    const hint: unknown = JSON.parse(await textOf(lake, logKey(table.location, "_last_checkpoint")));
    expect(hint).toMatchObject({
      // Protocol, metadata, transaction, checkpointMetadata, two sidecars; a file and a tombstone in them.
      size: 8,
      v2Checkpoint: {
        nonFileActions: expect.arrayContaining([
          { checkpointMetadata: { version: 1, tags: expect.objectContaining({ numOfAddFiles: "1" }) } },
        ]),
        sidecarFiles: [{ path: expect.any(String) }, { path: expect.any(String) }],
      },
    });
    // The tombstone of the first file goes from one checkpoint to the next.
    await table.checkpoint();
    const sidecars = `${lake.folder}/v2/_delta_log/_sidecars/*.parquet`;
    const removed = await lake.connection.rows(
      `SELECT count(remove.path)::INTEGER AS removes, count("add".path)::INTEGER AS adds, count("add"."partitionValues_parsed".name)::INTEGER AS parsed FROM read_parquet('${sidecars}', union_by_name = true)`,
    );
    expect(removed).toEqual([{ removes: 2, adds: 3, parsed: 3 }]);
  });

  it("forgets applications that were not heard of for as long as the table says", async () => {
    const table = await createTable(lake, "expiry", {
      select: row(1),
      properties: { "delta.setTransactionRetentionDuration": "interval 0 days" },
    });
    const transaction = await table.begin({ operation: "WRITE" });
    transaction.setTransaction("app", 7);
    await transaction.commit();
    expect(await table.checkpoint()).toMatchObject({ size: 3 });
  });

  it.each(["classic", "v2"])("may be written by two at once (%s)", async (policy) => {
    const properties = { "delta.checkpointPolicy": policy };
    const table = await createTable(lake, `two-${policy}`, { select: row(1), properties });
    await append(lake, table, row(2));
    const written = await Promise.all([table, lake.table(`two-${policy}`)].map((each) => each.checkpoint()));
    expect(written.filter((each) => each !== undefined).length).toBeGreaterThan(0);
    await lake.store.delete(logKey(table.location, "00000000000000000000.json"));
    expect(await rowsOf(lake, await lake.table(`two-${policy}`).snapshot())).toHaveLength(2);
  });

  it("is not needed: a damaged hint or a stray file does no harm", async () => {
    const table = await createTable(lake, "hint", { select: row(1) });
    await append(lake, table, row(2));
    await lake.store.write(logKey(table.location, "_last_checkpoint"), Buffer.from('{"version":'));
    expect(await rowsOf(lake, await lake.table("hint").snapshot())).toHaveLength(2);
    await lake.store.write(logKey(table.location, "_last_checkpoint"), Buffer.from('{"version":99}'));
    expect(await rowsOf(lake, await lake.table("hint").snapshot())).toHaveLength(2);
    await lake.store.write(logKey(table.location, "00000000000000000001.checkpoint.parquet"), Buffer.alloc(0));
    expect(await rowsOf(lake, await lake.table("hint").snapshot())).toHaveLength(2);
  });

  it("that is damaged is passed over while the commits are there, and named when they are not", async () => {
    const table = await createTable(lake, "torn", { select: row(1) });
    await append(lake, table, row(2));
    await table.checkpoint();
    await append(lake, table, row(3));
    const key = logKey(table.location, "00000000000000000001.checkpoint.parquet");
    await lake.store.write(key, Buffer.from("PAR1 torn PAR1"));
    expect(await rowsOf(lake, await lake.table("torn").snapshot())).toHaveLength(3);
    await lake.store.delete(logKey(table.location, "00000000000000000000.json"));
    await expect(lake.table("torn").snapshot()).rejects.toMatchObject({
      code: "DELTA_LOG_CORRUPTED",
      message: expect.stringContaining("00000000000000000001.checkpoint.parquet"),
    });
  });
});

async function textOf({ store }: Lake, key: string): Promise<string> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of (await store.read(key)).body) chunks.push(chunk);
  return Buffer.concat(chunks).toString("utf8");
}
