import type { TaskKind } from "../job-shape.ts";
import type { TaskHandler } from "../task-handler.ts";
import { conditionTask } from "./condition.ts";
import { forEachTask } from "./for-each.ts";
import { notebookTask } from "./notebook.ts";
import { pipelineTask } from "./pipeline.ts";
import { runJobTask } from "./run-job.ts";
import { sqlTask } from "./sql.ts";

/** Every kind of task that runs here. A new kind is one file, one row here and its shape in `job-shape.ts`. */
export const TASK_HANDLERS: Readonly<Record<TaskKind, TaskHandler>> = {
  notebook_task: notebookTask,
  sql_task: sqlTask,
  pipeline_task: pipelineTask,
  condition_task: conditionTask,
  for_each_task: forEachTask,
  run_job_task: runJobTask,
};
