import type { Json } from "../core/json.ts";
import type { TaskContext } from "./task-context.ts";

/** Runs one kind of task. What it resolves with is the task's output. */
export type TaskHandler = (context: TaskContext) => Promise<Json>;
