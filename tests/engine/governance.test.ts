import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { textOf } from "../../src/core/value.ts";
import { ANA, openTestLakehouse, OWNER, RAY, type TestLakehouse } from "./lakehouse.ts";

let house: TestLakehouse;
beforeAll(async () => {
  house = await openTestLakehouse();
  await house.run(`
    GRANT USE CATALOG ON CATALOG main TO readers;
    GRANT USE SCHEMA ON SCHEMA s TO readers;
  `);
});
afterAll(async () => {
  await house.close();
});

async function refused(user: string, text: string, code = "INSUFFICIENT_PERMISSIONS"): Promise<void> {
  await expect(house.as(user, text), text).rejects.toMatchObject({ code });
}

describe("views", () => {
  it("show what they are made from, through other views, under the names given", async () => {
    await house.run(`
      CREATE TABLE base (id INT, name STRING);
      INSERT INTO base VALUES (1, 'a'), (2, 'b'), (3, 'c');
      CREATE VIEW inner_view AS SELECT id, upper(name) AS n FROM base WHERE id < 3;
      CREATE VIEW outer_view (number COMMENT 'which', letter) AS SELECT * FROM inner_view;
    `);
    expect(await house.values("SELECT number, letter FROM outer_view ORDER BY number")).toEqual([
      [1, "A"],
      [2, "B"],
    ]);
    await house.run("ALTER VIEW inner_view AS SELECT 7 AS id, 'k' AS n");
    expect(await house.values("SELECT * FROM outer_view")).toEqual([[7, "k"]]);
    await house.run("CREATE OR REPLACE VIEW inner_view AS SELECT * FROM outer_view");
    await expect(house.values("SELECT * FROM outer_view")).rejects.toMatchObject({
      code: "VIEW_EXCEED_MAX_NESTED_DEPTH",
    });
    await house.run("DROP VIEW inner_view");
    await expect(house.values("SELECT * FROM outer_view")).rejects.toMatchObject({ code: "TABLE_OR_VIEW_NOT_FOUND" });
  });

  it("take no rows", async () => {
    await house.run("CREATE VIEW no_rows AS SELECT 1 AS a");
    for (const text of [
      "INSERT INTO no_rows VALUES (1)",
      "UPDATE no_rows SET a = 1",
      "DELETE FROM no_rows",
      "TRUNCATE TABLE no_rows",
      "ALTER TABLE no_rows ADD COLUMN b INT",
    ]) {
      await expect(house.values(text), text).rejects.toMatchObject({ code: "EXPECT_TABLE_NOT_VIEW" });
    }
  });

  it("read with their owner's rights", async () => {
    await house.run(`
      CREATE TABLE hidden AS SELECT 's' AS k;
      CREATE VIEW window_in AS SELECT * FROM hidden;
      GRANT SELECT ON VIEW window_in TO readers;
    `);
    expect(await house.as(RAY, "SELECT * FROM window_in")).toEqual([["s"]]);
    await refused(RAY, "SELECT * FROM hidden");
    await refused(ANA, "SELECT * FROM window_in");
    await house.run(`ALTER VIEW window_in OWNER TO \`${RAY}\``);
    await refused(RAY, "SELECT * FROM window_in");
  });

  it("are the session's own when they are temporary, and never seen from a stored definition", async () => {
    await house.run(`
      CREATE TABLE shadowed AS SELECT 'stored' AS k;
      CREATE VIEW reads_it AS SELECT * FROM shadowed;
      CREATE TEMP VIEW shadowed AS SELECT 'temporary' AS k;
      CREATE TEMP VIEW deeper AS SELECT * FROM shadowed;
    `);
    expect(await house.values("SELECT * FROM deeper")).toEqual([["temporary"]]);
    expect(await house.values("SELECT * FROM s.shadowed")).toEqual([["stored"]]);
    expect(await house.values("SELECT * FROM reads_it")).toEqual([["stored"]]);
    await expect(house.values("CREATE VIEW stored_view AS SELECT * FROM deeper")).rejects.toMatchObject({
      code: "INVALID_TEMP_OBJ_REFERENCE",
    });
    await house.run("DROP VIEW shadowed");
    expect(await house.values("SELECT * FROM shadowed")).toEqual([["stored"]]);
  });
});

describe("functions", () => {
  it("are expressions or queries in SQL, with defaults and names for arguments", async () => {
    await house.run(`
      CREATE FUNCTION plus_one(x INT) RETURNS INT RETURN x + 1;
      CREATE FUNCTION scaled(x INT, y INT DEFAULT 7) RETURNS INT RETURN plus_one(x) * 2 + y;
      CREATE FUNCTION upto(n INT) RETURNS TABLE (i BIGINT) RETURN SELECT id FROM range(10) WHERE id < n;
    `);
    expect(await house.values("SELECT scaled(1), scaled(1, 0), scaled(y => 1, x => 2)")).toEqual([[11, 4, 7]]);
    expect(await house.values("SELECT sum(i) FROM upto(4)")).toEqual([[6]]);
    await expect(house.values("SELECT plus_one()")).rejects.toMatchObject({
      code: "WRONG_NUM_ARGS.WITHOUT_SUGGESTION",
    });
    await expect(
      house.values("CREATE FUNCTION py(x INT) RETURNS INT LANGUAGE PYTHON AS 'return 1'"),
    ).rejects.toMatchObject({ code: "UNSUPPORTED_FEATURE" });
    await expect(house.values("CREATE FUNCTION self(x INT) RETURNS INT RETURN self(x)")).rejects.toMatchObject({
      code: "CYCLIC_FUNCTION_REFERENCE",
    });
    await expect(
      house.values("CREATE OR REPLACE FUNCTION plus_one(x INT) RETURNS INT RETURN scaled(x)"),
    ).rejects.toMatchObject({ code: "CYCLIC_FUNCTION_REFERENCE" });
    await refused(RAY, "SELECT plus_one(1)");
    await house.run("GRANT EXECUTE ON FUNCTION plus_one TO readers");
    expect(await house.as(RAY, "SELECT plus_one(1)")).toEqual([[2]]);
  });
});

describe("a principal without privileges", () => {
  it.each([
    "SELECT * FROM main.s.base",
    "INSERT INTO main.s.base VALUES (1, 'x')",
    "UPDATE main.s.base SET id = 1",
    "DELETE FROM main.s.base",
    "CREATE TABLE main.s.mine (a INT)",
    "CREATE CATALOG mine",
    "DROP TABLE main.s.base",
    "GRANT SELECT ON TABLE main.s.base TO `ana@example.com`",
    "DESCRIBE TABLE main.s.base",
    "DESCRIBE HISTORY main.s.base",
    "SHOW TBLPROPERTIES main.s.base",
    "SHOW TABLES IN main.s",
  ])("is refused: %s", async (text) => {
    await refused(ANA, text);
  });

  it("sees nothing in lists", async () => {
    expect(await house.as(ANA, "SHOW CATALOGS")).toEqual([]);
    for (const table of ["main.information_schema.tables", "main.information_schema.columns"]) {
      expect(await house.as(ANA, `SELECT * FROM ${table}`), table).toEqual([]);
    }
    const audit = await house.values(
      `SELECT count(*) > 0 FROM system.access.audit WHERE user_identity.email = '${ANA}' AND response.status_code = 403`,
    );
    expect(audit).toEqual([[true]]);
  });

  it("is told what is missing and who can give it", async () => {
    await expect(house.as(RAY, "SELECT * FROM base")).rejects.toMatchObject({
      message: "The user ray@example.com does not have SELECT on TABLE main.s.base.",
      hint: "The owner owner@example.com can run: GRANT SELECT ON TABLE main.s.base TO `ray@example.com`",
    });
  });

  it("is granted what fits, and no more", async () => {
    await expect(house.values("GRANT FLY ON TABLE base TO readers")).rejects.toMatchObject({
      code: "PRIVILEGE_UNKNOWN",
    });
    await expect(house.values("GRANT READ FILES ON TABLE base TO readers")).rejects.toMatchObject({
      code: "PRIVILEGE_NOT_APPLICABLE",
    });
    await expect(house.values("GRANT SELECT ON TABLE base TO nobody")).rejects.toMatchObject({
      code: "PRINCIPAL_DOES_NOT_EXIST",
    });
    await house.run("GRANT SELECT ON TABLE base TO readers");
    expect(await house.as(RAY, "SELECT count(*) FROM base")).toEqual([[3]]);
    await refused(RAY, "DELETE FROM base");
    await house.run("REVOKE SELECT ON TABLE base FROM readers");
    await refused(RAY, "SELECT count(*) FROM base");
  });
});

describe("a row filter and a mask", () => {
  const all = (): Promise<unknown[][]> => house.values("SELECT * FROM people ORDER BY id");
  beforeAll(async () => {
    await house.run(`
      CREATE TABLE teams AS SELECT 'red' AS team;
      CREATE FUNCTION own_team(team STRING) RETURNS BOOLEAN
        RETURN NOT is_account_group_member('readers') OR EXISTS (SELECT 1 FROM teams AS t WHERE t.team = own_team.team);
      CREATE FUNCTION initial(name STRING) RETURNS STRING
        RETURN CASE WHEN is_account_group_member('readers') THEN concat(left(name, 1), '***') ELSE name END;
      CREATE TABLE target (id INT, name STRING);
      GRANT SELECT, MODIFY ON TABLE target TO readers;
      GRANT CREATE TABLE ON SCHEMA s TO readers;
    `);
  });
  beforeEach(async () => {
    await house.run(`
      DROP TABLE IF EXISTS people;
      CREATE TABLE people (id INT, name STRING MASK initial, team STRING, pay INT) WITH ROW FILTER own_team ON (team);
      INSERT INTO people VALUES (1, 'Ada', 'red', 100), (2, 'Bo', 'blue', 200), (3, 'Cy', 'red', 300), (4, 'Di', NULL, 400);
      GRANT SELECT, MODIFY ON TABLE people TO readers;
      TRUNCATE TABLE target;
    `);
  });

  it("hold in every kind of query", async () => {
    const seen = [
      [1, "A***", "red", 100],
      [3, "C***", "red", 300],
    ];
    expect(await house.as(RAY, "SELECT * FROM people ORDER BY id")).toEqual(seen);
    expect(await house.as(RAY, "TABLE people")).toHaveLength(2);
    expect(await house.as(RAY, "SELECT count(*), sum(pay) FROM people")).toEqual([[2, 400]]);
    expect(await house.as(RAY, "SELECT id FROM people WHERE name = 'Ada'")).toEqual([]);
    expect(await house.as(RAY, "SELECT id FROM people WHERE name LIKE 'A%'")).toEqual([[1]]);
    expect(await house.as(RAY, "SELECT a.name FROM people a JOIN people b ON a.id = b.id ORDER BY 1")).toEqual([
      ["A***"],
      ["C***"],
    ]);
    expect(
      await house.as(RAY, "SELECT EXISTS (SELECT 1 FROM people WHERE team = 'blue'), (SELECT max(pay) FROM people)"),
    ).toEqual([[false, 300]]);
    await house.as(RAY, "CREATE OR REPLACE TEMP VIEW mine AS SELECT * FROM people");
    expect(await house.as(RAY, "SELECT * FROM mine ORDER BY id")).toEqual(seen);
    expect((await all())[1]).toEqual([2, "Bo", "blue", 200]);
  });

  it("give nothing away through errors", async () => {
    expect(await house.as(RAY, "SELECT id FROM people WHERE 1 / (pay - 200) < 0")).toEqual([[1]]);
    const cast = "SELECT count(*) FROM people WHERE CAST(CASE WHEN team = 'blue' THEN 'x' ELSE '1' END AS INT) = 1";
    expect(await house.as(RAY, cast)).toEqual([[2]]);
  });

  it("give nothing away through the files that a condition skips, nor through plans", async () => {
    await house.run("INSERT INTO people VALUES (9, 'Zoe', 'blue', 900)");
    for (const id of [9, 99]) {
      const session = await house.lakehouse.session({ user: RAY, catalog: "main", schema: "s" });
      const { metrics } = await session.sql(`SELECT * FROM people WHERE id = ${id}`);
      expect(metrics).toEqual({ filesScanned: 3, filesSkipped: 0 });
      const [[plan] = []] = await house.as(RAY, `EXPLAIN EXTENDED SELECT * FROM people WHERE id = ${id}`);
      expect(plan).toContain("2 files to read, 0 skipped");
      expect(plan).not.toContain("parquet");
    }
    expect((await house.sql("UPDATE people SET pay = 1 WHERE id = 9")).metrics).toMatchObject({ filesSkipped: 0 });
    expect((await house.values("EXPLAIN SELECT * FROM people"))[0]?.[0]).toContain("read_parquet");
  });

  it("give nothing away through conditions on all rows", async () => {
    await refused(
      RAY,
      "INSERT INTO people REPLACE WHERE 1 / (pay - 200) > 5 SELECT 1, 'x', 'red', 1",
      "UNSUPPORTED_FEATURE",
    );
    await refused(RAY, "ALTER TABLE people ADD CONSTRAINT guess CHECK (pay <> 200)");
    await house.run("CREATE TABLE blind AS SELECT 1 AS a; GRANT MODIFY ON TABLE blind TO readers;");
    await refused(RAY, "INSERT INTO blind REPLACE WHERE a = 1 SELECT 1");
    await refused(RAY, "ALTER TABLE blind ADD CONSTRAINT guess CHECK (a <> 1)");
  });

  it("hold in views over the table, for the reader", async () => {
    await house.run(
      "CREATE OR REPLACE VIEW people_view AS SELECT name, pay FROM people; GRANT SELECT ON VIEW people_view TO readers;",
    );
    expect(await house.as(RAY, "SELECT * FROM people_view ORDER BY pay")).toEqual([
      ["A***", 100],
      ["C***", 300],
    ]);
  });

  it("hold when rows are copied into another table", async () => {
    await house.as(
      RAY,
      "MERGE INTO target t USING people p ON t.id = p.id WHEN NOT MATCHED THEN INSERT (id, name) VALUES (p.id, p.name)",
    );
    expect(await house.values("SELECT * FROM target ORDER BY id")).toEqual([
      [1, "A***"],
      [3, "C***"],
    ]);
    await house.as(RAY, "DELETE FROM target WHERE id IN (SELECT id FROM people WHERE pay > 100)");
    expect(await house.values("SELECT id FROM target")).toEqual([[1]]);
    await house.as(RAY, "CREATE OR REPLACE TABLE copied AS SELECT * FROM people");
    expect(await house.as(RAY, "SELECT count(*), min(name) FROM copied")).toEqual([[2, "A***"]]);
  });

  it("leave alone the rows that are hidden and the values that are masked, whoever changes the table", async () => {
    expect(await house.as(RAY, "UPDATE people SET pay = pay + 1")).toEqual([[2]]);
    expect(await all()).toEqual([
      [1, "Ada", "red", 101],
      [2, "Bo", "blue", 200],
      [3, "Cy", "red", 301],
      [4, "Di", null, 400],
    ]);
    const merge = `
      MERGE INTO people t USING (SELECT 3 AS id, 7 AS pay) s ON t.id = s.id
      WHEN MATCHED THEN UPDATE SET pay = s.pay
      WHEN NOT MATCHED BY SOURCE THEN DELETE`;
    expect(await house.as(RAY, merge)).toEqual([[2, 1, 1, 0]]);
    expect(await house.as(RAY, "DELETE FROM people WHERE pay > 0")).toEqual([[1]]);
    expect(await all()).toEqual([
      [2, "Bo", "blue", 200],
      [4, "Di", null, 400],
    ]);
  });

  it("cannot be gone round", async () => {
    await refused(RAY, "SELECT * FROM people VERSION AS OF 0", "UNSUPPORTED_FEATURE");
    await refused(RAY, "ALTER TABLE people DROP ROW FILTER");
    await refused(RAY, "ALTER TABLE people ALTER COLUMN name DROP MASK");
    await refused(RAY, "CREATE OR REPLACE TABLE people AS SELECT 1 AS x");
    const [detail] = await house.rows("DESCRIBE DETAIL people");
    await refused(RAY, `SELECT * FROM delta.\`${textOf(detail?.["location"])}\``, "PATH_GOVERNED_BY_TABLE");
    // A view of the session's own cannot stand in for the table that the filter reads.
    await house.as(RAY, "CREATE OR REPLACE TEMP VIEW teams AS SELECT 'blue' AS team");
    expect(await house.as(RAY, "SELECT id FROM people ORDER BY id")).toEqual([[1], [3]]);
    await expect(house.values("CREATE OR REPLACE TABLE people AS SELECT 1 AS x")).rejects.toMatchObject({
      code: "UNRESOLVED_COLUMN.WITH_SUGGESTION",
    });
    expect(await house.values("SELECT count(*) FROM people")).toEqual([[4]]);
  });
});

describe("paths", () => {
  it("inside the lakehouse are closed to everybody: tables are read by name", async () => {
    await house.run("CREATE TABLE by_name AS SELECT 1 AS a");
    const [detail] = await house.rows("DESCRIBE DETAIL by_name");
    const location = textOf(detail?.["location"]);
    for (const [text, code] of [
      [`SELECT * FROM delta.\`${location}\``, "PATH_GOVERNED_BY_TABLE"],
      [`SELECT * FROM parquet.\`${location}\``, "PATH_GOVERNED_BY_TABLE"],
      [`SELECT * FROM read_files('${house.folder}', format => 'parquet')`, "PATH_GOVERNED_BY_TABLE"],
      [`SELECT * FROM text.\`${join(house.folder, "root", "state.db")}\``, "PATH_NOT_GOVERNED"],
      [`SELECT * FROM read_files('${house.folder}/root/../root/state.db', format => 'text')`, "INVALID_OBJECT_KEY"],
      [`CREATE TABLE over_it (a INT) LOCATION '${location}'`, "LOCATION_OVERLAP"],
    ] as const) {
      await expect(house.values(text), text).rejects.toMatchObject({ code });
    }
  });

  it("elsewhere on this machine are the owner's, and nobody else's without an external location", async () => {
    const file = join(house.folder, "notes.txt");
    await writeFile(file, "one\ntwo\n");
    const text = `SELECT value FROM read_files('${file}', format => 'text')`;
    expect(await house.values(text)).toEqual([["one"], ["two"]]);
    await refused(RAY, text, "PATH_NOT_GOVERNED");
    await refused(ANA, text, "PATH_NOT_GOVERNED");
    await refused(RAY, `CREATE TEMP VIEW sneaky AS ${text}`, "PATH_NOT_GOVERNED");
    const catalog = await house.lakehouse.catalog();
    await catalog.createStorageCredential(OWNER, {
      name: "lake",
      accessConnectorId: "/subscriptions/0/resourceGroups/g/providers/Microsoft.Databricks/accessConnectors/c",
      access: "read_write",
    });
    await house.run(`
      CREATE EXTERNAL LOCATION notes URL 'file://${join(house.folder, "notes.txt")}' WITH (STORAGE CREDENTIAL lake);
      GRANT READ FILES ON EXTERNAL LOCATION notes TO readers;
    `);
    expect(await house.as(RAY, text)).toEqual([["one"], ["two"]]);
    await refused(ANA, text);
  });
});

describe("the engine below", () => {
  it.each([
    "SELECT * FROM read_parquet('/etc/passwd')",
    "SELECT * FROM read_csv('/etc/passwd')",
    "SELECT * FROM read_text('/etc/passwd')",
    "SELECT * FROM read_json_auto('/etc/passwd')",
    "SELECT * FROM parquet_metadata('x')",
    "SELECT * FROM glob('/*')",
    "SELECT * FROM duckdb_settings()",
    "SELECT * FROM duckdb_secrets()",
    "SELECT * FROM pragma_version()",
    "SELECT * FROM query('SELECT 1')",
    "SELECT getenv('HOME')",
    "SELECT current_setting('threads')",
    "SELECT read_blob('/etc/passwd')",
    "SELECT spk_left('abc', 1)",
  ])("has no function that a user's SQL can call: %s", async (text) => {
    await expect(house.values(text)).rejects.toMatchObject({
      code: expect.stringMatching(/^(UNRESOLVED_ROUTINE|UNRESOLVABLE_TABLE_VALUED_FUNCTION)$/) as string,
    });
  });

  it.each([
    "COPY base TO '/tmp/stolen.csv'",
    "COPY (SELECT 1) TO '/tmp/stolen.csv'",
    "ATTACH '/tmp/x.db'",
    "DETACH memory",
    "INSTALL httpfs",
    "LOAD httpfs",
    "PRAGMA database_list",
    "EXPORT DATABASE '/tmp/x'",
    "CREATE MACRO f(a) AS a",
    "SUMMARIZE base",
    "SELECT * FROM '/etc/passwd'",
    "SELECT 1; SELECT 2",
  ])("has no statement that a user's SQL can reach: %s", async (text) => {
    await expect(house.values(text)).rejects.toMatchObject({ code: "PARSE_SYNTAX_ERROR" });
  });

  it.each([
    "SELECT * FROM sqlite_master",
    "SELECT * FROM duckdb_functions",
    "SELECT * FROM pg_catalog.pg_class",
    "SELECT * FROM `/etc/passwd`",
    "SELECT * FROM temp.__boathouse_rows",
  ])("has no table that a user's SQL can name: %s", async (text) => {
    await expect(house.values(text)).rejects.toMatchObject({ code: "TABLE_OR_VIEW_NOT_FOUND" });
  });

  it("gets names and texts as what they are, whatever they hold", async () => {
    expect(await house.values(`SELECT "x' || (SELECT 1) || 'y" AS a`)).toEqual([["x' || (SELECT 1) || 'y"]]);
    expect(await house.values(String.raw`SELECT 'it''s \' $$ -- x'`)).toEqual([["it's ' $$ -- x"]]);
    expect((await house.rows('SELECT 1 AS `x"; DROP TABLE t; --`'))[0]).toEqual({ 'x"; DROP TABLE t; --': 1 });
    await house.run('CREATE TABLE `odd";DROP` (`a"b` INT, `c.d` STRING); INSERT INTO `odd";DROP` VALUES (1, \'x\');');
    expect(await house.values('SELECT `a"b`, `c.d` FROM `odd";DROP`')).toEqual([[1, "x"]]);
  });
});

describe("principals", () => {
  it("show the groups that a user is a member of", async () => {
    expect(await house.values("SHOW GROUPS")).toContainEqual(["readers"]);
    expect(await house.values(`SHOW GROUPS WITH USER \`${RAY}\``)).toEqual([["readers"]]);
    expect(await house.values(`SHOW GROUPS WITH USER \`${ANA}\``)).toEqual([]);
  });
});
