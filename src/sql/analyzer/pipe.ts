import type { NamedExpression, SortItem } from "../ast/expression.ts";
import type { Identifier, Span } from "../ast/node.ts";
import type { GroupBy, Pipe, PipeAggregate, PipeOperator, Select } from "../ast/query.ts";
import type { BoundPlan } from "../bound.ts";
import { failure, newColumn, type Analysis } from "./analysis.ts";
import { bind, inClause, type BoundRelation, type Env } from "./env.ts";
import { aliased, bindReference, isLateral } from "./from.ts";
import { hasAggregate, positionOf } from "./grouping.ts";
import { inputOrder, windowsInOrder } from "./input-order.ts";
import { joined } from "./join.ts";
import { layered } from "./layers.ts";
import { bindOrderBy } from "./order-by.ts";
import { checkAggregate, pipeItems, refuseAggregates } from "./pipe-aggregates.ts";
import { bindPivot, bindUnpivot } from "./pivot.ts";
import { passing, project } from "./project.ts";
import { sampled } from "./sample.ts";
import { filtered, selectFrom, sourceOf } from "./select.ts";
import { combined } from "./set-operation.ts";
import { limit, ordered } from "./tail.ts";

/** `query |> operator |> operator`: each works on what the one before gives. */
export function bindPipe(node: Pipe, env: Env): BoundRelation {
  return node.operators.reduce(
    (relation, operator) => apply(relation, operator, env),
    node.source.kind === "select" && isFromAlone(node.source)
      ? sourceOf(node.source, env)
      : env.binders.query(node.source, env),
  );
}

/** `FROM t`, which is `SELECT * FROM t`: the columns that a join hides stay within reach. */
function isFromAlone(node: Select): boolean {
  const [item, ...others] = node.items;
  const star = item?.expression;
  const isStar =
    others.length === 0 && star?.kind === "star" && star.qualifier === undefined && star.except.length === 0;
  const clauses = [node.quantifier, node.transform, node.where, node.groupBy, node.having, node.qualify];
  return isStar && node.from.length > 0 && clauses.every((each) => each === undefined) && node.windows.length === 0;
}

function apply(relation: BoundRelation, operator: PipeOperator, env: Env): BoundRelation {
  const { analysis } = env;
  const { span } = operator;
  switch (operator.kind) {
    case "pipe_select":
      refuseAggregates(pipeItems(operator.select.items, relation, env, operator.select.windows), "SELECT", env);
      return selectFrom(relation, operator.select, env, NO_ORDER);
    case "pipe_extend":
      return (
        extended(relation, operator.items, env) ??
        selectFrom(relation, select([star(span), ...operator.items], span), env, NO_ORDER)
      );
    case "pipe_where": {
      const inside = inClause(env, relation.scope, { clause: "WHERE" });
      return { plan: filtered(relation.plan, operator.condition, inside), scope: relation.scope };
    }
    case "pipe_as":
      return aliased(relation, operator.alias, env);
    case "pipe_drop":
      return dropped(relation, operator.columns, analysis);
    case "pipe_set": {
      let current = relation;
      for (const { target, value } of operator.assignments) {
        const name = target.parts.at(-1)?.name ?? "";
        requireColumn(current, name, target.span, analysis);
        const expression = bind(value, inClause(env, current.scope, { windows: true, clause: "SET" }));
        const column = newColumn(analysis, name, expression.type, expression.nullable);
        const wanted = name.toLowerCase();
        const plan = project(current.plan, [...current.plan.columns.map(passing), { column, expression }]);
        const visible = current.scope.visible.map((each) =>
          each.column.name.toLowerCase() === wanted ? { column, qualifier: [] } : each,
        );
        current = { plan, scope: { visible, hidden: current.scope.hidden } };
      }
      return current;
    }
    case "pipe_pivot":
      return aliased(bindPivot(relation, operator.clause, env), operator.alias, env);
    case "pipe_unpivot":
      return aliased(bindUnpivot(relation, operator.clause, env), operator.alias, env);
    case "pipe_sample":
      return sampled(relation, operator.sample, env);
    case "pipe_join": {
      const right = bindReference(operator.right, env, relation.scope);
      return joined(operator, relation, right, isLateral(operator.right), env);
    }
    case "pipe_set_operation": {
      const left = ordered(relation, undefined, env);
      return combined(
        operator.operator,
        operator.all,
        left.plan,
        env.binders.query(operator.right, env).plan,
        span,
        env,
      );
    }
    case "pipe_order": {
      const windows = new Map(operator.windows.map((each) => [each.name.name.toLowerCase(), each.window]));
      const items = operator.orderBy.length > 0 ? operator.orderBy : operator.sortBy;
      const sorted = items.length === 0 ? relation.plan : sortedBy(relation, items, { ...env, windows });
      return { plan: limit(sorted, operator.limit, operator.offset, env), scope: relation.scope };
    }
    case "pipe_aggregate":
      checkAggregate(operator, relation, env);
      return selectFrom(relation, aggregateSelect(operator, relation, env), env, NO_ORDER);
  }
}

/** New columns beside those that are there; undefined where it takes more than a projection. */
function extended(relation: BoundRelation, nodes: readonly NamedExpression[], env: Env): BoundRelation | undefined {
  const { plan, scope } = relation;
  if (nodes.some((node) => node.expression.kind === "star")) return undefined;
  const items = pipeItems(nodes, relation, env);
  refuseAggregates(items, "EXTEND", env);
  if (items.some(({ expression }) => expression.kind === "generator" || hasAggregate(expression))) return undefined;
  const given = inputOrder(plan);
  const layers = layered(
    plan,
    items.map((item) => ({ ...item, expression: windowsInOrder(item.expression, given) })),
    env.analysis,
  );
  const made = layers.expressions.map((expression, index) => ({
    column: newColumn(env.analysis, items[index]?.name ?? "", expression.type, expression.nullable),
    expression,
  }));
  return {
    plan: project(layers.plan, [...plan.columns.map(passing), ...made]),
    scope: {
      visible: [...scope.visible, ...made.map(({ column }) => ({ column, qualifier: [] }))],
      hidden: scope.hidden,
    },
  };
}

function sortedBy({ plan, scope }: BoundRelation, items: readonly SortItem[], env: Env): BoundPlan {
  const columns = scope.visible.map(({ column }) => column);
  const order = bindOrderBy(items, columns, { ...inClause(env, scope, { clause: "ORDER BY" }), windows: env.windows });
  return { kind: "sort", input: plan, order, columns: plan.columns };
}

const NO_ORDER = { items: [], windows: new Map() };

function star(span: Span): NamedExpression {
  return {
    kind: "named_expression",
    span,
    aliases: [],
    expression: { kind: "star", span, qualifier: undefined, except: [] },
  };
}

function select(items: readonly NamedExpression[], span: Span, groupBy?: GroupBy): Select {
  return {
    kind: "select",
    span,
    hints: [],
    quantifier: undefined,
    items,
    transform: undefined,
    from: [],
    lateralViews: [],
    where: undefined,
    groupBy,
    having: undefined,
    qualify: undefined,
    windows: [],
  };
}

/** `|> AGGREGATE a GROUP BY g`: the groups come first, then the aggregates. */
function aggregateSelect(node: PipeAggregate, relation: BoundRelation, env: Env): Select {
  const { span } = node;
  const groups = node.groupBy.flatMap((group) =>
    group.kind === "named_expression" ? [atPosition(group, relation, env)] : [],
  );
  if (groups.length === 0) return select(node.items, span);
  const items = groups.map((group) => group.expression);
  return select([...groups, ...node.items], span, { kind: "group_by", span, all: false, items });
}

/** A number among the groups is the position of a column of the input. */
function atPosition(group: NamedExpression, relation: BoundRelation, env: Env): NamedExpression {
  const position = positionOf(group.expression);
  if (position === undefined) return group;
  const { span } = group;
  const column = relation.scope.visible[position - 1]?.column;
  if (column === undefined) {
    throw failure(
      env.analysis,
      span,
      "GROUP_BY_POS_OUT_OF_RANGE",
      `GROUP BY position ${position} is not in select list (valid range is [1, ${relation.scope.visible.length}]).`,
    );
  }
  return {
    ...group,
    expression: { kind: "column", span, parts: [{ kind: "identifier", name: column.name, quoted: true, span }] },
  };
}

function dropped(relation: BoundRelation, columns: readonly Identifier[], analysis: Analysis): BoundRelation {
  const names = columns.map((column) => {
    requireColumn(relation, column.name, column.span, analysis);
    return column.name.toLowerCase();
  });
  const visible = relation.scope.visible.filter(({ column }) => !names.includes(column.name.toLowerCase()));
  return { plan: relation.plan, scope: { visible, hidden: relation.scope.hidden } };
}

function requireColumn(relation: BoundRelation, name: string, span: Span, analysis: Analysis): void {
  if (relation.scope.visible.some(({ column }) => column.name.toLowerCase() === name.toLowerCase())) return;
  const known = relation.scope.visible.map(({ column }) => `\`${column.name}\``).join(", ");
  throw failure(
    analysis,
    span,
    "UNRESOLVED_COLUMN.WITH_SUGGESTION",
    `A column, variable, or function parameter with name \`${name}\` cannot be resolved. Did you mean one of the following? [${known}].`,
  );
}
