/** Offsets into the text of the expression: start inclusive, end exclusive. */
export interface Span {
  readonly start: number;
  readonly end: number;
}

export type Expression = LiteralExpression | ArrayExpression | CallExpression | MemberExpression;

interface LiteralExpression {
  readonly kind: "literal";
  /** Whole numbers are `bigint`, others `number`. */
  readonly value: null | boolean | bigint | number | string;
  readonly span: Span;
}

interface ArrayExpression {
  readonly kind: "array";
  readonly items: readonly Expression[];
  readonly span: Span;
}

export interface CallExpression {
  readonly kind: "call";
  readonly name: string;
  readonly arguments: readonly Expression[];
  readonly nameSpan: Span;
  readonly span: Span;
}

/** `object.name`, `object['name']`, `object[0]`, and the same after `?`, which gives null for what is not there. */
export interface MemberExpression {
  readonly kind: "member";
  readonly object: Expression;
  readonly key: Expression;
  readonly optional: boolean;
  readonly keySpan: Span;
  readonly span: Span;
}

/**
 * A string of a factory: plain text, one expression that keeps its type (`@f()`), or text with expressions in it
 * (`a@{f()}b`), which is always a string.
 */
export type Template =
  | { readonly kind: "text"; readonly text: string }
  | { readonly kind: "expression"; readonly expression: Expression }
  | { readonly kind: "interpolation"; readonly parts: readonly (string | Expression)[] };
