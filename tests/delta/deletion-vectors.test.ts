import { readdir, rm } from "node:fs/promises";
import { join } from "node:path";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { field, INT, LONG, struct } from "../../src/core/data-type.ts";
import { textOf } from "../../src/core/value.ts";
import { optimize } from "../../src/delta/maintain/optimize.ts";
import { deleteRows } from "../../src/delta/write/row-changes.ts";
import type { DeltaTable } from "../../src/delta/table.ts";
import { createTable, openLake, rowsOf, type Lake } from "./lake.ts";

let lake: Lake;
let tables = 0;
beforeAll(async () => {
  lake = await openLake();
});
afterAll(() => lake.close());

const VECTORS = { "delta.enableDeletionVectors": "true" };

/** One file with the ids from 0 to `count` - 1. */
async function numbers(count: number, properties: Readonly<Record<string, string>> = VECTORS): Promise<DeltaTable> {
  tables += 1;
  return createTable(lake, `numbers-${tables}`, {
    schema: struct([field("id", LONG), field("rest", INT)]),
    properties,
    select: `SELECT range AS id, (range % 10)::INT AS rest FROM range(${count})`,
  });
}

async function remove(table: DeltaTable, sql: string): Promise<ReturnType<typeof deleteRows>> {
  const transaction = await table.begin({ operation: "DELETE" });
  const result = await deleteRows(transaction, lake.connection, { sql });
  if (transaction.hasChanges) await transaction.commit();
  return result;
}

async function ids(table: DeltaTable, version?: number): Promise<number[]> {
  const rows = await rowsOf(lake, await table.snapshot(version === undefined ? {} : { version }));
  return rows.map((row) => Number(row["id"]));
}

function vectorFiles(table: DeltaTable): Promise<string[]> {
  return readdir(join(lake.folder, table.location.root)).then((names) => names.filter((name) => name.endsWith(".bin")));
}

describe("deleting rows of a table with deletion vectors", () => {
  it("writes no data, adds to what is deleted already, and leaves older versions as they were", async () => {
    const table = await numbers(100);
    expect(await remove(table, '"rest" = 3')).toMatchObject({ deletedRows: 10, copiedRows: 0 });
    expect(await remove(table, '"id" IN (3, 4, 99)')).toMatchObject({ deletedRows: 2, copiedRows: 0 });
    const left = (await ids(table)).length;
    expect(left).toBe(88);
    expect(await ids(table, 0)).toHaveLength(100);
    expect(await ids(table, 1)).toHaveLength(90);
    const [history] = await table.history();
    expect(history?.operationMetrics).toMatchObject({
      numAddedFiles: "0",
      numRemovedFiles: "0",
      numDeletionVectorsAdded: "1",
      numDeletionVectorsUpdated: "1",
    });
    const { numRows, numFiles } = await (await lake.table(table.location.root).snapshot()).totals();
    expect([numRows, numFiles]).toEqual([88, 1]);
    expect(await vectorFiles(table)).toHaveLength(2);
  });

  it("keeps statistics as bounds that need not be tight", async () => {
    const table = await numbers(50);
    await remove(table, '"id" > 40');
    const list = await (await table.snapshot()).fileList();
    const [file] = await list.connection.rows(`SELECT stats FROM ${list.rowsAt(1)}`);
    expect(JSON.parse(textOf(file?.["stats"]))).toMatchObject({
      numRecords: 50,
      tightBounds: false,
      maxValues: { id: 49, rest: 9 },
    });
  });

  it("removes a file whose rows are all gone, and rewrites one that has lost more than half", async () => {
    const gone = await numbers(20);
    await remove(gone, '"id" < 8');
    await remove(gone, '"id" >= 8');
    expect((await (await gone.snapshot()).scan()).files).toEqual([]);
    const rewritten = await numbers(20);
    expect(await remove(rewritten, '"id" < 15')).toMatchObject({ deletedRows: 15, copiedRows: 5 });
    const { files } = await (await rewritten.snapshot()).scan();
    expect(files.map((file) => file.deleted)).toEqual([undefined]);
    expect(await ids(rewritten)).toEqual([15, 16, 17, 18, 19]);
  });

  it("copies where the table does not ask for vectors", async () => {
    const table = await numbers(20, {});
    expect(await remove(table, '"id" = 3')).toMatchObject({ deletedRows: 1, copiedRows: 19 });
    expect(await vectorFiles(table)).toEqual([]);
    expect(await ids(table)).toHaveLength(19);
  });

  it("conflicts with another delete of the same file, and leaves nothing behind", async () => {
    const table = await numbers(30);
    const late = await table.begin({ operation: "DELETE" });
    await deleteRows(late, lake.connection, { sql: '"id" = 1' });
    await remove(lake.table(table.location.root), '"id" = 2');
    await expect(late.commit()).rejects.toMatchObject({
      code: expect.stringMatching(/DELTA_CONCURRENT_(APPEND|DELETE_READ)/),
    });
    expect(await vectorFiles(table)).toHaveLength(1);
    expect(await ids(table)).toHaveLength(29);
  });

  it("is undone by OPTIMIZE, which writes the rows that are left", async () => {
    const table = await numbers(30);
    await remove(table, '"rest" < 2');
    await optimize(table, { connection: lake.connection });
    const { files } = await (await table.snapshot()).scan();
    expect(files.map((file) => file.deleted)).toEqual([undefined]);
    expect(await ids(table)).toHaveLength(24);
  });

  it("refuses to read a table whose vector is missing, as deleted rows would come back", async () => {
    const table = await numbers(30);
    await remove(table, '"id" = 7');
    for (const name of await vectorFiles(table)) await rm(join(lake.folder, table.location.root, name));
    await expect(ids(lake.table(table.location.root))).rejects.toMatchObject({ code: "DELTA_FILE_NOT_FOUND" });
  });

  it("leaves the rows that a set would, whatever is deleted in whichever order, over several files", async () => {
    const some = fc.uniqueArray(fc.integer({ min: 0, max: 199 }), { minLength: 1, maxLength: 40 });
    await fc.assert(
      fc.asyncProperty(fc.array(some, { minLength: 1, maxLength: 4 }), async (deletes) => {
        const table = await numbers(100);
        const more = await table.begin({ operation: "WRITE" });
        await more.append({
          connection: lake.connection,
          select: "SELECT range AS id, 0::INT AS rest FROM range(100, 200)",
        });
        await more.commit();
        const model = new Set(Array.from({ length: 200 }, (_, id) => id));
        for (const each of deletes) {
          const { deletedRows } = await remove(table, `"id" IN (${each.join(", ")})`);
          expect(deletedRows).toBe(each.filter((id) => model.delete(id)).length);
        }
        expect(await ids(lake.table(table.location.root))).toEqual([...model]);
      }),
      { numRuns: 8 },
    );
  });
});
