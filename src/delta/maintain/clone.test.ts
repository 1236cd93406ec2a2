import { readdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { append, createTable, openLake, rowsOf, type Lake } from "../../../tests/delta/lake.ts";
import { cloneTable, sourceOfSnapshot, type CloneOptions } from "./clone.ts";
import { deleteRows } from "../write/row-changes.ts";
import { optimize } from "./optimize.ts";
import type { DeltaTable } from "../table.ts";
import type { CommitResult } from "../write/transaction-options.ts";

let lake: Lake;
let now = Date.now();
beforeAll(async () => {
  lake = await openLake({ clock: { now: () => now, sleep: () => Promise.resolve() } });
});
afterAll(() => lake.close());

const ROWS = "SELECT i AS id, 'n' || (i % 2) AS name, i::INT AS age FROM range(4) AS t(i)";

async function people(name: string, properties: Record<string, string> = {}): Promise<DeltaTable> {
  return createTable(lake, name, { select: ROWS, partitionColumns: ["name"], properties });
}

async function ids(table: DeltaTable): Promise<number[]> {
  return (await rowsOf(lake, await table.snapshot(), "id")).map((row) => Number(row["id"]));
}

async function clone(
  from: DeltaTable,
  to: DeltaTable,
  options: Partial<CloneOptions> & { readonly version?: number } = {},
): Promise<CommitResult | undefined> {
  const { version, ...rest } = options;
  const snapshot = await from.snapshot(version === undefined ? {} : { version });
  return cloneTable(to, await sourceOfSnapshot(snapshot, "source"), { shallow: false, ...rest });
}

async function dataFiles(name: string): Promise<string[]> {
  const names = await readdir(join(lake.folder, name), { recursive: true });
  return names.filter((each) => each.endsWith(".parquet") && !each.includes("_delta_log"));
}

describe("a deep clone", () => {
  it("has its own files, the columns, properties and transactions of its source, and an id of its own", async () => {
    const source = await people("deep", { "delta.enableDeletionVectors": "true", mine: "1" });
    const written = await source.begin({ operation: "WRITE" });
    written.setTransaction("stream", 7);
    await written.append({ connection: lake.connection, select: "SELECT 9 AS id, 'n0' AS name" });
    await written.commit();
    await deleteRow(source, 1);
    const target = lake.table("deep copy");
    const result = await clone(source, target, { userName: "ana", properties: { yours: "2" }, comment: "a copy" });
    const { numFiles, sizeInBytes } = await (await source.snapshot()).totals();
    expect(result).toMatchObject({
      version: 0,
      metrics: {
        sourceTableSize: sizeInBytes,
        sourceNumOfFiles: numFiles,
        numRemovedFiles: 0,
        numCopiedFiles: numFiles,
        removedFilesSize: 0,
        copiedFilesSize: sizeInBytes,
      },
    });
    await lake.settle();
    await rm(join(lake.folder, "deep"), { recursive: true });
    expect(await ids(target)).toEqual([0, 2, 3, 9]);
    const { metadata, partitionColumns, configuration } = await target.snapshot();
    expect(configuration).toMatchObject({ mine: "1", yours: "2", "delta.enableDeletionVectors": "true" });
    expect({ partitionColumns, description: metadata.description }).toEqual({
      partitionColumns: ["name"],
      description: "a copy",
    });
    expect((await target.snapshot()).transactionVersion("stream")).toBe(7);
    expect((await target.history())[0]).toMatchObject({
      operation: "CLONE",
      operationParameters: { source: "source", sourceVersion: "2", isShallow: "false" },
    });
  });

  it("is brought up to date by copying what is new, and finds the copies of a run that did not end", async () => {
    const source = await people("often");
    const target = lake.table("often-copy");
    await clone(source, target);
    await append(lake, source, "SELECT 9 AS id, 'n0' AS name");
    await append(lake, target, "SELECT 100 AS id, 'n0' AS name");
    const again = await clone(source, target);
    expect(again?.metrics).toMatchObject({ numCopiedFiles: 1, numRemovedFiles: 1, sourceNumOfFiles: 3 });
    expect(await ids(target)).toEqual([0, 1, 2, 3, 9]);
    expect((await clone(source, target))?.metrics).toMatchObject({ numCopiedFiles: 0, numRemovedFiles: 0 });
    const before = await dataFiles("often-copy");
    await lake.settle();
    await rm(join(lake.folder, "often-copy", "_delta_log"), { recursive: true });
    await clone(source, lake.table("often-copy"));
    expect(await dataFiles("often-copy")).toEqual(before);
  });

  it("of an older version has the rows of that version", async () => {
    const source = await people("older");
    await append(lake, source, "SELECT 9 AS id, 'n0' AS name");
    const target = lake.table("older-copy");
    await clone(source, target, { version: 0 });
    expect(await ids(target)).toEqual([0, 1, 2, 3]);
  });

  it("is made once where it has an identity", async () => {
    const source = await people("once");
    const txn = { appId: "job", version: 1 };
    expect(await clone(source, lake.table("once-copy"), { txn })).toMatchObject({ version: 0 });
    expect(await clone(source, lake.table("once-copy"), { txn })).toBeUndefined();
  });
});

async function deleteRow(table: DeltaTable, id: number): Promise<void> {
  const transaction = await table.begin({ operation: "DELETE" });
  await deleteRows(transaction, lake.connection, { sql: `id = ${id}` });
  await transaction.commit();
}

describe("a shallow clone", () => {
  it("reads the files of its source, deletion vectors too, and copies nothing", async () => {
    const source = await people("shared", { "delta.enableDeletionVectors": "true" });
    await deleteRow(source, 1);
    const target = lake.table("shared clone");
    const result = await clone(source, target, { shallow: true });
    expect(result?.metrics).toMatchObject({ sourceNumOfFiles: 2, numCopiedFiles: 0, copiedFilesSize: 0 });
    expect(await dataFiles("shared clone")).toEqual([]);
    expect(await ids(target)).toEqual([0, 2, 3]);
    const [file] = (await (await target.snapshot()).scan()).files;
    expect(file?.path).toMatch(/^file:\/[^/].*\/shared\/name=n0\/part-/);
  });

  it("can be changed and put together, and its VACUUM leaves the source alone", async () => {
    const source = await people("lent", { "delta.enableDeletionVectors": "true" });
    const target = lake.table("lent-clone");
    await clone(source, target, { shallow: true });
    await deleteRow(target, 1);
    await append(lake, target, "SELECT 9 AS id, 'n0' AS name");
    await optimize(target, { connection: lake.connection });
    expect(await ids(target)).toEqual([0, 2, 3, 9]);
    now += 30 * 86_400_000;
    await target.vacuum();
    expect(await ids(source)).toEqual([0, 1, 2, 3]);
    expect(await ids(target)).toEqual([0, 2, 3, 9]);
  });

  it("of a shallow clone, and a deep one of it, name and copy the files where they are", async () => {
    const source = await people("chain", { "delta.enableDeletionVectors": "true" });
    await deleteRow(source, 0);
    await clone(source, lake.table("chain-1"), { shallow: true });
    await clone(lake.table("chain-1"), lake.table("chain-2"), { shallow: true });
    await clone(lake.table("chain-2"), lake.table("chain-3"));
    expect(await ids(lake.table("chain-2"))).toEqual([1, 2, 3]);
    await lake.settle();
    await rm(join(lake.folder, "chain"), { recursive: true });
    expect(await ids(lake.table("chain-3"))).toEqual([1, 2, 3]);
    await expect(clone(lake.table("chain-1"), lake.table("chain-4"), { shallow: true })).rejects.toMatchObject({
      code: "DELTA_FILE_NOT_FOUND",
    });
  });

  it("keeps the column mapping of its source", async () => {
    const source = await people("mapped", { "delta.columnMapping.mode": "name" });
    const change = await source.begin({ operation: "RENAME COLUMN" });
    const { schema } = change;
    const fields = schema.fields.map((each) => (each.name === "age" ? { ...each, name: "years old" } : each));
    change.updateMetadata({ schema: { ...schema, fields } });
    await change.commit();
    await clone(source, lake.table("mapped-clone"), { shallow: true });
    const rows = await rowsOf(lake, await lake.table("mapped-clone").snapshot(), "id");
    expect(rows[3]).toMatchObject({ id: 3n, "years old": 3 });
    const other = await people("unmapped");
    await expect(clone(other, lake.table("mapped-clone"))).rejects.toMatchObject({
      code: "DELTA_UNSUPPORTED_COLUMN_MAPPING_MODE_CHANGE",
    });
  });
});
