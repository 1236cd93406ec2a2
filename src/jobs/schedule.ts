import type { Occurrence, Schedule } from "../runs/scheduler.ts";
import type { JobTrigger } from "./environment.ts";
import type { Job } from "./job.ts";
import { quartzNext } from "./quartz.ts";

const MINUTE = 60_000;
const UNITS = { MINUTES: MINUTE, HOURS: 60 * MINUTE, DAYS: 24 * 60 * MINUTE, WEEKS: 7 * 24 * 60 * MINUTE } as const;

/**
 * When a job is due by its schedule or periodic trigger; undefined when it has none or is paused. What was due while
 * nobody looked is dropped. A periodic trigger fires at whole multiples of its interval since 1970, in UTC.
 *
 * `start` starts a run; it is given the trigger to record and an idempotency key.
 */
export function jobSchedule(
  job: Job,
  start: (options: { readonly trigger: JobTrigger; readonly idempotencyKey: string }) => Promise<unknown>,
): Schedule | undefined {
  const next = nextOf(job);
  if (next === undefined) return undefined;
  return {
    id: `job/${job.id}`,
    missed: "none",
    next,
    async fire({ due, token }: Occurrence) {
      await start({ trigger: { type: "periodic", time: due }, idempotencyKey: token });
    },
  };
}

function nextOf({ settings }: Job): ((after: number) => number | undefined) | undefined {
  const { schedule, trigger } = settings;
  if (schedule !== undefined && schedule.pause_status !== "PAUSED") {
    return (after) => quartzNext(schedule.quartz_cron_expression, schedule.timezone_id, after);
  }
  const periodic = trigger?.pause_status === "PAUSED" ? undefined : trigger?.periodic;
  if (periodic === undefined) return undefined;
  const step = periodic.interval * UNITS[periodic.unit];
  return (after) => (Math.floor(after / step) + 1) * step;
}
