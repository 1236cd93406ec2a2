import type { Span } from "./ast.ts";
import { expressionProblem } from "./problem.ts";

export type Token =
  | { readonly kind: "string"; readonly value: string; readonly span: Span }
  | { readonly kind: "number"; readonly value: bigint | number; readonly span: Span }
  | { readonly kind: "name"; readonly value: string; readonly span: Span }
  | { readonly kind: "mark"; readonly value: string; readonly span: Span }
  | { readonly kind: "end"; readonly value: ""; readonly span: Span };

const NUMBER = /[+-]?(?:\d+(?:\.\d+)?|\.\d+)(?:[eE][+-]?\d+)?/y;
const NAME = /[\p{L}_$][\p{L}\p{N}_$]*/uy;
const SPACE = /\s+/y;
const MARKS = "()[],.?}";

/** The token that starts at or after `offset`, spaces skipped. Throws `EXPRESSION_SYNTAX`. */
export function nextToken(source: string, offset: number): Token {
  const start = offset + (match(SPACE, source, offset)?.length ?? 0);
  const character = source[start];
  if (character === undefined) return { kind: "end", value: "", span: { start, end: start } };
  if (character === "'") return stringToken(source, start);
  const number = match(NUMBER, source, start);
  if (number !== undefined) return numberToken(source, start, number);
  const name = match(NAME, source, start);
  if (name !== undefined) return { kind: "name", value: name, span: { start, end: start + name.length } };
  if (MARKS.includes(character)) return { kind: "mark", value: character, span: { start, end: start + 1 } };
  throw expressionProblem(
    "EXPRESSION_SYNTAX",
    `"${character}" cannot stand in an expression.`,
    source,
    { start, end: start + 1 },
    hintFor(character),
  );
}

/** All tokens of a text, without the end. Throws `EXPRESSION_SYNTAX`. */
export function tokenize(source: string): Token[] {
  const tokens: Token[] = [];
  for (let token = nextToken(source, 0); token.kind !== "end"; token = nextToken(source, token.span.end)) {
    tokens.push(token);
  }
  return tokens;
}

function stringToken(source: string, start: number): Token {
  let value = "";
  let offset = start + 1;
  for (;;) {
    const quote = source.indexOf("'", offset);
    if (quote < 0) {
      throw expressionProblem(
        "EXPRESSION_SYNTAX",
        "The string is not closed.",
        source,
        { start, end: source.length },
        "Close it with '. A quote inside a string is written twice: ''.",
      );
    }
    value += source.slice(offset, quote);
    offset = quote + 1;
    if (source[offset] !== "'") return { kind: "string", value, span: { start, end: offset } };
    value += "'";
    offset += 1;
  }
}

function numberToken(source: string, start: number, text: string): Token {
  const end = start + text.length;
  const glued = match(NAME, source, end);
  if (glued !== undefined) {
    throw expressionProblem("EXPRESSION_SYNTAX", `"${text}${glued}" is neither a number nor a name.`, source, {
      start,
      end: end + glued.length,
    });
  }
  const whole = /^[+-]?\d+$/.test(text);
  return { kind: "number", value: whole ? BigInt(text.replace("+", "")) : Number(text), span: { start, end } };
}

function match(pattern: RegExp, source: string, offset: number): string | undefined {
  pattern.lastIndex = offset;
  return pattern.exec(source)?.[0];
}

function hintFor(character: string): string | undefined {
  if (character === '"') return "Strings are written in single quotes: 'text'.";
  if (character === "@") return "Inside an expression, functions are called without @.";
  if ("+-*/=<>!&|%".includes(character)) {
    return "There are no operators: use add, sub, mul, div, mod, equals, greater, less, and, or, not.";
  }
  return undefined;
}
