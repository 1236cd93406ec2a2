import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { openTestLakehouse, RAY, type TestLakehouse } from "./lakehouse.ts";

let house: TestLakehouse;

beforeAll(async () => {
  house = await openTestLakehouse();
  await house.run(`
    CREATE TABLE sales (
      id BIGINT NOT NULL COMMENT 'the \\'key\\'', amount DECIMAL(10, 2), region STRING, tags MAP<STRING, ARRAY<INT>>
    ) PARTITIONED BY (region) COMMENT 'what was sold' TBLPROPERTIES ('team' = 'one');
    INSERT INTO sales VALUES (1, 1.5, 'north', NULL), (2, 2.5, 'south', NULL), (3, 3, 'south', NULL);
    CREATE VIEW big AS SELECT id, amount FROM sales WHERE amount > 2;
    CREATE TEMPORARY VIEW few AS SELECT 1 AS one;
    CREATE FUNCTION double_it(x INT DEFAULT 2) RETURNS INT COMMENT 'twice' RETURN x * 2;
    CREATE TEMPORARY FUNCTION half(x DOUBLE) RETURNS DOUBLE RETURN x / 2;
    CREATE TEMPORARY FUNCTION pair(x INT) RETURNS TABLE(a INT, b INT) RETURN SELECT x, x + 1`);
});
afterAll(() => house.close());

const values = (text: string): Promise<unknown[][]> => house.values(text);
const column = async (text: string): Promise<unknown[]> => (await values(text)).map((row) => row[0]);

describe("DESCRIBE", () => {
  test("HISTORY gives the newest versions, as many as are asked for", async () => {
    expect(await column("DESCRIBE HISTORY sales")).toEqual([1, 0]);
    expect(await column("DESCRIBE HISTORY sales LIMIT 1")).toEqual([1]);
    await expect(values("DESCRIBE DETAIL sales LIMIT 1")).rejects.toMatchObject({ code: "PARSE_SYNTAX_ERROR" });
  });

  test("of a query, a table, a column and a view gives names, types and comments", async () => {
    expect(await values("DESCRIBE QUERY SELECT id AS sale, amount * 2 AS twice FROM sales")).toEqual([
      ["sale", "bigint", "the 'key'"],
      ["twice", "decimal(12,2)", null],
    ]);
    expect((await values("DESC sales")).slice(0, 2)).toEqual([
      ["id", "bigint", "the 'key'"],
      ["amount", "decimal(10,2)", null],
    ]);
    expect(await values("DESC TABLE sales amount")).toEqual([
      ["col_name", "amount"],
      ["data_type", "decimal(10,2)"],
      ["comment", "NULL"],
    ]);
    expect(await values("DESC few")).toEqual([["one", "int", null]]);
    const extended = new Map((await values("DESC EXTENDED sales")).map((row) => [row[0], row[1]]));
    expect(extended.get("Comment")).toBe("what was sold");
    expect(extended.get("Table Properties")).toContain("team=one");
  });

  test("of a table as JSON gives Spark's document", async () => {
    const [[text] = []] = await values("DESCRIBE EXTENDED sales AS JSON");
    expect(JSON.parse(String(text))).toMatchObject({
      table_name: "sales",
      catalog_name: "main",
      namespace: ["s"],
      partition_columns: ["region"],
      type: "MANAGED",
      provider: "delta",
      columns: [
        { name: "id", type: { name: "bigint" }, nullable: false, comment: "the 'key'" },
        { name: "amount", type: { name: "decimal", precision: 10, scale: 2 }, nullable: true },
        { name: "region", type: { name: "string", collation: "UTF8_BINARY" } },
        {
          name: "tags",
          type: {
            name: "map",
            key_type: { name: "string" },
            value_type: { name: "array", element_type: { name: "int" }, element_nullable: true },
          },
        },
      ],
    });
    await expect(values("DESCRIBE sales AS JSON")).rejects.toMatchObject({ code: "DESCRIBE_JSON_NOT_EXTENDED" });
  });

  test("of functions says how they are called, built-in and temporary ones too", async () => {
    expect(await column("DESCRIBE FUNCTION EXTENDED double_it")).toEqual(
      expect.arrayContaining([
        "Function: main.s.double_it",
        "Type:     SCALAR",
        "Input:    x INT DEFAULT 2",
        "Returns:  INT",
        "Comment:  twice",
      ]),
    );
    expect(await column("DESCRIBE FUNCTION half")).toEqual([
      "Function: half",
      "Type:     SCALAR",
      "Input:    x DOUBLE",
      "Returns:  DOUBLE",
    ]);
    expect((await column("DESCRIBE FUNCTION pair"))[3]).toBe("Returns:  TABLE(a INT, b INT)");
    expect((await column("DESCRIBE FUNCTION abs")).slice(0, 2)).toEqual([
      "Function: abs",
      expect.stringMatching(/^Usage: {4}abs\(.*\) - /),
    ]);
    await expect(values("DESCRIBE FUNCTION nope")).rejects.toMatchObject({ code: "ROUTINE_NOT_FOUND" });
  });
});

describe("SHOW", () => {
  test("FUNCTIONS gives those of users, of the system or all, by pattern", async () => {
    expect(await column("SHOW USER FUNCTIONS")).toEqual(["half", "main.s.double_it", "pair"]);
    expect(await column("SHOW SYSTEM FUNCTIONS LIKE 'to_da*'")).toEqual(["to_date"]);
    expect(await column("SHOW FUNCTIONS LIKE 'double*|abs|half'")).toEqual([
      "abs",
      "double",
      "half",
      "main.s.double_it",
    ]);
  });

  test("PARTITIONS gives the values that occur, as the user may see them", async () => {
    expect(await values("SHOW PARTITIONS sales")).toEqual([["north"], ["south"]]);
    expect(await values("SHOW PARTITIONS sales PARTITION (region = 'north')")).toEqual([["north"]]);
    await expect(values("SHOW PARTITIONS big")).rejects.toMatchObject({
      code: "INVALID_PARTITION_OPERATION.PARTITION_SCHEMA_IS_EMPTY",
    });
    await house.run("GRANT USE CATALOG ON CATALOG main TO readers; GRANT USE SCHEMA ON SCHEMA s TO readers");
    await expect(house.as(RAY, "SHOW PARTITIONS sales")).rejects.toMatchObject({ code: "INSUFFICIENT_PERMISSIONS" });
  });

  test("CREATE TABLE gives a statement that makes the same table again", async () => {
    const [[text] = []] = await values("SHOW CREATE TABLE sales");
    await house.run(String(text).replace("main.s.sales", "main.s.sales_again"));
    expect(await values("DESC sales_again")).toEqual(await values("DESC sales"));
    expect(await values("SHOW CREATE TABLE big")).toEqual([
      ["CREATE VIEW main.s.big (\n  id,\n  amount)\nAS SELECT id, amount FROM sales WHERE amount > 2"],
    ]);
  });

  test("TABLE EXTENDED and COLUMNS describe what matches", async () => {
    const [[schema, name, , information] = []] = await values("SHOW TABLE EXTENDED LIKE 'sal*s'");
    expect([schema, name]).toEqual(["s", "sales"]);
    expect(information).toContain("Comment: what was sold\n");
    expect(information).toContain(" |-- id: bigint (nullable = false)");
    expect(await column("SHOW COLUMNS IN few")).toEqual(["one"]);
  });
});

describe("a function of the session", () => {
  test("takes defaults, names and what can be stored in its parameters, and is called by what was given", async () => {
    await house.run(
      "CREATE TEMPORARY FUNCTION joined(a INT, b INT DEFAULT 10, c STRING DEFAULT 'z') RETURNS STRING RETURN a || b || c",
    );
    const result = await house.sql("SELECT joined(1), joined(c => 'k', a => 2.7), joined('3', 4)");
    expect(result.schema.fields.map((each) => each.name)).toEqual(["joined(1)", "joined(2.7, 10, k)", "joined(3, 4)"]);
    expect(await result.rows()).toEqual([{ "joined(1)": "110z", "joined(2.7, 10, k)": "210k", "joined(3, 4)": "34z" }]);
  });

  test("may hold queries over its parameters, and give a table", async () => {
    await house.run(
      "CREATE TEMPORARY FUNCTION below(n INT) RETURNS BIGINT RETURN SELECT count(*) FROM range(9) WHERE id < n",
    );
    expect(await values("SELECT below(CAST(id AS INT)) FROM range(1, 3)")).toEqual([[1], [2]]);
    expect(await values("SELECT a, b FROM range(2) r, LATERAL pair(CAST(r.id AS INT)) ORDER BY a")).toEqual([
      [0, 1],
      [1, 2],
    ]);
  });

  test("is refused where Spark refuses it", async () => {
    const conditions = [
      ["CREATE TEMPORARY FUNCTION half(x INT) RETURNS INT RETURN x", "ROUTINE_ALREADY_EXISTS"],
      ["CREATE TEMPORARY FUNCTION abs(x INT) RETURNS INT RETURN x", "ROUTINE_ALREADY_EXISTS"],
      ["CREATE TEMPORARY FUNCTION a.b() RETURNS INT RETURN 1", "INVALID_SQL_SYNTAX.CREATE_TEMP_FUNC_WITH_DATABASE"],
      ["CREATE TEMPORARY FUNCTION f(a INT, A INT) RETURNS INT RETURN a", "DUPLICATE_ROUTINE_PARAMETER_NAMES"],
      [
        "CREATE TEMPORARY FUNCTION f(a INT) RETURNS INT RETURN sum(a)",
        "USER_DEFINED_FUNCTIONS.CANNOT_CONTAIN_COMPLEX_FUNCTIONS",
      ],
      [
        "CREATE TEMPORARY FUNCTION f(a INT DEFAULT 1, b INT) RETURNS INT RETURN a",
        "USER_DEFINED_FUNCTIONS.NOT_A_VALID_DEFAULT_PARAMETER_POSITION",
      ],
      [
        "CREATE TEMPORARY FUNCTION f() RETURNS TABLE(a INT) RETURN SELECT 1, 2",
        "USER_DEFINED_FUNCTIONS.RETURN_COLUMN_COUNT_MISMATCH",
      ],
      ["CREATE FUNCTION uses_half(x DOUBLE) RETURNS DOUBLE RETURN half(x)", "INVALID_TEMP_OBJ_REFERENCE"],
      ["SELECT half()", "WRONG_NUM_ARGS.WITHOUT_SUGGESTION"],
      ["SELECT half(y => 1)", "UNRECOGNIZED_PARAMETER_NAME"],
      ["SELECT pair(1)", "NOT_A_SCALAR_FUNCTION"],
      ["SELECT * FROM half(1)", "NOT_A_TABLE_FUNCTION"],
      ["DROP TEMPORARY FUNCTION nope", "ROUTINE_NOT_FOUND"],
    ];
    for (const [text = "", code] of conditions) {
      await expect(values(text), text).rejects.toMatchObject({ code });
    }
    // Its parameter would be another value at each place.
    await house.run("CREATE TEMPORARY FUNCTION squared(x DOUBLE) RETURNS DOUBLE RETURN x * x");
    await expect(values("SELECT squared(rand())")).rejects.toMatchObject({ code: "UNSUPPORTED_FEATURE" });
    expect(await values("SELECT half(rand()) < 1")).toEqual([[true]]);
  });
});
