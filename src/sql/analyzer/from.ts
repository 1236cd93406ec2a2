import { partsOf, type Identifier } from "../ast/node.ts";
import type { DerivedTable, ParenthesizedTable, TableAlias, TableFunction, TableReference } from "../ast/query.ts";
import type { BoundPlan } from "../bound.ts";
import { failure, unsupported } from "./analysis.ts";
import { type BoundRelation, type Env } from "./env.ts";
import { bindInlineTable } from "./inline-table.ts";
import { bindJoin, joinPlans } from "./join.ts";
import { bindPivot, bindUnpivot } from "./pivot.ts";
import { bindTableName } from "./table.ts";
import { bindTableFunction } from "./table-function.ts";
import { sampled } from "./sample.ts";
import { concat, EMPTY_SCOPE, renamed, type Scope } from "./scope.ts";

/** The FROM clause: every relation in turn, joined crosswise; LATERAL ones see those before them. */
export function bindFrom(references: readonly TableReference[], env: Env): BoundRelation {
  const [first, ...others] = references;
  if (first === undefined) return { plan: { kind: "one_row", columns: [] }, scope: EMPTY_SCOPE };
  let result = bindReference(first, env, undefined);
  for (const reference of others) {
    const right = bindReference(reference, env, result.scope);
    const lateral = isLateral(reference);
    result = {
      plan: joinPlans("cross", result.plan, right.plan, undefined, lateral),
      scope: concat(result.scope, right.scope),
    };
  }
  return result;
}

export function isLateral(reference: TableReference): boolean {
  if (
    reference.kind === "derived_table" ||
    reference.kind === "table_function" ||
    reference.kind === "parenthesized_table"
  ) {
    return reference.lateral;
  }
  return false;
}

/** One relation. `left` is what a LATERAL one may use. */
export function bindReference(node: TableReference, env: Env, left: Scope | undefined): BoundRelation {
  switch (node.kind) {
    case "table":
      refuseWatermark(node, env);
      return aliased(sampled(bindTableName(node, env), node.sample, env), node.alias, env);
    case "derived_table":
      refuseWatermark(node, env);
      return derived(node, env, left);
    case "table_function":
      refuseWatermark(node, env);
      return tableFunction(node, env, node.lateral ? left : undefined);
    case "inline_table":
      return aliased(bindInlineTable(node, env), node.alias, env);
    case "join":
      return bindJoin(node, env, left, bindReference);
    case "pivot":
      return aliased(bindPivot(bindReference(node.source, env, left), node.clause, env), node.alias, env);
    case "unpivot":
      return aliased(bindUnpivot(bindReference(node.source, env, left), node.clause, env), node.alias, env);
    case "parenthesized_table":
      return parenthesized(node, env, left);
  }
}

/** A relation that may use the columns of `left`: they come as an outer query's. */
function lateralEnv(env: Env, left: Scope | undefined): Env {
  if (left === undefined) return env;
  return { ...env, outer: { ...env, scope: left }, scope: EMPTY_SCOPE };
}

function derived(node: DerivedTable, env: Env, left: Scope | undefined): BoundRelation {
  const inner = lateralEnv(env, node.lateral ? left : undefined);
  const query = env.binders.query(node.query, { ...inner, scope: EMPTY_SCOPE, first: undefined, alias: undefined });
  return aliased(sampled(anonymous(query.plan), node.sample, env), node.alias, env);
}

function parenthesized(node: ParenthesizedTable, env: Env, left: Scope | undefined): BoundRelation {
  const inner = bindReference(node.table, env, left);
  return aliased(sampled(inner, node.sample, env), node.alias, env);
}

/** The columns of a plan, reachable by their own names only. */
export function anonymous(plan: BoundPlan): BoundRelation {
  return { plan, scope: { visible: plan.columns.map((column) => ({ column, qualifier: [] })), hidden: [] } };
}

/** `AS t(a, b)`. */
export function aliased(relation: BoundRelation, alias: TableAlias | undefined, env: Env): BoundRelation {
  if (alias === undefined) return relation;
  const scope = renamed(relation.scope, alias.name.name);
  if (alias.columns.length === 0) return { plan: relation.plan, scope };
  return { plan: relation.plan, scope: withColumnNames(scope, alias.columns, alias, env) };
}

function tableFunction(node: TableFunction, env: Env, left: Scope | undefined): BoundRelation {
  const relation = bindTableFunction(node, lateralEnv(env, left));
  const given = node.alias?.columns.length ?? 0;
  const count = relation.scope.visible.length;
  if (given > 0 && given !== count) {
    const message = `Number of given aliases does not match number of output columns. Function name: ${functionName(node)}; number of aliases: ${given}; number of output columns: ${count}.`;
    throw failure(env.analysis, node.span, "NUM_TABLE_VALUE_ALIASES_MISMATCH", message);
  }
  return aliased(sampled(relation, node.sample, env), node.alias, env);
}

function functionName({ name }: TableFunction): string {
  return name.kind === "name" ? partsOf(name).join(".") : "IDENTIFIER";
}

/** New names for the columns, under the same identities: only names differ from here on. */
function withColumnNames(scope: Scope, names: readonly Identifier[], node: TableAlias, env: Env): Scope {
  const { visible } = scope;
  if (visible.length !== names.length) {
    throw failure(
      env.analysis,
      node.span,
      "ASSIGNMENT_ARITY_MISMATCH",
      `The number of columns or variables assigned or aliased: ${names.length} does not match the number of source ` +
        `expressions: ${visible.length}.`,
    );
  }
  return {
    visible: visible.map((each, index) => ({ ...each, column: { ...each.column, name: names[index]?.name ?? "" } })),
    hidden: scope.hidden,
  };
}

function refuseWatermark(
  node: { readonly watermark: { readonly span: { start: number; end: number } } | undefined },
  env: Env,
): void {
  if (node.watermark !== undefined) throw unsupported(env.analysis, node.watermark.span, "WATERMARK");
}
