import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { Shop } from "./harness.ts";

let shop: Shop;
beforeAll(async () => {
  shop = await Shop.open();
});
afterAll(async () => {
  await shop.close();
});

async function value(expression: string, from = ""): Promise<unknown> {
  const [row] = await shop.rows(`SELECT ${expression} AS v ${from}`);
  return row?.["v"];
}

describe("HLL sketches in SQL", () => {
  it("count the different values of a column, no nulls and no empty texts", async () => {
    const from = "FROM VALUES ('a'), (''), (NULL), ('b'), ('a') AS t(c)";
    expect(await value("hll_sketch_estimate(hll_sketch_agg(c))", from)).toBe(2n);
    expect(await value("hex(hll_sketch_agg(c))", "FROM VALUES ('a'), ('') AS t(c)")).toBe(
      "0201070C030001082F823B0400000000000000000000000000000000000000000000000000000000",
    );
  });

  it("unite in an aggregate and group by group", async () => {
    const rows = await shop.rows(
      "SELECT g, hll_sketch_estimate(hll_union_agg(s)) AS n FROM (SELECT c % 2 AS g, hll_sketch_agg(c) AS s FROM VALUES (1), (2), (3), (3) AS t(c) GROUP BY c % 2) GROUP BY g ORDER BY g",
    );
    expect(rows.map((row) => row["n"])).toEqual([1n, 2n]);
  });

  it("refuse sizes and bytes that are none", async () => {
    await expect(value("hll_sketch_agg(1, 2)")).rejects.toMatchObject({ code: "HLL_INVALID_LG_K" });
    await expect(value("hll_sketch_estimate(X'00')")).rejects.toMatchObject({
      code: "HLL_INVALID_INPUT_SKETCH_BUFFER",
    });
    await expect(value("hll_union(hll_sketch_agg(1, 4), hll_sketch_agg(1, 5))")).rejects.toMatchObject({
      code: "HLL_UNION_DIFFERENT_LG_K",
    });
    await expect(value("hll_sketch_agg(1.5D)")).rejects.toMatchObject({
      code: "DATATYPE_MISMATCH.UNEXPECTED_INPUT_TYPE",
    });
  });
});

describe("theta sketches in SQL", () => {
  it("hash every type that Spark hashes, as it does", async () => {
    expect(await value("hex(theta_sketch_agg(c))", "FROM VALUES (1.5D), (0D), (-0D), (double('nan')) t(c)")).toBe(
      "0104033D011ACC930354422226B2F4C7A93C47D257EDAA0721963A75709855A8",
    );
    expect(await value("hex(theta_sketch_agg(c))", "FROM VALUES (array(1, 2)), (array()) t(c)")).toBe(
      "01030300003ACC93F9E7651C9BE3D926",
    );
    expect(await value("hex(theta_sketch_agg(c))", "FROM VALUES (X'01'), (X'') t(c)")).toBe(
      "01030300003ACC93649F00331E40E803",
    );
  });

  it("unite and intersect in aggregates", async () => {
    const from =
      "FROM (SELECT theta_sketch_agg(id) AS a FROM range(3) UNION ALL SELECT theta_sketch_agg(id + 1) FROM range(4))";
    expect(await value("theta_sketch_estimate(theta_union_agg(a))", from)).toBe(5n);
    expect(await value("theta_sketch_estimate(theta_intersection_agg(a))", from)).toBe(2n);
    expect(await value("theta_sketch_estimate(theta_difference(theta_sketch_agg(1), theta_sketch_agg(2)))")).toBe(1n);
  });

  it("refuse sizes and bytes that are none", async () => {
    await expect(value("theta_sketch_agg(1, 27)")).rejects.toMatchObject({ code: "THETA_INVALID_LG_NOM_ENTRIES" });
    await expect(value("theta_union(X'00', X'00')")).rejects.toMatchObject({
      code: "THETA_INVALID_INPUT_SKETCH_BUFFER",
    });
  });
});

describe("KLL sketches in SQL", () => {
  it("answer exactly while they keep every value", async () => {
    const from = "FROM VALUES (3), (1), (2), (2) AS t(c)";
    expect(await value("kll_sketch_get_quantile_bigint(kll_sketch_agg_bigint(c), array(0, 0.5, 1))", from)).toEqual([
      1n,
      2n,
      3n,
    ]);
    expect(await value("kll_sketch_get_rank_bigint(kll_sketch_agg_bigint(c), 2)", from)).toBe(0.75);
    expect(await value("kll_sketch_get_n_bigint(kll_sketch_agg_bigint(c))", from)).toBe(4n);
  });

  it("merge in aggregates", async () => {
    const from =
      "FROM (SELECT kll_sketch_agg_bigint(c) AS a FROM VALUES (3), (1) AS t(c) UNION ALL SELECT kll_sketch_agg_bigint(c, 50) FROM VALUES (5), (4) AS t(c))";
    expect(await value("hex(kll_merge_agg_bigint(a, 100))", from)).toBe(
      "05010F006400080004000000000000006400010060000000010000000000000005000000000000000300000000000000010000000000000005000000000000000400000000000000",
    );
  });

  it("are refused beyond k values, where Spark's are random", async () => {
    await expect(value("kll_sketch_agg_bigint(id, 8)", "FROM range(9)")).rejects.toMatchObject({
      code: "UNSUPPORTED_FEATURE.FUNCTION",
    });
    await expect(value("kll_sketch_get_quantile_bigint(kll_sketch_agg_bigint(1), 2)")).rejects.toMatchObject({
      code: "KLL_SKETCH_INVALID_QUANTILE_RANGE",
    });
  });
});

describe("tuple sketches in SQL", () => {
  const from = "FROM VALUES (1, 5, 4), (1, 1, 4), (2, 2, 1), (NULL, 9, 9) AS t(k, v, o)";

  it("sum what a key carries", async () => {
    const sketch = "tuple_sketch_agg_integer(k, v)";
    expect(await value(`tuple_sketch_summary_integer(${sketch})`, from)).toBe(8n);
    expect(await value(`tuple_sketch_summary_integer(${sketch}, 'MAX')`, from)).toBe(6n);
    expect(
      await value(
        `tuple_sketch_estimate_integer(tuple_difference_theta_integer(${sketch}, theta_sketch_agg(o)))`,
        from,
      ),
    ).toBe(1);
  });

  it("unite in aggregates by a mode", async () => {
    const two = "FROM (SELECT tuple_sketch_agg_double(1, 5D) AS s UNION ALL SELECT tuple_sketch_agg_double(1, 3D))";
    expect(await value("tuple_sketch_summary_double(tuple_union_agg_double(s, 12, 'min'))", two)).toBe(3);
    expect(await value("tuple_sketch_summary_double(tuple_intersection_agg_double(s))", two)).toBe(8);
  });

  it("refuse sizes, modes and bytes that are none", async () => {
    const hint = { code: "DATATYPE_MISMATCH.TYPE_CHECK_FAILURE_WITH_HINT" };
    await expect(value("tuple_sketch_agg_double(1, 1D, 3)")).rejects.toMatchObject(hint);
    await expect(value("tuple_sketch_agg_double(1, 1D, 12, 'mean')")).rejects.toMatchObject(hint);
    await expect(value("tuple_sketch_theta_double(X'00')")).rejects.toMatchObject({
      code: "TUPLE_INVALID_INPUT_SKETCH_BUFFER",
    });
  });
});

describe("approx_top_k", () => {
  it("gives items of the same frequency in the order of DataSketches, and nulls by their number", async () => {
    const items = async (list: string, from: string): Promise<string> =>
      String(await value(`to_json(approx_top_k(${list}).item)`, from));
    expect(await items("c", "FROM VALUES (0), (0), (1), (1), (2), (3), (4), (4) AS t(c)")).toBe("[0,4,1,2,3]");
    expect(await items("c, 2", "FROM VALUES ('a'), ('b'), ('b'), (NULL), (NULL), (NULL) AS t(c)")).toBe('[null,"b"]');
    expect(await items("id % 50, 20", "FROM range(1000)")).toBe(
      "[0,3,27,31,18,28,7,1,19,22,9,6,14,46,5,13,29,26,44,35]",
    );
    expect(await items("date_add(DATE'2020-01-01', CAST(id % 5 AS INT)), 2", "FROM range(10)")).toBe(
      '["2020-01-03","2020-01-02"]',
    );
  });

  it("refuses what is not tracked, and sizes that are none", async () => {
    await expect(value("approx_top_k(id, 5, 5)", "FROM range(100)")).rejects.toMatchObject({
      code: "UNSUPPORTED_FEATURE.FUNCTION",
    });
    await expect(value("approx_top_k(1, 0)")).rejects.toMatchObject({ code: "APPROX_TOP_K_NON_POSITIVE_ARG" });
    await expect(value("approx_top_k(1, 5, 2)")).rejects.toMatchObject({
      code: "APPROX_TOP_K_MAX_ITEMS_TRACKED_LESS_THAN_K",
    });
  });
});
