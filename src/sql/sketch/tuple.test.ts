import { describe, expect, it } from "vitest";
import { longBytes } from "./item-bytes.ts";
import { thetaHash, thetaOf } from "./theta.ts";
import { readTuple, writeTuple } from "./tuple-bytes.ts";
import {
  tupleDifference,
  tupleEstimate,
  tupleIntersection,
  tupleOf,
  tupleOfTheta,
  tupleSummary,
  tupleTheta,
  tupleUnion,
  type Summaries,
  type TupleSketch,
} from "./tuple.ts";

const SUM: Summaries = { kind: "integer", mode: "sum" };

function hashOf(value: number): bigint {
  return thetaHash(longBytes(BigInt(value)));
}

/** Keys from `from` to `to` with themselves as summaries. */
function range(from: number, to: number, rule = SUM, lgNominal = 12): TupleSketch {
  const keys = Array.from({ length: to - from }, (_, index) => from + index);
  return tupleOf(
    keys.map((key) => [hashOf(key), key] as const),
    rule,
    lgNominal,
  );
}

describe("tuple sketches", () => {
  it("combine the numbers of a key by their mode", () => {
    const pairs = [3, 5, 4].map((value) => [hashOf(1), value] as const);
    const one = (rule: Summaries): number | undefined => tupleOf(pairs, rule, 12).entries[0]?.summary;
    expect(one(SUM)).toBe(12);
    expect(one({ kind: "integer", mode: "min" })).toBe(3);
    expect(one({ kind: "double", mode: "max" })).toBe(5);
    expect(one({ kind: "integer", mode: "alwaysone" })).toBe(1);
  });

  it("add ints as Java does", () => {
    const pairs = [2 ** 31 - 1, 1].map((value) => [hashOf(1), value] as const);
    expect(tupleOf(pairs, SUM, 12).entries[0]?.summary).toBe(-(2 ** 31));
  });

  it("estimate as theta sketches do", () => {
    expect(tupleEstimate(range(0, 50))).toBe(50);
    expect(Math.round(tupleEstimate(range(0, 100, SUM, 4)))).toBe(135);
    expect(tupleTheta(range(0, 5))).toBe(1);
    expect(tupleSummary(range(0, 5), "sum")).toBe(10);
    expect(tupleSummary(range(0, 0), "max")).toBe(0);
  });

  it("unite, intersect and subtract, with theta sketches too", () => {
    const [a, b] = [range(0, 6), range(4, 10)];
    expect(tupleSummary(tupleUnion([a, b], SUM, 12), "sum")).toBe(15 + 39);
    expect(tupleSummary(tupleIntersection([a, b], SUM), "sum")).toBe(18);
    expect(tupleSummary(tupleDifference(a, b), "sum")).toBe(6);
    const theta = tupleOfTheta(thetaOf(BigInt64Array.from([hashOf(4), hashOf(77)]), 12), SUM);
    expect(tupleSummary(tupleIntersection([a, theta], SUM), "sum")).toBe(4);
    expect(tupleEstimate(tupleUnion([a, theta], SUM, 12))).toBe(7);
    expect(tupleIntersection([range(0, 2), range(2, 4)], SUM).empty).toBe(false);
  });

  it("are read back as they were written", () => {
    for (const sketch of [range(0, 0), range(0, 1), range(0, 9), range(0, 100, SUM, 4)]) {
      expect(readTuple(writeTuple(sketch, "integer"), "integer")).toEqual(sketch);
    }
    expect(readTuple(Buffer.from("abcdefghij"), "double")).toBeUndefined();
    expect(readTuple(writeTuple(range(0, 9), "integer"), "double")).toBeUndefined();
  });
});
