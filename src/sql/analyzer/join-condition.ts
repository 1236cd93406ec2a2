import type { BoundExpression, BoundPlan, CallExpression, Column, JoinType, Projection } from "../bound.ts";
import { failure, newColumn, unsupported, type Analysis } from "./analysis.ts";
import { passing, project, reference } from "./project.ts";
import { rewrite, some } from "./rewrite.ts";

/** A join in the making: its sides, and the condition over them. */
interface Sides {
  readonly left: BoundPlan;
  readonly right: BoundPlan;
  readonly condition: BoundExpression | undefined;
}

/**
 * Subqueries of an ON clause, which no join computes, as columns of the side whose columns they use. What uses both sides is
 * left where the join is an inner one: `rest` is to filter its result.
 *
 * Spark filters a side by what can be asked before the join. Of the rest it computes each IN alone, so that there NOT IN
 * is true where it is not known (`RewritePredicateSubquery`).
 * Throws UNSUPPORTED_SUBQUERY_EXPRESSION_CATEGORY where an outer join needs both sides, as Spark does.
 */
export function withoutSubqueries(
  join: JoinType,
  { left, right, condition }: Sides,
  analysis: Analysis,
): Sides & { readonly rest: readonly BoundExpression[] } {
  const given = condition === undefined ? [] : conjuncts(condition);
  if (!given.some(hasSubquery)) return { left, right, condition, rest: [] };
  const extra: Record<"left" | "right", Projection[]> = { left: [], right: [] };
  const moved = (expression: BoundExpression, side: "left" | "right"): BoundExpression => {
    const column = newColumn(analysis, "condition", expression.type, expression.nullable);
    extra[side].push({ column, expression });
    return reference(column);
  };
  const subqueryMoved = (each: BoundExpression): BoundExpression => {
    const side = sideOf(each, left, right);
    if (side !== "both") return moved(each, side === "right" ? "right" : "left");
    throw failure(
      analysis,
      each.span,
      "UNSUPPORTED_SUBQUERY_EXPRESSION_CATEGORY.UNSUPPORTED_CORRELATED_EXPRESSION_IN_JOIN_CONDITION",
      "Unsupported subquery expression: Correlated subqueries in the join predicate cannot reference both join inputs.",
    );
  };
  const isInner = join === "inner" || join === "cross";
  const kept: BoundExpression[] = [];
  const rest: BoundExpression[] = [];
  for (const each of given) {
    const side = sideOf(each, left, right);
    if (!hasSubquery(each)) kept.push(each);
    else if (isInner) rest.push(each);
    else if (side === "none") kept.push(moved(each, "left"));
    else if (side !== "both" && isAskedBefore(join, side)) kept.push(moved(each, side));
    else kept.push(inParts(each, [left, right], subqueryMoved, analysis));
  }
  const over = (plan: BoundPlan, items: readonly Projection[]): BoundPlan =>
    items.length === 0 ? plan : project(plan, [...plan.columns.map(passing), ...items]);
  return { left: over(left, extra.left), right: over(right, extra.right), condition: conjunction(kept), rest };
}

/** Can rows of a side that do not fulfil a condition be left out before the join? */
function isAskedBefore(join: JoinType, side: "left" | "right"): boolean {
  return side === "right" ? join !== "right" && join !== "full" : join === "right" || join === "semi";
}

/** Every subquery of the condition moved to a side. For constants Spark leaves an IN unknown, which no column is. */
function inParts(
  condition: BoundExpression,
  sides: readonly BoundPlan[],
  moved: (expression: BoundExpression) => BoundExpression,
  analysis: Analysis,
): BoundExpression {
  if (isCall(condition, "and") || isCall(condition, "or") || isCall(condition, "not")) {
    const args = condition.args.map((arg) => (arg.kind === "lambda" ? arg : inParts(arg, sides, moved, analysis)));
    return { ...condition, args };
  }
  if (condition.kind === "subquery") return moved(condition);
  return rewrite(condition, (each) => {
    if (each.kind !== "subquery") return undefined;
    if (each.form === "in" && each.values.every((value) => isConstant(value, sides)))
      throw unsupported(analysis, each.span, "IN of a subquery for a constant inside another expression of ON");
    return moved(each);
  });
}

/** Does it use no columns but those that are constants further down? */
function isConstant(expression: BoundExpression, plans: readonly BoundPlan[]): boolean {
  let constant = true;
  rewrite(expression, (each) => {
    if (each.kind === "column" && !plans.some((plan) => isConstantColumn(each.column.id, plan))) constant = false;
    return undefined;
  });
  return constant;
}

function isConstantColumn(id: number, plan: BoundPlan): boolean {
  if (!plan.columns.some((column) => column.id === id)) return false;
  switch (plan.kind) {
    case "project": {
      const item = plan.items.find(({ column }) => column.id === id);
      return item !== undefined && isConstant(item.expression, [plan.input]);
    }
    case "filter":
    case "sort":
    case "limit":
    case "distinct":
    case "sample":
    case "generate":
    case "with":
      return isConstantColumn(id, plan.input);
    case "join":
      return isConstantColumn(id, plan.left) || isConstantColumn(id, plan.right);
    default:
      return false;
  }
}

function sideOf(expression: BoundExpression, left: BoundPlan, right: BoundPlan): "left" | "right" | "both" | "none" {
  const usesLeft = uses(expression, left.columns);
  if (!uses(expression, right.columns)) return usesLeft ? "left" : "none";
  return usesLeft ? "both" : "right";
}

function uses(expression: BoundExpression, columns: readonly Column[]): boolean {
  const ids = new Set(columns.map((column) => column.id));
  let found = false;
  rewrite(expression, (each) => {
    if (each.kind === "column" && ids.has(each.column.id)) found = true;
    return found ? each : undefined;
  });
  return found;
}

function hasSubquery(expression: BoundExpression): boolean {
  return some(expression, (each) => each.kind === "subquery");
}

function isCall(expression: BoundExpression, name: string): expression is CallExpression {
  return expression.kind === "call" && expression.name === name;
}

function conjuncts(condition: BoundExpression): readonly BoundExpression[] {
  if (condition.kind !== "call" || condition.name !== "and") return [condition];
  return condition.args.flatMap((arg) => (arg.kind === "lambda" ? [] : conjuncts(arg)));
}

const AND = { name: "and", deterministic: true, lower: (args: readonly string[]) => `(${args.join(" AND ")})` };

export function conjunction(conditions: readonly BoundExpression[]): BoundExpression | undefined {
  const [first, ...others] = conditions;
  if (first === undefined || others.length === 0) return first;
  return { ...AND, kind: "call", args: conditions, type: first.type, nullable: true, span: first.span };
}
