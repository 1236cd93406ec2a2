import type { ScopeEnd } from "../../runs/handler.ts";
import { activities, object, required, timespan } from "../model/shape.ts";
import { activityStateOf, type ActivityContext } from "../runtime/activity-context.ts";
import { Properties } from "../runtime/properties.ts";
import type { ActivityKind } from "./activity-kind.ts";

export const UNTIL: ActivityKind = {
  type: "Until",
  description: "Repeats its activities until an expression is true; a failure inside does not stop it.",
  properties: object({
    expression: required({ kind: "any", gives: "boolean" }),
    timeout: timespan,
    activities: required(activities),
  }),
  graphs: (properties) => ({ do: properties["activities"] ?? [] }),
  async run(context) {
    for (let count = 1; ; count += 1) {
      const [end] = await context.node.open("do", { iterations: [{ key: String(count) }], concurrency: 1 });
      if (isDone(context, end)) {
        context.node.recordOutput({ Iterations: count });
        return { Iterations: count };
      }
      // Without this, a loop of instant activities would never let a cancellation through.
      await context.node.clock.sleep(0, context.signal);
    }
  },
};

/** The expression sees what this iteration's activities gave. */
function isDone(context: ActivityContext, end: ScopeEnd | undefined): boolean {
  const outer = context.state();
  const evaluation = context.evaluation({
    activities: (name) => {
      const inner = end?.node(name);
      if (inner !== undefined) return activityStateOf(name, inner);
      return typeof outer.activities === "function" ? outer.activities(name) : undefined;
    },
  });
  const properties = new Properties(context.spec.activity["typeProperties"], evaluation);
  return properties.flag("expression", false);
}
