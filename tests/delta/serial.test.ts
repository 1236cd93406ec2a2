import fc from "fast-check";
import { afterAll, beforeAll, describe, it } from "vitest";
import { Runtime } from "../../src/delta/api/runtime.ts";
import { expressionCompiler } from "../../src/project/expression-compiler.ts";
import { openLake, type Lake } from "./lake.ts";
import { play, type StepClock } from "./serial-run.ts";
import { scenarios, SEED } from "./serial-steps.ts";

let lake: Lake;
let runtime: Runtime;
let tables = 0;
const clock: StepClock = { time: Date.now() };
beforeAll(async () => {
  runtime = await Runtime.acquire({});
  const now = { now: () => clock.time, sleep: () => Promise.resolve() };
  lake = await openLake({ clock: now, expressions: expressionCompiler });
});
afterAll(async () => {
  await lake.close();
  await runtime.release();
});

describe("four writers and a reader of one table", () => {
  it("see what some order of the commits gives, at every version and in the changes between them", async () => {
    await fc.assert(
      fc.asyncProperty(scenarios({ minLength: 6, maxLength: 14 }), async (scenario) => {
        tables += 1;
        await play(lake, { runtime, clock, name: `serial-${tables}` }, scenario);
      }),
      { numRuns: Number(process.env["BOATHOUSE_RUNS"] ?? 3), seed: SEED },
    );
  }, 900_000);
});
