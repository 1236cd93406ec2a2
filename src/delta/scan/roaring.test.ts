import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { decodeRoaring, encodeRoaring } from "./roaring.ts";
import { decodeZ85, encodeZ85 } from "./z85.ts";

const sparse = fc.uniqueArray(fc.maxSafeNat(), { maxLength: 50 });
const runs = fc
  .array(fc.tuple(fc.integer({ min: 0, max: 300_000 }), fc.integer({ min: 1, max: 9000 })), { maxLength: 4 })
  .map((each) => [...new Set(each.flatMap(([start, length]) => Array.from({ length }, (_, at) => start + at)))]);
const scattered = fc
  .tuple(fc.integer({ min: 1, max: 9 }), fc.integer({ min: 0, max: 20_000 }))
  .map(([step, count]) => Array.from({ length: count }, (_, at) => at * step));

describe("roaring bitmaps", () => {
  it("give back the positions that were written, in arrays, bits and runs", () => {
    fc.assert(
      fc.property(fc.oneof(sparse, runs, scattered), (values) => {
        const ascending = values.toSorted((a, b) => a - b);
        expect(decodeRoaring(encodeRoaring(ascending))).toEqual(ascending);
      }),
      { numRuns: 60 },
    );
  });

  it("take the smallest form: a run of any length takes a few bytes, single positions two each", () => {
    const run = Array.from({ length: 60_000 }, (_, at) => at);
    expect(encodeRoaring(run).length).toBeLessThan(40);
    expect(encodeRoaring([1, 5, 9]).length).toBe(12 + 4 + 8 + 4 + 4 + 6);
  });

  it("are refused when they are cut off or of another format", () => {
    const bytes = encodeRoaring([1, 2, 70_000]);
    expect(() => decodeRoaring(bytes.subarray(0, bytes.length - 1))).toThrow();
    expect(() => decodeRoaring(Buffer.alloc(12))).toThrow(/magic/);
  });
});

describe("Z85", () => {
  it("gives back the bytes", () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 16, maxLength: 16 }), (bytes) => {
        expect(decodeZ85(encodeZ85(Buffer.from(bytes)))).toEqual(Buffer.from(bytes));
      }),
    );
  });
});
