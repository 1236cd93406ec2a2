import type { BoundExpression, BoundPlan, Column } from "../bound.ts";
import { newColumn, type Analysis } from "./analysis.ts";
import { passing, project, reference } from "./project.ts";
import { rewrite } from "./rewrite.ts";

/** Items of a SELECT list that use the aliases of others. */

/** The expression of an item with every alias in it written out. */
export function inlineAliases(
  index: number,
  items: readonly { readonly expression: BoundExpression }[],
): BoundExpression {
  const item = items[index];
  if (item === undefined) throw new TypeError("An alias of an item that is not there.");
  return withoutAliases(item.expression, items);
}

export function withoutAliases(
  expression: BoundExpression,
  items: readonly { readonly expression: BoundExpression }[],
): BoundExpression {
  return rewrite(expression, (each) => (each.kind === "alias" ? inlineAliases(each.index, items) : undefined));
}

/**
 * Puts the items that others use into projections below, so that each is computed once. Gives the plan and the
 * expressions that remain on top of it.
 */
export function layered(
  input: BoundPlan,
  items: readonly { readonly name: string; readonly expression: BoundExpression }[],
  analysis: Analysis,
): { readonly plan: BoundPlan; readonly expressions: readonly BoundExpression[] } {
  const expressions = items.map((item) => item.expression);
  const used = new Set<number>();
  for (const expression of expressions) for (const index of aliasesOf(expression)) used.add(index);
  if (used.size === 0) return { plan: input, expressions };
  const done = new Map<number, Column>();
  let plan = input;
  const resolve = (expression: BoundExpression): BoundExpression =>
    rewrite(expression, (each) => {
      if (each.kind !== "alias") return undefined;
      const column = done.get(each.index);
      return column === undefined ? each : reference(column);
    });
  while (done.size < used.size) {
    const ready = [...used].filter((index) => {
      const expression = expressions[index];
      return !done.has(index) && expression !== undefined && aliasesOf(expression).every((other) => done.has(other));
    });
    const made = ready.map((index) => {
      const item = items[index];
      const expression = resolve(
        item?.expression ?? { kind: "literal", value: null, type: { kind: "void" }, nullable: true },
      );
      return { index, column: newColumn(analysis, item?.name ?? "", expression.type, expression.nullable), expression };
    });
    plan = project(plan, [
      ...plan.columns.map(passing),
      ...made.map(({ column, expression }) => ({ column, expression })),
    ]);
    for (const { index, column } of made) done.set(index, column);
  }
  return {
    plan,
    expressions: expressions.map((expression, index) => {
      const column = done.get(index);
      return column === undefined ? resolve(expression) : reference(column);
    }),
  };
}

function aliasesOf(expression: BoundExpression): number[] {
  const found: number[] = [];
  rewrite(expression, (each) => {
    if (each.kind === "alias") found.push(each.index);
    return undefined;
  });
  return found;
}
