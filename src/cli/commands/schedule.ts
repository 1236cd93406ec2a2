import { BoathouseError, messageOf } from "../../core/errors.ts";
import type { Schedule } from "../../runs/scheduler.ts";
import { openScheduler, projectSchedules } from "../../project/schedules.ts";
import type { Effects } from "../context.ts";
import { openProject } from "../open-project.ts";
import { followRuns } from "../progress.ts";
import { writeRecords } from "../records.ts";
import type { RunCommandOptions } from "../run-command.ts";
import { write } from "../terminal.ts";

/** Fires what is due in the foreground. */
export async function schedule(
  options: RunCommandOptions & { readonly list?: boolean },
  effects: Effects,
): Promise<void> {
  const { terminal, signal } = effects;
  const json = options.json === true;
  const opened = await openProject(options, effects, options.list === true ? "look" : "prepare");
  const { lakehouse } = opened;
  const progress = followRuns(terminal, { json, quiet: options.quiet === true || options.list === true });
  const running = new Set<Promise<unknown>>();
  try {
    const schedules = await projectSchedules(lakehouse, {
      signal,
      started: ({ finished }) => {
        const tracked: Promise<unknown> = finished.finally(() => running.delete(tracked));
        tracked.catch(() => undefined);
        running.add(tracked);
      },
    });
    if (options.list === true || schedules.length === 0) {
      await writeRecords(schedules.map(dueRecord), { terminal, json, empty: NOTHING });
      if (options.list === true) return;
      throw new BoathouseError("SCHEDULE_EMPTY", "Nothing in this project is scheduled.", {
        kind: "usage",
        hint: NOTHING,
      });
    }
    for (const { action, what } of await lakehouse.deploy()) progress.note(`${action} ${what}`);
    for (const each of schedules) progress.note(dueText(each));
    lakehouse.observe((event) => progress.event(event));
    const scheduler = await openScheduler(lakehouse, schedules, (each, occurrence, error) => {
      const due = new Date(occurrence.due).toISOString();
      if (json) {
        const failure = error === undefined ? {} : { error: messageOf(error) };
        void write(terminal.out, `${JSON.stringify({ type: "schedule.fired", schedule: each.id, due, ...failure })}\n`);
        return;
      }
      progress.note(
        `${each.id} was due at ${due}${error === undefined ? "" : `, and could not start: ${messageOf(error)}`}`,
      );
      progress.note(dueText(each));
    });
    await scheduler.run(signal);
    // What was started is cancelled now, and ends in order.
    await Promise.allSettled(running);
  } finally {
    progress.end();
    await opened.close();
  }
}

const NOTHING = "Give a job a `schedule` that is not paused, or set a trigger's runtimeState to Started.";

function dueRecord(each: Schedule): { schedule: string; next: string } {
  const next = each.next(Date.now());
  return { schedule: each.id, next: next === undefined ? "" : new Date(next).toISOString() };
}

function dueText(each: Schedule): string {
  const { next } = dueRecord(each);
  return next === "" ? `${each.id} is never due again` : `${each.id} is due at ${next}`;
}
