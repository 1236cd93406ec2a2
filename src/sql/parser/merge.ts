import type { Name, Span } from "../ast/node.ts";
import type { TableReference, With } from "../ast/query.ts";
import type { Merge, MergeAction, MergeClause } from "../ast/statement.ts";
import { tableAlias } from "./alias.ts";
import { assignment } from "./assignment.ts";
import { withoutColumns } from "./change.ts";
import type { Cursor } from "./cursor.ts";
import { refuseBang } from "./data-type.ts";
import { objectName, relationPrimary } from "./relation.ts";

/** `MERGE [WITH SCHEMA EVOLUTION] INTO target USING source ON condition WHEN …`. */
export function merge(c: Cursor, common: With | undefined, start: number): Merge {
  c.expect("MERGE");
  const schemaEvolution = c.acceptAll("WITH", "SCHEMA", "EVOLUTION");
  c.expect("INTO");
  const target = objectName(c, "a table");
  const targetAlias = withoutColumns(c, tableAlias(c), "MERGE");
  c.expect("USING");
  const source: TableReference = relationPrimary(c);
  if ("alias" in source) withoutColumns(c, source.alias, "MERGE");
  c.expect("ON");
  const on = c.rules.expression(c);
  const clauses: MergeClause[] = [];
  while (c.at("WHEN")) clauses.push(mergeClause(c));
  if (clauses.length === 0) {
    c.raise(
      "MERGE_WITHOUT_WHEN",
      "There must be at least one WHEN clause in a MERGE statement.",
      c.span(start),
      "Add for example WHEN NOT MATCHED THEN INSERT *.",
    );
  }
  checkConditions(c, clauses);
  return {
    kind: "merge",
    span: c.span(start),
    with: common,
    schemaEvolution,
    target,
    targetAlias,
    source,
    on,
    clauses,
  };
}

function mergeClause(c: Cursor): MergeClause {
  const { start } = c;
  c.expect("WHEN");
  if (c.at("!")) refuseBang(c);
  let when: MergeClause["when"] = "matched";
  if (c.accept("NOT")) {
    c.expect("MATCHED");
    when = c.accept("BY") && c.expectAny("TARGET", "SOURCE") === "SOURCE" ? "not_matched_by_source" : "not_matched";
  } else c.expect("MATCHED");
  const condition = c.accept("AND") ? c.rules.expression(c) : undefined;
  c.expect("THEN");
  const action = when === "not_matched" ? insertAction(c) : changeAction(c);
  return { kind: "merge_clause", span: c.span(start), when, condition, action };
}

function changeAction(c: Cursor): MergeAction {
  const { start } = c;
  if (c.accept("DELETE")) return { kind: "merge_delete", span: c.span(start) };
  c.expect("UPDATE", "SET");
  if (c.accept("*")) {
    const except = exceptList(c);
    return { kind: "merge_update_star", span: c.span(start), except };
  }
  const assignments = c.list(() => assignment(c));
  return { kind: "merge_update", span: c.span(start), assignments };
}

function insertAction(c: Cursor): MergeAction {
  const { start } = c;
  c.expect("INSERT");
  if (c.accept("*")) {
    const except = exceptList(c);
    return { kind: "merge_insert_star", span: c.span(start), except };
  }
  const columns = c.parenthesized(() => c.name("a column"));
  c.expect("VALUES");
  const values = c.parenthesized(() => c.rules.expression(c));
  if (columns.length !== values.length) {
    c.raise(
      "MERGE_INSERT_VALUE_COUNT_MISMATCH",
      `The number of provided values (${values.length}) must match the number of inserted columns (${columns.length}).`,
      c.span(start),
    );
  }
  return { kind: "merge_insert", span: c.span(start), columns, values };
}

function exceptList(c: Cursor): Name[] {
  return c.accept("EXCEPT") ? c.parenthesized(() => c.name("a column")) : [];
}

/** Of several clauses of one kind only the last may have no condition. */
function checkConditions(c: Cursor, clauses: readonly MergeClause[]): void {
  const codes: Readonly<Record<MergeClause["when"], string>> = {
    matched: "NON_LAST_MATCHED_CLAUSE_OMIT_CONDITION",
    not_matched: "NON_LAST_NOT_MATCHED_BY_TARGET_CLAUSE_OMIT_CONDITION",
    not_matched_by_source: "NON_LAST_NOT_MATCHED_BY_SOURCE_CLAUSE_OMIT_CONDITION",
  };
  for (const when of ["matched", "not_matched", "not_matched_by_source"] as const) {
    const early: Span | undefined = clauses
      .filter((clause) => clause.when === when)
      .slice(0, -1)
      .find((clause) => clause.condition === undefined)?.span;
    if (early === undefined) continue;
    const words = when.replaceAll("_", " ").toUpperCase();
    c.raise(
      codes[when],
      `When there are more than one ${words} clauses in a MERGE statement, only the last ${words} clause can omit the condition.`,
      early,
    );
  }
}
