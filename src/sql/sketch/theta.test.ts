import { describe, expect, it } from "vitest";
import { doubleBytes, longBytes } from "./item-bytes.ts";
import { readTheta, writeTheta } from "./theta-bytes.ts";
import {
  thetaDifference,
  thetaEstimate,
  thetaHash,
  thetaIntersection,
  thetaOf,
  thetaUnion,
  type ThetaSketch,
} from "./theta.ts";

/** Bytes that Spark 4.1.4 made of the same values. */
const ONE_TO_THREE = "0104033e011acc930316861af72df7e4558fbe9c3477e9eaefb2e5966badaa3dc0";
const HUNDRED_IN_16 =
  "0204033a011acc936a918b0b0be72c0f1057e1c72df6c88282f9cf6d19e16f188993241a609050d48321d8ac4ad90e37b3cdc48cbe847cf84cd7d310b26b31ad78c3b4a027f8c606fbd5e208e2a84314369cdf9230678cf87f915eba7a2652b374198ceeb08aad29bc2f2322b464d242759fd19422faf31a4354a9e08545494be26bed49d1";

function range(from: number, to: number, lgNominal = 12): ThetaSketch {
  const values = Array.from({ length: to - from }, (_, index) => BigInt(from + index));
  return thetaOf(BigInt64Array.from(values.map((value) => thetaHash(longBytes(value)))), lgNominal);
}

function hex(sketch: ThetaSketch): string {
  return Buffer.from(writeTheta(sketch)).toString("hex");
}

describe("theta sketches", () => {
  it("have the bytes of DataSketches, exact and estimated", () => {
    expect(hex(range(1, 4))).toBe(ONE_TO_THREE);
    expect(hex(range(0, 100, 4))).toBe(HUNDRED_IN_16);
    expect(hex(range(0, 1))).toHaveLength(32);
    expect(hex(range(0, 0))).toBe("01030300001e0000");
  });

  it("are read back as they were written", () => {
    for (const sketch of [range(0, 0), range(0, 1), range(0, 9), range(0, 1000, 5)]) {
      expect(readTheta(writeTheta(sketch))).toEqual(sketch);
    }
  });

  it("estimate what Spark estimates", () => {
    expect(Math.round(thetaEstimate(range(0, 100, 4)))).toBe(135);
    expect(thetaEstimate(range(0, 4000))).toBe(4000);
  });

  it("unite, intersect and subtract", () => {
    const [a, b] = [range(0, 60), range(40, 100)];
    expect(thetaUnion([a, b], 12).hashes).toHaveLength(100);
    expect(thetaIntersection([a, b]).hashes).toHaveLength(20);
    expect(thetaDifference(a, b).hashes).toHaveLength(40);
    expect(thetaIntersection([range(0, 5), range(5, 10)]).empty).toBe(true);
    expect(hex(thetaUnion([range(0, 50, 4), range(50, 100, 4)], 4))).toBe(HUNDRED_IN_16);
  });

  it("take zero of either sign for the same value", () => {
    expect(thetaHash(doubleBytes(-0))).toBe(thetaHash(doubleBytes(0)));
  });

  it("are not read from other bytes", () => {
    for (const text of ["", "abcd", "0103030000", ONE_TO_THREE.slice(0, 40), `0104073e${ONE_TO_THREE.slice(8)}`]) {
      expect(readTheta(Buffer.from(text, "hex"))).toBeUndefined();
    }
  });
});
