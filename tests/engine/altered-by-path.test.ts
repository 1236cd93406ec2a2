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
async function unknownTable(path: string, properties = "'k' = 'v'"): Promise<string> {
  const place = join(house.folder, path);
  const name = path.replace("/", "_");
  await house.run(`
    CREATE TABLE ${name} (id INT, name STRING, s STRUCT<a: INT>) TBLPROPERTIES (${properties}) LOCATION '${place}';
    INSERT INTO ${name} VALUES (1, 'a', struct(1)), (2, 'b', struct(2));
    DROP TABLE ${name}`);
  return `delta.\`${place}\``;
}

async function refusal(text: string): Promise<unknown> {
  return house.sql(text).then(
    () => "it went through",
    (error: unknown) => error,
  );
}

async function propertiesOf(table: string): Promise<unknown> {
  const [row] = await house.rows(`DESCRIBE DETAIL ${table}`);
  const entries = row?.["properties"] as readonly { readonly key: string; readonly value: string }[];
  return Object.fromEntries(entries.map(({ key, value }) => [key, value]));
}

describe("ALTER TABLE of a Delta table named by its path", () => {
  it("changes its properties, its comment and its columns", async () => {
    const table = await unknownTable("columns", "'delta.columnMapping.mode' = 'name'");
    await house.run(`
      ALTER TABLE ${table} SET TBLPROPERTIES ('a' = '1', 'b' = '2');
      ALTER TABLE ${table} UNSET TBLPROPERTIES ('a');
      COMMENT ON TABLE ${table} IS 'told';
      ALTER TABLE ${table} ADD COLUMNS (n BIGINT COMMENT 'more', s.b STRING);
      ALTER TABLE ${table} RENAME COLUMN name TO called;
      ALTER TABLE ${table} DROP COLUMN s.a;
      ALTER TABLE ${table} ALTER COLUMN id COMMENT 'key', n FIRST;
      ALTER TABLE ${table} ALTER COLUMN id SET NOT NULL;
      INSERT INTO ${table} VALUES (30, 3, 'c', struct('x'))`);
    expect(await house.values(`SELECT n, id, called, s.b FROM ${table} ORDER BY id`)).toEqual([
      [null, 1, "a", null],
      [null, 2, "b", null],
      [30, 3, "c", "x"],
    ]);
    expect(await propertiesOf(table)).toMatchObject({ b: "2" });
    expect(await propertiesOf(table)).not.toHaveProperty("a");
    expect(await house.rows(`DESCRIBE DETAIL ${table}`)).toMatchObject([{ name: null, description: "told" }]);
    expect((await house.rows(`DESCRIBE HISTORY ${table}`)).map((each) => each["operation"])).toEqual([
      "WRITE",
      "CHANGE COLUMN",
      "CHANGE COLUMNS",
      "DROP COLUMNS",
      "RENAME COLUMN",
      "ADD COLUMNS",
      "SET TBLPROPERTIES",
      "UNSET TBLPROPERTIES",
      "SET TBLPROPERTIES",
      "WRITE",
      "CREATE TABLE",
    ]);
    expect(await refusal(`INSERT INTO ${table} VALUES (1, NULL, 'c', NULL)`)).toMatchObject({
      code: "DELTA_NOT_NULL_CONSTRAINT_VIOLATED",
    });
    expect(await refusal(`ALTER TABLE ${table} UNSET TBLPROPERTIES ('c')`)).toMatchObject({
      code: "DELTA_UNSET_NON_EXISTENT_PROPERTY",
    });
  });

  it("changes its constraints, its clustering and its features", async () => {
    const table = await unknownTable("constraints", "'delta.enableDeletionVectors' = 'true'");
    expect(await refusal(`ALTER TABLE ${table} ADD CONSTRAINT few CHECK (id < 2)`)).toMatchObject({
      code: "DELTA_NEW_CHECK_CONSTRAINT_VIOLATION",
    });
    await house.run(`ALTER TABLE ${table} ADD CONSTRAINT few CHECK (id < 10)`);
    expect(await refusal(`INSERT INTO ${table} VALUES (10, 'x', NULL)`)).toMatchObject({
      code: "DELTA_VIOLATE_CONSTRAINT_WITH_VALUES",
    });
    await house.run(`
      ALTER TABLE ${table} DROP CONSTRAINT few;
      INSERT INTO ${table} VALUES (10, 'x', NULL);
      ALTER TABLE ${table} CLUSTER BY (id);
      DELETE FROM ${table} WHERE id = 1;
      ALTER TABLE ${table} DROP FEATURE deletionVectors`);
    const [detail] = await house.rows(`DESCRIBE DETAIL ${table}`);
    expect(detail?.["clusteringColumns"]).toEqual(["id"]);
    expect(detail?.["tableFeatures"]).not.toContain("deletionVectors");
    expect(await house.values(`SELECT id FROM ${table} ORDER BY id`)).toEqual([[2], [10]]);
  });

  it("needs the right to write files there, and to read them where rows are looked at", async () => {
    const table = await unknownTable("lent/altered");
    const catalog = await house.lakehouse.catalog();
    const accessConnectorId = "/subscriptions/0/resourceGroups/g/providers/Microsoft.Databricks/accessConnectors/c";
    await catalog.createStorageCredential(OWNER, { name: "lake", accessConnectorId, access: "read_write" });
    await house.run(`
      CREATE EXTERNAL LOCATION lent URL 'file://${join(house.folder, "lent")}' WITH (STORAGE CREDENTIAL lake);
      GRANT READ FILES ON EXTERNAL LOCATION lent TO \`${ANA}\``);
    const refused = { code: "INSUFFICIENT_PERMISSIONS" };
    const set = `ALTER TABLE ${table} SET TBLPROPERTIES ('a' = '1')`;
    await expect(house.as(ANA, set)).rejects.toMatchObject(refused);
    await house.run(`
      REVOKE READ FILES ON EXTERNAL LOCATION lent FROM \`${ANA}\`;
      GRANT WRITE FILES ON EXTERNAL LOCATION lent TO \`${ANA}\``);
    await house.as(ANA, set);
    const constraint = `ALTER TABLE ${table} ADD CONSTRAINT c CHECK (id > 0)`;
    await expect(house.as(ANA, constraint)).rejects.toMatchObject(refused);
    await expect(house.as(ANA, `ALTER TABLE ${table} ALTER COLUMN id SET NOT NULL`)).rejects.toMatchObject(refused);
    await house.run(`GRANT READ FILES ON EXTERNAL LOCATION lent TO \`${ANA}\``);
    await house.as(ANA, constraint);
  });

  it("is refused what concerns the catalog alone", async () => {
    const table = await unknownTable("catalog");
    for (const action of [
      "RENAME TO other",
      `OWNER TO \`${ANA}\``,
      "SET ROW FILTER f ON (id)",
      "ALTER COLUMN id SET MASK f",
    ]) {
      expect(await refusal(`ALTER TABLE ${table} ${action}`)).toMatchObject({ code: "SCHEMA_NOT_FOUND" });
    }
    expect(await refusal(`GRANT SELECT ON TABLE ${table} TO \`${ANA}\``)).toMatchObject({ code: "SCHEMA_NOT_FOUND" });
    expect(await refusal(`ALTER TABLE ${table} SET LOCATION '/x'`)).toMatchObject({
      code: "DELTA_CANNOT_SET_LOCATION_ON_PATH_IDENTIFIER",
    });
    expect(await refusal(`ALTER TABLE parquet.\`${house.folder}/x\` ADD COLUMN a INT`)).toMatchObject({
      code: "DELTA_TABLE_ONLY_OPERATION",
    });
    expect(await refusal(`ALTER TABLE delta.\`${house.folder}/nothing\` ADD COLUMN a INT`)).toMatchObject({
      code: "DELTA_TABLE_NOT_FOUND",
    });
  });
});
