import { rm } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { append, createTable, openLake, rowsOf, type Lake } from "../../../tests/delta/lake.ts";
import { decodePath } from "../log/paths.ts";
import { restoreTable } from "./restore.ts";
import type { DeltaTable } from "../table.ts";

let lake: Lake;
beforeAll(async () => {
  lake = await openLake();
});
afterAll(() => lake.close());

async function people(name: string, properties: Record<string, string> = {}): Promise<DeltaTable> {
  const select = "SELECT i AS id, 'n' || i AS name, i::INT AS age FROM range(4) AS t(i)";
  return createTable(lake, name, { select, properties });
}

async function ids(table: DeltaTable): Promise<number[]> {
  return (await rowsOf(lake, await table.snapshot(), "id")).map((row) => Number(row["id"]));
}

async function deleteAll(table: DeltaTable): Promise<void> {
  const transaction = await table.begin({ operation: "DELETE" });
  await transaction.remove(await transaction.scan());
  await transaction.commit();
}

describe("RESTORE", () => {
  it("takes what came and adds again what went, in one commit that says how much", async () => {
    const table = await people("back");
    await deleteAll(table);
    await append(lake, table, "SELECT 9 AS id");
    const { numFiles, sizeInBytes } = await (await table.snapshot({ version: 0 })).totals();
    const came = await (await table.snapshot()).totals();
    const result = await restoreTable(table, { to: { version: 0 }, userName: "ana" });
    expect(result).toMatchObject({
      version: 3,
      metrics: {
        tableSizeAfterRestore: sizeInBytes,
        numOfFilesAfterRestore: numFiles,
        numRemovedFiles: came.numFiles,
        numRestoredFiles: numFiles,
        removedFilesSize: came.sizeInBytes,
        restoredFilesSize: sizeInBytes,
      },
    });
    expect(await ids(table)).toEqual([0, 1, 2, 3]);
    expect(await ids(lake.table("back"))).toEqual([0, 1, 2, 3]);
    const [entry] = await table.history({ limit: 1 });
    expect(entry).toMatchObject({ operation: "RESTORE", userName: "ana", isBlindAppend: false });
    expect(entry?.operationParameters).toMatchObject({ version: "0" });
    expect(entry?.operationMetrics).toMatchObject({ numRestoredFiles: String(numFiles) });
  });

  it("brings the columns and properties back, and keeps what the protocol has gained", async () => {
    const table = await people("shape");
    const change = await table.begin({ operation: "SET TBLPROPERTIES" });
    change.updateMetadata({ setProperties: { "delta.enableDeletionVectors": "true", mine: "1" } });
    await change.commit();
    const gained = (await table.snapshot()).protocol;
    await restoreTable(table, { to: { version: 0 } });
    const { configuration, protocol } = await table.snapshot();
    expect(configuration).toEqual({});
    expect(protocol).toEqual(gained);
  });

  it("refuses the version that the table has, one that is not there, and times before the first and after the last", async () => {
    const table = await people("refused");
    await append(lake, table, "SELECT 9 AS id");
    const restoring = (to: { version?: number; timestamp?: number }): Promise<unknown> => restoreTable(table, { to });
    await expect(restoring({ version: 1 })).rejects.toMatchObject({ code: "DELTA_CANNOT_RESTORE_TABLE_VERSION" });
    await expect(restoring({ version: 7 })).rejects.toMatchObject({ code: "DELTA_CANNOT_RESTORE_TABLE_VERSION" });
    await expect(restoring({ timestamp: 1 })).rejects.toMatchObject({ code: "DELTA_CANNOT_RESTORE_TIMESTAMP_EARLIER" });
    await expect(restoring({ timestamp: Date.now() + 1e6 })).rejects.toMatchObject({
      code: "DELTA_CANNOT_RESTORE_TIMESTAMP_GREATER",
    });
    expect((await table.snapshot()).version).toBe(1);
  });

  it("refuses a version whose files are gone, unless what is left is asked for", async () => {
    const table = await people("gone");
    await append(lake, table, "SELECT 9 AS id");
    const [file] = (await (await table.snapshot({ version: 0 })).scan()).files;
    await deleteAll(table);
    await rm(join(lake.folder, "gone", decodePath(file?.path ?? "")));
    await expect(restoreTable(table, { to: { version: 1 } })).rejects.toMatchObject({ code: "DELTA_FILE_NOT_FOUND" });
    expect((await table.snapshot()).version).toBe(2);
    const restored = await restoreTable(table, { to: { version: 1 }, ignoreMissingFiles: true });
    expect(restored?.metrics).toMatchObject({ numRestoredFiles: 1, numOfFilesAfterRestore: 1 });
    expect(await ids(table)).toEqual([9]);
  });

  it("conflicts with whoever commits meanwhile, and is done once where it has an identity", async () => {
    const table = await people("raced");
    await append(lake, table, "SELECT 9 AS id");
    const snapshot = await table.snapshot();
    const late = lake.table("raced");
    const stale = Object.assign(Object.create(late) as DeltaTable, {
      snapshot: (spec?: object) => (spec === undefined ? Promise.resolve(snapshot) : late.snapshot(spec)),
      begin: late.begin.bind(late),
    });
    await append(lake, table, "SELECT 10 AS id");
    await expect(restoreTable(stale, { to: { version: 0 } })).rejects.toMatchObject({
      code: "DELTA_CONCURRENT_APPEND",
    });
    const txn = { appId: "job", version: 1 };
    expect(await restoreTable(table, { to: { version: 0 }, txn })).toMatchObject({ version: 3 });
    expect(await restoreTable(table, { to: { version: 0 }, txn })).toBeUndefined();
  });

  it("conflicts with rows that come meanwhile even where it has no file to bring or take", async () => {
    const table = await people("unchanged");
    const begun = await table.begin({ operation: "VACUUM END" });
    await begun.commit();
    const snapshot = await table.snapshot();
    const stale = Object.assign(Object.create(table) as DeltaTable, {
      snapshot: (spec?: object) => (spec === undefined ? Promise.resolve(snapshot) : table.snapshot(spec)),
      begin: table.begin.bind(table),
    });
    await append(lake, table, "SELECT 9 AS id");
    await expect(restoreTable(stale, { to: { version: 0 } })).rejects.toMatchObject({
      code: "DELTA_CONCURRENT_APPEND",
    });
  });

  it("is refused where rows may only be added", async () => {
    const table = await people("kept", { "delta.appendOnly": "true" });
    await append(lake, table, "SELECT 9 AS id");
    await expect(restoreTable(table, { to: { version: 0 } })).rejects.toMatchObject({
      code: "DELTA_CANNOT_MODIFY_APPEND_ONLY",
    });
  });
});
