import type { NamedExpression } from "../ast/expression.ts";
import type { PipeAggregate, Select } from "../ast/query.ts";
import type { BoundExpression } from "../bound.ts";
import { failure } from "./analysis.ts";
import { inClause, type BoundRelation, type Env } from "./env.ts";
import { rewrite, some } from "./rewrite.ts";
import { bindItems, type SelectItem } from "./select-item.ts";

/** Where pipe operators may have aggregate functions: in `|> AGGREGATE`, in each of its items, and nowhere else. */

/** The items of `|> SELECT` and `|> EXTEND` over what the pipe gives. */
export function pipeItems(
  nodes: readonly NamedExpression[],
  relation: BoundRelation,
  env: Env,
  named: Select["windows"] = [],
): SelectItem[] {
  const windows = new Map(named.map((each) => [each.name.name.toLowerCase(), each.window]));
  return bindItems(
    nodes,
    inClause({ ...env, windows }, relation.scope, {
      aggregates: true,
      windows: true,
      generators: true,
      clause: "SELECT",
    }),
  );
}

/** Spark: `PipeExpression`. An aggregate within a window function is the window's own matter. */
export function refuseAggregates(items: readonly SelectItem[], operator: string, env: Env): void {
  const [found] = items.flatMap(({ expression }) => firstAggregate(expression) ?? []);
  if (found === undefined) return;
  throw failure(
    env.analysis,
    found.span,
    "PIPE_OPERATOR_CONTAINS_AGGREGATE_FUNCTION",
    `Aggregate functions are not allowed in the pipe operator |> ${operator}. Use the pipe operator |> AGGREGATE instead.`,
    { sqlState: "0A000" },
  );
}

/** Every item of `|> AGGREGATE` aggregates, and its groups are plain. */
export function checkAggregate(node: PipeAggregate, relation: BoundRelation, env: Env): void {
  const analytics = node.groupBy.find((item) => item.kind !== "named_expression");
  if (node.all) throw unsupportedCase("GROUP BY ALL", node, env);
  if (analytics !== undefined) {
    const name = analytics.kind === "grouping_sets" ? "GROUPING SETS" : analytics.kind.toUpperCase();
    throw unsupportedCase(`GROUP BY ${name}`, node, env);
  }
  const items = pipeItems(node.items, relation, env);
  for (const { expression } of items) {
    if (some(expression, isGrouping)) throw unsupportedCase("GROUPING", node, env);
    if (some(expression, (each) => each.kind === "window")) throw unsupportedCase("window functions", node, env);
  }
  const plain = items.find(({ expression }) => firstAggregate(expression) === undefined);
  if (plain === undefined) return;
  throw failure(
    env.analysis,
    plain.expression.span ?? node.span,
    "PIPE_OPERATOR_AGGREGATE_EXPRESSION_CONTAINS_NO_AGGREGATE_FUNCTION",
    "An expression of the pipe operator |> AGGREGATE contains no aggregate function. Add one, or move it to GROUP BY.",
    { sqlState: "0A000" },
  );
}

function firstAggregate(expression: BoundExpression): BoundExpression | undefined {
  let found: BoundExpression | undefined;
  rewrite(expression, (each) => {
    if (found === undefined && each.kind === "aggregate") found = each;
    return found !== undefined || each.kind === "window" || each.kind === "subquery" ? each : undefined;
  });
  return found;
}

function isGrouping(each: BoundExpression): boolean {
  return each.kind === "call" && (each.name === "grouping" || each.name === "grouping_id");
}

function unsupportedCase(what: string, node: PipeAggregate, env: Env): Error {
  return failure(
    env.analysis,
    node.span,
    "UNSUPPORTED_FEATURE.PIPE_OPERATOR_AGGREGATE_UNSUPPORTED_CASE",
    `The feature is not supported: ${what} in the pipe operator |> AGGREGATE.`,
    { sqlState: "0A000" },
  );
}
