import type { BoundExpression, BoundPlan } from "./bound.ts";
import { childrenOf, expressionsOf, inputsOf } from "./lineage.ts";

/** Gives the plan the same rows when it runs twice in one statement? Not with `rand()` or `uuid()`. */
export function isRepeatable(plan: BoundPlan): boolean {
  return everyCall(plan, (call) => call.deterministic);
}

/** Gives the plan the same rows when the same tables are read at another time, by another user? */
export function isDeterministic(plan: BoundPlan): boolean {
  return everyCall(plan, (call) => call.deterministic && !CLOCK.has(call.name));
}

/** Functions whose value is fixed within a statement and another in the next. */
const CLOCK: ReadonlySet<string> = new Set([
  "current_date",
  "curdate",
  "current_timestamp",
  "now",
  "localtimestamp",
  "unix_timestamp",
  "current_user",
  "session_user",
  "user",
  "is_account_group_member",
  "is_member",
]);

type Call = Extract<BoundExpression, { readonly kind: "call" }>;

function everyCall(plan: BoundPlan, fulfils: (call: Call) => boolean): boolean {
  const holds = (expression: BoundExpression): boolean => {
    if (expression.kind === "call" && !fulfils(expression)) return false;
    if (expression.kind === "subquery" && !everyCall(expression.plan, fulfils)) return false;
    return childrenOf(expression).every(holds);
  };
  return expressionsOf(plan).every(holds) && inputsOf(plan).every((input) => everyCall(input, fulfils));
}
