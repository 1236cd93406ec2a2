import type { Span } from "../ast/node.ts";
import type { BoundExpression, BoundPlan } from "../bound.ts";
import { expressionsOf, inputsOf, visit } from "../lineage.ts";
import { failure, type Analysis } from "./analysis.ts";

/**
 * Spark computes aggregates and windows of a scalar subquery before it joins the subquery with the query around: columns
 * of that one may stand beside them, not in them. Throws `UNSUPPORTED_SUBQUERY_EXPRESSION_CATEGORY.CORRELATED_REFERENCE`.
 */
export function checkCorrelation(plan: BoundPlan, span: Span, analysis: Analysis): void {
  const own = new Set<number>();
  const inner: BoundExpression[] = [];
  const walk = (each: BoundPlan): void => {
    for (const column of each.columns) own.add(column.id);
    for (const expression of expressionsOf(each)) {
      visit(expression, (part) => {
        // One that stands elsewhere is an aggregate of the query around, which its HAVING or SELECT list asks for.
        if (part.kind === "window" || (part.kind === "aggregate" && each.kind === "aggregate")) inner.push(part);
      });
    }
    for (const input of inputsOf(each)) walk(input);
  };
  walk(plan);
  const isOuter = (expression: BoundExpression): boolean => {
    let found = false;
    visit(expression, (part) => {
      if (part.kind === "column" && !own.has(part.column.id)) found = true;
    });
    return found;
  };
  const refused = inner.find(isOuter);
  if (refused === undefined) return;
  throw failure(
    analysis,
    span,
    "UNSUPPORTED_SUBQUERY_EXPRESSION_CATEGORY.CORRELATED_REFERENCE",
    "Aggregates and window functions of a subquery cannot be computed from columns of the query around it.",
    { hint: "Compute the value beside the subquery, or join the tables." },
  );
}
