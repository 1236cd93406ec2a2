import { activities, object, required } from "../model/shape.ts";
import type { ActivityKind } from "./activity-kind.ts";
import { innerFailure } from "./inner-failure.ts";

export const IF_CONDITION: ActivityKind = {
  type: "IfCondition",
  description: "Runs one of two lists of activities.",
  properties: object({
    expression: required({ kind: "any", gives: "boolean" }),
    ifTrueActivities: activities,
    ifFalseActivities: activities,
  }),
  graphs: (properties) => ({
    true: properties["ifTrueActivities"] ?? [],
    false: properties["ifFalseActivities"] ?? [],
  }),
  async run(context) {
    const { properties } = context;
    if (!properties.has("expression")) properties.fail("expression", "is missing");
    const branch = String(properties.flag("expression", false));
    await context.recordInput({ expression: branch === "true" });
    if ((context.node.node.children?.[branch]?.nodes.length ?? 0) === 0) return {};
    const ends = await context.node.open(branch, { iterations: [{ key: branch }], concurrency: 1 });
    const failure = innerFailure(context, branch, ends);
    if (failure !== undefined) throw failure;
    return {};
  },
};
