import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Connection } from "../src/duckdb/connection.ts";
import { DuckDb } from "../src/duckdb/duckdb.ts";
import { preludeFor, wholePrelude } from "../src/sql/prelude/prelude.ts";

describe("the prelude on DuckDB", () => {
  let database: DuckDb;
  let connection: Connection;
  beforeAll(async () => {
    database = await DuckDb.open({ timeZone: "Europe/Amsterdam", threads: 1 });
    connection = await database.connect();
    const { udfs, macros } = wholePrelude();
    for (const each of udfs) connection.registerFunction(each);
    await connection.run(macros.map((each) => each.sql).join(";\n"));
  });
  afterAll(async () => {
    connection.close();
    await database.close();
  });

  async function value(sql: string): Promise<unknown> {
    const [row] = await connection.rows(`SELECT ${sql} AS value`);
    return row?.["value"];
  }

  it("holds just what a statement names, with what that needs, once", () => {
    const { macros } = preludeFor("SELECT spk_overlay(a, b, 1, 2)");
    expect(macros.map((each) => each.name)).toEqual(["spk_count", "spk_substring", "spk_wrap32", "spk_overlay"]);
    expect(
      preludeFor("SELECT spk_overlay(a, b, 1, 2)", new Set(["spk_count", "spk_substring", "spk_wrap32", "spk_overlay"]))
        .macros,
    ).toEqual([]);
    expect(preludeFor("SELECT 1")).toEqual({ udfs: [], macros: [] });
  });

  it("takes stretches of texts and binaries as Spark does", async () => {
    expect(await value("list_transform([-5, -2, 0, 1, 4], lambda p: spk_substring('Spark', p, 3))")).toEqual([
      "Spa",
      "rk",
      "Spa",
      "Spa",
      "rk",
    ]);
    expect(await value("hex(spk_substring_binary('\\xCA\\xFE\\xBA'::BLOB, -2, 5))")).toBe("FEBA");
    expect(await value("spk_substring_index('a.b.c', '.', -2)")).toBe("b.c");
    expect(await value("spk_upper('straße')")).toBe("STRASSE");
  });

  it("keeps the order of arrays and three-valued answers", async () => {
    expect(await value("spk_array_distinct([3, NULL, 1, 3, NULL])")).toEqual([3, null, 1]);
    expect(await value("spk_array_contains([1, NULL], 2)")).toBeNull();
    expect(await value("spk_array_insert([5, 3, 2, 1], -4, 4)")).toEqual([5, 4, 3, 2, 1]);
    expect(await value("spk_any([false, NULL])")).toBeNull();
    expect(await value("spk_slice([1, 2, 3, 4], -2, 5)")).toEqual([3, 4]);
  });

  it("raises errors under Spark's names", async () => {
    await expect(value("spk_item_ansi([1, 2], 5)")).rejects.toMatchObject({ code: "INVALID_ARRAY_INDEX" });
    await expect(value("spk_map_of([1, 1], ['a', 'b'])")).rejects.toMatchObject({ code: "DUPLICATED_MAP_KEY" });
    await expect(value("spk_sum_long(9223372036854775808::HUGEINT)")).rejects.toMatchObject({
      code: "ARITHMETIC_OVERFLOW",
    });
    await expect(value("spkjs_rlike('a', '(')")).rejects.toMatchObject({ code: "INVALID_PARAMETER_VALUE.PATTERN" });
  });

  it("computes decimals without limits", async () => {
    const nines = "9".repeat(38);
    expect(await value(`spkjs_decimal('/', '1', '3', 38, 6, true)`)).toBe("0.333333");
    expect(await value(`spkjs_decimal('*', '${nines}', '0.5', 38, 0, true)`)).toBe(`5${"0".repeat(37)}`);
    expect(await value(`spkjs_decimal('+', '${nines}', '1', 38, 0, false)`)).toBeNull();
  });

  it("truncates and steps through dates in the session's zone", async () => {
    expect(await value("spk_date_trunc('WEEK', TIMESTAMPTZ '2024-03-31 12:00:00+00')")).toBe("2024-03-25 00:00:00");
    expect(await value("spk_next_day(DATE '2015-01-14', 'TU')")).toBe("2015-01-20");
  });
});
