import type { BinaryOperator, Expression, NamedExpression } from "../ast/expression.ts";
import type { Identifier, Span } from "../ast/node.ts";
import { chain, flatTree, type Term } from "./chain.ts";
import type { Cursor } from "./cursor.ts";
import { refuseBang } from "./data-type.ts";
import { isNumber, number } from "./literal.ts";
import { parenthesis, postfix, primary } from "./primary.ts";
import { startsQuery } from "./query-start.ts";

/** Binding powers of the operators between values, from `=` to `*`. Source: Spark's valueExpression. */
const OPERATORS: Readonly<Record<string, readonly [power: number, operator: BinaryOperator]>> = {
  "=": [1, "="],
  "==": [1, "="],
  "<=>": [1, "<=>"],
  "<>": [1, "<>"],
  "!=": [1, "<>"],
  "<": [1, "<"],
  "<=": [1, "<="],
  "!>": [1, "<="],
  ">": [1, ">"],
  ">=": [1, ">="],
  "!<": [1, ">="],
  "|": [2, "|"],
  "^": [3, "^"],
  "&": [4, "&"],
  "<<": [5, "<<"],
  ">>": [5, ">>"],
  ">>>": [5, ">>>"],
  "+": [6, "+"],
  "-": [6, "-"],
  "||": [6, "||"],
  "*": [7, "*"],
  "/": [7, "/"],
  "%": [7, "%"],
  DIV: [7, "div"],
};

/** Any expression. The way down is short, since expressions nest: lists of operands are for those that have some. */
export function expression(c: Cursor): Expression {
  const { start } = c;
  const first = conjunction(c);
  if (!c.at("OR")) return first;
  const terms = termsOf(c, first, start);
  while (c.accept("OR")) terms.push(termHere(c, c.start, conjunction(c)));
  return flatTree(terms, (left, right, span) => ({ kind: "binary", span, operator: "or", left, right }));
}

function conjunction(c: Cursor): Expression {
  const { start } = c;
  const first = negation(c);
  if (!c.at("AND")) return first;
  const terms = termsOf(c, first, start);
  while (c.accept("AND")) terms.push(termHere(c, c.start, negation(c)));
  return flatTree(terms, (left, right, span) => ({ kind: "binary", span, operator: "and", left, right }));
}

function termsOf(c: Cursor, first: Expression, start: number): [Term<Expression>, ...Term<Expression>[]] {
  return [termHere(c, start, first)];
}

/** An operand that ends before the cursor. */
function termHere(c: Cursor, start: number, node: Expression): Term<Expression> {
  return { node, start, end: c.span(start).end };
}

function negation(c: Cursor): Expression {
  const { start } = c;
  const bang = c.at("!");
  if (bang || (c.at("NOT") && !c.peekIs(1, ",", ")", "."))) {
    c.advance();
    return { kind: "unary", span: c.span(start), operator: "not", operand: negation(c) } satisfies Expression;
  }
  return predicate(c, value(c, 0));
}

/** An expression without AND, OR, NOT and predicates at its top: what BETWEEN, LIKE and time travel take. */
export function value(c: Cursor, power: number): Expression {
  const { start } = c;
  let terms: [Term<Expression>, ...Term<Expression>[]] | undefined;
  let left = prefix(c);
  for (;;) {
    const symbol = operatorHere(c);
    const known = symbol === undefined ? undefined : OPERATORS[symbol];
    const isEnd = symbol === undefined || known === undefined || known[0] <= power;
    if (isEnd || known[1] !== "||") {
      if (terms !== undefined) left = chain(terms, concatenation);
      terms = undefined;
    }
    if (isEnd) return left;
    if (known[1] === "||") terms ??= termsOf(c, left, start);
    for (let width = symbol.startsWith(">>") ? symbol.length : 1; width > 0; width -= 1) c.advance();
    const from = c.start;
    const right = value(c, known[0]);
    if (terms === undefined) left = { kind: "binary", span: c.span(start), operator: known[1], left, right };
    else terms.push(termHere(c, from, right));
  }
}

function concatenation(left: Expression, right: Expression, span: Span): Expression {
  return { kind: "binary", span, operator: "||", left, right };
}

function prefix(c: Cursor): Expression {
  const { start, token } = c;
  if (token.kind === "operator" && token.text === "(") return postfix(c, parenthesis(c));
  if (token.kind === "operator" && (token.text === "-" || token.text === "+" || token.text === "~")) {
    c.advance();
    if (token.text === "-" && isNumber(c.token.kind)) return postfix(c, number(c, start, true));
    const operand = prefix(c);
    return { kind: "unary", span: c.span(start), operator: token.text, operand };
  }
  return postfix(c, primary(c));
}

/** The operator at the cursor; `>` signs that touch are one. */
function operatorHere(c: Cursor): string | undefined {
  const { token } = c;
  if (token.kind === "word") return token.text === "DIV" ? "DIV" : undefined;
  if (token.kind !== "operator") return undefined;
  if (token.text !== ">") return token.text;
  const second = c.peek(1);
  if (second.text !== ">" || second.kind !== "operator" || second.start !== token.end) return ">";
  const third = c.peek(2);
  return third.text === ">" && third.kind === "operator" && third.start === second.end ? ">>>" : ">>";
}

const PREDICATES = new Set(["BETWEEN", "IN", "RLIKE", "REGEXP", "LIKE", "ILIKE", "IS", "NOT"]);

/** BETWEEN, IN, LIKE, IS… after a value: at most one. */
function predicate(c: Cursor, operand: Expression): Expression {
  const { token } = c;
  if (token.kind === "operator") {
    if (token.text === "!" && c.peekIs(1, "BETWEEN", "IN", "RLIKE", "REGEXP", "LIKE", "ILIKE")) refuseBang(c);
    return operand;
  }
  if (token.kind !== "word" || !PREDICATES.has(token.text)) return operand;
  const { start } = operand.span;
  const negated = token.text === "NOT";
  if (negated) {
    if (!c.peekIs(1, "BETWEEN", "IN", "RLIKE", "REGEXP", "LIKE", "ILIKE")) return operand;
    c.advance();
  }
  switch (c.token.text) {
    case "BETWEEN": {
      c.advance();
      const low = value(c, 0);
      c.expect("AND");
      const high = value(c, 0);
      return { kind: "between", span: c.span(start), operand, low, high, negated };
    }
    case "IN":
      if (!c.peekIs(1, "(")) return operand;
      c.advance();
      return membership(c, operand, negated);
    case "RLIKE":
    case "REGEXP": {
      c.advance();
      const pattern = value(c, 0);
      return { kind: "like", span: c.span(start), operator: "rlike", operand, pattern, escape: undefined, negated };
    }
    case "LIKE":
    case "ILIKE":
      return like(c, operand, negated);
    default:
      return is(c, operand);
  }
}

function membership(c: Cursor, operand: Expression, negated: boolean): Expression {
  const { start } = operand.span;
  c.expect("(");
  if (startsQuery(c)) {
    const query = c.rules.query(c);
    c.expect(")");
    return { kind: "in_query", span: c.span(start), operand, query, negated };
  }
  const list = c.list(() => expression(c));
  c.expect(")");
  const [only] = list;
  // `IN ((SELECT …))`: one subquery in more parentheses is still a query.
  if (list.length === 1 && only?.kind === "subquery" && !negated) {
    return { kind: "in_query", span: c.span(start), operand, query: only.query, negated };
  }
  return { kind: "in", span: c.span(start), operand, list, negated };
}

function like(c: Cursor, operand: Expression, negated: boolean): Expression {
  const { start } = operand.span;
  const operator = c.advance().text === "LIKE" ? "like" : "ilike";
  if (c.atAny("ANY", "SOME", "ALL") && c.peekIs(1, "(")) {
    const quantifier = c.advance().text === "ALL" ? "all" : "any";
    if (c.peekIs(1, ")")) c.raise("PARSE_SYNTAX_ERROR", "Expected something between '(' and ')'.", c.token);
    const patterns = c.parenthesized(() => expression(c));
    return { kind: "like_quantified", span: c.span(start), operator, quantifier, operand, patterns, negated };
  }
  const pattern = value(c, 0);
  let escape: string | undefined;
  if (c.accept("ESCAPE")) {
    const at = c.token;
    escape = c.string("an escape character");
    if (escape.length !== 1) {
      c.raise(
        "INVALID_ESC",
        `Found an invalid escape string: '${escape}'. The escape string must contain only one character.`,
        at,
      );
    }
  }
  return { kind: "like", span: c.span(start), operator, operand, pattern, escape, negated };
}

function is(c: Cursor, operand: Expression): Expression {
  const { start } = operand.span;
  c.expect("IS");
  if (c.at("!")) refuseBang(c);
  const negated = c.accept("NOT");
  const test = c.expectAny("NULL", "TRUE", "FALSE", "UNKNOWN", "DISTINCT");
  if (test === "DISTINCT") {
    c.expect("FROM");
    const right = value(c, 0);
    return { kind: "distinct_from", span: c.span(start), left: operand, right, negated };
  }
  const lower = test === "NULL" ? "null" : test === "TRUE" ? "true" : test === "FALSE" ? "false" : "unknown";
  return { kind: "is", span: c.span(start), operand, test: lower, negated };
}

/** These words, after an expression without AS, start what follows it, not an alias. */
const NO_ALIAS = new Set(
  (
    "FROM WHERE GROUP HAVING ORDER SORT CLUSTER DISTRIBUTE LIMIT OFFSET WINDOW QUALIFY UNION EXCEPT INTERSECT MINUS " +
    "LATERAL PIVOT UNPIVOT JOIN INNER LEFT RIGHT FULL CROSS NATURAL SEMI ANTI ON USING TABLESAMPLE AS " +
    "WHEN THEN ELSE END AND OR INTO FOR INSERT SELECT SET VALUES DO UNTIL ROW WITH"
  ).split(" "),
);

/** Some of those words are clauses only with the word that belongs to them; alone they may be an alias. */
const SECOND_WORDS: Readonly<Record<string, readonly string[]>> = {
  GROUP: ["BY"],
  ORDER: ["BY"],
  SORT: ["BY"],
  CLUSTER: ["BY"],
  DISTRIBUTE: ["BY"],
  ROW: ["FORMAT"],
};

/** Whether an alias without AS can start here. */
function startsAlias(c: Cursor): boolean {
  const { token } = c;
  if (token.kind === "quoted") return true;
  if (token.kind !== "word") return false;
  if (!NO_ALIAS.has(token.text)) return true;
  const seconds = SECOND_WORDS[token.text];
  if (seconds !== undefined) return !c.peekIs(1, ...seconds);
  if (token.text === "FROM") return false;
  return c.peek().kind === "end" && !["END", "THEN", "ELSE"].includes(token.text) ? true : c.peekIs(1, ",", ")");
}

/** `expression [AS] alias`, `expression AS (a, b)`. */
export function namedExpression(c: Cursor): NamedExpression {
  const { start } = c;
  const inner = expression(c);
  let aliases: Identifier[] = [];
  if (c.accept("AS")) {
    aliases = c.at("(") ? c.parenthesized(() => c.strictIdentifier()) : [c.strictIdentifier("an alias")];
  } else if (startsAlias(c)) aliases = [c.strictIdentifier()];
  else if (c.at("(") && aliasListAhead(c)) aliases = c.parenthesized(() => c.strictIdentifier());
  return { kind: "named_expression", span: c.span(start), expression: inner, aliases };
}

function aliasListAhead(c: Cursor): boolean {
  return (c.peek(1).kind === "word" || c.peek(1).kind === "quoted") && c.peekIs(2, ",", ")");
}
