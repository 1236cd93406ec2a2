import { describe, expect, it } from "vitest";
import { columnsOf, errorOf, namesOf } from "./analyzer.fixture.ts";

describe("groups", () => {
  it("are columns, aliases, positions or whole expressions, which SELECT may use again", () => {
    expect(columnsOf("SELECT upper(customer) AS c, count(*) FROM orders GROUP BY c")).toEqual([
      "c: string",
      "count(1): bigint!",
    ]);
    expect(errorOf("SELECT id + amount, sum(id) FROM orders GROUP BY amount + id")).toBe("none");
    expect(errorOf("SELECT id, count(*) FROM orders GROUP BY 1")).toBe("none");
    expect(errorOf("SELECT id, amount FROM orders GROUP BY id")).toBe("MISSING_AGGREGATION");
  });

  it("take a number for a position unless the setting says that it is a constant", () => {
    expect(errorOf("SELECT count(*) FROM orders GROUP BY 7")).toBe("GROUP_BY_POS_OUT_OF_RANGE");
    expect(errorOf("SELECT count(*) FROM orders GROUP BY 7", { "spark.sql.groupbyordinal": "false" })).toBe("none");
    expect(errorOf("SELECT id FROM orders ORDER BY 7")).toBe("ORDER_BY_POS_OUT_OF_RANGE");
    expect(errorOf("SELECT id FROM orders ORDER BY 7", { "spark.sql.orderbyordinal": "false" })).toBe("none");
  });

  it("of several sets may be null", () => {
    expect(columnsOf("SELECT id, grouping(id) AS g FROM orders GROUP BY ROLLUP (id)")).toEqual([
      "id: int",
      "g: tinyint!",
    ]);
    expect(errorOf("SELECT grouping(id) FROM orders GROUP BY id")).toBe("UNSUPPORTED_GROUPING_EXPRESSION");
  });

  it("ALL are the items without aggregates", () => {
    expect(errorOf("SELECT customer, id + 1, sum(amount) FROM orders GROUP BY ALL")).toBe("none");
    expect(errorOf("SELECT customer, id + sum(amount) FROM orders GROUP BY ALL")).toBe("UNRESOLVED_ALL_IN_GROUP_BY");
  });

  it("are one where there are aggregates and no GROUP BY", () => {
    expect(columnsOf("SELECT count(*), max(id) FROM orders")).toEqual(["count(1): bigint!", "max(id): int"]);
    expect(errorOf("SELECT id, count(*) FROM orders")).toBe("MISSING_GROUP_BY");
  });
});

describe("pipes", () => {
  it("keep the qualifiers of columns that they pass on, and what a join hides", () => {
    expect(namesOf("FROM orders o |> EXTEND amount + 1 AS more |> WHERE o.id > 1 |> SELECT o.amount, more")).toEqual([
      "amount",
      "more",
    ]);
    expect(namesOf("FROM orders o JOIN people p USING (id) |> EXTEND 1 AS one |> SELECT o.id, p.id, one")).toEqual([
      "id",
      "id",
      "one",
    ]);
    expect(errorOf("FROM orders |> SET amount = 5 |> SELECT orders.amount")).toBe("UNRESOLVED_COLUMN.WITH_SUGGESTION");
    expect(errorOf("FROM orders |> DROP amount |> WHERE amount = 1")).toBe("UNRESOLVED_COLUMN.WITH_SUGGESTION");
  });
});
