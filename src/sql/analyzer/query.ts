import type { Expression, SortItem, Window, WindowReference } from "../ast/expression.ts";
import type { CommonTable, Query, QueryBody, With } from "../ast/query.ts";
import type { BoundPlan, CteDefinition } from "../bound.ts";
import { failure, nextId, type Analysis } from "./analysis.ts";
import type { BoundRelation, Env } from "./env.ts";
import { bindInlineTable } from "./inline-table.ts";
import { aliased, anonymous } from "./from.ts";
import { bindPipe } from "./pipe.ts";
import { recursiveCte } from "./recursive.ts";
import { EMPTY_SCOPE } from "./scope.ts";
import { bindSelect, type OrderClause } from "./select.ts";
import { bindSetOperation } from "./set-operation.ts";
import { bindTableName } from "./table.ts";
import { limit, ordered } from "./tail.ts";

/** A query or the body of one. What comes out has its columns under their own names only. */
export function bindQuery(node: Query | QueryBody, env: Env): BoundRelation {
  if (node.kind !== "query") return bindBody(node, env, undefined);
  const definitions: CteDefinition[] = [];
  const inner = node.with === undefined ? env : withTables(node.with, env, definitions);
  const windows = new Map<string, Window | WindowReference>();
  for (const each of node.windows) windows.set(each.name.name.toLowerCase(), each.window);
  const items =
    node.orderBy.length > 0 ? node.orderBy : node.sortBy.length > 0 ? node.sortBy : ascending(node.clusterBy);
  const order: OrderClause | undefined = items.length === 0 && windows.size === 0 ? undefined : { items, windows };
  const body = bindBody(node.body, inner, order);
  const limited = limit(body.plan, node.limit, node.offset, inner);
  const plan: BoundPlan =
    definitions.length === 0 ? limited : { kind: "with", definitions, input: limited, columns: limited.columns };
  return anonymous(plan);
}

function ascending(expressions: readonly Expression[]): SortItem[] {
  return expressions.map((expression) => ({
    kind: "sort_item",
    expression,
    direction: undefined,
    nulls: undefined,
    span: expression.span,
  }));
}

function bindBody(node: QueryBody, env: Env, order: OrderClause | undefined): BoundRelation {
  if (node.kind === "select") return bindSelect(node, env, order);
  return ordered(unordered(node, env), order, env);
}

function unordered(node: Exclude<QueryBody, { kind: "select" }>, env: Env): BoundRelation {
  switch (node.kind) {
    case "query":
      return bindQuery(node, env);
    case "set_operation":
      return bindSetOperation(node, env);
    case "inline_table":
      return aliased(bindInlineTable(node, env), node.alias, env);
    case "table_query":
      return bindTableName({ ...TABLE, name: node.name, span: node.span }, env);
    case "pipe":
      return bindPipe(node, env);
  }
}

const TABLE = {
  kind: "table",
  stream: false,
  timeTravel: undefined,
  changes: undefined,
  options: [],
  watermark: undefined,
  sample: undefined,
  alias: undefined,
} as const;

/** The analysis with the common table expressions of a WITH known; each sees those before it. */
export function withTables(node: With, env: Env, definitions: CteDefinition[]): Env {
  let current = env;
  checkNames(node, env);
  for (const table of node.tables) {
    const definition = commonTable(table, node.recursive, current);
    definitions.push(definition);
    const { analysis } = current;
    current = {
      ...current,
      analysis: { ...analysis, ctes: { name: table.name.name, definition, parent: analysis.ctes } },
    };
  }
  return current;
}

function checkNames(node: With, env: Env): void {
  const { analysis } = env;
  const names = node.tables.map((table) => table.name.name.toLowerCase());
  const twice = node.tables.find((_, index) => names.indexOf(names[index] ?? "") < index);
  if (twice !== undefined) {
    const shown = `\`${twice.name.name}\``;
    throw failure(analysis, node.span, "DUPLICATED_CTE_NAMES", `CTE definition can't have duplicate names: ${shown}.`);
  }
}

function commonTable(table: CommonTable, isRecursive: boolean, env: Env): CteDefinition {
  const recursive = isRecursive ? recursiveCte(table, env) : undefined;
  if (recursive !== undefined) return recursive;
  const { plan } = bindQuery(table.query, { ...env, scope: EMPTY_SCOPE });
  return {
    id: nextId(env.analysis),
    name: table.name.name,
    plan,
    columns: named(table, plan, env.analysis),
    recursive: undefined,
  };
}

/** The columns of a common table expression, under the names that it gives them. */
function named(table: CommonTable, plan: BoundPlan, analysis: Analysis): BoundPlan["columns"] {
  const { columns } = table;
  if (columns.length === 0) return plan.columns;
  if (columns.length !== plan.columns.length) {
    throw failure(
      analysis,
      table.span,
      "ASSIGNMENT_ARITY_MISMATCH",
      `The number of columns or variables assigned or aliased: ${columns.length} does not match the number of source expressions: ${plan.columns.length}.`,
    );
  }
  return plan.columns.map((column, index) => ({ ...column, name: columns[index]?.name ?? column.name }));
}
