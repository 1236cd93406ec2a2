import { BOOLEAN, type DataType } from "../../core/data-type.ts";
import type {
  AggregateExpression,
  AggregatePlan,
  BoundExpression,
  BoundPlan,
  CallExpression,
  Column,
  Projection,
  SetPlan,
  SortOrder,
} from "../bound.ts";
import { keyed } from "../collation/argument.ts";
import { collationIn, INDETERMINATE } from "../collation/collation.ts";
import { failure, newColumn, unsupported, type Analysis } from "./analysis.ts";
import { pretty } from "./pretty.ts";
import { passing, project, reference } from "./project.ts";
import { rewrite, rewritePlan, type Rewrite, type RewritePlan } from "./rewrite.ts";

/**
 * The plan with every order, group and set that goes by a collation made to go by its keys. A group keeps the first of
 * its values, as Spark does.
 */
export function collatedPlan(plan: BoundPlan, analysis: Analysis): BoundPlan {
  if (!analysis.statement.collated) return plan;
  const onPlan: RewritePlan = (each) => {
    const made = keyedPlan(each, analysis);
    return made === undefined ? undefined : rewritePlan(made, onExpression, onPlan);
  };
  const onExpression: Rewrite = (each) => {
    const made = keyedExpression(each);
    return made === undefined ? undefined : rewrite(made, onExpression, onPlan);
  };
  return rewritePlan(plan, onExpression, onPlan);
}

function isCollated(type: DataType): boolean {
  return collationIn(type) !== undefined;
}

function keyedExpression(expression: BoundExpression): BoundExpression | undefined {
  switch (expression.kind) {
    case "window": {
      if (!expression.partitionBy.some((each) => isCollated(each.type)) && !hasCollated(expression.orderBy))
        return undefined;
      return { ...expression, partitionBy: expression.partitionBy.map(keyed), orderBy: keyedOrder(expression.orderBy) };
    }
    case "aggregate":
      return hasCollated(expression.orderBy) ? { ...expression, orderBy: keyedOrder(expression.orderBy) } : undefined;
    case "subquery": {
      if (expression.form !== "in" || !expression.values.some((each) => isCollated(each.type))) return undefined;
      const items = expression.plan.columns.map((column): Projection => {
        const key = keyed(reference(column));
        return { column: { ...column, type: key.type }, expression: key };
      });
      return { ...expression, values: expression.values.map(keyed), plan: project(expression.plan, items) };
    }
    default:
      return undefined;
  }
}

function hasCollated(order: readonly SortOrder[]): boolean {
  return order.some((each) => isCollated(each.expression.type));
}

function keyedOrder(order: readonly SortOrder[]): SortOrder[] {
  return order.map((each) => ({ ...each, expression: keyed(each.expression) }));
}

function keyedPlan(plan: BoundPlan, analysis: Analysis): BoundPlan | undefined {
  switch (plan.kind) {
    case "sort":
      return hasCollated(plan.order) ? { ...plan, order: keyedOrder(plan.order) } : undefined;
    case "aggregate":
      return plan.groups.some((group) => isCollated(group.expression.type)) ? keyedGroups(plan, analysis) : undefined;
    case "distinct":
      return plan.columns.some((column) => isCollated(column.type))
        ? distinct(plan.input, plan.columns, analysis)
        : undefined;
    case "set":
      return plan.columns.some((column) => isCollated(column.type)) && !(plan.all && plan.operator === "union")
        ? keyedSet(plan, analysis)
        : undefined;
    default:
      return undefined;
  }
}

function keyedGroups(plan: AggregatePlan, analysis: Analysis): AggregatePlan {
  const aggregates: Projection[] = [];
  const groups = plan.groups.map((group): Projection => {
    const { expression } = group;
    const name = collationIn(expression.type);
    if (name === undefined) return group;
    if (name === INDETERMINATE) {
      throw failure(
        analysis,
        expression.span,
        "INDETERMINATE_COLLATION",
        "Could not determine which collation to use for string operation. Use COLLATE clause to set the collation explicitly.",
      );
    }
    if (plan.sets !== undefined)
      throw unsupported(analysis, expression.span, `Grouping sets over the collation ${name}`);
    const key = keyed(expression);
    aggregates.push({ column: group.column, expression: firstOf(expression) });
    return { column: newColumn(analysis, pretty(expression), key.type, key.nullable), expression: key };
  });
  const all = [...groups, ...aggregates, ...plan.aggregates];
  return { ...plan, groups, aggregates: [...aggregates, ...plan.aggregates], columns: all.map((item) => item.column) };
}

function firstOf(expression: BoundExpression): AggregateExpression {
  return {
    kind: "aggregate",
    name: "first",
    args: [expression],
    distinct: false,
    filter: undefined,
    orderBy: [],
    ignoreNulls: false,
    type: expression.type,
    nullable: expression.nullable,
    lower: ([sql = "NULL"], _, tools) => tools.aggregate("first", [sql]),
  };
}

function distinct(input: BoundPlan, columns: readonly Column[], analysis: Analysis): BoundPlan {
  const plan: AggregatePlan = {
    kind: "aggregate",
    input,
    groups: columns.map(passing),
    aggregates: [],
    sets: undefined,
    groupingId: undefined,
    columns,
  };
  return project(keyedGroups(plan, analysis), columns.map(passing));
}

/** UNION is one without repetition; INTERSECT and EXCEPT look each row of the left side up on the right. */
function keyedSet(plan: SetPlan, analysis: Analysis): BoundPlan {
  if (plan.operator === "union") {
    const columns = plan.columns.map((column) => newColumn(analysis, column.name, column.type, column.nullable));
    const all = distinct({ ...plan, all: true, columns }, columns, analysis);
    return renamed(all, columns, plan.columns);
  }
  if (plan.all) throw unsupported(analysis, undefined, `${plan.operator.toUpperCase()} ALL over collated strings`);
  const conditions = plan.left.columns.map((column, index) => {
    const other = plan.right.columns[index];
    return same(keyed(reference(column)), keyed(reference(other ?? column)));
  });
  const condition = conditions.reduce((a, b) => operator("and", "($1 AND $2)", [a, b]));
  const { columns } = plan.left;
  const joined: BoundPlan = {
    kind: "join",
    join: plan.operator === "intersect" ? "semi" : "anti",
    left: distinct(plan.left, columns, analysis),
    right: plan.right,
    condition,
    lateral: false,
    columns,
  };
  return renamed(joined, columns, plan.columns);
}

function renamed(plan: BoundPlan, from: readonly Column[], to: readonly Column[]): BoundPlan {
  return project(
    plan,
    to.map((column, index) => ({ column, expression: reference(from[index] ?? column) })),
  );
}

function same(a: BoundExpression, b: BoundExpression): BoundExpression {
  return operator("<=>", "($1 IS NOT DISTINCT FROM $2)", [a, b]);
}

function operator(name: string, sql: string, args: readonly [BoundExpression, BoundExpression]): CallExpression {
  return {
    kind: "call",
    name,
    args,
    type: BOOLEAN,
    nullable: false,
    deterministic: true,
    lower: ([a = "NULL", b = "NULL"]) => sql.replace("$1", () => a).replace("$2", () => b),
  };
}
