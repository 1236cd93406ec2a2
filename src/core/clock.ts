import { abortable } from "./cancellation.ts";

/** Time as the code sees it. Injected everywhere, so that a 30-day schedule is tested in milliseconds. */
export interface Clock {
  /** Milliseconds since the epoch. */
  now(): number;
  /** Resolves when `milliseconds` have passed; rejects with the signal's reason when it aborts first. */
  sleep(milliseconds: number, signal?: AbortSignal): Promise<void>;
}

/** Node's timers hold 2^31 - 1 ms at most; longer sleeps are chained. */
const LONGEST_TIMER = 2 ** 31 - 1;

export const systemClock: Clock = {
  now: () => Date.now(),
  async sleep(milliseconds, signal) {
    const deadline = Date.now() + milliseconds;
    do {
      const rest = Math.max(0, deadline - Date.now());
      await abortable(signal, (done) => {
        const timer = setTimeout(done, Math.min(rest, LONGEST_TIMER));
        return () => clearTimeout(timer);
      });
    } while (Date.now() < deadline);
  },
};

/**
 * A clock that stands still until it is told to move. `advance` wakes the sleepers in the order of their
 * deadlines, letting each run before the next wakes.
 */
export class VirtualClock implements Clock {
  #now: number;
  readonly #sleepers = new Set<{ deadline: number; wake: () => void }>();

  constructor(start = Date.UTC(2026, 0, 1)) {
    this.#now = start;
  }

  now(): number {
    return this.#now;
  }

  async sleep(milliseconds: number, signal?: AbortSignal): Promise<void> {
    if (milliseconds <= 0) return;
    await abortable(signal, (done) => {
      const sleeper = { deadline: this.#now + milliseconds, wake: done };
      this.#sleepers.add(sleeper);
      return () => this.#sleepers.delete(sleeper);
    });
  }

  /** The earliest deadline that somebody sleeps for. */
  get nextDeadline(): number | undefined {
    let earliest: number | undefined;
    for (const { deadline } of this.#sleepers) earliest = Math.min(earliest ?? deadline, deadline);
    return earliest;
  }

  /** Moves time on, waking whoever is due on the way. */
  async advance(milliseconds: number): Promise<void> {
    const target = this.#now + milliseconds;
    for (;;) {
      await settle();
      const next = this.nextDeadline;
      if (next === undefined || next > target) break;
      this.#now = Math.max(this.#now, next);
      for (const sleeper of this.#sleepers) {
        if (sleeper.deadline <= this.#now) {
          this.#sleepers.delete(sleeper);
          sleeper.wake();
        }
      }
    }
    this.#now = target;
  }
}

/** Lets everything that is ready run: microtasks and one turn of the event loop. */
async function settle(): Promise<void> {
  for (let turn = 0; turn < 3; turn += 1) await new Promise<void>((resolve) => setImmediate(resolve));
}
