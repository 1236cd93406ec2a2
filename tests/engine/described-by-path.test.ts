import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { ANA, openTestLakehouse, type TestLakehouse } from "./lakehouse.ts";

let house: TestLakehouse;
let place: string;
let table: string;
beforeAll(async () => {
  house = await openTestLakehouse();
  place = join(house.folder, "described");
  table = `delta.\`${place}\``;
  await house.run(`
    CREATE TABLE ${table} (id INT COMMENT 'key', name STRING DEFAULT 'x', part INT) PARTITIONED BY (part)
      COMMENT 'to look at' TBLPROPERTIES ('k' = 'v', 'delta.feature.allowColumnDefaults' = 'supported');
    INSERT INTO ${table} VALUES (1, 'a', 1), (2, 'b', 2)`);
});
afterAll(async () => {
  await house.close();
});

async function refusal(text: string): Promise<unknown> {
  return house.sql(text).then(
    () => "it went through",
    (error: unknown) => error,
  );
}

const COLUMNS = [
  ["id", "int", "key"],
  ["name", "string", null],
  ["part", "int", null],
  ["# Partition Information", "", ""],
  ["# col_name", "data_type", "comment"],
  ["part", "int", null],
];

describe("a Delta table named by its path", () => {
  it("is described, and each of its columns", async () => {
    expect(await house.values(`DESCRIBE TABLE ${table}`)).toEqual(COLUMNS);
    expect(await house.values(`DESC ${table} id`)).toEqual([
      ["col_name", "id"],
      ["data_type", "int"],
      ["comment", "key"],
    ]);
    expect(await house.values(`DESCRIBE TABLE EXTENDED ${table}`)).toEqual([
      ...COLUMNS,
      ["", "", ""],
      ["# Detailed Table Information", "", ""],
      ["Name", table, ""],
      ["Type", "EXTERNAL", ""],
      ["Comment", "to look at", ""],
      ["Location", place, ""],
      ["Provider", "delta", ""],
      ["Table Properties", "[k=v]", ""],
    ]);
    expect(await refusal(`DESCRIBE TABLE EXTENDED ${table} AS JSON`)).toMatchObject({
      code: "NOT_SUPPORTED_COMMAND_FOR_V2_TABLE",
    });
  });

  it("shows its properties, columns and partitions", async () => {
    expect(await house.values(`SHOW TBLPROPERTIES ${table}`)).toEqual([["k", "v"]]);
    expect(await house.values(`SHOW TBLPROPERTIES ${table} ('k')`)).toEqual([["k", "v"]]);
    expect(await house.values(`SHOW TBLPROPERTIES ${table} ('no')`)).toEqual([
      ["no", `Table ${table} does not have property: no`],
    ]);
    expect(await house.values(`SHOW COLUMNS IN ${table}`)).toEqual([["id"], ["name"], ["part"]]);
    expect(await house.values(`SHOW PARTITIONS ${table}`)).toEqual([[1], [2]]);
    expect(await house.values(`SHOW PARTITIONS ${table} PARTITION (part = 2)`)).toEqual([[2]]);
  });

  it("shows the statement that makes it", async () => {
    const [[text] = []] = await house.values(`SHOW CREATE TABLE ${table}`);
    const again = `delta.\`${place}_again\``;
    await house.run(String(text).replace(table, again));
    expect(await house.values(`DESCRIBE TABLE ${again}`)).toEqual(COLUMNS);
    expect(String(text)).not.toContain("LOCATION");
  });

  it("is kept in shape", async () => {
    await house.run(`
      INSERT INTO ${table} VALUES (3, 'c', 1);
      OPTIMIZE ${table} WHERE part = 1;
      ALTER TABLE ${table} SET TBLPROPERTIES ('delta.enableDeletionVectors' = 'true');
      INSERT INTO ${table} VALUES (4, 'd', 2), (5, 'e', 2), (6, 'f', 2);
      DELETE FROM ${table} WHERE id = 4;
      REORG TABLE ${table} APPLY (PURGE);
      VACUUM ${table};
      GENERATE symlink_format_manifest FOR TABLE ${table};
      FSCK REPAIR TABLE ${table} DRY RUN;
      RESTORE TABLE ${table} TO VERSION AS OF 1`);
    expect(await house.values(`SELECT id FROM ${table} ORDER BY id`)).toEqual([[1], [2]]);
    expect(await refusal(`MSCK REPAIR TABLE ${table} SYNC METADATA`)).toMatchObject({
      code: "NOT_SUPPORTED_COMMAND_FOR_V2_TABLE",
    });
  });

  it("is told of to nobody who may not read files there", async () => {
    for (const text of ["DESCRIBE TABLE", "SHOW TBLPROPERTIES", "SHOW COLUMNS IN", "SHOW CREATE TABLE"]) {
      await expect(house.as(ANA, `${text} ${table}`)).rejects.toMatchObject({ code: "PATH_NOT_GOVERNED" });
    }
    expect(await refusal(`DESCRIBE TABLE ${table.replace("described", "nothing")}`)).toMatchObject({
      code: "DELTA_TABLE_NOT_FOUND",
    });
  });
});
