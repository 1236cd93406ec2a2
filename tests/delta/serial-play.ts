import fc from "fast-check";
import { Runtime } from "../../src/delta/api/runtime.ts";
import { expressionCompiler } from "../../src/project/expression-compiler.ts";
import { openLake, type Lake } from "./lake.ts";
import { SerialRun, type StepClock } from "./serial-run.ts";
import { scenarios, SEED, type Scenario } from "./serial-steps.ts";

/**
 * Plays random scenarios, each on a table of its own: `runs` of them, of so many steps. `BOATHOUSE_RUNS` and
 * `BOATHOUSE_SEED` give more and others.
 */
export async function playScenarios(options: {
  readonly runs: number;
  readonly minLength: number;
  readonly maxLength: number;
}): Promise<void> {
  const { runs, minLength, maxLength } = options;
  const clock: StepClock = { time: Date.now() };
  const runtime = await Runtime.acquire({});
  const now = { now: () => clock.time, sleep: () => Promise.resolve() };
  const lake = await openLake({ clock: now, expressions: expressionCompiler });
  let tables = 0;
  try {
    await fc.assert(
      fc.asyncProperty(scenarios({ minLength, maxLength }), async (scenario) => {
        tables += 1;
        await play(lake, { runtime, clock, name: `serial-${tables}` }, scenario);
      }),
      { numRuns: Number(process.env["BOATHOUSE_RUNS"] ?? runs), seed: SEED, endOnFailure: true },
    );
  } finally {
    await lake.close();
    await runtime.release();
  }
}

async function play(
  lake: Lake,
  parts: { readonly runtime: Runtime; readonly clock: StepClock; readonly name: string },
  scenario: Scenario,
): Promise<void> {
  const run = new SerialRun(lake, parts, scenario.table);
  await run.start();
  for (const step of scenario.steps) await run.step(step);
  await run.finish();
}
