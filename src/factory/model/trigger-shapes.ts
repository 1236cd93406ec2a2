import { COMMON } from "./dataset-shapes.ts";
import {
  anything,
  between,
  fixed,
  flag,
  inert,
  integer,
  list,
  object,
  oneOf,
  record,
  reference,
  required,
  text,
  timespan,
  variant,
} from "./shape.ts";

export const WEEK_DAYS = ["Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"] as const;

const PIPELINE = object({ pipelineReference: required(reference("pipeline")), parameters: record(anything) });

const RECURRENCE = object({
  frequency: required(fixed(oneOf("Minute", "Hour", "Day", "Week", "Month"))),
  interval: { kind: "integer", least: 1 },
  startTime: text,
  endTime: text,
  timeZone: text,
  schedule: object({
    minutes: list(between(0, 59)),
    hours: list(between(0, 23)),
    weekDays: list(oneOf(...WEEK_DAYS)),
    monthDays: list(between(-31, 31)),
    monthlyOccurrences: list(object({ day: required(oneOf(...WEEK_DAYS)), occurrence: between(-5, 5) })),
  }),
});

const RUN_STATE = { ...COMMON, runtimeState: oneOf("Started", "Stopped", "Disabled") };

export const TRIGGER = variant(
  "trigger",
  {
    ScheduleTrigger: object({
      ...RUN_STATE,
      pipelines: list(PIPELINE),
      typeProperties: required(object({ recurrence: required(RECURRENCE) })),
    }),
    TumblingWindowTrigger: object({
      ...RUN_STATE,
      pipeline: required(PIPELINE),
      typeProperties: required(
        object({
          frequency: required(oneOf("Minute", "Hour", "Month")),
          interval: required({ kind: "integer", least: 1 }),
          startTime: required(text),
          endTime: text,
          delay: timespan,
          maxConcurrency: between(1, 50),
          retryPolicy: object({ count: integer, intervalInSeconds: { kind: "integer", least: 30 } }),
          dependsOn: list(anything),
        }),
      ),
    }),
    BlobEventsTrigger: object({
      ...RUN_STATE,
      pipelines: list(PIPELINE),
      typeProperties: required(
        object({
          blobPathBeginsWith: text,
          blobPathEndsWith: text,
          ignoreEmptyBlobs: flag,
          scope: inert("the events are those of the local storage"),
          events: list(oneOf("Microsoft.Storage.BlobCreated", "Microsoft.Storage.BlobDeleted")),
        }),
      ),
    }),
  },
  ["ChainingTrigger", "CustomEventsTrigger", "RerunTumblingWindowTrigger"],
);
