import { BOOLEAN } from "../../core/data-type.ts";
import type { ObjectName } from "../ast/expression.ts";
import type { Span } from "../ast/node.ts";
import type { TableAlias } from "../ast/query.ts";
import type { BoundExpression, BoundPlan } from "../bound.ts";
import type { Relation } from "../resolver.ts";
import { failure, newColumn } from "./analysis.ts";
import type { Env } from "./env.ts";
import { governed } from "./policy.ts";
import { passing, project, reference } from "./project.ts";
import { rewrite } from "./rewrite.ts";
import { renamed, type Scope } from "./scope.ts";
import { objectParts } from "./identifier.ts";
import { findRelation, scan } from "./table.ts";

/** The table that a statement changes. */
export interface Target {
  readonly relation: Relation;
  readonly scan: number;
  /** Its rows and columns as stored, all of them. */
  readonly plan: BoundPlan;
  /** The columns under their names and the alias, with stored values. */
  readonly stored: Scope;
  /** What the statement's own expressions see: masked where a mask says so. */
  readonly scope: Scope;
  /** An expression over `scope` as one over the stored columns. */
  over(expression: BoundExpression): BoundExpression;
  /** Whether the row filter of this principal lets a row of `plan` pass; undefined without a filter. */
  readonly visible: BoundExpression | undefined;
}

export function findTarget(name: ObjectName, env: Env): Relation {
  const relation = findRelation(objectParts(name, env), name.span, false, undefined, env);
  if (relation.kind === "table" && relation.view === undefined) return relation;
  throw failure(
    env.analysis,
    name.span,
    "EXPECT_TABLE_NOT_VIEW.NO_ALTERNATIVE",
    `The operation expects a table, but \`${relation.name.join("`.`")}\` is a ${relation.kind}.`,
    { sqlState: "42809" },
  );
}

export function bindTarget(
  name: ObjectName,
  alias: TableAlias | undefined,
  env: Env,
  evolve: (relation: Relation) => Relation = (relation) => relation,
): Target {
  const relation = evolve(findTarget(name, env));
  const { span } = name;
  const { scans } = env.analysis.statement;
  const id = scans.length;
  const raw = scan(relation, { stream: false, timeTravel: undefined, span }, env.analysis);
  const seen = governed(relation, raw, env);
  const masks = new Map<number, BoundExpression>();
  let visible: BoundExpression | undefined;
  for (let plan = seen.plan; plan !== raw.plan;) {
    if (plan.kind === "project")
      for (const item of plan.items) if (item.expression.kind !== "column") masks.set(item.column.id, item.expression);
    if (plan.kind === "filter") visible = plan.condition;
    if (plan.kind !== "project" && plan.kind !== "filter") break;
    plan = plan.input;
  }
  const mark = visible === undefined ? undefined : newColumn(env.analysis, "__visible", BOOLEAN, true);
  const marked: BoundPlan =
    mark === undefined || visible === undefined
      ? raw.plan
      : project(raw.plan, [...raw.plan.columns.map(passing), { column: mark, expression: visible }]);
  const qualify = (scope: Scope): Scope => (alias === undefined ? scope : renamed(scope, alias.name.name));
  refuseColumns(alias, span, env);
  return {
    relation,
    scan: id,
    plan: marked,
    stored: qualify(raw.scope),
    scope: qualify(seen.scope),
    over: (expression) =>
      rewrite(expression, (each) => (each.kind === "column" ? masks.get(each.column.id) : undefined)),
    visible: mark === undefined ? undefined : reference(mark),
  };
}

function refuseColumns(alias: TableAlias | undefined, span: Span, env: Env): void {
  if (alias === undefined || alias.columns.length === 0) return;
  throw failure(
    env.analysis,
    span,
    "COLUMN_ALIASES_NOT_ALLOWED",
    "Column aliases are not allowed on the target of this statement.",
    { sqlState: "42601" },
  );
}
