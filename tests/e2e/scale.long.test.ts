import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { inProcess, numberOf } from "../../bench/measure.ts";
import { sampleAt } from "../../bench/sample.ts";

/** What the flagship may take at scale 100; a tenth of its rows must fit with ease. */
const LIMIT = 4e9;

test("the flagship runs over ten times its rows within its limit of memory", async () => {
  const source = await sampleAt(10);
  const root = await mkdtemp(join(tmpdir(), "scale-"));
  try {
    const first = await inProcess("flagship", { source, root });
    const again = await inProcess("flagship", { source, root });
    expect(numberOf(first.report, "rows")).toBeGreaterThan(1_000_000);
    expect(numberOf(again.report, "rows")).toBe(numberOf(first.report, "rows"));
    expect(Math.max(first.peakMemory, again.peakMemory)).toBeLessThan(LIMIT);
  } finally {
    await rm(root, { recursive: true, force: true });
  }
});
