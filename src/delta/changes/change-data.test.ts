import { readdir, utimes } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createTable, openLake, type Lake } from "../../../tests/delta/lake.ts";
import { overwrite } from "../write/overwrite.ts";
import { deleteRows } from "../write/row-changes.ts";
import type { DeltaTable } from "../table.ts";

let lake: Lake;
beforeAll(async () => {
  lake = await openLake();
});
afterAll(() => lake.close());

const TEN = "SELECT i::BIGINT AS id, 'x' AS name, 1 AS age FROM range(10) AS t(i)";

function fed(name: string, select = TEN): Promise<DeltaTable> {
  return createTable(lake, name, { properties: { "delta.enableChangeDataFeed": "true" }, select });
}

function recorded(name: string): Promise<string[]> {
  return readdir(join(lake.folder, name, "_change_data")).catch(() => []);
}

describe("change data files", () => {
  it("are those of the transaction: discarded when it is given up", async () => {
    const table = await fed("given-up");
    const transaction = await table.begin({ operation: "DELETE" });
    expect(await deleteRows(transaction, lake.connection, { sql: '"id" < 3' })).toMatchObject({ changeFiles: 1 });
    expect(await recorded("given-up")).toHaveLength(1);
    await transaction.abort();
    expect(await recorded("given-up")).toEqual([]);
  });

  it("are not written where only whole files go", async () => {
    const table = await fed("whole");
    const transaction = await table.begin({ operation: "DELETE" });
    expect(await deleteRows(transaction, lake.connection, { sql: '"id" >= 0' })).toMatchObject({ changeFiles: 0 });
    await transaction.commit();
    expect(await recorded("whole")).toEqual([]);
  });

  it("must speak of all that a transaction changes", async () => {
    const table = await fed("mixed");
    const transaction = await table.begin({ operation: "WRITE" });
    await transaction.append({ connection: lake.connection, select: "SELECT 99::BIGINT AS id" });
    await deleteRows(transaction, lake.connection, { sql: '"id" < 3' });
    await expect(transaction.commit()).rejects.toMatchObject({ code: "DELTA_CHANGE_DATA_INCOMPLETE" });
    expect(await recorded("mixed")).toEqual([]);
  });

  it("hold the columns that came with the rows that replace others", async () => {
    const table = await fed("wider");
    const transaction = await table.begin({ operation: "WRITE" });
    const condition = { sql: '"id" = 9' };
    await overwrite(
      transaction,
      { connection: lake.connection, select: "SELECT 9::BIGINT AS id, 'new' AS name, 2 AS age, true AS extra" },
      { kind: "where", condition, text: "id = 9" },
      { mergeSchema: true },
    );
    await transaction.commit();
    const [file = ""] = await recorded("wider");
    const rows = await lake.connection.rows(
      `SELECT id, extra, _change_type FROM read_parquet('${lake.folder}/wider/_change_data/*.parquet', union_by_name = true) ORDER BY extra NULLS LAST`,
    );
    expect(file).toMatch(/^cdc-/);
    expect(rows).toEqual([
      { id: 9n, extra: true, _change_type: "insert" },
      { id: 9n, extra: null, _change_type: "delete" },
    ]);
  });

  it("are kept by VACUUM for the retention period", async () => {
    const table = await fed("vacuumed");
    const transaction = await table.begin({ operation: "DELETE" });
    await deleteRows(transaction, lake.connection, { sql: '"id" < 3' });
    await transaction.commit();
    expect((await table.vacuum()).count).toBe(0);
    const [file = ""] = await recorded("vacuumed");
    const old = new Date(Date.now() - 8 * 24 * 3_600_000);
    await utimes(join(lake.folder, "vacuumed", "_change_data", file), old, old);
    expect((await table.vacuum({ dryRun: true })).files).toEqual([`_change_data/${file}`]);
  });
});
