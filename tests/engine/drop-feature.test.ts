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

async function properties(table: string): Promise<Map<string, string>> {
  return new Map((await house.values(`SHOW TBLPROPERTIES ${table}`)) as [string, string][]);
}

const PROTECTED = ["appendOnly", "checkpointProtection", "invariants"];

describe("DROP FEATURE", () => {
  it("says which features there are, and what stands in the way", async () => {
    await house.run(`
      CREATE TABLE firm (a INT) TBLPROPERTIES ('delta.enableChangeDataFeed' = 'true', 'delta.feature.rowTracking' = 'supported',
        'delta.feature.domainMetadata' = 'supported');
      ALTER TABLE firm ADD CONSTRAINT small CHECK (a < 10);
    `);
    for (const [feature, code] of [
      ["deletionVectors", "DELTA_FEATURE_DROP_FEATURE_NOT_PRESENT"],
      ["changeDataFeed", "DELTA_FEATURE_DROP_NONREMOVABLE_FEATURE"],
      ["deletionVektors", "DELTA_FEATURE_DROP_UNSUPPORTED_CLIENT_FEATURE"],
      ["'delta.enableChangeDataFeed'", "DELTA_FEATURE_DROP_FEATURE_IS_DELTA_PROPERTY"],
      ["checkConstraints", "DELTA_CANNOT_DROP_CHECK_CONSTRAINT_FEATURE"],
      ["checkConstraints TRUNCATE HISTORY", "DELTA_FEATURE_DROP_HISTORY_TRUNCATION_NOT_ALLOWED"],
      ["domainMetadata", "DELTA_FEATURE_DROP_DEPENDENT_FEATURE"],
    ] as const) {
      expect(await refusal(`ALTER TABLE firm DROP FEATURE ${feature}`), feature).toMatchObject({ code });
    }
    await house.run("ALTER TABLE firm DROP CONSTRAINT small; ALTER TABLE firm DROP FEATURE CheckConstraints");
    expect((await protocol("firm"))[2]).not.toContain("checkConstraints");
  });

  it("leaves the lowest protocol that the rest needs", async () => {
    await house.run(`
      CREATE TABLE lowered (a INT) TBLPROPERTIES ('delta.enableInCommitTimestamps' = 'true');
      INSERT INTO lowered VALUES (1);
      ALTER TABLE lowered DROP FEATURE inCommitTimestamp;
      INSERT INTO lowered VALUES (2);
    `);
    expect(await protocol("lowered")).toEqual([1, 2, ["appendOnly", "invariants"]]);
    expect([...(await properties("lowered")).keys()]).toEqual([]);
    expect(await house.values("SELECT count(*) FROM lowered")).toEqual([[2]]);
  });

  it("deletionVectors: writes the rows that are left into files without any", async () => {
    await house.run(`
      CREATE TABLE purged (a INT) TBLPROPERTIES ('delta.enableDeletionVectors' = 'true');
      INSERT INTO purged SELECT id FROM range(1000);
      DELETE FROM purged WHERE a = 5;
      ALTER TABLE purged DROP FEATURE deletionVectors;
      DELETE FROM purged WHERE a = 6;
    `);
    expect(await protocol("purged")).toEqual([1, 7, PROTECTED]);
    expect((await properties("purged")).get("delta.enableDeletionVectors")).toBeUndefined();
    expect(await house.values("SELECT count(*), min(a) FROM purged WHERE a > 4")).toEqual([[993, 7]]);
    expect(await house.values("SELECT count(*) FROM purged VERSION AS OF 2")).toEqual([[999]]);
    expect(await refusal("ALTER TABLE purged DROP FEATURE checkpointProtection")).toMatchObject({
      code: "DELTA_FEATURE_CAN_ONLY_DROP_CHECKPOINT_PROTECTION_WITH_HISTORY_TRUNCATION",
    });
    expect(await refusal("ALTER TABLE purged DROP FEATURE checkpointProtection TRUNCATE HISTORY")).toMatchObject({
      code: "DELTA_FEATURE_DROP_CHECKPOINT_PROTECTION_WAIT_FOR_RETENTION_PERIOD",
    });
  });

  it("waits with TRUNCATE HISTORY until history is free of the feature", async () => {
    await house.run(`
      CREATE TABLE waiting (a INT) TBLPROPERTIES ('delta.enableDeletionVectors' = 'true');
      INSERT INTO waiting SELECT id FROM range(10);
    `);
    const drop = "ALTER TABLE waiting DROP FEATURE deletionVectors TRUNCATE HISTORY";
    expect(await refusal(drop)).toMatchObject({ code: "DELTA_FEATURE_DROP_WAIT_FOR_RETENTION_PERIOD" });
    expect((await properties("waiting")).get("delta.enableDeletionVectors")).toBeUndefined();
    expect(await refusal(drop)).toMatchObject({ code: "DELTA_FEATURE_DROP_HISTORICAL_VERSIONS_EXIST" });
    expect((await protocol("waiting"))[2]).toContain("deletionVectors");
    await house.run(`
      CREATE TABLE unused (a INT) TBLPROPERTIES ('delta.feature.deletionVectors' = 'supported');
      INSERT INTO unused VALUES (1);
      ALTER TABLE unused DROP FEATURE deletionVectors TRUNCATE HISTORY;
    `);
    expect(await protocol("unused")).toEqual([1, 2, ["appendOnly", "invariants"]]);
  });

  it("typeWidening: writes files of narrower types anew, and only those", async () => {
    await house.run(`
      CREATE TABLE unwidened (a INT, s STRUCT<x: SMALLINT>) TBLPROPERTIES ('delta.enableTypeWidening' = 'true');
      INSERT INTO unwidened VALUES (1, struct(1S));
      ALTER TABLE unwidened ALTER COLUMN a TYPE BIGINT, s.x TYPE INT;
      INSERT INTO unwidened VALUES (3000000000, struct(70000));
      ALTER TABLE unwidened DROP FEATURE typeWidening;
    `);
    expect(await protocol("unwidened")).toEqual([1, 7, PROTECTED]);
    expect(await house.values("SELECT a, s.x FROM unwidened ORDER BY a")).toEqual([
      [1, 1],
      [3000000000, 70000],
    ]);
    expect(await house.values("SELECT a, s.x FROM unwidened VERSION AS OF 1")).toEqual([[1, 1]]);
    const history = await house.rows("DESCRIBE HISTORY unwidened");
    expect(history.map((each) => each["operation"]).slice(0, 2)).toEqual(["DROP FEATURE", "DROP FEATURE"]);
    expect(await refusal("ALTER TABLE unwidened ALTER COLUMN a TYPE DECIMAL(20,0)")).toMatchObject({
      code: "DELTA_UNSUPPORTED_ALTER_TABLE_CHANGE_COL_OP",
    });
  });

  it("columnMapping: writes all files under the columns' names, which must be fit for it", async () => {
    await house.run(`
      CREATE TABLE unmapped (a INT, \`b b\` STRING, p INT COMMENT 'part', s STRUCT<x: INT>) PARTITIONED BY (p)
        TBLPROPERTIES ('delta.columnMapping.mode' = 'name');
      INSERT INTO unmapped VALUES (1, 'one', 10, struct(5)), (2, 'two', 20, NULL);
      ALTER TABLE unmapped RENAME COLUMN s.x TO y;
    `);
    expect(await refusal("ALTER TABLE unmapped DROP FEATURE columnMapping")).toMatchObject({
      code: "DELTA_INVALID_COLUMN_NAMES_WHEN_REMOVING_COLUMN_MAPPING",
    });
    await house.run(`
      ALTER TABLE unmapped RENAME COLUMN \`b b\` TO b;
      ALTER TABLE unmapped DROP FEATURE columnMapping;
      INSERT INTO unmapped VALUES (3, 'three', 10, struct(7));
    `);
    expect(await protocol("unmapped")).toEqual([1, 7, PROTECTED]);
    expect(await house.values("SELECT a, b, p, s.y FROM unmapped ORDER BY a")).toEqual([
      [1, "one", 10, 5],
      [2, "two", 20, null],
      [3, "three", 10, 7],
    ]);
    expect(await house.values("SELECT a, `b b`, s.x FROM unmapped VERSION AS OF 1 WHERE p = 10")).toEqual([
      [1, "one", 5],
    ]);
    expect(await refusal("ALTER TABLE unmapped RENAME COLUMN a TO c")).toMatchObject({
      code: "DELTA_UNSUPPORTED_RENAME_COLUMN",
    });
  });

  it("v2Checkpoint, vacuumProtocolCheck, domainMetadata: what uses them goes first", async () => {
    await house.run(`
      CREATE TABLE several (a INT) TBLPROPERTIES ('delta.checkpointPolicy' = 'v2', 'delta.feature.vacuumProtocolCheck' = 'supported',
        'delta.feature.domainMetadata' = 'supported');
      INSERT INTO several VALUES (1);
      ALTER TABLE several DROP FEATURE v2Checkpoint;
      ALTER TABLE several DROP FEATURE vacuumProtocolCheck;
      ALTER TABLE several DROP FEATURE domainMetadata;
    `);
    expect(await protocol("several")).toEqual([1, 7, PROTECTED]);
    expect((await properties("several")).get("delta.checkpointPolicy")).toBe("classic");
    expect(await house.values("SELECT a FROM several")).toEqual([[1]]);
  });

  it("rowTracking: files lose the ids of their rows", async () => {
    await house.run(`
      CREATE TABLE untracked (a INT) TBLPROPERTIES ('delta.enableRowTracking' = 'true');
      INSERT INTO untracked VALUES (1);
      ALTER TABLE untracked DROP FEATURE rowTracking;
      INSERT INTO untracked VALUES (2);
    `);
    expect((await protocol("untracked"))[2]).not.toContain("rowTracking");
    expect([...(await properties("untracked")).keys()].filter((name) => /rowTracking/i.test(name))).toEqual([]);
    expect(await house.values("SELECT count(*) FROM untracked")).toEqual([[2]]);
  });
});
