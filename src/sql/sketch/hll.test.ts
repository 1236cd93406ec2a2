import { describe, expect, it } from "vitest";
import { readHll, writeHll } from "./hll-bytes.ts";
import { hllEstimate } from "./hll-estimate.ts";
import { addCoupon, couponOf, emptyHll, recount, type HllSketch } from "./hll.ts";
import { HllUnion } from "./hll-union.ts";
import { longBytes } from "./item-bytes.ts";

function range(from: number, to: number, lgK: number): HllSketch {
  let sketch: HllSketch = emptyHll(lgK);
  for (let value = from; value < to; value += 1) sketch = addCoupon(sketch, couponOf(longBytes(BigInt(value))));
  return sketch;
}

function hex(sketch: HllSketch): string {
  return Buffer.from(writeHll(sketch)).toString("hex").toUpperCase();
}

/** What sketches are when the order of updates is lost. */
function merged(sketch: HllSketch): HllSketch {
  if (sketch.mode !== "hll") return sketch;
  recount(sketch);
  sketch.outOfOrder = true;
  sketch.hip = 0;
  return sketch;
}

/** The bytes and estimates are those that Spark 4.1.4 makes. */
describe("HLL sketches", () => {
  it("have the bytes of DataSketches as a list, a set and registers", () => {
    expect(hex(range(1, 4, 12))).toBe(
      "0201070C030003082BF2FB06862FF90D758166070000000000000000000000000000000000000000",
    );
    expect(hex(range(0, 10, 12))).toBe(
      "0301070C050000090A0000000000000081BC5D0600000000000000000000000000000000862FF90D00000000000000000000000000000000CBD7C20400000000000000000000000000000000C1E9170500000000D21673070000000034A2610E7581660700000000000000000000000000000000FC2D420A7B65E6082BF2FB06000000000000000000000000",
    );
    expect(hex(range(0, 10, 4))).toBe(
      "0A0107040000000AEF64B30E802C254000000000008026400000000000000000090000000000000000010100030103000000000202000000",
    );
    expect(hex(range(0, 0, 4))).toBe(
      "02010704030400080000000000000000000000000000000000000000000000000000000000000000",
    );
  });

  it("estimate in the order of updates, and without it", () => {
    expect([12, 8, 10].map((lgK) => Math.round(hllEstimate(range(0, 10000, lgK))))).toEqual([9967, 10089, 10487]);
    expect([12, 8, 10].map((lgK) => Math.round(hllEstimate(merged(range(0, 10000, lgK)))))).toEqual([
      9977, 10443, 10652,
    ]);
    expect([12, 8, 10].map((lgK) => Math.round(hllEstimate(merged(range(0, 300, lgK)))))).toEqual([300, 293, 298]);
    expect(hllEstimate(range(0, 0, 12))).toBe(0);
  });

  it("unite, the coarsest deciding", () => {
    const union = new HllUnion(4);
    union.add(range(0, 100, 4));
    union.add(range(100, 200, 6));
    expect(hex(union.sketch)).toBe(
      "0A0107040010020A0000000000000000000000000000F13F0000000000000000010000000000000004020407050404060404050304030705",
    );
    const finer = new HllUnion(6);
    finer.add(range(100, 200, 6));
    finer.add(range(0, 100, 4));
    expect(finer.lgK).toBe(4);
  });

  it("are read back as they were written", () => {
    for (const sketch of [range(0, 0, 12), range(0, 5, 12), range(0, 100, 12), range(0, 1000, 8)]) {
      expect(readHll(writeHll(sketch))).toEqual(sketch);
    }
  });

  it("are not read from other bytes, and by name from registers of other kinds", () => {
    expect(readHll(Buffer.from("abc"))).toBeUndefined();
    expect(readHll(writeHll(range(0, 100, 12)).subarray(0, 40))).toBeUndefined();
    const other = writeHll(range(0, 100, 4));
    other[7] = 2;
    expect(readHll(other)).toBe("HLL_4");
  });
});
