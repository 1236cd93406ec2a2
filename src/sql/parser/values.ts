import type { InlineTable } from "../ast/query.ts";
import { tableAlias } from "./alias.ts";
import type { Cursor } from "./cursor.ts";

/** `VALUES (1, 'a'), (2, 'b') AS t(x, y)`. */
export function inlineTable(c: Cursor): InlineTable {
  const { start } = c;
  c.expect("VALUES");
  const rows = c.list(() => c.rules.expression(c));
  const alias = tableAlias(c);
  return { kind: "inline_table", span: c.span(start), rows, alias };
}
