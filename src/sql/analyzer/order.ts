import type { SortItem } from "../ast/expression.ts";
import type { BoundExpression, SortOrder } from "../bound.ts";
import { displayType } from "../types/duckdb-type.ts";
import { isOrderable } from "../types/kinds.ts";
import { failure } from "./analysis.ts";
import { bind, type Env } from "./env.ts";

/** Ascending puts nulls first, descending last, unless it is said. */
export function sortOrder(item: SortItem, expression: BoundExpression): SortOrder {
  const direction = item.direction ?? "asc";
  return { expression, direction, nulls: item.nulls ?? (direction === "asc" ? "first" : "last") };
}

export function bindSortItems(items: readonly SortItem[], env: Env): SortOrder[] {
  return items.map((item) => sortOrder(item, checkOrderable(bind(item.expression, env), item, env)));
}

export function checkOrderable(expression: BoundExpression, item: SortItem, env: Env): BoundExpression {
  if (isOrderable(expression.type)) return expression;
  throw failure(
    env.analysis,
    item.span,
    "DATATYPE_MISMATCH.INVALID_ORDERING_TYPE",
    `Cannot resolve the sort order due to data type mismatch: it does not support ordering on type "${displayType(expression.type)}".`,
  );
}
