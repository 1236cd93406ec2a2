import type { BoundPlan, CteDefinition } from "../bound.ts";
import { expressionsOf, inputsOf, visit } from "../lineage.ts";
import { project, reference } from "./project.ts";
import { rewritePlan } from "./rewrite.ts";

/** Common table expressions that are used once stand where they are used: filters reach into them then. */
export function inlineCtes(plan: BoundPlan): BoundPlan {
  const uses = new Map<number, number>();
  count(plan, uses);
  const known = new Map<number, CteDefinition>();
  const isOnce = (each: CteDefinition): boolean => each.recursive === undefined && (uses.get(each.id) ?? 0) <= 1;
  const onPlan = (each: BoundPlan): BoundPlan | undefined => {
    if (each.kind === "cte") {
      const definition = known.get(each.id);
      if (definition === undefined) return undefined;
      const input = inner(definition.plan);
      const items = each.columns.map((column, index) => ({
        column,
        expression: reference(input.columns[index] ?? column),
      }));
      return project(input, items);
    }
    if (each.kind !== "with") return undefined;
    const kept: CteDefinition[] = [];
    for (const definition of each.definitions) {
      if (isOnce(definition)) known.set(definition.id, definition);
      else kept.push(withInner(definition));
    }
    const input = inner(each.input);
    return kept.length === 0 ? input : { ...each, definitions: kept, input };
  };
  const inner = (each: BoundPlan): BoundPlan => rewritePlan(each, () => undefined, onPlan);
  const withInner = (definition: CteDefinition): CteDefinition => ({
    ...definition,
    plan: inner(definition.plan),
    recursive: definition.recursive && { ...definition.recursive, step: inner(definition.recursive.step) },
  });
  return inner(plan);
}

function count(plan: BoundPlan, uses: Map<number, number>): void {
  if (plan.kind === "cte") uses.set(plan.id, (uses.get(plan.id) ?? 0) + 1);
  for (const input of inputsOf(plan)) count(input, uses);
  for (const expression of expressionsOf(plan)) {
    visit(expression, (each) => {
      if (each.kind === "subquery") count(each.plan, uses);
    });
  }
}
