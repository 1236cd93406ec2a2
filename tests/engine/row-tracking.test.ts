import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { openTestLakehouse, type TestLakehouse } from "./lakehouse.ts";

let house: TestLakehouse;
beforeAll(async () => {
  house = await openTestLakehouse();
});
afterAll(async () => {
  await house.close();
});

/** `[id, row id, row commit version]` of each row. */
function idsOf(table: string): Promise<unknown[][]> {
  return house.values(`SELECT id, _metadata.row_id, _metadata.row_commit_version FROM ${table} ORDER BY id`);
}

describe("row tracking", () => {
  it("gives each row an id and the version that it came with", async () => {
    await house.run(`
      CREATE TABLE fresh (id INT) TBLPROPERTIES (delta.enableRowTracking = true);
      INSERT INTO fresh SELECT id FROM range(3);
      INSERT INTO fresh VALUES (10);
    `);
    expect(await idsOf("fresh")).toEqual([
      [0, 0, 1],
      [1, 1, 1],
      [2, 2, 1],
      [10, 3, 2],
    ]);
    expect(
      await house.values(
        "SELECT DISTINCT _metadata.base_row_id, _metadata.default_row_commit_version FROM fresh WHERE id = 10",
      ),
    ).toEqual([[3, 2]]);
    await expect(house.values("SELECT _metadata.row_id FROM (SELECT * FROM range(1))")).rejects.toMatchObject({
      code: expect.stringContaining("UNRESOLVED") as unknown,
    });
  });

  for (const vectors of [false, true]) {
    const table = vectors ? "marked" : "copied";
    it(`keeps ids of rows that are changed and copied, ${vectors ? "with deletion vectors" : "when files are rewritten"}`, async () => {
      await house.run(`
        CREATE TABLE ${table} (id INT, v STRING, p STRING) PARTITIONED BY (p)
          TBLPROPERTIES (delta.enableRowTracking = true, delta.enableDeletionVectors = ${String(vectors)});
        INSERT INTO ${table} SELECT id, 'old', 'x' FROM range(6);
        UPDATE ${table} SET v = 'new', p = 'y' WHERE id = 1;
        DELETE FROM ${table} WHERE id = 2;
        MERGE INTO ${table} AS t USING (SELECT * FROM VALUES (3), (20) AS r(id)) AS s ON t.id = s.id
          WHEN MATCHED THEN UPDATE SET v = 'merged'
          WHEN NOT MATCHED THEN INSERT (id, v, p) VALUES (s.id, 'added', 'z');
      `);
      const rows = await idsOf(table);
      expect(rows.slice(0, 5)).toEqual([
        [0, 0, 1],
        [1, 1, 2],
        [3, 3, 4],
        [4, 4, 1],
        [5, 5, 1],
      ]);
      const [, added, version] = rows[5] ?? [];
      expect(version).toBe(4);
      expect(added).toBeGreaterThan(5);
      await house.run(`UPDATE ${table} SET v = 'again'`);
      expect((await idsOf(table)).map(([id, rowId, at]) => [id, rowId, at])).toEqual(
        rows.map(([id, rowId]) => [id, rowId, 5]),
      );
    });
  }

  it("can be switched on for a table with rows, which get ids then", async () => {
    await house.run(`
      CREATE TABLE late (id INT);
      INSERT INTO late VALUES (0), (1);
      INSERT INTO late VALUES (2);
      ALTER TABLE late SET TBLPROPERTIES (delta.enableRowTracking = true);
      UPDATE late SET id = 5 WHERE id = 1;
    `);
    const rows = await idsOf("late");
    expect(rows.map(([id]) => id)).toEqual([0, 2, 5]);
    expect(new Set(rows.map(([, rowId]) => rowId))).toEqual(new Set([0, 1, 2]));
    expect(rows.map(([, , version]) => version)).toEqual([3, 3, 4]);
  });

  it("works with names that files do not have", async () => {
    await house.run(`
      CREATE TABLE mapped (id INT, v STRING)
        TBLPROPERTIES (delta.enableRowTracking = true, delta.columnMapping.mode = 'id');
      INSERT INTO mapped VALUES (0, 'a'), (1, 'b');
      UPDATE mapped SET v = 'c' WHERE id = 0;
    `);
    expect(await idsOf("mapped")).toEqual([
      [0, 0, 2],
      [1, 1, 1],
    ]);
    expect(await house.values("SELECT * FROM mapped ORDER BY id")).toEqual([
      [0, "c"],
      [1, "b"],
    ]);
  });

  it("is no part of _metadata where it is off", async () => {
    await house.run("CREATE TABLE off (id INT); INSERT INTO off VALUES (1);");
    await expect(idsOf("off")).rejects.toMatchObject({ code: "FIELD_NOT_FOUND" });
    await expect(
      house.run(
        "CREATE TABLE both (id INT) TBLPROPERTIES (delta.enableRowTracking = true, delta.rowTrackingSuspended = true)",
      ),
    ).rejects.toMatchObject({ code: "DELTA_ROW_TRACKING_ILLEGAL_PROPERTY_COMBINATION" });
  });
});
