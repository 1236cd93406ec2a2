import type { ObjectName } from "../ast/expression.ts";
import type { Name } from "../ast/node.ts";
import type { Describe, DescribeSubject } from "../ast/utility.ts";
import type { Cursor } from "./cursor.ts";
import { acceptObjectKindBeforeName } from "./object-kind.ts";
import { optionalPartition } from "./partition.ts";
import { query } from "./query.ts";
import { startsQuery } from "./query-start.ts";
import { objectName } from "./relation.ts";

/** Every DESCRIBE. */
export function describe(c: Cursor): Describe {
  const { start } = c;
  c.expectAny("DESCRIBE", "DESC");
  const done = (subject: DescribeSubject, parts: Partial<Describe>): Describe => ({
    kind: "describe",
    subject,
    extended: false,
    asJson: false,
    name: undefined,
    query: undefined,
    partition: undefined,
    column: undefined,
    limit: undefined,
    on: undefined,
    ...parts,
    span: c.span(start),
  });
  if (c.at("FUNCTION") && !c.peekIs(1, ".") && c.peek().kind !== "end") {
    c.advance();
    const extended = c.accept("EXTENDED");
    const name = functionName(c);
    return done("function", { extended, name });
  }
  if (c.at("QUERY") && (startsQuery(c, 1) || c.peekIs(1, "("))) {
    c.advance();
    const found = query(c);
    return done("query", { query: found });
  }
  if (startsQuery(c) && !(c.at("TABLE") && !tableIsQuery(c))) {
    const found = query(c);
    return done("query", { query: found });
  }
  if (c.at("(")) {
    const found = query(c);
    return done("query", { query: found });
  }
  if (
    (c.at("HISTORY") || c.at("DETAIL")) &&
    (c.peek().kind === "word" || c.peek().kind === "quoted" || c.peek().kind === "string")
  ) {
    const subject = c.advance().text === "HISTORY" ? "history" : "detail";
    const name = tableOrPath(c);
    const limit = subject === "history" && c.accept("LIMIT") ? c.integer("a number of versions") : undefined;
    return done(subject, { name, limit });
  }
  if (c.at("EXTENDED") || c.at("FORMATTED")) {
    if (c.peek().kind === "word" || c.peek().kind === "quoted") {
      c.advance();
      return describeTable(c, done, true);
    }
  }
  const kind = acceptObjectKindBeforeName(c);
  if (kind === undefined || kind === "table" || kind === "view") {
    const extended = c.atAny("EXTENDED", "FORMATTED") && c.peek().kind !== "end" && !c.peekIs(1, ".", ";");
    if (extended) c.advance();
    return describeTable(c, done, extended);
  }
  const extended = c.atAny("EXTENDED", "FORMATTED") && c.peek().kind !== "end" && !c.peekIs(1, ".");
  if (extended) c.advance();
  const name = objectName(c, "a name");
  if (kind === "policy") {
    c.expect("ON");
    const object = acceptObjectKindBeforeName(c) ?? c.fail("CATALOG, SCHEMA or TABLE");
    return done(kind, { extended, name, on: { object, name: objectName(c, "a name") } });
  }
  return done(kind, { extended, name, asJson: asJson(c) });
}

/** `DESCRIBE TABLE t` names a table; `TABLE t` as a query would need QUERY before it. */
function tableIsQuery(c: Cursor): boolean {
  return c.peekIs(2, "UNION", "EXCEPT", "INTERSECT", "MINUS", "|>", "ORDER", "LIMIT");
}

function describeTable(
  c: Cursor,
  done: (subject: DescribeSubject, parts: Partial<Describe>) => Describe,
  extended: boolean,
): Describe {
  const name = objectName(c, "a table");
  const partition = optionalPartition(c);
  let column: Name | undefined;
  if (c.atIdentifier() && !c.atAll("AS", "JSON")) {
    if (partition !== undefined) {
      c.raise(
        "UNSUPPORTED_FEATURE.DESC_TABLE_COLUMN_PARTITION",
        "DESC TABLE COLUMN for a specific partition.",
        c.token,
      );
    }
    column = c.name("a column");
  }
  return done("table", { extended, name, partition, column, asJson: asJson(c) });
}

function asJson(c: Cursor): boolean {
  return c.acceptAll("AS", "JSON");
}

function functionName(c: Cursor): ObjectName {
  const { token } = c;
  if (token.kind !== "operator" && token.kind !== "string") return objectName(c, "a function");
  c.advance();
  const span = { start: token.start, end: token.end };
  return { kind: "name", span, parts: [{ kind: "identifier", span, name: token.text, quoted: true }] };
}

/** A table's name, or the path of one in quotes: '/data/t' is delta.`/data/t`. */
export function tableOrPath(c: Cursor): ObjectName {
  if (c.token.kind !== "string") return objectName(c, "a table");
  const { start } = c;
  const path = c.string();
  const span = c.span(start);
  const part = (name: string): Name["parts"][number] => ({ kind: "identifier", span, name, quoted: true });
  return { kind: "name", span, parts: [part("delta"), part(path)] };
}
