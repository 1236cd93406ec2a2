import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { array, DATE, decimal, INT, STRING } from "../../src/core/data-type.ts";
import { Shop } from "./harness.ts";

let shop: Shop;

beforeAll(async () => {
  shop = await Shop.open();
  const orders = { id: INT, customer: STRING, price: decimal(10, 2), day: DATE, tags: array(STRING) };
  await shop.table("orders", orders, "VALUES (1, 'ann', 10.00, DATE '2024-01-01', ['a'])");
  await shop.table("people", { name: STRING, email: STRING, id: INT }, "VALUES ('ann', 'a@x', 1)");
  shop.view("spenders", "SELECT customer AS who, sum(price) AS spent FROM orders GROUP BY customer", {
    who: STRING,
    spent: decimal(20, 2),
  });
});

afterAll(() => shop.close());

/** How many conditions each scan may skip files by, by its relation. */
function conjuncts(text: string): Record<string, number> {
  return Object.fromEntries(
    shop.analyze(text).scans.map((scan) => [scan.relation.name.at(-1) ?? "", scan.conjuncts.length]),
  );
}

function used(text: string): Record<string, readonly string[]> {
  return Object.fromEntries(shop.analyze(text).scans.map((scan) => [scan.relation.name.at(-1) ?? "", scan.used]));
}

function lineage(text: string): string[] {
  return shop.analyze(text).lineage.map((sources) =>
    sources
      .map(({ relation, column }) => `${relation.at(-1) ?? ""}.${column}`)
      .sort()
      .join("+"),
  );
}

describe("conditions that skip files", () => {
  it.each([
    ["of WHERE", "SELECT * FROM orders WHERE id = 1 AND price > 2", { orders: 2 }],
    [
      "of both sides of an inner join",
      "SELECT * FROM orders o JOIN people p ON o.id = 1 AND p.id = 2",
      { orders: 1, people: 1 },
    ],
    [
      "of the kept side in WHERE",
      "SELECT * FROM orders o LEFT JOIN people p ON o.id = p.id WHERE o.id = 1",
      { orders: 1, people: 0 },
    ],
    [
      "not of the kept side in ON",
      "SELECT * FROM orders o LEFT JOIN people p ON o.id = p.id AND o.id = 1",
      { orders: 0, people: 0 },
    ],
    [
      "of the other side in ON",
      "SELECT * FROM orders o LEFT JOIN people p ON o.id = p.id AND p.id = 1",
      { orders: 0, people: 1 },
    ],
    [
      "not of the other side in WHERE",
      "SELECT * FROM orders o LEFT JOIN people p ON o.id = p.id WHERE p.id IS NULL",
      { orders: 0, people: 0 },
    ],
    [
      "of neither side of a full join",
      "SELECT * FROM orders o FULL JOIN people p ON o.id = p.id WHERE o.id = 1 AND p.id = 1",
      { orders: 0, people: 0 },
    ],
    [
      "not across a window",
      "SELECT * FROM (SELECT id, row_number() OVER (ORDER BY day) AS n FROM orders) WHERE id = 1",
      { orders: 0 },
    ],
    [
      "across a window by the keys of its partitions",
      "SELECT * FROM (SELECT customer, row_number() OVER (PARTITION BY customer ORDER BY day) AS n FROM orders) WHERE customer = 'ann'",
      { orders: 1 },
    ],
    ["not across LIMIT", "SELECT * FROM (SELECT id FROM orders LIMIT 1) WHERE id = 1", { orders: 0 }],
    [
      "not of what is aggregated",
      "SELECT customer, max(id) AS m FROM orders GROUP BY customer HAVING m = 1",
      { orders: 0 },
    ],
    [
      "not of OR over two tables",
      "SELECT * FROM orders o JOIN people p ON o.id = 1 OR p.id = 1",
      { orders: 0, people: 0 },
    ],
    ["not of what differs each time", "SELECT * FROM orders WHERE price > rand()", { orders: 0 }],
  ])("%s", (_, text, expected) => {
    expect(conjuncts(text)).toEqual(expected);
  });
});

describe("columns read", () => {
  it.each([
    ["through views", "SELECT who FROM spenders", { orders: ["customer"] }],
    [
      "through common tables",
      "WITH t AS (SELECT * FROM orders) SELECT id FROM t WHERE price > 1",
      { orders: ["id", "price"] },
    ],
    [
      "by EXISTS",
      "SELECT name FROM people p WHERE EXISTS (SELECT * FROM orders o WHERE o.customer = p.name)",
      { people: ["name"], orders: ["customer"] },
    ],
    ["by count(*)", "SELECT count(*) FROM orders", { orders: [] }],
  ])("%s", (_, text, expected) => {
    expect(used(text)).toEqual(expected);
  });
});

describe("lineage", () => {
  it.each([
    ["arithmetic", "SELECT id + price AS x FROM orders", ["orders.id+orders.price"]],
    ["a view", "SELECT spent, who FROM spenders", ["orders.price", "orders.customer"]],
    [
      "a common table and a star with EXCEPT",
      "WITH t AS (SELECT * EXCEPT (tags, day, price) FROM orders) SELECT * FROM t",
      ["orders.id", "orders.customer"],
    ],
    ["a generator", "SELECT explode(tags) AS tag FROM orders", ["orders.tags"]],
    ["a lambda", "SELECT transform(tags, t -> concat(t, customer)) AS x FROM orders", ["orders.customer+orders.tags"]],
    ["a union", "SELECT name FROM people UNION ALL SELECT customer FROM orders", ["orders.customer+people.name"]],
    ["a scalar subquery", "SELECT (SELECT max(price) FROM orders) AS best FROM people", ["orders.price"]],
    ["a window", "SELECT sum(price) OVER (PARTITION BY customer) AS s FROM orders", ["orders.customer+orders.price"]],
    ["a constant", "SELECT 1 AS one FROM orders", [""]],
  ])("of %s", (_, text, expected) => {
    expect(lineage(text)).toEqual(expected);
  });
});

describe("names", () => {
  it.each([
    ["AMBIGUOUS_REFERENCE", "SELECT id FROM orders o JOIN people p ON o.id = p.id"],
    ["UNRESOLVED_COLUMN.WITH_SUGGESTION", "SELECT custmer FROM orders"],
    ["UNRESOLVED_COLUMN.WITH_SUGGESTION", "SELECT orders.id FROM orders o"],
    ["TABLE_OR_VIEW_NOT_FOUND", "SELECT * FROM ordrs"],
    ["MISSING_AGGREGATION", "SELECT id, count(*) FROM orders GROUP BY customer"],
    ["UNRESOLVED_ROUTINE", "SELECT uper(customer) FROM orders"],
  ])("%s: %s", (code, text) => {
    expect(() => shop.analyze(text)).toThrow(expect.objectContaining({ code }));
  });

  it.each([
    [
      "once for both sides of USING",
      "SELECT * FROM orders JOIN people USING (id)",
      "id,customer,price,day,tags,name,email",
    ],
    ["of a lateral alias after a column of the same name", "SELECT id AS price, price AS p FROM orders", "price,p"],
    [
      "automatic ones",
      "SELECT -id, id % 2, price BETWEEN 1 AND 2, customer LIKE 'a%', NOT (id = 1), id IS NULL, tags[0] FROM orders",
      "(- id),(id % 2),between(price, 1, 2),customer LIKE a%,(NOT (id = 1)),(id IS NULL),tags[0]",
    ],
  ])("%s", (_, text, expected) => {
    expect(
      shop
        .analyze(text)
        .schema.fields.map((each) => each.name)
        .join(","),
    ).toBe(expected);
  });
});
