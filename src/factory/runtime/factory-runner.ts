import { cancelled } from "../../core/cancellation.ts";
import { BoathouseError } from "../../core/errors.ts";
import { isJsonObject, type Json, type JsonObject } from "../../core/json.ts";
import type { RunPlan } from "../../runs/definition.ts";
import type { RunOutcome } from "../../runs/execution.ts";
import type { Handler } from "../../runs/handler.ts";
import type { Owner } from "../../runs/owner.ts";
import type { RepairSelection } from "../../runs/repair.ts";
import type { RunRecord } from "../../runs/run-log.ts";
import { Runner, type RunHandle, type RunnerOptions, type RunWatch } from "../../runs/runner.ts";
import { ACTIVITIES } from "../activities/registry.ts";
import { returnValueOf } from "./run-values.ts";
import { environmentOf } from "../expression/environment.ts";
import { errorOfFinding, propertiesOf, resourceOf, type Factory } from "../model/resource.ts";
import { findingsFor } from "../model/validate.ts";
import { ActivityContext } from "./activity-context.ts";
import { specOf } from "./activity-spec.ts";
import { compilePipeline, globalParametersOf, MOCK_KIND } from "./compile.ts";
import { pipelineParameters } from "./parameters.ts";
import type { FactoryServices, PipelineRequest, PipelineRunner } from "./services.ts";
import { FACTORY_VOCABULARY } from "./vocabulary.ts";

export interface FactoryRunnerOptions {
  readonly factory: Factory;
  readonly services: Omit<FactoryServices, "pipelines">;
  /** Outputs of activities that are not to run, by `activity` or `pipeline/activity`. */
  readonly mocks?: Readonly<Record<string, Json>>;
  readonly owner?: Owner;
  readonly observe?: RunnerOptions["observe"];
}

export interface PipelineStart extends RunWatch {
  readonly parameters?: JsonObject;
  readonly trigger?: TriggerInfo;
  /** A second start with the same key gives the first one's run. */
  readonly idempotencyKey?: string;
}

/** What started a run, for `pipeline().TriggerName` and `trigger()`. Plain data. */
export interface TriggerInfo {
  readonly type: string;
  readonly name?: string;
  readonly id?: string;
  readonly time?: string;
  /** What `trigger()` gives. */
  readonly trigger?: Json;
}

const KIND = "factory";

/** Runs the pipelines of one factory over the run kernel. */
export class FactoryRunner implements PipelineRunner {
  readonly runner: Runner;
  readonly #options: FactoryRunnerOptions;
  readonly #background = new Set<Promise<unknown>>();
  readonly #checked = new Set<string>();

  constructor(options: FactoryRunnerOptions) {
    this.#options = options;
    const { services, owner, observe } = options;
    const { state, clock, ids } = services;
    this.runner = new Runner({
      state,
      kind: KIND,
      vocabulary: FACTORY_VOCABULARY,
      handlers: handlersFor({ ...services, pipelines: this }),
      clock,
      ids,
      ...(owner === undefined ? {} : { owner }),
      ...(observe === undefined ? {} : { observe }),
    });
  }

  /**
   * Starts a pipeline and resolves when the run is recorded. What validation finds in it, or in what it leads to, is
   * thrown before anything runs.
   */
  async start(pipeline: string, options: PipelineStart = {}): Promise<RunHandle> {
    const { parameters = {}, trigger, ...watch } = options;
    return this.#start(pipeline, parameters, { ...watch, trigger: trigger === undefined ? null : { ...trigger } });
  }

  /** Goes on with a run whose process is gone. */
  resume(runId: string, watch: RunWatch = {}): Promise<RunHandle> {
    return this.runner.resume(runId, watch);
  }

  /** Runs parts of an ended run again: from its failures, or from named activities on. */
  async rerun(runId: string, selection: RepairSelection, watch: RunWatch = {}): Promise<RunHandle> {
    const run = await this.runner.log.get(runId);
    return this.runner.repair(runId, selection, { ...watch, plan: this.currentPlan(run) });
  }

  /** The plan that a run would have if it started now: another one when the factory has changed since. */
  currentPlan(run: RunRecord): RunPlan {
    return this.#plan(run.name, isJsonObject(run.parameters) ? run.parameters : {});
  }

  /** Resolves when the pipelines have ended that were started without waiting for them. */
  async settled(): Promise<void> {
    while (this.#background.size > 0) await Promise.allSettled(this.#background);
  }

  /** For `ExecutePipeline`: the same identity leads to the same run, also after a crash. */
  async run(request: PipelineRequest): ReturnType<PipelineRunner["run"]> {
    const { parent, identity, retry, signal, wait } = request;
    const handle = await this.#start(request.pipeline, request.parameters, {
      parent: { runId: parent.runId, node: parent.node },
      idempotencyKey: `${KIND}/${identity}/${retry}`,
      trigger: { type: "PipelineActivity", name: parent.pipeline, id: parent.runId, pipelineName: parent.pipeline },
      ...(wait ? { signal } : {}),
    });
    const { id } = handle.run;
    const { finished } = handle;
    request.started(id);
    if (!wait) {
      const tracked: Promise<unknown> = finished.finally(() => this.#background.delete(tracked));
      tracked.catch(() => undefined);
      this.#background.add(tracked);
      return { runId: id };
    }
    const outcome = await finished;
    if (outcome.status === "cancelled" && signal.aborted)
      throw cancelled(`The pipeline "${request.pipeline}" was cancelled.`);
    if (outcome.status !== "succeeded") throw childFailure(request.pipeline, outcome);
    const returnValue = returnValueOf(outcome.state.values);
    return { runId: id, ...(returnValue === undefined ? {} : { returnValue }) };
  }

  async #start(
    name: string,
    given: JsonObject,
    more: Omit<Parameters<Runner["start"]>[0], "name" | "plan" | "parameters" | "concurrency">,
  ): Promise<RunHandle> {
    const { factory } = this.#options;
    const pipeline = resourceOf(factory, "pipeline", name);
    this.#check(pipeline.name);
    const properties = propertiesOf(pipeline);
    const parameters = pipelineParameters(pipeline.name, properties["parameters"], given);
    const limit = Number(properties["concurrency"] ?? 0);
    return this.runner.start({
      ...more,
      name: pipeline.name,
      plan: this.#plan(pipeline.name, parameters),
      parameters,
      ...(limit > 0
        ? { concurrency: { key: `${KIND}/${factory.name}/${pipeline.name}`, limit, whenFull: "queue" as const } }
        : {}),
    });
  }

  /** Throws what validation finds in a pipeline and in what it leads to; the factory does not change, so it is asked once. */
  #check(pipeline: string): void {
    if (this.#checked.has(pipeline)) return;
    const { factory, mocks } = this.#options;
    const findings = findingsFor(factory, pipeline, mocks === undefined ? {} : { mocks });
    const problem = findings.find((finding) => finding.severity === "error");
    if (problem !== undefined) throw errorOfFinding(problem);
    this.#checked.add(pipeline);
  }

  #plan(pipeline: string, parameters: JsonObject): RunPlan {
    const { factory, mocks, services } = this.#options;
    const globalParameters = globalParametersOf(factory);
    const environment = environmentOf({ clock: services.clock, ids: services.ids });
    return compilePipeline(factory, pipeline, {
      evaluation: { state: { parameters, globalParameters }, environment },
      ...(mocks === undefined ? {} : { mocks }),
    });
  }
}

function handlersFor(services: FactoryServices): ReadonlyMap<string, Handler> {
  const handlers = new Map<string, Handler>(
    ACTIVITIES.map((kind) => [
      kind.type,
      (context) => kind.run(new ActivityContext(context, specOf(context.node.spec), services)),
    ]),
  );
  return handlers.set(MOCK_KIND, (context) => Promise.resolve(specOf(context.node.spec).mock ?? null));
}

function childFailure(pipeline: string, { run, status, error }: RunOutcome): BoathouseError {
  const why = error === undefined ? status : error.message;
  const hint = error?.hint;
  return new BoathouseError(error?.code ?? "FACTORY_PIPELINE_FAILED", `The pipeline "${pipeline}" failed: ${why}`, {
    details: { runId: run.id },
    ...(hint === undefined ? {} : { hint }),
  });
}
