import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { openTestLakehouse, type TestLakehouse } from "./lakehouse.ts";

let house: TestLakehouse;
beforeAll(async () => {
  house = await openTestLakehouse();
});
afterAll(async () => {
  await house.close();
});

async function refusal(text: string): Promise<unknown> {
  return house.values(text).then(
    (rows) => ({ rows }),
    (error: unknown) => error,
  );
}

/** Reader and writer version and features of a table. */
async function protocol(table: string): Promise<unknown[]> {
  const [found] = await house.rows(`DESCRIBE DETAIL ${table}`);
  return [found?.["minReaderVersion"], found?.["minWriterVersion"], found?.["tableFeatures"]];
}

describe("table properties", () => {
  it("are known as the log has them: those that name the protocol are none of the table's", async () => {
    const given = "TBLPROPERTIES ('delta.minReaderVersion' = '2', 'DELTA.ENABLECHANGEDATAFEED' = 'true', 'own' = 'v')";
    await house.run(`CREATE TABLE worded (a INT) ${given}; CREATE TABLE worded_as ${given} AS SELECT 1 AS a`);
    await house.run(`CREATE OR REPLACE TABLE worded_as ${given} AS SELECT 2 AS a`);
    for (const table of ["worded", "worded_as"]) {
      const properties = new Map(
        (await house.values(`SHOW TBLPROPERTIES ${table}`)).map(([key, value]) => [key, value]),
      );
      expect([...properties.keys()]).not.toContain("delta.minReaderVersion");
      expect(properties.get("delta.enableChangeDataFeed")).toBe("true");
      expect(properties.get("own")).toBe("v");
    }
  });

  it("are checked when they are set", async () => {
    await house.run("CREATE TABLE checked (a INT, s STRUCT<x: INT>)");
    for (const [property, value] of [
      ["delta.appendOnly", "yes"],
      ["delta.checkpointInterval", "0"],
      ["delta.checkpointInterval", "1.5"],
      ["delta.dataSkippingNumIndexedCols", "-2"],
      ["delta.deletedFileRetentionDuration", "interval 1 month"],
      ["delta.logRetentionDuration", "soon"],
      ["delta.columnMapping.mode", "names"],
      ["delta.isolationLevel", "Snapshot"],
      ["delta.checkpointPolicy", "v3"],
      ["delta.targetFileSize", "big"],
      ["delta.parquet.compression.codec", "lzo"],
    ]) {
      const text = `${property} ${value}`;
      const error = { code: "DELTA_INVALID_TABLE_PROPERTY", message: expect.stringContaining(value ?? "") as string };
      expect(await refusal(`ALTER TABLE checked SET TBLPROPERTIES ('${property}' = '${value}')`), text).toMatchObject(
        error,
      );
      expect(await refusal(`CREATE TABLE x (a INT) TBLPROPERTIES ('${property}' = '${value}')`), text).toMatchObject(
        error,
      );
    }
    for (const [properties, code] of [
      ["'delta.apendOnly' = 'true'", "DELTA_UNKNOWN_CONFIGURATION"],
      ["'delta.dataSkippingStatsColumns' = 'b'", "DELTA_COLUMN_NOT_FOUND_IN_SCHEMA"],
      ["'delta.constraints.c' = 'a > 1'", "DELTA_ADD_CONSTRAINTS"],
      ["'delta.columnMapping.maxColumnId' = '7'", "DELTA_CANNOT_MODIFY_TABLE_PROPERTY"],
      ["'delta.feature.rowtraking' = 'supported'", "DELTA_UNSUPPORTED_FEATURES_IN_CONFIG"],
      ["'delta.feature.appendOnly' = 'disabled'", "DELTA_UNSUPPORTED_FEATURE_STATUS"],
      ["'delta.feature.clustering' = 'supported'", "DELTA_ALTER_TABLE_SET_CLUSTERING_TABLE_FEATURE_NOT_ALLOWED"],
      ["'delta.minReaderVersion' = 'two'", "DELTA_PROTOCOL_PROPERTY_NOT_INT"],
      ["'delta.minWriterVersion' = '8'", "DELTA_INVALID_PROTOCOL_VERSION"],
      ["'delta.minReaderVersion' = '3'", "DELTA_READ_FEATURE_PROTOCOL_REQUIRES_WRITE"],
      ["'location' = '/x'", "DELTA_CANNOT_CHANGE_LOCATION"],
      ["'provider' = 'x'", "DELTA_CANNOT_CHANGE_PROVIDER"],
    ]) {
      expect(await refusal(`ALTER TABLE checked SET TBLPROPERTIES (${properties})`), properties).toMatchObject({
        code,
      });
    }
    await house.run(`
      ALTER TABLE checked SET TBLPROPERTIES ('DELTA.APPENDONLY' = 'TRUE', 'delta.isolationLevel' = 'writeserializable',
        'delta.logRetentionDuration' = 'interval 1 week 2 days', 'delta.dataSkippingStatsColumns' = 'a,s.x', 'mine' = 'Yes');
    `);
    expect((await house.values("SHOW TBLPROPERTIES checked")).map(String).sort()).toEqual(
      [
        ["delta.appendOnly", "true"],
        ["delta.dataSkippingStatsColumns", "a,s.x"],
        ["delta.isolationLevel", "WriteSerializable"],
        ["delta.logRetentionDuration", "interval 1 week 2 days"],
        ["mine", "Yes"],
      ].map(String),
    );
  });

  it("are taken away, which an unknown one is not without IF EXISTS", async () => {
    await house.run("CREATE TABLE unset (a INT) TBLPROPERTIES ('one' = '1', 'delta.appendOnly' = 'true')");
    expect(await refusal("ALTER TABLE unset UNSET TBLPROPERTIES ('on', 'one')")).toMatchObject({
      code: "DELTA_UNSET_NON_EXISTENT_PROPERTY",
      hint: 'Did you mean "one"?',
    });
    await house.run("ALTER TABLE unset UNSET TBLPROPERTIES IF EXISTS ('on', 'one', 'DELTA.appendonly')");
    expect(await house.values("SHOW TBLPROPERTIES unset")).toEqual([]);
  });

  it("raise the protocol", async () => {
    await house.run("CREATE TABLE raised (a INT)");
    expect(await protocol("raised")).toEqual([1, 2, ["appendOnly", "invariants"]]);
    await house.run(
      "ALTER TABLE raised SET TBLPROPERTIES ('delta.minReaderVersion' = '2', 'delta.minWriterVersion' = '5', 'delta.columnMapping.mode' = 'name')",
    );
    expect(await protocol("raised")).toMatchObject([2, 5, expect.arrayContaining(["columnMapping"]) as unknown]);
    await house.run("ALTER TABLE raised RENAME COLUMN a TO b; INSERT INTO raised VALUES (1)");
    await house.run("ALTER TABLE raised SET TBLPROPERTIES ('delta.minWriterVersion' = '2')");
    expect((await protocol("raised")).slice(0, 2)).toEqual([2, 5]);
    await house.run("ALTER TABLE raised SET TBLPROPERTIES ('delta.feature.deletionVectors' = 'supported')");
    expect(await protocol("raised")).toMatchObject([
      3,
      7,
      expect.arrayContaining(["columnMapping", "deletionVectors", "generatedColumns"]) as unknown,
    ]);
    await house.run(
      "CREATE TABLE listed (a INT) TBLPROPERTIES ('delta.minReaderVersion' = '3', 'delta.minWriterVersion' = '7')",
    );
    expect(await protocol("listed")).toEqual([3, 7, ["appendOnly", "invariants"]]);
    expect(await house.values("SELECT b FROM raised")).toEqual([[1]]);
  });

  it("keep the list of columns with statistics in step with the columns", async () => {
    await house.run(`
      CREATE TABLE stepped (a INT, b INT, s STRUCT<x: INT, y: INT>)
        TBLPROPERTIES ('delta.columnMapping.mode' = 'name', 'delta.dataSkippingStatsColumns' = 'a,b,s.x');
      ALTER TABLE stepped RENAME COLUMN a TO \`a a\`;
      ALTER TABLE stepped RENAME COLUMN s.x TO z;
      ALTER TABLE stepped DROP COLUMN b;
      INSERT INTO stepped VALUES (1, struct(2, 3));
      INSERT INTO stepped VALUES (4, struct(5, 6));
    `);
    const properties = new Map((await house.values("SHOW TBLPROPERTIES stepped")) as [string, string][]);
    expect(properties.get("delta.dataSkippingStatsColumns")).toBe("`a a`,s.z");
    const result = await house.sql("SELECT * FROM stepped WHERE `a a` = 1 AND s.z = 2");
    expect(await result.rows()).toHaveLength(1);
  });
});
