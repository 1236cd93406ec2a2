import { BoathouseError } from "../../core/errors.ts";
import { activities, between, fixed, flag, object, required } from "../model/shape.ts";
import type { ActivityKind } from "./activity-kind.ts";
import { innerFailure } from "./inner-failure.ts";

const DEFAULT_BATCH = 20;
const MOST_ITEMS = 100_000;

export const FOR_EACH: ActivityKind = {
  type: "ForEach",
  description: "Runs its activities for every item of an array, 20 at a time unless it says otherwise (at most 50).",
  properties: object({
    items: required({ kind: "any", gives: "array" }),
    isSequential: fixed(flag),
    batchCount: between(1, 50),
    activities: required(activities),
  }),
  graphs: (properties) => ({ do: properties["activities"] ?? [] }),
  async run(context) {
    const { properties } = context;
    const items = properties.array("items");
    if (items.length > MOST_ITEMS) {
      throw new BoathouseError(
        "FACTORY_VALUE_INVALID",
        `ForEach takes at most ${MOST_ITEMS} items, not ${items.length}.`,
      );
    }
    const concurrency = properties.flag("isSequential", false)
      ? 1
      : (properties.integer("batchCount") ?? DEFAULT_BATCH);
    await context.recordInput({ items, concurrency });
    const iterations = items.map((item, index) => ({ key: String(index), item }));
    const ends = await context.node.open("do", { iterations, concurrency });
    const failure = innerFailure(context, "do", ends);
    context.node.recordOutput({ ItemsCount: items.length });
    if (failure !== undefined) throw failure;
    return { ItemsCount: items.length };
  },
};
