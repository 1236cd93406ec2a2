import { BOOLEAN } from "../../core/data-type.ts";
import type { Expression, SortItem, Window, WindowReference } from "../ast/expression.ts";
import type { Span } from "../ast/node.ts";
import type { Select } from "../ast/query.ts";
import type { BoundExpression, BoundPlan, Column, Projection, SortOrder } from "../bound.ts";
import { castTo } from "../types/cast-expression.ts";
import { canCast } from "../types/cast-rules.ts";
import { displayType } from "../types/duckdb-type.ts";
import { aggregation, type Aggregation } from "./aggregation.ts";
import { failure, newColumn, unsupported, type Analysis } from "./analysis.ts";
import { bind, inClause, type BoundRelation, type Env } from "./env.ts";
import { fingerprint } from "./fingerprint.ts";
import { bindFrom } from "./from.ts";
import { generated, lateralView } from "./generate.ts";
import { bindGroupBy, hasAggregate } from "./grouping.ts";
import { inputOrder, windowsInOrder } from "./input-order.ts";
import { layered, withoutAliases } from "./layers.ts";
import { bindOrderBy } from "./order-by.ts";
import { passing, project, reference } from "./project.ts";
import { rewrite, some } from "./rewrite.ts";
import type { Scope } from "./scope.ts";
import { bindItems, type SelectItem } from "./select-item.ts";
import { mergedSessions, refuseWindowTime } from "./session-merge.ts";
import { timeWindow } from "./time-window.ts";
import { refuseVariantColumns } from "./variant-use.ts";

/** ORDER BY of the query whose body the SELECT is: it sees the inside of the SELECT. */
export interface OrderClause {
  readonly items: readonly SortItem[];
  readonly windows: ReadonlyMap<string, Window | WindowReference>;
}

const HAVING_AS_WHERE = "spark.sql.legacy.parser.havingwithoutgroupbyaswhere";

const NO_ORDER: OrderClause = { items: [], windows: new Map() };

/** A SELECT with what orders it. */
export function bindSelect(node: Select, outer: Env, order: OrderClause = NO_ORDER): BoundRelation {
  if (node.transform !== undefined) throw unsupported(outer.analysis, node.transform.span, "TRANSFORM");
  return selectFrom(sourceOf(node, outer), node, outer, order);
}

/** The FROM clause of a SELECT, with its lateral views. */
export function sourceOf(node: Select, outer: Env): BoundRelation {
  let source = bindFrom(node.from, outer);
  for (const view of node.lateralViews) source = lateralView(source, view, { ...outer, scope: source.scope });
  return source;
}

export function selectFrom(given: BoundRelation, node: Select, outer: Env, order: OrderClause): BoundRelation {
  const windows = new Map(order.windows);
  for (const each of node.windows) windows.set(each.name.name.toLowerCase(), each.window);
  const around: Env = { ...outer, scope: given.scope, windows, timeWindow: undefined };
  const rows = { plan: where(given, node.where, around), scope: given.scope };
  const clauses = [node.items, node.groupBy, node.having, node.qualify, node.windows, order.items];
  const found = timeWindow(clauses, rows, around);
  const source = found?.source ?? rows;
  const input = source.plan;
  const env: Env = { ...around, scope: source.scope, timeWindow: found?.window };
  const items = bindItems(
    node.items,
    inClause(env, source.scope, { aggregates: true, windows: true, generators: true, clause: "SELECT" }),
  );
  const aliasOf = (name: string, span?: Span): BoundExpression | undefined => {
    const named = items.filter((each) => each.name.toLowerCase() === name.toLowerCase());
    const [item, second] = named;
    if (second !== undefined) throw ambiguousAlias(name, named.length, span, env.analysis);
    return item === undefined ? undefined : withoutAliases(item.expression, items);
  };
  const late: Env = {
    ...inClause(env, source.scope, { aggregates: true, windows: true, clause: "HAVING" }),
    alias: aliasOf,
  };
  const having =
    node.having === undefined
      ? undefined
      : havingCondition(node.having, { ...late, allows: { ...late.allows, windows: false } });
  const qualify = node.qualify === undefined ? undefined : condition(node.qualify, late);
  const outputs = outputColumns(items, input, env.analysis);
  const sorted = bindOrderBy(
    order.items,
    outputs,
    inClause(env, source.scope, { aggregates: true, windows: true, clause: "ORDER BY" }),
  );
  const every = [
    ...items.map((item) => item.expression),
    ...sorted.map((each) => each.expression),
    ...(qualify === undefined ? [] : [qualify]),
  ];
  const isFilter =
    env.analysis.statement.context.settings?.get(HAVING_AS_WHERE) === "true" && !every.some(hasAggregate);
  const grouped = node.groupBy !== undefined || (having !== undefined && !isFilter) || every.some(hasAggregate);
  const parts: Parts = { items, outputs, having, qualify, order: sorted };
  const made = grouped ? grouping(node, input, parts, aliasOf, env) : ungrouped(input, parts);
  return requalified(assemble(made, node, env), given.scope);
}

/** Columns that are only passed on keep their qualifiers: an operator of a pipe may use them. */
function requalified({ plan, scope }: BoundRelation, before: Scope): BoundRelation {
  const known = new Map([...before.visible, ...before.hidden].map((each) => [each.column.id, each.qualifier]));
  const visible = scope.visible.map(({ column, qualifier }) => ({
    column,
    qualifier: known.get(column.id) ?? qualifier,
  }));
  return { plan, scope: { visible, hidden: scope.hidden } };
}

function where(source: BoundRelation, node: Expression | undefined, env: Env): BoundPlan {
  if (node === undefined) return source.plan;
  const found = timeWindow([node], source, env);
  const over = found?.source ?? source;
  const inside = inClause({ ...env, timeWindow: found?.window }, over.scope, { clause: "WHERE" });
  const plan = filtered(over.plan, node, inside);
  return found === undefined ? plan : project(plan, source.plan.columns.map(passing));
}

function ambiguousAlias(name: string, count: number, span: Span | undefined, analysis: Analysis): Error {
  const options = Array.from({ length: count }, () => `\`${name}\``).join(", ");
  return failure(analysis, span, "AMBIGUOUS_REFERENCE", `Reference \`${name}\` is ambiguous, could be: [${options}].`);
}

interface Parts {
  readonly items: readonly SelectItem[];
  readonly outputs: readonly Column[];
  readonly having: BoundExpression | undefined;
  readonly qualify: BoundExpression | undefined;
  readonly order: readonly SortOrder[];
}

/** Puts the aggregation below and makes every expression one over its result. */
function grouping(
  node: Select,
  input: BoundPlan,
  parts: Parts,
  aliasOf: (name: string, span?: Span) => BoundExpression | undefined,
  env: Env,
): { readonly plan: BoundPlan; readonly parts: Parts } {
  const by = node.groupBy === undefined ? undefined : bindGroupBy(node.groupBy, parts.items, node.items, env);
  const every = [parts.items, parts.order].flat().map((each) => each.expression);
  if (parts.having !== undefined) every.push(parts.having);
  if (parts.qualify !== undefined) every.push(parts.qualify);
  if (/window_time/i.test(env.analysis.text)) refuseWindowTime(every, by, env);
  const state: Aggregation = aggregation(mergedSessions(input, by, env), by, node.groupBy?.all ?? false, env.analysis);
  const items = parts.items.map((item) => ({ ...item, expression: state.extract(item.expression) }));
  const having = parts.having === undefined ? undefined : state.extract(parts.having, aliasOf, parts.outputs);
  const qualify = parts.qualify === undefined ? undefined : state.extract(parts.qualify, aliasOf);
  const order = parts.order.map((each) => ({
    ...each,
    expression: state.extract(each.expression, undefined, parts.outputs),
  }));
  const plan = state.plan();
  const over: BoundPlan =
    having === undefined ? plan : { kind: "filter", input: plan, condition: having, columns: plan.columns };
  return { plan: over, parts: { items, outputs: parts.outputs, having: undefined, qualify, order } };
}

/** With the legacy setting HAVING without groups and aggregates is one more filter. */
function ungrouped(input: BoundPlan, parts: Parts): { readonly plan: BoundPlan; readonly parts: Parts } {
  if (parts.having === undefined) return { plan: input, parts };
  const plan: BoundPlan = { kind: "filter", input, condition: parts.having, columns: input.columns };
  return { plan, parts: { ...parts, having: undefined } };
}

function assemble(
  { plan: input, parts }: { readonly plan: BoundPlan; readonly parts: Parts },
  node: Select,
  env: Env,
): BoundRelation {
  const { analysis } = env;
  const given = inputOrder(input);
  let { items, order } = parts;
  items = items.map((item) => ({ ...item, expression: windowsInOrder(item.expression, given) }));
  let plan = input;
  if (parts.qualify !== undefined) {
    const windowed = withWindows(plan, items, order, parts.qualify, analysis);
    ({ items, order } = windowed);
    plan = { kind: "filter", input: windowed.plan, condition: windowed.qualify, columns: windowed.plan.columns };
  }
  const unfolded = unfold(plan, items, parts.outputs, env);
  const layers = layered(unfolded.plan, unfolded.items, analysis);
  const projections = layers.expressions.map((expression, index): Projection => {
    const column = unfolded.outputs[index] ?? newColumn(analysis, "", expression.type, expression.nullable);
    return { column: { ...column, type: expression.type, nullable: expression.nullable }, expression };
  });
  return finish(layers.plan, projections, order, node.quantifier === "distinct", analysis);
}

/** Project, DISTINCT, ORDER BY; what only ORDER BY needs is carried along and dropped at the end. */
function finish(
  input: BoundPlan,
  items: readonly Projection[],
  order: readonly SortOrder[],
  isDistinct: boolean,
  analysis: Analysis,
): BoundRelation {
  const columns = items.map((item) => item.column);
  const outputs = new Set(columns.map((column) => column.id));
  const byKey = new Map(items.map((item) => [fingerprint(item.expression), item.column]));
  const extra = new Map<number, Projection>();
  const available = new Map(input.columns.map((column) => [column.id, column]));
  const keys = order.map((each): SortOrder => {
    const whole = byKey.get(fingerprint(each.expression));
    if (whole !== undefined) return { ...each, expression: reference(whole) };
    const expression = rewrite(each.expression, (part) => {
      if (part.kind === "column" && outputs.has(part.column.id)) return part;
      const same = byKey.get(fingerprint(part));
      if (same !== undefined && part.kind !== "literal") return reference(same);
      if (part.kind === "column" && available.has(part.column.id)) extra.set(part.column.id, passing(part.column));
      if (part.kind === "window" || part.kind === "subquery") {
        const value = part.kind === "window" ? inlineOutputs(part, items) : part;
        const column = newColumn(analysis, "order", part.type, part.nullable);
        extra.set(column.id, { column, expression: value });
        return reference(column);
      }
      return undefined;
    });
    return { ...each, expression };
  });
  if (isDistinct && extra.size > 0) {
    const [missing] = extra.values();
    throw failure(
      analysis,
      order[0]?.expression.span,
      "UNRESOLVED_COLUMN.WITH_SUGGESTION",
      `A column, variable, or function parameter with name \`${missing?.column.name ?? ""}\` cannot be resolved: ORDER BY of SELECT DISTINCT sees only what is selected.`,
    );
  }
  let plan = project(input, [...items, ...extra.values()]);
  if (isDistinct) refuseVariantColumns(plan.columns, undefined, analysis);
  if (isDistinct) plan = { kind: "distinct", input: plan, columns: plan.columns };
  if (keys.length > 0) plan = { kind: "sort", input: plan, order: keys, columns: plan.columns };
  if (extra.size > 0) plan = project(plan, columns.map(passing));
  return { plan, scope: { visible: columns.map((column) => ({ column, qualifier: [] })), hidden: [] } };
}

function inlineOutputs(expression: BoundExpression, items: readonly Projection[]): BoundExpression {
  const byId = new Map(items.map((item) => [item.column.id, item.expression]));
  return rewrite(expression, (each) => (each.kind === "column" ? byId.get(each.column.id) : undefined));
}

/** Computes every window function before QUALIFY filters. */
function withWindows(
  input: BoundPlan,
  items: readonly SelectItem[],
  order: readonly SortOrder[],
  qualify: BoundExpression,
  analysis: Analysis,
): {
  readonly plan: BoundPlan;
  readonly items: readonly SelectItem[];
  readonly order: readonly SortOrder[];
  readonly qualify: BoundExpression;
} {
  const found = new Map<string, Projection>();
  const replace = (expression: BoundExpression): BoundExpression =>
    rewrite(expression, (each) => {
      if (each.kind !== "window") return undefined;
      const key = fingerprint(each);
      const known = found.get(key) ?? {
        column: newColumn(analysis, "window", each.type, each.nullable),
        expression: withoutAliases(each, items),
      };
      found.set(key, known);
      return reference(known.column);
    });
  const replaced = items.map((item) => ({ ...item, expression: replace(item.expression) }));
  const keys = order.map((each) => ({ ...each, expression: replace(each.expression) }));
  const test = replace(qualify);
  const plan = project(input, [...input.columns.map(passing), ...found.values()]);
  return { plan, items: replaced, order: keys, qualify: test };
}

/** A generator among the items becomes a plan below, its columns take its place. */
function unfold(input: BoundPlan, items: readonly SelectItem[], outputs: readonly Column[], env: Env) {
  const { analysis } = env;
  const isGenerator = (each: BoundExpression): boolean => each.kind === "generator";
  const nested = items.find((item) => item.expression.kind !== "generator" && some(item.expression, isGenerator));
  if (nested !== undefined) {
    throw failure(
      analysis,
      nested.expression.span,
      "UNSUPPORTED_GENERATOR.NESTED_IN_EXPRESSIONS",
      "The generator is not supported: nested in expressions.",
    );
  }
  const generators = items.filter((item) => isGenerator(item.expression));
  if (generators.length > 1) {
    throw failure(
      analysis,
      generators[1]?.expression.span,
      "UNSUPPORTED_GENERATOR.MULTI_GENERATOR",
      `The generator is not supported: only one generator allowed per SELECT clause but found ${generators.length}.`,
    );
  }
  const [chosen] = generators;
  if (chosen?.expression.kind !== "generator") return { plan: input, items, outputs };
  const made = generated(input, chosen.expression, chosen.aliases, undefined, env);
  const all = items.map((item, index) => ({ item, output: outputs[index] }));
  const pairs = all.flatMap(({ item, output }) => {
    if (item !== chosen) return [{ item, output }];
    return made.scope.visible.map(({ column }) => ({
      item: { ...item, name: column.name, expression: reference(column) },
      output: column,
    }));
  });
  return {
    plan: made.plan,
    items: pairs.map((pair) => pair.item),
    outputs: pairs.map((pair) => pair.output).filter((output) => output !== undefined),
  };
}

/** The column of each item: a column that is only passed on keeps its identity, once. */
function outputColumns(items: readonly SelectItem[], input: BoundPlan, analysis: Analysis): Column[] {
  const given = new Set(input.columns.map((column) => column.id));
  const taken = new Set<number>();
  return items.map((item) => {
    const { expression } = item;
    if (
      expression.kind === "column" &&
      item.alias === undefined &&
      given.has(expression.column.id) &&
      !taken.has(expression.column.id)
    ) {
      taken.add(expression.column.id);
      return { ...expression.column, name: item.name };
    }
    const column = newColumn(analysis, item.name, expression.type, expression.nullable);
    const repeats = expression.kind === "column" && item.alias === undefined && taken.has(expression.column.id);
    return repeats ? { ...column, copyOf: expression.column.copyOf ?? expression.column.id } : column;
  });
}

export function filtered(input: BoundPlan, node: Expression, env: Env): BoundPlan {
  return { kind: "filter", input, condition: condition(node, env), columns: input.columns };
}

/** HAVING takes what can be cast to a boolean. */
function havingCondition(node: Expression, env: Env): BoundExpression {
  const bound = bind(node, env);
  if (bound.type.kind === "boolean") return bound;
  return canCast(bound.type, BOOLEAN, "ansi") ? castTo(bound, BOOLEAN, "ansi") : condition(node, env);
}

/** A condition, which must be boolean. */
export function condition(node: Expression, env: Env): BoundExpression {
  const value = bind(node, env);
  if (value.type.kind === "boolean") return value;
  throw failure(
    env.analysis,
    node.span,
    "DATATYPE_MISMATCH.FILTER_NOT_BOOLEAN",
    `Cannot resolve the condition due to data type mismatch: Filter expression has the type "${displayType(value.type)}", expected "BOOLEAN".`,
  );
}
