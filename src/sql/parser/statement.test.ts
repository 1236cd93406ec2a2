import { describe, expect, it } from "vitest";
import { type BoathouseError, isBoathouseError } from "../../core/errors.ts";
import type { Statement } from "../ast/statement.ts";
import { parseScript, parseStatement } from "./parse.ts";
import { splitStatements } from "./split.ts";

function failure(text: string): BoathouseError {
  try {
    parseStatement(text, { file: "a.sql" });
  } catch (error) {
    if (isBoathouseError(error)) return error;
    throw error;
  }
  throw new Error(`accepted: ${text}`);
}

function parsed<Kind extends Statement["kind"]>(text: string, kind: Kind): Extract<Statement, { kind: Kind }> {
  const found = parseStatement(text);
  if (!isKind(found, kind)) throw new Error(`${found.kind} instead of ${kind}`);
  return found;
}

function isKind<Kind extends Statement["kind"]>(
  node: Statement,
  kind: Kind,
): node is Extract<Statement, { kind: Kind }> {
  return node.kind === kind;
}

describe("statements of a pipeline", () => {
  it("reads a streaming table with its expectations", () => {
    const node = parsed(
      `CREATE OR REFRESH STREAMING TABLE c.bronze.orders (
         id BIGINT NOT NULL COMMENT 'pk',
         CONSTRAINT valid EXPECT (id IS NOT NULL) ON VIOLATION DROP ROW,
         CONSTRAINT positive EXPECT (amount > 0) ON VIOLATION FAIL UPDATE,
         CONSTRAINT known EXPECT (amount < 100)
       ) TBLPROPERTIES ('quality' = 'bronze') AS SELECT * FROM STREAM read_files('/v', format => 'json')`,
      "create_dataset",
    );
    expect(node).toMatchObject({ dataset: "streaming_table", mode: "refresh", legacy: false });
    expect(node.constraints.map((each) => each.kind === "expectation" && each.action)).toEqual([
      "drop",
      "fail",
      "warn",
    ]);
    const body = node.query?.body;
    expect(body?.kind === "select" ? body.from : []).toMatchObject([{ kind: "table_function", stream: true }]);
  });

  it("reads AUTO CDC with its clauses in any order", () => {
    const node = parsed(
      `CREATE FLOW f AS AUTO CDC INTO target FROM stream(cdc.users) KEYS (userId)
       STORED AS SCD TYPE 2 SEQUENCE BY seq APPLY AS DELETE WHEN op = 'DELETE' TRACK HISTORY ON * EXCEPT (city)
       COLUMNS * EXCEPT (op, seq)`,
      "create_flow",
    );
    expect(node.autoCdc).toMatchObject({
      scdType: 2,
      source: { kind: "table", stream: true, alias: undefined },
      trackHistory: { except: true },
    });
    expect(failure("CREATE FLOW f AS AUTO CDC INTO t FROM s KEYS (a) STORED AS SCD TYPE 1").hint).toContain(
      "SEQUENCE BY",
    );
  });

  it("reads the legacy words", () => {
    expect(parsed("CREATE OR REFRESH LIVE TABLE t AS SELECT 1", "create_dataset")).toMatchObject({
      dataset: "live_table",
      legacy: true,
    });
    expect(parsed("CREATE STREAMING LIVE TABLE t AS SELECT 1", "create_dataset").dataset).toBe("streaming_table");
    expect(
      parsed("APPLY CHANGES INTO LIVE.t FROM STREAM(LIVE.s) KEYS (id) SEQUENCE BY n", "create_flow").autoCdc,
    ).toMatchObject({ legacy: true, scdType: 1 });
  });
});

describe("statements that change rows", () => {
  it("reads every clause of MERGE", () => {
    const node = parsed(
      `MERGE WITH SCHEMA EVOLUTION INTO t USING (SELECT 1 AS id) s ON t.id = s.id
       WHEN MATCHED AND s.gone THEN DELETE WHEN MATCHED THEN UPDATE SET *
       WHEN NOT MATCHED THEN INSERT (id) VALUES (s.id)
       WHEN NOT MATCHED BY SOURCE AND t.x > 1 THEN UPDATE SET x = DEFAULT`,
      "merge",
    );
    expect(node.clauses.map((each) => [each.when, each.action.kind])).toEqual([
      ["matched", "merge_delete"],
      ["matched", "merge_update_star"],
      ["not_matched", "merge_insert"],
      ["not_matched_by_source", "merge_update"],
    ]);
  });

  it.each([
    ["MERGE INTO t USING s ON a WHEN NOT MATCHED THEN INSERT (a, b) VALUES (1)", "MERGE_INSERT_VALUE_COUNT_MISMATCH"],
    [
      "MERGE INTO t USING s ON a WHEN MATCHED THEN DELETE WHEN MATCHED THEN DELETE",
      "NON_LAST_MATCHED_CLAUSE_OMIT_CONDITION",
    ],
    ["UPDATE t AS x(a) SET a = 1", "COLUMN_ALIASES_NOT_ALLOWED"],
    ["CREATE TABLE t (a INT) COMMENT 'x' COMMENT 'y'", "DUPLICATE_CLAUSES"],
    [
      "CREATE TABLE t (a INT) USING delta CLUSTER BY (a) PARTITIONED BY (a)",
      "SPECIFY_CLUSTER_BY_WITH_PARTITIONED_BY_IS_NOT_ALLOWED",
    ],
    ["CREATE TABLE t (id FLOAT GENERATED ALWAYS AS IDENTITY)", "IDENTITY_COLUMNS_UNSUPPORTED_DATA_TYPE"],
    ["ALTER TABLE t ADD COLUMN b INT COMMENT 'a' COMMENT 'b'", "ALTER_TABLE_COLUMN_DESCRIPTOR_DUPLICATE"],
    ["SELECT * FROM my-table", "INVALID_IDENTIFIER"],
    ["SELECT * FROM t ORDER BY a SORT BY a", "UNSUPPORTED_FEATURE.COMBINATION_QUERY_RESULT_CLAUSES"],
    ["SET spark.a-b = 1", "INVALID_SET_SYNTAX"],
    ["CREATE OR REFRESH TABLE t (a INT)", "PARSE_SYNTAX_ERROR"],
    ["  ", "PARSE_EMPTY_STATEMENT"],
  ])("refuses %s as %s", (text, code) => {
    expect(failure(text).code).toBe(code);
  });

  it("tells the forms of INSERT apart", () => {
    expect(parsed("INSERT INTO t BY NAME SELECT 1 AS a", "insert").byName).toBe(true);
    expect(parsed("INSERT INTO t REPLACE WHERE d = '1' SELECT 1", "insert").replace?.by).toBe("where");
    expect(parsed("INSERT OVERWRITE t PARTITION (d = 1, e) SELECT 1", "insert").partition?.values).toHaveLength(2);
    expect(parsed("INSERT INTO t (a, b) VALUES (1, 2)", "insert").columns).toHaveLength(2);
    expect(parsed("INSERT INTO t (SELECT 1)", "insert").columns).toHaveLength(0);
    expect(parsed("FROM s INSERT INTO a SELECT x INSERT INTO b SELECT y", "multi_insert").inserts).toHaveLength(2);
  });
});

describe("errors of syntax", () => {
  it("say where, what and the nearest word", () => {
    const error = failure("SELECT a\nFROM t\nWERE a = 1");
    expect(error).toMatchObject({ code: "PARSE_SYNTAX_ERROR", sqlState: "42601", hint: "Did you mean WHERE?" });
    expect(error.location).toMatchObject({ file: "a.sql", line: 3, column: 6 });
    expect(failure("SELCT 1").hint).toBe("Did you mean SELECT?");
    expect(failure("CREATE TABEL t (a INT)").hint).toBe("Did you mean TABLE?");
    expect(failure("SHOW TABELS").hint).toBe("Did you mean TABLES?");
  });

  it("speak of nesting instead of overflowing", () => {
    expect(failure("SELECT " + "(".repeat(20_000) + "1" + ")".repeat(20_000)).code).toBe("FAILED_TO_PARSE_TOO_COMPLEX");
  });
});

describe("scripts", () => {
  it("keep the place of each statement", () => {
    const text = "SELECT 1;\n-- no; statement\nSELECT ';' ;;\nUSE c.s";
    expect(parseScript(text).map((node) => text.slice(node.span.start, node.span.end))).toEqual([
      "SELECT 1",
      "SELECT ';'",
      "USE c.s",
    ]);
    expect(parseScript(" -- nothing")).toEqual([]);
  });

  it("read compound statements, in which SET sets a variable", () => {
    const node = parsed(
      `BEGIN DECLARE n INT DEFAULT 0;
         again: WHILE n < 3 DO SET n = n + 1; IF n = 2 THEN LEAVE again; END IF; END WHILE again;
         FOR r AS SELECT * FROM t DO INSERT INTO u VALUES (r.a); END FOR;
       END`,
      "block",
    );
    expect(node.statements.map((each) => each.kind)).toEqual(["declare_variable", "while", "for"]);
  });

  it("split before they are SQL", () => {
    const text = `SELECT \${a};
      BEGIN IF a THEN SELECT CASE WHEN b THEN repeat('x', 2) END; END IF; END;
      CREATE FUNCTION f() RETURNS INT LANGUAGE PYTHON AS $$ a; b $$;
      SELECT 'a;b' /* ; */ -- ;`;
    expect(splitStatements(text).map((span) => text.slice(span.start, span.end).slice(0, 12))).toEqual([
      "SELECT ${a}",
      "BEGIN IF a T",
      "CREATE FUNCT",
      "SELECT 'a;b'",
    ]);
  });
});
