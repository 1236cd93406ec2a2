import type { CreateMode, CloneTable, CreateTable, CreateTableLike } from "../ast/create.ts";
import type { ColumnDefinition, Constraint } from "../ast/definition.ts";
import { clauses } from "./clauses.ts";
import { TABLE_COLUMN, tableElements } from "./column.ts";
import type { Cursor } from "./cursor.ts";
import { existsClause } from "./change.ts";
import { atQuery, query } from "./query.ts";
import { startsQuery } from "./query-start.ts";
import { objectName, timeTravelClause } from "./relation.ts";

/** From TABLE on: a table, `LIKE` another, or a clone of another. */
export function createTable(
  c: Cursor,
  start: number,
  mode: CreateMode,
  flags: { readonly external: boolean; readonly temporary: boolean },
): CreateTable | CreateTableLike | CloneTable {
  c.expect("TABLE");
  const given = existsClause(c) ? ifNotExists(c, mode) : mode;
  const name = objectName(c, "a table");
  if (c.accept("LIKE")) {
    const source = objectName(c, "a table");
    const found = clauses(c, "like");
    return { ...found, kind: "create_table_like", span: c.span(start), mode: given, name, source };
  }
  if (c.atAny("SHALLOW", "DEEP", "CLONE")) {
    const shallow = c.acceptAny("SHALLOW", "DEEP") === "SHALLOW";
    c.expect("CLONE");
    const source = objectName(c, "a table");
    const timeTravel = timeTravelClause(c);
    const found = clauses(c, "clone");
    return { ...found, kind: "clone_table", span: c.span(start), mode: given, name, source, shallow, timeTravel };
  }
  let columns: readonly ColumnDefinition[] = [];
  let constraints: readonly Constraint[] = [];
  if (c.at("(") && !startsQuery(c, 1) && !c.peekIs(1, "(")) {
    if (c.peekIs(1, ")")) c.fail();
    ({ columns, constraints } = tableElements(c, TABLE_COLUMN));
  }
  const found = clauses(c, "table");
  const as = c.accept("AS");
  const source = as || atQuery(c) ? query(c) : undefined;
  const typed = found.partitionedBy.find((field) => field.kind === "column_definition");
  if (source !== undefined && (columns.length > 0 || typed !== undefined)) {
    c.raise(
      "PARSE_SYNTAX_ERROR",
      "Operation not allowed: Schema may not be specified in a Create Table As Select (CTAS) statement.",
      columns[0] ?? typed ?? source,
      "Leave the columns out: the query gives them.",
    );
  }
  return {
    ...found,
    kind: "create_table",
    span: c.span(start),
    mode: given,
    external: flags.external,
    temporary: flags.temporary,
    name,
    columns,
    constraints,
    query: source,
  };
}

/** IF NOT EXISTS goes with CREATE, and CREATE OR REFRESH, but not with OR REPLACE. */
export function ifNotExists(c: Cursor, mode: CreateMode): CreateMode {
  if (mode === "replace" || mode === "replace_existing") {
    c.raise(
      "INVALID_STATEMENT_OR_CLAUSE",
      "CREATE with both IF NOT EXISTS and REPLACE is not allowed.",
      c.token,
      "Leave one of them out.",
    );
  }
  return mode === "refresh" ? mode : "if_not_exists";
}
