import type { DocumentPath } from "../core/document.ts";
import { BoathouseError } from "../core/errors.ts";
import { inputsFrom } from "./inputs.ts";
import { referenceProblem, referencesIn, type ReferenceWorld } from "./reference.ts";
import type { JobSettings, TaskSettings } from "./settings.ts";

/** Takes a finding about a job: its code, the path of the setting, what is wrong. */
export type Report = (
  code: string,
  path: DocumentPath,
  message: string,
  options?: { readonly part?: "key" | "value"; readonly hint?: string; readonly severity?: "warning" },
) => void;

/** Checks every dynamic value reference of a job whose tasks are sound otherwise. */
export function checkReferences(settings: JobSettings, report: Report): void {
  const tasks = settings.tasks ?? [];
  const parameters = (settings.parameters ?? []).map((each) => each.name);
  const world = { parameters, tasks: tasks.map((task) => task.task_key), upstream: new Set<string>(), inLoop: false };
  for (const [index, parameter] of (settings.parameters ?? []).entries()) {
    checkText(parameter.default, ["parameters", index, "default"], world, report);
  }
  for (const [index, task] of tasks.entries()) {
    const upstream = upstreamOf(task, tasks);
    checkTask(task, ["tasks", index], { ...world, upstream }, report);
  }
}

function checkTask(task: TaskSettings, path: DocumentPath, world: ReferenceWorld, report: Report): void {
  const check = (value: unknown, ...place: string[]): void => checkText(value, [...path, ...place], world, report);
  const checkAll = (values: object | undefined, ...place: string[]): void => {
    for (const [key, value] of Object.entries(values ?? {})) check(value, ...place, key);
  };
  checkAll(task.notebook_task?.base_parameters, "notebook_task", "base_parameters");
  checkAll(task.sql_task?.parameters, "sql_task", "parameters");
  checkAll(task.run_job_task?.job_parameters, "run_job_task", "job_parameters");
  check(task.condition_task?.left, "condition_task", "left");
  check(task.condition_task?.right, "condition_task", "right");
  const each = task.for_each_task;
  if (each === undefined) return;
  check(each.inputs, "for_each_task", "inputs");
  const inputs = [...path, "for_each_task", "inputs"];
  if (referencesIn(each.inputs).length === 0) {
    try {
      inputsFrom(each.inputs);
    } catch (error) {
      if (!(error instanceof BoathouseError)) throw error;
      report(error.code, inputs, error.message, error.hint === undefined ? {} : { hint: error.hint });
    }
  }
  checkTask(each.task, [...path, "for_each_task", "task"], { ...world, inLoop: true }, report);
}

function checkText(value: unknown, path: DocumentPath, world: ReferenceWorld, report: Report): void {
  if (typeof value !== "string") return;
  for (const reference of referencesIn(value)) {
    const problem = referenceProblem(reference.path, world);
    if (problem === undefined) continue;
    report("JOB_REFERENCE_INVALID", path, problem.message, problem.hint === undefined ? {} : { hint: problem.hint });
  }
}

function upstreamOf(task: TaskSettings, tasks: readonly TaskSettings[]): ReadonlySet<string> {
  const found = new Set<string>();
  const open = [task];
  for (let each = open.pop(); each !== undefined; each = open.pop()) {
    for (const { task_key: key } of each.depends_on ?? []) {
      const next = tasks.find((one) => one.task_key === key);
      if (next === undefined || found.has(key)) continue;
      found.add(key);
      open.push(next);
    }
  }
  return found;
}
