import type { BoundArgument, BoundExpression } from "../bound.ts";
import { collationIn, hasString, INDETERMINATE } from "./collation.ts";

/**
 * How strongly an expression stands for its collation: a literal takes that of the others, a column holds its own, COLLATE
 * overrules both. Source: Spark's `CollationTypeCoercion`.
 */
export interface CollationContext {
  /** Undefined is UTF8_BINARY. */
  readonly name: string | undefined;
  readonly strength: "default" | "implicit" | "explicit";
}

const RANKS = { default: 0, implicit: 1, explicit: 2 };

/** Undefined for what holds no string. */
export function collationContext(expression: BoundArgument): CollationContext | undefined {
  if (expression.kind === "lambda" || !hasString(expression.type)) return undefined;
  const name = collationIn(expression.type);
  switch (expression.kind) {
    case "literal":
      return { name, strength: "default" };
    case "cast":
      if (expression.explicit) return { name, strength: "implicit" };
      return { name, strength: collationContext(expression.operand)?.strength ?? "default" };
    case "call": {
      if (expression.name === "collate") return { name, strength: "explicit" };
      const own = strongest(expression.args);
      return { name, strength: own?.name === name ? (own?.strength ?? "default") : "default" };
    }
    case "case": {
      const values: BoundExpression[] = expression.branches.map((branch) => branch.result);
      return strongest(expression.otherwise === undefined ? values : [...values, expression.otherwise]);
    }
    default:
      return { name, strength: "implicit" };
  }
}

/** The context that several make together; explicit ones that differ count as indeterminate. */
export function strongest(args: readonly BoundArgument[]): CollationContext | undefined {
  let found: CollationContext | undefined;
  for (const arg of args) {
    const context = collationContext(arg);
    if (context === undefined) continue;
    if (found === undefined || RANKS[context.strength] > RANKS[found.strength]) found = context;
    else if (context.strength === found.strength && context.name !== found.name) {
      if (context.strength === "default") found = context.name === undefined ? found : context;
      else found = { name: INDETERMINATE, strength: context.strength };
    }
  }
  return found;
}
