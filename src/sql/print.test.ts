import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { parseExpression, parseStatement } from "./parser/parse.ts";
import { print } from "./print.ts";

function withoutSpans(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutSpans);
  if (typeof value !== "object" || value === null || value instanceof Uint8Array) return value;
  const entries = Object.entries(value).filter(([key]) => key !== "span" && key !== "typeSpan");
  return Object.fromEntries(entries.map(([key, each]) => [key, withoutSpans(each)]));
}

const operators = ["+", "-", "*", "/", "%", "DIV", "||", "&", "|", "^", "<<", ">>", ">>>", "=", "<=>", "<>", "<", ">="];

/** Expressions as text, of any nesting, without a single redundant parenthesis. */
const { expression } = fc.letrec<{ expression: string; atom: string }>((tie) => ({
  atom: fc.oneof(
    fc.constantFrom("a", "t.b", "`x y`.c", "NULL", "TRUE", "1", "2L", "1.50", "1e3", "-7", "?", ":p", "current_date"),
    fc.constantFrom("DATE '2024-01-01'", "INTERVAL 3 DAYS 2 HOURS", "INTERVAL '1-2' YEAR TO MONTH", "X'AB'"),
    fc.string({ unit: "binary", maxLength: 6 }).map((text) => `r"${text.replaceAll(/["\\]/g, "")}"`),
    tie("expression").map((inner) => `(${inner})`),
    fc.array(tie("expression"), { maxLength: 3 }).map((args) => `f(${args.join(", ")})`),
    fc
      .tuple(tie("atom"), fc.constantFrom("[1]", ".f", "::STRING", ":j.k[0]"))
      .map(([base, tail]) => `(${base})${tail}`),
    fc.tuple(tie("expression"), tie("expression")).map(([when, then]) => `CASE WHEN ${when} THEN ${then} END`),
    tie("expression").map((body) => `transform(a, x -> ${body})`),
    tie("expression").map((inner) => `CAST(${inner} AS ARRAY<STRUCT<a: INT NOT NULL COMMENT 'c'>>)`),
    tie("expression").map((inner) => `(SELECT ${inner} AS x FROM t WHERE ${inner})`),
  ),
  expression: fc.oneof(
    { depthSize: "small" },
    tie("atom"),
    fc.tuple(tie("atom"), fc.constantFrom(...operators), tie("atom")).map((parts) => parts.join(" ")),
    fc.tuple(tie("atom"), fc.constantFrom("AND", "OR"), tie("atom")).map((parts) => parts.join(" ")),
    fc.tuple(fc.constantFrom("NOT", "-", "~"), tie("atom")).map((parts) => parts.join(" ")),
    fc.tuple(tie("atom"), tie("atom"), tie("atom")).map(([a, b, c]) => `${a} NOT BETWEEN ${b} AND ${c}`),
    fc.tuple(tie("atom"), tie("atom")).map(([a, b]) => `${a} IN (${b}, 1)`),
    fc.tuple(tie("atom"), tie("atom")).map(([a, b]) => `${a} LIKE ${b} ESCAPE '!'`),
    tie("atom").map((a) => `${a} IS NOT DISTINCT FROM 1`),
  ),
}));

describe("printing", () => {
  it("gives back the tree of any expression", () => {
    fc.assert(
      fc.property(expression, (text) => {
        const tree = parseExpression(text);
        expect(withoutSpans(parseExpression(print(tree)))).toEqual(withoutSpans(tree));
      }),
      { numRuns: 400 },
    );
  });

  it.each([
    "WITH RECURSIVE r(n) AS (VALUES (1) UNION ALL SELECT n + 1 FROM r) SELECT * FROM r INTERSECT SELECT 1 EXCEPT ALL (SELECT 2 LIMIT 1)",
    "FROM t |> WHERE a > 1 |> EXTEND b AS c |> AGGREGATE sum(b) AS s GROUP BY c |> ORDER BY s DESC |> LIMIT 3",
    "SELECT * EXCEPT (a) FROM t@v3 TABLESAMPLE (10 PERCENT) REPEATABLE (4) AS x PIVOT (sum(y) FOR q IN (1 AS one)) LATERAL VIEW OUTER explode(z) v AS w QUALIFY rank() OVER (ORDER BY a NULLS LAST) = 1",
    "FROM s LATERAL VIEW explode(x) l AS y INSERT INTO a SELECT y WHERE y > 1 INSERT OVERWRITE TABLE b SELECT y",
    "CREATE OR REPLACE TABLE t (a INT NOT NULL DEFAULT 1 COMMENT 'it''s', b DATE GENERATED ALWAYS AS (CAST(c AS DATE)), CONSTRAINT p PRIMARY KEY (a) RELY) USING delta CLUSTER BY (a) TBLPROPERTIES ('k' = 'v')",
    "CREATE OR REPLACE FUNCTION f(x INT DEFAULT 1) RETURNS TABLE (a INT) COMMENT 'c' RETURN SELECT x",
    "CREATE FLOW f AS AUTO CDC INTO t FROM STREAM s KEYS (a, b) IGNORE NULL UPDATES SEQUENCE BY STRUCT(c, d) STORED AS SCD TYPE 2",
    "ALTER TABLE t ALTER COLUMN a SET MASK m USING COLUMNS (b, 'x')",
    "GRANT SELECT, MODIFY ON TABLE c.s.t TO `a b@c.d`",
    "COPY INTO t FROM (SELECT a::INT FROM '/x') FILEFORMAT = csv FORMAT_OPTIONS ('header' = TRUE)",
    "BEGIN DECLARE x INT DEFAULT 0; REPEAT SET x = x + 1; UNTIL x > 3 END REPEAT; END",
    "CREATE OR REPLACE PROCEDURE p(IN a INT, OUT b STRING, INOUT c INT DEFAULT 1) LANGUAGE SQL SQL SECURITY INVOKER MODIFIES SQL DATA AS BEGIN SET b = a; END",
    "SET TAG ON COLUMN c.s.t.a pii = high",
    "UNSET TAG ON SCHEMA c.s owner",
    "ALTER TABLE t SET MANAGED TRUNCATE UNIFORM HISTORY",
    "ALTER TABLE t UNSET MANAGED",
    "SHOW TABLES DROPPED IN c.s LIMIT 3",
    "SHOW SHARES IN PROVIDER p LIKE 'a*'",
    "SHOW GRANTS TO RECIPIENT r",
    "SHOW GROUPS WITH USER `a@b.c`",
    "DESCRIBE POLICY p ON TABLE t",
    "DESCRIBE HISTORY t LIMIT 2",
    "CREATE MATERIALIZED VIEW m REFRESH POLICY INCREMENTAL STRICT AS SELECT 1",
    "MERGE INTO t USING s ON t.a = s.a WHEN NOT MATCHED BY SOURCE THEN UPDATE SET a = 1",
  ])("gives back the tree of %s", (text) => {
    const tree = parseStatement(text);
    expect(withoutSpans(parseStatement(print(tree)))).toEqual(withoutSpans(tree));
  });
});
