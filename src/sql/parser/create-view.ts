import type { CreateDataset, CreateMode, CreateView } from "../ast/create.ts";
import type { ColumnDefinition, Constraint } from "../ast/definition.ts";
import { autoCdc } from "./auto-cdc.ts";
import { clauses } from "./clauses.ts";
import { TABLE_COLUMN, tableElements, VIEW_COLUMN } from "./column.ts";
import { existsClause } from "./change.ts";
import { ifNotExists } from "./create-table.ts";
import type { Cursor } from "./cursor.ts";
import { propertyList } from "./property.ts";
import { query } from "./query.ts";
import { objectName } from "./relation.ts";

/** From VIEW on. */
export function createView(c: Cursor, start: number, mode: CreateMode, scope: CreateView["scope"]): CreateView {
  c.expect("VIEW");
  const given = existsClause(c) ? ifNotExists(c, mode) : mode;
  if (given === "if_not_exists" && scope !== "permanent") {
    c.raise(
      "INVALID_SQL_SYNTAX.CREATE_TEMP_FUNC_WITH_IF_NOT_EXISTS",
      "A temporary view takes no IF NOT EXISTS.",
      c.token,
    );
  }
  const name = objectName(c, "a view");
  let columns: readonly ColumnDefinition[] = [];
  let constraints: readonly Constraint[] = [];
  if (c.at("(")) ({ columns, constraints } = tableElements(c, VIEW_COLUMN));
  if (c.at("USING") && scope !== "permanent") {
    c.advance();
    const using = c.name("a format");
    const options = c.accept("OPTIONS") ? propertyList(c) : [];
    const rest = clauses(c, "view");
    return {
      ...rest,
      kind: "create_view",
      span: c.span(start),
      mode: given,
      scope,
      name,
      columns,
      constraints,
      using,
      options,
      query: undefined,
      metrics: undefined,
    };
  }
  const untyped = columns.find((column) => column.type !== undefined && scope === "permanent");
  if (untyped !== undefined) c.raise("PARSE_SYNTAX_ERROR", "The columns of a view have no types.", untyped);
  let metrics = c.acceptAll("WITH", "METRICS");
  const found = clauses(c, "view");
  if (!metrics) metrics = c.acceptAll("WITH", "METRICS");
  if (metrics) {
    c.expect("LANGUAGE", "YAML");
    const rest = clauses(c, "view");
    c.expect("AS");
    if (c.token.kind !== "dollar" && c.token.kind !== "string") c.fail("$$…$$");
    const text = c.advance().text;
    const tail = { query: undefined, metrics: text };
    return {
      ...found,
      ...rest,
      kind: "create_view",
      span: c.span(start),
      mode: given,
      scope,
      name,
      columns,
      constraints,
      ...tail,
    };
  }
  c.expect("AS");
  const source = query(c);
  return {
    ...found,
    kind: "create_view",
    span: c.span(start),
    mode: given,
    scope,
    name,
    columns,
    constraints,
    query: source,
    metrics: undefined,
  };
}

/** From the name of a streaming table, materialized view or legacy LIVE dataset on. */
export function createDataset(
  c: Cursor,
  start: number,
  mode: CreateMode,
  what: Pick<CreateDataset, "dataset" | "legacy" | "private">,
): CreateDataset {
  const given = existsClause(c) ? ifNotExists(c, mode) : mode;
  const name = objectName(c, "a dataset");
  let columns: readonly ColumnDefinition[] = [];
  let constraints: readonly Constraint[] = [];
  if (c.at("(") && !c.peekIs(1, ")")) {
    const rules = what.dataset === "live_view" ? VIEW_COLUMN : { ...TABLE_COLUMN, type: "optional" as const };
    ({ columns, constraints } = tableElements(c, rules));
  } else if (c.accept("(")) c.expect(")");
  const found = clauses(c, "dataset");
  const rest = { ...found, kind: "create_dataset", ...what, mode: given, name, columns, constraints } as const;
  if (what.dataset === "streaming_table" && c.accept("FLOW")) {
    const flow = autoCdc(c, "the target is given");
    return { ...rest, span: c.span(start), query: undefined, autoCdc: flow.autoCdc };
  }
  const streaming = what.dataset === "streaming_table";
  const source = streaming && !c.at("AS") ? undefined : (c.expect("AS"), query(c));
  return { ...rest, span: c.span(start), query: source, autoCdc: undefined };
}
