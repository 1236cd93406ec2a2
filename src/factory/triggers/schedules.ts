import { BoathouseError } from "../../core/errors.ts";
import { isJsonObject, type Json, type JsonObject } from "../../core/json.ts";
import type { Schedule } from "../../runs/scheduler.ts";
import { environmentOf } from "../expression/environment.ts";
import { textOfJson } from "../json/text-of.ts";
import { propertiesOf, resourceOf, type Factory, type Resource } from "../model/resource.ts";
import type { PipelineStart } from "../runtime/factory-runner.ts";
import { evaluateJson } from "../runtime/properties.ts";
import { Recurrence } from "./recurrence.ts";

/** A trigger as lists show it. */
export interface TriggerSummary {
  readonly name: string;
  readonly type: string;
  /** Whether it would fire: `runtimeState` is `Started`. */
  readonly started: boolean;
  readonly pipelines: readonly string[];
  /** When it is due next, in milliseconds since the epoch. */
  readonly next: number | undefined;
}

/** What starts a pipeline for a trigger. */
export type StartPipeline = (pipeline: string, options: PipelineStart) => Promise<unknown>;

/** The triggers of a factory and when they are due next. */
export function listTriggers(factory: Factory, now: number): TriggerSummary[] {
  return [...factory.resources.trigger.values()].map((trigger) => {
    const properties = propertiesOf(trigger);
    const type = textOfJson(properties["type"]);
    return {
      name: trigger.name,
      type,
      started: isStarted(properties),
      pipelines: pipelinesOf(properties).map(({ name }) => name),
      next: type === "ScheduleTrigger" ? recurrenceOf(properties, now).next(now) : undefined,
    };
  });
}

/**
 * The schedules of the triggers that are started, or of the ones named (started or not). What was due while nobody looked
 * is dropped, as Data Factory does with schedule triggers.
 *
 * Throws `FACTORY_TRIGGER_UNSUPPORTED` for a started trigger of another type.
 */
export function factorySchedules(
  factory: Factory,
  options: { readonly now: number; readonly start: StartPipeline; readonly names?: readonly string[] },
): Schedule[] {
  const { now, start, names } = options;
  const wanted =
    names === undefined
      ? [...factory.resources.trigger.values()].filter((trigger) => isStarted(propertiesOf(trigger)))
      : names.map((name) => resourceOf(factory, "trigger", name));
  return wanted.map((trigger) => scheduleOf(factory, trigger, now, start));
}

function scheduleOf(factory: Factory, trigger: Resource, now: number, start: StartPipeline): Schedule {
  const properties = propertiesOf(trigger);
  const type = textOfJson(properties["type"]);
  if (type !== "ScheduleTrigger") {
    throw new BoathouseError(
      "FACTORY_TRIGGER_UNSUPPORTED",
      `The trigger "${trigger.name}" is a ${type}, which does not run here.`,
      {
        hint: `Set its runtimeState to Stopped in ${trigger.file}, or use a ScheduleTrigger.`,
      },
    );
  }
  const recurrence = recurrenceOf(properties, now);
  return {
    id: `factory/${factory.name}/${trigger.name}`,
    missed: "none",
    next: (after) => recurrence.next(after),
    async fire({ due, token }) {
      const scheduledTime = new Date(due).toISOString().replace("Z", "0000Z");
      const outputs = { scheduledTime, startTime: scheduledTime, name: trigger.name };
      for (const [index, pipeline] of pipelinesOf(properties).entries()) {
        const state = { trigger: { ...outputs, outputs: { body: outputs } } };
        const parameters = evaluateJson(pipeline.parameters, { state, environment: environmentOf({}) });
        await start(pipeline.name, {
          parameters: isJsonObject(parameters) ? parameters : {},
          trigger: { type, name: trigger.name, id: token, time: scheduledTime, trigger: state.trigger },
          idempotencyKey: `${token}/${index}`,
        });
      }
    },
  };
}

function recurrenceOf(properties: JsonObject, now: number): Recurrence {
  const typeProperties = properties["typeProperties"];
  const recurrence = isJsonObject(typeProperties) ? typeProperties["recurrence"] : undefined;
  return new Recurrence(isJsonObject(recurrence) ? recurrence : {}, now);
}

function isStarted(properties: JsonObject): boolean {
  return textOfJson(properties["runtimeState"]).toLowerCase() === "started";
}

function pipelinesOf(properties: JsonObject): { readonly name: string; readonly parameters: Json }[] {
  const { pipelines, pipeline } = properties;
  const entries: readonly Json[] = Array.isArray(pipelines) ? pipelines : pipeline === undefined ? [] : [pipeline];
  return entries.filter(isJsonObject).map((entry) => {
    const reference = entry["pipelineReference"];
    return {
      name: isJsonObject(reference) ? textOfJson(reference["referenceName"]) : "",
      parameters: entry["parameters"] ?? {},
    };
  });
}
