import { describe, expect, it } from "vitest";
import { capacityFor, javaLongHash, javaTextHash, mostFrequent } from "./frequent-items.ts";

describe("frequent items", () => {
  it("hash as Java does", () => {
    expect(javaTextHash("hello")).toBe(99162322);
    expect(javaTextHash("polygenelubricants")).toBe(-2147483648);
    expect(javaLongHash(-1n)).toBe(0);
    expect(javaLongHash(1n << 33n)).toBe(2);
  });

  it("come by frequency, then in the order of the table", () => {
    expect(mostFrequent([0, 1, 2, 3, 4], [2n, 2n, 1n, 1n, 2n])).toEqual([0, 4, 1, 2, 3]);
  });

  it("fit as many as the table of the next power of two holds", () => {
    expect(capacityFor(10000)).toBe(12288);
    expect(capacityFor(100)).toBe(192);
  });
});
