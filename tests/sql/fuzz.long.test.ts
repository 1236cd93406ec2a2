import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { corpus } from "./fuzz/corpus.ts";
import { alter, compose, mutate, pick, seeded, type Random } from "./fuzz/mutate.ts";
import { functionNames } from "../../src/sql/functions/registry.ts";
import { Pipeline, type Fault } from "./fuzz/pipeline.ts";

const STATEMENTS = 10_000;
const SECONDS = 60;

let pipeline: Pipeline;

beforeAll(async () => {
  pipeline = await Pipeline.open();
});

afterAll(async () => {
  await pipeline.close();
});

describe("bad input", () => {
  const statements = corpus();

  const functions = [...functionNames()];
  const changed = (random: Random): string => {
    const statement = statements[pick(statements.length, random)] ?? "";
    const kind = random();
    if (kind < 0.3) return compose(functions, random);
    return kind < 0.6 ? alter(statement, functions, random) : mutate(statement, statements, random);
  };

  it("leaves the statements themselves without a fault", async () => {
    const faults = await faultsOf(statements);
    expect(faults).toEqual([]);
  });

  it(`ends ${STATEMENTS} mutated statements in a result or a clean diagnostic`, async () => {
    const random = seeded(20_260_101);
    const mutated = Array.from({ length: STATEMENTS }, () => changed(random));
    const before = process.memoryUsage().rss;
    expect(await faultsOf(mutated)).toEqual([]);
    expect(process.memoryUsage().rss - before).toBeLessThan(2_000_000_000);
  });

  it(`does so for ${SECONDS} s of statements that nobody has seen`, async () => {
    // The same ones each time, so that a change is judged by itself; FUZZ_SEED=$RANDOM looks for others.
    const seed = Number(process.env["FUZZ_SEED"] ?? 20_260_102);
    const random = seeded(seed);
    const faults: Fault[] = [];
    const until = performance.now() + SECONDS * 1000;
    // Never more than a quick machine does, so that all judge the same statements.
    const most = process.env["FUZZ_SEED"] === undefined ? 120_000 : Infinity;
    for (let count = 0; count < most && performance.now() < until; count += 1) {
      const fault = await pipeline.run(changed(random));
      if (fault !== undefined) faults.push(fault);
    }
    expect({ seed, faults }).toEqual({ seed, faults: [] });
  });
});

async function faultsOf(statements: readonly string[]): Promise<Fault[]> {
  const faults: Fault[] = [];
  for (const each of statements) {
    const fault = await pipeline.run(each);
    if (fault !== undefined) faults.push(fault);
  }
  return faults;
}
