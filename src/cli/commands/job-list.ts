import { BoathouseError } from "../../core/errors.ts";
import { findJob } from "../../project/jobs.ts";
import type { Effects } from "../context.ts";
import { openProject, type ProjectOptions } from "../open-project.ts";
import { writeRecords } from "../records.ts";
import { durationText } from "../run-tree.ts";

/** The jobs with their latest run, or the runs of one job. */
export async function jobList(
  name: string | undefined,
  options: ProjectOptions & { readonly limit?: number },
  effects: Effects,
): Promise<void> {
  const output = { terminal: effects.terminal, json: options.json === true };
  const opened = await openProject(options, effects);
  try {
    const { lakehouse } = opened;
    const { log } = (await lakehouse.jobs()).runner;
    const bundle = lakehouse.project?.bundle;
    if (bundle === undefined)
      throw new BoathouseError("BUNDLE_NOT_FOUND", "The project has no jobs.", { kind: "usage" });
    if (name !== undefined) {
      const job = findJob(bundle, name);
      const runs = await log.list({ kind: "job", name: job.id, limit: options.limit ?? 20 });
      const records = runs.map(({ id, status, interrupted, startedAt, finishedAt, repairOf }) => ({
        run: id,
        status: interrupted ? "interrupted" : status,
        started: startedAt === undefined ? "" : new Date(startedAt).toISOString(),
        duration: startedAt === undefined || finishedAt === undefined ? "" : durationText(finishedAt - startedAt),
        repairs: repairOf ?? "",
      }));
      await writeRecords(records, { ...output, empty: `The job ${job.name} has not run yet.` });
      return;
    }
    const records = [];
    for (const key of Object.keys(bundle.resources.jobs)) {
      const { id, name: title, settings } = findJob(bundle, key);
      const [last] = await log.list({ kind: "job", name: id, limit: 1 });
      records.push({
        job: id,
        name: title,
        tasks: settings.tasks?.length ?? 0,
        schedule: settings.schedule?.quartz_cron_expression ?? "",
        "last run": last === undefined ? "" : last.interrupted ? "interrupted" : last.status,
        at: last?.startedAt === undefined ? "" : new Date(last.startedAt).toISOString(),
      });
    }
    await writeRecords(records, { ...output, empty: "The project has no jobs." });
  } finally {
    await opened.close();
  }
}
