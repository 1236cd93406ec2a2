import { utimes } from "node:fs/promises";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { append, createTable, openLake, rowsOf, type Lake } from "../../../tests/delta/lake.ts";
import { readChecksum } from "./checksum-writer.ts";
import { logKey } from "./log-segment.ts";
import { overwrite } from "../write/overwrite.ts";
import type { DeltaTable } from "../table.ts";

const DAY = 86_400_000;
let lake: Lake;
beforeAll(async () => {
  lake = await openLake();
});
afterAll(() => lake.close());

const row = (id: number): string => `SELECT ${id}::BIGINT AS id, 'n' AS name, ${id} AS age`;
const name = (version: number, rest: string): string => `${String(version).padStart(20, "0")}.${rest}`;

describe("the checksum of a version", () => {
  it("is written after each commit and says what the table is then", async () => {
    const table = await createTable(lake, "sums", { select: row(1) });
    await append(lake, table, row(2));
    const transaction = await table.begin({ operation: "WRITE" });
    await overwrite(transaction, { connection: lake.connection, select: row(3) }, { kind: "full" });
    transaction.setTransaction("app", 7);
    transaction.setDomain("house", "{}");
    const { version } = await transaction.commit();
    await table.settle();
    const { numFiles, sizeInBytes } = await (await table.snapshot()).totals();
    expect(version).toBe(2);
    expect(await readChecksum(table.location, 2)).toMatchObject({
      numFiles,
      tableSizeBytes: sizeInBytes,
      numMetadata: 1,
      numProtocol: 1,
      setTransactions: [{ appId: "app", version: 7 }],
      domainMetadata: [{ domain: "house", configuration: "{}", removed: false }],
      protocol: (await table.snapshot()).protocol,
      metadata: (await table.snapshot()).metadata,
    });
    expect(await readChecksum(table.location, 1)).toMatchObject({ numFiles: 2 });
  });

  it("comes from the table's state where the one before is missing", async () => {
    const table = await createTable(lake, "missing", { select: row(1) });
    await table.settle();
    await lake.store.delete(logKey(table.location, name(0, "crc")));
    const other = lake.table("missing");
    await append(lake, other, row(2));
    await other.settle();
    expect(await readChecksum(table.location, 1)).toMatchObject({ numFiles: 2, setTransactions: [] });
  });

  it("that is damaged counts as missing; one that does not agree stops a checkpoint", async () => {
    const table = await createTable(lake, "disagrees", { select: row(1) });
    await append(lake, table, row(2));
    await table.settle();
    const key = logKey(table.location, name(1, "crc"));
    const checksum = await readChecksum(table.location, 1);
    await lake.store.write(key, Buffer.from('{"tableSizeBytes":'));
    expect(await table.checkpoint()).toMatchObject({ version: 1 });
    await lake.store.write(key, Buffer.from(JSON.stringify({ ...checksum, numFiles: 3 })));
    await expect(table.checkpoint()).rejects.toMatchObject({
      code: "DELTA_TXN_LOG_FAILED_INTEGRITY",
      message: expect.stringContaining("number of files: 3 expected, 2 found"),
    });
    expect(await rowsOf(lake, await table.snapshot())).toHaveLength(2);
  });
});

describe("the log", () => {
  it("is cleaned up before the newest checkpoint that the retention needs", async () => {
    const table = await tableOfDays("expired", [100, 90, 80, 70, 60, 50, 2, 1]);
    expect(await table.checkpoint()).toMatchObject({ version: 7 });
    // Of 50 days ago is version 5, which stands on the checkpoint of version 4.
    expect(await filesOf(table)).toEqual([
      name(4, "checkpoint.parquet"),
      name(4, "crc"),
      name(4, "json"),
      ...[5, 6].flatMap((version) => [name(version, "crc"), name(version, "json")]),
      name(7, "checkpoint.parquet"),
      name(7, "crc"),
      name(7, "json"),
      "_last_checkpoint",
    ]);
    const fresh = lake.table("expired");
    expect(await rowsOf(lake, await fresh.snapshot())).toHaveLength(8);
    expect(await rowsOf(lake, await fresh.snapshot({ version: 4 }))).toHaveLength(5);
    await expect(fresh.snapshot({ version: 3 })).rejects.toMatchObject({ code: "DELTA_VERSION_NOT_RECREATABLE" });
  });

  it("stays where the table does not want it cleaned, is protected, or is dated later by commits before", async () => {
    const off = await tableOfDays("off", [100, 90, 80, 70, 60, 1], { "delta.enableExpiredLogCleanup": "false" });
    await off.checkpoint();
    expect(await filesOf(off)).toContain(name(0, "json"));
    const guarded = await tableOfDays("guarded", [100, 90, 80, 70, 60, 1], {
      "delta.feature.checkpointProtection": "supported",
      "delta.requireCheckpointProtectionBeforeVersion": "5",
    });
    await guarded.checkpoint();
    expect(await filesOf(guarded)).toContain(name(0, "json"));
    // The clock ran backwards after version 1, which was written a day ago.
    const backwards = await tableOfDays("backwards", [100, 1, 80, 70, 60, 50]);
    await backwards.checkpoint();
    expect(await filesOf(backwards)).toContain(name(0, "json"));
  });

  it("loses sidecars that nothing refers to any more, but none of the last day, and keeps a classic checkpoint", async () => {
    const table = await tableOfDays("sidecars", [100, 90, 80, 70, 60, 1], { "delta.checkpointPolicy": "v2" });
    const orphan = logKey(table.location, "_sidecars/new.parquet");
    await lake.store.write(orphan, Buffer.from("x"));
    const before = await sidecarsOf(table);
    await table.checkpoint();
    const after = await sidecarsOf(table);
    // The sidecar of version 2 is gone.
    expect([before.length, after.length]).toEqual([3, 3]);
    expect(after.filter((each) => before.includes(each))).toHaveLength(2);
    expect(after).toContain(orphan);
    expect((await filesOf(table)).filter((each) => each.includes("checkpoint"))).toEqual([
      expect.stringMatching(/4\.checkpoint\..{36}\.parquet$/),
      expect.stringMatching(/5\.checkpoint\..{36}\.parquet$/),
      name(5, "checkpoint.parquet"),
      "_last_checkpoint",
    ]);
    expect(await rowsOf(lake, await lake.table("sidecars").snapshot())).toHaveLength(6);
  });
});

/** A version a day of the past, checkpoints of versions 2 and 4. */
async function tableOfDays(
  folder: string,
  days: readonly number[],
  properties: Readonly<Record<string, string>> = {},
): Promise<DeltaTable> {
  const table = await createTable(lake, folder, { select: row(0), properties });
  for (let version = 0; version < days.length; version += 1) {
    if (version > 0) await append(lake, table, row(version));
    await table.settle();
    expect(table.checkpointError).toBeUndefined();
    if (version === 2 || version === 4) await table.checkpoint();
  }
  const now = Date.now();
  for (const [version, day] of days.entries()) {
    const date = new Date(now - day * DAY);
    await utimes(`${lake.folder}/${folder}/_delta_log/${name(version, "json")}`, date, date);
  }
  for (const key of await sidecarsOf(table)) {
    await utimes(`${lake.folder}/${key}`, new Date(now - 60 * DAY), new Date(now - 60 * DAY));
  }
  return table;
}

async function filesOf(table: DeltaTable): Promise<string[]> {
  const prefix = logKey(table.location, "");
  const names = (await keysOf(prefix)).map((key) => key.slice(prefix.length));
  return names.filter((each) => !each.includes("/"));
}

function sidecarsOf(table: DeltaTable): Promise<string[]> {
  return keysOf(logKey(table.location, "_sidecars/"));
}

async function keysOf(prefix: string): Promise<string[]> {
  const keys: string[] = [];
  for await (const { key } of lake.store.list(prefix)) keys.push(key);
  return keys;
}
