import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { array, BOOLEAN, DATE, decimal, field, INT, map, STRING, struct } from "../../src/core/data-type.ts";
import { Shop } from "./harness.ts";

let shop: Shop;

beforeAll(async () => {
  shop = await Shop.open();
  const address = struct([field("city", STRING), field("zip", STRING)]);
  const orders = {
    id: INT,
    customer: STRING,
    price: decimal(10, 2),
    day: DATE,
    tags: array(STRING),
    marks: map(STRING, INT),
    address,
  };
  await shop.table("orders", orders, "SELECT NULL, NULL, NULL, NULL, NULL, NULL, NULL WHERE false");
  await shop.table("people", { name: STRING, email: STRING, id: INT }, "SELECT NULL, NULL, NULL WHERE false");
  await shop.table("totals", { who: STRING, total: decimal(20, 2), n: INT }, "SELECT NULL, NULL, NULL WHERE false");
  shop.view("spenders", "SELECT customer AS who, sum(price) AS spent FROM orders GROUP BY customer", {
    who: STRING,
    spent: decimal(20, 2),
  });
  shop.function("initial", { x: STRING, y: STRING }, "left(x, 1) || y", STRING);
  const hide = shop.function("hide", { v: STRING, owner: INT }, "CASE WHEN owner = 1 THEN v ELSE 'x' END", STRING);
  await shop.table("masked", { email: STRING, owner: INT, open: BOOLEAN }, "SELECT NULL, NULL, NULL WHERE false", {
    columnMasks: new Map([["email", { function: hide, arguments: [{ column: "owner" }] }]]),
  });
});

afterAll(() => shop.close());

interface Source {
  readonly relation: readonly string[];
  readonly column: string;
}

function shown(sources: readonly Source[]): string {
  return sources
    .map(({ relation, column }) => `${relation.at(-1) ?? ""}.${column}`)
    .toSorted()
    .join("+");
}

describe("the lineage of a query's columns", () => {
  it.each<[what: string, text: string, expected: Record<string, string>]>([
    ["a field of a struct", "SELECT address.city AS c FROM orders", { c: "orders.address" }],
    [
      "the sides of a join",
      "SELECT o.*, email FROM (SELECT id, price FROM orders) o JOIN people USING (id)",
      { id: "orders.id", price: "orders.price", email: "people.email" },
    ],
    ["the key of a full join", "SELECT id FROM orders FULL JOIN people USING (id)", { id: "orders.id+people.id" }],
    [
      "a star without some columns",
      "SELECT * EXCEPT (tags, marks, address, day) FROM orders",
      { id: "orders.id", customer: "orders.customer", price: "orders.price" },
    ],
    [
      "common tables over common tables",
      "WITH a AS (SELECT id, price * 2 AS p FROM orders), b AS (SELECT p + id AS q FROM a) SELECT q FROM b",
      { q: "orders.id+orders.price" },
    ],
    [
      "a recursive common table",
      "WITH RECURSIVE r(n, who) AS (SELECT id, name FROM people UNION ALL SELECT n + 1, who FROM r WHERE n < 9) SELECT * FROM r",
      { n: "people.id", who: "people.name" },
    ],
    [
      "PIVOT",
      "SELECT * FROM (SELECT customer, id, price FROM orders) PIVOT (sum(price) AS s FOR id IN (1, 2))",
      { customer: "orders.customer", 1: "orders.id+orders.price", 2: "orders.id+orders.price" },
    ],
    [
      "UNPIVOT",
      "SELECT * FROM (SELECT id, name, email FROM people) UNPIVOT (v FOR k IN (name, email))",
      { id: "people.id", k: "", v: "people.email+people.name" },
    ],
    [
      "a generator in the SELECT list",
      "SELECT explode(marks) FROM orders",
      { key: "orders.marks", value: "orders.marks" },
    ],
    [
      "LATERAL VIEW",
      "SELECT id, pos, tag FROM orders LATERAL VIEW posexplode(tags) t AS pos, tag",
      { id: "orders.id", pos: "orders.tags", tag: "orders.tags" },
    ],
    [
      "a lateral table function",
      "SELECT id, col FROM orders, LATERAL explode(tags)",
      { id: "orders.id", col: "orders.tags" },
    ],
    [
      "a lambda over another column",
      "SELECT aggregate(tags, '', (acc, t) -> acc || t || customer) AS x FROM orders",
      { x: "orders.customer+orders.tags" },
    ],
    [
      "a lateral subquery",
      "SELECT name, best FROM people p, LATERAL (SELECT max(price) AS best FROM orders o WHERE o.customer = p.name)",
      { name: "people.name", best: "orders.price" },
    ],
    [
      "a correlated scalar subquery",
      "SELECT (SELECT max(o.price) FROM orders o WHERE o.customer = p.name) AS best FROM people p",
      { best: "orders.price" },
    ],
    [
      "pipe syntax",
      "FROM orders |> EXTEND price * 2 AS twice |> AGGREGATE sum(twice) AS s GROUP BY customer |> WHERE s > 1",
      { customer: "orders.customer", s: "orders.price" },
    ],
    [
      "aliases used in the same list",
      "SELECT price + 1 AS a, a * id AS b FROM orders",
      { a: "orders.price", b: "orders.id+orders.price" },
    ],
    [
      "grouping by aliases and positions",
      "SELECT upper(customer) AS c, max(price) AS m FROM orders GROUP BY 1 HAVING m > 1 ORDER BY m",
      { c: "orders.customer", m: "orders.price" },
    ],
    [
      "set operations",
      "SELECT name FROM people EXCEPT SELECT customer FROM orders",
      { name: "orders.customer+people.name" },
    ],
    ["a view", "SELECT * FROM spenders", { who: "orders.customer", spent: "orders.price" }],
    ["a SQL function", "SELECT initial(name, email) AS i FROM people", { i: "people.email+people.name" }],
    ["a masked column", "SELECT email FROM masked", { email: "masked.email+masked.owner" }],
    ["inline tables", "SELECT a FROM VALUES (1), (2) AS t(a)", { a: "" }],
  ])("goes through %s", (_, text, expected) => {
    const { schema, lineage } = shop.analyze(text);
    expect(Object.fromEntries(schema.fields.map((each, index) => [each.name, shown(lineage[index] ?? [])]))).toEqual(
      expected,
    );
  });
});

describe("the lineage of a change", () => {
  it.each<[what: string, text: string, expected: Record<string, string>]>([
    [
      "INSERT by position",
      "INSERT INTO totals SELECT customer, sum(price), count(*) FROM orders GROUP BY customer",
      { who: "orders.customer", total: "orders.price" },
    ],
    [
      "INSERT BY NAME",
      "INSERT INTO totals BY NAME SELECT id AS n, name AS who FROM people",
      { n: "people.id", who: "people.name" },
    ],
    [
      "INSERT of some columns",
      "INSERT INTO totals (n, who) SELECT id, name FROM people",
      { n: "people.id", who: "people.name" },
    ],
    ["INSERT of values", "INSERT INTO totals VALUES ('a', 1, 1)", {}],
    [
      "UPDATE",
      "UPDATE totals SET total = total + n, who = (SELECT max(name) FROM people)",
      { total: "totals.n", who: "people.name" },
    ],
    ["DELETE", "DELETE FROM totals WHERE who IN (SELECT name FROM people)", {}],
    [
      "MERGE with every kind of clause",
      `MERGE INTO totals t USING (SELECT name, id AS k, email FROM people) s ON t.who = s.name
       WHEN MATCHED AND s.k > 1 THEN UPDATE SET total = s.k
       WHEN MATCHED THEN DELETE
       WHEN NOT MATCHED THEN INSERT (who, n) VALUES (s.name || s.email, s.k)
       WHEN NOT MATCHED BY SOURCE THEN UPDATE SET n = total`,
      { who: "people.email+people.name", total: "people.id", n: "people.id+totals.total" },
    ],
    [
      "MERGE with stars",
      `MERGE INTO totals t USING (SELECT customer AS who, price AS total, id AS n FROM orders) s ON t.who = s.who
       WHEN MATCHED THEN UPDATE SET * WHEN NOT MATCHED THEN INSERT *`,
      { who: "orders.customer", total: "orders.price", n: "orders.id" },
    ],
  ])("is known of %s", (_, text, expected) => {
    const { lineage } = shop.change(text);
    expect(Object.fromEntries(lineage.map(({ column, sources }) => [column, shown(sources)]))).toEqual(expected);
  });
});
