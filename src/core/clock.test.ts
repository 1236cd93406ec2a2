import { describe, expect, it } from "vitest";
import { systemClock, VirtualClock } from "./clock.ts";

describe("VirtualClock", () => {
  it("wakes sleepers in the order of their deadlines, at their deadlines", async () => {
    const clock = new VirtualClock(0);
    const woken: [string, number][] = [];
    const sleeper = async (name: string, milliseconds: number): Promise<void> => {
      await clock.sleep(milliseconds);
      woken.push([name, clock.now()]);
    };
    const all = Promise.all([
      sleeper("late", 300),
      sleeper("early", 100),
      sleeper("twice", 50).then(() => sleeper("again", 100)),
    ]);
    await clock.advance(1000);
    await all;
    expect(woken).toEqual([
      ["twice", 50],
      ["early", 100],
      ["again", 150],
      ["late", 300],
    ]);
    expect(clock.now()).toBe(1000);
  });

  it("lets go of a sleeper whose signal aborts", async () => {
    const clock = new VirtualClock(0);
    const controller = new AbortController();
    const sleeping = clock.sleep(1000, controller.signal);
    controller.abort();
    await expect(sleeping).rejects.toMatchObject({ code: "CANCELLED", kind: "interrupted" });
    expect(clock.nextDeadline).toBeUndefined();
  });
});

describe("systemClock", () => {
  it("does not sleep when the signal has aborted already", async () => {
    await expect(systemClock.sleep(60_000, AbortSignal.abort())).rejects.toMatchObject({ code: "CANCELLED" });
  });
});
