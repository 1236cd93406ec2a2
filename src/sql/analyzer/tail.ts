import { INT } from "../../core/data-type.ts";
import type { Expression } from "../ast/expression.ts";
import type { BoundExpression, BoundPlan } from "../bound.ts";
import { castTo } from "../types/cast-expression.ts";
import { displayType } from "../types/duckdb-type.ts";
import { isIntegral } from "../types/kinds.ts";
import { failure, newColumn, type Analysis } from "./analysis.ts";
import { constantValue } from "./constant.ts";
import { bind, inClause, type BoundRelation, type Env } from "./env.ts";
import { bindOrderBy } from "./order-by.ts";
import { project, reference } from "./project.ts";
import { EMPTY_SCOPE } from "./scope.ts";
import type { OrderClause } from "./select.ts";

/** ORDER BY over something that is not a SELECT: only its columns can be named. */
export function ordered(relation: BoundRelation, order: OrderClause | undefined, env: Env): BoundRelation {
  if (order === undefined || order.items.length === 0) return exact(relation, env.analysis);
  const base = exact(relation, env.analysis);
  const { columns } = base.plan;
  const inner: Env = { ...inClause(env, base.scope, { clause: "ORDER BY" }), windows: order.windows };
  const keys = bindOrderBy(order.items, columns, inner);
  return { plan: { kind: "sort", input: base.plan, order: keys, columns }, scope: base.scope };
}

/** The plan with exactly the columns that the scope shows, in that order and under those names. */
export function exact(relation: BoundRelation, analysis: Analysis): BoundRelation {
  const { plan, scope } = relation;
  const same =
    plan.columns.length === scope.visible.length &&
    plan.columns.every(
      (column, index) =>
        column.id === scope.visible[index]?.column.id && column.name === scope.visible[index]?.column.name,
    );
  if (same) return relation;
  const taken = new Set<number>();
  const items = scope.visible.map(({ column }) => {
    const repeated = taken.has(column.id);
    taken.add(column.id);
    return {
      column: repeated ? newColumn(analysis, column.name, column.type, column.nullable) : column,
      expression: reference(column),
    };
  });
  const over = project(plan, items);
  return {
    plan: over,
    scope: {
      visible: over.columns.map((column, index) => ({ column, qualifier: scope.visible[index]?.qualifier ?? [] })),
      hidden: [],
    },
  };
}

/** LIMIT and OFFSET: constants, not negative. */
export function limit(
  input: BoundPlan,
  limitNode: Expression | undefined,
  offsetNode: Expression | undefined,
  env: Env,
): BoundPlan {
  const inner = inClause(env, EMPTY_SCOPE, { clause: "LIMIT" });
  const count = limitNode === undefined ? undefined : rowCount(limitNode, "limit", inner);
  const offset = offsetNode === undefined ? undefined : rowCount(offsetNode, "offset", inner);
  return count === undefined && offset === undefined
    ? input
    : { kind: "limit", input, limit: count, offset, columns: input.columns };
}

function rowCount(node: Expression, name: string, env: Env): BoundExpression {
  const bound = bind(node, env);
  if (!isIntegral(bound.type) && bound.type.kind !== "void") {
    throw failure(
      env.analysis,
      node.span,
      "INVALID_LIMIT_LIKE_EXPRESSION.DATA_TYPE",
      `The limit like expression is invalid. The ${name} expression must be integer type, but got "${displayType(bound.type)}".`,
    );
  }
  const value = constantValue(bound)?.value;
  if (value === null) {
    throw failure(
      env.analysis,
      node.span,
      "INVALID_LIMIT_LIKE_EXPRESSION.IS_NULL",
      `The limit like expression is invalid. The evaluated ${name} expression must not be null.`,
    );
  }
  if (typeof value === "bigint" && value < 0n) {
    throw failure(
      env.analysis,
      node.span,
      "INVALID_LIMIT_LIKE_EXPRESSION.IS_NEGATIVE",
      `The limit like expression is invalid. The ${name} expression must be equal to or greater than 0, but got ${value}.`,
    );
  }
  return castTo(bound, INT, "ansi");
}
