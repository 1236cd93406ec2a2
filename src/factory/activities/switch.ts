import { isJsonObject } from "../../core/json.ts";
import { activities, fixed, list, object, required, text } from "../model/shape.ts";
import type { ActivityKind } from "./activity-kind.ts";
import { innerFailure } from "./inner-failure.ts";

export const SWITCH: ActivityKind = {
  type: "Switch",
  description: "Runs the activities of the case that has the value, or the default ones.",
  properties: object({
    on: required(text),
    cases: list(object({ value: required(fixed(text)), activities })),
    defaultActivities: activities,
  }),
  graphs: (properties) => {
    const { cases, defaultActivities } = properties;
    const entries = Array.isArray(cases) ? cases.filter(isJsonObject) : [];
    return {
      ...Object.fromEntries(entries.map((each, index) => [`case ${index + 1}`, each["activities"] ?? []])),
      default: defaultActivities ?? [],
    };
  },
  async run(context) {
    const { properties } = context;
    const on = properties.text("on") ?? "";
    const index = properties.objects("cases").findIndex((each) => each.text("value") === on);
    const graph = index < 0 ? "default" : `case ${index + 1}`;
    await context.recordInput({ on });
    if ((context.node.node.children?.[graph]?.nodes.length ?? 0) === 0) return {};
    const ends = await context.node.open(graph, { iterations: [{ key: graph }], concurrency: 1 });
    const failure = innerFailure(context, graph, ends);
    if (failure !== undefined) throw failure;
    return {};
  },
};
