import type { BoundExpression, BoundPlan, Column, JoinType, Projection } from "../bound.ts";
import { failure, newColumn, type Analysis } from "./analysis.ts";
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
 * Throws UNSUPPORTED_SUBQUERY_EXPRESSION_CATEGORY where an outer join would need it, as Spark does.
 */
export function withoutSubqueries(
  join: JoinType,
  { left, right, condition }: Sides,
  analysis: Analysis,
): Sides & { readonly rest: readonly BoundExpression[] } {
  const given = condition === undefined ? [] : conjuncts(condition);
  if (!given.some(hasSubquery)) return { left, right, condition, rest: [] };
  const extra: Record<"left" | "right", Projection[]> = { left: [], right: [] };
  const moved = (expression: BoundExpression): BoundExpression | undefined => {
    const side = sideOf(expression, left, right);
    if (side === undefined) return undefined;
    const column = newColumn(analysis, "condition", expression.type, expression.nullable);
    extra[side].push({ column, expression });
    return reference(column);
  };
  const isInner = join === "inner" || join === "cross";
  const kept: BoundExpression[] = [];
  const rest: BoundExpression[] = [];
  for (const each of given) {
    const subquery = hasSubquery(each);
    if (!subquery) kept.push(each);
    else if (isInner) rest.push(each);
    else kept.push(moved(each) ?? inParts(each, moved, analysis));
  }
  const over = (plan: BoundPlan, items: readonly Projection[]): BoundPlan =>
    items.length === 0 ? plan : project(plan, [...plan.columns.map(passing), ...items]);
  return { left: over(left, extra.left), right: over(right, extra.right), condition: conjunction(kept), rest };
}

/** Every subquery of the condition, with the NOT before it, moved to a side. */
function inParts(
  condition: BoundExpression,
  moved: (expression: BoundExpression) => BoundExpression | undefined,
  analysis: Analysis,
): BoundExpression {
  return rewrite(condition, (each) => {
    if (each.kind !== "subquery" && !(isCall(each, "not") && hasSubquery(each))) return undefined;
    const column = moved(each);
    if (column !== undefined || each.kind !== "subquery") return column;
    throw failure(
      analysis,
      each.span,
      "UNSUPPORTED_SUBQUERY_EXPRESSION_CATEGORY.UNSUPPORTED_CORRELATED_EXPRESSION_IN_JOIN_CONDITION",
      "Unsupported subquery expression: Correlated subqueries in the join predicate cannot reference both join inputs.",
    );
  });
}

/** The side whose columns alone an expression uses; the left one where it uses none. */
function sideOf(expression: BoundExpression, left: BoundPlan, right: BoundPlan): "left" | "right" | undefined {
  if (!uses(expression, right.columns)) return "left";
  return uses(expression, left.columns) ? undefined : "right";
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

function isCall(expression: BoundExpression, name: string): boolean {
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
