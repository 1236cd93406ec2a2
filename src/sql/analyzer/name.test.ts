import { describe, expect, it } from "vitest";
import { columnsOf, errorOf, namesOf } from "./analyzer.fixture.ts";

describe("what a name means", () => {
  it("is a column by the longest qualifier that fits, then its fields", () => {
    expect(columnsOf("SELECT people.address.place.zip, main.shop.people.name FROM people")).toEqual([
      "zip: int",
      "name: string",
    ]);
    expect(namesOf("SELECT p.address.street, (address).place.city FROM people p")).toEqual(["street", "city"]);
  });

  it("takes the key of a map as a field, and a qualifier in parentheses as one without", () => {
    expect(columnsOf("SELECT marks.maths FROM people")).toEqual(["maths: int"]);
    expect(columnsOf("SELECT (people).id FROM people")).toEqual(["id: int!"]);
  });

  it("is open where two relations have it, and says where it could come from", () => {
    expect(errorOf("SELECT id FROM orders, people")).toBe("AMBIGUOUS_REFERENCE");
    expect(errorOf("SELECT o.id FROM orders o, people")).toBe("none");
    expect(errorOf("SELECT orders.id FROM orders o")).toBe("UNRESOLVED_COLUMN.WITH_SUGGESTION");
  });

  it("means the same column when a query gives that twice, also through unions and common tables", () => {
    expect(columnsOf("SELECT id FROM (SELECT id, id FROM orders)")).toEqual(["id: int!"]);
    expect(columnsOf("WITH c AS (SELECT id, id FROM orders) SELECT id FROM c")).toEqual(["id: int!"]);
    expect(columnsOf("SELECT id FROM (SELECT id, id FROM orders UNION SELECT 1, 2)")).toEqual(["id: int!"]);
    expect(errorOf("SELECT id FROM (SELECT id, amount AS id FROM orders)")).toBe("AMBIGUOUS_REFERENCE");
  });

  it("in ORDER BY is what SELECT gives, or what FROM gives where SELECT leaves it open", () => {
    expect(errorOf("SELECT 1 AS id, 2 AS id FROM orders ORDER BY id")).toBe("none");
    expect(errorOf("SELECT 1 AS x, 2 AS x FROM orders ORDER BY x")).toBe("AMBIGUOUS_REFERENCE");
  });

  it("in HAVING is a column of FROM, or an item of SELECT where that is not grouped", () => {
    expect(errorOf("SELECT sum(amount) AS total FROM orders GROUP BY customer HAVING total > 1")).toBe("none");
    expect(errorOf("SELECT 2 AS amount FROM orders GROUP BY ALL HAVING amount > 1")).toBe("none");
    expect(errorOf("SELECT 2 AS a, 3 AS a FROM orders GROUP BY id HAVING a > 1")).toBe("AMBIGUOUS_REFERENCE");
  });

  it("may be an alias of an earlier item, but a column goes before it", () => {
    expect(columnsOf("SELECT amount + 1 AS more, more * 2 AS most FROM orders")).toEqual([
      "more: bigint",
      "most: bigint",
    ]);
    expect(columnsOf("SELECT customer AS amount, amount + 1 AS next FROM orders")).toEqual([
      "amount: string",
      "next: bigint",
    ]);
    expect(errorOf("SELECT 1 AS a, 2 AS a, a + 1 FROM orders")).toBe("AMBIGUOUS_LATERAL_COLUMN_ALIAS");
  });

  it("reaches the other side of USING only with its qualifier", () => {
    expect(namesOf("SELECT * FROM orders JOIN people USING (id)")).toEqual([
      "id",
      "customer",
      "amount",
      "name",
      "address",
      "tags",
      "marks",
    ]);
    expect(columnsOf("SELECT id, people.id FROM orders LEFT JOIN people USING (id)")).toEqual(["id: int!", "id: int"]);
  });
});
