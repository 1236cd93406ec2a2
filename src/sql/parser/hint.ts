import { locationOf } from "../../core/diagnostic.ts";
import { nearest } from "../../core/nearest.ts";
import type { Token } from "../lexer.ts";

/** What can follow a relation or an expression, where a misspelt word reads as an alias. */
const CLAUSES = "FROM WHERE GROUP HAVING ORDER LIMIT JOIN UNION VALUES SELECT USING PARTITIONED".split(" ");

/** Where a statement stopped making sense. */
export interface Stop {
  readonly text: string;
  readonly tokens: readonly Token[];
  readonly position: number;
  /** What the rule that failed wanted, as its message says it. */
  readonly expected: string | undefined;
  /** The words and operators that were looked for at this place. */
  readonly wanted: readonly string[];
}

/** What to do about a syntax error: the keyword that was meant, the bracket that is open, the comma that is missing. */
export function syntaxHint(stop: Stop): string | undefined {
  const { tokens, position, wanted, expected } = stop;
  const token = tokens[position];
  if (token === undefined) return undefined;
  const words = wanted.filter((each) => /^\w/.test(each));
  const meant = misspelt(token, words) ?? misspeltBefore(tokens, position);
  if (meant !== undefined) return `Did you mean ${meant}?`;
  if (expected === "')'" && token.kind === "end") return unclosed(stop);
  if (token.kind === "operator" && token.text === ")" && expected === "the end")
    return "No '(' stands open for this ')'.";
  if (isOperand(token) && isOperand(tokens[position - 1]) && (expected === "')'" || expected === "the end")) {
    return `Is a comma or an operator missing before ${stop.text.slice(token.start, token.end)}?`;
  }
  return words.length === 0 || words.length > 12 ? undefined : `Expected one of: ${words.join(", ")}.`;
}

/** Two or three letters are like too much to say what was meant. */
function misspelt(token: Token, words: readonly string[]): string | undefined {
  if (token.kind !== "word" || token.text.length < 3) return undefined;
  const [best] = nearest(token.text, words);
  return best !== undefined && best.length > 3 ? best : undefined;
}

/** What was taken for an alias just before. */
function misspeltBefore(tokens: readonly Token[], position: number): string | undefined {
  for (const back of [1, 2]) {
    const before = tokens[position - back];
    if (before?.kind !== "word" || before.text.length < 3 || CLAUSES.includes(before.text)) continue;
    const [meant] = nearest(before.text, CLAUSES);
    if (meant !== undefined) return meant;
  }
  return undefined;
}

function unclosed({ text, tokens, position }: Stop): string | undefined {
  const open: Token[] = [];
  for (const token of tokens.slice(0, position)) {
    if (token.kind !== "operator") continue;
    if (token.text === "(") open.push(token);
    if (token.text === ")") open.pop();
  }
  const last = open.at(-1);
  if (last === undefined) return undefined;
  const { line, column } = locationOf(text, last.start, last.end);
  return `The '(' at line ${line}, column ${column} is not closed.`;
}

function isOperand(token: Token | undefined): boolean {
  return token !== undefined && token.kind !== "operator" && token.kind !== "end";
}
