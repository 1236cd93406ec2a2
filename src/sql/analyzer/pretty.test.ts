import { describe, expect, it } from "vitest";
import { columnsOf, namesOf } from "./analyzer.fixture.ts";

describe("automatic names", () => {
  it("show operators in parentheses and calls as they are written", () => {
    expect(namesOf("SELECT id + 1 * 2, -id, NOT id > 1, upper(name) || 'x' FROM people")).toEqual([
      "(id + (1 * 2))",
      "(- id)",
      "(NOT (id > 1))",
      "concat(upper(name), x)",
    ]);
    expect(namesOf("SELECT 'a' ILIKE 'b' ESCAPE '#', name LIKE 'x#' ESCAPE '#' FROM people")).toEqual([
      "ilike(a, b)",
      "name LIKE x# ESCAPE '#'",
    ]);
  });

  it("show casts that are written, none that are implied, and the column alone where only that is cast", () => {
    expect(namesOf("SELECT CAST(id AS STRING), CAST(id + 1 AS STRING), id + amount FROM orders")).toEqual([
      "id",
      "CAST((id + 1) AS STRING)",
      "(id + amount)",
    ]);
  });

  it("show the whole number that a decimal literal is compared by", () => {
    expect(namesOf("SELECT id > 1.5, id <= 1.5, id < 1.5, 1.5 < id, id = 1.5, amount > 2.0 FROM orders")).toEqual([
      "(id > 1)",
      "(id <= 1)",
      "(id < 2)",
      "(1 < id)",
      "(id = 1.5)",
      "(amount > 2)",
    ]);
  });

  it("show aliases inside struct, and the interval first where it is multiplied", () => {
    expect(namesOf("SELECT struct(id AS a, amount), 2 * INTERVAL '1' YEAR FROM orders")).toEqual([
      "struct(id AS a, amount)",
      "(INTERVAL '1' YEAR * 2)",
    ]);
  });

  it("show windows with their frames, and aliases of other items as references unless a generator makes them", () => {
    expect(namesOf("SELECT sum(id) OVER (ORDER BY amount) FROM orders")).toEqual([
      "sum(id) OVER (ORDER BY amount ASC NULLS FIRST RANGE BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW)",
    ]);
    expect(namesOf("SELECT id AS a, a + 1 FROM orders")).toEqual(["a", "(lateralAliasReference(a) + 1)"]);
    expect(columnsOf("SELECT explode(array(id)) AS e, e + 1 FROM orders")).toEqual(["e: int!", "(e + 1): int!"]);
  });
});
