import { BoathouseError } from "../../core/errors.ts";
import type { Lakehouse } from "../../project/lakehouse.ts";
import type { Effects } from "../context.ts";
import { writeTasks } from "../job-tasks.ts";
import { names } from "../refresh-options.ts";
import { followRun, type RunCommandOptions } from "../run-command.ts";

export async function jobRepair(
  run: string | undefined,
  options: RunCommandOptions & { readonly tasks?: string; readonly param?: Readonly<Record<string, string>> },
  effects: Effects,
): Promise<void> {
  const { signal } = effects;
  await followRun(
    options,
    effects,
    async (lakehouse) =>
      lakehouse.repairJob(
        await runId(lakehouse, run),
        { nodes: options.tasks === undefined ? "failed" : names(options.tasks) },
        { signal, ...(options.param === undefined ? {} : { parameters: options.param }) },
      ),
    (outcome) => writeTasks(outcome, effects.terminal, options.json === true),
  );
}

/** The run that was meant: by its id or the beginning of it, otherwise the latest that failed. */
async function runId(lakehouse: Lakehouse, given: string | undefined): Promise<string> {
  const runs = await (await lakehouse.jobs()).runner.log.list({ kind: "job" });
  const fits =
    given === undefined
      ? runs.filter((each) => each.status === "failed" || each.status === "timedOut").slice(0, 1)
      : runs.filter((each) => each.id.startsWith(given));
  const [first] = fits;
  if (first !== undefined && fits.length === 1) return first.id;
  const message =
    given === undefined
      ? "No job run has failed."
      : fits.length === 0
        ? `There is no job run ${given}.`
        : `Several job runs begin with ${given}.`;
  throw new BoathouseError("RUN_NOT_FOUND", message, { kind: "usage", hint: "See the runs: boathouse job list <job>" });
}
