import type { Lakehouse } from "../project/lakehouse.ts";
import type { RunOutcome } from "../runs/execution.ts";
import type { RunHandle } from "../runs/runner.ts";
import type { Effects } from "./context.ts";
import { openProject, type OpenProject, type ProjectOptions } from "./open-project.ts";
import { followRuns } from "./progress.ts";
import { requireSuccess } from "./run-outcome.ts";

export interface RunCommandOptions extends ProjectOptions {
  readonly quiet?: boolean;
}

/**
 * Opens the project, deploys it, starts a run and follows it to its end. `show` writes its result, also of one that
 * failed; then a failure is thrown.
 */
export async function followRun(
  options: RunCommandOptions,
  effects: Effects,
  start: (lakehouse: Lakehouse, opened: OpenProject) => Promise<RunHandle>,
  show: (outcome: RunOutcome, lakehouse: Lakehouse) => Promise<void>,
): Promise<void> {
  const progress = followRuns(effects.terminal, { json: options.json === true, quiet: options.quiet === true });
  const opened = await openProject(options, effects, "prepare");
  const { lakehouse } = opened;
  try {
    progress.note(`Running ${lakehouse.project?.name ?? opened.folder}`);
    lakehouse.observe((event) => progress.event(event));
    for (const { action, what } of await lakehouse.deploy()) progress.note(`${action} ${what}`);
    const handle = await start(lakehouse, opened);
    const outcome = await handle.finished;
    progress.end();
    await show(outcome, lakehouse);
    requireSuccess(outcome);
  } finally {
    progress.end();
    await opened.close();
  }
}
