import { BoathouseError } from "../../core/errors.ts";
import { inputsFrom } from "../inputs.ts";
import type { TaskHandler } from "../task-handler.ts";

/** Runs its task once for every input, also when one of them fails; then it fails if one did. */
export const forEachTask: TaskHandler = async (context) => {
  const { node, task } = context;
  const inputs = await node.once("inputs", () => inputsFrom(context.resolveJson(task.for_each_task?.inputs ?? "[]")));
  const concurrency = task.for_each_task?.concurrency ?? 1;
  await node.recordInput({ inputs, concurrency });
  const ends = await node.open("task", {
    iterations: inputs.map((item, index) => ({ key: String(index), item })),
    concurrency,
  });
  const failed = ends.filter((end) => end.status !== "succeeded");
  node.recordOutput({ iterations: ends.length, failed: failed.length });
  const [first] = failed;
  if (first !== undefined) {
    const why = first.error === undefined ? "" : ` The first: ${first.error.message}`;
    const message = `${failed.length} of ${ends.length} iterations failed.${why}`;
    throw new BoathouseError("JOB_ITERATIONS_FAILED", message, {
      hint: `Repair the run to repeat only what failed; the first is iteration ${first.key}.`,
    });
  }
  return { iterations: ends.length, failed: 0 };
};
