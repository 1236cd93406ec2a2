import { describe, expect, it } from "vitest";
import { columnsOf, errorOf, namesOf } from "./analyzer.fixture.ts";

describe("a subquery", () => {
  it("is named by the outer columns that it uses, from the top down and as often as it does", () => {
    const where = "WHERE p.id = o.id AND p.id < o.amount AND p.id <> o.id";
    expect(namesOf(`SELECT (SELECT max(p.id) FROM people p ${where}) FROM orders o`)).toEqual([
      "scalarsubquery(id, amount, id)",
    ]);
    expect(
      namesOf(
        "SELECT EXISTS (SELECT 1 FROM (SELECT * FROM people p WHERE p.id = o.id) q WHERE q.id < o.amount) FROM orders o",
      ),
    ).toEqual(["exists(amount, id)"]);
    expect(namesOf("SELECT id IN (SELECT id FROM people p WHERE p.name = customer) FROM orders")).toEqual([
      "(id IN (listquery(customer)))",
    ]);
  });

  it("shows outer columns with their qualifiers in the names of its own", () => {
    expect(columnsOf("SELECT s.* FROM orders o, LATERAL (SELECT o.id + 1, amount, name FROM people) s")).toEqual([
      "(outer(o.id) + 1): int!",
      "amount: bigint",
      "name: string",
    ]);
    expect(namesOf("SELECT s.* FROM orders, LATERAL (SELECT id + 1) s")).toEqual(["(outer(main.shop.orders.id) + 1)"]);
  });

  it("that is a value may be null, has one column, and is not null where it only asks whether there are rows", () => {
    expect(columnsOf("SELECT (SELECT 1) AS a, EXISTS (SELECT 1) AS b")).toEqual(["a: int", "b: boolean!"]);
    expect(errorOf("SELECT (SELECT 1, 2)")).toBe(
      "INVALID_SUBQUERY_EXPRESSION.SCALAR_SUBQUERY_RETURN_MORE_THAN_ONE_OUTPUT_COLUMN",
    );
  });

  it("of HAVING may use aggregates of the query around it, in WHERE too", () => {
    const having = (condition: string): string =>
      `SELECT customer FROM orders GROUP BY customer HAVING EXISTS (SELECT 1 FROM people WHERE ${condition})`;
    expect(errorOf(having("people.id < max(amount)"))).toBe("none");
    expect(errorOf(having("people.id < max(people.id)"))).toBe("INVALID_WHERE_CONDITION");
    expect(errorOf("SELECT (SELECT 1 FROM people WHERE people.id < max(amount)) FROM orders")).toBe(
      "INVALID_WHERE_CONDITION",
    );
  });

  it("can be what rows are grouped by", () => {
    const asked = "EXISTS (SELECT 1 FROM people WHERE people.id = orders.id)";
    expect(errorOf(`SELECT ${asked}, count(*) FROM orders GROUP BY ${asked}`)).toBe("none");
    expect(errorOf(`SELECT ${asked}, count(*) FROM orders GROUP BY customer`)).toBe("MISSING_AGGREGATION");
  });

  it("in the ON of an outer join uses one side only", () => {
    const on = (value: string): string =>
      `SELECT 1 FROM orders o LEFT JOIN people p ON o.id = p.id AND ${value} IN (SELECT id FROM orders)`;
    expect(errorOf(on("o.id"))).toBe("none");
    expect(errorOf(on("o.id + p.id"))).toBe(
      "UNSUPPORTED_SUBQUERY_EXPRESSION_CATEGORY.UNSUPPORTED_CORRELATED_EXPRESSION_IN_JOIN_CONDITION",
    );
  });
});
