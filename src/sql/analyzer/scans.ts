import type { BoundExpression, BoundPlan, Projection, Scan } from "../bound.ts";
import { columnsOf, expressionsOf, inputsOf, visit } from "../lineage.ts";
import type { Analysis } from "./analysis.ts";
import { rewrite } from "./rewrite.ts";

/**
 * The scans of pruned plans with the columns that are read, and the conditions that hold for every row used: those of
 * filters and joins over this scan alone that no outer join stands in the way of.
 */
export function scansOf(roots: readonly BoundPlan[], analysis: Analysis): readonly Scan[] {
  const used = new Set<number>();
  const conjuncts = new Map<number, readonly BoundExpression[]>();

  /** `filters`: conditions that every row that comes out of the plan must fulfil. */
  const walk = (plan: BoundPlan, filters: readonly BoundExpression[]): void => {
    for (const expression of expressionsOf(plan)) {
      visit(expression, (each) => {
        if (each.kind === "subquery") walk(each.plan, []);
      });
    }
    switch (plan.kind) {
      case "scan": {
        for (const column of plan.columns) used.add(column.id);
        const all = new Set(analysis.statement.scans[plan.scan]?.columns.map((column) => column.id));
        const fits = filters.filter((filter) => {
          const ids = columnsOf(filter);
          return ids.length > 0 && ids.every((id) => all.has(id)) && isPlain(filter);
        });
        conjuncts.set(plan.scan, conjuncts.has(plan.scan) ? [] : fits);
        return;
      }
      case "project":
        walk(
          plan.input,
          filters.flatMap((filter) => substituted(filter, plan.items)).filter(leavesWindowsWhole(plan.items)),
        );
        return;
      case "filter":
        walk(plan.input, [...filters, ...conjunctsOf(plan.condition)]);
        return;
      case "join": {
        const { join } = plan;
        const on = plan.condition === undefined ? [] : conjunctsOf(plan.condition);
        const left = join === "right" || join === "full" ? [] : filters;
        const right = join === "left" || join === "full" || join === "semi" || join === "anti" ? [] : filters;
        walk(plan.left, [...left, ...(join === "left" || join === "full" || join === "anti" ? [] : on)]);
        walk(plan.right, [...right, ...(join === "right" || join === "full" ? [] : on)]);
        return;
      }
      case "sort":
      case "distinct":
      case "generate":
        walk(plan.input, filters);
        return;
      case "aggregate":
        walk(
          plan.input,
          plan.sets === undefined && plan.groups.length > 0
            ? filters.flatMap((filter) => substituted(filter, plan.groups))
            : [],
        );
        return;
      case "with":
        for (const each of plan.definitions) {
          walk(each.plan, []);
          if (each.recursive !== undefined) walk(each.recursive.step, []);
        }
        walk(plan.input, filters);
        return;
      default:
        for (const input of inputsOf(plan)) walk(input, []);
    }
  };
  for (const root of roots) walk(root, []);

  return analysis.statement.scans.map((record, id) => ({
    id,
    ...record,
    used: record.columns.filter((column) => used.has(column.id)).map((column) => column.name),
    conjuncts: conjuncts.get(id) ?? [],
  }));
}

function conjunctsOf(condition: BoundExpression): BoundExpression[] {
  if (condition.kind !== "call" || condition.name !== "and") return [condition];
  return condition.args.flatMap((arg) => (arg.kind === "lambda" ? [] : conjunctsOf(arg)));
}

function isPlain(expression: BoundExpression): boolean {
  let plain = true;
  visit(expression, (each) => {
    if (each.kind === "subquery" || each.kind === "window" || each.kind === "aggregate") plain = false;
    if (each.kind === "call" && !each.deterministic) plain = false;
  });
  return plain;
}

/** A condition may go below window functions only when it keeps or leaves out each of their partitions as a whole. */
function leavesWindowsWhole(items: readonly Projection[]): (filter: BoundExpression) => boolean {
  const partitions: Set<number>[] = [];
  for (const item of items) {
    visit(item.expression, (each) => {
      if (each.kind !== "window") return;
      partitions.push(new Set(each.partitionBy.flatMap((key) => (key.kind === "column" ? [key.column.id] : []))));
    });
  }
  return (filter) => partitions.every((keys) => columnsOf(filter).every((id) => keys.has(id)));
}

/** A filter over a projection as one over what the projection reads, where its columns are only passed on. */
function substituted(filter: BoundExpression, items: readonly Projection[]): BoundExpression[] {
  const definitions = new Map(items.map((item) => [item.column.id, item.expression]));
  const passes = columnsOf(filter).every((id) => definitions.get(id)?.kind === "column");
  if (!passes || !isPlain(filter)) return [];
  return [rewrite(filter, (each) => (each.kind === "column" ? definitions.get(each.column.id) : undefined))];
}
