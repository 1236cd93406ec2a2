import { BOOLEAN } from "../../core/data-type.ts";
import type { BoundExpression } from "../bound.ts";
import type { Policy, Relation } from "../resolver.ts";
import { castTo } from "../types/cast-expression.ts";
import { failure, newColumn } from "./analysis.ts";
import type { BoundRelation, Env } from "./env.ts";
import { constant } from "./literal.ts";
import { project, reference } from "./project.ts";
import { inlineRoutine } from "./routine.ts";
import type { Scope, Visible } from "./scope.ts";

/**
 * A relation as this principal may see it: rows that its filter refuses are gone, masked columns replaced. The functions
 * run under their definer's names; the principal is written into them as a literal, as everywhere.
 */
export function governed(relation: Relation, bound: BoundRelation, env: Env): BoundRelation {
  const { rowFilter, columnMasks } = relation;
  let result = bound;
  if (rowFilter !== undefined) {
    const condition = castTo(apply(rowFilter, undefined, bound.scope, relation, env), BOOLEAN, "ansi");
    result = {
      plan: { kind: "filter", input: result.plan, condition, columns: result.plan.columns, guards: true },
      scope: result.scope,
    };
  }
  return columnMasks === undefined || columnMasks.size === 0 ? result : masked(relation, columnMasks, result, env);
}

function masked(relation: Relation, masks: ReadonlyMap<string, Policy>, bound: BoundRelation, env: Env): BoundRelation {
  const byName = new Map([...masks].map(([name, policy]) => [name.toLowerCase(), policy]));
  const replaced = new Map<number, Visible>();
  const items = [...bound.scope.visible, ...bound.scope.hidden].map((each) => {
    const policy = byName.get(each.column.name.toLowerCase());
    if (policy === undefined) {
      replaced.set(each.column.id, each);
      return { column: each.column, expression: reference(each.column) };
    }
    const value = castTo(apply(policy, each, bound.scope, relation, env), each.column.type, "ansi");
    const column = newColumn(env.analysis, each.column.name, each.column.type, true);
    replaced.set(each.column.id, { ...each, column });
    return { column, expression: value };
  });
  const rename = (each: Visible): Visible => replaced.get(each.column.id) ?? each;
  return {
    plan: project(bound.plan, items),
    scope: { visible: bound.scope.visible.map(rename), hidden: bound.scope.hidden.map(rename) },
  };
}

function apply(
  policy: Policy,
  first: Visible | undefined,
  scope: Scope,
  relation: Relation,
  env: Env,
): BoundExpression {
  const args = policy.arguments.map((argument): BoundExpression => {
    if ("column" in argument) return columnNamed(argument.column, scope, relation, env);
    return constant(argument.value, argument.type);
  });
  return inlineRoutine(
    policy.function,
    first === undefined ? args : [reference(first.column), ...args],
    undefined,
    env,
  );
}

function columnNamed(name: string, scope: Scope, relation: Relation, env: Env): BoundExpression {
  const found = scope.visible.find(({ column }) => column.name.toLowerCase() === name.toLowerCase());
  if (found !== undefined) return reference(found.column);
  throw failure(
    env.analysis,
    undefined,
    "UNRESOLVED_COLUMN.WITHOUT_SUGGESTION",
    `A policy of ${relation.name.join(".")} uses the column \`${name}\`, which is not there.`,
  );
}
