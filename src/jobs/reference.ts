import { BoathouseError } from "../core/errors.ts";
import type { Json } from "../core/json.ts";
import { didYouMean } from "../core/nearest.ts";

/**
 * Dynamic value references: `{{job.run_id}}` in a job's parameters and fields. There are no expressions in them. What
 * is no reference (a namespace that is not known, a brace too few, a name with special characters that is not in
 * back-ticks) stays the text it is; a name that a known namespace does not have is an error.
 *
 * Source: "What is a dynamic value reference?", Databricks documentation.
 */
export interface Reference {
  /** Offsets in the text, braces included. */
  readonly start: number;
  readonly end: number;
  /** `["job", "parameters", "day"]`. */
  readonly path: readonly string[];
}

/** The references in a text whose namespace is known. */
export function referencesIn(text: string): Reference[] {
  const found: Reference[] = [];
  for (const match of text.matchAll(/\{\{((?:`[^`]*`|[^`{}])*)\}\}/g)) {
    const path = pathOf(match[1] ?? "");
    if (path === undefined || !isKnown(path)) continue;
    found.push({ start: match.index, end: match.index + match[0].length, path });
  }
  return found;
}

/** The text with its references replaced. */
export function replaceReferences(text: string, valueOf: (path: readonly string[]) => string): string {
  let result = "";
  let end = 0;
  for (const reference of referencesIn(text)) {
    result += text.slice(end, reference.start) + valueOf(reference.path);
    end = reference.end;
  }
  return result + text.slice(end);
}

/** What references can point to, as far as the job's definition says it. */
export interface ReferenceWorld {
  readonly parameters: readonly string[];
  /** Every task of the job. */
  readonly tasks: readonly string[];
  /** Those that end before the task in question, directly or not. */
  readonly upstream: ReadonlySet<string>;
  /** Whether the reference stands inside a for-each. */
  readonly inLoop: boolean;
}

/** What is wrong with a reference of a known namespace; undefined when nothing is. */
export function referenceProblem(
  path: readonly string[],
  world: ReferenceWorld,
): { readonly message: string; readonly hint?: string } | undefined {
  const shown = `{{${path.join(".")}}}`;
  const unknown = (name: string, known: readonly string[]) => {
    const hint = didYouMean(name, known) ?? `There are: ${known.join(", ")}.`;
    return { message: `${shown} does not exist: there is no "${name}".`, hint };
  };
  const [namespace = "", first = "", ...rest] = path;
  if (path.length === 1 && (LEGACY.includes(namespace) || namespace === "input")) return loopProblem(namespace, world);
  switch (namespace) {
    case "input":
      return loopProblem(namespace, world);
    case "job":
      if (first === "parameters") {
        const name = rest.join(".");
        return world.parameters.includes(name) ? undefined : unknown(name, world.parameters);
      }
      if (first === "start_time") return timeProblem(rest, unknown);
      if (first === "trigger") return triggerProblem(rest, unknown);
      return rest.length === 0 && JOB_NAMES.includes(first)
        ? undefined
        : unknown([first, ...rest].join("."), JOB_NAMES);
    case "task":
      return rest.length === 0 && TASK_NAMES.includes(first)
        ? undefined
        : unknown([first, ...rest].join("."), TASK_NAMES);
    case "tasks": {
      if (!world.tasks.includes(first)) return unknown(first, world.tasks);
      if (!world.upstream.has(first)) {
        return {
          message: `${shown} refers to a task that does not end before this one.`,
          hint: `Add "${first}" to \`depends_on\`.`,
        };
      }
      const [name = "", ...more] = rest;
      if (name === "values" && more.length === 1) return undefined;
      if (name === "output" && (more[0] === "rows" || more[0] === "first_row")) {
        return more.length === (more[0] === "rows" ? 1 : 2) ? undefined : unknown(rest.join("."), UPSTREAM_NAMES);
      }
      return UPSTREAM_NAMES.includes(name) && more.length === 0 ? undefined : unknown(rest.join("."), UPSTREAM_NAMES);
    }
    case "workspace":
      return ["id", "url"].includes(first) && rest.length === 0 ? undefined : unknown(first, ["id", "url"]);
    default:
      return ["iso_date", "iso_datetime"].includes(first) ? undefined : unknown(first, ["iso_date", "iso_datetime"]);
  }
}

/** `job.start_time.<argument>`, always in UTC. Throws `JOB_REFERENCE_INVALID` for an unknown argument. */
export function timeValue(milliseconds: number, argument: string): string {
  const time = new Date(milliseconds);
  const text = time.toISOString();
  switch (argument) {
    case "iso_weekday":
      return String(time.getUTCDay() === 0 ? 7 : time.getUTCDay());
    case "is_weekday":
      return String(time.getUTCDay() >= 1 && time.getUTCDay() <= 5);
    case "iso_date":
      return text.slice(0, 10);
    case "iso_datetime":
      return text;
    case "year":
      return String(time.getUTCFullYear());
    case "month":
      return String(time.getUTCMonth() + 1);
    case "day":
      return String(time.getUTCDate());
    case "hour":
      return String(time.getUTCHours());
    case "minute":
      return String(time.getUTCMinutes());
    case "second":
      return String(time.getUTCSeconds());
    case "timestamp_ms":
      return String(milliseconds);
    default:
      throw new BoathouseError("JOB_REFERENCE_INVALID", `A time has no "${argument}".`, {
        hint: didYouMean(argument, TIME_NAMES) ?? `There are: ${TIME_NAMES.join(", ")}.`,
      });
  }
}

/** A value as it stands in a text. Lists and mappings do not: `JOB_VALUE_NOT_SCALAR`. */
export function scalarText(value: Json, name: string): string {
  if (typeof value === "string") return value;
  if (typeof value === "number" || typeof value === "boolean") return String(value);
  throw new BoathouseError("JOB_VALUE_NOT_SCALAR", `{{${name}}} is not a string, a number or a boolean.`, {
    hint: "Only the inputs of a for-each task can be a list.",
  });
}

/** References of the days before job parameters, still found in jobs. */
const LEGACY: readonly string[] = [
  "job_id",
  "run_id",
  "parent_run_id",
  "task_key",
  "task_retry_count",
  "start_date",
  "start_time",
];

const NAMESPACES = ["job", "task", "tasks", "workspace", "input", "backfill"];
const JOB_NAMES = ["id", "name", "run_id", "repair_count"];
const TASK_NAMES = ["name", "run_id", "execution_count", "notebook_path"];
const UPSTREAM_NAMES = ["run_id", "result_state", "error_code", "execution_count"];
const TIME_NAMES = [
  "iso_weekday",
  "is_weekday",
  "iso_date",
  "iso_datetime",
  "year",
  "month",
  "day",
  "hour",
  "minute",
  "second",
  "timestamp_ms",
];

/** Every reference that there is, with `<name>` where a name of the user's own stands: for the reference pages. */
export const REFERENCES: readonly string[] = [
  ...JOB_NAMES.map((name) => `job.${name}`),
  "job.parameters.<name>",
  ...TIME_NAMES.map((name) => `job.start_time.${name}`),
  "job.trigger.type",
  ...TIME_NAMES.map((name) => `job.trigger.time.${name}`),
  ...TASK_NAMES.map((name) => `task.${name}`),
  ...UPSTREAM_NAMES.map((name) => `tasks.<task>.${name}`),
  "tasks.<task>.values.<name>",
  "tasks.<task>.output.rows",
  "tasks.<task>.output.first_row.<column>",
  "workspace.id",
  "workspace.url",
  "input",
  "input.<name>",
  ...LEGACY,
];

type Unknown = (name: string, known: readonly string[]) => { readonly message: string; readonly hint: string };

function timeProblem(rest: readonly string[], unknown: Unknown): ReturnType<Unknown> | undefined {
  const name = rest.join(".");
  return TIME_NAMES.includes(name) ? undefined : unknown(name, TIME_NAMES);
}

function triggerProblem(rest: readonly string[], unknown: Unknown): ReturnType<Unknown> | undefined {
  const [name = "", ...more] = rest;
  if (name === "time") return timeProblem(more, unknown);
  if (name === "type" && more.length === 0) return undefined;
  return unknown(rest.join("."), ["type", "time"]);
}

function loopProblem(namespace: string, world: ReferenceWorld): { message: string; hint: string } | undefined {
  if (namespace !== "input" || world.inLoop) return undefined;
  return {
    message: "{{input}} has a value only inside a for-each task.",
    hint: "Put the task into a `for_each_task`.",
  };
}

function isKnown(path: readonly string[]): boolean {
  const [namespace = ""] = path;
  if (path.length === 1) return namespace === "input" || LEGACY.includes(namespace);
  return NAMESPACES.includes(namespace);
}

/** Identifiers between dots; undefined when the text is no such path. */
function pathOf(text: string): string[] | undefined {
  const source = text.trim();
  const path: string[] = [];
  const part = /(?:`([^`]+)`|([A-Za-z0-9_]+))(\.|$)/y;
  while (part.lastIndex < source.length) {
    const match = part.exec(source);
    if (match === null) return undefined;
    path.push(match[1] ?? match[2] ?? "");
    if (match[3] === "." && part.lastIndex === source.length) return undefined;
  }
  return path.length === 0 ? undefined : path;
}
