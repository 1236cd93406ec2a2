import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { openTestLakehouse, type TestLakehouse } from "./lakehouse.ts";

let house: TestLakehouse;
beforeAll(async () => {
  house = await openTestLakehouse();
});
afterAll(async () => {
  await house.close();
});

async function refused(text: string, code: string): Promise<void> {
  await expect(house.values(text), text).rejects.toMatchObject({ code });
}

describe("INSERT", () => {
  const rows = (): Promise<unknown[][]> => house.values("SELECT k, g, n FROM sales ORDER BY k");
  beforeEach(async () => {
    await house.run(`
      CREATE OR REPLACE TABLE sales (k INT, g STRING, n BIGINT) PARTITIONED BY (g);
      INSERT INTO sales VALUES (1, 'a', 10), (2, 'b', 20), (3, NULL, 30);
    `);
  });

  it("takes values by position, by name and by a list of columns", async () => {
    await house.run(`
      INSERT INTO sales BY NAME SELECT 40 AS n, 4 AS k;
      INSERT INTO sales (n, k) VALUES (50, 5);
      INSERT INTO sales PARTITION (g = 'p') SELECT 6, 60;
    `);
    expect(await rows()).toEqual([
      [1, "a", 10],
      [2, "b", 20],
      [3, null, 30],
      [4, null, 40],
      [5, null, 50],
      [6, "p", 60],
    ]);
  });

  it("replaces the whole table, a partition, the partitions that get rows, or the rows of a condition", async () => {
    await house.run("INSERT OVERWRITE sales PARTITION (g = 'a') SELECT 11, 110");
    expect(await rows()).toEqual([
      [2, "b", 20],
      [3, null, 30],
      [11, "a", 110],
    ]);
    await house.run(`
      SET spark.sql.sources.partitionOverwriteMode = dynamic;
      INSERT OVERWRITE sales VALUES (12, 'b', 120), (13, 'c', 130);
      RESET spark.sql.sources.partitionOverwriteMode;
    `);
    expect(await rows()).toEqual([
      [3, null, 30],
      [11, "a", 110],
      [12, "b", 120],
      [13, "c", 130],
    ]);
    await house.run("INSERT INTO sales REPLACE WHERE n >= 120 SELECT 14, 'd', 140");
    expect(await rows()).toEqual([
      [3, null, 30],
      [11, "a", 110],
      [14, "d", 140],
    ]);
    await refused("INSERT INTO sales REPLACE WHERE g = 'a' VALUES (1, 'b', 1)", "DELTA_REPLACE_WHERE_MISMATCH");
    await house.run("INSERT OVERWRITE sales SELECT k + 1, g, n FROM sales WHERE k = 3");
    expect(await rows()).toEqual([[4, null, 30]]);
  });

  it("writes nothing when a row does not fit", async () => {
    await refused("INSERT INTO sales VALUES (1, 'a')", "INSERT_COLUMN_ARITY_MISMATCH.NOT_ENOUGH_DATA_COLUMNS");
    await refused("INSERT INTO sales VALUES ('x', 'a', 1)", "INCOMPATIBLE_DATA_FOR_TABLE.CANNOT_SAFELY_CAST");
    await refused("INSERT INTO sales VALUES (3000000000, 'a', 1)", "CAST_OVERFLOW");
    await refused("INSERT INTO sales BY NAME SELECT 1 AS k, 2 AS nn", "INCOMPATIBLE_DATA_FOR_TABLE.EXTRA_COLUMNS");
    await refused("INSERT INTO sales (k, zz) VALUES (1, 2)", "UNRESOLVED_COLUMN.WITH_SUGGESTION");
    await refused("INSERT INTO nowhere VALUES (1)", "TABLE_OR_VIEW_NOT_FOUND");
    expect(await rows()).toHaveLength(3);
  });

  it("adds columns WITH SCHEMA EVOLUTION", async () => {
    await house.run("INSERT WITH SCHEMA EVOLUTION INTO sales BY NAME SELECT 9 AS k, true AS fresh");
    expect(await house.values("SELECT k, fresh FROM sales ORDER BY k DESC LIMIT 2")).toEqual([
      [9, true],
      [3, null],
    ]);
    expect(await house.values("SHOW COLUMNS IN sales")).toEqual([["k"], ["g"], ["n"], ["fresh"]]);
  });

  it("commits once under its identity", async () => {
    const options = { txn: { appId: "app", version: 1 } };
    await house.sql("INSERT INTO sales VALUES (7, 'x', 70)", options);
    const again = await house.sql("INSERT INTO sales VALUES (7, 'x', 70)", options);
    expect(again.metrics.alreadyCommitted).toBe(true);
    expect(await rows()).toHaveLength(4);
  });
});

describe("UPDATE and DELETE", () => {
  beforeEach(async () => {
    await house.run(`
      CREATE OR REPLACE TABLE staff (id INT, name STRING, pay INT, place STRUCT<city: STRING, floor: INT>);
      INSERT INTO staff VALUES (1, 'a', 10, named_struct('city', 'x', 'floor', 1)), (2, 'b', 20, NULL);
      INSERT INTO staff VALUES (3, 'c', NULL, named_struct('city', 'y', 'floor', 3));
      CREATE OR REPLACE TABLE raise (id INT, by INT);
      INSERT INTO raise VALUES (1, 5), (3, 7);
    `);
  });

  it("change the rows of a condition, subqueries in it and in the new values", async () => {
    await house.run(
      "UPDATE staff AS s SET pay = coalesce(pay, 0) + (SELECT max(by) FROM raise) WHERE s.id IN (SELECT id FROM raise)",
    );
    expect(await house.values("SELECT id, pay FROM staff ORDER BY id")).toEqual([
      [1, 17],
      [2, 20],
      [3, 7],
    ]);
    await house.run(
      "UPDATE staff SET place.floor = 9, name = upper(name) WHERE EXISTS (SELECT 1 FROM raise r WHERE r.id = staff.id)",
    );
    expect(await house.values("SELECT name, place.city, place.floor FROM staff ORDER BY id")).toEqual([
      ["A", "x", 9],
      ["b", null, null],
      ["C", "y", 9],
    ]);
    expect(await house.values("DELETE FROM staff WHERE id IN (SELECT id FROM raise WHERE by > 5)")).toEqual([[1]]);
    expect(await house.values("SELECT id FROM staff ORDER BY id")).toEqual([[1], [2]]);
    await house.run("DELETE FROM staff WHERE pay NOT IN (SELECT by FROM raise UNION ALL SELECT NULL)");
    expect(await house.values("SELECT count(*) FROM staff")).toEqual([[2]]);
    await house.run("TRUNCATE TABLE staff");
    expect(await house.values("SELECT count(*) FROM staff")).toEqual([[0]]);
  });

  it("commit nothing when no row changes, and read only files that can hold one", async () => {
    const result = await house.sql("DELETE FROM staff WHERE id = 99");
    expect(result.metrics.version).toBeUndefined();
    const one = await house.sql("UPDATE staff SET pay = 1 WHERE id = 3");
    expect(one.metrics).toMatchObject({
      rowsUpdated: 1,
      filesScanned: 1,
      filesSkipped: 1,
      filesAdded: 1,
      filesRemoved: 1,
    });
  });

  it("refuse what does not fit", async () => {
    await refused("UPDATE staff SET nope = 1", "UNRESOLVED_COLUMN.WITH_SUGGESTION");
    await refused("UPDATE staff SET id = 'x'", "INCOMPATIBLE_DATA_FOR_TABLE.CANNOT_SAFELY_CAST");
    await refused("UPDATE staff SET id = 1, id = 2", "DUPLICATE_ASSIGNMENTS");
    await refused("DELETE FROM staff WHERE nope = 1", "UNRESOLVED_COLUMN.WITH_SUGGESTION");
  });
});

describe("MERGE", () => {
  const rows = (): Promise<unknown[][]> => house.values("SELECT * FROM stock ORDER BY id");
  beforeEach(async () => {
    await house.run(`
      CREATE OR REPLACE TABLE stock (id INT, v STRING, n INT);
      INSERT INTO stock VALUES (1, 'one', 1), (2, 'two', 2), (3, 'three', 3), (4, 'four', 4);
      CREATE OR REPLACE TABLE news (id INT, v STRING, n INT);
      INSERT INTO news VALUES (2, 'TWO', 20), (3, 'THREE', -1), (5, 'FIVE', 50), (6, 'SIX', 60);
    `);
  });

  it("does for each row what the first clause that applies says", async () => {
    const counts = await house.values(`
      MERGE INTO stock USING news ON stock.id = news.id
      WHEN MATCHED AND news.n < 0 THEN DELETE
      WHEN MATCHED THEN UPDATE SET v = news.v, n = stock.n + news.n
      WHEN NOT MATCHED AND news.id < 6 THEN INSERT (id, v) VALUES (news.id, news.v)
      WHEN NOT MATCHED BY SOURCE AND stock.id = 1 THEN UPDATE SET v = 'alone'
      WHEN NOT MATCHED BY SOURCE THEN DELETE`);
    expect(counts).toEqual([[5, 2, 2, 1]]);
    expect(await rows()).toEqual([
      [1, "alone", 1],
      [2, "TWO", 22],
      [5, "FIVE", null],
    ]);
  });

  it("takes all columns with *, and changes nothing the second time", async () => {
    const text = `
      MERGE INTO stock t USING news s ON t.id = s.id
      WHEN MATCHED AND NOT (t.v <=> s.v AND t.n <=> s.n) THEN UPDATE SET *
      WHEN NOT MATCHED THEN INSERT *`;
    expect(await house.values(text)).toEqual([[4, 2, 0, 2]]);
    const again = await house.sql(text);
    expect(again.metrics.version).toBeUndefined();
    expect(await rows()).toHaveLength(6);
  });

  it("refuses several source rows for one of the target, unless they all delete it", async () => {
    const source = "(SELECT 2 AS id, 'x' AS v, 1 AS n UNION ALL SELECT 2, 'y', 2)";
    await refused(
      `MERGE INTO stock t USING ${source} s ON t.id = s.id WHEN MATCHED THEN UPDATE SET *`,
      "DELTA_MULTIPLE_SOURCE_ROW_MATCHING_TARGET_ROW_IN_MERGE",
    );
    expect(await rows()).toHaveLength(4);
    await house.run(`MERGE INTO stock t USING ${source} s ON t.id = s.id WHEN MATCHED THEN DELETE`);
    expect(await rows()).toHaveLength(3);
  });

  it("takes its source from the target itself, or from files", async () => {
    await house.run("MERGE INTO stock t USING stock s ON t.id = s.id WHEN MATCHED THEN UPDATE SET n = s.n * 100");
    expect(await house.values("SELECT sum(n) FROM stock")).toEqual([[1000]]);
    await refused(
      "MERGE INTO stock t USING news s ON t.id = s.idd WHEN MATCHED THEN DELETE",
      "UNRESOLVED_COLUMN.WITH_SUGGESTION",
    );
    await refused(
      "MERGE INTO stock t USING (SELECT 1 AS id) s ON t.id = s.id WHEN NOT MATCHED THEN INSERT *",
      "UNRESOLVED_COLUMN.WITH_SUGGESTION",
    );
  });
});

describe("rows that are chosen at random", () => {
  it("are not changed, because they are looked for twice; random values are", async () => {
    await house.run("CREATE OR REPLACE TABLE dice (id INT, v DOUBLE); INSERT INTO dice VALUES (1, 0), (2, 0);");
    const code = "DELTA_NON_DETERMINISTIC_FUNCTION_NOT_SUPPORTED";
    await refused("DELETE FROM dice WHERE rand() < 0.5", code);
    await refused(
      "MERGE INTO dice t USING (SELECT CAST(rand() * 3 AS INT) AS id) s ON t.id = s.id WHEN MATCHED THEN DELETE",
      code,
    );
    await house.run("UPDATE dice SET v = 1 + rand() WHERE id = 1");
    expect(await house.values("SELECT id, v >= 1 FROM dice ORDER BY id")).toEqual([
      [1, true],
      [2, false],
    ]);
  });
});
