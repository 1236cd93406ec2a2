import type { BoundArgument, BoundExpression, BoundPlan, Projection, SortOrder } from "../bound.ts";

export type Rewrite = (expression: BoundExpression) => BoundExpression | undefined;
/** Gives what a plan becomes; that is not looked into any further. */
export type RewritePlan = (plan: BoundPlan) => BoundPlan | undefined;

/**
 * Replaces parts of an expression, from the outside in: where `replace` gives something, that stands and is not looked
 * into any further. Plans of subqueries are rewritten too.
 */
export function rewrite(expression: BoundExpression, replace: Rewrite, onPlan?: RewritePlan): BoundExpression {
  const replaced = replace(expression);
  if (replaced !== undefined) return replaced;
  const inner = (each: BoundExpression): BoundExpression => rewrite(each, replace, onPlan);
  switch (expression.kind) {
    case "literal":
    case "column":
    case "lambda_variable":
    case "alias":
      return expression;
    case "call":
    case "generator":
      return { ...expression, args: rewriteArguments(expression.args, replace, onPlan) };
    case "aggregate":
      return {
        ...expression,
        args: rewriteArguments(expression.args, replace, onPlan),
        filter: expression.filter && inner(expression.filter),
        orderBy: rewriteOrder(expression.orderBy, replace, onPlan),
      };
    case "window": {
      const call = expression.function;
      return {
        ...expression,
        function: {
          ...call,
          args: rewriteArguments(call.args, replace, onPlan),
          filter: call.filter && inner(call.filter),
          orderBy: rewriteOrder(call.orderBy, replace, onPlan),
        },
        partitionBy: expression.partitionBy.map(inner),
        orderBy: rewriteOrder(expression.orderBy, replace, onPlan),
      };
    }
    case "cast":
      return { ...expression, operand: inner(expression.operand) };
    case "field":
      return { ...expression, operand: inner(expression.operand) };
    case "case":
      return {
        ...expression,
        branches: expression.branches.map(({ when, result }) => ({ when: inner(when), result: inner(result) })),
        otherwise: expression.otherwise && inner(expression.otherwise),
      };
    case "subquery":
      return {
        ...expression,
        values: expression.values.map(inner),
        plan: rewritePlan(expression.plan, replace, onPlan),
      };
  }
}

function rewriteOrder(order: readonly SortOrder[], replace: Rewrite, onPlan?: RewritePlan): SortOrder[] {
  return order.map((each) => ({ ...each, expression: rewrite(each.expression, replace, onPlan) }));
}

function rewriteArguments(args: readonly BoundArgument[], replace: Rewrite, onPlan?: RewritePlan): BoundArgument[] {
  return args.map((arg) =>
    arg.kind === "lambda" ? { ...arg, body: rewrite(arg.body, replace, onPlan) } : rewrite(arg, replace, onPlan),
  );
}

function rewriteItems(items: readonly Projection[], replace: Rewrite, onPlan?: RewritePlan): Projection[] {
  return items.map((item) => ({ ...item, expression: rewrite(item.expression, replace, onPlan) }));
}

/** Every expression of a plan and of the plans inside it, from the top down. */
export function rewritePlan(plan: BoundPlan, replace: Rewrite, onPlan?: RewritePlan): BoundPlan {
  const replaced = onPlan?.(plan);
  if (replaced !== undefined) return replaced;
  const inner = (each: BoundPlan): BoundPlan => rewritePlan(each, replace, onPlan);
  const value = (each: BoundExpression): BoundExpression => rewrite(each, replace, onPlan);
  switch (plan.kind) {
    case "scan":
    case "one_row":
    case "cte":
      return plan;
    case "values":
      return { ...plan, rows: plan.rows.map((row) => row.map(value)) };
    case "table_function":
      return { ...plan, args: rewriteArguments(plan.args, replace, onPlan) };
    case "project":
      return { ...plan, items: rewriteItems(plan.items, replace, onPlan), input: inner(plan.input) };
    case "filter":
      return { ...plan, condition: value(plan.condition), input: inner(plan.input) };
    case "aggregate":
      return {
        ...plan,
        groups: rewriteItems(plan.groups, replace, onPlan),
        aggregates: rewriteItems(plan.aggregates, replace, onPlan),
        input: inner(plan.input),
      };
    case "sort":
      return { ...plan, order: rewriteOrder(plan.order, replace, onPlan), input: inner(plan.input) };
    case "limit":
      return {
        ...plan,
        input: inner(plan.input),
        limit: plan.limit && value(plan.limit),
        offset: plan.offset && value(plan.offset),
      };
    case "distinct":
    case "sample":
      return { ...plan, input: inner(plan.input) };
    case "join":
      return {
        ...plan,
        condition: plan.condition && value(plan.condition),
        left: inner(plan.left),
        right: inner(plan.right),
      };
    case "set":
      return { ...plan, left: inner(plan.left), right: inner(plan.right) };
    case "generate": {
      const generator = { ...plan.generator, args: rewriteArguments(plan.generator.args, replace, onPlan) };
      return { ...plan, input: inner(plan.input), generator };
    }
    case "with":
      return {
        ...plan,
        input: inner(plan.input),
        definitions: plan.definitions.map((each) => ({
          ...each,
          plan: inner(each.plan),
          recursive: each.recursive && { ...each.recursive, step: inner(each.recursive.step) },
        })),
      };
  }
}

/** Does `test` hold for the expression or any part of it (not inside subqueries' plans)? */
export function some(expression: BoundExpression, test: (each: BoundExpression) => boolean): boolean {
  let found = false;
  rewrite(expression, (each) => {
    if (found) return each;
    if (test(each)) found = true;
    return found ? each : each.kind === "subquery" ? { ...each } : undefined;
  });
  return found;
}
