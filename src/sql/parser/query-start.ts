import type { Cursor } from "./cursor.ts";

/**
 * Whether a query starts here, `ahead` tokens on. All its first words can be names too, so the word after them decides.
 * A parenthesis is not decided here: what is inside it says whether it was a query.
 */
export function startsQuery(c: Cursor, ahead = 0): boolean {
  const token = c.peek(ahead);
  if (token.kind !== "word") return false;
  const next = c.peek(ahead + 1);
  switch (token.text) {
    case "SELECT":
      return !isOperator(next.kind, next.text, ")", ",", ".", "=", "[") && next.kind !== "end";
    case "WITH":
      return (
        (next.kind === "word" || next.kind === "quoted") &&
        (c.peekIs(ahead + 2, "AS", "(", "MAX") || c.peekIs(ahead + 1, "RECURSIVE"))
      );
    case "VALUES":
      return next.kind !== "end" && !isOperator(next.kind, next.text, ")", ",", ".", "=", "[", "+", "/", "<", ">");
    case "FROM":
      return next.kind === "word" || next.kind === "quoted" || isOperator(next.kind, next.text, "(");
    case "TABLE":
      return next.kind === "word" || next.kind === "quoted";
    case "MAP":
    case "REDUCE":
      return next.kind === "word" && c.peekIs(ahead + 2, ",", "USING");
    default:
      return false;
  }
}

function isOperator(kind: string, text: string, ...operators: readonly string[]): boolean {
  return kind === "operator" && operators.includes(text);
}
