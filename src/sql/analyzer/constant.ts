import type { BoundExpression } from "../bound.ts";
import type { TypedValue } from "../resolver.ts";
import { isIntegral } from "../types/kinds.ts";
import { plainText } from "../value.ts";

/** The value of an expression that is plainly constant: a literal, its negative, text that is joined, a cast of these. */
export function constantValue(expression: BoundExpression): TypedValue | undefined {
  switch (expression.kind) {
    case "literal":
      return { type: expression.type, value: expression.value };
    case "cast": {
      const inner = constantValue(expression.operand);
      if (inner === undefined) return undefined;
      // Moments and intervals are whole numbers too, which no cast takes as they are.
      if (typeof inner.value === "bigint" && !isIntegral(inner.type)) return undefined;
      if (expression.type.kind === "string" && (typeof inner.value === "bigint" || typeof inner.value === "boolean")) {
        return { type: expression.type, value: String(inner.value) };
      }
      if (typeof inner.value === "bigint" && /^(byte|short|int|long)$/.test(expression.type.kind))
        return { type: expression.type, value: inner.value };
      return typeof inner.value === "string" && expression.type.kind === "string"
        ? { type: expression.type, value: inner.value }
        : undefined;
    }
    case "call": {
      const args = expression.args.map((arg) => (arg.kind === "lambda" ? undefined : constantValue(arg)));
      const known = args.filter((arg) => arg !== undefined);
      if (known.length !== expression.args.length) return undefined;
      const [first] = known;
      if (expression.name === "negative" && first !== undefined) {
        if (typeof first.value === "bigint") return { type: expression.type, value: -first.value };
        if (typeof first.value === "number") return { type: expression.type, value: -first.value };
      }
      const [a, b] = known.map((arg) => arg.value);
      if (expression.type.kind === "int" && typeof a === "bigint" && typeof b === "bigint") {
        const value = expression.name === "+" ? a + b : expression.name === "-" ? a - b : undefined;
        return value === undefined ? undefined : { type: expression.type, value };
      }
      if (
        (expression.name === "concat" || expression.name === "||") &&
        known.every((arg) => typeof arg.value === "string")
      ) {
        return { type: expression.type, value: known.map((arg) => plainText(arg.value)).join("") };
      }
      return undefined;
    }
    default:
      return undefined;
  }
}
