import { describe, expect, test } from "vitest";
import { decimal, DOUBLE, field, STRING, struct } from "../../src/core/data-type.ts";
import { difference, sameOrder } from "./compare.ts";

const SCHEMA = struct([field("name", STRING), field("mean", DOUBLE), field("total", decimal(9, 2))]);
const COLUMNS = [
  ["name", "string", true],
  ["mean", "double", true],
  ["total", "decimal(9,2)", true],
] as const;

const compared = (lines: readonly string[], rows: readonly string[]): string | undefined =>
  difference(SCHEMA, lines, { columns: COLUMNS, rows });

describe("a comparison with Spark", () => {
  test("takes rows in any order, and says whether it is the same", () => {
    const [ours, spark] = [
      ["b\t1.5\t2.00", "a\tNULL\t1.00"],
      ["a\tNULL\t1.00", "b\t1.5\t2.00"],
    ];
    expect(compared(ours, spark)).toBeUndefined();
    expect(sameOrder(SCHEMA, ours, { columns: COLUMNS, rows: spark })).toBe(false);
    expect(sameOrder(SCHEMA, spark, { columns: COLUMNS, rows: spark })).toBe(true);
  });

  test("lets floating numbers differ in their last digits, and nothing else", () => {
    expect(compared(["a\t0.30000000000000004\t1.00"], ["a\t0.3\t1.00"])).toBeUndefined();
    expect(compared(["a\t0.3001\t1.00"], ["a\t0.3\t1.00"])).toBe("row a | 0.3001 | 1.00, Spark a | 0.3 | 1.00");
    expect(compared(["a\t0.3\t1.00"], ["a\t0.3\t1.01"])).toMatch(/^row/);
    expect(compared(["a\t0.3\t1"], ["a\t0.3\t1.00"])).toMatch(/^row/);
    expect(compared(["a\tNULL\t1.00"], ["a\t0.0\t1.00"])).toMatch(/^row/);
  });

  test("tells missing rows and other names and types", () => {
    expect(compared([], ["a\t0.3\t1.00"])).toBe("0 rows, Spark 1");
    const columns = [COLUMNS[0], COLUMNS[1], ["total", "decimal(10,2)", true]] as const;
    expect(difference(SCHEMA, [], { columns, rows: [] })).toBe("column total decimal(9,2), Spark total decimal(10,2)");
  });
});
