import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { array, field, INT, map, STRING, struct } from "../../src/core/data-type.ts";
import { Shop } from "./harness.ts";

let shop: Shop;

const PAIR = struct([field("x", INT), field("y", INT)]);

beforeAll(async () => {
  shop = await Shop.open();
  await shop.table("a", { x: INT, y: INT }, "VALUES (1, 10), (2, 20), (NULL, 30)");
  await shop.table("b", { x: INT, y: INT }, "VALUES (1, 10), (NULL, 99)");
  await shop.table(
    "nested",
    { id: INT, pair: PAIR, list: array(INT), marks: array(map(STRING, INT)) },
    `VALUES (1, {'x': 1, 'y': 5}, [1, 5], [MAP {'a': 1, 'b': 2}]), (2, {'x': NULL, 'y': 7}, [NULL, 7], [MAP {'b': 2, 'a': 1}]),
      (3, {'x': 3, 'y': NULL}, [3, NULL], [MAP {'a': 2}]), (4, NULL, NULL, NULL)`,
  );
});

afterAll(() => shop.close());

/** Rows as text, in order. */
async function rows(text: string): Promise<string[]> {
  return (await shop.rows(text)).map((row) =>
    JSON.stringify(Object.values(row), (_, value: unknown) => (typeof value === "bigint" ? Number(value) : value)),
  );
}

async function sorted(text: string): Promise<string[]> {
  return (await rows(text)).sort();
}

describe("IN of a subquery", () => {
  it("is true or false outside of conditions, never unknown, and NOT IN too", async () => {
    expect(await sorted("SELECT x, x IN (SELECT x FROM b), x NOT IN (SELECT x FROM b) FROM a")).toEqual([
      "[1,true,false]",
      "[2,false,false]",
      "[null,false,false]",
    ]);
    expect(await rows("SELECT x FROM a WHERE (x IN (SELECT x FROM b)) IS NULL")).toEqual([]);
    expect(await sorted("SELECT NOT (x IN (SELECT x FROM b) OR y = 20) FROM a")).toEqual([
      "[false]",
      "[false]",
      "[false]",
    ]);
  });

  it("finds nothing among no rows, and is unknown for a literal NULL", async () => {
    expect(
      await sorted("SELECT x IN (SELECT x FROM b WHERE y < 0), x NOT IN (SELECT x FROM b WHERE y < 0) FROM a"),
    ).toEqual(["[false,true]", "[false,true]", "[false,true]"]);
    expect(await rows("SELECT NULL IN (SELECT x FROM b), NULL IN (SELECT x FROM b WHERE y < 0)")).toEqual([
      "[null,false]",
    ]);
  });

  it("compares several columns, each of which may be null", async () => {
    expect(await sorted("SELECT (x, y) IN (SELECT x, y FROM b), (x, y) NOT IN (SELECT x, y FROM b) FROM a")).toEqual([
      "[false,true]",
      "[false,true]",
      "[true,false]",
    ]);
    expect(await rows("SELECT y FROM a WHERE (x, y) NOT IN (SELECT x, y FROM b) ORDER BY y")).toEqual(["[20]", "[30]"]);
  });
});

describe("subqueries in ON", () => {
  it("are asked of the rows of one side", async () => {
    expect(await sorted("SELECT a.x, b.x FROM a LEFT JOIN b ON a.x = b.x AND a.x IN (SELECT x FROM b)")).toEqual([
      "[1,1]",
      "[2,null]",
      "[null,null]",
    ]);
    expect(await sorted("SELECT a.x, b.y FROM a FULL JOIN b ON a.x = (SELECT max(x) FROM b) AND b.x = a.x")).toEqual([
      "[1,10]",
      "[2,null]",
      "[null,99]",
      "[null,null]",
    ]);
    expect(await sorted("SELECT a.x, b.x FROM a LEFT JOIN b ON a.x NOT IN (SELECT x FROM b WHERE y < 50)")).toEqual([
      "[1,null]",
      "[2,1]",
      "[2,null]",
      "[null,1]",
      "[null,null]",
    ]);
  });

  it("of outer and semi joins inside a correlated subquery may use the query around", async () => {
    const left = "SELECT sum(u.y + coalesce(v.y, 0)) FROM a u LEFT JOIN b v ON u.x = v.x AND v.y <= t.y";
    expect(await sorted(`SELECT t.x, (${left}) FROM a t`)).toEqual(["[1,70]", "[2,70]", "[null,70]"]);
    const semi = "SELECT count(*) FROM a u LEFT SEMI JOIN b v ON u.x = v.x AND v.y < t.y";
    expect(await sorted(`SELECT t.x, (${semi}) FROM a t`)).toEqual(["[1,0]", "[2,1]", "[null,1]"]);
  });
});

describe("a subquery of HAVING", () => {
  it("uses aggregates of the query around it", async () => {
    expect(
      await rows("SELECT y FROM a GROUP BY y HAVING EXISTS (SELECT 1 FROM b WHERE b.y > max(a.y) * 4) ORDER BY y"),
    ).toEqual(["[10]", "[20]"]);
  });
});

describe("nulls inside values", () => {
  it("come before everything in ORDER BY, min, max and comparisons", async () => {
    expect(await rows("SELECT id FROM nested ORDER BY pair")).toEqual(["[4]", "[2]", "[1]", "[3]"]);
    expect(await rows("SELECT id FROM nested ORDER BY list DESC")).toEqual(["[3]", "[1]", "[2]", "[4]"]);
    expect(await rows("SELECT max(pair).x, min(list)[1], max_by(id, pair), min_by(id, list) FROM nested")).toEqual([
      "[3,7,3,2]",
    ]);
    expect(await rows("SELECT id FROM nested WHERE pair < named_struct('x', 1, 'y', 1)")).toEqual(["[2]"]);
    expect(await rows("SELECT sort_array(collect_list(pair.x)), array_max(collect_list(list))[0] FROM nested")).toEqual(
      ["[[1,3],3]"],
    );
  });

  it("leave maps inside them comparable for GROUP BY", async () => {
    expect(await sorted("SELECT count(*) FROM nested GROUP BY marks")).toEqual(["[1]", "[1]", "[2]"]);
  });
});

describe("grouping sets", () => {
  it("give null for a key that is in none of them", async () => {
    expect(
      await rows("SELECT x, y, grouping_id(), count(*) FROM b GROUP BY x, y GROUPING SETS ((y)) ORDER BY y"),
    ).toEqual(["[null,10,2,1]", "[null,99,2,1]"]);
  });
});

describe("WITH before a change", () => {
  it("is known in the whole statement", async () => {
    const update = shop.change(
      "WITH c AS (SELECT 1 AS k, 7 AS v) UPDATE a SET y = (SELECT v FROM c) WHERE x IN (SELECT k FROM c)",
    );
    if (update.kind === "insert") throw new TypeError();
    const changed = await shop.run(update.changes, update.scans);
    expect(changed.map((row) => [row["x"], row["y"]])).toEqual([[1, 7]]);
    const merge = shop.change("WITH c AS (SELECT 2 AS k) MERGE INTO a USING c ON a.x = c.k WHEN MATCHED THEN DELETE");
    if (merge.kind === "insert") throw new TypeError();
    expect(await shop.run(merge.changes, merge.scans)).toHaveLength(1);
  });
});
