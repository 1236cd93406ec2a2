import type { CaseBranch, DynamicName, Expression, JsonStep, NamedExpression } from "../ast/expression.ts";
import type { Identifier, Name } from "../ast/node.ts";
import type { Query } from "../ast/query.ts";
import { call, callOf } from "./call.ts";
import type { Cursor } from "./cursor.ts";
import { dataType } from "./data-type.ts";
import { constant } from "./literal.ts";
import { startsQuery } from "./query-start.ts";

/** What an operator can stand next to: a constant, a column, a call, something in parentheses. */
export function primary(c: Cursor): Expression {
  const { token, start } = c;
  switch (token.kind) {
    case "operator":
      return operatorStart(c);
    case "word":
      break;
    case "quoted":
      return named(c);
    case "end":
    case "hint_end":
    case "dollar":
      return c.fail("an expression");
    default:
      return constant(c) ?? c.fail("an expression");
  }
  const next = c.peek();
  const opens = next.kind === "operator" && next.text === "(";
  switch (token.text) {
    case "CASE":
      if (!endsOperand(c)) return caseExpression(c);
      break;
    case "CAST":
    case "TRY_CAST":
      if (opens) return cast(c);
      break;
    case "EXISTS":
      if (opens && startsQuery(c, 2)) {
        c.advance();
        c.expect("(");
        const query = c.rules.query(c);
        c.expect(")");
        return { kind: "exists", span: c.span(start), query };
      }
      break;
    case "IDENTIFIER":
      if (opens) return dynamic(c);
      break;
    default: {
      const found = constant(c);
      if (found !== undefined) return found;
    }
  }
  if (next.kind === "operator" && next.text === "->") {
    const parameter = c.identifier();
    return lambda(c, start, [parameter]);
  }
  return named(c);
}

/** Whether the word at the cursor stands alone, as a column would. */
function endsOperand(c: Cursor): boolean {
  const next = c.peek();
  return next.kind === "end" || c.peekIs(1, ",", ")", ".", "=", "<", ">", "FROM", "AS", "]", ";");
}

function operatorStart(c: Cursor): Expression {
  const { token, start } = c;
  switch (token.text) {
    case "*":
      c.advance();
      return { kind: "star", span: c.span(start), qualifier: undefined, except: starExcept(c) };
    case "?": {
      c.advance();
      const index = c.parameterCount;
      c.parameterCount += 1;
      return { kind: "parameter", span: c.span(start), name: undefined, index };
    }
    case ":": {
      c.advance();
      const { name } = c.identifier("a parameter's name");
      return { kind: "parameter", span: c.span(start), name, index: undefined };
    }
    default:
      return c.fail("an expression");
  }
}

function starExcept(c: Cursor): Name[] {
  if (!c.at("EXCEPT") || !c.peekIs(1, "(") || c.peekIs(2, "(") || startsQuery(c, 2)) return [];
  c.advance();
  return c.parenthesized(() => c.name("a column"));
}

/** A column, or a call when a parenthesis follows the name. */
function named(c: Cursor): Expression {
  const { start } = c;
  const first = c.identifier("an expression");
  const parts: Identifier[] = [first];
  while (c.at(".")) {
    if (c.peekIs(1, "*")) {
      c.advance();
      const qualifier: Name = { kind: "name", span: c.span(start), parts };
      c.advance();
      return { kind: "star", span: c.span(start), qualifier, except: starExcept(c) };
    }
    c.advance();
    parts.push(c.identifier("a field"));
  }
  const span = c.span(start);
  // `condition (SELECT …)`: no function takes a bare query.
  if (c.at("(") && !(c.peekIs(1, "SELECT", "WITH") && startsQuery(c, 1))) {
    return call(c, { kind: "name", span, parts });
  }
  return { kind: "column", span, parts };
}

/** `IDENTIFIER(expression)`, as a column or the name of a function. */
function dynamic(c: Cursor): Expression {
  const { start } = c;
  const name = dynamicName(c);
  if (c.at("(")) return callOf(c, name, start);
  return { kind: "dynamic_column", span: c.span(start), name };
}

/** `IDENTIFIER(expression).part.part`. */
export function dynamicName(c: Cursor): DynamicName {
  const { start } = c;
  c.expect("IDENTIFIER", "(");
  const expression = c.rules.expression(c);
  c.expect(")");
  const rest: Identifier[] = [];
  while (c.at(".") && !c.peekIs(1, "*")) {
    c.advance();
    rest.push(c.identifier());
  }
  return { kind: "dynamic_name", span: c.span(start), expression, rest };
}

function lambda(c: Cursor, start: number, parameters: readonly Identifier[]): Expression {
  c.expect("->");
  const body = c.rules.expression(c);
  return { kind: "lambda", span: c.span(start), parameters, body };
}

/** `(a)`, `(a, b AS c)`, `(SELECT …)`, `(x, y) -> …`. */
export function parenthesis(c: Cursor): Expression {
  const { start } = c;
  if (lambdaAhead(c)) {
    return lambda(
      c,
      start,
      c.parenthesized(() => c.identifier()),
    );
  }
  c.expect("(");
  if (startsQuery(c)) {
    const query = c.rules.query(c);
    c.expect(")");
    return { kind: "subquery", span: c.span(start), query };
  }
  const first = field(c);
  const inner = first.expression;
  if (inner.kind === "subquery" && first.aliases.length === 0 && continuesQuery(c)) {
    // The parenthesis held the first part of a query: `((SELECT 1) UNION (SELECT 2))`.
    const query = c.rules.query(withFirst(c, inner.query));
    c.expect(")");
    return { kind: "subquery", span: c.span(start), query };
  }
  if (!c.at(",")) {
    if (first.aliases.length > 0) c.fail("','");
    c.expect(")");
    return inner;
  }
  const fields = [first];
  while (c.accept(",")) fields.push(field(c));
  c.expect(")");
  return { kind: "struct", span: c.span(start), fields, syntax: "row" };
}

/** What follows a query in parentheses, if that was only the first part of a larger one. */
export function continuesQuery(c: Cursor): boolean {
  return (
    c.atAny("UNION", "INTERSECT", "EXCEPT", "MINUS", "LIMIT", "OFFSET", "|>") ||
    c.atAll("ORDER", "BY") ||
    c.atAll("SORT", "BY") ||
    c.atAll("CLUSTER", "BY") ||
    c.atAll("DISTRIBUTE", "BY")
  );
}

/** The cursor for a query whose first part is read already. */
export function withFirst(c: Cursor, query: Query): Cursor {
  c.pending = query;
  return c;
}

function field(c: Cursor): NamedExpression {
  const { start } = c;
  const expression = c.rules.expression(c);
  let aliases: Identifier[] = [];
  if (c.accept("AS")) aliases = c.at("(") ? c.parenthesized(() => c.strictIdentifier()) : [c.strictIdentifier()];
  else if (c.atIdentifier() && c.peekIs(1, ",", ")")) aliases = [c.identifier()];
  return { kind: "named_expression", span: c.span(start), expression, aliases };
}

function lambdaAhead(c: Cursor): boolean {
  for (let ahead = 1; ; ahead += 2) {
    const name = c.peek(ahead);
    if (name.kind !== "word" && name.kind !== "quoted") return false;
    if (c.peekIs(ahead + 1, ")")) return c.peekIs(ahead + 2, "->");
    if (!c.peekIs(ahead + 1, ",")) return false;
  }
}

function caseExpression(c: Cursor): Expression {
  const { start } = c;
  c.expect("CASE");
  const operand = c.at("WHEN") ? undefined : c.rules.expression(c);
  const branches: CaseBranch[] = [];
  while (c.at("WHEN")) {
    const branchStart = c.start;
    c.advance();
    const when = c.rules.expression(c);
    c.expect("THEN");
    const result = c.rules.expression(c);
    branches.push({ kind: "case_branch", span: c.span(branchStart), when, result });
  }
  if (branches.length === 0) c.fail("'WHEN'");
  const otherwise = c.accept("ELSE") ? c.rules.expression(c) : undefined;
  c.expect("END");
  return { kind: "case", span: c.span(start), operand, branches, otherwise };
}

function cast(c: Cursor): Expression {
  const { start } = c;
  const isTry = c.advance().text === "TRY_CAST";
  c.expect("(");
  const operand = c.rules.expression(c);
  c.expect("AS");
  const typeStart = c.start;
  const type = dataType(c);
  const typeSpan = c.span(typeStart);
  c.expect(")");
  return { kind: "cast", span: c.span(start), operand, type, typeSpan, try: isTry, syntax: "function" };
}

/** What can follow a primary expression, any number of times: `.field`, `[index]`, `::type`, `COLLATE`, `:path`. */
export function postfix(c: Cursor, first: Expression): Expression {
  let base = first;
  const { start } = first.span;
  for (;;) {
    const { token } = c;
    if (token.kind === "word") {
      if (token.text !== "COLLATE" || !c.atIdentifier()) return base;
      c.advance();
      const collation = c.name("a collation");
      base = { kind: "collate", span: c.span(start), operand: base, collation };
      continue;
    }
    if (token.kind !== "operator") return base;
    switch (token.text) {
      case ".": {
        c.advance();
        const name = c.identifier("a field");
        base = { kind: "field", span: c.span(start), base, field: name };
        break;
      }
      case "[": {
        c.advance();
        const index = c.rules.expression(c);
        c.expect("]");
        base = { kind: "subscript", span: c.span(start), base, index };
        break;
      }
      case "::":
      case "?": {
        const isTry = token.text === "?";
        if (isTry && !c.peekIs(1, "::")) return base;
        if (isTry) c.advance();
        c.advance();
        const typeStart = c.start;
        const type = dataType(c);
        const typeSpan = c.span(typeStart);
        base = { kind: "cast", span: c.span(start), operand: base, type, typeSpan, try: isTry, syntax: "colons" };
        break;
      }
      case ":": {
        const next = c.peek();
        if (next.kind !== "word" && next.kind !== "quoted" && !c.peekIs(1, "[")) return base;
        c.advance();
        base = { kind: "json_path", span: c.span(start), base, path: jsonPath(c) };
        break;
      }
      default:
        return base;
    }
  }
}

function jsonPath(c: Cursor): JsonStep[] {
  const steps: JsonStep[] = [];
  if (!c.at("[")) steps.push(jsonField(c));
  for (;;) {
    const { start } = c;
    if (c.accept(".")) {
      steps.push(jsonField(c));
    } else if (c.accept("[")) {
      let key: string | number | undefined;
      if (c.token.kind === "string") key = c.oneString();
      else if (!c.accept("*")) key = c.integer("an index, a field in quotes, or *");
      c.expect("]");
      steps.push({ kind: "json_step", span: c.span(start), key, exact: typeof key === "string", brackets: true });
    } else return steps;
  }
}

function jsonField(c: Cursor): JsonStep {
  const { start } = c;
  const name = c.identifier("a field");
  return { kind: "json_step", span: c.span(start), key: name.name, exact: name.quoted, brackets: false };
}
