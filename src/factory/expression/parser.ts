import { didYouMean } from "../../core/nearest.ts";
import type { Expression, Span, Template } from "./ast.ts";
import { nextToken, type Token } from "./lexer.ts";
import { expressionProblem } from "./problem.ts";

/** Nesting beyond this is refused rather than overflowing the stack. */
const DEEPEST = 200;

/** Parses an expression without its leading `@`. Throws `EXPRESSION_SYNTAX` with the position. */
export function parseExpression(source: string): Expression {
  const parser = new Parser(source, 0);
  const expression = parser.expression(0);
  parser.expectEnd();
  return expression;
}

/**
 * Parses a string of a factory, with the rules for `@` of "Expressions and functions in Azure Data Factory":
 * `@f()` is an expression, `@{f()}` interpolates, `@@` at the start and `@@{` anywhere are literal, and `@` after
 * anything else (a space, say) is text.
 */
export function parseTemplate(source: string): Template {
  if (source.startsWith("@") && source[1] !== "@" && source[1] !== "{") {
    const parser = new Parser(source, 1);
    const expression = parser.expression(0);
    parser.expectEnd();
    return { kind: "expression", expression };
  }
  const parts: (string | Expression)[] = [];
  let text = "";
  let offset = 0;
  if (source.startsWith("@@") && source[2] !== "{") {
    text = "@";
    offset = 2;
  }
  for (;;) {
    const start = source.indexOf("@{", offset);
    if (start < 0) break;
    if (start > offset && source[start - 1] === "@") {
      text += `${source.slice(offset, start - 1)}@{`;
      offset = start + 2;
      continue;
    }
    text += source.slice(offset, start);
    if (text !== "") parts.push(text);
    text = "";
    const parser = new Parser(source, start + 2);
    parts.push(parser.expression(0));
    offset = parser.expectClosingBrace(start);
  }
  text += source.slice(offset);
  if (parts.length === 0) return { kind: "text", text };
  if (text !== "") parts.push(text);
  return { kind: "interpolation", parts };
}

class Parser {
  readonly #source: string;
  #token: Token;

  constructor(source: string, offset: number) {
    this.#source = source;
    this.#token = nextToken(source, offset);
  }

  expression(depth: number): Expression {
    if (depth > DEEPEST) throw this.#problem("The expression is nested too deeply.", this.#token.span);
    let expression = this.#primary(depth);
    for (;;) {
      const optional = this.#isMark("?");
      if (optional) {
        const question = this.#token.span;
        this.#advance();
        if (!this.#isMark(".") && !this.#isMark("[")) {
          throw this.#problem('After "?" comes ".name" or "[…]".', question);
        }
      }
      if (this.#isMark(".")) expression = this.#named(expression, optional);
      else if (this.#isMark("[")) expression = this.#indexed(expression, optional, depth);
      else return expression;
    }
  }

  expectEnd(): void {
    if (this.#token.kind !== "end") throw this.#unexpected("the end of the expression");
  }

  /** The offset after the `}` that ends an interpolation. */
  expectClosingBrace(start: number): number {
    if (!this.#isMark("}")) {
      if (this.#token.kind !== "end") throw this.#unexpected('"}"');
      throw this.#problem(
        '"@{" is not closed.',
        { start, end: start + 2 },
        'Close it with "}", or write "@@{" for text.',
      );
    }
    return this.#token.span.end;
  }

  #primary(depth: number): Expression {
    const token = this.#token;
    if (token.kind === "string" || token.kind === "number") {
      this.#advance();
      return { kind: "literal", value: token.value, span: token.span };
    }
    if (token.kind === "name") {
      this.#advance();
      return this.#isMark("(") ? this.#call(token, depth) : this.#constant(token);
    }
    if (this.#isMark("[")) {
      this.#advance();
      const items = this.#list("]", depth);
      return { kind: "array", items, span: { start: token.span.start, end: this.#close("]") } };
    }
    throw this.#unexpected("an expression");
  }

  #constant(token: Token): Expression {
    const word = token.value.toString().toLowerCase();
    if (word === "true" || word === "false") return { kind: "literal", value: word === "true", span: token.span };
    if (word === "null") return { kind: "literal", value: null, span: token.span };
    throw this.#problem(
      `"${token.value}" is neither a function call nor a literal.`,
      token.span,
      didYouMean(word, ["true", "false", "null"]) ??
        `Call a function as ${token.value}(), or write text in single quotes: '${token.value}'.`,
    );
  }

  #call(name: Token, depth: number): Expression {
    this.#advance();
    const args = this.#list(")", depth);
    const span = { start: name.span.start, end: this.#close(")") };
    return { kind: "call", name: name.value.toString(), arguments: args, nameSpan: name.span, span };
  }

  #list(close: string, depth: number): Expression[] {
    const items: Expression[] = [];
    if (this.#isMark(close)) return items;
    for (;;) {
      items.push(this.expression(depth + 1));
      if (!this.#isMark(",")) return items;
      this.#advance();
    }
  }

  #close(close: string): number {
    if (!this.#isMark(close)) throw this.#unexpected(`"," or "${close}"`);
    const { end } = this.#token.span;
    this.#advance();
    return end;
  }

  #named(object: Expression, optional: boolean): Expression {
    this.#advance();
    const token = this.#token;
    if (token.kind !== "name") throw this.#unexpected("a property name");
    this.#advance();
    const key: Expression = { kind: "literal", value: token.value, span: token.span };
    const span = { start: object.span.start, end: token.span.end };
    return { kind: "member", object, key, optional, keySpan: token.span, span };
  }

  #indexed(object: Expression, optional: boolean, depth: number): Expression {
    const { start } = this.#token.span;
    this.#advance();
    const key = this.expression(depth + 1);
    const end = this.#close("]");
    return {
      kind: "member",
      object,
      key,
      optional,
      keySpan: { start, end },
      span: { start: object.span.start, end },
    };
  }

  #isMark(value: string): boolean {
    return this.#token.kind === "mark" && this.#token.value === value;
  }

  #advance(): void {
    this.#token = nextToken(this.#source, this.#token.span.end);
  }

  #unexpected(wanted: string): Error {
    const { kind, span } = this.#token;
    if (kind === "end") return this.#problem(`The expression ends where ${wanted} is expected.`, span);
    return this.#problem(`Expected ${wanted}, found "${this.#source.slice(span.start, span.end)}".`, span);
  }

  #problem(message: string, span: Span, hint?: string): Error {
    return expressionProblem("EXPRESSION_SYNTAX", message, this.#source, span, hint);
  }
}
