import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { isBoathouseError } from "../../src/core/errors.ts";
import { openTestLakehouse, RAY, type TestLakehouse } from "./lakehouse.ts";

/** SQL scripts, variables and EXECUTE IMMEDIATE through the session. What is expected is what Spark 4.1 gives. */
let house: TestLakehouse;

beforeAll(async () => {
  house = await openTestLakehouse();
});
afterAll(() => house.close());

const values = (text: string): Promise<unknown[][]> => house.values(text);

/** The condition, and what the caret points at. */
async function failure(text: string): Promise<[string, string]> {
  try {
    await values(text);
  } catch (error) {
    if (!isBoathouseError(error)) throw error;
    const { location, source = "" } = error;
    const line = source.split("\n")[(location?.line ?? 1) - 1] ?? "";
    return [error.code, location === undefined ? "" : line.slice(location.column - 1, (location.endColumn ?? 1) - 1)];
  }
  return ["no error", ""];
}

describe("a script", () => {
  test("gives the rows of its last query, whatever comes after it", async () => {
    expect(await values("BEGIN SELECT 1; SELECT 2 AS b; IF false THEN SELECT 3; END IF; END")).toEqual([[2]]);
    expect(await values("BEGIN END")).toEqual([]);
  });

  test("sees the innermost variable of a name, and outer ones through their label", async () => {
    const text = `
      BEGIN
        outer_block: BEGIN
          DECLARE x INT DEFAULT 1;
          inner_block: BEGIN
            DECLARE x STRING DEFAULT 'in';
            SET outer_block.x = outer_block.x + 41;
            SELECT x, outer_block.x, inner_block.x;
          END inner_block;
        END outer_block;
      END`;
    expect(await values(text)).toEqual([["in", 42, "in"]]);
  });

  test("branches, loops, leaves and iterates as it says", async () => {
    const text = `
      BEGIN
        DECLARE i, total INT DEFAULT 0;
        DECLARE word STRING;
        counting: WHILE true DO
          SET i = i + 1;
          IF i = 3 THEN ITERATE counting; ELSEIF i > 6 THEN LEAVE counting; END IF;
          SET total = total + i;
        END WHILE counting;
        REPEAT SET i = i - 1; UNTIL i = 0 END REPEAT;
        CASE total WHEN 1 THEN SET word = 'one'; WHEN 18 THEN SET word = 'eighteen'; END CASE;
        SELECT i, total, word;
      END`;
    expect(await values(text)).toEqual([[0, 18, "eighteen"]]);
  });

  test("goes through the rows of a query, nested values and instants included", async () => {
    await house.sql("SET TIME ZONE 'America/New_York'");
    const text = `
      BEGIN
        DECLARE seen ARRAY<STRING> DEFAULT array();
        FOR r AS SELECT id, struct(id AS n, array(id) AS l) AS s, TIMESTAMP '2024-11-03 05:30:00Z' + make_dt_interval(0, id) AS at
                 FROM range(2) DO
          SET seen = array_append(seen, concat_ws(' ', r.id, r.s.n, s.l[0], unix_seconds(at)));
        END FOR;
        SELECT seen;
      END`;
    try {
      // The hour that clocks repeat is not lost between the rows and the variables.
      expect(await values(text)).toEqual([[["0 0 0 1730611800", "1 1 1 1730615400"]]]);
    } finally {
      await house.sql("SET TIME ZONE 'UTC'");
    }
  });

  test("changes tables, and reads what it has changed", async () => {
    const text = `
      BEGIN
        CREATE OR REPLACE TABLE numbers (n INT);
        FOR SELECT id FROM range(3) DO INSERT INTO numbers VALUES (CAST(id AS INT)); END FOR;
        MERGE INTO numbers t USING (SELECT 2 AS n) s ON t.n = s.n WHEN MATCHED THEN DELETE;
        SELECT sum(n), count(*) FROM numbers;
      END`;
    expect(await values(text)).toEqual([[1, 2]]);
  });

  test("points at the place in its text where it fails", async () => {
    expect(await failure("BEGIN\n  SELECT 1;\n  SELECT nope FROM VALUES (1) t(a);\nEND")).toEqual([
      "UNRESOLVED_COLUMN.WITH_SUGGESTION",
      "nope",
    ]);
    expect(await failure("BEGIN\n  DECLARE x INT;\n  SET y = 1;\nEND")).toEqual(["UNRESOLVED_VARIABLE", "y"]);
    expect(await failure("BEGIN IF 1 THEN SELECT 1; END IF; END")).toEqual(["INVALID_BOOLEAN_STATEMENT", "1"]);
  });

  test("is looked through before any of it runs", async () => {
    const before = await failure("BEGIN CREATE TABLE early (a INT); LEAVE nowhere; END");
    expect(before).toEqual(["INVALID_LABEL_USAGE.DOES_NOT_EXIST", "nowhere"]);
    expect((await failure("SELECT * FROM early"))[0]).toBe("TABLE_OR_VIEW_NOT_FOUND");
    const conditions = [
      ["BEGIN SELECT 1; DECLARE x INT; END", "INVALID_VARIABLE_DECLARATION.ONLY_AT_BEGINNING"],
      ["BEGIN IF true THEN DECLARE y INT; END IF; END", "INVALID_VARIABLE_DECLARATION.NOT_ALLOWED_IN_SCOPE"],
      ["BEGIN a: BEGIN ITERATE a; END; END", "INVALID_LABEL_USAGE.ITERATE_IN_COMPOUND"],
      ["BEGIN DECLARE EXIT HANDLER FOR nope SELECT 1; END", "INVALID_HANDLER_DECLARATION.CONDITION_NOT_FOUND"],
      ["BEGIN DECLARE EXIT HANDLER FOR SQLSTATE '00000' SELECT 1; END", "INVALID_SQLSTATE"],
      ["BEGIN a: BEGIN a: BEGIN END; END; END", "LABEL_OR_FOR_VARIABLE_ALREADY_EXISTS"],
    ];
    for (const [text = "", code] of conditions) expect((await failure(text))[0], text).toBe(code);
  });

  test("that never ends can be cancelled", async () => {
    const controller = new AbortController();
    const running = house.sql("BEGIN LOOP END LOOP; END", { signal: controller.signal });
    setTimeout(() => {
      controller.abort();
    }, 20);
    await expect(running).rejects.toMatchObject({ code: "CANCELLED" });
  });

  test("that is repeated under the same identity commits nothing again", async () => {
    await house.sql("CREATE OR REPLACE TABLE once (n INT)");
    const text =
      "BEGIN INSERT INTO once VALUES (1); FOR SELECT id FROM range(2) DO INSERT INTO once VALUES (2); END FOR; END";
    const txn = { appId: "a script", version: 1 };
    for (let time = 0; time < 2; time += 1) await house.sql(text, { txn });
    expect(await values("SELECT n, count(*) FROM once GROUP BY n ORDER BY n")).toEqual([
      [1, 1],
      [2, 2],
    ]);
    await expect(house.sql(text, { expectations: [] })).rejects.toMatchObject({ code: "UNSUPPORTED_FEATURE" });
  });

  test("takes the session's parameters", async () => {
    const result = await house.sql("BEGIN DECLARE x INT DEFAULT :start; SELECT x + :start AS y; END", {
      parameters: { start: { type: { kind: "int" }, value: 20 } },
    });
    expect(await result.rows()).toEqual([{ y: 40 }]);
  });
});

describe("handlers", () => {
  test("take an error by condition, state or kind, the most exact first", async () => {
    const all = `
      DECLARE EXIT HANDLER FOR SQLEXCEPTION SELECT 'any';
      DECLARE EXIT HANDLER FOR SQLSTATE '22012' SELECT 'state';
      DECLARE EXIT HANDLER FOR DIVIDE_BY_ZERO SELECT 'condition';`;
    expect(await values(`BEGIN ${all} SELECT 1/0; SELECT 'after'; END`)).toEqual([["condition"]]);
    expect(await values(`BEGIN ${all} SELECT nope; END`)).toEqual([["any"]]);
    expect((await failure("BEGIN DECLARE EXIT HANDLER FOR NOT FOUND SELECT 1; SELECT 1/0; END"))[0]).toBe(
      "DIVIDE_BY_ZERO",
    );
  });

  test("go on after the statement or leave the block", async () => {
    const text = (action: string): string => `
      BEGIN
        DECLARE y INT DEFAULT 1;
        BEGIN
          DECLARE ${action} HANDLER FOR SQLEXCEPTION SET y = y + 10;
          SELECT 1/0;
          IF 1/0 = 1 THEN SET y = 1000; ELSE SET y = 2000; END IF;
        END;
        SELECT y;
      END`;
    expect(await values(text("CONTINUE"))).toEqual([[21]]);
    expect(await values(text("EXIT"))).toEqual([[11]]);
  });

  test("leave what fails inside them to those outside, and see their own block's variables", async () => {
    const text = `
      BEGIN
        DECLARE EXIT HANDLER FOR SQLEXCEPTION SELECT 'outer';
        BEGIN
          DECLARE y INT DEFAULT 5;
          DECLARE EXIT HANDLER FOR UNRESOLVED_COLUMN BEGIN SELECT y / 0; END;
          SELECT nope;
        END;
      END`;
    expect(await values(text)).toEqual([["outer"]]);
  });

  test("take what SIGNAL raises, and raise it again", async () => {
    const text = `
      BEGIN
        DECLARE too_many CONDITION FOR SQLSTATE '45001';
        DECLARE EXIT HANDLER FOR too_many RESIGNAL;
        SIGNAL too_many SET MESSAGE_TEXT = 'more than ' || 3;
      END`;
    await expect(values(text)).rejects.toMatchObject({ code: "TOO_MANY", sqlState: "45001", message: "more than 3" });
  });

  test("do not catch what a user may not see into running on", async () => {
    const text = "BEGIN DECLARE EXIT HANDLER FOR SQLEXCEPTION SELECT 'refused'; SELECT * FROM main.s.numbers; END";
    expect(await house.as(RAY, text)).toEqual([["refused"]]);
  });
});

test("a cursor gives its rows one by one, and then says NOT FOUND", async () => {
  const text = `
    BEGIN
      DECLARE total, n INT DEFAULT 0;
      DECLARE done BOOLEAN DEFAULT false;
      DECLARE c CURSOR FOR SELECT id FROM range(10) WHERE id >= ?;
      DECLARE CONTINUE HANDLER FOR NOT FOUND SET done = true;
      OPEN c USING 7;
      FETCH c INTO n;
      WHILE NOT done DO SET total = total + n; FETCH c INTO n; END WHILE;
      CLOSE c;
      SELECT total;
    END`;
  expect(await values(text)).toEqual([[24]]);
  expect((await failure("BEGIN DECLARE n INT; DECLARE c CURSOR FOR SELECT 1; FETCH c INTO n; END"))[0]).toBe(
    "CURSOR_NOT_OPEN",
  );
});

describe("variables of the session", () => {
  test("keep their type, take the default again and are found after columns", async () => {
    await house.run(`
      DECLARE OR REPLACE VARIABLE v INT DEFAULT 2 + 3;
      SET VAR v = '17'`);
    expect(await values("SELECT v, session.v, system.session.v, typeof(v)")).toEqual([[17, 17, 17, "int"]]);
    expect(await values("SELECT v, session.v FROM VALUES ('column') t(v)")).toEqual([["column", 17]]);
    await house.sql("SET VAR v = DEFAULT");
    expect(await values("SELECT v FROM range(9) LIMIT v")).toEqual([[5], [5], [5], [5], [5]]);
    await house.sql("SET VAR (v) = (SELECT max(id) FROM range(3) WHERE false)");
    expect(await values("SELECT v")).toEqual([[null]]);
  });

  test("hold values of every type", async () => {
    const literals = [
      "CAST(1.5 AS FLOAT)",
      "double('NaN')",
      "1234.50BD",
      "CAST(5 AS DECIMAL(10, 2))",
      "DATE '2024-02-29'",
      "TIMESTAMP '2024-02-29 12:00:00.123456'",
      "TIMESTAMP_NTZ '2024-02-29 12:00:00'",
      "X'00FF'",
      "INTERVAL '-1-2' YEAR TO MONTH",
      "INTERVAL '3 04:05:06.7' DAY TO SECOND",
      "array(1, null)",
      "map('a', named_struct('x', 1L, 'y', 'it''s \\\\ so'))",
      "CAST(array() AS ARRAY<INT>)",
    ];
    for (const literal of literals) {
      await house.sql(`DECLARE OR REPLACE VARIABLE any_value = ${literal}`);
      expect(await values("SELECT any_value, typeof(any_value)"), literal).toEqual(
        await values(`SELECT ${literal}, typeof(${literal})`),
      );
    }
  });

  test("are refused where Spark refuses them", async () => {
    await house.sql("DECLARE OR REPLACE VARIABLE v INT");
    const conditions = [
      ["DECLARE v INT", "VARIABLE_ALREADY_EXISTS"],
      ["DECLARE a, A INT", "DUPLICATE_VARIABLE_NAME_INSIDE_DECLARE"],
      ["DECLARE w INT DEFAULT (SELECT 1)", "INVALID_DEFAULT_VALUE.SUBQUERY_EXPRESSION"],
      ["DECLARE w INT DEFAULT 'x'", "CAST_INVALID_INPUT"],
      ["SET VAR nope = 1", "UNRESOLVED_VARIABLE"],
      ["SET VAR v = 1, V = 2", "DUPLICATE_ASSIGNMENTS"],
      ["SET VAR (v) = (SELECT 1, 2)", "ASSIGNMENT_ARITY_MISMATCH"],
      ["SET VAR (v) = (SELECT id FROM range(2))", "ROW_SUBQUERY_TOO_MANY_ROWS"],
      ["SET VAR v = 1 + DEFAULT", "DEFAULT_PLACEMENT_INVALID"],
      ["SET v = 1", "UNSUPPORTED_FEATURE.SET_VARIABLE_USING_SET"],
      ["DROP TEMPORARY VARIABLE nope", "VARIABLE_NOT_FOUND"],
      ["CREATE VIEW with_variable AS SELECT v AS a", "INVALID_TEMP_OBJ_REFERENCE"],
    ];
    for (const [text = "", code] of conditions) expect((await failure(text))[0], text).toBe(code);
    await house.sql("DROP TEMPORARY VARIABLE v");
    expect((await failure("SELECT v"))[0]).toBe("UNRESOLVED_COLUMN.WITHOUT_SUGGESTION");
  });

  test("take values by ANSI's rules even where the session has switched them off", async () => {
    await house.run("SET spark.sql.ansi.enabled = false; DECLARE OR REPLACE v INT DEFAULT 'abc'");
    try {
      expect(await values("SELECT v")).toEqual([[null]]);
      expect((await failure("SET VAR v = 'abc'"))[0]).toBe("CAST_INVALID_INPUT");
      expect((await failure("SET VAR (v) = (SELECT 3000000000)"))[0]).toBe("CAST_OVERFLOW");
      await house.sql("SET VAR v = CAST('abc' AS INT) IS NULL");
      expect(await values("SELECT v")).toEqual([[1]]);
    } finally {
      await house.sql("SET spark.sql.ansi.enabled = true");
    }
  });

  test("are not those of another session", async () => {
    await house.sql("DECLARE OR REPLACE VARIABLE mine INT DEFAULT 1");
    await expect(house.as(RAY, "SELECT mine")).rejects.toMatchObject({ code: "UNRESOLVED_COLUMN.WITHOUT_SUGGESTION" });
  });
});

test("a parameter stands wherever a literal may: in names, next to text, in definitions", async () => {
  const text = (value: string) => ({ type: { kind: "string" } as const, value });
  await house.sql("CREATE TABLE IDENTIFIER(:t '_made') (IDENTIFIER(:c) INT COMMENT :note)", {
    parameters: { t: text("by_parameter"), c: text("the_column"), note: text("it's noted") },
  });
  expect(await values("DESC by_parameter_made")).toEqual([["the_column", "int", "it's noted"]]);
  const result = await house.sql("SELECT IDENTIFIER(:c) FROM IDENTIFIER('by_parameter' || :end) LIMIT :n", {
    parameters: { c: text("`the_column`"), end: text("_made"), n: { type: { kind: "int" }, value: 3 } },
  });
  expect(result.schema.fields.map((each) => each.name)).toEqual(["the_column"]);
  await expect(house.sql("CREATE TABLE IDENTIFIER(:t '_made') (a INT)")).rejects.toMatchObject({
    code: "PARSE_SYNTAX_ERROR",
  });
});

describe("EXECUTE IMMEDIATE", () => {
  test("puts arguments into the places of markers, by position or name", async () => {
    expect(await values("EXECUTE IMMEDIATE 'SELECT ? + ?, ?' USING 1, 2, array('x')")).toEqual([[3, ["x"]]]);
    expect(await values("EXECUTE IMMEDIATE 'SELECT :a - :b' USING -2 AS b, 1 AS a")).toEqual([[3]]);
    const name = "EXECUTE IMMEDIATE 'SELECT IDENTIFIER(:c || ''2'') FROM VALUES (7) t(c2)' USING 'c' AS c";
    expect(await values(name)).toEqual([[7]]);
  });

  test("sees the session's variables and not the script's, and gives its row to variables", async () => {
    await house.sql("DECLARE OR REPLACE VARIABLE around INT DEFAULT 1");
    const text = `
      BEGIN
        DECLARE around INT DEFAULT 2;
        DECLARE got STRING;
        EXECUTE IMMEDIATE 'SELECT around + :more' INTO got USING around AS more;
        EXECUTE IMMEDIATE 'SET VAR around = 9';
        SELECT got, around, session.around;
      END`;
    expect(await values(text)).toEqual([["3", 2, 9]]);
  });

  test("is refused where Spark refuses it", async () => {
    const conditions = [
      ["EXECUTE IMMEDIATE 'SELECT ? + :a' USING 1, 2 AS a", "INVALID_QUERY_MIXED_QUERY_PARAMETERS"],
      ["EXECUTE IMMEDIATE 'SELECT :a' USING 1", "ALL_PARAMETERS_MUST_BE_NAMED"],
      ["EXECUTE IMMEDIATE 'SELECT :a' USING 1 AS a, 2 AS a", "EXEC_IMMEDIATE_DUPLICATE_ARGUMENT_ALIASES"],
      ["EXECUTE IMMEDIATE 'SELECT ?'", "UNBOUND_SQL_PARAMETER"],
      ["EXECUTE IMMEDIATE 5", "INVALID_EXPR_TYPE_FOR_QUERY_EXECUTE_IMMEDIATE"],
      ["EXECUTE IMMEDIATE CAST(NULL AS STRING)", "NULL_QUERY_STRING_EXECUTE_IMMEDIATE"],
      ["EXECUTE IMMEDIATE 'BEGIN SELECT 1; END'", "SQL_SCRIPT_IN_EXECUTE_IMMEDIATE"],
      ["EXECUTE IMMEDIATE 'SELECT ?' USING (SELECT 1)", "UNSUPPORTED_EXPR_FOR_PARAMETER"],
      ["EXECUTE IMMEDIATE 'SHOW TABLES' INTO around", "INVALID_STATEMENT_FOR_EXECUTE_INTO"],
    ];
    for (const [text = "", code] of conditions) expect((await failure(text))[0], text).toBe(code);
  });
});
