import { randomUUID } from "node:crypto";
import { mkdir, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { textOf } from "../../src/core/value.ts";
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

describe("CREATE TABLE", () => {
  it("makes tables from columns, from a query, and like another one", async () => {
    await house.run(`
      CREATE TABLE made (id INT NOT NULL, name STRING COMMENT 'who') COMMENT 'some' TBLPROPERTIES ('k' = 'v');
      INSERT INTO made VALUES (1, 'a'), (2, 'b');
      CREATE TABLE queried AS SELECT id * 10 AS ten, name FROM made;
      CREATE TABLE alike LIKE made;
    `);
    expect(await house.values("SELECT * FROM queried ORDER BY ten")).toEqual([
      [10, "a"],
      [20, "b"],
    ]);
    expect(await house.values("DESCRIBE TABLE alike")).toEqual([
      ["id", "int", null],
      ["name", "string", "who"],
    ]);
    expect(await house.values("SELECT count(*) FROM alike")).toEqual([[0]]);
  });

  it("lets every field of a table that a query makes be null, also within structs", async () => {
    await house.run(`
      CREATE TABLE loose AS SELECT named_struct('a', 1) AS s, array(named_struct('b', 2)) AS l, map('k', 3) AS m;
      INSERT INTO loose SELECT named_struct('a', CAST(NULL AS INT)), array(named_struct('b', CAST(NULL AS INT)), NULL), map('k', NULL);
    `);
    expect(await house.values("SELECT s.a, l[0].b, m['k'] FROM loose ORDER BY ALL NULLS LAST")).toEqual([
      [1, 2, 3],
      [null, null, null],
    ]);
  });

  it("leaves a table alone with IF NOT EXISTS, replaces it with OR REPLACE, and refuses it otherwise", async () => {
    await house.run(
      `CREATE TABLE again (a INT); INSERT INTO again VALUES (1); CREATE TABLE IF NOT EXISTS again (b STRING);`,
    );
    expect(await house.values("SELECT a FROM again")).toEqual([[1]]);
    expect(await refusal("CREATE TABLE again (a INT)")).toMatchObject({ code: "TABLE_OR_VIEW_ALREADY_EXISTS" });
    await house.run("CREATE OR REPLACE TABLE again AS SELECT 'new' AS b");
    expect(await house.values("SELECT * FROM again")).toEqual([["new"]]);
    expect(await house.values("SELECT * FROM again VERSION AS OF 1")).toEqual([[1]]);
    expect(await refusal("CREATE TABLE twice (a INT, A STRING)")).toMatchObject({
      code: "DELTA_DUPLICATE_COLUMNS_FOUND",
    });
    expect(await refusal("CREATE TABLE nothing")).toMatchObject({ code: "SPECIFY_COLUMNS" });
  });

  it("keeps an external table's files when it is dropped, and finds them again", async () => {
    const place = join(house.folder, "outside");
    await house.run(
      `CREATE TABLE outside (a INT) LOCATION '${place}'; INSERT INTO outside VALUES (1); DROP TABLE outside;`,
    );
    expect(await refusal(`CREATE TABLE outside (b STRING) LOCATION '${place}'`)).toMatchObject({
      code: "DELTA_CREATE_TABLE_SCHEME_MISMATCH",
    });
    await house.run(`CREATE TABLE outside LOCATION '${place}'; INSERT INTO outside VALUES (2);`);
    expect(await house.values("SELECT a FROM outside ORDER BY a")).toEqual([[1], [2]]);
    expect(await house.values(`SELECT count(*) FROM delta.\`${place}\``)).toEqual([[2]]);
    expect(await refusal(`CREATE TABLE inside (a INT) LOCATION '${place}/deeper'`)).toMatchObject({
      code: "LOCATION_OVERLAP",
    });
    await house.run(`CREATE TABLE beside LOCATION '${join(house.folder, "beside")}' AS SELECT 7 AS seven;`);
    expect(await house.values("SELECT * FROM beside")).toEqual([[7]]);
  });

  it("takes a table at a LOCATION for what it is, and refuses to be told that it is another", async () => {
    const place = join(house.folder, "there");
    const columns = "(id INT NOT NULL, name STRING COMMENT 'who')";
    await house.run(
      `CREATE TABLE there ${columns} LOCATION '${place}' TBLPROPERTIES ('delta.appendOnly' = 'true', 'k' = 'v'); DROP TABLE there;`,
    );
    for (const [text, code] of [
      ["(id INT, name STRING COMMENT 'who')", "SCHEME_MISMATCH"],
      ["(id INT NOT NULL, name STRING)", "SCHEME_MISMATCH"],
      [`${columns} PARTITIONED BY (name)`, "WITH_DIFFERENT_PARTITIONING"],
      ["TBLPROPERTIES ('k' = 'v')", "WITH_DIFFERENT_PROPERTY"],
      [`${columns} TBLPROPERTIES ('delta.appendOnly' = 'true', 'k' = 'w')`, "WITH_DIFFERENT_PROPERTY"],
      ["(id INT NOT NULL, name STRING COMMENT 'who', CONSTRAINT c CHECK (id > 0))", "WITH_DIFFERENT_PROPERTY"],
    ]) {
      expect(await refusal(`CREATE TABLE there ${text} LOCATION '${place}'`), text).toMatchObject({
        code: `DELTA_CREATE_TABLE_${code}`,
      });
    }
    for (const text of [
      "",
      columns,
      "TBLPROPERTIES ('k' = 'v', 'delta.appendonly' = 'TRUE')",
      `${columns} COMMENT 'more'`,
    ]) {
      await house.run(`CREATE TABLE there ${text} LOCATION '${place}'`);
      expect(await house.values("SHOW TBLPROPERTIES there ('k')")).toEqual([["k", "v"]]);
      await house.run("DROP TABLE there");
    }
  });

  it("does not take in files that are no table's, which VACUUM would delete", async () => {
    const place = join(house.folder, "full");
    await mkdir(join(place, "deeper"), { recursive: true });
    const own = `part-0-${randomUUID()}-${randomUUID()}-c000.zstd.parquet`;
    await writeFile(join(place, own), "of a write that was killed");
    await writeFile(join(place, "deeper/letters.txt"), "Dear");
    for (const text of [`(a INT) LOCATION '${place}'`, `LOCATION '${place}' AS SELECT 1 AS a`]) {
      expect(await refusal(`CREATE TABLE full ${text}`)).toMatchObject({
        code: "DELTA_CREATE_TABLE_WITH_NON_EMPTY_LOCATION",
        message: expect.stringContaining("deeper/letters.txt") as string,
      });
    }
    expect(await refusal(`CREATE OR REPLACE TABLE delta.\`${place}\` (a INT)`)).toMatchObject({
      code: "DELTA_CREATE_TABLE_WITH_NON_EMPTY_LOCATION",
    });
    await rm(join(place, "deeper"), { recursive: true });
    await house.run(`CREATE TABLE full LOCATION '${place}' AS SELECT 1 AS a`);
    expect(await house.values("SELECT * FROM full")).toEqual([[1]]);
  });

  it("refuses what Delta tables are not, by name", async () => {
    for (const [text, what] of [
      ["CREATE TABLE x (a INT) USING parquet", "parquet"],
      ["CREATE TEMPORARY TABLE x (a INT)", "temporary table"],
    ] as const) {
      expect(await refusal(text), text).toMatchObject({
        code: "UNSUPPORTED_FEATURE",
        message: expect.stringContaining(what) as string,
      });
    }
  });
});

describe("ALTER TABLE", () => {
  it("adds columns, sets properties and comments, renames, and gives away", async () => {
    await house.run(`
      CREATE TABLE changed (id INT);
      INSERT INTO changed VALUES (1);
      ALTER TABLE changed ADD COLUMNS (name STRING COMMENT 'who', n BIGINT);
      INSERT INTO changed VALUES (2, 'b', 20);
      ALTER TABLE changed SET TBLPROPERTIES ('a' = '1', 'b' = '2');
      ALTER TABLE changed UNSET TBLPROPERTIES ('a');
      ALTER TABLE changed ALTER COLUMN id COMMENT 'key';
      COMMENT ON TABLE changed IS 'now';
      ALTER TABLE changed RENAME TO renamed;
      ALTER TABLE renamed OWNER TO \`ana@example.com\`;
    `);
    expect(await refusal("SELECT * FROM changed")).toMatchObject({ code: "TABLE_OR_VIEW_NOT_FOUND" });
    await house.run("ALTER TABLE renamed OWNER TO `owner@example.com`");
    expect(await house.values("SELECT * FROM renamed ORDER BY id")).toEqual([
      [1, null, null],
      [2, "b", 20],
    ]);
    expect(await house.values("SHOW TBLPROPERTIES renamed")).toEqual([["b", "2"]]);
    const described = await house.values("DESCRIBE TABLE EXTENDED renamed");
    expect(described).toContainEqual(["id", "int", "key"]);
    expect(described).toContainEqual(["Comment", "now", ""]);
    expect(await house.rows("DESCRIBE DETAIL renamed")).toMatchObject([{ description: "now" }]);
    await house.run("CREATE VIEW viewed AS SELECT 1 AS a; COMMENT ON TABLE viewed IS 'seen'");
    expect(await house.values("DESCRIBE TABLE EXTENDED viewed")).toContainEqual(["Comment", "seen", ""]);
    expect(await refusal("ALTER TABLE renamed ADD COLUMN NAME INT")).toMatchObject({ code: "FIELD_ALREADY_EXISTS" });
    expect(await refusal("ALTER TABLE renamed SET LOCATION '/x'")).toMatchObject({ code: "UNSUPPORTED_FEATURE" });
  });
});

describe("constraints", () => {
  beforeAll(async () => {
    await house.run(`
      CREATE TABLE checked (id INT NOT NULL, name STRING, CONSTRAINT initial CHECK (left(name, 1) = 'A'));
      INSERT INTO checked VALUES (1, 'Ada');
    `);
  });

  it.each([
    ["INSERT INTO checked VALUES (2, 'Bo')", "DELTA_VIOLATE_CONSTRAINT_WITH_VALUES"],
    ["INSERT INTO checked (id) VALUES (2)", "DELTA_VIOLATE_CONSTRAINT_WITH_VALUES"],
    ["UPDATE checked SET name = 'Bo'", "DELTA_VIOLATE_CONSTRAINT_WITH_VALUES"],
    [
      "MERGE INTO checked t USING (SELECT 2 AS id, 'Bo' AS name) s ON t.id = s.id WHEN NOT MATCHED THEN INSERT *",
      "DELTA_VIOLATE_CONSTRAINT_WITH_VALUES",
    ],
    ["INSERT OVERWRITE checked VALUES (2, 'Bo')", "DELTA_VIOLATE_CONSTRAINT_WITH_VALUES"],
    ["INSERT INTO checked VALUES (NULL, 'Abe')", "DELTA_NOT_NULL_CONSTRAINT_VIOLATED"],
    ["UPDATE checked SET id = NULL", "DELTA_NOT_NULL_CONSTRAINT_VIOLATED"],
  ])("hold against %s", async (text, code) => {
    expect(await refusal(text)).toMatchObject({ code });
    expect(await house.values("SELECT * FROM checked")).toEqual([[1, "Ada"]]);
  });

  it("are added when the rows fulfil them, and dropped", async () => {
    expect(await refusal("ALTER TABLE checked ADD CONSTRAINT many CHECK (id > 1)")).toMatchObject({
      code: "DELTA_NEW_CHECK_CONSTRAINT_VIOLATION",
    });
    await house.run("ALTER TABLE checked ADD CONSTRAINT few CHECK (id < 10)");
    expect(await refusal("INSERT INTO checked VALUES (11, 'Abe')")).toMatchObject({
      code: "DELTA_VIOLATE_CONSTRAINT_WITH_VALUES",
      message: expect.stringContaining("few (id < 10)") as string,
    });
    await house.run("ALTER TABLE checked DROP CONSTRAINT few; INSERT INTO checked VALUES (11, 'Abe');");
    expect(await refusal("ALTER TABLE checked DROP CONSTRAINT few")).toMatchObject({
      code: "DELTA_CONSTRAINT_DOES_NOT_EXIST",
    });
    await house.run("ALTER TABLE checked DROP CONSTRAINT IF EXISTS few");
  });

  it("are read when the table is made", async () => {
    expect(await refusal("CREATE TABLE wrong (a INT, CONSTRAINT c CHECK (b > 1))")).toMatchObject({
      code: "UNRESOLVED_COLUMN.WITH_SUGGESTION",
    });
    expect(await refusal("CREATE TABLE wrong (a INT, CONSTRAINT c CHECK (a + 1))")).toMatchObject({
      code: "DATATYPE_MISMATCH.UNEXPECTED_INPUT_TYPE",
    });
  });
});

describe("versions of a table", () => {
  beforeAll(async () => {
    await house.run(
      "CREATE TABLE versions AS SELECT 1 AS a; INSERT INTO versions VALUES (2); DELETE FROM versions WHERE a = 1;",
    );
  });

  it("are read by number and by time", async () => {
    expect(await house.values("SELECT a FROM versions VERSION AS OF 0")).toEqual([[1]]);
    expect(await house.values("SELECT a FROM versions@v1 ORDER BY a")).toEqual([[1], [2]]);
    const history = await house.rows("DESCRIBE HISTORY versions");
    expect(history.map((row) => [Number(row["version"]), row["operation"], row["userName"]])).toEqual([
      [2, "DELETE", "owner@example.com"],
      [1, "WRITE", "owner@example.com"],
      [0, "CREATE TABLE AS SELECT", "owner@example.com"],
    ]);
    const first = textOf(history.at(-1)?.["timestamp"]);
    expect(await house.values(`SELECT a FROM versions TIMESTAMP AS OF '${first}'`)).toEqual([[1]]);
  });

  it("are refused when there is none", async () => {
    expect(await refusal("SELECT * FROM versions VERSION AS OF 9")).toMatchObject({
      code: "DELTA_VERSION_NOT_FOUND",
      hint: expect.stringContaining("DESCRIBE HISTORY") as string,
    });
    expect(await refusal("SELECT * FROM versions TIMESTAMP AS OF '2020-01-01'")).toMatchObject({
      code: "DELTA_TIMESTAMP_EARLIER_THAN_COMMIT_RETENTION",
    });
  });

  it("are described with their files", async () => {
    const [detail] = await house.rows("DESCRIBE DETAIL versions");
    expect(detail).toMatchObject({ format: "delta", name: "main.s.versions", numFiles: 1n, partitionColumns: [] });
  });
});

describe("what there is", () => {
  it("is shown", async () => {
    await house.run(`
      CREATE SCHEMA shown COMMENT 'to look at';
      CREATE TABLE shown.t (a INT, b STRING) PARTITIONED BY (b);
      CREATE VIEW shown.v AS SELECT a FROM shown.t;
      CREATE FUNCTION shown.f(x INT) RETURNS INT RETURN x + 1;
      CREATE VOLUME shown.files;
    `);
    expect(await house.values("SHOW CATALOGS")).toEqual([["main"]]);
    expect(await house.values("SHOW SCHEMAS LIKE 'sh*'")).toEqual([["shown"]]);
    expect(await house.values("SHOW TABLES IN shown")).toEqual([
      ["shown", "t", false],
      ["shown", "v", false],
    ]);
    expect(await house.values("SHOW VIEWS IN shown")).toEqual([["shown", "v", false]]);
    expect(await house.values("SHOW COLUMNS IN shown.t")).toEqual([["a"], ["b"]]);
    expect(await house.values("SHOW VOLUMES IN shown")).toEqual([["shown", "files"]]);
    expect(await house.values("SHOW CREATE TABLE shown.t")).toEqual([
      [expect.stringContaining("PARTITIONED BY (b)") as string],
    ]);
    expect(await house.values("DESCRIBE SCHEMA shown")).toContainEqual(["Comment", "to look at"]);
    expect(await house.values("DESCRIBE QUERY SELECT 1 AS a")).toEqual([["a", "int", null]]);
    expect(await house.values("DESCRIBE FUNCTION shown.f")).toContainEqual(["Input:    x INT"]);
    expect(
      await house.values(
        "SELECT table_name, table_type FROM main.information_schema.tables WHERE table_schema = 'shown' ORDER BY 1",
      ),
    ).toEqual([
      ["t", "MANAGED"],
      ["v", "VIEW"],
    ]);
    expect(await refusal("DROP SCHEMA shown")).toMatchObject({ code: "SCHEMA_NOT_EMPTY" });
    await house.run("DROP SCHEMA shown CASCADE");
    expect(await refusal("SHOW TABLES IN shown")).toMatchObject({ code: "SCHEMA_NOT_FOUND" });
  });

  it("is explained: columns, what is read, and the SQL that runs", async () => {
    await house.run("CREATE TABLE explained AS SELECT 1 AS a, 'x' AS b");
    const [[plan] = []] = await house.values("EXPLAIN SELECT a + 1 AS more FROM explained WHERE a = 5");
    expect(plan).toContain("more: int");
    expect(plan).toContain("Scan main.s.explained [a: int]");
    expect(plan).toContain("0 files to read, 1 skipped");
    expect(plan).toContain("== DuckDB SQL ==");
    expect(await refusal("EXPLAIN SELECT nope FROM explained")).toMatchObject({
      code: "UNRESOLVED_COLUMN.WITH_SUGGESTION",
    });
  });

  it("refuses columns of types that Delta does not have", async () => {
    for (const type of ["TIME(3)", "ARRAY<TIME>", "INTERVAL DAY TO SECOND"]) {
      expect(await refusal(`CREATE TABLE timed (t ${type})`)).toMatchObject({ code: "DELTA_UNSUPPORTED_DATA_TYPES" });
    }
    expect(await refusal("CREATE TABLE timed AS SELECT TIME '12:00' AS t")).toMatchObject({
      code: "DELTA_UNSUPPORTED_DATA_TYPES",
    });
  });

  it("goes by the session's settings, which have to be known", async () => {
    expect(await refusal("SET threads = 1")).toMatchObject({ code: "CONFIG_NOT_AVAILABLE" });
    expect(await refusal("SET TIME ZONE 'Mars/Olympus'")).toMatchObject({ code: "INVALID_CONF_VALUE.TIME_ZONE" });
    await house.run("SET TIME ZONE 'Asia/Tokyo'");
    expect(await house.values("SELECT CAST(TIMESTAMP'2024-01-01 00:00:00Z' AS STRING)")).toEqual([
      ["2024-01-01 09:00:00"],
    ]);
    await house.run("SET TIME ZONE INTERVAL '-3' HOURS");
    expect(await house.values("SELECT current_timezone(), CAST(TIMESTAMP'2024-01-01 00:00:00Z' AS STRING)")).toEqual([
      ["-03:00", "2023-12-31 21:00:00"],
    ]);
    expect(await refusal("SET TIME ZONE INTERVAL '19' HOURS")).toMatchObject({
      code: "INVALID_INTERVAL_FORMAT.TIMEZONE_INTERVAL_OUT_OF_RANGE",
    });
    await house.run("SET ansi_mode = false");
    expect(await house.values("SELECT CAST('x' AS INT)")).toEqual([[null]]);
    await house.run("RESET");
    expect(await refusal("SELECT CAST('x' AS INT)")).toMatchObject({ code: "CAST_INVALID_INPUT" });
  });
});
