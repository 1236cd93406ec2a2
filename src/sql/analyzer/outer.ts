import type { BoundExpression, BoundPlan } from "../bound.ts";
import { pretty } from "./pretty.ts";
import { rewrite, rewritePlan } from "./rewrite.ts";
import type { Scope } from "./scope.ts";

/** Columns of the query around a subquery. */

/** The expression with its columns marked as ones of `scope`, which is the scope of the query around. */
export function markedAsOuter(expression: BoundExpression, scope: Scope): BoundExpression {
  return rewrite(expression, (each) => {
    if (each.kind !== "column" || each.outer !== undefined) return undefined;
    const { id, name } = each.column;
    const found = [...scope.visible, ...scope.hidden].find(({ column }) => column.id === id);
    return { ...each, outer: [...(found?.qualifier ?? []), name].join(".") };
  });
}

/** Does the expression use columns, and are all of them ones of the query around? */
export function usesOuterOnly(expressions: readonly BoundExpression[]): boolean {
  let outer = 0;
  let own = 0;
  for (const expression of expressions) {
    rewrite(expression, (each) => {
      if (each.kind !== "column") return undefined;
      if (each.outer === undefined) own += 1;
      else outer += 1;
      return each;
    });
  }
  return outer > 0 && own === 0;
}

/** What a subquery uses of the query around, from the top of its plan down, as often as it does. */
export function outerNames(plan: BoundPlan): readonly string[] {
  const own = new Set<number>();
  const used: { readonly id: number | undefined; readonly name: string }[] = [];
  rewritePlan(
    plan,
    (each) => {
      if (each.kind === "column") used.push({ id: each.column.id, name: each.column.name });
      if (each.kind !== "aggregate" || each.ofOuter === undefined) return undefined;
      used.push({ id: undefined, name: pretty(withoutMarks(each)) });
      return each;
    },
    (each) => {
      for (const column of each.columns) own.add(column.id);
      return undefined;
    },
  );
  return used.filter(({ id }) => id === undefined || !own.has(id)).map(({ name }) => name);
}

function withoutMarks(expression: BoundExpression): BoundExpression {
  return rewrite(expression, (each) => (each.kind === "column" ? { ...each, outer: undefined } : undefined));
}
