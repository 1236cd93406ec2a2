import { systemClock, type Clock } from "../core/clock.ts";
import { BoathouseError } from "../core/errors.ts";
import { randomIds, type IdSource } from "../core/ids.ts";
import { didYouMean } from "../core/nearest.ts";
import type { Handler } from "../runs/handler.ts";
import type { Owner } from "../runs/owner.ts";
import type { RepairSelection } from "../runs/repair.ts";
import { Runner, type RunHandle, type RunnerOptions, type RunWatch } from "../runs/runner.ts";
import type { State } from "../state/state.ts";
import { compileJob } from "./compile.ts";
import { runParametersOf, runParametersToJson, type JobEnvironment } from "./environment.ts";
import type { Job } from "./job.ts";
import type { JobStartOptions } from "./start-options.ts";
import { TaskContext } from "./task-context.ts";
import { TASK_HANDLERS } from "./tasks/registry.ts";
import { jobVocabulary } from "./vocabulary.ts";

export interface JobRunnerOptions {
  readonly state: State;
  readonly environment: JobEnvironment;
  readonly clock?: Clock;
  readonly ids?: IdSource;
  readonly owner?: Owner;
  readonly observe?: RunnerOptions["observe"];
}

/** Runs jobs. `runner` lists, follows, resumes and cancels their runs. */
export class JobRunner {
  readonly runner: Runner;
  readonly #clock: Clock;

  constructor(options: JobRunnerOptions) {
    const { state, environment, clock = systemClock, ids = randomIds, owner, observe } = options;
    this.#clock = clock;
    const start = this.start.bind(this);
    const handlers = new Map<string, Handler>();
    for (const [kind, handler] of Object.entries(TASK_HANDLERS)) {
      handlers.set(kind, (node) => handler(new TaskContext(node, environment, start)));
    }
    this.runner = new Runner({
      state,
      kind: "job",
      vocabulary: jobVocabulary,
      handlers,
      clock,
      ids,
      ...(owner === undefined ? {} : { owner }),
      ...(observe === undefined ? {} : { observe }),
    });
  }

  /**
   * Starts a run. One too many (`max_concurrent_runs`, 1 by default) waits for its turn, as in a deployed bundle, or
   * ends as `skipped` where the job's queue is switched off.
   */
  async start(job: Job, options: JobStartOptions = {}): Promise<RunHandle> {
    const { parameters = {}, trigger = { type: "one_time" }, parent, idempotencyKey, signal, onEvent } = options;
    const { max_concurrent_runs: limit = 1, queue } = job.settings;
    await this.#refuseCircle(job, parent?.runId);
    return this.runner.start({
      name: job.id,
      plan: compileJob(job),
      parameters: runParametersToJson({
        jobId: job.id,
        jobName: job.name,
        startTime: this.#clock.now(),
        parameters: parametersOf(job, parameters),
      }),
      trigger: { ...trigger },
      concurrency: { key: `job/${job.id}`, limit, whenFull: queue?.enabled === false ? "skip" : "queue" },
      ...(parent === undefined ? {} : { parent }),
      ...(idempotencyKey === undefined ? {} : { idempotencyKey }),
      ...(signal === undefined ? {} : { signal }),
      ...(onEvent === undefined ? {} : { onEvent }),
    });
  }

  /** A job that runs itself, directly or through others, would wait for itself. */
  async #refuseCircle(job: Job, parent: string | undefined): Promise<void> {
    const names: string[] = [];
    for (let id = parent; id !== undefined;) {
      const run = await this.runner.log.get(id);
      names.unshift(run.name);
      if (run.kind === "job" && run.name === job.id) {
        const circle = [...names.slice(names.indexOf(job.id)), job.id].join(" → ");
        throw new BoathouseError("JOB_RUNS_ITSELF", `The job "${job.name}" would run itself: ${circle}.`, {
          hint: "Remove one of these `run_job_task`s.",
        });
      }
      id = run.parent?.runId;
    }
  }

  /** Runs again what failed (or the tasks that are named), with the job as it is now if that is given. */
  async repair(
    runId: string,
    selection: RepairSelection,
    options: RunWatch & { readonly job?: Job; readonly parameters?: Readonly<Record<string, string>> } = {},
  ): Promise<RunHandle> {
    const { job, parameters, ...watch } = options;
    const before = runParametersOf(await this.runner.log.get(runId));
    const name = job?.name ?? before.jobName;
    requireKnown(name, parameters ?? {}, job === undefined ? Object.keys(before.parameters) : parameterNames(job));
    const given = { ...before.parameters, ...parameters };
    return this.runner.repair(runId, selection, {
      ...watch,
      ...(job === undefined ? {} : { plan: compileJob(job) }),
      parameters: runParametersToJson({ ...before, parameters: job === undefined ? given : withDefaults(job, given) }),
    });
  }
}

function parametersOf(job: Job, given: Readonly<Record<string, string>>): Record<string, string> {
  requireKnown(job.name, given, parameterNames(job));
  return withDefaults(job, given);
}

function parameterNames(job: Job): string[] {
  return (job.settings.parameters ?? []).map((each) => each.name);
}

function withDefaults(job: Job, given: Readonly<Record<string, string>>): Record<string, string> {
  const known = job.settings.parameters ?? [];
  return Object.fromEntries(known.map(({ name, default: value }) => [name, given[name] ?? String(value)]));
}

function requireKnown(job: string, given: Readonly<Record<string, string>>, names: readonly string[]): void {
  for (const name of Object.keys(given)) {
    if (names.includes(name)) continue;
    const listed = names.length === 0 ? "It has none." : `It has: ${names.join(", ")}.`;
    throw new BoathouseError("JOB_PARAMETER_UNKNOWN", `The job "${job}" has no parameter "${name}".`, {
      kind: "usage",
      hint: didYouMean(name, names) ?? listed,
    });
  }
}
