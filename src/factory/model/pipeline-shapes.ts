import type { ActivityKind } from "../activities/activity-kind.ts";
import { DEPENDENCY_CONDITIONS } from "../runtime/vocabulary.ts";
import { COMMON, PARAMETERS } from "./dataset-shapes.ts";
import {
  activities,
  anything,
  fixed,
  flag,
  inert,
  integer,
  list,
  object,
  oneOf,
  record,
  reference,
  refused,
  required,
  text,
  timespan,
  type Member,
  type ObjectShape,
  type Shape,
} from "./shape.ts";

export const PIPELINE = object({
  ...COMMON,
  activities: required(activities),
  parameters: PARAMETERS,
  variables: record(
    object({ type: required(fixed(oneOf("String", "Boolean", "Array", "Integer"))), defaultValue: anything }),
  ),
  concurrency: fixed({ kind: "integer", least: 1 }),
  policy: inert("it sets an alert of the portal"),
  runDimensions: inert("it labels runs in the portal"),
  lastPublishTime: inert("it is a note"),
  etag: inert("it is a note"),
});

/** The types of parameters, in every spelling that occurs. */
export const PARAMETER_TYPES: readonly string[] = [
  "String",
  "SecureString",
  "Int",
  "Integer",
  "Float",
  "Double",
  "Bool",
  "Boolean",
  "Array",
  "Object",
  "SecureObject",
];

const POLICY = object({
  timeout: timespan,
  retry: integer,
  retryIntervalInSeconds: { kind: "integer", least: 30, most: 86_400 },
  secureInput: flag,
  secureOutput: flag,
});

const DATASET_REFERENCES = list(reference("dataset"));

/** The whole JSON of an activity of this kind. */
export function activityShape(kind: ActivityKind): ObjectShape {
  return object({
    ...activityFrame(),
    typeProperties: kind.properties,
    ...(kind.policy === true ? { policy: POLICY } : { policy: inert("control activities have no policy") }),
    linkedServiceName:
      kind.linkedService === true ? required(reference("linkedService")) : refused(`${kind.type} has none`),
    inputs: kind.datasets === true ? required(DATASET_REFERENCES) : refused(`${kind.type} has none`),
    outputs: kind.datasets === true ? required(DATASET_REFERENCES) : refused(`${kind.type} has none`),
  });
}

/** What every activity has. */
export function activityFrame(): Readonly<Record<string, Shape | Member>> {
  return {
    name: required(fixed(text)),
    type: required(fixed(text)),
    description: text,
    dependsOn: list(
      object({
        activity: required(fixed(text)),
        dependencyConditions: list(fixed(oneOf(...DEPENDENCY_CONDITIONS))),
      }),
    ),
    userProperties: list(object({ name: required(text), value: anything })),
    state: oneOf("Active", "Inactive"),
    onInactiveMarkAs: oneOf("Succeeded", "Failed", "Skipped"),
  };
}
