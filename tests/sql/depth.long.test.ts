import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { analyzeQuery } from "../../src/sql/analyzer/analyze.ts";
import { generate } from "../../src/sql/generator/generate.ts";
import { parseStatement } from "../../src/sql/parser/parse.ts";
import { Shop } from "./harness.ts";

let shop: Shop;

beforeAll(async () => {
  shop = await Shop.open();
});

afterAll(async () => {
  await shop.close();
});

const DEPTH = 500;

/** Statements that nest `depth` deep, by what nests. */
function nested(depth: number): Readonly<Record<string, string>> {
  const around = (open: string, inner: string, close: string): string =>
    open.repeat(depth) + inner + close.repeat(depth);
  return {
    parentheses: `SELECT ${around("(", "1", ")")}`,
    "CASE in THEN": `SELECT ${around("CASE WHEN true THEN ", "1", " ELSE 0 END")}`,
    "CASE in ELSE": `SELECT ${around("CASE WHEN false THEN 0 ELSE ", "1", " END")}`,
    "derived tables": `SELECT * FROM ${around("(SELECT * FROM ", "(SELECT 1 AS a)", ")")}`,
    functions: `SELECT ${around("abs(", "1", ")")}`,
    NOT: `SELECT ${around("NOT ", "true", "")}`,
    "unary minus": `SELECT ${around("- ", "1", "")}`,
    casts: `SELECT ${around("CAST(", "1", " AS STRING)")}`,
  };
}

const CHAINS: Readonly<Record<string, string>> = {
  "10,000 AND": `SELECT ${"true AND ".repeat(10_000)}true`,
  "10,000 OR": `SELECT ${"a = 1 OR ".repeat(10_000)}a = 2 FROM VALUES (2) AS t(a)`,
  "10,000 ||": `SELECT length(${"'a' || ".repeat(10_000)}'a')`,
  "2,000 UNION ALL": `SELECT count(*) FROM (SELECT 1 ${"UNION ALL SELECT 1 ".repeat(2000)})`,
  "10,000 values of IN": `SELECT 1 IN (${Array.from({ length: 10_000 }, (_, index) => index).join(", ")})`,
};

const JOINS = 500;

/** Chains of joins over one key, by what joins them; each of them gives its number of rows. */
function joined(of: (index: number) => string, length = JOINS): string {
  const joins = Array.from({ length }, (_, index) => of(index + 1)).join(" ");
  return `WITH k AS (SELECT * FROM VALUES (1), (2), (NULL) AS v(a)) SELECT count(*) AS n FROM k t0 ${joins}`;
}

const JOINED: Readonly<Record<string, readonly [string, bigint]>> = {
  inner: [joined((index) => `JOIN k t${index} ON t${index}.a = t${index - 1}.a`), 2n],
  "100 of them with USING": [joined((index) => `JOIN k t${index} USING (a)`, 100), 2n],
  left: [joined((index) => `LEFT JOIN k t${index} ON t${index}.a = t0.a`), 3n],
  cross: [joined((index) => `CROSS JOIN (SELECT ${index} AS x) t${index}`), 3n],
};

function translated(text: string): string {
  const statement = parseStatement(text);
  if (statement.kind !== "query") throw new TypeError("Not a query.");
  const context = shop.context(text);
  return generate(analyzeQuery(statement, shop, context), { context, scan: () => "" }).sql;
}

function codeOf(text: string): string {
  try {
    translated(text);
    return "no error";
  } catch (error) {
    return error instanceof Error && "code" in error ? String(error.code) : `crash: ${String(error)}`;
  }
}

describe("nesting", () => {
  it.each(Object.entries(nested(DEPTH)))(`of ${DEPTH} levels is translated: %s`, (_, text) => {
    expect(codeOf(text)).toBe("no error");
  });

  it.each(Object.entries(nested(DEPTH)).filter(([what]) => !/functions/.test(what)))(
    `of ${DEPTH} levels runs: %s`,
    async (_, text) => {
      expect(await shop.rows(text)).toHaveLength(1);
    },
  );

  it.each(Object.entries(nested(20_000)))("beyond what the stack holds is an error that says so: %s", (_, text) => {
    expect(["FAILED_TO_PARSE_TOO_COMPLEX", "no error"]).toContain(codeOf(text));
  });
});

describe("a chain", () => {
  it.each(Object.entries(CHAINS))("of %s is translated", (_, text) => {
    expect(codeOf(text)).toBe("no error");
  });

  it("of 2,000 UNION ALL and of 10,000 AND runs", async () => {
    expect(await shop.rows(CHAINS["2,000 UNION ALL"] ?? "")).toEqual([{ "count(1)": 2001n }]);
    expect(await shop.rows(CHAINS["10,000 AND"] ?? "")).toHaveLength(1);
  });

  it("keeps the order of its operands and Spark's names", async () => {
    expect(await shop.rows("SELECT 'a' || 'b' || 'c' || NULL IS NULL AS n, 'a' || 'b' || 'c' AS t")).toEqual([
      { n: true, t: "abc" },
    ]);
    const [row = {}] = await shop.rows("SELECT true AND false AND true AND NULL");
    expect(Object.keys(row)).toEqual(["((true AND false) AND (true AND NULL))"]);
  });

  it("of scalar subqueries in scalar subqueries takes no longer for each level", async () => {
    expect(await shop.rows(`SELECT ${"(SELECT ".repeat(100)}1${")".repeat(100)} AS a`)).toEqual([{ a: 1 }]);
  });

  it.each(Object.entries(JOINED))(`of joins, up to ${JOINS}, runs: %s`, async (_, [text, n]) => {
    expect(await shop.rows(text)).toEqual([{ n }]);
  });
});
