import { uuidFrom } from "../../core/ids.ts";
import { isJsonObject, type Json, type JsonObject } from "../../core/json.ts";
import type { HandlerContext } from "../../runs/handler.ts";
import type { NodeState } from "../../runs/run-state.ts";
import { environmentOf, type ExpressionEnvironment } from "../expression/environment.ts";
import type { ActivityState, ExpressionState } from "../expression/state.ts";
import { variablesOf } from "./run-values.ts";
import type { ActivitySpec } from "./activity-spec.ts";
import { Properties, type Evaluation } from "./properties.ts";
import type { FactoryServices } from "./services.ts";
import { statusWord } from "./vocabulary.ts";

/** What an activity works with: the kernel's context in Data Factory's words. */
export class ActivityContext {
  readonly node: HandlerContext;
  readonly services: FactoryServices;
  readonly spec: ActivitySpec;
  readonly environment: ExpressionEnvironment;

  constructor(node: HandlerContext, spec: ActivitySpec, services: FactoryServices) {
    this.node = node;
    this.spec = spec;
    this.services = services;
    this.environment = environmentOf({ clock: node.clock, ids: services.ids });
  }

  get name(): string {
    return this.node.node.id;
  }

  get signal(): AbortSignal {
    return this.node.signal;
  }

  /** The identity of this activity run in monitoring and in generated file names; the same for every attempt. */
  get activityRunId(): string {
    return uuidFrom("activity", this.node.identity);
  }

  /** The activity's `typeProperties`, evaluated when read. */
  get properties(): Properties {
    return new Properties(this.spec.activity["typeProperties"], this.evaluation());
  }

  /** The activity itself. */
  get activity(): Properties {
    return new Properties(this.spec.activity, this.evaluation());
  }

  evaluation(more: Partial<ExpressionState> = {}): Evaluation {
    return { state: { ...this.state(), ...more }, environment: this.environment };
  }

  /** What expressions can refer to now. */
  state(): ExpressionState {
    const { run } = this.node;
    const item = this.node.items.find((each) => each.item !== undefined)?.item;
    const trigger = isJsonObject(run.trigger) ? run.trigger : {};
    return {
      parameters: isJsonObject(run.parameters) ? run.parameters : {},
      globalParameters: this.spec.globalParameters,
      variables: variablesOf(this.spec.variables, this.node.values),
      system: systemVariables(this, trigger),
      activities: (name) => {
        const state = this.node.find(name);
        return state === undefined ? undefined : activityStateOf(name, state);
      },
      ...(item === undefined ? {} : { item }),
      ...(trigger["trigger"] === undefined ? {} : { trigger: trigger["trigger"] }),
    };
  }

  /** Records the input for monitoring, with its expressions evaluated. */
  async recordInput(input: JsonObject): Promise<void> {
    await this.node.recordInput(input);
  }
}

function systemVariables(context: ActivityContext, trigger: JsonObject): JsonObject {
  const { run } = context.node;
  return {
    DataFactory: context.spec.factory,
    Pipeline: run.name,
    RunId: run.id,
    GroupId: run.groupId,
    TriggerId: trigger["id"] ?? null,
    TriggerName: trigger["name"] ?? null,
    TriggerType: trigger["type"] ?? "Manual",
    TriggerTime: trigger["time"] ?? new Date(run.createdAt).toISOString().replace("Z", "0000Z"),
    TriggeredByPipelineName: trigger["pipelineName"] ?? null,
    TriggeredByPipelineRunId: run.parent?.runId ?? null,
  };
}

/** A node of the run as `activity('name')` shows it. */
export function activityStateOf(name: string, state: NodeState): ActivityState {
  const status = isEnded(state.status) ? statusWord(state.status) : "InProgress";
  return {
    status,
    ActivityName: name,
    ...(status === "Skipped" ? {} : { output: state.output ?? {} }),
    ...(state.error === undefined ? {} : { error: activityError(name, state.error) }),
  };
}

/** An error as Data Factory's monitoring shows it. */
export function activityError(
  name: string,
  error: { readonly code: string; readonly message: string; readonly kind: string },
): Record<string, Json> {
  return {
    errorCode: error.code,
    message: error.message,
    failureType: error.kind === "defect" ? "SystemError" : "UserError",
    target: name,
  };
}

function isEnded(status: NodeState["status"]): status is "succeeded" | "failed" | "skipped" | "cancelled" {
  return status === "succeeded" || status === "failed" || status === "skipped" || status === "cancelled";
}
