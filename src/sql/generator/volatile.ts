import type { BoundArgument } from "../bound.ts";

const known = new WeakMap<BoundArgument, boolean>();

/** Has the expression another value each time it is evaluated? */
export function isVolatile(expression: BoundArgument): boolean {
  let answer = known.get(expression);
  if (answer === undefined) {
    answer = (expression.kind === "call" && !expression.deterministic) || partsOf(expression).some(isVolatile);
    known.set(expression, answer);
  }
  return answer;
}

/** What a scalar expression is made of. */
function partsOf(expression: BoundArgument): readonly BoundArgument[] {
  switch (expression.kind) {
    case "call":
      return expression.args;
    case "cast":
    case "field":
      return [expression.operand];
    case "case":
      return [
        ...expression.branches.flatMap(({ when, result }) => [when, result]),
        ...(expression.otherwise === undefined ? [] : [expression.otherwise]),
      ];
    case "lambda":
      return [expression.body];
    default:
      return [];
  }
}
