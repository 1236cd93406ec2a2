import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { openTestLakehouse, type TestLakehouse } from "./lakehouse.ts";

let house: TestLakehouse;
beforeAll(async () => {
  house = await openTestLakehouse();
});
afterAll(async () => {
  await house.close();
});

describe("a MERGE that touches no row of its target", () => {
  const rows = (): Promise<unknown[][]> => house.values("SELECT * FROM pairs ORDER BY id, v");
  const insertNew = (source: string, on = "t.id = s.id AND t.v = s.v"): string =>
    `MERGE INTO pairs t USING (${source}) s ON ${on} WHEN NOT MATCHED THEN INSERT *`;

  beforeEach(async () => {
    await house.run(`
      CREATE OR REPLACE TABLE pairs (id INT, v STRING, n INT);
      INSERT INTO pairs VALUES (1, 'a', 1), (2, NULL, 2);
    `);
  });

  it("appends the rows that match none, and leaves the files that are there", async () => {
    const { metrics } = await house.sql(insertNew("SELECT * FROM VALUES (1, 'a', 9), (1, 'b', 9) AS x(id, v, n)"));
    expect(metrics).toMatchObject({ rowsInserted: 1, rowsUpdated: 0, rowsDeleted: 0, filesAdded: 1, filesRemoved: 0 });
    expect(await rows()).toEqual([
      [1, "a", 1],
      [1, "b", 9],
      [2, null, 2],
    ]);
  });

  it("commits nothing when all rows match", async () => {
    const { metrics } = await house.sql(insertNew("SELECT 1 AS id, 'a' AS v, 9 AS n"));
    expect(metrics.version).toBeUndefined();
    expect(await rows()).toHaveLength(2);
  });

  it("finds nulls equal with <=> alone", async () => {
    const source = "SELECT 2 AS id, CAST(NULL AS STRING) AS v, 9 AS n";
    await house.run(insertNew(source, "t.id <=> s.id AND t.v <=> s.v"));
    expect(await rows()).toHaveLength(2);
    await house.run(insertNew(source));
    expect(await rows()).toHaveLength(3);
  });

  it("inserts a row of the source as often as it is there, by the first clause that holds, and no row that none wants", async () => {
    await house.run(`
      MERGE INTO pairs t USING (SELECT * FROM VALUES (5, 'x', 1), (5, 'x', 1), (6, 'y', 2), (7, 'z', NULL) AS x(id, v, n)) s
      ON t.id = s.id
      WHEN MATCHED THEN DELETE
      WHEN NOT MATCHED AND s.n = 1 THEN INSERT (id, v) VALUES (s.id * 10, upper(s.v))
      WHEN NOT MATCHED AND s.n > 0 THEN INSERT *`);
    expect(await rows()).toEqual([
      [1, "a", 1],
      [2, null, 2],
      [6, "y", 2],
      [50, "X", null],
      [50, "X", null],
    ]);
  });

  it("fills an empty table, whatever the other clauses are", async () => {
    await house.run("CREATE OR REPLACE TABLE pairs (id INT NOT NULL, v STRING, n INT)");
    await house.run(`
      MERGE INTO pairs t USING (SELECT 1 AS id, 'a' AS v, 1 AS n) s ON t.id = s.id
      WHEN MATCHED THEN UPDATE SET * WHEN NOT MATCHED THEN INSERT * WHEN NOT MATCHED BY SOURCE THEN DELETE`);
    expect(await rows()).toEqual([[1, "a", 1]]);
    await expect(house.run(insertNew("SELECT CAST(NULL AS INT) AS id, 'a' AS v, 1 AS n"))).rejects.toMatchObject({
      code: expect.stringContaining("NOT_NULL") as string,
    });
    expect(await rows()).toHaveLength(1);
  });
});
