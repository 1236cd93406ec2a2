import type { BoundExpression, BoundPlan, Column } from "../bound.ts";
import { expressionsOf, visit } from "../lineage.ts";
import { rewrite } from "./rewrite.ts";

type Ids = ReadonlySet<number>;

/** The plan without the columns that nobody wants, down to the scans. */
export function prune(plan: BoundPlan, wanted: Ids): BoundPlan {
  return pruned(plan, wanted, new Map());
}

/** For each common table expression, the positions of its columns that are used. */
type Uses = Map<number, Set<number>>;

function pruned(plan: BoundPlan, wanted: Ids, uses: Uses): BoundPlan {
  const keep = (columns: readonly Column[]): Column[] => columns.filter((column) => wanted.has(column.id));
  switch (plan.kind) {
    case "scan":
      return { ...plan, columns: keep(plan.columns) };
    case "one_row":
    case "values":
    case "table_function":
      return withSubqueries(plan, uses);
    case "cte": {
      const used = uses.get(plan.id) ?? new Set();
      uses.set(plan.id, used);
      plan.columns.forEach((column, index) => {
        if (wanted.has(column.id)) used.add(index);
      });
      return plan;
    }
    case "project": {
      const items = plan.items.filter((item) => wanted.has(item.column.id));
      const next = { ...plan, items, columns: items.map((item) => item.column) };
      return over(next, plan.input, needs(next), uses);
    }
    case "filter":
    case "sort":
      return over({ ...plan, columns: keep(plan.columns) }, plan.input, union(wanted, needs(plan)), uses);
    case "limit":
      return over({ ...plan, columns: keep(plan.columns) }, plan.input, wanted, uses);
    case "sample":
      return over({ ...plan, columns: keep(plan.columns) }, plan.input, wanted, uses);
    case "distinct":
      return over(plan, plan.input, new Set(plan.columns.map((column) => column.id)), uses);
    case "aggregate": {
      const aggregates = plan.aggregates.filter((item) => wanted.has(item.column.id));
      const columns = plan.columns.filter(
        (column) => plan.aggregates.every((item) => item.column.id !== column.id) || wanted.has(column.id),
      );
      const next = { ...plan, aggregates, columns };
      return over(next, plan.input, needs(next), uses);
    }
    case "generate": {
      const needed = union(wanted, needs(plan));
      const next = over({ ...plan, columns: keep(plan.columns) }, plan.input, needed, uses);
      return next;
    }
    case "join": {
      const inner = union(wanted, needs(plan));
      // What a lateral right side uses of the left is found there.
      const right = pruned(plan.right, inner, uses);
      const lateral = plan.lateral ? union(inner, outerNeeds(plan.right)) : inner;
      const left = pruned(plan.left, lateral, uses);
      return withSubqueries({ ...plan, left, right, columns: keep(plan.columns) }, uses);
    }
    case "set": {
      const all = plan.operator === "union" && plan.all;
      const positions = plan.columns.flatMap((column, index) => (all && !wanted.has(column.id) ? [] : [index]));
      const chosen = positions.length === 0 ? [0] : positions;
      const side = (each: BoundPlan): BoundPlan => {
        const columns = chosen.map((index) => each.columns[index]).filter((column) => column !== undefined);
        return exactly(pruned(each, new Set(columns.map((column) => column.id)), uses), columns);
      };
      const columns = chosen.map((index) => plan.columns[index]).filter((column) => column !== undefined);
      return { ...plan, left: side(plan.left), right: side(plan.right), columns };
    }
    case "with": {
      const input = pruned(plan.input, wanted, uses);
      const definitions = plan.definitions
        .toReversed()
        .map((each) => {
          const used = uses.get(each.id) ?? new Set<number>();
          if (each.recursive !== undefined) {
            const step = pruned(each.recursive.step, idsOf(each.recursive.step), uses);
            return { ...each, plan: pruned(each.plan, idsOf(each.plan), uses), recursive: { ...each.recursive, step } };
          }
          const columns = each.plan.columns.filter((_, index) => used.has(index));
          if (columns.length === each.plan.columns.length || columns.length === 0) {
            return { ...each, plan: pruned(each.plan, idsOf(each.plan), uses) };
          }
          // Positions matter to those who refer to it, so what is unused stays as a null.
          const narrow = pruned(each.plan, new Set(columns.map((column) => column.id)), uses);
          return { ...each, plan: padded(narrow, each.plan.columns) };
        })
        .toReversed();
      return { ...plan, definitions, input, columns: keep(plan.columns) };
    }
  }
}

function over(
  plan: Exclude<
    BoundPlan,
    { kind: "scan" | "one_row" | "values" | "table_function" | "cte" | "join" | "set" | "with" }
  >,
  input: BoundPlan,
  wanted: Ids,
  uses: Uses,
): BoundPlan {
  return withSubqueries({ ...plan, input: pruned(input, wanted, uses) }, uses);
}

/** The plans of the subqueries in a plan's own expressions, pruned too. */
function withSubqueries<P extends BoundPlan>(plan: P, uses: Uses): P {
  let found = false;
  for (const expression of expressionsOf(plan)) {
    visit(expression, (each) => {
      if (each.kind === "subquery") found = true;
    });
  }
  if (!found) return plan;
  const replace = (expression: BoundExpression): BoundExpression =>
    rewrite(expression, (each) => {
      if (each.kind !== "subquery") return undefined;
      const wanted = each.form === "exists" ? new Set<number>() : idsOf(each.plan);
      return { ...each, values: each.values.map(replace), plan: pruned(each.plan, wanted, uses) };
    });
  return mapExpressions(plan, replace);
}

function mapExpressions<P extends BoundPlan>(plan: P, replace: (expression: BoundExpression) => BoundExpression): P {
  switch (plan.kind) {
    case "project":
      return { ...plan, items: plan.items.map((item) => ({ ...item, expression: replace(item.expression) })) };
    case "filter":
      return { ...plan, condition: replace(plan.condition) };
    case "join":
      return { ...plan, condition: plan.condition && replace(plan.condition) };
    case "aggregate":
      return {
        ...plan,
        groups: plan.groups.map((item) => ({ ...item, expression: replace(item.expression) })),
        aggregates: plan.aggregates.map((item) => ({ ...item, expression: replace(item.expression) })),
      };
    case "sort":
      return { ...plan, order: plan.order.map((each) => ({ ...each, expression: replace(each.expression) })) };
    case "values":
      return { ...plan, rows: plan.rows.map((row) => row.map(replace)) };
    default:
      return plan;
  }
}

/** The columns that a plan's own expressions use, those inside subqueries too. */
function needs(plan: BoundPlan): Set<number> {
  const found = new Set<number>();
  for (const expression of expressionsOf(plan)) addNeeds(expression, found);
  return found;
}

function addNeeds(expression: BoundExpression, found: Set<number>): void {
  visit(expression, (each) => {
    if (each.kind === "column") found.add(each.column.id);
    if (each.kind === "subquery") for (const id of outerNeeds(each.plan)) found.add(id);
  });
}

/** Every column that occurs in the expressions of a plan and of the plans in it. */
function outerNeeds(plan: BoundPlan): Set<number> {
  const found = new Set<number>();
  const walk = (each: BoundPlan): void => {
    for (const expression of expressionsOf(each)) addNeeds(expression, found);
    for (const input of childPlans(each)) walk(input);
  };
  walk(plan);
  return found;
}

function childPlans(plan: BoundPlan): readonly BoundPlan[] {
  if (plan.kind === "join" || plan.kind === "set") return [plan.left, plan.right];
  if (plan.kind === "with") return [plan.input, ...plan.definitions.map((each) => each.plan)];
  return "input" in plan ? [plan.input] : [];
}

function idsOf(plan: BoundPlan): Set<number> {
  return new Set(plan.columns.map((column) => column.id));
}

function union(a: Ids, b: Ids): Set<number> {
  return new Set([...a, ...b]);
}

/** A plan whose columns are exactly these, in this order. */
function exactly(plan: BoundPlan, columns: readonly Column[]): BoundPlan {
  const same =
    plan.columns.length === columns.length && plan.columns.every((column, index) => column.id === columns[index]?.id);
  if (same) return plan;
  const items = columns.map((column) => ({
    column,
    expression: { kind: "column" as const, column, type: column.type, nullable: column.nullable },
  }));
  return { kind: "project", input: plan, items, columns: [...columns] };
}

function padded(plan: BoundPlan, columns: readonly Column[]): BoundPlan {
  const own = idsOf(plan);
  const items = columns.map((column) => {
    const expression: BoundExpression = own.has(column.id)
      ? { kind: "column", column, type: column.type, nullable: column.nullable }
      : { kind: "literal", value: null, type: column.type, nullable: true };
    return { column, expression };
  });
  return { kind: "project", input: plan, items, columns: [...columns] };
}
