import type { NamedExpression } from "../ast/expression.ts";
import type { Identifier, Span } from "../ast/node.ts";
import type { GroupBy, Pipe, PipeAggregate, PipeOperator, Select } from "../ast/query.ts";
import { failure, newColumn, unsupported, type Analysis } from "./analysis.ts";
import { bind, inClause, type BoundRelation, type Env } from "./env.ts";
import { aliased, bindReference, isLateral } from "./from.ts";
import { isAnalytics, positionOf } from "./grouping.ts";
import { joined } from "./join.ts";
import { bindPivot, bindUnpivot } from "./pivot.ts";
import { passing, project } from "./project.ts";
import { sampled } from "./sample.ts";
import { filtered, selectFrom } from "./select.ts";
import { combined } from "./set-operation.ts";
import { limit, ordered } from "./tail.ts";

/** `query |> operator |> operator`: each works on what the one before gives. */
export function bindPipe(node: Pipe, env: Env): BoundRelation {
  return node.operators.reduce(
    (relation, operator) => apply(relation, operator, env),
    env.binders.query(node.source, env),
  );
}

function apply(relation: BoundRelation, operator: PipeOperator, env: Env): BoundRelation {
  const { analysis } = env;
  const { span } = operator;
  const here = inClause(env, relation.scope, { clause: "a pipe operator" });
  switch (operator.kind) {
    case "pipe_select":
      return selectFrom(relation, operator.select, env, NO_ORDER);
    case "pipe_extend":
      return selectFrom(relation, select([star(span), ...operator.items], span), env, NO_ORDER);
    case "pipe_where":
      return { plan: filtered(relation.plan, operator.condition, here), scope: relation.scope };
    case "pipe_as":
      return aliased(relation, operator.alias, env);
    case "pipe_drop":
      return dropped(relation, operator.columns, analysis);
    case "pipe_set": {
      let current = relation;
      for (const { target, value } of operator.assignments) {
        const name = target.parts.at(-1)?.name ?? "";
        requireColumn(current, name, target.span, analysis);
        const expression = bind(value, inClause(env, current.scope, { clause: "SET" }));
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
      const sorted = items.length === 0 ? relation : ordered(relation, { items, windows }, env);
      return { plan: limit(sorted.plan, operator.limit, operator.offset, env), scope: sorted.scope };
    }
    case "pipe_aggregate":
      return selectFrom(relation, aggregateSelect(operator, relation, env), env, NO_ORDER);
  }
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
  if (node.all) throw unsupported(env.analysis, span, "GROUP BY ALL in |> AGGREGATE");
  const groups = node.groupBy.flatMap((group) =>
    group.kind === "named_expression" ? [atPosition(group, relation, env)] : [],
  );
  if (groups.length < node.groupBy.length) {
    const analytics = node.groupBy.filter((group) => group.kind !== "named_expression").filter(isAnalytics);
    const inner = analytics.flatMap((group) =>
      group.elements.flatMap((element) => (element.kind === "grouping_set" ? element.expressions : [])),
    );
    const items = inner.map((expression): NamedExpression => ({
      kind: "named_expression",
      span,
      aliases: [],
      expression,
    }));
    return select([...items, ...node.items], span, { kind: "group_by", span, all: false, items: analytics });
  }
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
