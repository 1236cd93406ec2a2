import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { Shop } from "./harness.ts";

let shop: Shop;

beforeAll(async () => {
  shop = await Shop.open();
});

afterAll(async () => {
  await shop.close();
});

/** The condition that a query ends in, or its rows as text. */
async function outcome(sql: string, ansi = true): Promise<string> {
  try {
    const rows = await shop.rows(sql, { ansi });
    return rows.map((row) => Object.values(row).map(String).join(",")).join(" ");
  } catch (error) {
    return error instanceof Error && "code" in error ? String(error.code) : `crash: ${String(error)}`;
  }
}

/** What Spark 4.1 says of each, in ANSI mode. */
const CONDITIONS: Readonly<Record<string, readonly string[]>> = {
  DIVIDE_BY_ZERO: ["1 / 0", "1 div 0", "interval '2' day div interval '0' day"],
  REMAINDER_BY_ZERO: ["5 % 0", "pmod(5, 0)", "mod(5, 0)"],
  INTERVAL_DIVIDED_BY_ZERO: ["interval '2' second / 0", "interval '2' year / 0.0", "interval '2' year / 0D"],
  ARITHMETIC_OVERFLOW: [
    "9223372036854775807L + 1",
    "abs(-128Y)",
    "round(127Y, -1)",
    "bround(9223372036854775807L, -1)",
    "make_interval(2147483647)",
    "date'2020-01-01' + interval 2147483647 month",
  ],
  BINARY_ARITHMETIC_OVERFLOW: ["127Y + 1Y", "32767S * 2S"],
  "INTERVAL_ARITHMETIC_OVERFLOW.WITH_SUGGESTION": [
    "interval 2147483647 month + interval 1 month",
    "interval 106751991 day - interval -106751991 day",
    "(interval '-178956970-8' year to month) / -1",
  ],
  "INTERVAL_ARITHMETIC_OVERFLOW.WITHOUT_SUGGESTION": [
    "- interval -2147483648 month",
    "make_ym_interval(178956970, 8)",
    "make_dt_interval(2147483647)",
    "interval 2147483647 day",
    "interval 2147483647 month * 2",
  ],
  CAST_OVERFLOW: [
    "cast(2147483647 as interval year)",
    "cast(interval '1000' day as tinyint)",
    "cast(1e30D as timestamp)",
  ],
  CAST_INVALID_INPUT: [
    "cast('x' as int)",
    "cast(cast('inf' as double) as timestamp)",
    "cast(double('nan') as timestamp)",
  ],
  "NUMERIC_VALUE_OUT_OF_RANGE.WITH_SUGGESTION": [
    "cast('123.45' as decimal(4, 2))",
    "cast(interval '10.123' second as decimal(1, 0))",
    "cast(1234 as decimal(3, 0))",
  ],
  "DATETIME_FIELD_OUT_OF_BOUNDS.WITH_SUGGESTION": [
    "make_date(2000, 13, 1)",
    "make_timestamp(2000, 1, 1, 25, 0, 0)",
    "make_timestamp(2000, 1, 1, 1, 0, 61)",
  ],
  INVALID_FRACTION_OF_SECOND: ["make_timestamp(2000, 1, 1, 1, 0, 60.5)"],
  MALFORMED_CHARACTER_CODING: ["decode(X'E8A5BF', 'US-ASCII')", "encode('西', 'US-ASCII')"],
  "INVALID_PARAMETER_VALUE.LENGTH": ["randstr(-1, 0)"],
  "INVALID_PARAMETER_VALUE.PATTERN": ["'a' rlike '['", "regexp_replace('a', '(', 'b')", "regexp_count('a', p)"],
  DUPLICATED_MAP_KEY: ["transform_keys(map('a', 1, 'b', 2), 42)"],
};

describe("a value that cannot be", () => {
  it.each(Object.entries(CONDITIONS))("is %s", async (condition, expressions) => {
    for (const each of expressions)
      expect([each, await outcome(`SELECT ${each} FROM VALUES ('*a') AS t(p)`)]).toEqual([each, condition]);
  });

  it("outside ANSI mode wraps around or is null where Spark's does, and is an error where Spark's is", async () => {
    expect(await outcome("SELECT round(127Y, -1)", false)).toBe("-126");
    expect(await outcome("SELECT round(9223372036854775807L, -1)", false)).toBe("-9223372036854775806");
    expect(await outcome("SELECT cast('123.45' as decimal(4, 2))", false)).toBe("null");
    expect(await outcome("SELECT interval '2' year / 0", false)).toBe("INTERVAL_DIVIDED_BY_ZERO");
  });
});

describe("a recursive query", () => {
  const counting = (where: string, head = "r(n)"): string =>
    `WITH RECURSIVE ${head} AS (VALUES 0 UNION ALL SELECT n + 1 FROM r ${where}) SELECT count(*) FROM r`;

  it("ends at Spark's limits of levels and rows", async () => {
    expect(await outcome(counting("WHERE n < 99"))).toBe("100");
    expect(await outcome(counting("WHERE n < 100"))).toBe("RECURSION_LEVEL_LIMIT_EXCEEDED");
    expect(await outcome(counting(""))).toBe("RECURSION_LEVEL_LIMIT_EXCEEDED");
    expect(await outcome(counting("WHERE n < 5", "r(n) MAX RECURSION LEVEL 6"))).toBe("6");
    expect(await outcome(counting("WHERE n < 7", "r(n) MAX RECURSION LEVEL 6"))).toBe("RECURSION_LEVEL_LIMIT_EXCEEDED");
    const doubling = counting("JOIN VALUES (1), (2) AS two(x) ON true");
    expect(await outcome(doubling)).toBe("RECURSION_ROW_LIMIT_EXCEEDED");
  });

  it("refuses what Spark refuses inside the recursion", async () => {
    const step = (sql: string): Promise<string> => outcome(`WITH RECURSIVE r(n) AS (SELECT 1 ${sql}) SELECT * FROM r`);
    expect(await step("UNION SELECT n + 1 FROM r WHERE n < 3")).toBe("UNION_NOT_SUPPORTED_IN_RECURSIVE_CTE");
    expect(await step("UNION ALL SELECT max(n) FROM r")).toBe("INVALID_RECURSIVE_REFERENCE.PLACE");
    expect(await step("UNION ALL SELECT (SELECT max(n) FROM r) FROM r")).toBe("INVALID_RECURSIVE_REFERENCE.PLACE");
    expect(await step("UNION ALL SELECT x FROM (VALUES 1) t(x) LEFT JOIN r ON x = n")).toBe(
      "INVALID_RECURSIVE_REFERENCE.PLACE",
    );
    expect(await step("UNION ALL SELECT n + 1L FROM r WHERE n < 3")).toBe("CANNOT_MERGE_INCOMPATIBLE_DATA_TYPE");
    expect(await step("UNION ALL SELECT n + 1 FROM r LEFT JOIN (VALUES 1) t(x) ON x = n WHERE n < 3")).toBe("1 2 3");
  });
});
