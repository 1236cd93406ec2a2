import type { Expression } from "../ast/expression.ts";
import type { Property } from "../ast/definition.ts";
import type { Identifier, Name } from "../ast/node.ts";
import type { Query, TableAlias, With } from "../ast/query.ts";
import type { Delete, Insert, InsertDirectory, InsertReplace, MultiInsert, Update } from "../ast/statement.ts";
import { tableAlias } from "./alias.ts";
import { assignment } from "./assignment.ts";
import type { Cursor } from "./cursor.ts";
import { refuseBang } from "./data-type.ts";
import { hiveClauses } from "./hive.ts";
import { partitionSpec } from "./partition.ts";
import { propertyList } from "./property.ts";
import { startsQuery } from "./query-start.ts";
import { query } from "./query.ts";
import { objectName } from "./relation.ts";
import { fromClause, select, type FromClause } from "./select.ts";

/** `INSERT INTO | OVERWRITE …` with its query. */
export function insert(c: Cursor, common: With | undefined, start: number): Insert | InsertDirectory {
  return insertWith(c, common, start, () => insertQuery(c));
}

function insertWith(c: Cursor, common: With | undefined, start: number, source: () => Query): Insert | InsertDirectory {
  c.expect("INSERT");
  const schemaEvolution = c.acceptAll("WITH", "SCHEMA", "EVOLUTION");
  const overwrite = c.expectAny("INTO", "OVERWRITE") === "OVERWRITE";
  if (overwrite && (c.atAll("LOCAL", "DIRECTORY") || c.at("DIRECTORY")))
    return insertDirectory(c, common, start, source);
  if (c.at("TABLE") && (c.peek().kind === "word" || c.peek().kind === "quoted")) c.advance();
  const target = objectName(c, "a table");
  const options: Property[] = c.at("WITH") && c.peekIs(1, "(") ? (c.advance(), propertyList(c)) : [];
  const alias = c.accept("AS") ? c.strictIdentifier("an alias") : targetAlias(c);
  const partition = c.at("PARTITION") && c.peekIs(1, "(") ? partitionSpec(c, "default allowed") : undefined;
  const ifNotExists = existsClause(c);
  const dynamic = partition?.values.filter((each) => each.value === undefined) ?? [];
  if (overwrite && ifNotExists && dynamic.length > 0) {
    const names = dynamic.map((each) => each.column.name).join(", ");
    c.raise(
      "PARSE_SYNTAX_ERROR",
      `Operation not allowed: IF NOT EXISTS with dynamic partitions: ${names}.`,
      c.span(start),
    );
  }
  if (!overwrite && ifNotExists) {
    c.raise("PARSE_SYNTAX_ERROR", "Operation not allowed: INSERT INTO … IF NOT EXISTS.", c.span(start));
  }
  let byName = c.acceptAll("BY", "NAME");
  const columns = !byName && c.at("(") && !startsQuery(c, 1) && !c.peekIs(1, "(") ? insertColumns(c) : [];
  const replace = c.at("REPLACE") && c.peekIs(1, "WHERE", "USING", "ON") ? replaceClause(c, alias) : undefined;
  if (!byName && replace !== undefined) byName = c.acceptAll("BY", "NAME");
  const query = source();
  return {
    kind: "insert",
    span: c.span(start),
    with: common,
    target,
    alias,
    options,
    schemaEvolution,
    overwrite,
    partition,
    ifNotExists,
    byName,
    columns,
    replace,
    query,
  };
}

function targetAlias(c: Cursor): Identifier | undefined {
  const stop = ["PARTITION", "IF", "BY", "REPLACE", "SELECT", "VALUES", "TABLE", "FROM", "WITH", "MAP", "REDUCE"];
  return c.atIdentifier() && !stop.includes(c.token.kind === "word" ? c.token.text : "")
    ? c.strictIdentifier()
    : undefined;
}

function insertColumns(c: Cursor): Identifier[] {
  return c.parenthesized(() => c.strictIdentifier("a column"));
}

/** `IF NOT EXISTS`. */
export function existsClause(c: Cursor): boolean {
  if (!c.at("IF") || !c.peekIs(1, "NOT", "!")) return false;
  c.advance();
  if (c.at("!")) refuseBang(c);
  c.advance();
  c.expect("EXISTS");
  return true;
}

function replaceClause(c: Cursor, alias: Identifier | undefined): InsertReplace {
  const { start } = c;
  c.expect("REPLACE");
  const by = c.expectAny("WHERE", "USING", "ON");
  if (by === "USING") {
    const columns = c.parenthesized(() => c.strictIdentifier("a column"));
    return { kind: "insert_replace", span: c.span(start), by: "using", condition: undefined, columns };
  }
  if (by === "WHERE" && alias !== undefined) {
    c.raise(
      "INSERT_REPLACE_WHERE_TABLE_ALIAS_NOT_ALLOWED",
      "Table alias is not allowed with INSERT INTO … REPLACE WHERE.",
      alias,
    );
  }
  const condition = c.rules.expression(c);
  return { kind: "insert_replace", span: c.span(start), by: by === "WHERE" ? "where" : "on", condition, columns: [] };
}

/** The query of an INSERT. After REPLACE … it may be in parentheses with an alias: `(SELECT …) AS s`. */
function insertQuery(c: Cursor): Query {
  const { start } = c;
  const found = query(c);
  const { body } = found;
  if (body.kind !== "query" || !(c.at("AS") || c.atIdentifier())) return found;
  const alias = tableAlias(c);
  if (alias === undefined) return found;
  const span = c.span(start);
  const from: FromClause = {
    relations: [
      { kind: "derived_table", span, lateral: false, query: body, watermark: undefined, sample: undefined, alias },
    ],
    lateralViews: [],
  };
  return { ...found, span, body: selectEverything(from, span) };
}

function selectEverything(from: FromClause, span: Query["span"]): Query["body"] {
  const star: Expression = { kind: "star", span, qualifier: undefined, except: [] };
  return {
    kind: "select",
    span,
    hints: [],
    quantifier: undefined,
    items: [{ kind: "named_expression", span, expression: star, aliases: [] }],
    transform: undefined,
    from: from.relations,
    lateralViews: from.lateralViews,
    where: undefined,
    groupBy: undefined,
    having: undefined,
    qualify: undefined,
    windows: [],
  };
}

function insertDirectory(c: Cursor, common: With | undefined, start: number, source: () => Query): InsertDirectory {
  const local = c.accept("LOCAL");
  c.expect("DIRECTORY");
  const path = c.token.kind === "string" ? c.string() : undefined;
  const hive = hiveClauses(c);
  const using: Name | undefined = c.accept("USING") ? c.name("a format") : undefined;
  if (using === undefined && path === undefined) c.fail("a path");
  const options: Property[] = c.accept("OPTIONS") ? propertyList(c) : [];
  const optionPath = options.some((each) => each.key.toLowerCase() === "path");
  if ((path === undefined) !== optionPath) {
    c.raise(
      "PARSE_SYNTAX_ERROR",
      "Directory path and 'path' in OPTIONS should be specified one, but not both.",
      c.span(start),
    );
  }
  if (local && using !== undefined && path === undefined) {
    c.raise("PARSE_SYNTAX_ERROR", "INSERT OVERWRITE LOCAL DIRECTORY with USING needs its path.", c.span(start));
  }
  const found = source();
  return {
    kind: "insert_directory",
    span: c.span(start),
    with: common,
    local,
    path,
    using,
    options,
    hive: hive.length === 0 ? undefined : hive.map((each) => each.text).join(" "),
    query: found,
  };
}

/** `FROM t INSERT INTO a SELECT … INSERT INTO b SELECT …`, at FROM; undefined, at the old place, for a query. */
export function multiInsert(c: Cursor, common: With | undefined, start: number): MultiInsert | undefined {
  const mark = c.mark();
  const from = fromClause(c);
  if (!c.at("INSERT")) {
    c.reset(mark);
    return undefined;
  }
  const inserts: MultiInsert["inserts"][number][] = [];
  while (c.at("INSERT")) {
    inserts.push(
      insertWith(c, inserts.length === 0 ? common : undefined, c.start, () => {
        const at = c.start;
        const body = select(c, from);
        return { kind: "query", span: c.span(at), with: undefined, body, ...noTail };
      }),
    );
  }
  return { kind: "multi_insert", span: c.span(start), inserts };
}

const noTail = {
  orderBy: [],
  clusterBy: [],
  distributeBy: [],
  sortBy: [],
  windows: [],
  limit: undefined,
  offset: undefined,
} as const;

export function update(c: Cursor, common: With | undefined, start: number): Update {
  c.expect("UPDATE");
  const target = objectName(c, "a table");
  const alias = withoutColumns(c, tableAlias(c), "UPDATE");
  c.expect("SET");
  const assignments = c.list(() => assignment(c));
  const where = c.accept("WHERE") ? c.rules.expression(c) : undefined;
  return { kind: "update", span: c.span(start), with: common, target, alias, assignments, where };
}

export function deleteFrom(c: Cursor, common: With | undefined, start: number): Delete {
  c.expect("DELETE", "FROM");
  const target = objectName(c, "a table");
  const alias = withoutColumns(c, tableAlias(c), "DELETE");
  const where = c.accept("WHERE") ? c.rules.expression(c) : undefined;
  return { kind: "delete", span: c.span(start), with: common, target, alias, where };
}

/** An alias that renames no columns. */
export function withoutColumns(c: Cursor, alias: TableAlias | undefined, where: string): TableAlias | undefined {
  if (alias !== undefined && alias.columns.length > 0) {
    c.raise("COLUMN_ALIASES_NOT_ALLOWED", `Column aliases are not allowed in ${where}.`, alias);
  }
  return alias;
}
