import type { BoundExpression, BoundPlan, ColumnSource, Projection } from "./bound.ts";

/**
 * From where the value of a column flows: for each column of the plans, by identity, the stored columns that it is
 * computed from. Conditions do not count, as in Unity Catalog's column lineage.
 */
export function sourcesOf(
  plans: readonly BoundPlan[],
  stored: ReadonlyMap<number, ColumnSource>,
): (id: number) => readonly ColumnSource[] {
  const definitions = new Map<number, readonly BoundExpression[]>();
  const aliases = new Map<number, readonly number[]>();
  for (const plan of plans) collect(plan, definitions, aliases);
  const known = new Map<number, readonly ColumnSource[]>();
  const of = (id: number): readonly ColumnSource[] => {
    const before = known.get(id);
    if (before !== undefined) return before;
    known.set(id, []);
    const own = stored.get(id);
    const found = [
      ...(own === undefined ? [] : [own]),
      ...(aliases.get(id) ?? []).flatMap((other) => (other === id ? [] : of(other))),
      ...(definitions.get(id) ?? []).flatMap((expression) =>
        columnsOf(expression).flatMap((other) => (other === id ? [] : of(other))),
      ),
    ];
    const distinct = [
      ...new Map(found.map((source) => [`${source.relation.join("\0")}\0${source.column}`, source])).values(),
    ];
    known.set(id, distinct);
    return distinct;
  };
  return of;
}

/** The column of a MERGE's plan that says which clause applies: a condition of all others, no source of them. */
export const CLAUSE = "__clause";

/** The identities of the columns whose values go into an expression; of a subquery those that it gives. */
export function columnsOf(expression: BoundExpression): number[] {
  const found: number[] = [];
  visit(expression, (each) => {
    if (each.kind === "column") found.push(each.column.id);
    if (each.kind === "subquery" && each.form === "scalar") found.push(...each.plan.columns.map((column) => column.id));
  });
  return found;
}

/** Every part of an expression, not the plans of its subqueries. */
export function visit(expression: BoundExpression, see: (each: BoundExpression) => void): void {
  see(expression);
  for (const child of childrenOf(expression)) visit(child, see);
}

export function childrenOf(expression: BoundExpression): readonly BoundExpression[] {
  switch (expression.kind) {
    case "literal":
    case "column":
    case "lambda_variable":
    case "alias":
      return [];
    case "call":
    case "generator":
      return expression.args.map((arg) => (arg.kind === "lambda" ? arg.body : arg));
    case "aggregate":
      return [
        ...expression.args.map((arg) => (arg.kind === "lambda" ? arg.body : arg)),
        ...(expression.filter === undefined ? [] : [expression.filter]),
        ...expression.orderBy.map((order) => order.expression),
      ];
    case "window":
      return [expression.function, ...expression.partitionBy, ...expression.orderBy.map((order) => order.expression)];
    case "cast":
    case "field":
      return [expression.operand];
    case "case":
      return [
        ...expression.branches.flatMap(({ when, result }) => [when, result]),
        ...(expression.otherwise === undefined ? [] : [expression.otherwise]),
      ];
    case "subquery":
      return expression.values;
  }
}

/** The plans directly inside a plan. */
export function inputsOf(plan: BoundPlan): readonly BoundPlan[] {
  switch (plan.kind) {
    case "scan":
    case "one_row":
    case "values":
    case "table_function":
    case "cte":
      return [];
    case "join":
    case "set":
      return [plan.left, plan.right];
    case "with":
      return [
        ...plan.definitions.flatMap((each) => [
          each.plan,
          ...(each.recursive === undefined ? [] : [each.recursive.step]),
        ]),
        plan.input,
      ];
    default:
      return [plan.input];
  }
}

/** The expressions directly in a plan. */
export function expressionsOf(plan: BoundPlan): readonly BoundExpression[] {
  switch (plan.kind) {
    case "values":
      return plan.rows.flat();
    case "table_function":
      return plan.args.map((arg) => (arg.kind === "lambda" ? arg.body : arg));
    case "project":
      return plan.items.map((item) => item.expression);
    case "filter":
      return [plan.condition];
    case "aggregate":
      return [...plan.groups, ...plan.aggregates].map((item) => item.expression);
    case "sort":
      return plan.order.map((order) => order.expression);
    case "limit":
      return [plan.limit, plan.offset].filter((each) => each !== undefined);
    case "join":
      return plan.condition === undefined ? [] : [plan.condition];
    case "generate":
      return [plan.generator];
    default:
      return [];
  }
}

function collect(
  plan: BoundPlan,
  definitions: Map<number, readonly BoundExpression[]>,
  aliases: Map<number, readonly number[]>,
): void {
  for (const input of inputsOf(plan)) collect(input, definitions, aliases);
  for (const expression of expressionsOf(plan)) {
    visit(expression, (each) => {
      if (each.kind === "subquery") collect(each.plan, definitions, aliases);
    });
  }
  const define = (items: readonly Projection[]): void => {
    for (const item of items) {
      const isItself = item.expression.kind === "column" && item.expression.column.id === item.column.id;
      if (!isItself && item.column.name !== CLAUSE) definitions.set(item.column.id, [item.expression]);
    }
  };
  switch (plan.kind) {
    case "project":
      define(plan.items);
      break;
    case "aggregate":
      define([...plan.groups, ...plan.aggregates]);
      break;
    case "values":
      plan.columns.forEach((column, index) =>
        definitions.set(
          column.id,
          plan.rows.map((row) => row[index]).filter((cell) => cell !== undefined),
        ),
      );
      break;
    case "generate":
      for (const column of plan.outputs) definitions.set(column.id, [plan.generator]);
      break;
    case "set":
      plan.columns.forEach((column, index) =>
        aliases.set(
          column.id,
          [plan.left.columns[index]?.id, plan.right.columns[index]?.id].filter((id) => id !== undefined),
        ),
      );
      break;
    case "with":
      for (const each of plan.definitions) {
        each.columns.forEach((column, index) => {
          if (each.recursive !== undefined)
            aliases.set(
              column.id,
              [each.plan.columns[index]?.id, each.recursive.step.columns[index]?.id].filter((id) => id !== undefined),
            );
        });
      }
      linkReferences(plan.input, plan, aliases);
      for (const each of plan.definitions) {
        linkReferences(each.plan, plan, aliases);
        if (each.recursive !== undefined) linkReferences(each.recursive.step, plan, aliases);
      }
      break;
    default:
      break;
  }
}

/** The columns of every use of a common table expression come from its definition. */
function linkReferences(
  plan: BoundPlan,
  scope: BoundPlan & { kind: "with" },
  aliases: Map<number, readonly number[]>,
): void {
  if (plan.kind === "cte") {
    const definition = scope.definitions.find((each) => each.id === plan.id);
    plan.columns.forEach((column, index) => {
      const source = definition?.columns[index];
      if (source !== undefined) aliases.set(column.id, [source.id]);
    });
  }
  for (const input of inputsOf(plan)) linkReferences(input, scope, aliases);
  for (const expression of expressionsOf(plan)) {
    visit(expression, (each) => {
      if (each.kind === "subquery") linkReferences(each.plan, scope, aliases);
    });
  }
}
