import type { TableAlias } from "../ast/query.ts";
import { isStrict, type Cursor } from "./cursor.ts";

/** After a relation these words start what follows it, when the word after them is one of those listed (none: always). */
const FOLLOWING: Readonly<Record<string, readonly string[]>> = {
  WHERE: [],
  GROUP: ["BY"],
  HAVING: [],
  ORDER: ["BY"],
  SORT: ["BY"],
  CLUSTER: ["BY"],
  DISTRIBUTE: ["BY"],
  LIMIT: [],
  OFFSET: [],
  WINDOW: [],
  QUALIFY: [],
  SELECT: [],
  INSERT: ["INTO", "OVERWRITE"],
  SET: [],
  WHEN: [],
  PIVOT: ["("],
  UNPIVOT: ["(", "INCLUDE", "EXCLUDE"],
  TABLESAMPLE: [],
  WATERMARK: [],
  WITH: [],
  FOR: [],
  APPROX: ["NEAREST"],
  EXACT: ["NEAREST"],
  MAP: [],
  REDUCE: [],
  THEN: [],
  DO: [],
  AND: [],
  OR: [],
  END: [],
};

/** `[AS] name [(columns)]` after a relation; undefined when there is none. */
export function tableAlias(c: Cursor): TableAlias | undefined {
  const { start } = c;
  if (c.at("AS") && !c.peekIs(1, "(")) {
    c.advance();
    if (c.token.kind === "word" && isStrict(c.token.text)) c.fail("an alias");
  } else if (!startsTableAlias(c)) return undefined;
  const name = c.strictIdentifier("an alias");
  const columns = c.at("(") && !c.peekIs(1, ")") ? c.parenthesized(() => c.strictIdentifier("a column alias")) : [];
  return { kind: "table_alias", span: c.span(start), name, columns };
}

function startsTableAlias(c: Cursor): boolean {
  const { token } = c;
  if (token.kind === "quoted") return true;
  if (token.kind !== "word" || isStrict(token.text) || token.text === c.noAlias) return false;
  const seconds = FOLLOWING[token.text];
  if (seconds === undefined) return true;
  if (seconds.length > 0) return !c.peekIs(1, ...seconds);
  return c.peekIs(1, ",", ")") && token.text !== "END";
}
