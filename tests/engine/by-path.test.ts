import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { ANA, OWNER, openTestLakehouse, type TestLakehouse } from "./lakehouse.ts";

let house: TestLakehouse;
beforeAll(async () => {
  house = await openTestLakehouse();
});
afterAll(async () => {
  await house.close();
});

/** A Delta table that the catalog does not know. */
async function unknownTable(path: string): Promise<string> {
  const place = join(house.folder, path);
  const name = path.replace("/", "_");
  await house.run(`
    CREATE TABLE ${name} (id INT, name STRING, part INT) PARTITIONED BY (part) LOCATION '${place}';
    INSERT INTO ${name} VALUES (1, 'a', 1), (2, 'b', 2);
    DROP TABLE ${name}`);
  return `delta.\`${place}\``;
}

describe("a Delta table named by its path", () => {
  it("takes rows, and has them changed, deleted and merged", async () => {
    const table = await unknownTable("changed");
    await house.run(`
      INSERT INTO ${table} VALUES (3, 'c', 1);
      INSERT INTO ${table} (part, id) VALUES (2, 4);
      UPDATE ${table} SET name = 'z' WHERE id = 4;
      DELETE FROM ${table} WHERE id = 1;
      MERGE INTO ${table} t USING (SELECT 2 AS id, 'new' AS name, 2 AS part UNION ALL SELECT 9, 'q', 1) s ON t.id = s.id
        WHEN MATCHED THEN UPDATE SET * WHEN NOT MATCHED THEN INSERT *`);
    expect(await house.values(`SELECT * FROM ${table} ORDER BY id`)).toEqual([
      [2, "new", 2],
      [3, "c", 1],
      [4, "z", 2],
      [9, "q", 1],
    ]);
    await house.run(`INSERT INTO ${table} REPLACE WHERE part = 2 VALUES (5, 'r', 2)`);
    await house.run(`MERGE WITH SCHEMA EVOLUTION INTO ${table} t USING (SELECT 5 AS id, 7 AS extra) s ON t.id = s.id
      WHEN MATCHED THEN UPDATE SET *`);
    expect(await house.values(`SELECT id, extra FROM ${table} ORDER BY id`)).toEqual([
      [3, null],
      [5, 7],
      [9, null],
    ]);
    await house.run(`INSERT OVERWRITE ${table} VALUES (6, 's', 3, 8)`);
    expect(await house.values(`SELECT id FROM ${table}`)).toEqual([[6]]);
    await house.run(`TRUNCATE TABLE ${table}`);
    expect(await house.values(`SELECT id FROM ${table}`)).toEqual([]);
    expect(await house.values(`DESCRIBE HISTORY ${table}`)).toHaveLength(11);
  });

  it("needs the right to write files there", async () => {
    const table = await unknownTable("lent/guarded");
    const catalog = await house.lakehouse.catalog();
    const accessConnectorId = "/subscriptions/0/resourceGroups/g/providers/Microsoft.Databricks/accessConnectors/c";
    await catalog.createStorageCredential(OWNER, { name: "lake", accessConnectorId, access: "read_write" });
    await house.run(`
      CREATE EXTERNAL LOCATION lent URL 'file://${join(house.folder, "lent")}' WITH (STORAGE CREDENTIAL lake);
      GRANT READ FILES ON EXTERNAL LOCATION lent TO \`${ANA}\``);
    expect(await house.as(ANA, `SELECT count(*) FROM ${table}`)).toEqual([[2]]);
    for (const text of [
      `INSERT INTO ${table} VALUES (3, 'c', 1)`,
      `UPDATE ${table} SET name = 'z'`,
      `DELETE FROM ${table}`,
      `TRUNCATE TABLE ${table}`,
      `MERGE INTO ${table} t USING (SELECT 1 AS id) s ON t.id = s.id WHEN MATCHED THEN DELETE`,
    ]) {
      await expect(house.as(ANA, text)).rejects.toMatchObject({ code: "INSUFFICIENT_PERMISSIONS" });
    }
    expect(await house.values(`SELECT count(*) FROM ${table}`)).toEqual([[2]]);
    await house.run(`GRANT WRITE FILES ON EXTERNAL LOCATION lent TO \`${ANA}\``);
    await house.as(ANA, `DELETE FROM ${table} WHERE id = 1`);
    expect(await house.as(ANA, `SELECT id FROM ${table}`)).toEqual([[2]]);
  });
});
