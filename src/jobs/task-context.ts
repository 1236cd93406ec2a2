import { BoathouseError, unreachable } from "../core/errors.ts";
import { uuidFrom } from "../core/ids.ts";
import { isJsonObject, type Json } from "../core/json.ts";
import { didYouMean } from "../core/nearest.ts";
import type { HandlerContext } from "../runs/handler.ts";
import type { NodeState } from "../runs/run-state.ts";
import { runParametersOf, type JobEnvironment, type JobRunParameters } from "./environment.ts";
import { outputFromJson } from "./result.ts";
import { replaceReferences, scalarText, timeValue } from "./reference.ts";
import type { TaskParameters, TaskSettings } from "./settings.ts";
import type { StartJob } from "./start-options.ts";
import { taskValueName } from "./task-value.ts";

/** A task as its handler sees it: the kernel's context in the words of jobs. */
export class TaskContext {
  readonly node: HandlerContext;
  readonly environment: JobEnvironment;
  readonly task: TaskSettings;
  readonly job: JobRunParameters;
  /** Starts another job. */
  readonly startJob: StartJob;

  constructor(node: HandlerContext, environment: JobEnvironment, startJob: StartJob) {
    this.node = node;
    this.environment = environment;
    this.startJob = startJob;
    this.task = node.node.spec as unknown as TaskSettings;
    this.job = runParametersOf(node.run);
  }

  /** A text with its dynamic value references replaced. Throws `JOB_VALUE_MISSING`, `JOB_VALUE_NOT_SCALAR`. */
  resolve(text: string | number | boolean): string {
    return replaceReferences(String(text), (path) => scalarText(this.#value(path), path.join(".")));
  }

  /** As `resolve`, where a reference may also stand for a list or a mapping, which becomes JSON. */
  resolveJson(text: string): string {
    return replaceReferences(text, (path) => {
      const value = this.#value(path);
      return typeof value === "string" ? value : JSON.stringify(value);
    });
  }

  /** The parameters of a task that takes them by name: its own, and the job's, which come first. */
  parameters(own: TaskParameters | undefined): Record<string, string> {
    const resolved: Record<string, string> = {};
    for (const [name, value] of Object.entries(own ?? {})) resolved[name] = this.resolve(value);
    for (const name of Object.keys(this.job.parameters)) resolved[name] = this.#jobParameter(name);
    return resolved;
  }

  #value(path: readonly string[]): Json {
    const { run } = this.node;
    const [namespace = "", first = "", second = ""] = path;
    switch (namespace) {
      case "job":
        return this.#jobValue(first, path.slice(2));
      case "task":
        return this.#taskValue(first);
      case "tasks":
        return this.#upstreamValue(first, second, path.slice(3));
      case "workspace":
        return first === "id" ? this.environment.workspace.id : this.environment.workspace.url;
      case "input":
        return this.#input(path.slice(1));
      case "job_id":
        return this.job.jobId;
      case "run_id":
        return runId(this.node.identity);
      case "parent_run_id":
        return run.groupId;
      case "task_key":
        return this.node.node.id;
      case "task_retry_count":
        return this.node.retry;
      case "start_date":
        return timeValue(this.job.startTime, "iso_date");
      case "start_time":
        return this.job.startTime;
      default:
        throw this.#missing(path, "This run is no backfill.");
    }
  }

  #jobValue(name: string, rest: readonly string[]): Json {
    const { run } = this.node;
    const trigger = isJsonObject(run.trigger) ? run.trigger : {};
    switch (name) {
      case "id":
        return this.job.jobId;
      case "name":
        return this.job.jobName;
      case "run_id":
        return run.groupId;
      case "repair_count":
        return run.repairNumber;
      case "parameters":
        return this.#jobParameter(rest.join("."));
      case "start_time":
        return timeValue(this.job.startTime, rest.join("."));
      default: {
        const [first = "", argument = ""] = rest;
        if (first === "type") return trigger["type"] ?? "one_time";
        const time = trigger["time"];
        return timeValue(typeof time === "number" ? time : this.job.startTime, argument);
      }
    }
  }

  /** References in a job parameter's value are replaced once; what they give is not looked at again. */
  #jobParameter(name: string): string {
    const value = this.job.parameters[name];
    if (value === undefined) throw this.#missing(["job", "parameters", name], "The job has no such parameter.");
    return replaceReferences(value, (path) => {
      if (path[0] === "job" && path[1] === "parameters") return this.job.parameters[path.slice(2).join(".")] ?? "";
      return scalarText(this.#value(path), path.join("."));
    });
  }

  #taskValue(name: string): Json {
    if (name === "name") return this.node.node.id;
    if (name === "run_id") return runId(this.node.identity);
    if (name === "execution_count") return this.node.retry + 1 + this.node.run.repairNumber;
    return this.task.notebook_task?.notebook_path ?? "";
  }

  #upstreamValue(task: string, name: string, rest: readonly string[]): Json {
    const path = ["tasks", task, name, ...rest];
    const state = this.node.find(task);
    if (state === undefined) throw this.#missing(path, `"${task}" has not run.`);
    switch (name) {
      case "values": {
        const key = rest.join(".");
        const value = this.node.values.get(taskValueName(task, key));
        if (value !== undefined) return value;
        const prefix = taskValueName(task, "");
        const known = [...this.node.values.keys()].flatMap((each) =>
          each.startsWith(prefix) ? [each.slice(prefix.length)] : [],
        );
        throw this.#missing(path, `"${task}" has set no value "${key}".`, didYouMean(key, known));
      }
      case "output":
        return this.#outputValue(state, path, rest);
      case "run_id":
        return runId(`${this.node.run.groupId}/${state.address}`);
      case "result_state":
        return resultState(state);
      case "error_code":
        return state.error?.code ?? "";
      case "execution_count":
        return state.retries + 1 + (state.reused ? 0 : this.node.run.repairNumber);
      default:
        return unreachable(`Unknown reference ${path.join(".")}.`);
    }
  }

  #outputValue(state: NodeState, path: readonly string[], [name, column = ""]: readonly string[]): Json {
    const { rows } = outputFromJson(state.output);
    if (name === "rows") return rows;
    const [first] = rows;
    if (first === undefined) throw this.#missing(path, "The task's result has no row.");
    const value = first[column];
    if (value !== undefined) return value;
    throw this.#missing(path, `The task's result has no column "${column}".`, didYouMean(column, Object.keys(first)));
  }

  #input(rest: readonly string[]): Json {
    const item = this.node.items.find((each) => each.item !== undefined)?.item;
    const [key] = rest;
    if (item === undefined) throw this.#missing(["input", ...rest], "The task is not inside a for-each.");
    if (key === undefined) return typeof item === "object" ? JSON.stringify(item) : item;
    const value = isJsonObject(item) ? item[key] : undefined;
    if (value !== undefined) return value;
    const keys = isJsonObject(item) ? Object.keys(item) : [];
    throw this.#missing(["input", key], `The input has no "${key}".`, didYouMean(key, keys));
  }

  #missing(path: readonly string[], why: string, hint?: string): BoathouseError {
    const message = `{{${path.join(".")}}} has no value. ${why}`;
    return new BoathouseError("JOB_VALUE_MISSING", message, hint === undefined ? {} : { hint });
  }
}

function runId(identity: string): string {
  return uuidFrom("task run", identity);
}

/** Source: "What is a dynamic value reference?", `tasks.<task>.result_state`. */
function resultState(state: NodeState): string {
  switch (state.status) {
    case "succeeded":
      return "success";
    case "failed":
      return state.error?.code === "NODE_TIMED_OUT" ? "timedout" : "failed";
    case "cancelled":
      return "canceled";
    default:
      return state.reason === undefined || state.reason === "inactive" ? "excluded" : state.reason.toLowerCase();
  }
}
