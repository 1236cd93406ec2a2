import { readdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { openTestLakehouse, type TestLakehouse } from "./lakehouse.ts";

let house: TestLakehouse;
beforeAll(async () => {
  house = await openTestLakehouse();
});
afterAll(async () => {
  await house.close();
});

/** What a statement that is refused says. */
function refusal(text: string): Promise<unknown> {
  return house.values(text).then(
    (rows) => ({ rows }),
    (error: unknown) => error,
  );
}

describe("a table with a change data feed", () => {
  /** What each version changed, without the time. */
  function changesOf(table: string, first: number): Promise<unknown[][]> {
    return house.values(
      `SELECT * EXCEPT (_commit_timestamp) FROM table_changes('${table}', ${first}) ORDER BY _commit_version, id, _change_type`,
    );
  }

  for (const vectors of [false, true]) {
    const name = vectors ? "marked" : "copied";
    it(`says which rows UPDATE, DELETE and MERGE changed, ${vectors ? "with deletion vectors" : "when files are rewritten"}`, async () => {
      await house.run(`
        CREATE TABLE ${name} (id INT, v STRING, p STRING) PARTITIONED BY (p)
          TBLPROPERTIES (delta.enableChangeDataFeed = true, delta.enableDeletionVectors = ${String(vectors)});
        INSERT INTO ${name} SELECT id, 'old', if(id < 5, 'x', 'y') FROM range(10);
        UPDATE ${name} SET v = 'new' WHERE id IN (1, 7);
        DELETE FROM ${name} WHERE id = 2;
        MERGE INTO ${name} AS t USING (SELECT * FROM VALUES (3, 'merged'), (4, NULL), (20, 'added') AS r(id, v)) AS s ON t.id = s.id
          WHEN MATCHED AND s.v IS NULL THEN DELETE
          WHEN MATCHED THEN UPDATE SET v = s.v
          WHEN NOT MATCHED THEN INSERT (id, v, p) VALUES (s.id, s.v, 'z');
        DELETE FROM ${name} WHERE p = 'y';
        MERGE INTO ${name} AS t USING (SELECT 30 AS id) AS s ON t.id = s.id
          WHEN NOT MATCHED THEN INSERT (id, v, p) VALUES (s.id, 'only', 'z');
      `);
      expect(await changesOf(name, 2)).toEqual([
        [1, "new", "x", "update_postimage", 2],
        [1, "old", "x", "update_preimage", 2],
        [7, "new", "y", "update_postimage", 2],
        [7, "old", "y", "update_preimage", 2],
        [2, "old", "x", "delete", 3],
        [3, "merged", "x", "update_postimage", 4],
        [3, "old", "x", "update_preimage", 4],
        [4, "old", "x", "delete", 4],
        [20, "added", "z", "insert", 4],
        [5, "old", "y", "delete", 5],
        [6, "old", "y", "delete", 5],
        [7, "new", "y", "delete", 5],
        [8, "old", "y", "delete", 5],
        [9, "old", "y", "delete", 5],
        [30, "only", "z", "insert", 6],
      ]);
      expect(await house.values(`SELECT id, v FROM ${name} ORDER BY id`)).toEqual([
        [0, "old"],
        [1, "new"],
        [3, "merged"],
        [20, "added"],
        [30, "only"],
      ]);
    });
  }

  it("says what INSERT REPLACE WHERE changed, in files that hold other rows", async () => {
    await house.run(`
      CREATE TABLE part (id INT, v STRING) TBLPROPERTIES (delta.enableChangeDataFeed = true);
      INSERT INTO part SELECT id, 'old' FROM range(4);
      INSERT INTO part REPLACE WHERE id >= 3 VALUES (3, 'new'), (4, 'new');
    `);
    expect(await changesOf("part", 2)).toEqual([
      [3, "old", "delete", 2],
      [3, "new", "insert", 2],
      [4, "new", "insert", 2],
    ]);
  });

  it("keeps every value as it is: names that files do not have, decimals, structs, nulls", async () => {
    await house.run(`
      CREATE TABLE rich (id INT, \`a b\` DECIMAL(20, 5), s STRUCT<x: INT, y: ARRAY<STRING>>, t TIMESTAMP)
        TBLPROPERTIES (delta.enableChangeDataFeed = true, delta.columnMapping.mode = 'id');
      INSERT INTO rich VALUES
        (1, 123456789012345.12345, named_struct('x', 1, 'y', array('p', NULL)), TIMESTAMP '2020-01-01 00:00:00.123456'),
        (2, NULL, NULL, NULL);
      UPDATE rich SET id = id + 10;
    `);
    const rows = await house.values(
      "SELECT id, CAST(`a b` AS STRING), to_json(s), CAST(t AS STRING), _change_type FROM table_changes('rich', 2) ORDER BY id",
    );
    expect(rows).toEqual([
      [1, "123456789012345.12345", '{"x":1,"y":["p",null]}', "2020-01-01 00:00:00.123456", "update_preimage"],
      [2, null, null, null, "update_preimage"],
      [11, "123456789012345.12345", '{"x":1,"y":["p",null]}', "2020-01-01 00:00:00.123456", "update_postimage"],
      [12, null, null, null, "update_postimage"],
    ]);
  });
});

describe("change data files", () => {
  it("are written only where the files of a commit do not tell what changed", async () => {
    const place = join(house.folder, "frugal");
    await house.run(`
      CREATE TABLE frugal (id INT) TBLPROPERTIES (delta.enableChangeDataFeed = true, delta.enableDeletionVectors = true)
        LOCATION '${place}';
      INSERT INTO frugal SELECT id FROM range(10);
      DELETE FROM frugal WHERE id = 1;
      INSERT OVERWRITE frugal SELECT id FROM range(10);
      DELETE FROM frugal;
      INSERT INTO frugal SELECT id FROM range(10);
    `);
    const recorded = async (): Promise<string[]> => readdir(join(place, "_change_data")).catch(() => []);
    expect(await recorded()).toEqual([]);
    await house.run("UPDATE frugal SET id = 100 WHERE id = 1");
    const [file = ""] = await recorded();
    expect(file).toMatch(/^cdc-.*\.parquet$/);
    expect(await house.values("SELECT count(*) FROM table_changes('frugal', 6)")).toEqual([[2]]);
    const [newest] = await house.rows("DESCRIBE HISTORY frugal");
    expect(JSON.stringify(newest?.["operationMetrics"])).toContain('"numAddedChangeFiles"');
    await rm(join(place, "_change_data", file));
    expect(await refusal("SELECT * FROM table_changes('frugal', 6)")).toMatchObject({ code: "DELTA_FILE_NOT_FOUND" });
    expect(await house.values("SELECT max(id) FROM frugal")).toEqual([[100]]);
  });

  it("leave no room for columns of their names", async () => {
    expect(
      await refusal("CREATE TABLE taken (_change_type STRING) TBLPROPERTIES (delta.enableChangeDataFeed = true)"),
    ).toMatchObject({ code: "DELTA_TABLE_ALREADY_CONTAINS_CDC_COLUMNS" });
    expect(await refusal("ALTER TABLE copied ADD COLUMN _commit_version INT")).toMatchObject({
      code: "RESERVED_CDC_COLUMNS_ON_WRITE",
    });
  });
});
