import type { Identifier } from "../ast/node.ts";
import type { LateralView } from "../ast/query.ts";
import type { BoundPlan, GeneratorExpression } from "../bound.ts";
import { lookupFunction } from "../functions/registry.ts";
import { failure, newColumn } from "./analysis.ts";
import { callSite } from "./call.ts";
import { bindAll, inClause, type BoundRelation, type Env } from "./env.ts";
import { concat } from "./scope.ts";

/** A generator over a plan; its columns under `names`, reachable as `qualifier.name`. */
export function generated(
  input: BoundPlan,
  generator: GeneratorExpression,
  names: readonly Identifier[] | undefined,
  qualifier: string | undefined,
  env: Env,
): BoundRelation {
  if (names !== undefined && names.length > 0 && names.length !== generator.columns.length) {
    throw failure(
      env.analysis,
      generator.span,
      "UDTF_ALIAS_NUMBER_MISMATCH",
      `The number of aliases supplied in the AS clause does not match the number of columns output by the UDTF. Expected ` +
        `${generator.columns.length} aliases, but got ${names.map((name) => name.name).join(", ")}.`,
      { sqlState: "42802" },
    );
  }
  const outputs = generator.columns.map((column, index) =>
    newColumn(env.analysis, names?.[index]?.name ?? column.name, column.type, column.nullable || generator.outer),
  );
  const plan: BoundPlan = { kind: "generate", input, generator, outputs, columns: [...input.columns, ...outputs] };
  return {
    plan,
    scope: {
      visible: outputs.map((column) => ({ column, qualifier: qualifier === undefined ? [] : [qualifier] })),
      hidden: [],
    },
  };
}

/** `LATERAL VIEW [OUTER] explode(a) t AS x`. */
export function lateralView(relation: BoundRelation, view: LateralView, env: Env): BoundRelation {
  const name = (view.name.parts.at(-1)?.name ?? "").toLowerCase();
  const row = lookupFunction(name);
  if (row?.kind !== "generator") {
    throw failure(
      env.analysis,
      view.span,
      "UNRESOLVED_ROUTINE",
      `\`${name}\` is not a generator function, which LATERAL VIEW needs.`,
    );
  }
  const inner = inClause(env, relation.scope, { clause: "LATERAL VIEW" });
  const bound = row.bind(callSite(name, bindAll(view.arguments, inner), view.span, env));
  const [first] = bound.columns;
  const generator: GeneratorExpression = {
    kind: "generator",
    name,
    args: bound.args,
    columns: bound.columns,
    lower: bound.lower,
    pretty: bound.pretty,
    outer: view.outer || (bound.outer ?? false),
    type: first?.type ?? { kind: "void" },
    nullable: true,
    span: view.span,
  };
  const made = generated(relation.plan, generator, view.columns, view.table?.name, env);
  return { plan: made.plan, scope: concat(relation.scope, made.scope) };
}
