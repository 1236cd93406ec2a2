import { describe, expect, it } from "vitest";
import { mapParallel } from "./parallel.ts";

describe("mapParallel", () => {
  it("keeps the order and the width", async () => {
    let running = 0;
    let most = 0;
    const results = await mapParallel([3, 1, 2, 5, 4], 2, async (item, index) => {
      most = Math.max(most, (running += 1));
      await new Promise<void>((resolve) => setTimeout(resolve, item));
      running -= 1;
      return `${index}:${item}`;
    });
    expect(results).toEqual(["0:3", "1:1", "2:2", "3:5", "4:4"]);
    expect(most).toBe(2);
  });

  it("rejects with the first failure", async () => {
    await expect(
      mapParallel([1, 2], 1, (item) => (item === 1 ? Promise.reject(new Error("no")) : Promise.resolve())),
    ).rejects.toThrow("no");
  });
});
