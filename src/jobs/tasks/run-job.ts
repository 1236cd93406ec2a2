import { cancelled } from "../../core/cancellation.ts";
import { BoathouseError } from "../../core/errors.ts";
import { fromRunError } from "../../runs/run-error.ts";
import type { TaskHandler } from "../task-handler.ts";

/** Runs another job and waits for it. The job's own parameters are passed on where the other one has them too. */
export const runJobTask: TaskHandler = async (context) => {
  const { node, environment, task, startJob } = context;
  const job = await environment.findJob(String(task.run_job_task?.job_id ?? ""));
  const named = context.parameters(task.run_job_task?.job_parameters);
  const own = task.run_job_task?.job_parameters ?? {};
  const known = new Set((job.settings.parameters ?? []).map((each) => each.name));
  const parameters = Object.fromEntries(
    Object.entries(named).filter(([name]) => known.has(name) || Object.hasOwn(own, name)),
  );
  await node.recordInput({ job_id: job.id, job_parameters: parameters });
  const handle = await startJob(job, {
    parameters,
    trigger: { type: "run_job_task" },
    parent: { runId: node.run.id, node: node.address },
    idempotencyKey: `${node.run.id}/${node.address}/${node.retry}`,
    signal: node.signal,
  });
  const { status, error } = await handle.finished;
  if (status === "succeeded") return { run_id: handle.run.id, job_id: job.id };
  if (status === "cancelled" && node.signal.aborted) throw cancelled();
  const message = `The run ${handle.run.id} of the job "${job.name}" ended as ${status}.`;
  const because = error === undefined ? {} : { cause: fromRunError(error), hint: `${error.message} [${error.code}]` };
  throw new BoathouseError("JOB_RUN_FAILED", message, because);
};
