import type { Span } from "../ast/node.ts";
import { tokenize, type Token } from "../lexer.ts";
import type { ParseOptions } from "./cursor.ts";

/**
 * Where the statements of a script stand: separated by semicolons, but not by those in strings, comments and BEGIN…END.
 * Only words are looked at, so a script whose statements are no SQL yet (`${parameter}` in them) splits too.
 */
export function splitStatements(text: string, options: ParseOptions = {}): Span[] {
  const pieces: Span[] = [];
  const tokens = tokenize(text, options);
  let compound = new Compound();
  let first: Token | undefined;
  let last: Token | undefined;
  for (const [index, token] of tokens.entries()) {
    if (token.kind !== "end" && (compound.isOpen || !isText(token, ";"))) {
      compound.see(token, last, tokens[index + 1]);
      first ??= token;
      last = token;
      continue;
    }
    if (first !== undefined && last !== undefined) pieces.push({ start: first.start, end: last.end });
    compound = new Compound();
    first = undefined;
    last = undefined;
  }
  return pieces;
}

const BEFORE_STATEMENT = ["THEN", "ELSE", "DO", "LOOP", "REPEAT"];

/** Which compound statements are open within one statement of a script. */
class Compound {
  private readonly open: ("statement" | "expression")[] = [];
  /** Whether a statement can start at the next token. */
  private starts = true;

  get isOpen(): boolean {
    return this.open.length > 0;
  }

  see(token: Token, last: Token | undefined, next: Token | undefined): void {
    const starts = this.starts;
    this.starts = false;
    if (token.kind === "operator") {
      this.starts = token.text === ";" || token.text === ":";
      return;
    }
    if (token.kind !== "word" || (last !== undefined && isText(last, "END"))) return;
    const inExpression = this.open.at(-1) === "expression";
    switch (token.text) {
      case "BEGIN":
        if (!(this.isOpen ? !inExpression : starts) || next === undefined || isText(next, ";") || next.kind === "end")
          return;
        this.open.push("statement");
        this.starts = true;
        return;
      case "END":
        this.open.pop();
        return;
      case "CASE":
        if (this.isOpen) this.open.push(starts ? "statement" : "expression");
        return;
      case "IF":
      case "WHILE":
      case "LOOP":
      case "REPEAT":
      case "FOR":
        // `ELSE IF` goes on with the IF before it.
        if (starts && this.isOpen && !(last !== undefined && isText(last, "ELSE"))) this.open.push("statement");
        break;
      default:
    }
    this.starts = this.isOpen && !inExpression && BEFORE_STATEMENT.includes(token.text);
  }
}

function isText(token: Token, text: string): boolean {
  return token.text === text && (token.kind === "word" || token.kind === "operator");
}
