import type { Json, JsonObject } from "../core/json.ts";
import type { RunOutcome } from "../runs/execution.ts";
import type { RunError } from "../runs/run-error.ts";
import type { NodeState } from "../runs/run-state.ts";
import { activityError } from "./runtime/activity-context.ts";
import { returnValueOf } from "./runtime/run-values.ts";
import type { Factory } from "./model/resource.ts";
import { FactoryRunner, type FactoryRunnerOptions, type PipelineStart } from "./runtime/factory-runner.ts";
import { statusWord } from "./runtime/vocabulary.ts";

export interface RunPipelineOptions extends PipelineStart, Omit<FactoryRunnerOptions, "factory"> {}

/** How a pipeline ended, in the words of Data Factory's monitoring. */
export interface PipelineRun {
  readonly runId: string;
  readonly pipelineName: string;
  readonly status: "Succeeded" | "Failed" | "Cancelled";
  readonly error?: RunError;
  readonly returnValue?: JsonObject;
  readonly activities: readonly ActivityRun[];
}

export interface ActivityRun {
  readonly activityName: string;
  /** Where it ran: `ForEach1[3]/Copy1`. */
  readonly path: string;
  readonly status: "Succeeded" | "Failed" | "Skipped" | "Cancelled" | "InProgress";
  readonly input?: Json;
  readonly output: Json;
  readonly error?: JsonObject;
  /** Milliseconds since the epoch. */
  readonly start?: number;
  readonly end?: number;
  readonly retryAttempt: number;
}

/**
 * Runs a pipeline to its end, with the pipelines that it starts without waiting. Throws what validation finds before
 * anything runs; a failure while running is in the result.
 */
export async function runPipeline(factory: Factory, name: string, options: RunPipelineOptions): Promise<PipelineRun> {
  const { services, mocks, owner, ...start } = options;
  const runner = new FactoryRunner({
    factory,
    services,
    ...(mocks === undefined ? {} : { mocks }),
    ...(owner === undefined ? {} : { owner }),
  });
  const { finished } = await runner.start(name, start);
  const outcome = await finished;
  await runner.settled();
  return pipelineRunOf(outcome);
}

/** A run of the kernel as Data Factory shows it. */
export function pipelineRunOf({ run, status, error, state }: RunOutcome): PipelineRun {
  const returnValue = returnValueOf(state.values);
  return {
    runId: run.id,
    pipelineName: run.name,
    status:
      status === "succeeded" ? "Succeeded" : status === "failed" || status === "timedOut" ? "Failed" : "Cancelled",
    activities: [...state.nodes.values()].map(activityRunOf),
    ...(error === undefined ? {} : { error }),
    ...(returnValue === undefined ? {} : { returnValue }),
  };
}

function activityRunOf(node: NodeState): ActivityRun {
  const name = node.address.slice(node.address.lastIndexOf("/") + 1);
  const activityName = name.replace(/%([0-9A-F]{2})/g, (_, hex: string) =>
    String.fromCharCode(Number.parseInt(hex, 16)),
  );
  const { status, input, output, error, firstStartedAt, finishedAt, retries } = node;
  const ended = status === "succeeded" || status === "failed" || status === "skipped" || status === "cancelled";
  return {
    activityName,
    path: node.address,
    status: ended ? statusWord(status) : "InProgress",
    output,
    retryAttempt: retries,
    ...(input === undefined ? {} : { input }),
    ...(error === undefined ? {} : { error: activityError(activityName, error) }),
    ...(firstStartedAt === undefined ? {} : { start: firstStartedAt }),
    ...(finishedAt === undefined ? {} : { end: finishedAt }),
  };
}
