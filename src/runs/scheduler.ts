import { systemClock, type Clock } from "../core/clock.ts";
import { uuidFrom } from "../core/ids.ts";
import type { State } from "../state/state.ts";
import type { RunTables } from "./migrations.ts";

/** Something that is due again and again. Times are milliseconds since the epoch. */
export interface Schedule {
  /** Stable, and unique among all schedules of a lakehouse: what fired last is remembered under it. */
  readonly id: string;
  /** The first occurrence after a time, or undefined when there is none any more. */
  next(after: number): number | undefined;
  /** What becomes of occurrences while nobody looked: `all` are made up for, the oldest first, or `none`. */
  readonly missed: "all" | "none";
  /** With `missed: "all"`: only what is due after this is made up for. */
  readonly since?: number;
  /** Starts the work and resolves when it has started. Two calls with one token must be the same work. */
  fire(occurrence: Occurrence): Promise<void>;
}

export interface Occurrence {
  readonly due: number;
  /** An idempotency key: follows from the schedule and the time that was due. */
  readonly token: string;
}

export interface SchedulerOptions {
  readonly state: State;
  readonly schedules: readonly Schedule[];
  readonly clock?: Clock;
  /** Called after each firing, with the error when the work could not be started. */
  readonly onFired?: (schedule: Schedule, occurrence: Occurrence, error: unknown) => void;
}

/** How late an occurrence may be and still fire, in milliseconds, when missed ones are dropped. */
const GRACE = 60_000;

/**
 * Fires due schedules in the foreground. The last occurrence of each is recorded after it has fired, so a crash in
 * between repeats it under the same token, and two schedulers at once start everything once.
 */
export class Scheduler {
  readonly #options: SchedulerOptions;
  readonly #clock: Clock;

  constructor(options: SchedulerOptions) {
    this.#options = options;
    this.#clock = options.clock ?? systemClock;
  }

  /** Until the signal aborts, or nothing will ever be due again. */
  async run(signal?: AbortSignal): Promise<void> {
    const queue: { readonly schedule: Schedule; due: number }[] = [];
    for (const schedule of this.#options.schedules) {
      const due = schedule.next(await this.#start(schedule));
      if (due !== undefined) queue.push({ schedule, due });
    }
    while (signal?.aborted !== true) {
      const entry = queue.toSorted((a, b) => a.due - b.due)[0];
      if (entry === undefined) return;
      const wait = entry.due - this.#clock.now();
      if (wait > 0) {
        if (!(await this.#sleep(wait, signal))) return;
        continue;
      }
      const { schedule, due } = entry;
      if (schedule.missed === "all" || -wait <= GRACE) await this.#fire(schedule, due);
      const next = schedule.next(due);
      if (next === undefined) queue.splice(queue.indexOf(entry), 1);
      else entry.due = next;
    }
  }

  /** When a schedule fired last, by the time that was due. */
  async lastDue(id: string): Promise<number | undefined> {
    const row = await this.#db.selectFrom("schedule_state").select("last_due").where("id", "=", id).executeTakeFirst();
    return row?.last_due;
  }

  get #db() {
    return this.#options.state.db.withTables<RunTables>();
  }

  /** The time after which a schedule's occurrences count. */
  async #start(schedule: Schedule): Promise<number> {
    const last = await this.lastDue(schedule.id);
    const now = this.#clock.now();
    if (schedule.missed === "none") return Math.max(now, last ?? 0);
    return last ?? schedule.since ?? now;
  }

  async #fire(schedule: Schedule, due: number): Promise<void> {
    const occurrence = { due, token: uuidFrom("schedule", schedule.id, String(due)) };
    let error: unknown;
    try {
      await schedule.fire(occurrence);
    } catch (thrown) {
      error = thrown;
    }
    await this.#db
      .insertInto("schedule_state")
      .values({ id: schedule.id, last_due: due })
      .onConflict((conflict) => conflict.column("id").doUpdateSet({ last_due: due }))
      .execute();
    this.#options.onFired?.(schedule, occurrence, error);
  }

  async #sleep(milliseconds: number, signal: AbortSignal | undefined): Promise<boolean> {
    try {
      await this.#clock.sleep(milliseconds, signal);
      return true;
    } catch (error) {
      if (signal?.aborted === true) return false;
      throw error;
    }
  }
}
