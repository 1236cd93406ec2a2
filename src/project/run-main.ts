import { isDeepStrictEqual } from "node:util";
import { isJsonObject, type Json, type JsonObject } from "../core/json.ts";
import type { RunOutcome } from "../runs/execution.ts";
import type { RunRecord } from "../runs/run-log.ts";
import type { RunHandle } from "../runs/runner.ts";
import { compileJob } from "../jobs/compile.ts";
import type { MainRun } from "./config.ts";
import { findJob } from "./jobs.ts";
import type { Lakehouse } from "./lakehouse.ts";

export interface MainRunOptions {
  /** Laid over the parameters that the project gives its main run. */
  readonly parameters: JsonObject;
  readonly signal?: AbortSignal;
  /** Told what is done before the run, in words. */
  readonly note?: (text: string) => void;
}

/**
 * Deploys the project and runs its main run to the end. A run that a crash interrupted goes on when it had the same
 * parameters and activities or tasks; otherwise it is cancelled, and a new one starts.
 */
export async function runMain(lakehouse: Lakehouse, options: MainRunOptions): Promise<RunOutcome> {
  const { signal, note = () => undefined } = options;
  const main = await lakehouse.main();
  for (const { action, what } of await lakehouse.deploy()) note(`${action} ${what}`);
  const parameters = { ...main.parameters, ...options.parameters };
  const watch = signal === undefined ? {} : { signal };
  for (const run of await lakehouse.interruptedRuns()) {
    if (!isRunOf(main, run)) continue;
    const difference = !isSame(run, parameters)
      ? "had other parameters"
      : (await isUnchanged(lakehouse, main, run))
        ? undefined
        : "ran an earlier version of the project";
    if (difference === undefined) {
      note(`Going on with the run ${run.id}, which was interrupted`);
      return (await lakehouse.resume(run, watch)).finished;
    }
    note(`Cancelling the run ${run.id}, which was interrupted and ${difference}`);
    await lakehouse.cancel(run);
  }
  return (await start(lakehouse, main, parameters, watch)).finished;
}

function start(
  lakehouse: Lakehouse,
  main: MainRun,
  parameters: JsonObject,
  watch: { readonly signal?: AbortSignal },
): Promise<RunHandle> {
  if ("pipeline" in main) return lakehouse.runFactoryPipeline(main.pipeline, { ...watch, parameters });
  return lakehouse.runJob(main.job, { ...watch, parameters: texts(parameters) });
}

function isRunOf(main: MainRun, run: RunRecord): boolean {
  if (run.parent !== undefined) return false;
  if ("pipeline" in main) return run.kind === "factory" && run.name.toLowerCase() === main.pipeline.toLowerCase();
  return run.kind === "job" && run.name === main.job;
}

/** Whether the run would have the same plan if it started now. */
async function isUnchanged(lakehouse: Lakehouse, main: MainRun, run: RunRecord): Promise<boolean> {
  const plan =
    "pipeline" in main
      ? (await lakehouse.factoryRunner()).currentPlan(run)
      : compileJob(findJob(lakehouse.project?.bundle, main.job));
  return isDeepStrictEqual(JSON.parse(JSON.stringify(plan)), run.plan);
}

/** Every parameter that is given has the value that the run has; the run has defaults beside them. */
function isSame(run: RunRecord, parameters: JsonObject): boolean {
  const whole = isJsonObject(run.parameters) ? run.parameters : {};
  const own = run.kind === "job" && isJsonObject(whole["parameters"]) ? whole["parameters"] : whole;
  return Object.entries(parameters).every(
    ([name, value]) => isDeepStrictEqual(own[name], value) || textOf(own[name] ?? null) === textOf(value),
  );
}

function texts(parameters: JsonObject): Record<string, string> {
  return Object.fromEntries(Object.entries(parameters).map(([name, value]) => [name, textOf(value)]));
}

function textOf(value: Json): string {
  return typeof value === "string" ? value : JSON.stringify(value);
}
