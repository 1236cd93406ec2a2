import type { Json } from "../../core/json.ts";
import { anything, object, required } from "../model/shape.ts";
import { Properties } from "../runtime/properties.ts";
import type { ActivityKind } from "./activity-kind.ts";

export const FILTER: ActivityKind = {
  type: "Filter",
  description: "Keeps the items of an array for which a condition is true.",
  properties: object({ items: required({ kind: "any", gives: "array" }), condition: required(anything) }),
  async run(context) {
    const items = context.properties.array("items");
    await context.recordInput({ items });
    const outer = context.state();
    const kept: Json[] = [];
    for (const item of items) {
      const evaluation = { state: { ...outer, item }, environment: context.environment };
      if (new Properties(context.spec.activity["typeProperties"], evaluation).flag("condition", false)) kept.push(item);
    }
    return { ItemsCount: items.length, FilteredItemsCount: kept.length, Value: kept };
  },
};
