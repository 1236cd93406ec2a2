import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { Shop } from "./harness.ts";

let shop: Shop;

beforeAll(async () => {
  shop = await Shop.open();
});

afterAll(async () => {
  await shop.close();
});

describe("a calendar interval, scaled", () => {
  it.each([
    ["make_interval(0, 0, 0, 1, 0, 0, 0) / 2", "12 hours"],
    ["make_interval(0, 3, 0, 1, 0, 0, 1) / 2", "1 months 12 hours 0.5 seconds"],
    ["make_interval(0, 1, 0, 1, 0, 0, 0) * 1.5", "1 months 1 days 12 hours"],
    ["3 * make_interval(1, 1, 0, 1, 1, 0, 0)", "3 years 3 months 3 days 3 hours"],
    ["try_divide(make_interval(0, 0, 0, 1, 0, 0, 0), 0)", "NULL"],
    ["try_divide(make_interval(0, 0, 0, 1, 0, 0, 0), 1e-12)", "NULL"],
    ["make_interval(0, 0, 0, 1, 0, 0, 0) / CAST(NULL AS INT)", "NULL"],
  ])("%s is %s", async (sql, text) => {
    expect(await shop.rows(`SELECT coalesce(CAST(${sql} AS STRING), 'NULL') AS v`)).toEqual([{ v: text }]);
  });

  it("is not divided by zero", async () => {
    await expect(shop.rows("SELECT make_interval(0, 0, 0, 1, 0, 0, 0) / 0 AS v")).rejects.toMatchObject({
      code: "INTERVAL_DIVIDED_BY_ZERO",
    });
  });
});
