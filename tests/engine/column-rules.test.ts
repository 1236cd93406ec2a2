import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { openTestLakehouse, RAY, type TestLakehouse } from "./lakehouse.ts";

let house: TestLakehouse;
beforeAll(async () => {
  house = await openTestLakehouse();
});
afterAll(async () => {
  await house.close();
});

const run = (script: string): Promise<void> => house.run(script);
const rows = (query: string): Promise<unknown[][]> => house.values(query);
const refused = async (statement: string, code: string): Promise<void> => {
  await expect(house.values(statement), statement).rejects.toMatchObject({ code });
};
const DEFAULTS = "TBLPROPERTIES ('delta.feature.allowColumnDefaults' = 'supported')";

describe("DEFAULT of a column", () => {
  beforeAll(async () => {
    await run(`
      CREATE TABLE d (id INT, n INT NOT NULL DEFAULT 7, kind STRING DEFAULT upper('new'), day DATE DEFAULT '2024-01-02',
        at TIMESTAMP DEFAULT current_timestamp()) ${DEFAULTS};`);
  });

  it("is what columns get that INSERT leaves out or gives as DEFAULT", async () => {
    await run(`
      INSERT INTO d (id) VALUES (1);
      INSERT INTO d VALUES (2, DEFAULT, NULL, DEFAULT, DEFAULT), (3, 4, 'x', DATE '2000-01-01', NULL);
      INSERT INTO d BY NAME SELECT 4 AS id, 5 AS n;
      INSERT INTO d SELECT 5, DEFAULT, 'selected', DEFAULT, DEFAULT;
      INSERT INTO d (n, id) SELECT DEFAULT, id + 1 FROM d WHERE id = 5;
    `);
    expect(await rows("SELECT id, n, kind, CAST(day AS STRING), at > current_timestamp() - INTERVAL 1 HOUR FROM d ORDER BY id")).toEqual([
      [1, 7, "NEW", "2024-01-02", true],
      [2, 7, null, "2024-01-02", true],
      [3, 4, "x", "2000-01-01", null],
      [4, 5, "NEW", "2024-01-02", true],
      [5, 7, "selected", "2024-01-02", true],
      [6, 7, "NEW", "2024-01-02", true],
    ]); // prettier-ignore
  });

  it("is what UPDATE and MERGE store for DEFAULT and for columns left out", async () => {
    await run(`
      UPDATE d SET n = DEFAULT, kind = 'old' WHERE id = 3;
      MERGE INTO d USING (SELECT * FROM VALUES (3, 'm'), (9, 'n') AS s(id, kind)) s ON d.id = s.id
      WHEN MATCHED THEN UPDATE SET kind = DEFAULT
      WHEN NOT MATCHED THEN INSERT (id, kind) VALUES (s.id, s.kind);
      MERGE INTO d USING (SELECT 10 AS id) s ON d.id = s.id WHEN NOT MATCHED THEN INSERT (id, n) VALUES (s.id, DEFAULT);
    `);
    expect(await rows("SELECT id, n, kind FROM d WHERE id IN (3, 9, 10) ORDER BY id")).toEqual([
      [3, 7, "NEW"],
      [9, 7, "n"],
      [10, 7, "NEW"],
    ]);
  });

  it("needs the table feature, and is a constant of the column's type", async () => {
    await refused("CREATE TABLE d1 (a INT DEFAULT 1)", "WRONG_COLUMN_DEFAULTS_FOR_DELTA_FEATURE_NOT_ENABLED");
    const wrong: [type: string, value: string, code: string][] = [
      ["INT", "'a'", "DATA_TYPE"],
      ["INT", "30000000000", "DATA_TYPE"],
      ["BOOLEAN", "1", "DATA_TYPE"],
      ["INT", "(SELECT 1)", "SUBQUERY_EXPRESSION"],
      ["INT", "b + 1", "UNRESOLVED_EXPRESSION"],
      ["DOUBLE", "rand()", "NOT_CONSTANT"],
    ];
    for (const [type, value, code] of wrong) {
      await refused(`CREATE TABLE d1 (a ${type} DEFAULT ${value}, b INT) ${DEFAULTS}`, `INVALID_DEFAULT_VALUE.${code}`);
    }
    await refused("SELECT * FROM d1", "TABLE_OR_VIEW_NOT_FOUND");
    await refused(
      `CREATE TABLE d1 (a BIGINT DEFAULT 1 GENERATED ALWAYS AS IDENTITY) ${DEFAULTS}`,
      "IDENTITY_COLUMN_WITH_DEFAULT_VALUE",
    );
    await refused(
      "ALTER TABLE d ADD COLUMN z INT DEFAULT 3",
      "WRONG_COLUMN_DEFAULTS_FOR_DELTA_ALTER_TABLE_ADD_COLUMN_NOT_SUPPORTED",
    );
  });

  it("goes with CREATE TABLE LIKE, and not with AS SELECT", async () => {
    await run(`
      CREATE TABLE d2 LIKE d;
      INSERT INTO d2 (id) VALUES (1);
      CREATE TABLE d3 AS SELECT * FROM d2;
      INSERT INTO d3 (id) VALUES (2);
    `);
    expect(await rows("SELECT n, kind FROM d2")).toEqual([[7, "NEW"]]);
    expect(await rows("SELECT n, kind FROM d3 WHERE id = 2")).toEqual([[null, null]]);
  });
});

describe("a generated column", () => {
  beforeAll(async () => {
    await run(`
      CREATE TABLE g (at TIMESTAMP, day DATE GENERATED ALWAYS AS (CAST(at AS DATE)), a INT, twice BIGINT GENERATED ALWAYS AS (CAST(a AS BIGINT) * 2))
      PARTITIONED BY (day);`);
  });

  it("is computed when it is not given and checked when it is, in every statement", async () => {
    await run(`
      INSERT INTO g (at, a) VALUES (TIMESTAMP '2024-05-06 07:08:09', 1), (NULL, NULL);
      INSERT INTO g VALUES (TIMESTAMP '2024-05-07 00:00:00', DATE '2024-05-07', 2, 4);
      INSERT INTO g VALUES (TIMESTAMP '2024-05-08 00:00:00', DEFAULT, 3, DEFAULT);
      UPDATE g SET a = 10 WHERE a = 1;
      UPDATE g SET a = 11, twice = 22 WHERE a = 2;
      MERGE INTO g USING (SELECT * FROM VALUES (3, 30), (40, 40) AS s(k, v)) s ON g.a = s.k
      WHEN MATCHED THEN UPDATE SET a = v
      WHEN NOT MATCHED THEN INSERT (at, a) VALUES (TIMESTAMP '2024-06-01 00:00:00', v);
    `);
    expect(await rows("SELECT CAST(day AS STRING), a, twice FROM g ORDER BY a")).toEqual([
      [null, null, null],
      ["2024-05-06", 10, 20],
      ["2024-05-07", 11, 22],
      ["2024-05-08", 30, 60],
      ["2024-06-01", 40, 80],
    ]);
    for (const statement of [
      "INSERT INTO g VALUES (TIMESTAMP '2024-05-07 00:00:00', DATE '2024-05-08', 2, 4)",
      "INSERT INTO g (a, twice) VALUES (2, NULL)",
      "UPDATE g SET twice = 5 WHERE a = 10",
      "MERGE INTO g USING (SELECT 1 AS k) s ON g.a = s.k WHEN NOT MATCHED THEN INSERT (a, twice) VALUES (1, 3)",
    ]) {
      await refused(statement, "DELTA_VIOLATE_CONSTRAINT_WITH_VALUES");
    }
    expect(await rows("SELECT count(*) FROM g")).toEqual([[5]]);
  });

  it("is what the session's time zone makes of the row", async () => {
    await run(`
      CREATE TABLE zoned (at TIMESTAMP, day DATE GENERATED ALWAYS AS (CAST(at AS DATE)));
      SET TIME ZONE 'Asia/Tokyo';
      INSERT INTO zoned (at) VALUES (TIMESTAMP '2024-01-01 20:00:00Z');
      INSERT INTO zoned VALUES (TIMESTAMP '2024-01-01 20:00:00Z', DATE '2024-01-02');
      SET TIME ZONE 'UTC';
    `);
    expect(await rows("SELECT DISTINCT CAST(day AS STRING) FROM zoned")).toEqual([["2024-01-02"]]);
  });

  it("does not follow in UPDATE and MERGE from a value that is another one each time", async () => {
    await run(`
      CREATE TABLE u (k INT, a STRING, upper STRING GENERATED ALWAYS AS (upper(a)));
      INSERT INTO u (k, a) SELECT 1, uuid();
      UPDATE u SET k = CAST(rand() * 0 AS INT) + 2;
    `);
    expect(await rows("SELECT k, upper(a) = upper FROM u")).toEqual([[2, true]]);
    const code = "UNSUPPORTED_FEATURE.NON_DETERMINISTIC_GENERATED_COLUMN";
    await refused("UPDATE u SET a = uuid()", code);
    await refused(
      "MERGE INTO u USING (SELECT 9 AS k) s ON u.k = s.k WHEN NOT MATCHED THEN INSERT (a) VALUES (uuid())",
      code,
    );
  });

  it("follows from the row's other columns alone", async () => {
    const wrong: [type: string, expression: string, code: string][] = [
      ["INT", "zz + 1", "DELTA_INVALID_GENERATED_COLUMN_REFERENCES"],
      ["INT", "other + 1", "DELTA_INVALID_GENERATED_COLUMN_REFERENCES"],
      ["INT", "c + 1", "DELTA_INVALID_GENERATED_COLUMN_REFERENCES"],
      ["INT", "max(a)", "DELTA_AGGREGATE_IN_GENERATED_COLUMN"],
      ["DOUBLE", "rand()", "DELTA_NON_DETERMINISTIC_EXPRESSION_IN_GENERATED_COLUMN"],
      ["INT", "(SELECT 1)", "DELTA_UNSUPPORTED_EXPRESSION_GENERATED_COLUMN"],
      ["TIMESTAMP", "current_timestamp()", "DELTA_UNSUPPORTED_EXPRESSION_GENERATED_COLUMN"],
      ["INT", "row_number() OVER (ORDER BY a)", "DELTA_UNSUPPORTED_EXPRESSION_GENERATED_COLUMN"],
      ["STRING", "a + 1", "DELTA_GENERATED_COLUMNS_EXPR_TYPE_MISMATCH"],
      ["INT", "my_own(a)", "UNRESOLVED_ROUTINE"],
    ];
    for (const [type, expression, code] of wrong) {
      await refused(
        `CREATE TABLE g1 (a INT, other INT GENERATED ALWAYS AS (a + 1), c ${type} GENERATED ALWAYS AS (${expression}))`,
        code,
      );
    }
  });
});

describe("an identity column", () => {
  it("gives every row another value, in INSERT, overwriting and MERGE", async () => {
    await run(`
      CREATE TABLE i (id BIGINT GENERATED ALWAYS AS IDENTITY (START WITH 10 INCREMENT BY 10), v STRING, w STRING);
      INSERT INTO i (v) VALUES ('a'), ('b');
      INSERT INTO i VALUES ('c', 'w');
      INSERT INTO i VALUES (DEFAULT, 'd', 'w');
      DELETE FROM i WHERE v = 'd';
      MERGE INTO i USING (SELECT * FROM VALUES ('a', 1), ('e', 2), ('f', 3) AS s(v, n)) s ON i.v = s.v
      WHEN MATCHED THEN UPDATE SET w = 'matched'
      WHEN NOT MATCHED AND n = 2 THEN INSERT (v) VALUES (s.v)
      WHEN NOT MATCHED THEN INSERT (v, w) VALUES (s.v, 'third');
    `);
    expect(await rows("SELECT id, v, w FROM i ORDER BY v")).toEqual([
      [10, "a", "matched"],
      [20, "b", null],
      [30, "c", "w"],
      [expect.any(Number), "e", null],
      [expect.any(Number), "f", "third"],
    ]);
    expect(await rows("SELECT sort_array(collect_list(id)) FROM i WHERE id > 30")).toEqual([[[50n, 60n]]]);
    await run(`
      MERGE INTO i USING (SELECT 'g' AS v, 'x' AS w) s ON i.v = s.v WHEN NOT MATCHED THEN INSERT *;
      INSERT OVERWRITE i (v) SELECT 'only';
      INSERT INTO i (v) SELECT CAST(id AS STRING) FROM range(1000);
    `);
    expect(await rows("SELECT count(DISTINCT id), count(*), min(id), max(id) FROM i")).toEqual([
      [1001, 1001, 80, 10_080],
    ]);
  });

  it("takes values of its own only BY DEFAULT, which its mark does not count", async () => {
    await run(`
      CREATE TABLE alone (id BIGINT GENERATED ALWAYS AS IDENTITY, v STRING, w STRING DEFAULT 'w') ${DEFAULTS};
      INSERT INTO alone (id) VALUES (DEFAULT), (DEFAULT);
      INSERT INTO alone VALUES ('v', DEFAULT), (DEFAULT, 'x');
      INSERT INTO alone SELECT DEFAULT, 's', DEFAULT;
      INSERT INTO alone SELECT 't', DEFAULT;
      CREATE TABLE j (id BIGINT GENERATED BY DEFAULT AS IDENTITY, v STRING);
      INSERT INTO j VALUES (100, 'own'), (DEFAULT, 'next');
      INSERT INTO j (v) VALUES ('later');
      MERGE INTO j USING (SELECT * FROM VALUES ('k', 7L), ('l', NULL) AS s(v, id)) s ON j.v = s.v
      WHEN NOT MATCHED AND s.id IS NULL THEN INSERT (v) VALUES (s.v)
      WHEN NOT MATCHED THEN INSERT (id, v) VALUES (s.id, s.v);
    `);
    expect(await rows("SELECT * FROM alone ORDER BY id")).toEqual([
      [1, null, "w"],
      [2, null, "w"],
      [3, "v", "w"],
      [4, null, "x"],
      [5, "s", "w"],
      [6, "t", "w"],
    ]);
    expect(await rows("SELECT id, v FROM j ORDER BY id")).toEqual([
      [1, "next"],
      [2, "later"],
      [3, "l"],
      [7, "k"],
      [100, "own"],
    ]);
    for (const statement of [
      "INSERT INTO i VALUES (1, 'a', 'b')",
      "INSERT INTO i (id, v) VALUES (1, 'a')",
      "INSERT INTO i BY NAME SELECT 1L AS id, 'a' AS v",
      "MERGE INTO i USING (SELECT 1L AS id, 'zz' AS v, 'w' AS w) s ON i.v = s.v WHEN NOT MATCHED THEN INSERT *",
      "MERGE INTO i USING (SELECT 1L AS id) s ON i.v = 'zz' WHEN NOT MATCHED THEN INSERT (id) VALUES (s.id)",
    ]) {
      await refused(statement, "DELTA_IDENTITY_COLUMNS_EXPLICIT_INSERT_NOT_SUPPORTED");
    }
    for (const statement of [
      "UPDATE j SET id = 1",
      "MERGE INTO j USING (SELECT 1L AS id, 'next' AS v) s ON j.v = s.v WHEN MATCHED THEN UPDATE SET id = s.id",
      "MERGE INTO j USING (SELECT 1L AS id, 'next' AS v) s ON j.v = s.v WHEN MATCHED THEN UPDATE SET *",
    ]) {
      await refused(statement, "DELTA_IDENTITY_COLUMNS_UPDATE_NOT_SUPPORTED");
    }
  });

  it("is a BIGINT by which a table is not partitioned, with a step", async () => {
    await refused(
      "CREATE TABLE i1 (id INT GENERATED ALWAYS AS IDENTITY)",
      "DELTA_IDENTITY_COLUMNS_UNSUPPORTED_DATA_TYPE",
    );
    await refused(
      "CREATE TABLE i1 (id BIGINT GENERATED ALWAYS AS IDENTITY, v INT) PARTITIONED BY (id)",
      "DELTA_IDENTITY_COLUMNS_PARTITION_NOT_SUPPORTED",
    );
    await run(`
      CREATE TABLE last (id BIGINT GENERATED ALWAYS AS IDENTITY (START WITH -9223372036854775806 INCREMENT BY -1), v INT);
      INSERT INTO last (v) VALUES (1);
    `);
    await refused("INSERT INTO last (v) VALUES (1), (2), (3)", "DELTA_IDENTITY_COLUMNS_OVERFLOW");
  });

  it("never gives a value again, also not after RESTORE", async () => {
    await run(`
      CREATE TABLE again (id BIGINT GENERATED ALWAYS AS IDENTITY, v INT);
      INSERT INTO again (v) VALUES (1), (2);
      RESTORE TABLE again TO VERSION AS OF 0;
      INSERT INTO again (v) VALUES (3);
    `);
    expect(await rows("SELECT id, v FROM again")).toEqual([[3, 3]]);
  });

  it("begins anew in a table LIKE another, and is a plain column in one AS SELECT", async () => {
    await run(`
      CREATE TABLE j2 LIKE j;
      INSERT INTO j2 (v) VALUES ('first');
      CREATE TABLE j3 AS SELECT * FROM j2;
      INSERT INTO j3 (v) VALUES ('second');
    `);
    expect(await rows("SELECT id FROM j2")).toEqual([[1]]);
    expect(await rows("SELECT id FROM j3 WHERE v = 'second'")).toEqual([[null]]);
  });
});

describe("NOT NULL", () => {
  it("holds inside structs, and cannot be inside arrays and maps", async () => {
    await run("CREATE TABLE nn (s STRUCT<a: INT NOT NULL, b: INT>)");
    await run("INSERT INTO nn VALUES (named_struct('a', 1, 'b', NULL))");
    await refused(
      "INSERT INTO nn VALUES (named_struct('a', CAST(NULL AS INT), 'b', 1))",
      "DELTA_NOT_NULL_CONSTRAINT_VIOLATED",
    );
    await refused("INSERT INTO nn VALUES (NULL)", "DELTA_NOT_NULL_CONSTRAINT_VIOLATED");
    await refused("CREATE TABLE nn1 (s ARRAY<STRUCT<a: INT NOT NULL>>)", "DELTA_NESTED_NOT_NULL_CONSTRAINT");
  });
});

describe("the rules of columns", () => {
  const RULED =
    "(id BIGINT GENERATED ALWAYS AS IDENTITY, a INT, twice INT GENERATED ALWAYS AS (a * 2), n INT DEFAULT 7)";

  it("hold where rows bring new columns, and where files are put together", async () => {
    await run(`
      CREATE TABLE evolving ${RULED} ${DEFAULTS};
      INSERT WITH SCHEMA EVOLUTION INTO evolving BY NAME SELECT 1 AS a, 'x' AS more;
      INSERT INTO evolving (a) VALUES (2);
      OPTIMIZE evolving;
      CREATE TABLE plain (b INT);
      INSERT WITH SCHEMA EVOLUTION INTO plain BY NAME SELECT 1 AS b, * FROM evolving;
      INSERT INTO plain VALUES (1, 1, 1, 1, 1, 'no rules');
      MERGE WITH SCHEMA EVOLUTION INTO evolving t USING (SELECT 2 AS a, 8 AS n, 'm' AS more, true AS newest UNION ALL SELECT 4, 8, 'i', false) s
      ON t.a = s.a WHEN MATCHED THEN UPDATE SET * WHEN NOT MATCHED THEN INSERT *;
      DELETE FROM evolving WHERE a = 5;
      INSERT INTO evolving (a) VALUES (3);
    `);
    expect(await rows("SELECT id, a, twice, n, more, newest FROM evolving ORDER BY id")).toEqual([
      [1, 1, 2, 7, "x", null],
      [2, 2, 4, 8, "m", true],
      [3, 4, 8, 8, "i", false],
      [4, 3, 6, 7, null, null],
    ]);
    await expect(
      house.values("INSERT WITH SCHEMA EVOLUTION INTO evolving BY NAME SELECT 9L AS id, 1 AS a"),
    ).rejects.toMatchObject({
      code: "DELTA_IDENTITY_COLUMNS_EXPLICIT_INSERT_NOT_SUPPORTED",
    });
  });

  it("give the change data feed the values that the table has", async () => {
    await run(`
      CREATE TABLE fed ${RULED} TBLPROPERTIES ('delta.feature.allowColumnDefaults' = 'supported', 'delta.enableChangeDataFeed' = 'true');
      INSERT INTO fed (a) VALUES (1);
      MERGE INTO fed USING (SELECT * FROM VALUES (1, 10), (2, 20) AS s(k, v)) s ON fed.a = s.k
      WHEN MATCHED THEN UPDATE SET a = v WHEN NOT MATCHED THEN INSERT (a) VALUES (v);
    `);
    const stored = await rows("SELECT id, a, twice, n FROM fed ORDER BY a");
    expect(stored).toEqual([
      [1, 10, 20, 7],
      [2, 20, 40, 7],
    ]);
    const told =
      "SELECT id, a, twice, n FROM table_changes('fed', 2) WHERE _change_type IN ('insert', 'update_postimage')";
    expect(await rows(`${told} ORDER BY a`)).toEqual(stored);
  });

  it("are those of the new table after REPLACE", async () => {
    await run(`
      CREATE TABLE replaced ${RULED} ${DEFAULTS};
      INSERT INTO replaced (a) VALUES (1);
      CREATE OR REPLACE TABLE replaced (id BIGINT GENERATED ALWAYS AS IDENTITY (START WITH 50), a INT);
      INSERT INTO replaced (a) VALUES (2);
    `);
    expect(await rows("SELECT * FROM replaced")).toEqual([[50, 2]]);
    await run("CREATE OR REPLACE TABLE replaced AS SELECT 1 AS a; INSERT INTO replaced VALUES (2)");
    expect(await rows("SELECT sum(a) FROM replaced")).toEqual([[3]]);
  });

  it("are kept by who may only write", async () => {
    await run(`
      CREATE TABLE theirs ${RULED} ${DEFAULTS};
      GRANT USE CATALOG ON CATALOG main TO readers; GRANT USE SCHEMA ON SCHEMA main.s TO readers;
      GRANT SELECT, MODIFY ON TABLE theirs TO readers;
    `);
    await house.as(RAY, "INSERT INTO theirs (a) VALUES (1), (2)");
    expect(await rows("SELECT * FROM theirs ORDER BY id")).toEqual([
      [1, 1, 2, 7],
      [2, 2, 4, 7],
    ]);
  });
});

describe("SHOW CREATE TABLE", () => {
  it("tells all of the columns' rules, so that the same table can be made of it", async () => {
    await run(`
      CREATE TABLE whole (id BIGINT GENERATED BY DEFAULT AS IDENTITY (START WITH -5 INCREMENT BY 2) COMMENT 'it''s', n INT DEFAULT 1 + 1,
        twice INT GENERATED ALWAYS AS (n * 2)) ${DEFAULTS};
      INSERT INTO whole (n) VALUES (DEFAULT);
    `);
    const [[text] = []] = await rows("SHOW CREATE TABLE whole");
    await run(`DROP TABLE whole; ${String(text)}; INSERT INTO whole (n) VALUES (3), (DEFAULT);`);
    expect(await rows("SELECT * FROM whole ORDER BY id")).toEqual([
      [-5, 3, 6],
      [-3, 2, 4],
    ]);
  });
});

describe("ALTER COLUMN", () => {
  it("sets and drops defaults for the rows to come", async () => {
    await run("CREATE TABLE ad (id INT, n INT); INSERT INTO ad VALUES (1, NULL);");
    await refused("ALTER TABLE ad ALTER COLUMN n SET DEFAULT 5", "WRONG_COLUMN_DEFAULTS_FOR_DELTA_FEATURE_NOT_ENABLED");
    await run(`
      ALTER TABLE ad SET TBLPROPERTIES ('delta.feature.allowColumnDefaults' = 'supported');
      ALTER TABLE ad ALTER COLUMN n SET DEFAULT 5;
      INSERT INTO ad (id) VALUES (2);
    `);
    await refused("ALTER TABLE ad ALTER COLUMN n SET DEFAULT 'x'", "INVALID_DEFAULT_VALUE.DATA_TYPE");
    await run("ALTER TABLE ad ALTER COLUMN n DROP DEFAULT; INSERT INTO ad (id) VALUES (3);");
    expect(await rows("SELECT * FROM ad ORDER BY id")).toEqual([
      [1, null],
      [2, 5],
      [3, null],
    ]);
  });

  it("brings the mark of an identity column up to the values that are there", async () => {
    await run(`
      CREATE TABLE ai (id BIGINT GENERATED BY DEFAULT AS IDENTITY (START WITH 100 INCREMENT BY 3), v STRING);
      INSERT INTO ai VALUES (5, 'before the start');
      ALTER TABLE ai ALTER COLUMN id SYNC IDENTITY;
      INSERT INTO ai (v) VALUES ('first');
      INSERT INTO ai VALUES (107, 'own');
      ALTER TABLE ai ALTER COLUMN id SYNC IDENTITY;
      INSERT INTO ai (v) VALUES ('next');
      DELETE FROM ai WHERE id > 100;
      ALTER TABLE ai ALTER COLUMN id SYNC IDENTITY;
      INSERT INTO ai (v) VALUES ('never lower');
    `);
    expect(await rows("SELECT id, v FROM ai ORDER BY id")).toEqual([
      [5, "before the start"],
      [100, "first"],
      [115, "never lower"],
    ]);
    await refused("ALTER TABLE ai ALTER COLUMN v SYNC IDENTITY", "DELTA_IDENTITY_COLUMNS_ALTER_NON_IDENTITY_COLUMN");
    await refused("ALTER TABLE ai ALTER COLUMN id SET DEFAULT 1", "DELTA_IDENTITY_COLUMNS_ALTER_COLUMN_NOT_SUPPORTED");
    await run("ALTER TABLE ai ALTER COLUMN id DROP IDENTITY; INSERT INTO ai (v) VALUES ('plain');");
    expect(await rows("SELECT id FROM ai WHERE v = 'plain'")).toEqual([[null]]);
  });
});
