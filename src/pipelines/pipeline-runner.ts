import { rm } from "node:fs/promises";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import type { Clock } from "../core/clock.ts";
import type { IdSource } from "../core/ids.ts";
import { isBoathouseError } from "../core/errors.ts";
import { isJsonObject, type JsonObject } from "../core/json.ts";
import type { Session } from "../engine/session.ts";
import type { Handler, HandlerContext, RunInfo } from "../runs/handler.ts";
import type { RunEvent } from "../runs/event.ts";
import type { RunRecord } from "../runs/run-log.ts";
import { Runner, type RunHandle, type RunnerOptions, type RunWatch } from "../runs/runner.ts";
import { fromRunError } from "../runs/run-error.ts";
import type { State } from "../state/state.ts";
import { nameOf, quoteName, type Place } from "./dataset.ts";
import { EventLog, type NewPipelineEvent, type UpdateOrigin } from "./event-log.ts";
import { FlowLog } from "./flow-log.ts";
import { flowResultJson, type FlowEnvironment, type FlowProgress, type FlowResult, type FlowRun } from "./flow-run.ts";
import { refreshMaterializedView, storeView } from "./materialized-view.ts";
import { runStreamingFlow } from "./streaming-flow.ts";
import type { PipelineTables } from "./tables.ts";
import {
  checkSources,
  plannedFlow,
  prepareUpdate,
  runPlanOf,
  updateFromJson,
  updateToJson,
  type Update,
  type UpdateDefinition,
} from "./update.ts";
import { pipelineVocabulary } from "./vocabulary.ts";

export interface PipelineRunnerOptions {
  readonly state: State;
  readonly clock: Clock;
  readonly ids: IdSource;
  /** A session of the principal that pipelines run as. */
  readonly openSession: (context: { readonly catalog: string; readonly schema: string }) => Promise<Session>;
  /** The local folder for what streaming sources keep. */
  readonly checkpoints: string;
  readonly observe?: RunnerOptions["observe"];
}

/** Runs updates of declarative pipelines, and keeps their event log. */
export class PipelineRunner {
  readonly runner: Runner;
  readonly events: EventLog;
  readonly #options: PipelineRunnerOptions;
  readonly #environment: FlowEnvironment;
  readonly #updates = new Map<string, Update>();
  /** The writes of events that are under way, by run. */
  readonly #writes = new Map<string, Promise<void>>();

  constructor(options: PipelineRunnerOptions) {
    const { state, clock, ids, observe } = options;
    const db = state.db.withTables<PipelineTables>();
    this.#options = options;
    this.events = new EventLog({ db, clock, ids });
    const folderOf = (flow: string, generation: number): string => {
      const parts = flow.split("/").map((part) => encodeURIComponent(part));
      return join(options.checkpoints, ...parts, String(generation));
    };
    this.#environment = {
      log: new FlowLog(db, clock),
      checkpoint: (flow, generation) => pathToFileURL(folderOf(flow, generation)).href,
      forget: (flow, generation) => rm(folderOf(flow, generation), { recursive: true, force: true }),
    };
    this.runner = new Runner({
      state,
      kind: "pipeline",
      vocabulary: pipelineVocabulary,
      handlers: new Map<string, Handler>([["flow", (context) => this.#runFlow(context)]]),
      clock,
      ids,
      ...(observe === undefined ? {} : { observe }),
    });
  }

  /** Plans an update, checks that its sources are there, and starts it. */
  async start(
    definition: UpdateDefinition,
    options: RunWatch & {
      readonly trigger?: JsonObject;
      readonly parent?: RunInfo["parent"];
      readonly idempotencyKey?: string;
    } = {},
  ): Promise<RunHandle> {
    const update = prepareUpdate(definition);
    const { spec } = definition;
    const session = await this.#options.openSession(spec);
    try {
      await checkSources(update, session);
    } finally {
      await session.close();
    }
    const handle = await this.runner.start({
      name: spec.id,
      plan: runPlanOf(update),
      parameters: updateToJson(definition),
      trigger: options.trigger ?? {},
      concurrency: { key: `pipeline/${spec.id}`, limit: 1, whenFull: "queue" },
      ...(options.parent === undefined ? {} : { parent: options.parent }),
      ...(options.idempotencyKey === undefined ? {} : { idempotencyKey: options.idempotencyKey }),
      ...this.#watch(options),
    });
    if (!handle.created) return handle;
    await this.#recordStart(handle.run, update);
    return { ...handle, finished: this.#afterWrites(handle.run.id, handle.finished) };
  }

  /** Goes on with an update whose process is gone. */
  async resume(id: string, watch: RunWatch = {}): Promise<RunHandle> {
    const handle = await this.runner.resume(id, this.#watch(watch));
    return { ...handle, finished: this.#afterWrites(handle.run.id, handle.finished) };
  }

  /** The outcome, when its events are written too; rejects where one could not be. */
  async #afterWrites(id: string, finished: RunHandle["finished"]): RunHandle["finished"] {
    try {
      return await finished;
    } finally {
      await this.#writes.get(id);
      this.#writes.delete(id);
    }
  }

  #watch(watch: RunWatch): RunWatch {
    return {
      ...(watch.signal === undefined ? {} : { signal: watch.signal }),
      onEvent: (event, run) => {
        watch.onEvent?.(event, run);
        this.#record(event, run);
      },
    };
  }

  async #runFlow(context: HandlerContext): Promise<JsonObject> {
    const update = this.#updateOf(context.run);
    const planned = plannedFlow(update, context.node.id);
    const { spec } = update.definition;
    const origin = originOf(context.run, update);
    const { flow, dataset } = planned;
    const tell = (status: string, result?: FlowProgress | FlowResult): Promise<void> =>
      this.events.append(origin, flowEvent(planned.flow.name, nameOf(dataset.name), status, result));
    await context.recordInput({
      reason: planned.reason,
      reads: update.dataflow.inputsOf(flow).datasets.map((each) => nameOf(each.name)),
    });
    await tell("STARTING");
    const session = await this.#options.openSession({ catalog: flow.catalog, schema: flow.schema });
    try {
      const run: FlowRun = {
        planned,
        dataflow: update.dataflow,
        pipeline: spec.id,
        updateId: context.run.id,
        session,
        signal: context.signal,
        progress: async (progress) => {
          await context.emit({ rows: progress.rows, droppedRows: progress.droppedRows, batch: progress.batch });
          await tell("RUNNING", progress);
        },
      };
      await tell("RUNNING");
      const result = await this.#fill(run);
      await tell("COMPLETED", result);
      return flowResultJson(result);
    } catch (error) {
      throw inFile(error, flow.place);
    } finally {
      await session.close();
    }
  }

  #fill(run: FlowRun): Promise<FlowResult> {
    switch (run.planned.dataset.kind) {
      case "streaming_table":
        return runStreamingFlow(run, this.#environment);
      case "materialized_view":
        return refreshMaterializedView(run, this.#environment);
      default:
        return storeView(run);
    }
  }

  #updateOf(run: RunInfo): Update {
    const known = this.#updates.get(run.id);
    if (known !== undefined) return known;
    const update = prepareUpdate(updateFromJson(run.parameters));
    this.#updates.set(run.id, update);
    return update;
  }

  async #recordStart(run: RunRecord, update: Update): Promise<void> {
    const origin = originOf(run, update);
    const { request } = update.definition;
    await this.events.append(origin, {
      type: "create_update",
      message: `Update ${run.id.slice(0, 8)} started.`,
      details: {
        cause: "USER_ACTION",
        full_refresh: request.fullRefresh === true,
        refresh_selection: request.refreshSelection ?? [],
        full_refresh_selection: request.fullRefreshSelection ?? [],
      },
    });
    for (const { dataset, flow, reason } of update.plan.flows) {
      const name = nameOf(dataset.name);
      await this.events.append(origin, {
        type: "dataset_definition",
        message: `${quoteName(dataset.name)} is declared as a ${dataset.kind.replaceAll("_", " ")}.`,
        details: { dataset_type: dataset.kind.toUpperCase(), num_flows: 1, expectations: dataset.expectations.length },
        origin: { dataset_name: name },
      });
      await this.events.append(origin, {
        type: "flow_definition",
        message: `The flow ${flow.name} fills ${name}: ${reason}.`,
        details: {
          output_dataset: name,
          input_datasets: update.dataflow.inputsOf(flow).datasets.map((each) => ({ name: nameOf(each.name) })),
          flow_type: dataset.kind === "streaming_table" ? "APPEND" : "COMPLETE",
        },
        origin: { dataset_name: name, flow_name: flow.name },
      });
    }
  }

  /** What the kernel decides by itself: skipped and failed flows, and how the update stands. */
  #record(event: RunEvent, run: RunRecord): void {
    const told = this.#eventOf(event, run);
    if (told === undefined) return;
    const update = this.#updateOf(run);
    const before = this.#writes.get(run.id) ?? Promise.resolve();
    const written = before.then(() => this.events.append(originOf(run, update), told));
    // Whoever awaits the outcome is told.
    written.catch(() => undefined);
    this.#writes.set(run.id, written);
    if (event.type === "run.finished") this.#updates.delete(run.id);
  }

  #eventOf(event: RunEvent, run: RunRecord): NewPipelineEvent | undefined {
    switch (event.type) {
      case "run.started":
      case "run.resumed":
        return { type: "update_progress", message: "The update is running.", details: { state: "RUNNING" } };
      case "run.finished": {
        const state = event.status === "succeeded" ? "COMPLETED" : event.status === "cancelled" ? "CANCELED" : "FAILED";
        const level = state === "FAILED" ? "ERROR" : "INFO";
        return { type: "update_progress", message: `The update is ${state.toLowerCase()}.`, details: { state }, level };
      }
      case "node.skipped":
      case "node.failed": {
        const planned = plannedFlow(this.#updateOf(run), event.node);
        const status = event.type === "node.skipped" ? "SKIPPED" : "FAILED";
        const base = flowEvent(planned.flow.name, nameOf(planned.dataset.name), status);
        if (event.type === "node.skipped")
          return { ...base, level: "WARN", message: `${base.message} ${event.reason}.` };
        return { ...base, level: "ERROR", error: fromRunError(event.error) };
      }
      default:
        return undefined;
    }
  }
}

function flowEvent(
  flow: string,
  dataset: string,
  status: string,
  result?: FlowProgress | FlowResult,
): NewPipelineEvent {
  const upToDate = result !== undefined && "upToDate" in result && result.upToDate;
  const details: JsonObject = {
    status,
    ...(result === undefined
      ? {}
      : {
          metrics: { num_output_rows: result.rows },
          data_quality: {
            dropped_records: result.droppedRows,
            expectations: result.expectations.map((each) => ({
              name: each.name,
              dataset,
              passed_records: each.passed,
              failed_records: each.failed,
            })),
          },
        }),
  };
  return {
    type: "flow_progress",
    message: `The flow ${flow} is ${status}${upToDate ? ": nothing has changed" : ""}.`,
    details,
    origin: { flow_name: flow, dataset_name: dataset },
  };
}

function originOf(run: RunInfo, update: Update): UpdateOrigin {
  const { spec } = update.definition;
  return { pipelineId: spec.id, pipelineName: spec.name, updateId: run.id };
}

/** An error of a flow, with the text of the file that it points into; one that points nowhere is put at the dataset. */
function inFile(error: unknown, place: Place): unknown {
  if (!isBoathouseError(error)) return error;
  if (error.location === undefined) return error.at(place.location, place.source);
  return error.location.file === place.file ? error.at(error.location, place.source) : error;
}

/** Whether what a flow's node put out is the result of a flow. */
export function isFlowResult(value: unknown): value is FlowResult {
  return isJsonObject(value) && typeof value["dataset"] === "string" && typeof value["rows"] === "number";
}
