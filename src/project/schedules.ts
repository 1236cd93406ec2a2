import { factorySchedules } from "../factory/triggers/schedules.ts";
import { jobSchedule } from "../jobs/schedule.ts";
import { Scheduler, type Schedule, type SchedulerOptions } from "../runs/scheduler.ts";
import type { RunHandle } from "../runs/runner.ts";
import { findJob } from "./jobs.ts";
import type { Lakehouse, RunWatch } from "./lakehouse.ts";

export interface ScheduleOptions extends RunWatch {
  /** Told of every run that was started. */
  readonly started?: (handle: RunHandle) => void;
}

/** What of a project is started by time: jobs with a schedule that is not paused, triggers that are started. */
export async function projectSchedules(lakehouse: Lakehouse, options: ScheduleOptions = {}): Promise<Schedule[]> {
  const watch = options.signal === undefined ? {} : { signal: options.signal };
  const tell = (handle: RunHandle): RunHandle => {
    options.started?.(handle);
    return handle;
  };
  const bundle = lakehouse.project?.bundle;
  const schedules: Schedule[] = [];
  for (const key of Object.keys(bundle?.resources.jobs ?? {})) {
    const job = findJob(bundle, key);
    const schedule = jobSchedule(job, async (given) =>
      tell(await (await lakehouse.jobs()).start(job, { ...given, ...watch })),
    );
    if (schedule !== undefined) schedules.push(schedule);
  }
  const factory = await lakehouse.factory();
  if (factory === undefined) return schedules;
  const triggers = factorySchedules(factory, {
    now: lakehouse.clock.now(),
    start: async (pipeline, given) =>
      tell(await (await lakehouse.factoryRunner()).start(pipeline, { ...given, ...watch })),
  });
  return [...schedules, ...triggers];
}

export async function openScheduler(
  lakehouse: Lakehouse,
  schedules: readonly Schedule[],
  onFired: NonNullable<SchedulerOptions["onFired"]>,
): Promise<Scheduler> {
  const { state } = await lakehouse.platform();
  return new Scheduler({ state, schedules, clock: lakehouse.clock, onFired });
}
