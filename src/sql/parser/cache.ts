import type { CacheStatement, LoadData, Refresh, Resource } from "../ast/utility.ts";
import type { Cursor } from "./cursor.ts";
import { acceptObjectKindBeforeName } from "./object-kind.ts";
import { optionalPartition } from "./partition.ts";
import { propertyList } from "./property.ts";
import { atQuery, query } from "./query.ts";
import { objectName } from "./relation.ts";

/** `CACHE [LAZY] TABLE …`, `CACHE SELECT …`, `UNCACHE TABLE …`, `CLEAR CACHE`. */
export function cache(c: Cursor): CacheStatement {
  const { start } = c;
  const word = c.expectAny("CACHE", "UNCACHE", "CLEAR");
  const base = { table: undefined, lazy: false, ifExists: false, options: [], query: undefined } as const;
  if (word === "CLEAR") {
    c.expect("CACHE");
    return { ...base, kind: "clear_cache", span: c.span(start) };
  }
  if (word === "UNCACHE") {
    c.expect("TABLE");
    const ifExists = c.acceptAll("IF", "EXISTS");
    const table = objectName(c, "a table");
    return { ...base, kind: "uncache", span: c.span(start), ifExists, table };
  }
  if (c.at("SELECT")) {
    const found = query(c);
    return { ...base, kind: "cache_select", span: c.span(start), query: found };
  }
  const lazy = c.accept("LAZY");
  c.expect("TABLE");
  const table = objectName(c, "a table");
  const options = c.accept("OPTIONS") ? propertyList(c) : [];
  const found = c.accept("AS") || atQuery(c) ? query(c) : undefined;
  if (found !== undefined && table.kind === "name" && table.parts.length > 1) {
    const shown = table.parts.map((part) => part.name).join(".");
    c.raise(
      "PARSE_SYNTAX_ERROR",
      `It is not allowed to add catalog/namespace prefix to the table name in CACHE TABLE AS SELECT: ${shown}.`,
      table,
    );
  }
  return { kind: "cache", span: c.span(start), table, lazy, ifExists: false, options, query: found };
}

/** `REFRESH [TABLE | FUNCTION | MATERIALIZED VIEW | STREAMING TABLE | FOREIGN …] name [FULL] [SYNC | ASYNC]`, `REFRESH 'path'`. */
export function refresh(c: Cursor): Refresh {
  const { start } = c;
  c.expect("REFRESH");
  if (c.token.kind === "string") {
    const path = c.string();
    return {
      kind: "refresh",
      span: c.span(start),
      object: "path",
      name: undefined,
      path,
      full: false,
      wait: undefined,
    };
  }
  const foreign = c.at("FOREIGN") && c.peekIs(1, "CATALOG", "SCHEMA", "TABLE") && c.accept("FOREIGN");
  const kind = acceptObjectKindBeforeName(c);
  const name = objectName(c, "a name");
  const full = c.accept("FULL");
  const word = c.acceptAny("SYNC", "ASYNC");
  const wait = word === undefined ? undefined : word === "SYNC" ? "sync" : "async";
  return {
    kind: "refresh",
    span: c.span(start),
    object: foreign ? "foreign" : (kind ?? "table"),
    name,
    path: undefined,
    full,
    wait,
  };
}

export function loadData(c: Cursor): LoadData {
  const { start } = c;
  c.expect("LOAD", "DATA");
  const local = c.accept("LOCAL");
  c.expect("INPATH");
  const path = c.string("a path");
  const overwrite = c.accept("OVERWRITE");
  c.expect("INTO", "TABLE");
  const table = objectName(c, "a table");
  const partition = optionalPartition(c);
  return { kind: "load_data", span: c.span(start), local, path, overwrite, table, partition };
}

/** `ADD JAR path`, `LIST FILES`: the paths are taken as they stand. */
export function resource(c: Cursor): Resource {
  const { start } = c;
  const action = c.expectAny("ADD", "LIST") === "ADD" ? "add" : "list";
  const type = c.identifier("JAR, FILE or ARCHIVE").name.toLowerCase();
  if (!/^(jar|file|archive)s?$/.test(type)) {
    c.raise(
      "PARSE_SYNTAX_ERROR",
      `Operation not allowed: ${action.toUpperCase()} with resource type '${type}'.`,
      c.span(start),
    );
  }
  const at = c.start;
  while (!c.atEnd() && !c.at(";")) c.advance();
  const paths = c.start > at ? c.textFrom(at) : "";
  return { kind: "resource", span: c.span(start), action, type, paths };
}
