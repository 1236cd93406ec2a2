import { tokenize, type Token } from "../sql/lexer.ts";

/** A statement of a script, at its place: what stands before it in the file is blank. */
export interface ScriptStatement {
  readonly text: string;
  readonly tokens: readonly Token[];
}

/** Splits a script at its semicolons, leaving compound statements (`BEGIN … END`) whole. `line` counts from 1. */
export function scriptStatements(script: string, line: number, file: string): ScriptStatement[] {
  const text = "\n".repeat(line - 1) + script;
  const statements: ScriptStatement[] = [];
  let tokens: Token[] = [];
  let depth = 0;
  let before = "";
  for (const token of tokenize(text, { file })) {
    if (token.kind === "end" || (depth === 0 && isOperator(token, ";"))) {
      const [first, last] = [tokens[0], tokens.at(-1)];
      if (first !== undefined && last !== undefined) {
        statements.push({ text: placed(text, first.start, last.end), tokens });
      }
      tokens = [];
      depth = 0;
    } else {
      tokens.push(token);
      depth += nesting(token, before, depth, tokens.length === 1);
    }
    before = token.kind === "word" || token.kind === "operator" ? token.text : "";
  }
  return statements;
}

const LOOPS = ["IF", "WHILE", "LOOP", "REPEAT", "FOR"];
const STATEMENT_STARTS = [";", "BEGIN", "THEN", "ELSE", "DO", "LOOP", "REPEAT", ":"];

function nesting(token: Token, before: string, depth: number, isFirst: boolean): number {
  if (token.kind !== "word") return 0;
  if (depth === 0) return isFirst && token.text === "BEGIN" ? 1 : 0;
  if (token.text === "END") return -1;
  if (before === "END") return 0;
  if (token.text === "BEGIN" || token.text === "CASE") return 1;
  return LOOPS.includes(token.text) && STATEMENT_STARTS.includes(before) ? 1 : 0;
}

function placed(text: string, start: number, end: number): string {
  return text.slice(0, start).replace(/[^\n]/g, " ") + text.slice(start, end);
}

function isOperator(token: Token | undefined, text: string): boolean {
  return token?.kind === "operator" && token.text === text;
}
