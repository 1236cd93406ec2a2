import type { BoundExpression, BoundPlan, Scan } from "../bound.ts";
import { columnsOf, expressionsOf, inputsOf, visit } from "../lineage.ts";
import type { Analysis } from "./analysis.ts";
import { rewrite } from "./rewrite.ts";

/** A plan and the columns of it that are wanted. */
export interface Wanted {
  readonly plan: BoundPlan;
  readonly columns: readonly number[];
}

/**
 * The scans of a statement with the columns that are really used, and the conditions that hold for every row used: those
 * of filters and joins over this scan alone that no outer join stands in the way of.
 */
export function scansOf(roots: readonly Wanted[], analysis: Analysis): readonly Scan[] {
  const used = new Set<number>();
  const conjuncts = new Map<number, BoundExpression[]>();
  const occurrences = new Map<number, number>();
  const useAll = (expression: BoundExpression): void => {
    visit(expression, (each) => {
      if (each.kind === "column") used.add(each.column.id);
      if (each.kind === "subquery")
        walk(
          each.plan,
          each.plan.columns.map((column) => column.id),
          [],
        );
    });
  };

  /** `filters`: conditions that every row that comes out of the plan must fulfil. */
  const walk = (plan: BoundPlan, wanted: readonly number[], filters: readonly BoundExpression[]): void => {
    switch (plan.kind) {
      case "scan": {
        const own = new Set(plan.columns.map((column) => column.id));
        wanted.forEach((id) => used.add(id));
        const fits = filters.filter((filter) => {
          const ids = columnsOf(filter);
          return ids.length > 0 && ids.every((id) => own.has(id)) && isPlain(filter);
        });
        occurrences.set(plan.scan, (occurrences.get(plan.scan) ?? 0) + 1);
        conjuncts.set(plan.scan, (occurrences.get(plan.scan) ?? 0) > 1 ? [] : fits);
        return;
      }
      case "project": {
        const all = new Set(wanted);
        const items = plan.items.filter((item) => all.has(item.column.id));
        const inner = new Set<number>();
        for (const item of items) {
          useAll(item.expression);
          columnsOf(item.expression).forEach((id) => inner.add(id));
        }
        walk(
          plan.input,
          [...inner],
          filters.flatMap((filter) => throughProjection(filter, plan)),
        );
        return;
      }
      case "filter":
        useAll(plan.condition);
        walk(plan.input, [...wanted, ...columnsOf(plan.condition)], [...filters, ...conjunctsOf(plan.condition)]);
        return;
      case "join": {
        if (plan.condition !== undefined) useAll(plan.condition);
        const needed = [...wanted, ...(plan.condition === undefined ? [] : columnsOf(plan.condition))];
        const on = plan.condition === undefined ? [] : conjunctsOf(plan.condition);
        const { join } = plan;
        const keepsLeft = join === "left" || join === "full" || join === "anti";
        const keepsRight = join === "right" || join === "full";
        const left = join === "right" || join === "full" ? [] : filters;
        const right = join === "left" || join === "full" || join === "semi" || join === "anti" ? [] : filters;
        walk(plan.left, only(plan.left, needed), [...left, ...(keepsLeft ? [] : on)]);
        walk(plan.right, only(plan.right, needed), [...right, ...(keepsRight ? [] : on)]);
        return;
      }
      case "sort":
      case "distinct":
        for (const expression of expressionsOf(plan)) useAll(expression);
        walk(
          plan.input,
          [
            ...wanted,
            ...expressionsOf(plan).flatMap(columnsOf),
            ...(plan.kind === "distinct" ? plan.columns.map((column) => column.id) : []),
          ],
          filters,
        );
        return;
      case "aggregate": {
        const items = [...plan.groups, ...plan.aggregates];
        for (const item of items) useAll(item.expression);
        const groups =
          plan.sets === undefined && plan.groups.length > 0
            ? filters.flatMap((filter) => throughGroups(filter, plan))
            : [];
        walk(
          plan.input,
          items.flatMap((item) => columnsOf(item.expression)),
          groups,
        );
        return;
      }
      case "set": {
        const positions = plan.columns.flatMap((column, index) =>
          plan.operator === "union" && plan.all && !wanted.includes(column.id) ? [] : [index],
        );
        for (const side of [plan.left, plan.right])
          walk(
            side,
            positions.map((index) => side.columns[index]?.id).filter((id) => id !== undefined),
            [],
          );
        return;
      }
      case "with":
        for (const each of plan.definitions) {
          walk(
            each.plan,
            each.plan.columns.map((column) => column.id),
            [],
          );
          if (each.recursive !== undefined)
            walk(
              each.recursive.step,
              each.recursive.step.columns.map((column) => column.id),
              [],
            );
        }
        walk(plan.input, wanted, filters);
        return;
      case "generate":
        useAll(plan.generator);
        walk(plan.input, only(plan.input, [...wanted, ...columnsOf(plan.generator)]), filters);
        return;
      default:
        for (const expression of expressionsOf(plan)) useAll(expression);
        for (const input of inputsOf(plan)) walk(input, [...wanted, ...expressionsOf(plan).flatMap(columnsOf)], []);
    }
  };
  for (const root of roots) walk(root.plan, root.columns, []);

  return analysis.statement.scans.map((record, id) => ({
    id,
    ...record,
    used: record.columns.filter((column) => used.has(column.id)).map((column) => column.name),
    conjuncts: conjuncts.get(id) ?? [],
  }));
}

export function conjunctsOf(condition: BoundExpression): BoundExpression[] {
  if (condition.kind !== "call" || condition.name !== "and") return [condition];
  return condition.args.flatMap((arg) => (arg.kind === "lambda" ? [] : conjunctsOf(arg)));
}

function only(plan: BoundPlan, ids: readonly number[]): number[] {
  const own = new Set(plan.columns.map((column) => column.id));
  return ids.filter((id) => own.has(id));
}

function isPlain(expression: BoundExpression): boolean {
  let plain = true;
  visit(expression, (each) => {
    if (each.kind === "subquery" || each.kind === "window" || each.kind === "aggregate") plain = false;
    if (each.kind === "call" && !each.deterministic) plain = false;
  });
  return plain;
}

/** A filter over a projection, over what the projection reads, where each column is only passed on or renamed. */
function throughProjection(filter: BoundExpression, plan: BoundPlan & { kind: "project" }): BoundExpression[] {
  return substituted(filter, new Map(plan.items.map((item) => [item.column.id, item.expression])));
}

function throughGroups(filter: BoundExpression, plan: BoundPlan & { kind: "aggregate" }): BoundExpression[] {
  return substituted(filter, new Map(plan.groups.map((item) => [item.column.id, item.expression])));
}

function substituted(filter: BoundExpression, definitions: ReadonlyMap<number, BoundExpression>): BoundExpression[] {
  const ids = columnsOf(filter);
  if (!isPlain(filter) || !ids.every((id) => definitions.get(id)?.kind === "column")) return [];
  return [renameColumns(filter, definitions)];
}

function renameColumns(
  expression: BoundExpression,
  definitions: ReadonlyMap<number, BoundExpression>,
): BoundExpression {
  return rewrite(expression, (each) => (each.kind === "column" ? definitions.get(each.column.id) : undefined));
}
