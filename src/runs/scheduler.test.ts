import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { VirtualClock } from "../core/clock.ts";
import type { State } from "../state/state.ts";
import { memoryState } from "./kernel.fixture.ts";
import { Scheduler, type Occurrence, type Schedule } from "./scheduler.ts";

const HOUR = 3_600_000;

let state: State;
let clock: VirtualClock;
let fired: string[];

beforeEach(async () => {
  state = await memoryState();
  clock = new VirtualClock(0);
  fired = [];
});

afterEach(() => state.close());

function every(hours: number, more: Partial<Schedule> = {}): Schedule {
  return {
    id: `every-${hours}`,
    missed: "none",
    next: (after) => (Math.floor(after / (hours * HOUR)) + 1) * hours * HOUR,
    fire: async ({ due }: Occurrence) => void fired.push(`${hours}@${due / HOUR}`),
    ...more,
  };
}

async function during(hours: number, schedules: readonly Schedule[], errors: unknown[] = []): Promise<void> {
  const controller = new AbortController();
  const scheduler = new Scheduler({
    state,
    clock,
    schedules,
    onFired: (_schedule, _occurrence, error) => error !== undefined && errors.push(error),
  });
  const running = scheduler.run(controller.signal);
  await clock.advance(hours * HOUR);
  controller.abort();
  await running;
}

describe("the scheduler", () => {
  it("fires each schedule when it is due, for thirty days in no time", async () => {
    await during(5, [every(2), every(3)]);
    expect(fired).toEqual(["2@2", "3@3", "2@4"]);
    await during(30 * 24 - 5, [every(24)]);
    expect(fired.slice(3)).toHaveLength(30);
  });

  it("drops what was due while nobody looked, or makes up for it, the oldest first", async () => {
    const schedules = [every(2), every(3, { missed: "all" })];
    await during(4, schedules);
    await clock.advance(6 * HOUR);
    fired = [];
    await during(2.5, schedules);
    expect(fired).toEqual(["3@6", "3@9", "2@12", "3@12"]);
  });

  it("goes on after work that could not be started", async () => {
    const errors: unknown[] = [];
    const broken = every(1, {
      fire: async ({ due }) => {
        if (due === HOUR) throw new Error("no");
        fired.push("ok");
      },
    });
    await during(2, [broken], errors);
    expect(fired).toEqual(["ok"]);
    expect(errors).toEqual([new Error("no")]);
  });

  it("gives an occurrence the same token whoever fires it, and ends when nothing is due any more", async () => {
    const tokens: string[] = [];
    const once: Schedule = {
      id: "once",
      missed: "all",
      since: -1,
      next: (after) => (after < 0 ? 0 : undefined),
      fire: async ({ token }) => void tokens.push(token),
    };
    await new Scheduler({ state, clock, schedules: [once] }).run();
    const other = await memoryState();
    await new Scheduler({ state: other, clock, schedules: [once] }).run();
    await other.close();
    expect(tokens[0]).toBe(tokens[1]);
    expect(await new Scheduler({ state, clock, schedules: [] }).lastDue("once")).toBe(0);
  });
});
