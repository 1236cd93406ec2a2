import { sameType, type DataType } from "../../core/data-type.ts";
import type { BoundExpression, BoundPlan, Column, Projection } from "../bound.ts";
import { castTo } from "../types/cast-expression.ts";
import { newColumn, type Analysis } from "./analysis.ts";

/** Small ways to put a projection over a plan. */

export function reference(column: Column): BoundExpression {
  return { kind: "column", column, type: column.type, nullable: column.nullable };
}

/** New columns like the given ones; what repeats another does so still. */
export function renewed(columns: readonly Column[], analysis: Analysis): Column[] {
  const first = new Map<number, Column>();
  return columns.map((given) => {
    const column = newColumn(analysis, given.name, given.type, given.nullable);
    const origin = first.get(given.copyOf ?? given.id);
    if (origin === undefined) first.set(given.copyOf ?? given.id, column);
    return origin === undefined ? column : { ...column, copyOf: origin.id };
  });
}

/** An item that passes a column on, under the same identity. */
export function passing(column: Column): Projection {
  return { column, expression: reference(column) };
}

export function project(input: BoundPlan, items: readonly Projection[]): BoundPlan {
  return { kind: "project", input, items, columns: items.map((item) => item.column) };
}

/** The plan with its columns converted to the given types, by position; the plan itself when nothing changes. */
export function projectTo(input: BoundPlan, types: readonly DataType[], analysis: Analysis): BoundPlan {
  if (input.columns.every((column, index) => sameType(column.type, types[index] ?? column.type))) return input;
  const items = input.columns.map((column, index) => {
    const type = types[index] ?? column.type;
    if (sameType(column.type, type)) return passing(column);
    const expression = castTo(reference(column), type, analysis.statement.context.ansi ? "ansi" : "legacy");
    return { column: newColumn(analysis, column.name, type, expression.nullable), expression };
  });
  return project(input, items);
}
