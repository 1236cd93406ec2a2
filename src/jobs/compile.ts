import { unreachable } from "../core/errors.ts";
import type { Json } from "../core/json.ts";
import type { NodeDefinition, Policy, RunPlan } from "../runs/definition.ts";
import { taskKind, type Job } from "./job.ts";
import type { TaskSettings } from "./settings.ts";

/** A job as the run kernel carries it out. */
export function compileJob(job: Job): RunPlan {
  const { tasks = [], timeout_seconds: timeout = 0 } = job.settings;
  const graph = { nodes: tasks.map(compileTask) };
  return timeout > 0 ? { graph, timeout: timeout * 1000 } : { graph };
}

function compileTask(task: TaskSettings): NodeDefinition {
  const { for_each_task: each } = task;
  return {
    id: task.task_key,
    kind: taskKind(task) ?? unreachable(`The task ${task.task_key} has no kind.`),
    dependsOn: (task.depends_on ?? []).map(({ task_key: node, outcome }) =>
      outcome === undefined ? { node } : { node, conditions: [String(outcome)] },
    ),
    spec: task as unknown as Json,
    policy: policyOf(task),
    ...(task.run_if === undefined ? {} : { condition: task.run_if }),
    ...(task.disabled === true ? { inactive: "skipped" as const } : {}),
    ...(each === undefined ? {} : { children: { task: { nodes: [compileTask(each.task)] } } }),
  };
}

function policyOf(task: TaskSettings): Policy {
  const { max_retries: retries = 0, min_retry_interval_millis: interval = 0, timeout_seconds: timeout = 0 } = task;
  return {
    retries: retries < 0 ? "unlimited" : retries,
    retryInterval: { kind: "fixed", milliseconds: interval },
    retryOnTimeout: task.retry_on_timeout ?? false,
    ...(timeout > 0 ? { timeout: timeout * 1000 } : {}),
  };
}
