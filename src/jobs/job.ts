import type { Diagnostic } from "../core/diagnostic.ts";
import type { DocumentPath } from "../core/document.ts";
import { BoathouseError, isBoathouseError, messageOf, type SourceLocation } from "../core/errors.ts";
import type { Json } from "../core/json.ts";
import { didYouMean } from "../core/nearest.ts";
import { findCycle } from "../runs/definition.ts";
import { checkReferences, type Report } from "./check-references.ts";
import { JOB_SHAPE, TASK_KINDS, WITHOUT_EFFECT, type TaskKind } from "./job-shape.ts";
import { checkQuartz } from "./quartz.ts";
import type { JobSettings, TaskSettings } from "./settings.ts";
import { problemsOf } from "./shape.ts";

/** A job that can run. */
export interface Job {
  /** How other resources refer to it: its key in a bundle. */
  readonly id: string;
  readonly name: string;
  readonly settings: JobSettings;
}

/** A job as it was found: settings that may be anything, and where each part of them stands. */
export interface JobSource {
  readonly key: string;
  readonly settings: Json;
  locate?(path: DocumentPath, part?: "key" | "value"): SourceLocation | undefined;
  /** The text of the file that `locate` points into. */
  readonly source?: string | undefined;
}

/** The job, or its first error. */
export function loadJob(source: JobSource): Job {
  const [first, ...more] = checkJob(source).filter((each) => each.severity === "error");
  if (first !== undefined) {
    throw new BoathouseError(first.code, first.message, {
      ...(first.location === undefined ? {} : { location: first.location }),
      ...(source.source === undefined ? {} : { source: source.source }),
      ...(first.hint === undefined ? {} : { hint: first.hint }),
      details: { job: source.key, more: more.length },
    });
  }
  // `checkJob` has found every property to be what the type says.
  const settings = source.settings as unknown as JobSettings;
  return { id: source.key, name: settings.name ?? source.key, settings };
}

/** Everything that is wrong with a job, and (as warnings) what has no effect here. */
export function checkJob(source: JobSource): Diagnostic[] {
  const found: Diagnostic[] = [];
  const report: Report = (code, path, message, options = {}) => {
    const location = source.locate?.(path, options.part ?? "value");
    found.push({
      code,
      severity: options.severity ?? "error",
      message,
      ...(location === undefined ? {} : { location }),
      ...(options.hint === undefined ? {} : { hint: options.hint }),
    });
  };
  for (const { code, path, part, message, hint } of problemsOf(source.settings, JOB_SHAPE)) {
    report(code, path, message, { part, ...(hint === undefined ? {} : { hint }) });
  }
  if (found.length > 0) return found;
  const settings = source.settings as unknown as JobSettings;
  checkWhole(settings, report);
  checkTasks(settings.tasks ?? [], report);
  if (found.every((each) => each.severity === "warning")) checkReferences(settings, report);
  return found;
}

/** What a task does. */
export function taskKind(task: TaskSettings): TaskKind | undefined {
  return TASK_KINDS.find((kind) => task[kind] !== undefined);
}

function checkWhole(settings: JobSettings, report: Report): void {
  if ((settings.tasks ?? []).length === 0) {
    report("JOB_WITHOUT_TASKS", ["tasks"], "This job has no tasks.", { hint: "Add one under `tasks`." });
  }
  atLeast(settings.max_concurrent_runs, 1, ["max_concurrent_runs"], report);
  atLeast(settings.timeout_seconds, 0, ["timeout_seconds"], report);
  noEffect(settings, [], report);
  const names = new Set<string>();
  for (const [index, { name }] of (settings.parameters ?? []).entries()) {
    const path = ["parameters", index, "name"];
    if (names.has(name)) report("JOB_PARAMETER_DUPLICATE", path, `The parameter "${name}" stands twice.`);
    names.add(name);
  }
  if (settings.trigger !== undefined && settings.schedule !== undefined) {
    report("JOB_PROPERTY_INVALID", ["trigger"], "A job has a schedule or a trigger, not both.", { part: "key" });
  }
  if (settings.trigger !== undefined && settings.trigger.periodic === undefined) {
    report("JOB_PROPERTY_MISSING", ["trigger"], "This trigger says nothing.", { hint: "Add `periodic`." });
  }
  atLeast(settings.trigger?.periodic?.interval, 1, ["trigger", "periodic", "interval"], report);
  if (settings.schedule === undefined) return;
  try {
    checkQuartz(settings.schedule.quartz_cron_expression, settings.schedule.timezone_id);
  } catch (error) {
    const zone = isBoathouseError(error, "TIME_ZONE_UNKNOWN");
    const path = ["schedule", zone ? "timezone_id" : "quartz_cron_expression"];
    const hint = isBoathouseError(error) ? error.hint : undefined;
    report(
      isBoathouseError(error) ? error.code : "QUARTZ_INVALID",
      path,
      messageOf(error),
      hint === undefined ? {} : { hint },
    );
  }
}

function checkTasks(tasks: readonly TaskSettings[], report: Report): void {
  const keys = new Map<string, TaskSettings>();
  for (const [index, task] of tasks.entries()) {
    const path = ["tasks", index];
    if (keys.has(task.task_key)) {
      report("JOB_TASK_DUPLICATE", [...path, "task_key"], `The task "${task.task_key}" stands twice.`);
    }
    keys.set(task.task_key, task);
    checkTask(task, path, report);
  }
  for (const [index, task] of tasks.entries()) {
    for (const [at, dependency] of (task.depends_on ?? []).entries()) {
      const path = ["tasks", index, "depends_on", at];
      const upstream = keys.get(dependency.task_key);
      if (upstream === undefined) {
        const hint = didYouMean(dependency.task_key, keys.keys()) ?? `The tasks are ${[...keys.keys()].join(", ")}.`;
        const message = `"${task.task_key}" depends on "${dependency.task_key}", which is no task of this job.`;
        report("JOB_TASK_UNKNOWN", [...path, "task_key"], message, { hint });
      } else if (dependency.outcome !== undefined && upstream.condition_task === undefined) {
        const message = `"${dependency.task_key}" has no outcome: it is no condition task.`;
        report("JOB_PROPERTY_INVALID", [...path, "outcome"], message, { hint: "Remove `outcome`, or use `run_if`." });
      } else if (dependency.outcome !== undefined && !["true", "false"].includes(String(dependency.outcome))) {
        report("JOB_PROPERTY_INVALID", [...path, "outcome"], 'An outcome is "true" or "false".');
      }
    }
  }
  const cycle = findCycle({
    nodes: tasks.map((task) => ({
      id: task.task_key,
      dependsOn: (task.depends_on ?? []).flatMap((each) => (keys.has(each.task_key) ? [{ node: each.task_key }] : [])),
    })),
  });
  if (cycle === undefined) return;
  const first = tasks.findIndex((task) => task.task_key === cycle[0]);
  report("JOB_TASKS_CYCLE", ["tasks", first, "depends_on"], `The tasks wait for each other: ${cycle.join(" → ")}.`, {
    hint: "Remove one of these dependencies.",
  });
}

function checkTask(task: TaskSettings, path: DocumentPath, report: Report): void {
  if (!/^[\w-]{1,100}$/.test(task.task_key)) {
    const message = `"${task.task_key}" is no task key: letters, digits, - and _ only, at most 100.`;
    report("JOB_PROPERTY_INVALID", [...path, "task_key"], message);
  }
  const kinds = TASK_KINDS.filter((kind) => task[kind] !== undefined);
  if (kinds.length !== 1) {
    const message =
      kinds.length === 0 ? `"${task.task_key}" does nothing.` : `"${task.task_key}" is ${kinds.join(" and ")} at once.`;
    report("JOB_TASK_KIND", [...path, "task_key"], message, { hint: `Give it one of ${TASK_KINDS.join(", ")}.` });
  }
  atLeast(task.max_retries, -1, [...path, "max_retries"], report);
  atLeast(task.min_retry_interval_millis, 0, [...path, "min_retry_interval_millis"], report);
  atLeast(task.timeout_seconds, 0, [...path, "timeout_seconds"], report);
  noEffect(task, path, report);
  const { sql_task: sql, for_each_task: each } = task;
  if (sql !== undefined && (sql.file === undefined) === (sql.query === undefined)) {
    report("JOB_PROPERTY_MISSING", [...path, "sql_task"], "A SQL task has a `file` or a `query`.", { part: "key" });
  }
  for (const [at, source] of [
    ["notebook_task", task.notebook_task?.source],
    ["sql_task", sql?.file?.source],
  ] as const) {
    if (source !== "GIT") continue;
    const hint = "Keep the file in the project's folder and leave `source` out.";
    report("JOB_UNSUPPORTED", [...path, at], "Files are not taken from a Git repository here.", { hint });
  }
  if (each === undefined) return;
  atLeast(each.concurrency, 1, [...path, "for_each_task", "concurrency"], report);
  const inner = [...path, "for_each_task", "task"];
  checkTask(each.task, inner, report);
  for (const key of ["for_each_task", "condition_task", "depends_on", "run_if"] as const) {
    if (each.task[key] === undefined) continue;
    report("JOB_UNSUPPORTED", [...inner, key], `The task inside a for-each cannot have \`${key}\`.`, { part: "key" });
  }
}

function atLeast(value: number | undefined, least: number, path: DocumentPath, report: Report): void {
  if (value === undefined || value >= least) return;
  report("JOB_PROPERTY_INVALID", path, `\`${String(path.at(-1))}\` is ${value}; it is at least ${least}.`);
}

function noEffect(settings: object, path: DocumentPath, report: Report): void {
  for (const key of Object.keys(settings)) {
    if (!WITHOUT_EFFECT.includes(key)) continue;
    report("JOB_PROPERTY_WITHOUT_EFFECT", [...path, key], `\`${key}\` has an effect only in a workspace.`, {
      part: "key",
      severity: "warning",
    });
  }
}
