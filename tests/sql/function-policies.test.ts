import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { describeError } from "../../src/core/diagnostic.ts";
import { Shop } from "./harness.ts";

let shop: Shop;

beforeAll(async () => {
  shop = await Shop.open();
});

afterAll(() => shop.close());

async function first(query: string, settings: ReadonlyMap<string, string> = new Map()): Promise<unknown> {
  const [row] = await shop.rows(query, { settings });
  return Object.values(row ?? {})[0];
}

describe("a map with a key that comes again", () => {
  const lastWins = new Map([["spark.sql.mapkeydeduppolicy", "last_win"]]);

  it.each([
    ["map(1, 'a', 2, 'b', 1, 'c')", '{"1":"c","2":"b"}'],
    ["map_concat(map(1, 'a', 2, 'b'), map(2, 'c', 3, 'd'))", '{"1":"a","2":"c","3":"d"}'],
    ["map_from_arrays(array(1, 1), array('a', null))", '{"1":null}'],
    ["str_to_map('a:1,a:2')", '{"a":"2"}'],
  ])("%s keeps the last value where the session says so", async (expression, expected) => {
    expect(await first(`SELECT to_json(${expression})`, lastWins)).toBe(expected);
    const error: unknown = await first(`SELECT ${expression}`).catch((thrown: unknown) => thrown);
    expect(describeError(error)).toContain("DUPLICATED_MAP_KEY");
  });
});

describe("histogram_numeric", () => {
  it("gives each value its own bin while there are enough", async () => {
    expect(await first("SELECT to_json(histogram_numeric(c, 2)) FROM VALUES (2), (1), (2), (NULL) AS t(c)")).toBe(
      '[{"x":1,"y":1.0},{"x":2,"y":2.0}]',
    );
    expect(await first("SELECT histogram_numeric(c, 2) FROM VALUES (CAST(NULL AS INT)) AS t(c)")).toBeNull();
  });

  it("is refused beyond, where Spark's result hangs on the order of its rows", async () => {
    const error: unknown = await first("SELECT histogram_numeric(c, 2) FROM VALUES (2), (1), (3) AS t(c)").catch(
      (thrown: unknown) => thrown,
    );
    expect(describeError(error)).toContain("UNSUPPORTED_FEATURE.FUNCTION");
  });
});

describe("a number format with two signs", () => {
  it.each([
    ["to_number('<-$12,345.67>', 'S$999,099.99PR')", "12345.67"],
    ["to_number('-$123,456.32+', 'MI$999,999.99S')", "-123456.32"],
    ["to_number('-$123,456.32-', 'MI$999,999.99S')", "123456.32"],
  ])("%s is %s", async (expression, expected) => {
    expect(await first(`SELECT CAST(${expression} AS STRING)`)).toBe(expected);
  });
});
