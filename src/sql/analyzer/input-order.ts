import type { AggregateExpression, BoundExpression, BoundPlan, SortOrder } from "../bound.ts";
import { fingerprint } from "./fingerprint.ts";
import { reference } from "./project.ts";
import { rewrite } from "./rewrite.ts";

/** Functions whose result depends on the order of the rows they see. */
const BY_ORDER = new Set(["first", "first_value", "last", "last_value", "any_value", "collect_list", "array_agg"]);

/** The order in which a plan gives its rows, as far as it can be told by its columns. */
export function inputOrder(plan: BoundPlan): readonly SortOrder[] {
  switch (plan.kind) {
    case "sort":
      return plan.order;
    case "filter":
    case "limit":
    case "with":
      return inputOrder(plan.input);
    case "project": {
      const order = inputOrder(plan.input);
      if (order.length === 0) return order;
      const columns = new Map(plan.items.map((item) => [fingerprint(item.expression), item.column]));
      const kept: SortOrder[] = [];
      for (const each of order) {
        const column = columns.get(fingerprint(each.expression));
        if (column === undefined) break;
        kept.push({ ...each, expression: reference(column) });
      }
      return kept;
    }
    default:
      return [];
  }
}

/** DuckDB keeps no order on its way to a group, so that of the input is written into such an aggregate. */
export function inOrder(call: AggregateExpression, order: readonly SortOrder[]): AggregateExpression {
  const depends = order.length > 0 && BY_ORDER.has(call.name) && call.orderBy.length === 0 && !call.distinct;
  return depends ? { ...call, orderBy: order } : call;
}

/** As `inOrder`, for functions over windows that have no order of their own. */
export function windowsInOrder(expression: BoundExpression, order: readonly SortOrder[]): BoundExpression {
  if (order.length === 0) return expression;
  return rewrite(expression, (each) => {
    if (each.kind !== "window" || each.orderBy.length > 0 || !BY_ORDER.has(each.function.name)) return undefined;
    const whole = {
      unit: "rows",
      start: { kind: "unbounded_preceding" },
      end: { kind: "unbounded_following" },
    } as const;
    return { ...each, orderBy: order, frame: each.frame ?? whole };
  });
}
