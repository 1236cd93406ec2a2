import { readdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { textOf } from "../../src/core/value.ts";
import { ANA, openTestLakehouse, type TestLakehouse } from "./lakehouse.ts";

let house: TestLakehouse;
beforeAll(async () => {
  house = await openTestLakehouse();
});
afterAll(async () => {
  await house.close();
});

const refusal = (text: string, user?: string): Promise<unknown> =>
  (user === undefined ? house.values(text) : house.as(user, text)).then(
    (rows) => ({ rows }),
    (error: unknown) => error,
  );

describe("RESTORE", () => {
  it("brings back the rows and the columns of a version, and says what it moved", async () => {
    await house.run(`
      CREATE TABLE going (id INT, name STRING) TBLPROPERTIES ('k' = 'v');
      INSERT INTO going VALUES (1, 'a'), (2, 'b');
      ALTER TABLE going ADD COLUMN more INT;
      ALTER TABLE going SET TBLPROPERTIES ('k' = 'w');
      DELETE FROM going WHERE id = 1`);
    const rows = await house.rows("RESTORE TABLE going TO VERSION AS OF 1");
    expect(Object.keys(rows[0] ?? {})).toEqual([
      "table_size_after_restore",
      "num_of_files_after_restore",
      "num_removed_files",
      "num_restored_files",
      "removed_files_size",
      "restored_files_size",
    ]);
    expect(rows[0]).toMatchObject({ num_of_files_after_restore: 1n, num_restored_files: 1n });
    expect(await house.values("SELECT * FROM going ORDER BY id")).toEqual([
      [1, "a"],
      [2, "b"],
    ]);
    expect(await house.values("DESCRIBE TABLE going")).toHaveLength(2);
    expect(await house.values("SHOW TBLPROPERTIES going ('k')")).toEqual([["k", "v"]]);
    const [entry] = await house.rows("DESCRIBE HISTORY going");
    expect(entry).toMatchObject({ operation: "RESTORE" });
    expect(await refusal("RESTORE TABLE going TO VERSION AS OF 99")).toMatchObject({
      code: "DELTA_CANNOT_RESTORE_TABLE_VERSION",
    });
  });

  it("goes to the version of a time, and needs the right to change the table", async () => {
    await house.run("CREATE TABLE timed AS SELECT 1 AS id");
    const [entry] = await house.rows("DESCRIBE HISTORY timed");
    await house.run("INSERT INTO timed VALUES (2)");
    await house.run(`GRANT USE CATALOG ON CATALOG main TO \`${ANA}\`; GRANT USE SCHEMA ON SCHEMA main.s TO \`${ANA}\``);
    await house.run(`GRANT SELECT ON TABLE timed TO \`${ANA}\``);
    const statement = `RESTORE TABLE timed TO TIMESTAMP AS OF '${textOf(entry?.["timestamp"])}'`;
    expect(await refusal(statement, ANA)).toMatchObject({ code: "INSUFFICIENT_PERMISSIONS" });
    await house.run(statement);
    expect(await house.values("SELECT * FROM timed")).toEqual([[1]]);
  });
});

describe("CLONE", () => {
  it("makes a table that goes its own way, deep or shallow, of any version", async () => {
    await house.run(`
      CREATE TABLE origin (id INT, name STRING) PARTITIONED BY (name) COMMENT 'first' TBLPROPERTIES ('k' = 'v');
      INSERT INTO origin VALUES (1, 'a'), (2, 'b');
      INSERT INTO origin VALUES (3, 'a');
      CREATE TABLE deep DEEP CLONE origin TBLPROPERTIES ('mine' = 'yes');
      CREATE TABLE old CLONE origin VERSION AS OF 1`);
    const [row] = await house.rows("CREATE TABLE shallow SHALLOW CLONE origin");
    expect(row).toMatchObject({ source_num_of_files: 3n, num_copied_files: 0n, copied_files_size: 0n });
    await house.run(`
      DELETE FROM shallow WHERE id = 1;
      UPDATE shallow SET id = 30 WHERE id = 3;
      INSERT INTO deep VALUES (4, 'c');
      DELETE FROM origin WHERE id = 2`);
    expect(await house.values("SELECT id FROM shallow ORDER BY id")).toEqual([[2], [30]]);
    expect(await house.values("SELECT id FROM deep ORDER BY id")).toEqual([[1], [2], [3], [4]]);
    expect(await house.values("SELECT id FROM old ORDER BY id")).toEqual([[1], [2]]);
    expect(await house.values("SELECT id FROM origin ORDER BY id")).toEqual([[1], [3]]);
    expect(await house.values("SHOW PARTITIONS deep")).toEqual([["a"], ["b"], ["c"]]);
    expect(await house.values("SHOW TBLPROPERTIES deep ('mine')")).toEqual([["mine", "yes"]]);
    const [entry] = await house.rows("DESCRIBE HISTORY old");
    expect(entry).toMatchObject({ operation: "CLONE" });
    expect(entry?.["operationParameters"]).toContainEqual({ key: "source", value: "main.s.origin" });
    expect(await refusal("CREATE TABLE deep DEEP CLONE origin")).toMatchObject({
      code: "TABLE_OR_VIEW_ALREADY_EXISTS",
    });
    await house.run("CREATE TABLE IF NOT EXISTS deep DEEP CLONE origin");
    expect((await house.rows("CREATE OR REPLACE TABLE deep DEEP CLONE origin"))[0]).toMatchObject({
      num_copied_files: 0n,
      num_removed_files: 2n,
    });
    expect(await house.values("SELECT id FROM deep ORDER BY id")).toEqual([[1], [3]]);
  });

  it("reads a shallow clone of files outside the lakehouse, and copies them where it is deep", async () => {
    const place = join(house.folder, "outside");
    await house.run(`
      CREATE TABLE outside (id INT, n BIGINT GENERATED BY DEFAULT AS IDENTITY) LOCATION '${place}';
      INSERT INTO outside VALUES (1, 1), (2, 7);
      CREATE TABLE lent SHALLOW CLONE delta.\`${place}\`;
      CREATE TABLE held DEEP CLONE outside LOCATION '${place}-copy'`);
    expect(await house.values("SELECT id FROM lent ORDER BY id")).toEqual([[1], [2]]);
    await house.run("INSERT INTO lent REPLACE WHERE id = 1 SELECT 1, 1");
    // What looks at the rows before it changes the table reaches them too.
    await house.run(`
      ALTER TABLE lent ADD CONSTRAINT positive CHECK (id > 0);
      ALTER TABLE lent ALTER COLUMN n SYNC IDENTITY;
      ALTER TABLE lent ALTER COLUMN id SET NOT NULL`);
    expect(await refusal("ALTER TABLE lent ADD CONSTRAINT big CHECK (id > 1)")).toMatchObject({
      code: "DELTA_NEW_CHECK_CONSTRAINT_VIOLATION",
    });
    expect((await readdir(`${place}-copy`)).some((name) => name.endsWith(".parquet"))).toBe(true);
  });

  it("of Parquet files makes a table of them", async () => {
    const place = join(house.folder, "plain");
    await house.run(`CREATE TABLE plain (id INT, x DOUBLE) LOCATION '${place}'; INSERT INTO plain VALUES (1, 1.5);
      DROP TABLE plain`);
    // A checksum may still be under way.
    await rm(join(place, "_delta_log"), { recursive: true, maxRetries: 5 });
    await house.run(
      `CREATE TABLE copied DEEP CLONE parquet.\`${place}\`; CREATE TABLE named SHALLOW CLONE parquet.\`${place}\``,
    );
    expect(await house.values("SELECT * FROM copied")).toEqual([[1, 1.5]]);
    expect(await house.values("SELECT * FROM named")).toEqual([[1, 1.5]]);
    expect((await house.rows(`CREATE OR REPLACE TABLE copied DEEP CLONE parquet.\`${place}\``))[0]).toMatchObject({
      num_copied_files: 0n,
    });
  });

  it("needs SELECT on its source, and refuses what a clone would let slip", async () => {
    await house.run(`
      CREATE TABLE secret AS SELECT 1 AS id;
      CREATE FUNCTION only_one(id INT) RETURNS BOOLEAN RETURN id = 1;
      CREATE TABLE filtered (id INT) WITH ROW FILTER only_one ON (id);
      CREATE VIEW seen AS SELECT * FROM secret;
      GRANT CREATE TABLE ON SCHEMA main.s TO \`${ANA}\``);
    expect(await refusal("CREATE TABLE stolen SHALLOW CLONE secret", ANA)).toMatchObject({
      code: "INSUFFICIENT_PERMISSIONS",
    });
    expect(await refusal("CREATE TABLE bare DEEP CLONE filtered")).toMatchObject({ code: "UNSUPPORTED_FEATURE" });
    expect(await refusal("CREATE TABLE bare DEEP CLONE seen")).toMatchObject({ code: "EXPECT_TABLE_NOT_VIEW" });
    expect(await refusal("CREATE OR REPLACE TABLE secret SHALLOW CLONE secret")).toMatchObject({
      code: "DELTA_UNSUPPORTED_CLONE_REPLACE_SAME_TABLE",
    });
    expect(await refusal("CREATE TABLE bare DEEP CLONE csv.`/tmp/x`")).toMatchObject({
      code: "DELTA_CLONE_UNSUPPORTED_SOURCE",
    });
  });
});
