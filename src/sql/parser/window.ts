import type { Expression, FrameBound, SortItem, Window, WindowFrame, WindowReference } from "../ast/expression.ts";
import type { NamedWindow } from "../ast/query.ts";
import type { Cursor } from "./cursor.ts";

export function sortItem(c: Cursor): SortItem {
  const { start } = c;
  const expression = c.rules.expression(c);
  const direction = c.accept("ASC") ? "asc" : c.accept("DESC") ? "desc" : undefined;
  let nulls: SortItem["nulls"];
  if (c.atAll("NULLS", "FIRST") || c.atAll("NULLS", "LAST")) {
    c.advance();
    nulls = c.advance().text === "FIRST" ? "first" : "last";
  }
  return { kind: "sort_item", span: c.span(start), expression, direction, nulls };
}

/** `w`, `(w)` or `(PARTITION BY … ORDER BY … ROWS …)`, after OVER or in a WINDOW clause. */
export function windowSpecification(c: Cursor): Window | WindowReference {
  const { start } = c;
  if (!c.at("(")) {
    const name = c.strictIdentifier("a window");
    return { kind: "window_reference", span: name.span, name };
  }
  if (c.peek().kind !== "end" && c.peekIs(2, ")") && (c.peek().kind === "word" || c.peek().kind === "quoted")) {
    c.advance();
    const name = c.strictIdentifier();
    c.advance();
    return { kind: "window_reference", span: c.span(start), name };
  }
  c.expect("(");
  let partitionBy: Expression[] = [];
  let orderBy: SortItem[] = [];
  if (c.acceptAll("CLUSTER", "BY")) partitionBy = c.list(() => c.rules.expression(c));
  else {
    if (c.acceptAll("PARTITION", "BY") || c.acceptAll("DISTRIBUTE", "BY"))
      partitionBy = c.list(() => c.rules.expression(c));
    if (c.acceptAll("ORDER", "BY") || c.acceptAll("SORT", "BY")) orderBy = c.list(() => sortItem(c));
  }
  const frame = c.at("ROWS") || c.at("RANGE") ? windowFrame(c) : undefined;
  c.expect(")");
  return { kind: "window", span: c.span(start), partitionBy, orderBy, frame };
}

/** `WINDOW w AS (…), v AS w`. */
export function windowClause(c: Cursor): NamedWindow[] {
  if (!c.at("WINDOW") || !(c.peekIs(2, "AS") || c.peekIs(1, "IDENTIFIER"))) return [];
  c.advance();
  return c.list(() => {
    const { start } = c;
    const name = c.strictIdentifier("a window name");
    c.expect("AS");
    const window = windowSpecification(c);
    return { kind: "named_window", span: c.span(start), name, window };
  });
}

function windowFrame(c: Cursor): WindowFrame {
  const { start } = c;
  const units = c.advance().text === "ROWS" ? "rows" : "range";
  if (!c.accept("BETWEEN")) {
    const bound = frameBound(c);
    return { kind: "window_frame", span: c.span(start), units, start: bound, end: undefined };
  }
  const from = frameBound(c);
  c.expect("AND");
  const to = frameBound(c);
  return { kind: "window_frame", span: c.span(start), units, start: from, end: to };
}

function frameBound(c: Cursor): FrameBound {
  const { start } = c;
  if (c.acceptAll("CURRENT", "ROW")) {
    return { kind: "frame_bound", span: c.span(start), side: "current_row", offset: undefined };
  }
  const unbounded = c.at("UNBOUNDED") && c.peekIs(1, "PRECEDING", "FOLLOWING");
  if (unbounded) c.advance();
  const offset = unbounded ? undefined : c.rules.expression(c);
  const side = c.expectAny("PRECEDING", "FOLLOWING") === "PRECEDING" ? "preceding" : "following";
  if (offset !== undefined && !isConstant(offset)) {
    c.raise("PARSE_SYNTAX_ERROR", "Frame bound value must be a literal.", offset);
  }
  return { kind: "frame_bound", span: c.span(start), side, offset };
}

/** Foldable without knowing any function: literals and arithmetic on them. */
function isConstant(expression: Expression): boolean {
  switch (expression.kind) {
    case "column":
    case "dynamic_column":
    case "call":
    case "subquery":
    case "star":
      return false;
    case "binary":
      return isConstant(expression.left) && isConstant(expression.right);
    case "unary":
    case "cast":
      return isConstant(expression.operand);
    default:
      return true;
  }
}
