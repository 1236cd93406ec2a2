import type { HiveClause } from "../ast/definition.ts";
import type { Cursor } from "./cursor.ts";
import { propertyList } from "./property.ts";

/** The Hive clauses that stand here, one after the other. */
export function hiveClauses(c: Cursor): HiveClause[] {
  const clauses: HiveClause[] = [];
  for (let found = hiveClause(c); found !== undefined; found = hiveClause(c)) clauses.push(found);
  return clauses;
}

/** `ROW FORMAT …`, `STORED AS …`, `STORED BY …`, `SKEWED BY …`. */
export function hiveClause(c: Cursor): HiveClause | undefined {
  const { start } = c;
  const done = (clause: HiveClause["clause"]): HiveClause => ({
    kind: "hive_clause",
    span: c.span(start),
    clause,
    text: c.textFrom(start),
  });
  if (c.acceptAll("ROW", "FORMAT")) {
    rowFormat(c);
    return done("row_format");
  }
  if (c.acceptAll("STORED", "AS")) {
    if (c.accept("INPUTFORMAT")) {
      c.string("a class name");
      c.expect("OUTPUTFORMAT");
      c.string("a class name");
    } else c.identifier("a file format");
    return done("stored_as");
  }
  if (c.acceptAll("STORED", "BY")) {
    c.string("a class name");
    serdeProperties(c);
    return done("stored_by");
  }
  if (c.acceptAll("SKEWED", "BY")) {
    c.parenthesized(() => c.strictIdentifier("a column"));
    c.expect("ON");
    c.parenthesized(() => c.rules.expression(c));
    c.acceptAll("STORED", "AS", "DIRECTORIES");
    return done("skewed_by");
  }
  return undefined;
}

function rowFormat(c: Cursor): void {
  if (c.accept("SERDE")) {
    c.string("a class name");
    serdeProperties(c);
    return;
  }
  c.expect("DELIMITED");
  if (c.acceptAll("FIELDS", "TERMINATED", "BY")) {
    c.string();
    if (c.acceptAll("ESCAPED", "BY")) c.string();
  }
  if (c.acceptAll("COLLECTION", "ITEMS", "TERMINATED", "BY")) c.string();
  if (c.acceptAll("MAP", "KEYS", "TERMINATED", "BY")) c.string();
  if (c.acceptAll("LINES", "TERMINATED", "BY")) c.string();
  if (c.acceptAll("NULL", "DEFINED", "AS")) c.string();
}

function serdeProperties(c: Cursor): void {
  if (c.acceptAll("WITH", "SERDEPROPERTIES")) propertyList(c);
}
