import { BoathouseError } from "../../core/errors.ts";
import type { ConditionOp } from "../settings.ts";
import type { TaskHandler } from "../task-handler.ts";

/** Compares two values; tasks that depend on it with the other `outcome` are excluded. */
export const conditionTask: TaskHandler = async (context) => {
  const { op = "EQUAL_TO", left = "", right = "" } = context.task.condition_task ?? {};
  const input = { op, left: context.resolve(left), right: context.resolve(right) };
  await context.node.recordInput(input);
  return { ...input, outcome: String(compare(op, input.left, input.right)) };
};

/** `EQUAL_TO` and `NOT_EQUAL` compare texts (`12.0` is not `12`), the others numbers. Throws `JOB_CONDITION_INVALID`. */
function compare(op: ConditionOp, left: string, right: string): boolean {
  switch (op) {
    case "EQUAL_TO":
      return left === right;
    case "NOT_EQUAL":
      return left !== right;
    case "GREATER_THAN":
      return numberOf(left) > numberOf(right);
    case "GREATER_THAN_OR_EQUAL":
      return numberOf(left) >= numberOf(right);
    case "LESS_THAN":
      return numberOf(left) < numberOf(right);
    case "LESS_THAN_OR_EQUAL":
      return numberOf(left) <= numberOf(right);
  }
}

function numberOf(text: string): number {
  const number = text.trim() === "" ? NaN : Number(text);
  if (!Number.isNaN(number)) return number;
  throw new BoathouseError("JOB_CONDITION_INVALID", `"${text}" is no number.`, {
    hint: "Texts are compared with EQUAL_TO and NOT_EQUAL.",
  });
}
