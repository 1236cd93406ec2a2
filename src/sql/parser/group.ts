import type { Expression } from "../ast/expression.ts";
import type { GroupBy, GroupingAnalytics, GroupingElement, GroupingItem, GroupingSet } from "../ast/query.ts";
import type { Cursor } from "./cursor.ts";

/** `GROUP BY ALL | items [WITH ROLLUP | WITH CUBE | GROUPING SETS (…)]`. */
export function groupByClause(c: Cursor): GroupBy {
  const { start } = c;
  c.expect("GROUP", "BY");
  if (groupsByAll(c)) {
    c.advance();
    return { kind: "group_by", span: c.span(start), all: true, items: [] };
  }
  const items = c.list((): GroupingItem => analytics(c) ?? c.rules.expression(c));
  const whole = trailing(c, items);
  return { kind: "group_by", span: c.span(start), all: false, items: whole === undefined ? items : [whole] };
}

/** Whether ALL stands alone here, and is no column. */
export function groupsByAll(c: Cursor): boolean {
  if (!c.at("ALL")) return false;
  const next = c.peek();
  return (
    next.kind === "end" || next.kind === "word" || (next.kind === "operator" && [")", ";", "|>"].includes(next.text))
  );
}

/** `ROLLUP (…)`, `CUBE (…)`, `GROUPING SETS (…)`; undefined when it is an expression. */
export function analytics(c: Cursor): GroupingAnalytics | undefined {
  const { start } = c;
  if ((c.at("ROLLUP") || c.at("CUBE")) && c.peekIs(1, "(")) {
    const kind = c.advance().text === "ROLLUP" ? "rollup" : "cube";
    const elements = c.parenthesized(() => groupingSet(c));
    return { kind, span: c.span(start), elements, over: [] };
  }
  if (c.atAll("GROUPING", "SETS", "(")) {
    c.advance();
    c.advance();
    const elements = c.parenthesized((): GroupingElement => analytics(c) ?? groupingSet(c));
    return { kind: "grouping_sets", span: c.span(start), elements, over: [] };
  }
  return undefined;
}

function groupingSet(c: Cursor): GroupingSet {
  const { start } = c;
  if (c.at("(") && c.peekIs(1, ")")) {
    c.advance();
    c.advance();
    return { kind: "grouping_set", span: c.span(start), expressions: [] };
  }
  const inner = c.rules.expression(c);
  const row = inner.kind === "struct" && inner.syntax === "row" ? inner.fields : undefined;
  const expressions = row === undefined ? [inner] : row.map((each) => each.expression);
  return { kind: "grouping_set", span: c.span(start), expressions };
}

/** What may stand after the whole list: WITH ROLLUP, WITH CUBE, GROUPING SETS. */
function trailing(c: Cursor, items: readonly GroupingItem[]): GroupingAnalytics | undefined {
  const start = items[0]?.span.start ?? c.start;
  const plain = items.filter((item): item is Expression => !isAnalytics(item));
  if (c.atAll("WITH", "ROLLUP") || c.atAll("WITH", "CUBE")) {
    if (plain.length < items.length) c.fail();
    c.advance();
    const kind = c.advance().text === "ROLLUP" ? "rollup" : "cube";
    const elements = plain.map((each): GroupingSet => ({ kind: "grouping_set", span: each.span, expressions: [each] }));
    return { kind, span: c.span(start), elements, over: [] };
  }
  if (c.atAll("GROUPING", "SETS", "(")) {
    if (plain.length < items.length) c.fail();
    c.advance();
    c.advance();
    const elements = c.parenthesized(() => groupingSet(c));
    return { kind: "grouping_sets", span: c.span(start), elements, over: plain };
  }
  return undefined;
}

export function isAnalytics(item: GroupingItem): item is GroupingAnalytics {
  return item.kind === "rollup" || item.kind === "cube" || item.kind === "grouping_sets";
}
