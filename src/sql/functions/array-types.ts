import { VOID, type DataType } from "../../core/data-type.ts";
import type { BoundExpression } from "../bound.ts";
import { typeAt } from "./rules.ts";

export function elementOf(type: DataType): DataType {
  return type.kind === "array" ? type.element : VOID;
}

export function containsNull(type: DataType): boolean {
  return type.kind !== "array" || type.containsNull;
}

export const anyNullable = (args: readonly BoundExpression[]): boolean => args.some((arg) => arg.nullable);
export const nullOrUnknown = (args: readonly BoundExpression[]): boolean =>
  anyNullable(args) || containsNull(typeAt(args, 0));
