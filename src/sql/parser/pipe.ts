import type { GroupingAnalytics, PipeAggregate, PipeOperator, QueryBody } from "../ast/query.ts";
import type { NamedExpression } from "../ast/expression.ts";
import { tableAlias } from "./alias.ts";
import { assignment } from "./assignment.ts";
import type { Cursor } from "./cursor.ts";
import { namedExpression } from "./expression.ts";
import { analytics, groupsByAll } from "./group.ts";
import { joinTail } from "./join.ts";
import { pivotClause, unpivotClause } from "./pivot.ts";
import type { Organization } from "./query.ts";
import { relationPrimary } from "./relation.ts";
import { tableSample } from "./sample.ts";
import { selectAll, selectHead } from "./select.ts";
import { windowClause } from "./window.ts";

/** `|> operator |> operator …`. Source: Spark's operatorPipeRightSide. */
export function pipeOperators(
  c: Cursor,
  body: (c: Cursor) => QueryBody,
  organization: (c: Cursor) => Organization,
): PipeOperator[] {
  const operators: PipeOperator[] = [];
  while (c.accept("|>")) {
    const { start } = c;
    const found = pipeOperator(c, body) ?? order(c, organization);
    operators.push({ ...found, span: c.span(start) });
  }
  return operators;
}

function pipeOperator(c: Cursor, body: (c: Cursor) => QueryBody): PipeOperator | undefined {
  const span = c.token;
  switch (c.token.kind === "word" ? c.token.text : "") {
    case "SELECT": {
      const { start } = c;
      const head = selectHead(c);
      const windows = windowClause(c);
      const base = selectAll({ relations: [], lateralViews: [] }, start, c.span(start).end);
      return { kind: "pipe_select", span, select: { ...base, ...head, windows } };
    }
    case "EXTEND":
      c.advance();
      return { kind: "pipe_extend", span, items: c.list(() => namedExpression(c)) };
    case "SET":
      c.advance();
      return { kind: "pipe_set", span, assignments: c.list(() => assignment(c)) };
    case "DROP":
      c.advance();
      return { kind: "pipe_drop", span, columns: c.list(() => c.strictIdentifier("a column")) };
    case "AS": {
      const alias = tableAlias(c);
      return alias === undefined ? c.fail("an alias") : { kind: "pipe_as", span, alias };
    }
    case "WHERE":
      c.advance();
      return { kind: "pipe_where", span, condition: c.rules.expression(c) };
    case "PIVOT": {
      const clause = pivotClause(c);
      if (c.at("UNPIVOT")) bothPivots(c);
      return { kind: "pipe_pivot", span, clause, alias: tableAlias(c) };
    }
    case "UNPIVOT": {
      const clause = unpivotClause(c);
      if (c.at("PIVOT")) bothPivots(c);
      return { kind: "pipe_unpivot", span, clause, alias: tableAlias(c) };
    }
    case "TABLESAMPLE": {
      const sample = tableSample(c);
      return sample === undefined ? c.fail() : { kind: "pipe_sample", span, sample };
    }
    case "UNION":
    case "INTERSECT":
    case "EXCEPT":
    case "MINUS": {
      const word = c.advance().text;
      const operator = word === "UNION" ? "union" : word === "INTERSECT" ? "intersect" : "except";
      const all = c.acceptAny("ALL", "DISTINCT") === "ALL";
      return { kind: "pipe_set_operation", span, operator, all, right: body(c) };
    }
    case "AGGREGATE":
      return aggregate(c);
    default: {
      const tail = joinTail(c, relationPrimary);
      return tail === undefined ? undefined : { kind: "pipe_join", span, ...tail };
    }
  }
}

function bothPivots(c: Cursor): never {
  return c.raise(
    "NOT_ALLOWED_IN_FROM.UNPIVOT_WITH_PIVOT",
    "Not allowed in a pipe operator: PIVOT together with UNPIVOT.",
    c.token,
    "Write each after its own |>.",
  );
}

function order(c: Cursor, organization: (c: Cursor) => Organization): PipeOperator {
  const span = c.token;
  if (!c.atAny("ORDER", "SORT", "CLUSTER", "DISTRIBUTE", "WINDOW", "LIMIT", "OFFSET")) c.fail("a pipe operator");
  return { kind: "pipe_order", span, ...organization(c) };
}

function aggregate(c: Cursor): PipeAggregate {
  const span = c.token;
  c.expect("AGGREGATE");
  const items: NamedExpression[] = c.at("GROUP") && c.peekIs(1, "BY") ? [] : c.list(() => namedExpression(c));
  if (!c.acceptAll("GROUP", "BY")) return { kind: "pipe_aggregate", span, items, groupBy: [], all: false };
  if (groupsByAll(c)) {
    c.advance();
    return { kind: "pipe_aggregate", span, items, groupBy: [], all: true };
  }
  const groupBy = c.list((): NamedExpression | GroupingAnalytics => analytics(c) ?? namedExpression(c));
  if (c.atAny("GROUPING", "WITH", "SETS")) {
    c.raise(
      "UNSUPPORTED_FEATURE.PIPE_OPERATOR_AGGREGATE_UNSUPPORTED_CASE",
      "The feature is not supported: GROUPING SETS, WITH ROLLUP or WITH CUBE after the expressions of |> AGGREGATE.",
      c.token,
    );
  }
  return { kind: "pipe_aggregate", span, items, groupBy, all: false };
}
