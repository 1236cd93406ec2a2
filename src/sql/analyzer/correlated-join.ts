import { BOOLEAN } from "../../core/data-type.ts";
import type { BoundExpression, BoundPlan, JoinType, Projection } from "../bound.ts";
import { newColumn, type Analysis } from "./analysis.ts";
import { passing, project, reference } from "./project.ts";
import { rewrite, rewritePlan } from "./rewrite.ts";

/** Joins inside a subquery that use columns of the query around, which DuckDB takes for inner joins only. */

interface Condition {
  readonly left: BoundPlan;
  readonly condition: BoundExpression | undefined;
}

/** The condition of a left join with the outer columns in it as columns of the left side. */
export function withOuterColumns(
  join: JoinType,
  left: BoundPlan,
  condition: BoundExpression | undefined,
  analysis: Analysis,
): Condition {
  // The columns of a side that may be missing would be missing with it.
  if (condition === undefined || join !== "left") return { left, condition };
  const extra = new Map<number, Projection>();
  const moved = rewrite(condition, (each) => {
    if (each.kind !== "column" || each.outer === undefined) return undefined;
    const { id, name } = each.column;
    const item = extra.get(id) ?? { column: newColumn(analysis, name, each.type, true), expression: each };
    extra.set(id, item);
    return reference(item.column);
  });
  if (extra.size === 0) return { left, condition };
  return { left: project(left, [...left.columns.map(passing), ...extra.values()]), condition: moved };
}

/** A semi join as a filter: DuckDB knows it no other way where outer columns are used. */
export function asFilter(
  join: JoinType,
  left: BoundPlan,
  right: BoundPlan,
  condition: BoundExpression | undefined,
): BoundPlan | undefined {
  if (join !== "semi" && join !== "anti") return undefined;
  const inner: BoundPlan =
    condition === undefined ? right : { kind: "filter", input: right, condition, columns: right.columns };
  if (![left, inner].some(usesOuter)) return undefined;
  const exists: BoundExpression = {
    kind: "subquery",
    form: "exists",
    values: [],
    plan: inner,
    outer: [],
    key: () => "",
    type: BOOLEAN,
    nullable: false,
  };
  const test: BoundExpression =
    join === "semi"
      ? exists
      : {
          kind: "call",
          name: "not",
          args: [exists],
          type: BOOLEAN,
          nullable: false,
          deterministic: true,
          lower: ([sql = "NULL"]) => `(NOT ${sql})`,
        };
  return { kind: "filter", input: left, condition: test, columns: left.columns };
}

function usesOuter(plan: BoundPlan): boolean {
  let found = false;
  rewritePlan(plan, (each) => {
    if (each.kind === "column" && each.outer !== undefined) found = true;
    return undefined;
  });
  return found;
}
