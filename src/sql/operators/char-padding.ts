import { STRING } from "../../core/data-type.ts";
import type { BoundExpression } from "../bound.ts";

/**
 * Operands of a comparison in which a CHAR column stands beside other CHAR columns or texts: all of them padded with blanks
 * to the longest (Spark: ApplyCharTypePadding). Others are left as they are.
 */
export function padded(operands: readonly BoundExpression[]): readonly BoundExpression[] {
  const lengths = operands.map(lengthOf);
  if (!operands.some(isChar) || lengths.includes(undefined)) return operands;
  const longest = Math.max(...lengths.map((length) => length ?? 0));
  return operands.map((operand, index) => (lengths[index] === longest ? operand : pad(operand, longest)));
}

function isChar(operand: BoundExpression): boolean {
  return operand.kind === "column" && operand.column.charLength !== undefined;
}

function lengthOf(operand: BoundExpression): number | undefined {
  if (operand.kind === "column") return operand.column.charLength;
  if (operand.kind !== "literal" || operand.type.kind !== "string") return undefined;
  return typeof operand.value === "string" ? Array.from(operand.value).length : 0;
}

function pad(operand: BoundExpression, length: number): BoundExpression {
  if (operand.kind === "literal" && operand.value === null) return operand;
  return {
    kind: "call",
    name: "rpad",
    args: [operand],
    type: STRING,
    nullable: operand.nullable,
    deterministic: true,
    lower: ([sql = ""]) => `rpad(${sql}, ${length}, ' ')`,
    pretty: ([shown = ""]) => shown,
    span: operand.span,
  };
}
