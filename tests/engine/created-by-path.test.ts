import { mkdir } from "node:fs/promises";
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

function at(path: string): string {
  return `delta.\`${join(house.folder, path)}\``;
}

async function refusal(text: string): Promise<unknown> {
  return house.sql(text).then(
    () => "it went through",
    (error: unknown) => error,
  );
}

describe("CREATE TABLE delta.`/path`", () => {
  it("makes the table at the path, and tells the catalog nothing", async () => {
    const table = at("plain");
    await house.run(`
      CREATE TABLE ${table} (id BIGINT GENERATED ALWAYS AS IDENTITY, name STRING NOT NULL, part INT)
        USING delta PARTITIONED BY (part) COMMENT 'of orders' TBLPROPERTIES ('k' = 'v');
      INSERT INTO ${table} (name, part) VALUES ('a', 1)`);
    expect(await house.values(`SELECT * FROM ${table}`)).toEqual([[1, "a", 1]]);
    expect(await house.rows(`DESCRIBE DETAIL ${table}`)).toMatchObject([
      { description: "of orders", partitionColumns: ["part"], properties: [{ key: "k", value: "v" }] },
    ]);
    const created = (await house.rows(`DESCRIBE HISTORY ${table}`)).at(-1);
    expect(created).toMatchObject({ operation: "CREATE TABLE" });
    expect(created?.["operationParameters"]).toContainEqual({ key: "isManaged", value: "false" });
    expect(await house.values("SHOW TABLES")).toEqual([]);
  });

  it("refuses what is there already, unless it is to be replaced or left", async () => {
    const table = at("twice");
    await house.run(`CREATE TABLE ${table} (id INT); INSERT INTO ${table} VALUES (1)`);
    for (const rest of ["(id INT)", "(other STRING)", "AS SELECT 2 AS id"]) {
      expect(await refusal(`CREATE TABLE ${table} ${rest}`)).toMatchObject({ code: "TABLE_OR_VIEW_ALREADY_EXISTS" });
    }
    await house.run(`
      CREATE TABLE IF NOT EXISTS ${table} (other STRING);
      CREATE TABLE IF NOT EXISTS ${table} AS SELECT 2 AS id`);
    expect(await house.values(`SELECT * FROM ${table}`)).toEqual([[1]]);
    await house.run(`CREATE OR REPLACE TABLE ${table} (name STRING) CLUSTER BY (name)`);
    expect(await house.values(`SELECT * FROM ${table}`)).toEqual([]);
    expect(await house.values(`SELECT * FROM ${table} VERSION AS OF 1`)).toEqual([[1]]);
    expect(await refusal(`REPLACE TABLE ${at("nothing")} (id INT)`)).toMatchObject({
      code: "TABLE_OR_VIEW_NOT_FOUND",
    });
    await house.run(`REPLACE TABLE ${table} (id INT); CREATE OR REPLACE TABLE ${at("fresh")} (id INT)`);
    expect(await house.values(`SELECT id FROM ${table} UNION ALL SELECT id FROM ${at("fresh")}`)).toEqual([]);
  });

  it("takes the rows of a query, of the table itself as well", async () => {
    const table = at("selected");
    await house.run(`
      CREATE TABLE ${table} PARTITIONED BY (even) AS SELECT id, id % 2 = 0 AS even FROM range(4);
      CREATE OR REPLACE TABLE ${table} AS SELECT id + 10 AS id FROM ${table} WHERE even`);
    expect(await house.values(`SELECT * FROM ${table} ORDER BY id`)).toEqual([[10], [12]]);
    expect((await house.rows(`DESCRIBE HISTORY ${table}`)).map((each) => each["operation"])).toEqual([
      "CREATE OR REPLACE TABLE AS SELECT",
      "CREATE TABLE AS SELECT",
    ]);
    const session = await house.lakehouse.session({ user: OWNER, catalog: "main", schema: "s" });
    expect(await session.analyze(`CREATE TABLE ${at("analyzed")} AS SELECT 1 AS id`)).toMatchObject({
      writes: [[join(house.folder, "analyzed")]],
    });
    await session.close();
  });

  it("is like another table, by its name or its path", async () => {
    await house.run(`
      CREATE TABLE ${at("model")} (id BIGINT COMMENT 'key', part INT) PARTITIONED BY (part);
      CREATE TABLE ${at("like")} LIKE ${at("model")};
      CREATE TABLE named LIKE ${at("like")};
      CREATE TABLE ${at("again")} LIKE named;
      DROP TABLE named`);
    const [detail] = await house.rows(`DESCRIBE DETAIL ${at("again")}`);
    expect(detail?.["partitionColumns"]).toEqual(["part"]);
    expect(await house.values(`SELECT * FROM ${at("again")}`)).toEqual([]);
  });

  it("is a clone of another one", async () => {
    const [source, shallow, deep] = [at("source"), at("shallow"), at("deep")];
    await house.run(`
      CREATE TABLE ${source} AS SELECT id FROM range(3);
      CREATE TABLE ${shallow} SHALLOW CLONE ${source};
      CREATE TABLE ${deep} DEEP CLONE ${source} TBLPROPERTIES ('mine' = 'yes') LOCATION '${join(house.folder, "deep")}';
      DELETE FROM ${shallow} WHERE id = 0;
      CREATE TABLE IF NOT EXISTS ${shallow} SHALLOW CLONE ${source}`);
    const counts = `SELECT (SELECT count(*) FROM ${source}), (SELECT count(*) FROM ${shallow}), (SELECT count(*) FROM ${deep})`;
    expect(await house.values(counts)).toEqual([[3, 2, 3]]);
    expect(await refusal(`CREATE TABLE ${deep} DEEP CLONE ${source}`)).toMatchObject({
      code: "TABLE_OR_VIEW_ALREADY_EXISTS",
    });
    await house.run(`CREATE OR REPLACE TABLE ${deep} DEEP CLONE ${shallow}`);
    expect(await house.values(counts)).toEqual([[3, 2, 2]]);
    expect(await house.values("SHOW TABLES")).toEqual([]);
  });

  it("refuses another LOCATION, other formats, and what only the catalog keeps", async () => {
    const elsewhere = join(house.folder, "elsewhere");
    expect(await refusal(`CREATE TABLE ${at("here")} (id INT) LOCATION '${elsewhere}'`)).toMatchObject({
      code: "DELTA_AMBIGUOUS_PATHS_IN_CREATE_TABLE",
    });
    await house.run(`CREATE TABLE ${at("here")} (id INT) LOCATION 'file://${join(house.folder, "here")}/'`);
    const clone = `CREATE TABLE ${at("there")} DEEP CLONE ${at("here")} LOCATION '${elsewhere}'`;
    expect(await refusal(clone)).toMatchObject({ code: "DELTA_CLONE_AMBIGUOUS_TARGET" });
    for (const text of [
      `CREATE TABLE parquet.\`${elsewhere}\` (id INT)`,
      `CREATE TABLE parquet.\`${elsewhere}\` DEEP CLONE ${at("here")}`,
    ]) {
      expect(await refusal(text)).toMatchObject({ code: "INVALID_SCHEMA_OR_RELATION_NAME" });
    }
    for (const rest of ["(id INT) USING parquet", "(id INT MASK f)", "(id INT) WITH ROW FILTER f ON (id)"]) {
      expect(await refusal(`CREATE TABLE ${at("masked")} ${rest}`)).toMatchObject({ code: "UNSUPPORTED_FEATURE" });
    }
    expect(await refusal(`CREATE TABLE ${at("columns")}`)).toMatchObject({ code: "SPECIFY_COLUMNS" });
    expect(await refusal("CREATE TABLE delta.`some/where` (id INT)")).toMatchObject({ code: "INVALID_STORAGE_URL" });
    expect(await refusal(`CREATE VIEW ${at("view")} AS SELECT 1`)).toMatchObject({ code: "SCHEMA_NOT_FOUND" });
    expect(await refusal(`SELECT * FROM ${at("masked")}`)).toMatchObject({ code: "DELTA_TABLE_NOT_FOUND" });
  });

  it("is made once by those who make it at once", async () => {
    await house.run(`CREATE TABLE ${at("copied")} AS SELECT 1 AS id`);
    const atOnce = async (text: string): Promise<unknown[]> => {
      const sessions = [];
      for (let each = 0; each < 3; each += 1) {
        sessions.push(await house.lakehouse.session({ user: OWNER, catalog: "main", schema: "s" }));
      }
      const settled = await Promise.allSettled(sessions.map((session) => session.sql(text)));
      for (const session of sessions) await session.close();
      return settled
        .map((each) => (each.status === "fulfilled" ? "done" : (each.reason as { code: string }).code))
        .sort();
    };
    const done = ["done", "done", "done"];
    expect(await atOnce(`CREATE TABLE IF NOT EXISTS ${at("race/a")} (id INT)`)).toEqual(done);
    expect(await atOnce(`CREATE TABLE IF NOT EXISTS ${at("race/b")} AS SELECT 1 AS id`)).toEqual(done);
    expect(await atOnce(`CREATE TABLE IF NOT EXISTS ${at("race/c")} DEEP CLONE ${at("copied")}`)).toEqual(done);
    expect(await atOnce(`CREATE TABLE IF NOT EXISTS ${at("race/d")} LIKE ${at("copied")}`)).toEqual(done);
    for (const rest of ["(id INT)", "AS SELECT 1 AS id", `SHALLOW CLONE ${at("copied")}`]) {
      const again = "TABLE_OR_VIEW_ALREADY_EXISTS";
      expect(await atOnce(`CREATE TABLE ${at(`race/${rest.length}`)} ${rest}`)).toEqual([again, again, "done"]);
    }
    expect(await house.values(`SELECT * FROM ${at("race/b")}`)).toEqual([[1]]);
    expect(await house.values(`DESCRIBE HISTORY ${at("race/c")}`)).toHaveLength(1);
  });

  it("can be inside a volume, but no dataset of a pipeline", async () => {
    await house.run("CREATE VOLUME holding");
    const [, , [, location] = []] = await house.values("DESCRIBE VOLUME holding");
    const table = `delta.\`${String(location)}/table\``;
    await house.run(`CREATE TABLE ${table} AS SELECT 1 AS id`);
    expect(await house.values(`SELECT * FROM ${table}`)).toEqual([[1]]);
    const dataset = { kind: "streaming_table", pipeline: "p", definition: "" } as const;
    await expect(house.sql(`CREATE TABLE ${at("dataset")} (id INT)`, { dataset })).rejects.toMatchObject({
      code: "SCHEMA_NOT_FOUND",
    });
  });

  it("needs the right to write files there, and a place of its own", async () => {
    const lent = join(house.folder, "lent");
    await mkdir(lent);
    const catalog = await house.lakehouse.catalog();
    const accessConnectorId = "/subscriptions/0/resourceGroups/g/providers/Microsoft.Databricks/accessConnectors/c";
    await catalog.createStorageCredential(OWNER, { name: "lake", accessConnectorId, access: "read_write" });
    await house.run(`
      CREATE EXTERNAL LOCATION lent URL 'file://${lent}' WITH (STORAGE CREDENTIAL lake);
      GRANT READ FILES ON EXTERNAL LOCATION lent TO \`${ANA}\`;
      CREATE TABLE taken (id INT) LOCATION '${lent}/deep/taken'`);
    const create = `CREATE TABLE ${at("lent/mine")} (id INT)`;
    await expect(house.as(ANA, create)).rejects.toMatchObject({ code: "INSUFFICIENT_PERMISSIONS" });
    await house.run(`GRANT WRITE FILES ON EXTERNAL LOCATION lent TO \`${ANA}\``);
    await house.as(ANA, create);
    expect(await refusal(`CREATE OR REPLACE TABLE ${at("lent/deep/taken")} (id INT)`)).toMatchObject({
      code: "PATH_GOVERNED_BY_TABLE",
    });
    // A VACUUM of it would take the files of the other one.
    expect(await refusal(`CREATE TABLE ${at("lent/deep")} (id INT)`)).toMatchObject({ code: "LOCATION_OVERLAP" });
    await house.run("DROP TABLE taken");
  });
});

describe("DROP TABLE delta.`/path`", () => {
  it("is refused: there is no name to forget, and nothing is deleted", async () => {
    const table = at("kept");
    await house.run(`CREATE TABLE ${table} AS SELECT 1 AS id; DROP TABLE IF EXISTS ${at("nothing")}`);
    for (const text of [`DROP TABLE ${table}`, `DROP TABLE IF EXISTS ${table}`, `DROP TABLE ${at("nothing")}`]) {
      expect(await refusal(text)).toMatchObject({ code: "DELTA_OPERATION_NOT_ALLOWED" });
    }
    expect(await house.values(`SELECT * FROM ${table}`)).toEqual([[1]]);
    expect(await refusal(`DROP VIEW ${table}`)).toMatchObject({ code: "SCHEMA_NOT_FOUND" });
  });
});
