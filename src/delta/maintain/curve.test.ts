import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { textOf } from "../../core/value.ts";
import { openLake, type Lake } from "../../../tests/delta/lake.ts";
import { inCurveOrder, type Curve } from "./curve.ts";
import { hilbertStates } from "./hilbert-states.ts";

let lake: Lake;
beforeAll(async () => {
  lake = await openLake();
});
afterAll(() => lake.close());

async function points(curve: Curve, select: string, columns: readonly string[]): Promise<number[][]> {
  const order = { curve, columns: columns.map((column) => [column]) };
  const sql = await inCurveOrder(lake.connection, select, order);
  const rows = await lake.connection.rows(sql);
  return rows.map((row) => columns.map((column) => Number(row[column])));
}

const GRID = "SELECT x::INTEGER AS x, y::INTEGER AS y FROM range(32) a(x), range(32) b(y) ORDER BY hash(x * 100 + y)";

/** How far apart neighbours are, at most and in all. */
function steps(path: readonly (readonly number[])[]): { readonly longest: number; readonly total: number } {
  const lengths = path.slice(1).map((point, index) => {
    const before = path[index] ?? [];
    return point.reduce((sum, value, at) => sum + Math.abs(value - (before[at] ?? 0)), 0);
  });
  return { longest: Math.max(...lengths), total: lengths.reduce((sum, each) => sum + each, 0) };
}

describe("curves", () => {
  it("walk through every cell once, the Hilbert curve without a jump", async () => {
    const hilbert = await points("hilbert", GRID, ["x", "y"]);
    expect(new Set(hilbert.map(String)).size).toBe(1024);
    expect(steps(hilbert)).toEqual({ longest: 1, total: 1023 });
    const cube =
      "SELECT x::INTEGER AS x, y::INTEGER AS y, z::INTEGER AS z FROM range(8) a(x), range(8) b(y), range(8) c(z)";
    expect(steps(await points("hilbert", cube, ["x", "y", "z"]))).toEqual({ longest: 1, total: 511 });
    const tesseract = `SELECT i & 3 AS w, (i >> 2) & 3 AS x, (i >> 4) & 3 AS y, (i >> 6) & 3 AS z FROM range(256) t(i)`;
    expect(steps(await points("hilbert", tesseract, ["w", "x", "y", "z"]))).toEqual({ longest: 1, total: 255 });
    const zorder = await points("zorder", GRID, ["x", "y"]);
    expect(zorder.slice(0, 8)).toEqual([
      [0, 0],
      [0, 1],
      [1, 0],
      [1, 1],
      [0, 2],
      [0, 3],
      [1, 2],
      [1, 3],
    ]);
    expect(steps(zorder).longest).toBeGreaterThan(1);
  });

  it("cut values of any type into ranges of about as many rows each, nulls with the lowest", async () => {
    const select =
      "SELECT CASE WHEN i % 10 > 0 THEN i * 7919 % 100003 || 'n' END AS s, printf('%012d', i * i) AS d FROM range(4000) t(i)";
    const sql = await inCurveOrder(
      lake.connection,
      select,
      { curve: "hilbert", columns: [["s"], ["d"]] },
      { rows: 400_000 },
    );
    // The ranges come from a twentieth of the rows. Of each column, a sixteenth of the curve should see about a quarter.
    const rows = await lake.connection.rows(sql);
    for (const column of ["s", "d"]) {
      const texts = rows.map((row) => textOf(row[column]).padStart(24));
      const places = new Map(texts.toSorted().map((text, place) => [text, place]));
      const ranks = texts.map((text) => (places.get(text) ?? 0) / rows.length);
      const seen = Array.from({ length: 16 }, (_, part) => {
        const some = ranks.slice((part * rows.length) / 16, ((part + 1) * rows.length) / 16);
        return new Set(some.map((rank) => Math.floor(rank * 16))).size;
      });
      expect(seen.reduce((sum, each) => sum + each, 0) / 16).toBeLessThan(8);
    }
    const one = await points("zorder", "SELECT i::INTEGER AS x FROM range(100) t(i) ORDER BY hash(i)", ["x"]);
    expect(one.flat()).toEqual(Array.from({ length: 100 }, (_, i) => i));
  });
});

it("the Hilbert curve's states are permutations of the corners", () => {
  for (const dimensions of [2, 3, 4]) {
    const table = hilbertStates(dimensions);
    const size = 2 ** dimensions;
    expect(table.length).toBeLessThanOrEqual(dimensions * size * size);
    for (let start = 0; start < table.length; start += size) {
      const places = table.slice(start, start + size).map((entry) => entry >> 8);
      expect(places.toSorted((a, b) => a - b)).toEqual(Array.from({ length: size }, (_, place) => place));
    }
  }
});
