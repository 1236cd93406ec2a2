import type { SortItem } from "../ast/expression.ts";
import type { Column, SortOrder } from "../bound.ts";
import { failure } from "./analysis.ts";
import { bind, type Env } from "./env.ts";
import { positionOf } from "./grouping.ts";
import { checkOrderable, sortOrder } from "./order.ts";
import { reference } from "./project.ts";
import { lookup, type Scope } from "./scope.ts";

/**
 * ORDER BY: names mean what SELECT gives first, then what stands in FROM; a number is the position of an item, ALL every
 * item. Without the setting for positions a number is a constant.
 */
export function bindOrderBy(nodes: readonly SortItem[], outputs: readonly Column[], env: Env): SortOrder[] {
  const first: Scope = { visible: outputs.map((column) => ({ column, qualifier: [] })), hidden: [] };
  const [only] = nodes;
  if (nodes.length === 1 && only !== undefined && isAll(only, env, first)) {
    return outputs.map((column) => sortOrder(only, checkOrderable(reference(column), only, env)));
  }
  const usesPositions = env.analysis.statement.context.settings?.get("spark.sql.orderbyordinal") !== "false";
  return nodes.map((node) => {
    const position = usesPositions ? positionOf(node.expression) : undefined;
    if (position !== undefined)
      return sortOrder(node, checkOrderable(reference(atPosition(position, outputs, node, env)), node, env));
    return sortOrder(node, checkOrderable(bind(node.expression, { ...env, first }), node, env));
  });
}

function isAll(node: SortItem, env: Env, first: Scope): boolean {
  const { expression } = node;
  if (expression.kind !== "column" || expression.parts.length !== 1) return false;
  const name = expression.parts[0]?.name ?? "";
  if (name.toLowerCase() !== "all" || expression.parts[0]?.quoted === true) return false;
  return lookup(first, [name]).length === 0 && lookup(env.scope, [name]).length === 0;
}

function atPosition(position: number, outputs: readonly Column[], node: SortItem, env: Env): Column {
  const column = outputs[position - 1];
  if (column !== undefined) return column;
  throw failure(
    env.analysis,
    node.span,
    "ORDER_BY_POS_OUT_OF_RANGE",
    `ORDER BY position ${position} is not in select list (valid range is [1, ${outputs.length}]).`,
  );
}
