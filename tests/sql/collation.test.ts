import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { BOOLEAN, field, simpleString, STRING, struct } from "../../src/core/data-type.ts";
import { describeError } from "../../src/core/diagnostic.ts";
import { parseStatement } from "../../src/sql/parser/parse.ts";
import { NAMES, Shop } from "./harness.ts";

let shop: Shop;

beforeAll(async () => {
  shop = await Shop.open();
  await shop.table(
    "words",
    { w: { kind: "string", collation: "utf8_lcase" }, u: { kind: "string", collation: "UNICODE_CI" }, b: STRING },
    "VALUES ('b', 'b', 'b'), ('A', 'Ä', 'A'), ('a', 'ä', 'a'), ('B', 'a', 'B')",
  );
});

afterAll(() => shop.close());

async function values(query: string): Promise<unknown[]> {
  const rows = await shop.rows(query);
  return rows.map((row) => Object.values(row));
}

describe("a collated column", () => {
  it("compares, groups, sorts and is told apart by its collation", async () => {
    expect(await values("SELECT w FROM words WHERE w = 'B' ORDER BY b")).toEqual([["B"], ["b"]]);
    expect(await values("SELECT w, count(*), max(b) FROM words GROUP BY w ORDER BY w")).toEqual([
      ["A", 2n, "a"],
      ["b", 2n, "b"],
    ]);
    expect(await values("SELECT DISTINCT u FROM words ORDER BY u DESC")).toEqual([["b"], ["Ä"], ["a"]]);
    expect(await values("SELECT min(w), max(w), count(DISTINCT w), count(w) FROM words")).toEqual([["A", "b", 2n, 4n]]);
    expect(await values("SELECT w, row_number() OVER (PARTITION BY w ORDER BY b) AS n FROM words ORDER BY b")).toEqual([
      ["A", 1],
      ["B", 1],
      ["a", 2],
      ["b", 2],
    ]);
  });

  it("joins, and is found in a subquery", async () => {
    expect(await values("SELECT count(*) FROM words a JOIN words b ON a.w = b.w")).toEqual([[8n]]);
    expect(await values("SELECT count(*) FROM words WHERE w IN (SELECT 'A' COLLATE utf8_lcase)")).toEqual([[2n]]);
    expect(await values("SELECT w FROM words INTERSECT SELECT 'B' COLLATE utf8_lcase")).toEqual([["b"]]);
    expect(await values("SELECT w FROM words EXCEPT SELECT 'B' COLLATE utf8_lcase")).toEqual([["A"]]);
  });

  it("shows in types and names as in Spark", () => {
    const { schema } = shop.analyze(
      "SELECT w, upper(w), w || 'x', w = 'a', concat(w, b), length(w), coalesce(w, 'x') FROM words",
    );
    expect(simpleString(schema)).toBe(
      "struct<w:string collate UTF8_LCASE,upper(w):string collate UTF8_LCASE,concat(w, 'x' collate UTF8_LCASE):string collate " +
        "UTF8_LCASE,(w = 'a' collate UTF8_LCASE):boolean,concat(w, b):string collate null,length(w):int,coalesce(w, 'x' collate " +
        "UTF8_LCASE):string collate UTF8_LCASE>",
    );
  });
});

describe("a view with a default collation", () => {
  it("gives it to the strings of its query that name none", async () => {
    const text = "SELECT 'a' AS a, CAST(1 AS STRING) AS b, 'a' = 'A' AS same";
    const query = parseStatement(text);
    if (query.kind !== "query") throw new TypeError("Not a query.");
    const collation = "utf8_lcase";
    const schema = struct([
      field("a", { kind: "string", collation: "UTF8_LCASE" }),
      field("b", { kind: "string", collation: "UTF8_LCASE" }),
      field("same", BOOLEAN),
    ]);
    const name = ["main", "shop", "lower_case"];
    shop.relation({ name, kind: "view", schema, view: { query, text, context: { ...NAMES, collation } } });
    expect(await values("SELECT collation(a), collation(b), same FROM lower_case WHERE a = 'A'")).toEqual([
      ["SYSTEM.BUILTIN.UTF8_LCASE", "SYSTEM.BUILTIN.UTF8_LCASE", true],
    ]);
  });
});

describe("a collation in an expression", () => {
  it.each([
    ["'a' COLLATE unicode < 'A'", true],
    ["'a' COLLATE unicode_ai = 'å'", true],
    ["'I' COLLATE tr_ci = 'ı'", true],
    ["'Kypper' COLLATE sv < 'Köpfe'", true],
    ["'a ' COLLATE utf8_binary_rtrim = 'a'", true],
    ["array_contains(array('a'), 'A' COLLATE utf8_lcase)", true],
    ["array_distinct(array('aa' COLLATE utf8_lcase, 'AA', null, null))[0]", "aa"],
    ["size(array_union(array('a' COLLATE utf8_lcase), array('A', 'b')))", 2],
    ["least('aaa' COLLATE utf8_lcase, 'AAA', null, 'a')", "a"],
    ["nullif('a' COLLATE utf8_lcase, 'A')", null],
    ["replace('xAb' COLLATE utf8_lcase, 'aB', '-')", "x-"],
    ["contains('xAb ' COLLATE utf8_lcase_rtrim, 'B  ')", true],
    ["'abc' COLLATE utf8_lcase LIKE 'A%'", true],
    ["'xİς' COLLATE utf8_lcase LIKE '%iΣ'", true],
    ["collation('a' COLLATE en_usa_ci)", "SYSTEM.BUILTIN.en_USA_CI"],
    ["levenshtein('İo', 'i\u0307o')", 2],
    ["initcap('İO xY')", "İo Xy"],
  ])("%s is %j", async (expression, expected) => {
    expect(await values(`SELECT ${expression} AS v`)).toEqual([[expected]]);
  });

  it.each([
    ["SELECT w = b FROM words", "INDETERMINATE_COLLATION_IN_EXPRESSION"],
    ["SELECT w = u FROM words", "INDETERMINATE_COLLATION_IN_EXPRESSION"],
    ["SELECT contains(w COLLATE unicode, b COLLATE utf8_lcase) FROM words", "COLLATION_MISMATCH.EXPLICIT"],
    ["SELECT 'a' COLLATE foo", "COLLATION_INVALID_NAME"],
    ["SELECT w FROM words UNION SELECT 'a'", "INCOMPATIBLE_COLUMN_TYPE"],
    ["SELECT * FROM VALUES ('a' COLLATE utf8_lcase), ('b')", "INVALID_INLINE_TABLE.INCOMPATIBLE_TYPES_IN_INLINE_TABLE"],
    ["SELECT contains('a' COLLATE unicode_ai, 'b')", "DATATYPE_MISMATCH.UNEXPECTED_INPUT_TYPE"],
    ["SELECT contains('a' COLLATE unicode_ci, 'b')", "UNSUPPORTED_FEATURE.COLLATION"],
    ["SELECT '\u4e2d' COLLATE unicode = 'a'", "UNSUPPORTED_FEATURE.COLLATION"],
    ["SELECT sort_array(array(w)) FROM words", "UNSUPPORTED_FEATURE.COLLATION"],
    ["SELECT count(*) FROM words GROUP BY ROLLUP (w)", "UNSUPPORTED_FEATURE"],
    ["SELECT count(*) FROM words GROUP BY w || b", "INDETERMINATE_COLLATION"],
  ])("%s is refused with %s", async (query, condition) => {
    const error: unknown = await values(query).catch((thrown: unknown) => thrown);
    expect(describeError(error)).toContain(condition);
  });

  it("is one of those that collations() lists", async () => {
    expect(
      await values("SELECT LANGUAGE, COUNTRY, PAD_ATTRIBUTE FROM collations() WHERE NAME = 'fr_CAN_AI_RTRIM'"),
    ).toEqual([["French", "Canada", "RTRIM"]]);
  });
});
