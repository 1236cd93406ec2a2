import type { Expression, NamedExpression } from "../ast/expression.ts";
import type { GroupBy, GroupingAnalytics } from "../ast/query.ts";
import type { BoundExpression } from "../bound.ts";
import { failure } from "./analysis.ts";
import { bind, inClause, type Env } from "./env.ts";
import { inlineAliases } from "./layers.ts";
import { bindName } from "./name.ts";
import { some } from "./rewrite.ts";
import { lookup } from "./scope.ts";
import type { SelectItem } from "./select-item.ts";
import { refuseVariantGroup } from "./variant-use.ts";
import { isAnalytics } from "../parser/group.ts";

/** What a query is grouped by: expressions, and the sets of their positions where there is more than one. */
export interface Grouping {
  readonly expressions: readonly BoundExpression[];
  readonly sets: readonly (readonly number[])[] | undefined;
}

export function bindGroupBy(
  node: GroupBy,
  items: readonly SelectItem[],
  written: readonly NamedExpression[],
  env: Env,
): Grouping {
  refuseStarPosition(node, written, env);
  if (node.all && !namesColumn("all", env)) {
    const plain = items.map((_, index) => inlineAliases(index, items)).filter((each) => !hasAggregate(each));
    return { expressions: plain.filter((each) => !isConstant(each)), sets: undefined };
  }
  const expressions: BoundExpression[] = [];
  if (node.all)
    return {
      expressions: [bindName([{ kind: "identifier", name: "all", quoted: false, span: node.span }], node.span, env)],
      sets: undefined,
    };
  const add = (expression: Expression): number => {
    expressions.push(groupExpression(expression, items, env));
    return expressions.length - 1;
  };
  if (node.items.every((item) => !isAnalytics(item))) {
    for (const item of node.items) if (!isAnalytics(item)) add(item);
    return { expressions, sets: undefined };
  }
  let sets: number[][] = [[]];
  for (const item of node.items) {
    const more = isAnalytics(item) ? analyticSets(item, add) : [[add(item)]];
    sets = sets.flatMap((set) => more.map((other) => [...set, ...other]));
  }
  return { expressions, sets };
}

/** A position counts items as written, which a star blurs. */
function refuseStarPosition(node: GroupBy, written: readonly NamedExpression[], env: Env): void {
  const position = node.items.find((item) => !isAnalytics(item) && groupPosition(item, env) !== undefined);
  if (position === undefined || written.every((item) => item.expression.kind !== "star")) return;
  throw failure(
    env.analysis,
    position.span,
    "STAR_GROUP_BY_POS",
    "Star (*) is not allowed in a select list when GROUP BY an ordinal position is used.",
    { sqlState: "0A000" },
  );
}

function namesColumn(name: string, env: Env): boolean {
  return lookup(env.scope, [name]).length > 0;
}

function isConstant(expression: BoundExpression): boolean {
  return expression.kind === "literal";
}

function analyticSets(node: GroupingAnalytics, add: (expression: Expression) => number): number[][] {
  const known = new Map<string, number>();
  const place = (expression: Expression): number => {
    const key = JSON.stringify(expression, (name, value: unknown) =>
      name === "span" ? undefined : typeof value === "bigint" ? String(value) : value,
    );
    const before = known.get(key);
    if (before !== undefined) return before;
    const index = add(expression);
    known.set(key, index);
    return index;
  };
  node.over.forEach(place);
  return setsOf(node, place);
}

function setsOf(node: GroupingAnalytics, place: (expression: Expression) => number): number[][] {
  if (node.kind === "grouping_sets") {
    return node.elements.flatMap((element) =>
      element.kind === "grouping_set" ? [element.expressions.map(place)] : setsOf(element, place),
    );
  }
  const elements = node.elements.map((element) =>
    element.kind === "grouping_set" ? element.expressions.map(place) : setsOf(element, place).flat(),
  );
  if (node.kind === "rollup") {
    return Array.from({ length: elements.length + 1 }, (_, index) => elements.slice(0, elements.length - index).flat());
  }
  let sets: number[][] = [[]];
  for (const element of elements) sets = sets.flatMap((set) => [[...set, ...element], set]);
  return sets;
}

function groupExpression(node: Expression, items: readonly SelectItem[], env: Env): BoundExpression {
  const inner: Env = {
    ...inClause(env, env.scope, { clause: "GROUP BY" }),
    alias: (name) => {
      if (env.analysis.statement.context.settings?.get("spark.sql.groupbyaliases") === "false") return undefined;
      const index = items.findIndex((item) => item.name.toLowerCase() === name.toLowerCase());
      return index < 0 ? undefined : inlineAliases(index, items);
    },
  };
  const expression = ordinal(node, items, env) ?? bind(node, inner);
  if (hasAggregate(expression)) {
    throw failure(env.analysis, node.span, "GROUP_BY_AGGREGATE", "Aggregate functions are not allowed in GROUP BY.");
  }
  refuseVariantGroup(expression, node.span, env.analysis);
  return expression;
}

function ordinal(node: Expression, items: readonly SelectItem[], env: Env): BoundExpression | undefined {
  const position = groupPosition(node, env);
  if (position === undefined) return undefined;
  if (position < 1 || position > items.length) {
    throw failure(
      env.analysis,
      node.span,
      "GROUP_BY_POS_OUT_OF_RANGE",
      `GROUP BY position ${position} is not in select list (valid range is [1, ${items.length}]).`,
    );
  }
  const expression = inlineAliases(position - 1, items);
  if (hasAggregate(expression)) {
    throw failure(
      env.analysis,
      node.span,
      "GROUP_BY_POS_AGGREGATE",
      `GROUP BY ${position} refers to an expression that contains an aggregate function. Aggregate functions are not allowed in GROUP BY.`,
    );
  }
  return expression;
}

function groupPosition(node: Expression, env: Env): number | undefined {
  const isOff = env.analysis.statement.context.settings?.get("spark.sql.groupbyordinal") === "false";
  return isOff ? undefined : positionOf(node);
}

/** The number of an integer literal that stands alone. */
export function positionOf(node: Expression): number | undefined {
  return node.kind === "literal" && node.type.kind === "int" && typeof node.value === "number" ? node.value : undefined;
}

export function hasAggregate(expression: BoundExpression): boolean {
  return some(expression, (each) => each.kind === "aggregate");
}
