import { sameType, type DataType } from "../../core/data-type.ts";
import type { Span } from "../ast/node.ts";
import type { BoundExpression, CastMode } from "../bound.ts";
import { castIsNullable } from "./cast-rules.ts";

/** An implicit conversion; nothing when the type is right already. */
export function castTo(operand: BoundExpression, type: DataType, mode: CastMode): BoundExpression {
  if (sameType(operand.type, type)) return operand;
  if (operand.kind === "literal" && operand.value === null) return { ...operand, type };
  return {
    kind: "cast",
    operand,
    mode,
    explicit: false,
    type,
    nullable: operand.nullable || castIsNullable(operand.type, type, mode),
    span: operand.span,
  };
}

/** `CAST(operand AS type)` as the user wrote it. */
export function explicitCast(operand: BoundExpression, type: DataType, mode: CastMode, span: Span): BoundExpression {
  return {
    kind: "cast",
    operand,
    mode,
    explicit: true,
    type,
    nullable: operand.nullable || castIsNullable(operand.type, type, mode),
    span,
  };
}
