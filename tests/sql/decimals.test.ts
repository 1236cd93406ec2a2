import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { decimal } from "../../src/core/data-type.ts";
import { Shop } from "./harness.ts";

const OUT_OF_RANGE = "NUMERIC_VALUE_OUT_OF_RANGE.WITH_SUGGESTION";

describe("decimal arithmetic that 64 bits do not always hold", () => {
  let shop: Shop;

  beforeAll(async () => {
    shop = await Shop.open();
    await shop.table(
      "money",
      { id: { kind: "int" }, price: decimal(15, 2), rate: decimal(15, 2), wide: decimal(38, 10), big: decimal(38, 2) },
      `VALUES (1, 100.25, 0.05, 1.5, 1), (2, 9999999999999.99, 9999999999999.99, 123456789.0123456789, 2), (3, NULL, 0.10, NULL, 3),
        (4, -9999999999999.99, 0.07, -7, 999999999999999999999999999999999999.99), (5, 0.01, -0.01, 0.0000000001, 5)`,
    );
  });

  afterAll(() => shop.close());

  const value = async (expression: string, rest = ""): Promise<unknown> =>
    Object.values((await shop.rows(`SELECT CAST(${expression} AS STRING) FROM money ${rest}`))[0] ?? {})[0];

  test("a product is exact in each row, whether narrow or wide", async () => {
    const rows = await shop.rows("SELECT CAST(price * (1 - rate) AS STRING) AS x FROM money ORDER BY id");
    expect(rows.map((row) => row["x"])).toEqual([
      "95.2375",
      "-99999999999989800000000000.0101",
      null,
      "-9299999999999.9907",
      "0.0101",
    ]);
  });

  test("sums and averages add what fits and what does not", async () => {
    expect(await value("sum(price * (1 - rate))")).toBe("-99999999999999099999999904.7532");
    expect(await value("sum(price * (1 - rate))", "WHERE id = 2")).toBe("-99999999999989800000000000.0101");
    expect(await value("sum(price * (1 - rate))", "WHERE id = 3")).toBeNull();
    expect(await value("avg(price * (1 - rate))", "WHERE id <> 2")).toBe("-3099999999968.24770000");
    expect(await value("count(price * (1 - rate))")).toBe("4");
    expect(await value("sum(DISTINCT price * rate)", "WHERE id IN (1, 5)")).toBe("5.0124");
    expect(await value("sum(price * rate) FILTER (WHERE id < 2)")).toBe("5.0125");
  });

  test("a product stays exact where others have a part of it", async () => {
    const [row] = await shop.rows(
      "SELECT CAST(price * price AS STRING) AS a, CAST(price * price * rate AS STRING) AS b FROM money WHERE id = 4",
    );
    expect(row).toEqual({ a: "99999999999999800000000000.0001", b: "6999999999999986000000000.000007" });
  });

  test("differences of products are exact", async () => {
    expect(await value("sum(price * rate - price * (1 + rate))")).toBe("-100.2600");
    expect(await value("price * rate - rate * 2", "WHERE id = 2")).toBe("99999999999979800000000000.0201");
  });

  test("a product of more than 38 digits is computed where its value has fewer", async () => {
    expect(await value("price * (1 - rate) * (1 + rate)", "WHERE id = 1")).toBe("99.999375");
    expect(await value("big * rate", "WHERE id = 5")).toBe("-0.0500");
    expect(await value("wide * wide", "WHERE id = 2")).toBe("15241578753238836.750191");
    await expect(value("big * big", "WHERE id = 4")).rejects.toMatchObject({ code: OUT_OF_RANGE });
  });

  test("a quotient is half up, in 128 bits or beyond", async () => {
    expect(await value("wide / wide", "WHERE id = 2")).toBe("1.000000");
    await expect(value("big / 3", "WHERE id = 4")).rejects.toMatchObject({ code: OUT_OF_RANGE });
    expect(await value("price / rate", "WHERE id = 1")).toBe("2005.000000000000000000");
    await expect(value("avg(big)", "WHERE id = 4")).rejects.toMatchObject({ code: OUT_OF_RANGE });
    expect(await value("avg(wide)")).toBe("30864195.87808641975000");
    await expect(value("wide / (rate - rate)", "WHERE id = 1")).rejects.toMatchObject({ code: "DIVIDE_BY_ZERO" });
  });

  test("an operand that can fail, that is random or that is an aggregate may be multiplied", async () => {
    expect(await value("price / rate * rate", "WHERE id = 1")).toBe("100.250000000");
    expect(await value("CAST(rand() AS DECIMAL(15, 2)) * price * 0 + id", "WHERE id = 1")).toMatch(/^1\.0+$/);
    expect(await value("avg(rate) * sum(CAST(rate AS DECIMAL(5, 2)))", "WHERE id <> 2")).toBe("0.01102500");
    expect(await value("price * (SELECT CAST(max(id) AS DECIMAL(10, 2)) FROM money)", "WHERE id = 1")).toBe("501.2500");
  });
});
