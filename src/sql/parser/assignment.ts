import type { Assignment } from "../ast/query.ts";
import type { Cursor } from "./cursor.ts";

/** `column = value`. */
export function assignment(c: Cursor): Assignment {
  const { start } = c;
  const target = c.name("a column");
  if (!c.accept("==")) c.expect("=");
  const value = c.rules.expression(c);
  return { kind: "assignment", span: c.span(start), target, value };
}
