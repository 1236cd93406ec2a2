import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { INT, STRING } from "../../src/core/data-type.ts";
import { BoathouseError } from "../../src/core/errors.ts";
import { Shop } from "./harness.ts";

let shop: Shop;

beforeAll(async () => {
  shop = await Shop.open();
  await shop.table("t", { a: INT, b: STRING }, "VALUES (1, 'x')");
});

afterAll(async () => {
  await shop.close();
});

/** What Spark refuses when it analyses, and the text that the error marks. */
const TABLE: readonly (readonly [condition: string, sqlState: string, statement: string])[] = [
  [
    "INVALID_WINDOW_SPEC_FOR_AGGREGATION_FUNC",
    "42601",
    "SELECT listagg(b) WITHIN GROUP (ORDER BY b) OVER (ORDER BY a) FROM t",
  ],
  [
    "UNSUPPORTED_SUBQUERY_EXPRESSION_CATEGORY.CORRELATED_REFERENCE",
    "0A000",
    "SELECT (SELECT corr(NULL, x.a) / count(*) FROM t) FROM t AS x",
  ],
  [
    "UNSUPPORTED_SUBQUERY_EXPRESSION_CATEGORY.CORRELATED_REFERENCE",
    "0A000",
    "SELECT (SELECT first_value(x.a - x.a) OVER (ORDER BY t.b) FROM t LIMIT 1) FROM t AS x",
  ],
  ["DATATYPE_MISMATCH.UNEXPECTED_INPUT_TYPE", "42K09", "SELECT nullifzero(array(a)) FROM t"],
  ["INVALID_USAGE_OF_STAR_OR_REGEX", "42000", "SELECT * x FROM t"],
  ["UNSUPPORTED_FEATURE", "0A000", "WITH x AS (SELECT *) SELECT * FROM x, x AS y"],
  ["DUPLICATED_CTE_NAMES", "42602", "WITH x AS (SELECT 1), x AS (SELECT 2) SELECT * FROM x"],
  ["_LEGACY_ERROR_TEMP_0029", "", "SELECT interval 3 month 1 hour"],
  ["NON_FOLDABLE_ARGUMENT", "42K08", "SELECT * FROM range(0, (SELECT 1))"],
  ["UNEXPECTED_INPUT_TYPE", "42K09", "SELECT * FROM range(array(1))"],
  ["DATATYPE_MISMATCH.NON_FOLDABLE_INPUT", "42K09", "SELECT percentile_cont(a / 2) WITHIN GROUP (ORDER BY a) FROM t"],
  [
    "DATATYPE_MISMATCH.SPECIFIED_WINDOW_FRAME_UNACCEPTED_TYPE",
    "42K09",
    "SELECT sum(a) OVER (ORDER BY b RANGE 1 PRECEDING) FROM t",
  ],
  [
    "DATATYPE_MISMATCH.SPECIFIED_WINDOW_FRAME_UNACCEPTED_TYPE",
    "42K09",
    "SELECT sum(a) OVER (ORDER BY b ROWS interval '1' day PRECEDING) FROM t",
  ],
  [
    "DATATYPE_MISMATCH.RANGE_FRAME_INVALID_TYPE",
    "42K09",
    "SELECT sum(a) OVER (ORDER BY current_timestamp() RANGE 1 PRECEDING) FROM t",
  ],
  [
    "UNSUPPORTED_SUBQUERY_EXPRESSION_CATEGORY.HIGHER_ORDER_FUNCTION",
    "0A000",
    "SELECT filter(array(1), x -> x = (SELECT max(a) FROM t))",
  ],
  ["CAST_OVERFLOW", "22003", "SELECT round(127Y, -99999999999L)"],
  ["WRONG_NUM_ARGS.WITHOUT_SUGGESTION", "42605", "SELECT lag() OVER (ORDER BY a) FROM t"],
  ["UNRESOLVED_COLUMN.WITH_SUGGESTION", "42703", "SELECT sum(a) FROM t GROUP BY b ORDER BY a"],
  ["UNRESOLVED_COLUMN.WITH_SUGGESTION", "42703", "SELECT sum(a) FROM t GROUP BY b HAVING a > 1"],
  ["UNRESOLVED_COLUMN.WITH_SUGGESTION", "42703", "SELECT b, sum(a) FROM t GROUP BY ALL ORDER BY 1 + a"],
  ["PIPE_OPERATOR_CONTAINS_AGGREGATE_FUNCTION", "0A000", "FROM t |> SELECT b, sum(a) + 1"],
  ["PIPE_OPERATOR_CONTAINS_AGGREGATE_FUNCTION", "0A000", "FROM t |> EXTEND sum(a) AS s"],
  ["PIPE_OPERATOR_AGGREGATE_EXPRESSION_CONTAINS_NO_AGGREGATE_FUNCTION", "0A000", "FROM t |> AGGREGATE b GROUP BY b"],
  [
    "UNSUPPORTED_FEATURE.PIPE_OPERATOR_AGGREGATE_UNSUPPORTED_CASE",
    "0A000",
    "FROM t |> AGGREGATE sum(a) GROUP BY ROLLUP(b)",
  ],
  [
    "UNSUPPORTED_FEATURE.PIPE_OPERATOR_AGGREGATE_UNSUPPORTED_CASE",
    "0A000",
    "FROM t |> AGGREGATE sum(a) + grouping(b) GROUP BY b",
  ],
  ["UNSUPPORTED_FEATURE.PIPE_OPERATOR_AGGREGATE_UNSUPPORTED_CASE", "0A000", "FROM t |> AGGREGATE sum(a) GROUP BY ALL"],
  ["INVALID_WHERE_CONDITION", "42903", "FROM t |> WHERE sum(a) = 1"],
];

describe("what Spark refuses", () => {
  it.each(TABLE)("is refused as %s (%s): %s", async (condition, sqlState, statement) => {
    const error: unknown = await shop.rows(statement).then(
      () => undefined,
      (thrown: unknown) => thrown,
    );
    if (!(error instanceof BoathouseError)) throw new TypeError(`not refused: ${String(error)}`);
    // Conditions that Spark has not named yet have no state.
    expect([error.code, error.sqlState ?? ""]).toEqual([condition, sqlState]);
    expect(error.location).toBeDefined();
  });
});
