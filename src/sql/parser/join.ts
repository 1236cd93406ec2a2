import type { Expression } from "../ast/expression.ts";
import type { Identifier } from "../ast/node.ts";
import type { JoinType, Nearest, TableReference } from "../ast/query.ts";
import type { Cursor } from "./cursor.ts";
import { tableAlias } from "./alias.ts";
import { pivotClause, unpivotClause } from "./pivot.ts";

export interface JoinTail {
  readonly type: JoinType;
  readonly natural: boolean;
  readonly right: TableReference;
  readonly on: Expression | undefined;
  readonly using: readonly Identifier[];
  readonly nearest: Nearest | undefined;
}

/** `first` with the joins, PIVOTs and UNPIVOTs that follow, from left to right. */
export function joined(c: Cursor, first: TableReference, primary: (c: Cursor) => TableReference): TableReference {
  let left = first;
  const { start } = first.span;
  for (;;) {
    if (c.at("PIVOT") && c.peekIs(1, "(")) {
      const clause = pivotClause(c);
      const alias = tableAlias(c);
      left = { kind: "pivot", span: c.span(start), source: left, clause, alias };
      continue;
    }
    if (c.at("UNPIVOT") && c.peekIs(1, "(", "INCLUDE", "EXCLUDE")) {
      const clause = unpivotClause(c);
      const alias = tableAlias(c);
      left = { kind: "unpivot", span: c.span(start), source: left, clause, alias };
      continue;
    }
    const tail = joinTail(c, primary);
    if (tail === undefined) return left;
    left = { kind: "join", left, ...tail, span: c.span(start) };
  }
}

/** `[NATURAL] type JOIN right [ON … | USING …]`; undefined when no join starts here. */
export function joinTail(c: Cursor, primary: (c: Cursor) => TableReference): JoinTail | undefined {
  const start = c.start;
  const natural = c.at("NATURAL") && c.accept("NATURAL");
  const type = joinType(c);
  if (type === undefined) return natural ? c.fail("'JOIN'") : undefined;
  const lateral = c.at("LATERAL");
  const right = primary(c);
  if (natural) return { type, natural, right, on: undefined, using: [], nearest: undefined };
  const nearest = nearestClause(c);
  if (nearest !== undefined) {
    if (type !== "inner" && type !== "left") {
      c.raise(
        "NEAREST_BY_JOIN.UNSUPPORTED_JOIN_TYPE",
        `Invalid nearest-by join. Unsupported nearest-by join type ${type.toUpperCase()}.`,
        c.span(start),
      );
    }
    if (lateral) {
      c.raise(
        "UNSUPPORTED_FEATURE.LATERAL_JOIN_NEAREST_BY",
        "The feature is not supported: LATERAL correlation with NEAREST BY join.",
        c.span(start),
      );
    }
    return { type, natural, right, on: undefined, using: [], nearest };
  }
  if (c.accept("ON")) {
    return { type, natural, right, on: c.rules.expression(c), using: [], nearest: undefined };
  }
  if (c.at("USING") && c.peekIs(1, "(")) {
    c.advance();
    const using = c.parenthesized(() => c.strictIdentifier("a column"));
    return { type, natural, right, on: undefined, using, nearest: undefined };
  }
  return { type, natural, right, on: undefined, using: [], nearest: undefined };
}

function joinType(c: Cursor): JoinType | undefined {
  if (c.accept("JOIN")) return "inner";
  if (c.acceptAll("INNER", "JOIN")) return "inner";
  if (c.acceptAll("CROSS", "JOIN")) return "cross";
  if (c.acceptAll("SEMI", "JOIN")) return "left_semi";
  if (c.acceptAll("ANTI", "JOIN")) return "left_anti";
  const side = c.at("LEFT") ? "left" : c.at("RIGHT") ? "right" : c.at("FULL") ? "full" : undefined;
  if (side === undefined) return undefined;
  c.advance();
  if (side === "left") {
    if (c.acceptAll("SEMI", "JOIN")) return "left_semi";
    if (c.acceptAll("ANTI", "JOIN")) return "left_anti";
  }
  c.accept("OUTER");
  c.expect("JOIN");
  return side;
}

function nearestClause(c: Cursor): Nearest | undefined {
  if (!c.atAll("APPROX", "NEAREST") && !c.atAll("EXACT", "NEAREST")) return undefined;
  const { start } = c;
  const exact = c.advance().text === "EXACT";
  c.advance();
  const count = c.token.kind === "integer" ? c.integer() : 1;
  if (count < 1 || count > 100_000) {
    c.raise(
      "NEAREST_BY_JOIN.NUM_RESULTS_OUT_OF_RANGE",
      `Invalid nearest-by join. The number of results ${count} must be between 1 and 100000.`,
      c.span(start),
    );
  }
  c.expect("BY");
  const by = c.expectAny("DISTANCE", "SIMILARITY") === "DISTANCE" ? "distance" : "similarity";
  const expression = c.rules.expression(c);
  return { kind: "nearest", span: c.span(start), exact, count, by, expression };
}
