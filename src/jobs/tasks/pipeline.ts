import type { TaskHandler } from "../task-handler.ts";

/** Runs an update of a declarative pipeline. After a crash the update that was under way goes on. */
export const pipelineTask: TaskHandler = async ({ node, environment, task }) => {
  const settings = task.pipeline_task;
  const request = {
    pipelineId: settings?.pipeline_id ?? "",
    fullRefresh: settings?.full_refresh ?? false,
    fullRefreshSelection: settings?.full_refresh_selection ?? [],
    refreshSelection: settings?.refresh_selection ?? [],
  };
  await node.recordInput(request);
  return environment.runPipeline({
    ...request,
    parent: { runId: node.run.id, node: node.address },
    idempotencyKey: `${node.run.id}/${node.address}/${node.retry}`,
    signal: node.signal,
  });
};
