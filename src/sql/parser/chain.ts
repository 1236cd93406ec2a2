import type { Span } from "../ast/node.ts";

/** Longer chains of `||` and UNION become trees that are as flat as can be, so that no step after them overflows. */
const LONG = 64;

/** An operand with the text that it takes up, parentheses included. */
export interface Term<Node> extends Span {
  readonly node: Node;
}

export type Terms<Node> = readonly [Term<Node>, ...Term<Node>[]];

type Make<Node> = (left: Node, right: Node, span: Span) => Node;

/** `((a || b) || c) || d`; a long chain of an operator for which that makes no difference is a flat tree. */
export function chain<Node>(terms: Terms<Node>, make: Make<Node>): Node {
  if (terms.length > LONG) return flatTree(terms, make);
  const [first, ...others] = terms;
  return others.reduce(
    (left, right) => ({
      node: make(left.node, right.node, { start: first.start, end: right.end }),
      start: first.start,
      end: right.end,
    }),
    first,
  ).node;
}

/**
 * `a AND b AND c AND d` as `(a AND b) AND (c AND d)`: Spark builds the same tree (`AstBuilder.visitLogicalBinary`), whose
 * depth is the logarithm of the length.
 */
export function flatTree<Node>(terms: Terms<Node>, make: Make<Node>): Node {
  const build = (low: number, high: number): Term<Node> => {
    const [fallback] = terms;
    if (low === high) return terms[low] ?? fallback;
    const middle = low + Math.trunc((high - low) / 2);
    const [left, right] = [build(low, middle), build(middle + 1, high)];
    const span = { start: left.start, end: right.end };
    return { ...span, node: make(left.node, right.node, span) };
  };
  return build(0, terms.length - 1).node;
}
