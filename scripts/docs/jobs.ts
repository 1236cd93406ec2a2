import { JOB_SHAPE, TASK_KINDS, WITHOUT_EFFECT } from "../../src/jobs/job-shape.ts";
import { REFERENCES } from "../../src/jobs/reference.ts";
import type { ObjectShape, Shape } from "../../src/jobs/shape.ts";
import { code, codes, page, table } from "./markdown.ts";
import { propertyTable, type Property } from "./shapes.ts";

/** Jobs: their settings, the kinds of tasks, and dynamic value references. */
export function jobsPage(): string {
  const task = objectIn(JOB_SHAPE, "tasks");
  const kinds = new Set<string>(TASK_KINDS);
  const properties = taskProperties(task);
  return page(
    "# Jobs",
    "The settings of the Jobs API 2.2, as bundles write them. A property that is not here is an error with the nearest" +
      " name. *No effect*: it is carried along for a workspace.",
    "- [Settings of a job](#settings-of-a-job)\n- [Tasks](#tasks)\n- [Dynamic value references](#dynamic-value-references)",
    "## Settings of a job",
    propertyTable(taskProperties(JOB_SHAPE)),
    "## Tasks",
    `A task has one of ${codes(TASK_KINDS)}, and:`,
    propertyTable(properties.filter(({ path }) => !kinds.has(path.split(".")[0] ?? ""))),
    ...TASK_KINDS.flatMap((kind) => [`### ${kind}`, propertyTable(taskProperties(objectIn(task, kind)))]),
    "## Dynamic value references",
    "`{{…}}` in the texts of a job. What is no reference stays the text it is; a name that a known namespace does not have" +
      " is an error. Names with special characters stand in back-ticks. Times are in UTC.",
    table(
      ["reference", "value"],
      REFERENCES.map((each) => [code(`{{${each}}}`), meaningOf(each)]),
    ),
  );
}

/** The properties of an object, those of objects inside it under dotted paths; tasks inside a for-each are not followed. */
function taskProperties(shape: ObjectShape, prefix = ""): Property[] {
  const written = Object.entries(shape.properties).flatMap(([name, each]): Property[] => {
    const path = prefix + name;
    const own: Property = {
      path,
      takes: takes(each),
      required: shape.required?.includes(name) === true,
      ...(WITHOUT_EFFECT.includes(name) ? { inert: "" } : {}),
    };
    const inner = each.kind === "list" ? each.of : each;
    if (inner.kind !== "object" || inner.what === "task") return [own];
    return [own, ...taskProperties(inner, `${path}${each.kind === "list" ? "[]" : ""}.`)];
  });
  const refused = Object.entries(shape.refused ?? {}).map(([name, reason]): Property => {
    return { path: prefix + name, takes: "", required: false, refused: reason };
  });
  return [...written, ...refused];
}

function objectIn(shape: ObjectShape, name: string): ObjectShape {
  const found = shape.properties[name];
  const inner = found?.kind === "list" ? found.of : found;
  if (inner?.kind === "object") return inner;
  throw new TypeError(`The ${shape.what} has no object "${name}".`);
}

function takes(shape: Shape): string {
  switch (shape.kind) {
    case "any":
      return "any value";
    case "boolean":
      return "true or false";
    case "integer":
      return "whole number";
    case "scalar":
      return "text, number or Boolean";
    case "string":
      return "text";
    case "word":
      return codes(shape.words);
    case "list":
      return `list of ${shape.of.kind === "object" ? `objects (${shape.of.what})` : takes(shape.of)}`;
    case "map":
      return `names of your own, each with ${takes(shape.of)}`;
    case "object":
      return `object (${shape.what})`;
    case "lazy":
      return "a task";
  }
}

function meaningOf(reference: string): string {
  const time = /^job\.(start_time|trigger\.time)\.(\w+)$/.exec(reference);
  const meaning =
    time === null
      ? MEANINGS[reference]
      : TIMES[time[2] ?? ""]?.(time[1] === "start_time" ? "the run started" : "it was due");
  if (meaning === undefined) throw new TypeError(`scripts/docs/jobs.ts does not say what {{${reference}}} is.`);
  return meaning;
}

const TIMES: Readonly<Record<string, (when: string) => string>> = {
  iso_weekday: (when) => `Day of the week on which ${when}: 1 is Monday`,
  is_weekday: (when) => `\`true\` when ${when} on Monday to Friday`,
  iso_date: (when) => `Date on which ${when}: \`2026-01-31\``,
  iso_datetime: (when) => `Time at which ${when}, in ISO 8601`,
  year: (when) => `Year in which ${when}`,
  month: (when) => `Month in which ${when}, from 1`,
  day: (when) => `Day of the month on which ${when}`,
  hour: (when) => `Hour in which ${when}`,
  minute: (when) => `Minute in which ${when}`,
  second: (when) => `Second in which ${when}`,
  timestamp_ms: (when) => `Milliseconds from 1970 to when ${when}`,
};

const MEANINGS: Readonly<Record<string, string>> = {
  "job.id": "The job's key in the bundle",
  "job.name": "The job's name",
  "job.run_id": "The run, the same in its repairs",
  "job.repair_count": "How many times the run was repaired",
  "job.parameters.<name>": "A parameter of the job",
  "job.trigger.type": "What started the run: `periodic`, `one_time` or `run_job_task`",
  "task.name": "The task's key",
  "task.run_id": "The run of this task",
  "task.execution_count": "How many times the task was tried, this time included",
  "task.notebook_path": "The notebook that the task runs",
  "tasks.<task>.run_id": "The run of a task before this one",
  "tasks.<task>.result_state": "How it ended: `success`, `failed`, `timedout`, `canceled`, `excluded` …",
  "tasks.<task>.error_code": "Why it failed, or nothing",
  "tasks.<task>.execution_count": "How many times it was tried",
  "tasks.<task>.values.<name>": "A value that it has set with `dbutils.jobs.taskValues.set`",
  "tasks.<task>.output.rows": "The rows of its last query, as a list: the inputs of a for-each task",
  "tasks.<task>.output.first_row.<column>": "A column of the first of these rows",
  "workspace.id": "The workspace",
  "workspace.url": "The workspace's address",
  input: "Inside a for-each task: the input of this iteration",
  "input.<name>": "A member of that input",
  job_id: "As `job.id`",
  run_id: "As `task.run_id`",
  parent_run_id: "As `job.run_id`",
  task_key: "As `task.name`",
  task_retry_count: "How many times the task was tried again",
  start_date: "As `job.start_time.iso_date`",
  start_time: "As `job.start_time.timestamp_ms`",
};
