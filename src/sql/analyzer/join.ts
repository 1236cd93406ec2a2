import type { Identifier, Span } from "../ast/node.ts";
import type { Join, JoinType as JoinTypeNode, TableReference } from "../ast/query.ts";
import type { BoundExpression, BoundPlan, Column, JoinType } from "../bound.ts";
import { castTo } from "../types/cast-expression.ts";
import { commonType } from "../types/common-type.ts";
import { failure, newColumn } from "./analysis.ts";
import { callFunction } from "./call.ts";
import { bind, inClause, type BoundRelation, type Env } from "./env.ts";
import { asFilter, withOuterColumns } from "./correlated-join.ts";
import { conjunction, withoutSubqueries } from "./join-condition.ts";
import { passing, project, reference } from "./project.ts";
import { concat, type Scope, type Visible } from "./scope.ts";

type BindReference = (node: TableReference, env: Env, left: Scope | undefined) => BoundRelation;

export function bindJoin(
  node: Join,
  env: Env,
  outerLeft: Scope | undefined,
  bindReference: BindReference,
): BoundRelation {
  const left = bindReference(node.left, env, outerLeft);
  const right = bindReference(node.right, env, left.scope);
  const { right: target } = node;
  const lateral = "lateral" in target && target.lateral;
  return joined(node, left, right, lateral, env);
}

/** What a join is besides its two sides: a node of FROM or of a pipe. */
export interface JoinClause {
  readonly type: JoinTypeNode;
  readonly natural: boolean;
  readonly on: Join["on"];
  readonly using: readonly Identifier[];
  readonly span: Span;
}

export function joined(
  clause: JoinClause,
  left: BoundRelation,
  right: BoundRelation,
  lateral: boolean,
  env: Env,
): BoundRelation {
  const names = clause.natural ? naturalNames(left.scope, right.scope) : clause.using;
  const type = joinType(clause.type);
  if (names.length > 0) return usingJoin(type, left, right, names, clause.span, env);
  const both = concat(left.scope, right.scope);
  const condition = clause.on === undefined ? undefined : booleanCondition(clause.on, both, env);
  const sides = withoutSubqueries(type, { left: left.plan, right: right.plan, condition }, env.analysis);
  const kind = joinKind(type, sides.condition);
  const { left: leftPlan, condition: on } = withOuterColumns(kind, sides.left, sides.condition, env.analysis);
  const joinedSides = asFilter(kind, leftPlan, sides.right, on) ?? joinPlans(kind, leftPlan, sides.right, on, lateral);
  const rest = conjunction(sides.rest);
  const plan: BoundPlan =
    rest === undefined
      ? joinedSides
      : { kind: "filter", input: joinedSides, condition: rest, columns: joinedSides.columns };
  return { plan, scope: joinedScope(type, left.scope, right.scope, plan) };
}

/** A cross join with a condition is an inner one, and an inner one without is a cross join. */
function joinKind(type: JoinType, condition: BoundExpression | undefined): JoinType {
  if (type !== "inner" && type !== "cross") return type;
  return condition === undefined ? "cross" : "inner";
}

function joinType(type: JoinTypeNode): JoinType {
  if (type === "left_semi") return "semi";
  return type === "left_anti" ? "anti" : type;
}

function booleanCondition(node: NonNullable<Join["on"]>, scope: Scope, env: Env): BoundExpression {
  const condition = bind(node, inClause(env, scope, { clause: "JOIN condition" }));
  if (condition.type.kind === "boolean") return condition;
  throw failure(
    env.analysis,
    node.span,
    "JOIN_CONDITION_IS_NOT_BOOLEAN_TYPE",
    'The join condition has an invalid type, expected "BOOLEAN".',
    { sqlState: "42K0E" },
  );
}

/** A join of two plans; the side that may be missing becomes nullable. */
export function joinPlans(
  join: JoinType,
  left: BoundPlan,
  right: BoundPlan,
  condition: BoundExpression | undefined,
  lateral: boolean,
): BoundPlan {
  return {
    kind: "join",
    join,
    left,
    right,
    condition,
    lateral,
    columns: joinColumns(join, left.columns, right.columns),
  };
}

function joinColumns(join: JoinType, left: readonly Column[], right: readonly Column[]): readonly Column[] {
  if (join === "semi" || join === "anti") return left;
  const nullable = (columns: readonly Column[]): readonly Column[] =>
    columns.map((column) => (column.nullable ? column : { ...column, nullable: true }));
  return [
    ...(join === "right" || join === "full" ? nullable(left) : left),
    ...(join === "left" || join === "full" ? nullable(right) : right),
  ];
}

/** The scope after a join: nullability as the join makes it, names and qualifiers as they were. */
function joinedScope(type: JoinType, left: Scope, right: Scope, plan: BoundPlan): Scope {
  const both = type === "semi" || type === "anti" ? left : concat(left, right);
  return updated(both, plan);
}

function updated(scope: Scope, plan: BoundPlan): Scope {
  const nullable = new Map(plan.columns.map((column) => [column.id, column.nullable]));
  const update = (each: Visible): Visible => {
    const now = nullable.get(each.column.id);
    return now === undefined || now === each.column.nullable
      ? each
      : { ...each, column: { ...each.column, nullable: now } };
  };
  return { visible: scope.visible.map(update), hidden: scope.hidden.map(update) };
}

function naturalNames(left: Scope, right: Scope): Identifier[] {
  const names = new Set(right.visible.map(({ column }) => column.name.toLowerCase()));
  return left.visible
    .filter(({ column }) => names.has(column.name.toLowerCase()))
    .map(({ column }) => ({ kind: "identifier", name: column.name, quoted: true, span: { start: 0, end: 0 } }));
}

/**
 * USING and NATURAL: the keys come once and first. For an outer join the key is the side that is there; the other side's
 * stay reachable by their qualified names.
 */
function usingJoin(
  type: JoinType,
  left: BoundRelation,
  right: BoundRelation,
  names: readonly Identifier[],
  span: Span,
  env: Env,
): BoundRelation {
  const keys = names.map((name) => ({
    name,
    left: keyOf(left.scope, name, "left", env),
    right: keyOf(right.scope, name, "right", env),
  }));
  const conditions = keys.map((key) =>
    callFunction("=", [reference(key.left.column), reference(key.right.column)], span, env),
  );
  const [first, ...others] = conditions;
  const condition =
    first === undefined ? undefined : others.reduce((a, b) => callFunction("and", [a, b], span, env), first);
  const plan = joinPlans(type, left.plan, right.plan, condition, false);
  const scope = joinedScope(type, left.scope, right.scope, plan);
  const leftKeys = new Set(keys.map((key) => key.left.column.id));
  const rightKeys = new Set(keys.map((key) => key.right.column.id));
  const rest = scope.visible.filter(({ column }) => !leftKeys.has(column.id) && !rightKeys.has(column.id));
  const pick = (ids: ReadonlySet<number>): Visible[] => scope.visible.filter(({ column }) => ids.has(column.id));
  if (type === "semi" || type === "anti")
    return {
      plan,
      scope: {
        visible: [
          ...inOrder(
            keys.map((key) => key.left),
            scope,
          ),
          ...rest,
        ],
        hidden: scope.hidden,
      },
    };
  if (type === "right") {
    return {
      plan,
      scope: {
        visible: [
          ...inOrder(
            keys.map((key) => key.right),
            scope,
          ),
          ...rest,
        ],
        hidden: [...scope.hidden, ...pick(leftKeys)],
      },
    };
  }
  if (type !== "full") {
    return {
      plan,
      scope: {
        visible: [
          ...inOrder(
            keys.map((key) => key.left),
            scope,
          ),
          ...rest,
        ],
        hidden: [...scope.hidden, ...pick(rightKeys)],
      },
    };
  }
  const merged = keys.map((key) => {
    const common =
      commonType([key.left.column.type, key.right.column.type], env.analysis.statement.context.ansi) ??
      key.left.column.type;
    const args = [key.left.column, key.right.column].map((column) =>
      castTo(reference({ ...column, nullable: true }), common, "ansi"),
    );
    const expression = callFunction("coalesce", args, span, env);
    return {
      column: newColumn(
        env.analysis,
        key.left.column.name,
        common,
        key.left.column.nullable || key.right.column.nullable,
      ),
      expression,
    };
  });
  const over = project(plan, [...merged, ...plan.columns.map(passing)]);
  const visible = [...merged.map((item): Visible => ({ column: item.column, qualifier: [] })), ...rest];
  return { plan: over, scope: { visible, hidden: [...scope.hidden, ...pick(leftKeys), ...pick(rightKeys)] } };
}

function inOrder(keys: readonly Visible[], scope: Scope): Visible[] {
  return keys.map((key) => scope.visible.find(({ column }) => column.id === key.column.id) ?? key);
}

function keyOf(scope: Scope, name: Identifier, side: "left" | "right", env: Env): Visible {
  const wanted = name.name.toLowerCase();
  const found = scope.visible.filter(({ column }) => column.name.toLowerCase() === wanted);
  const [key, second] = found;
  if (key === undefined) {
    const known = scope.visible.map(({ column }) => `\`${column.name}\``).join(", ");
    throw failure(
      env.analysis,
      name.span,
      "UNRESOLVED_USING_COLUMN_FOR_JOIN",
      `USING column \`${name.name}\` cannot be resolved on the ${side} side of the join. The ${side}-side columns: [${known}].`,
    );
  }
  if (second !== undefined) {
    throw failure(
      env.analysis,
      name.span,
      "AMBIGUOUS_REFERENCE",
      `Reference \`${name.name}\` is ambiguous on the ${side} side of the join.`,
    );
  }
  return key;
}
