import { describe, expect, it } from "vitest";
import { kllCount, readKll, writeKll } from "./kll-bytes.ts";
import { kllMerge, kllOf, kllQuantile, kllRank, kllSummary, type KllSketch } from "./kll.ts";

const SKETCH: KllSketch = { k: 200, items: [3n, 1n, 2n, 2n] };

function hex(sketch: KllSketch | undefined, kind: "bigint" | "float" | "double" = "bigint"): string {
  return sketch === undefined ? "" : Buffer.from(writeKll(sketch, kind)).toString("hex").toUpperCase();
}

/** The bytes and answers are those of Spark 4.1.4. */
describe("KLL sketches", () => {
  it("have the bytes of DataSketches", () => {
    expect(hex(SKETCH)).toBe(
      "05010F00C80008000400000000000000C8000100C4000000010000000000000003000000000000000300000000000000010000000000000002000000000000000200000000000000",
    );
    expect(hex({ k: 200, items: [3, 1.5, 2] }, "float")).toBe(
      "05010F00C80008000300000000000000C8000100C50000000000C03F00004040000040400000C03F00000040",
    );
    expect(hex({ k: 200, items: [3n] })).toBe("02020F04C80008000300000000000000");
    expect(hex({ k: 200, items: [] })).toBe("02010F01C8000800");
  });

  it("are read back as they were written, the others by name", () => {
    for (const items of [[], [5], [3, 1.5, 2]]) {
      expect(readKll(writeKll({ k: 8, items }, "double"), "double")).toEqual({ k: 8, items });
    }
    const estimated =
      "05010F00080008000900000000000000080002000B0000000C0000000100000000000000090000000000000009000000000000000200000000000000040000000000000006000000000000000800000000000000";
    expect(readKll(Buffer.from(estimated, "hex"), "bigint")).toBe("estimated");
    expect(kllCount(Buffer.from(estimated, "hex"))).toBe(9);
    expect(readKll(Buffer.from("deadbeef", "hex"), "bigint")).toBeUndefined();
  });

  it("answer with the rank included", () => {
    expect([0, 0.1, 0.25, 0.3, 0.5, 0.75, 0.9, 1].map((rank) => kllQuantile(SKETCH, rank))).toEqual([
      1n,
      1n,
      1n,
      2n,
      2n,
      2n,
      3n,
      3n,
    ]);
    expect([0n, 1n, 2n, 3n, 4n].map((value) => kllRank(SKETCH, value))).toEqual([0, 0.25, 0.75, 1, 1]);
  });

  it("merge in the order in which DataSketches does, and only as far as they are exact", () => {
    const other: KllSketch = { k: 8, items: [13n, 11n, 12n] };
    expect(kllMerge({ k: 8, items: [3n, 1n, 2n] }, other)?.items).toEqual([12n, 11n, 13n, 3n, 1n, 2n]);
    expect(kllMerge({ k: 8, items: [1n, 2n, 3n, 4n, 5n, 6n] }, other)).toBeUndefined();
    expect(kllOf([1, Number.NaN], 8)?.items).toEqual([1]);
  });

  it("summarise themselves", () => {
    expect(kllSummary(SKETCH, "bigint", String)).toBe(
      "\n### KllKllLongsSketch Summary:\n   K                      : 200\n   Dynamic min K          : 200\n   M                      : 8\n   N                      : 4\n   Epsilon                : 1.329%\n   Epsilon PMF            : 1.652%\n   Empty                  : false\n   Estimation Mode        : false\n   Levels                 : 1\n   Level 0 Sorted         : false\n   Capacity Items         : 200\n   Retained Items         : 4\n   Free Space             : 196\n   ReadOnly               : false\n   Updatable Storage Bytes: 1644\n   Compact Storage Bytes  : 72\n   Min Item               : 1\n   Max Item               : 3\n### End sketch summary\n",
    );
  });
});
