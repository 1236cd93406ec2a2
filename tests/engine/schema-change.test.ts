import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { OWNER, openTestLakehouse, type TestLakehouse } from "./lakehouse.ts";

let house: TestLakehouse;
beforeAll(async () => {
  house = await openTestLakehouse();
});
afterAll(async () => {
  await house.close();
});

const MAPPED = "TBLPROPERTIES ('delta.columnMapping.mode' = 'name')";

/** What a statement that is refused says. */
async function refusal(text: string): Promise<unknown> {
  return house.values(text).then(
    (rows) => ({ rows }),
    (error: unknown) => error,
  );
}

async function names(table: string): Promise<unknown[]> {
  return (await house.values(`DESCRIBE TABLE ${table}`)).map(([name]) => name);
}

/** The operation of a table's newest version, and its parameters. */
async function lastOperation(table: string): Promise<unknown[]> {
  const [found] = await house.rows(`DESCRIBE HISTORY ${table}`);
  const parameters = found?.["operationParameters"];
  const told = Array.isArray(parameters)
    ? parameters.map((each: unknown) => Object.values(Object(each) as object))
    : [];
  return [found?.["operation"], Object.fromEntries(told as [string, string][])];
}

describe("RENAME COLUMN and DROP COLUMN", () => {
  it("need column mapping, and say how to get it", async () => {
    await house.run("CREATE TABLE plain (a INT, b INT)");
    expect(await refusal("ALTER TABLE plain RENAME COLUMN a TO c")).toMatchObject({
      code: "DELTA_UNSUPPORTED_RENAME_COLUMN",
      hint: expect.stringContaining("'delta.columnMapping.mode' = 'name'") as string,
    });
    expect(await refusal("ALTER TABLE plain DROP COLUMN a")).toMatchObject({ code: "DELTA_UNSUPPORTED_DROP_COLUMN" });
  });

  it("keep the values, and those of older versions under the names of then", async () => {
    await house.run(`
      CREATE TABLE renamed (id INT, p STRING, s STRUCT<x: INT, y: STRING>, l ARRAY<STRUCT<x: INT, z: INT>>, m MAP<STRING, STRUCT<v: INT, w: INT>>)
        PARTITIONED BY (p);
      INSERT INTO renamed VALUES (1, 'a', struct(10, 'q'), array(struct(5, 6)), map('k', struct(7, 8)));
      ALTER TABLE renamed SET ${MAPPED};
      ALTER TABLE renamed RENAME COLUMN id TO \`the key\`;
      ALTER TABLE renamed RENAME COLUMN p TO part;
      ALTER TABLE renamed RENAME COLUMN s.x TO ex;
      ALTER TABLE renamed RENAME COLUMN l.element.x TO ex;
      ALTER TABLE renamed RENAME COLUMN m.value.v TO vee;
      INSERT INTO renamed VALUES (2, 'b', struct(20, 'r'), array(struct(50, 60)), map('k', struct(70, 80)));
    `);
    const select = "SELECT `the key`, part, s.ex, s.y, l[0].ex, l[0].z, m['k'].vee FROM renamed";
    expect(await house.values(`${select} ORDER BY 1`)).toEqual([
      [1, "a", 10, "q", 5, 6, 7],
      [2, "b", 20, "r", 50, 60, 70],
    ]);
    expect(await house.values(`${select} WHERE part = 'b' AND s.ex > 15`)).toHaveLength(1);
    expect(await house.values("SELECT id, p, s.x, l[0].x FROM renamed VERSION AS OF 1")).toEqual([[1, "a", 10, 5]]);
    await house.run(`
      ALTER TABLE renamed DROP COLUMNS (s.y, l.element.z);
      ALTER TABLE renamed DROP COLUMN IF EXISTS nothing, m;
    `);
    expect(await lastOperation("renamed")).toMatchObject(["DROP COLUMNS", { columns: '["m"]' }]);
    expect(await house.values("SELECT * FROM renamed ORDER BY 1")).toEqual([
      [1, "a", { ex: 10 }, [{ ex: 5 }]],
      [2, "b", { ex: 20 }, [{ ex: 50 }]],
    ]);
    await house.run(`
      ALTER TABLE renamed ADD COLUMN m STRING;
      UPDATE renamed SET m = 'new' WHERE part = 'a';
      DELETE FROM renamed WHERE part = 'b';
    `);
    expect(await house.values("SELECT `the key`, m FROM renamed")).toEqual([[1, "new"]]);
    expect(await house.values("SELECT m['k'].v FROM renamed VERSION AS OF 1")).toEqual([[7]]);
    expect(await house.values("SHOW PARTITIONS renamed")).toEqual([["a"]]);
  });

  it("leave no file in which a struct has none of its fields", async () => {
    await house.run(`
      CREATE TABLE emptied (id INT, s STRUCT<x: INT>, l ARRAY<STRUCT<x: INT>>, m MAP<STRING, STRUCT<x: INT>>) ${MAPPED};
      INSERT INTO emptied VALUES (1, struct(1), array(struct(1)), map('k', struct(1))), (2, NULL, NULL, NULL);
      ALTER TABLE emptied ADD COLUMNS (s.y INT, l.element.y INT, m.value.y INT);
      INSERT INTO emptied VALUES (3, struct(1, 2), array(struct(1, 2)), map('k', struct(1, 2)));
      ALTER TABLE emptied DROP COLUMN s.x;
      ALTER TABLE emptied DROP COLUMNS (l.element.x, m.value.x);
    `);
    expect(await house.values("SELECT id, s, l, m['k'] FROM emptied ORDER BY id")).toEqual([
      [1, { y: null }, [{ y: null }], { y: null }],
      [2, null, null, null],
      [3, { y: 2 }, [{ y: 2 }], { y: 2 }],
    ]);
    expect(await house.values("SELECT s FROM emptied VERSION AS OF 1 ORDER BY id")).toEqual([[{ x: 1 }], [null]]);
  });

  it("tell history what they did", async () => {
    await house.run(
      `CREATE TABLE told (a INT, s STRUCT<x: INT, y: INT>) ${MAPPED}; ALTER TABLE told RENAME COLUMN s.x TO z;`,
    );
    expect(await lastOperation("told")).toMatchObject([
      "RENAME COLUMN",
      { oldColumnPath: "s.x", newColumnPath: "s.z" },
    ]);
    await house.run("ALTER TABLE told ADD COLUMN (s.w INT COMMENT 'c' AFTER z)");
    expect(await lastOperation("told")).toMatchObject([
      "ADD COLUMNS",
      {
        columns:
          '[{"column":{"name":"s.w","type":"integer","nullable":true,"metadata":{"comment":"c"}},"position":"AFTER z"}]',
      },
    ]);
  });

  it("refuse a column that something speaks of", async () => {
    await house.run(`
      CREATE TABLE used (a INT, b INT, s STRUCT<x: INT, y: INT>, p INT, only STRUCT<one: INT>) PARTITIONED BY (p) ${MAPPED};
      ALTER TABLE used ADD CONSTRAINT small CHECK (A < 10 OR s.x IS NULL);
    `);
    for (const text of ["RENAME COLUMN a TO c", "DROP COLUMN a", "RENAME COLUMN s.x TO c", "DROP COLUMN s"]) {
      expect(await refusal(`ALTER TABLE used ${text}`), text).toMatchObject({
        code: "DELTA_CONSTRAINT_DEPENDENT_COLUMN_CHANGE",
        message: expect.stringContaining("small (A < 10 OR s.x IS NULL)") as string,
      });
    }
    await house.run("ALTER TABLE used RENAME COLUMN s.y TO c; ALTER TABLE used RENAME COLUMN p TO q");
    for (const [text, code] of [
      ["DROP COLUMN q", "DELTA_UNSUPPORTED_DROP_PARTITION_COLUMN"],
      ["DROP COLUMN only.one", "DELTA_DROP_COLUMN_ON_SINGLE_FIELD_SCHEMA"],
      ["DROP COLUMN a.b", "DELTA_UNSUPPORTED_DROP_NESTED_COLUMN_FROM_NON_STRUCT_TYPE"],
      ["DROP COLUMN bee", "DELTA_COLUMN_NOT_FOUND_IN_SCHEMA"],
      ["RENAME COLUMN b TO Q", "FIELD_ALREADY_EXISTS"],
      ["RENAME COLUMN bb TO c", "DELTA_COLUMN_NOT_FOUND_IN_SCHEMA"],
      ["DROP COLUMNS (a, b, s, only)", "DELTA_CANNOT_USE_ALL_COLUMNS_FOR_PARTITION"],
    ] as const) {
      await house.run("ALTER TABLE used DROP CONSTRAINT IF EXISTS small");
      expect(await refusal(`ALTER TABLE used ${text}`), text).toMatchObject({ code });
    }
  });

  it("refuse a column that a row filter or a mask needs", async () => {
    await house.run(`
      CREATE TABLE governed (id INT, owner STRING, secret STRING, level INT) ${MAPPED};
      CREATE FUNCTION mine(o STRING) RETURNS BOOLEAN RETURN o = current_user();
      CREATE FUNCTION veil(s STRING, l INT) RETURNS STRING RETURN IF(l > 0, s, '***');
      ALTER TABLE governed SET ROW FILTER mine ON (owner);
      ALTER TABLE governed ALTER COLUMN secret SET MASK veil USING COLUMNS (level);
    `);
    for (const text of ["RENAME COLUMN owner TO o", "DROP COLUMN secret", "RENAME COLUMN level TO l"]) {
      expect(await refusal(`ALTER TABLE governed ${text}`), text).toMatchObject({ code: "OBJECT_IN_USE" });
    }
    await house.run(`
      ALTER TABLE governed DROP ROW FILTER;
      ALTER TABLE governed RENAME COLUMN owner TO o;
      INSERT INTO governed VALUES (1, '${OWNER}', 's', 0);
    `);
    expect(await house.values("SELECT * FROM governed")).toEqual([[1, OWNER, "***", 0]]);
  });
});

describe("ADD, CHANGE and REPLACE COLUMNS", () => {
  it("adds columns in structs, arrays and maps, and at positions", async () => {
    await house.run(`
      CREATE TABLE grown (a INT, s STRUCT<x: INT>, l ARRAY<STRUCT<x: INT>>, m MAP<STRING, STRUCT<x: INT>>);
      INSERT INTO grown VALUES (1, struct(2), array(struct(3)), map('k', struct(4)));
      ALTER TABLE grown ADD COLUMNS (first STRING FIRST, b DOUBLE AFTER a, s.w INT FIRST, s.z INT, l.element.y INT, m.value.y STRING);
      ALTER TABLE grown ADD COLUMN IF NOT EXISTS (B INT, s.Z INT, last DATE COMMENT 'the end');
      INSERT INTO grown VALUES ('f', 5, 1.5, struct(6, 7, 8), array(struct(9, 10)), map('k', struct(11, 'y')), DATE'2024-01-01');
    `);
    expect(await names("grown")).toEqual(["first", "a", "b", "s", "l", "m", "last"]);
    expect(await house.values("SELECT first, a, b, s, l[0], m['k'], last::STRING FROM grown ORDER BY a")).toEqual([
      [null, 1, null, { w: null, x: 2, z: null }, { x: 3, y: null }, { x: 4, y: null }, null],
      ["f", 5, 1.5, { w: 6, x: 7, z: 8 }, { x: 9, y: 10 }, { x: 11, y: "y" }, "2024-01-01"],
    ]);
    for (const [text, code] of [
      ["ADD COLUMN a STRING", "FIELD_ALREADY_EXISTS"],
      ["ADD COLUMN (s.X INT)", "FIELD_ALREADY_EXISTS"],
      ["ADD COLUMN (c INT, C STRING)", "FIELD_ALREADY_EXISTS"],
      ["ADD COLUMN (a.c INT)", "DELTA_ADD_COLUMN_PARENT_NOT_STRUCT"],
      ["ADD COLUMN (l.c INT)", "DELTA_ADD_COLUMN_PARENT_NOT_STRUCT"],
      ["ADD COLUMN (t.c INT)", "DELTA_COLUMN_NOT_FOUND_IN_SCHEMA"],
      ["ADD COLUMN (c INT AFTER nothing)", "DELTA_COLUMN_NOT_FOUND_IN_SCHEMA"],
      ["ADD COLUMN (c INT NOT NULL)", "DELTA_OPERATION_NOT_ALLOWED"],
      ["ADD COLUMN (c STRUCT<d: INT NOT NULL>)", "DELTA_OPERATION_NOT_ALLOWED"],
      ["ADD COLUMN (c INT DEFAULT 1)", "WRONG_COLUMN_DEFAULTS_FOR_DELTA_ALTER_TABLE_ADD_COLUMN_NOT_SUPPORTED"],
      ["ADD COLUMN (`a b` INT)", "DELTA_INVALID_CHARACTERS_IN_COLUMN_NAME"],
    ] as const) {
      expect(await refusal(`ALTER TABLE grown ${text}`), text).toMatchObject({ code });
    }
  });

  it("moves and comments columns, several in one commit", async () => {
    await house.run(`
      CREATE TABLE moved (a INT, b INT, s STRUCT<x: INT, y: INT>, l ARRAY<STRUCT<v: INT>>);
      INSERT INTO moved VALUES (1, 2, struct(3, 4), array(struct(5)));
      ALTER TABLE moved ALTER COLUMN b FIRST, s.x AFTER y, s.y COMMENT 'why', l.element.v COMMENT 'inside';
      ALTER TABLE moved CHANGE COLUMN a COMMENT 'old style';
      ALTER TABLE moved CHANGE a a INT COMMENT 'older style' AFTER s;
    `);
    expect(await house.values("SELECT * FROM moved")).toEqual([[2, { y: 4, x: 3 }, 1, [{ v: 5 }]]]);
    expect((await house.values("DESCRIBE TABLE moved")).find(([name]) => name === "a")?.[2]).toBe("older style");
    const history = await house.rows("DESCRIBE HISTORY moved");
    expect(history.map((each) => each["operation"])).toEqual([
      "CHANGE COLUMN",
      "CHANGE COLUMN",
      "CHANGE COLUMNS",
      "WRITE",
      "CREATE TABLE",
    ]);
    expect(await refusal("ALTER TABLE moved ALTER COLUMN l.element COMMENT 'no'")).toMatchObject({
      code: "DELTA_UNSUPPORTED_COMMENT_MAP_ARRAY",
    });
    expect(await refusal("ALTER TABLE moved CHANGE COLUMN a z INT")).toMatchObject({ code: "PARSE_SYNTAX_ERROR" });
  });

  it("SET NOT NULL looks at the rows, DROP NOT NULL takes it away", async () => {
    await house.run(`
      CREATE TABLE filled (a INT, b INT, s STRUCT<x: INT>, l ARRAY<INT>);
      INSERT INTO filled VALUES (1, 1, NULL, NULL), (2, NULL, struct(1), array(1));
      ALTER TABLE filled ALTER COLUMN a SET NOT NULL, s.x SET NOT NULL;
    `);
    expect(await refusal("ALTER TABLE filled ALTER COLUMN b SET NOT NULL")).toMatchObject({
      code: "DELTA_NEW_NOT_NULL_VIOLATION",
      message: expect.stringContaining("1 row ") as string,
    });
    expect(await refusal("INSERT INTO filled VALUES (NULL, 1, NULL, NULL)")).toMatchObject({
      code: "DELTA_NOT_NULL_CONSTRAINT_VIOLATED",
    });
    expect(await refusal("INSERT INTO filled VALUES (3, 1, struct(NULL), NULL)")).toMatchObject({
      code: "DELTA_NOT_NULL_CONSTRAINT_VIOLATED",
    });
    expect(await refusal("ALTER TABLE filled ALTER COLUMN l.element SET NOT NULL")).toMatchObject({
      code: "DELTA_NESTED_NOT_NULL_CONSTRAINT",
    });
    await house.run(`
      ALTER TABLE filled ALTER COLUMN a DROP NOT NULL, s.x DROP NOT NULL;
      INSERT INTO filled VALUES (NULL, 1, struct(NULL), NULL);
    `);
    expect(await house.values("SELECT count(*) FROM filled")).toEqual([[3]]);
  });

  it("REPLACE COLUMNS keeps what has the same name", async () => {
    await house.run(`
      CREATE TABLE replaced (a INT COMMENT 'first', b INT NOT NULL, c VARCHAR(5));
      INSERT INTO replaced VALUES (1, 2, 'x');
      ALTER TABLE replaced REPLACE COLUMNS (c VARCHAR(9), b INT COMMENT 'bee', a INT, d STRING);
    `);
    expect(await house.values("DESCRIBE TABLE replaced")).toEqual([
      ["c", "varchar(9)", null],
      ["b", "int", "bee"],
      ["a", "int", "first"],
      ["d", "string", null],
    ]);
    expect(await house.values("SELECT * FROM replaced")).toEqual([["x", 2, 1, null]]);
    expect(await refusal("ALTER TABLE replaced REPLACE COLUMNS (a INT, b INT)")).toMatchObject({
      code: "DELTA_UNSUPPORTED_ALTER_TABLE_REPLACE_COL_OP",
    });
    expect(await refusal("ALTER TABLE replaced REPLACE COLUMNS (a INT, b INT, c STRING, e INT)")).toMatchObject({
      code: "DELTA_AMBIGUOUS_DATA_TYPE_CHANGE",
    });
    await house.run(`
      ALTER TABLE replaced SET ${MAPPED};
      ALTER TABLE replaced REPLACE COLUMNS (a INT, c STRING);
      INSERT INTO replaced VALUES (3, 'much longer');
    `);
    expect(await house.values("SELECT * FROM replaced ORDER BY a")).toEqual([
      [1, "x"],
      [3, "much longer"],
    ]);
  });
});
