import { STRING, type DataType } from "../../core/data-type.ts";
import type { NamedExpression } from "../ast/expression.ts";
import type { PivotClause, UnpivotClause } from "../ast/query.ts";
import type { AggregateExpression, BoundExpression, BoundPlan, Projection } from "../bound.ts";
import { castTo } from "../types/cast-expression.ts";
import { commonType } from "../types/common-type.ts";
import { isNumeric } from "../types/kinds.ts";
import { aggregation } from "./aggregation.ts";
import { failure, newColumn, unsupported } from "./analysis.ts";
import { callFunction } from "./call.ts";
import { isFoldable } from "../functions/rules.ts";
import { constantValue } from "./constant.ts";
import { bind, inClause, type BoundRelation, type Env } from "./env.ts";
import { constant } from "./literal.ts";
import { literalText } from "./literal-text.ts";
import { bindName } from "./name.ts";
import { pretty } from "./pretty.ts";
import { project, reference } from "./project.ts";
import { rewrite } from "./rewrite.ts";
import { lookup } from "./scope.ts";
import { refuseVariantGroup } from "./variant-use.ts";

/** PIVOT: one aggregate for each value, over the rows that have it; what is neither pivoted nor aggregated is grouped by. */
export function bindPivot(source: BoundRelation, clause: PivotClause, env: Env): BoundRelation {
  const { analysis } = env;
  const inner = inClause(env, source.scope, { aggregates: true, clause: "PIVOT" });
  const keys = clause.columns.map((column) => bindName([column], column.span, inner));
  const aggregates = clause.aggregates.map((each) => ({ node: each, expression: bind(each.expression, inner) }));
  // Without rows a count is null, unless values that are no numbers take Spark's second way, which has no such nulls.
  const isFlat = aggregates.every(({ expression: { type } }) => isNumeric(type) || type.kind === "boolean");
  const used = new Set<number>();
  for (const expression of [...keys, ...aggregates.map((each) => each.expression)]) {
    rewrite(expression, (each) => {
      if (each.kind === "column") used.add(each.column.id);
      return undefined;
    });
  }
  const rest = source.scope.visible.filter(({ column }) => !used.has(column.id));
  for (const { column } of rest) refuseVariantGroup(reference(column), clause.span, analysis);
  const state = aggregation(
    source.plan,
    { expressions: rest.map(({ column }) => reference(column)), sets: undefined },
    false,
    analysis,
  );
  const items = clause.values.flatMap((value) => {
    const matches = pivotCondition(value, keys, inner);
    return aggregates.map(({ node, expression }) => {
      const filtered = rewrite(expression, (each) =>
        each.kind === "aggregate" ? over(each, matches, isFlat, env) : undefined,
      );
      const name = pivotName(value, node, expression, aggregates.length, inner);
      return { name, expression: state.extract(filtered) };
    });
  });
  const projections: Projection[] = [
    ...rest.map(({ column }) => ({ column, expression: state.extract(reference(column)) })),
    ...items.map(({ name, expression }) => ({
      column: newColumn(analysis, name, expression.type, expression.nullable),
      expression,
    })),
  ];
  const plan = project(state.plan(), projections);
  return { plan, scope: { visible: plan.columns.map((column) => ({ column, qualifier: [] })), hidden: [] } };
}

function over(aggregate: AggregateExpression, matches: BoundExpression, isFlat: boolean, env: Env): BoundExpression {
  const span = aggregate.span ?? { start: 0, end: 0 };
  const filter = aggregate.filter === undefined ? matches : callFunction("and", [aggregate.filter, matches], span, env);
  const filtered: AggregateExpression = { ...aggregate, filter };
  if (aggregate.nullable || !isFlat) return filtered;
  const lower: AggregateExpression["lower"] = (args, call, tools) =>
    `CASE WHEN ${tools.aggregate("bool_or", ["true"])} THEN ${aggregate.lower(args, call, tools)} END`;
  return { ...filtered, lower, nullable: true };
}

function pivotCondition(value: NamedExpression, keys: readonly BoundExpression[], env: Env): BoundExpression {
  const { expression, span } = value;
  const cells =
    keys.length > 1 && expression.kind === "struct" ? expression.fields.map((field) => field.expression) : [expression];
  if (cells.length !== keys.length)
    throw failure(
      env.analysis,
      span,
      "PIVOT_VALUE_DATA_TYPE_MISMATCH",
      "Invalid pivot value: its number of columns differs from that of the pivot columns.",
      { sqlState: "42K09" },
    );
  const tests = keys.map((key, index) => {
    const cell = cells[index];
    const bound = cell === undefined ? constant(null, { kind: "void" }) : bind(cell, env);
    if (constantValue(bound) === undefined && !isFoldable(bound)) {
      throw failure(
        env.analysis,
        span,
        "NON_LITERAL_PIVOT_VALUES",
        `Literal expressions required for pivot values, found "${pretty(bound)}".`,
        { sqlState: "42K08" },
      );
    }
    return callFunction("<=>", [key, castTo(bound, key.type, "ansi")], span, env);
  });
  const [first, ...others] = tests;
  if (first === undefined) throw unsupported(env.analysis, span, "PIVOT without columns");
  return others.reduce((a, b) => callFunction("and", [a, b], span, env), first);
}

function pivotName(
  value: NamedExpression,
  node: NamedExpression,
  expression: BoundExpression,
  count: number,
  env: Env,
): string {
  const [alias] = value.aliases;
  const base = alias?.name ?? valueText(bind(value.expression, env));
  if (count === 1) return base;
  return `${base}_${node.aliases[0]?.name ?? pretty(expression)}`;
}

function valueText(bound: BoundExpression): string {
  const known = constantValue(bound);
  if (known !== undefined)
    return known.value === null ? "null" : literalText(known.value, known.type).replace(/^[A-Z_]+ '(.*)'$/, "$1");
  if (bound.kind !== "call") return pretty(bound);
  const args = bound.args.flatMap((arg) => (arg.kind === "lambda" ? [] : [arg]));
  if (bound.type.kind === "struct") {
    return `{${args
      .filter((_, index) => index % 2 === 1)
      .map(valueText)
      .join(", ")}}`;
  }
  return bound.name === "array" ? `[${args.map(valueText).join(", ")}]` : pretty(bound);
}

/** UNPIVOT: a row for each set of columns. */
export function bindUnpivot(source: BoundRelation, clause: UnpivotClause, env: Env): BoundRelation {
  const { analysis } = env;
  const inner = inClause(env, source.scope, { clause: "UNPIVOT" });
  const sets = clause.sets.map((set) => ({
    name: set.alias?.name ?? set.columns.map((column) => column.parts.at(-1)?.name ?? "").join("_"),
    values: set.columns.map((column) => bindName(column.parts, column.span, inner)),
  }));
  const used = new Set(
    clause.sets.flatMap((set) =>
      set.columns.flatMap((column) =>
        lookup(
          source.scope,
          column.parts.map((part) => part.name),
        ).map((match) => match.column.id),
      ),
    ),
  );
  const rest = source.scope.visible.filter(({ column }) => !used.has(column.id));
  const types = clause.values.map((value, index): DataType => {
    const found = commonType(
      sets.map((set) => set.values[index]?.type ?? { kind: "void" }),
      analysis.statement.context.ansi,
    );
    if (found !== undefined) return found;
    throw failure(
      analysis,
      value.span,
      "UNPIVOT_VALUE_DATA_TYPE_MISMATCH",
      `Unpivot value columns must share a least common type, some types do not: column \`${value.name}\`.`,
    );
  });
  const branches = sets.map((set): BoundPlan => {
    const items: Projection[] = [
      ...rest.map(({ column }) => ({
        column: newColumn(analysis, column.name, column.type, column.nullable),
        expression: reference(column),
      })),
      { column: newColumn(analysis, clause.name.name, STRING, false), expression: constant(set.name, STRING) },
      ...set.values.map((value, index) => {
        const expression = castTo(value, types[index] ?? value.type, "ansi");
        const nullable = sets.some((each) => each.values[index]?.nullable ?? true);
        return { column: newColumn(analysis, clause.values[index]?.name ?? "", expression.type, nullable), expression };
      }),
    ];
    const projected = project(source.plan, items);
    if (clause.nulls === "include") return projected;
    const values = projected.columns
      .slice(-set.values.length)
      .map((column) => callFunction("isnotnull", [reference(column)], clause.span, env));
    const [first, ...others] = values;
    if (first === undefined) return projected;
    const condition = others.reduce((a, b) => callFunction("or", [a, b], clause.span, env), first);
    return { kind: "filter", input: projected, condition, columns: projected.columns };
  });
  const [first, ...others] = branches;
  if (first === undefined) throw unsupported(analysis, clause.span, "UNPIVOT without columns");
  const qualifiers = rest.map((each) => each.qualifier);
  const plan = others.reduce<BoundPlan>((left, right) => {
    const columns = left.columns.map((column) => newColumn(analysis, column.name, column.type, column.nullable));
    return { kind: "set", operator: "union", all: true, left, right, columns };
  }, first);
  return {
    plan,
    scope: {
      visible: plan.columns.map((column, index) => ({ column, qualifier: qualifiers[index] ?? [] })),
      hidden: [],
    },
  };
}
