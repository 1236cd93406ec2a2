import { BoathouseError } from "../core/errors.ts";
import type { RunOutcome } from "../runs/execution.ts";
import { fromRunError } from "../runs/run-error.ts";

/** Throws what made a run fail; its progress has shown where. */
export function requireSuccess({ run, status, error }: RunOutcome): void {
  if (status === "succeeded") return;
  if (status === "cancelled") {
    throw new BoathouseError("RUN_CANCELLED", "the run was cancelled", {
      kind: "interrupted",
      hint: "Start it again; what has landed stays.",
    });
  }
  // What a run was told by its own artefacts is no wrong use of the command.
  if (error !== undefined) throw fromRunError(error.kind === "usage" ? { ...error, kind: "user" } : error);
  throw new BoathouseError("RUN_FAILED", `The run ${run.id} ended as ${status}.`);
}
