import type { Expression, SortItem } from "../ast/expression.ts";
import type { CommonTable, NamedWindow, Query, QueryBody, SetOperation, With } from "../ast/query.ts";
import { chain, type Term } from "./chain.ts";
import type { Cursor } from "./cursor.ts";
import { pipeOperators } from "./pipe.ts";
import { objectName } from "./relation.ts";
import { fromClause, select, selectAll } from "./select.ts";
import { inlineTable } from "./values.ts";
import { sortItem, windowClause } from "./window.ts";
import { startsQuery } from "./query-start.ts";

/** A whole query. When the cursor holds a first part read already (`pending`), it goes on after that. */
export function query(c: Cursor): Query {
  const start = c.pending?.span.start ?? c.start;
  const common = c.pending === undefined && c.at("WITH") ? withClause(c) : undefined;
  const body = term(c, 0);
  const tail = organization(c);
  return { kind: "query", span: c.span(start), with: common, body, ...tail };
}

/** A query with a WITH that was read before it. */
export function queryAfterWith(c: Cursor, common: With | undefined, start: number): Query {
  const body = term(c, 0);
  const tail = organization(c);
  return { kind: "query", span: c.span(start), with: common, body, ...tail };
}

/** Does a query start here, also in parentheses? */
export function atQuery(c: Cursor): boolean {
  return c.at("(") || startsQuery(c);
}

const SET_OPERATORS: Readonly<Record<string, readonly [power: number, operator: SetOperation["operator"]]>> = {
  INTERSECT: [3, "intersect"],
  UNION: [2, "union"],
  EXCEPT: [2, "except"],
  MINUS: [2, "except"],
};

/** INTERSECT binds closer than UNION and EXCEPT, and these closer than `|>`. */
function term(c: Cursor, power: number): QueryBody {
  let left = c.pending === undefined && c.at("SELECT") ? select(c, undefined) : bodyPrimary(c);
  const { start } = left.span;
  for (;;) {
    if (c.at("|>")) {
      if (power >= 1) return left;
      const operators = pipeOperators(c, bodyPrimary, organization);
      left = { kind: "pipe", span: c.span(start), source: left, operators };
      continue;
    }
    const known = c.token.kind === "word" ? SET_OPERATORS[c.token.text] : undefined;
    if (known === undefined || known[0] <= power) return left;
    left = union(c, known, left, start) ?? setOperation(c, known, left, start);
  }
}

type SetOperator = (typeof SET_OPERATORS)[string];

function setOperation(c: Cursor, [power, operator]: SetOperator, left: QueryBody, start: number): QueryBody {
  c.advance();
  const all = c.acceptAny("ALL", "DISTINCT") === "ALL";
  const right = term(c, power);
  return { kind: "set_operation", span: c.span(start), operator, all, left, right };
}

/** `UNION … UNION …`: all of them at once, as there may be thousands. */
function union(c: Cursor, [power, operator]: SetOperator, left: QueryBody, start: number): QueryBody | undefined {
  if (operator !== "union") return undefined;
  const all = c.peekIs(1, "ALL");
  const terms: [Term<QueryBody>, ...Term<QueryBody>[]] = [{ node: left, ...c.span(start) }];
  while (c.at("UNION") && c.peekIs(1, "ALL") === all) {
    c.advance();
    c.acceptAny("ALL", "DISTINCT");
    const from = c.start;
    const node = term(c, power);
    terms.push({ node, ...c.span(from) });
  }
  return chain(terms, (a, b, span) => ({ kind: "set_operation", span, operator, all, left: a, right: b }));
}

function bodyPrimary(c: Cursor): QueryBody {
  if (c.pending !== undefined) {
    const first = c.pending;
    c.pending = undefined;
    return first;
  }
  const { start } = c;
  switch (c.token.kind === "operator" || c.token.kind === "word" ? c.token.text : "") {
    case "(": {
      c.advance();
      const inner = query(c);
      c.expect(")");
      return inner;
    }
    case "SELECT":
    case "MAP":
    case "REDUCE":
      return select(c, undefined);
    case "VALUES":
      return inlineTable(c);
    case "TABLE": {
      c.advance();
      const name = objectName(c, "a table");
      return { kind: "table_query", span: c.span(start), name };
    }
    case "FROM":
      return fromFirst(c);
    default:
      return c.fail("a query");
  }
}

/** `FROM t SELECT …`, `FROM t`; several SELECTs are a UNION ALL of them. */
function fromFirst(c: Cursor): QueryBody {
  const { start } = c;
  const from = fromClause(c);
  if (!c.atAny("SELECT", "MAP", "REDUCE")) return selectAll(from, start, c.span(start).end);
  const bodies: QueryBody[] = [];
  do {
    const at = c.start;
    const body = { ...select(c, from), span: c.span(start) };
    const more = organizationAhead(c);
    bodies.push(more ? { kind: "query", with: undefined, body, ...organization(c), span: c.span(at) } : body);
  } while (c.atAny("SELECT", "MAP", "REDUCE"));
  return bodies.reduce((left, right) => ({
    kind: "set_operation",
    span: { start, end: right.span.end },
    operator: "union",
    all: true,
    left,
    right,
  }));
}

/** `WITH [RECURSIVE] name [(columns)] [MAX RECURSION LEVEL n] [AS] (query), …`. */
export function withClause(c: Cursor): With {
  const { start } = c;
  c.expect("WITH");
  const recursive = c.at("RECURSIVE") && !c.peekIs(1, "AS", "(") && c.accept("RECURSIVE");
  const tables = c.list((): CommonTable => {
    const at = c.start;
    const name = c.strictIdentifier("a name");
    const columns =
      c.at("(") && !startsQuery(c, 1) && columnsAhead(c) ? c.parenthesized(() => c.strictIdentifier()) : [];
    const maxRecursion = c.acceptAll("MAX", "RECURSION", "LEVEL") ? c.integer() : undefined;
    c.accept("AS");
    c.expect("(");
    const inner = query(c);
    c.expect(")");
    return { kind: "common_table", span: c.span(at), name, columns, maxRecursion, query: inner };
  });
  return { kind: "with", span: c.span(start), recursive, tables };
}

function columnsAhead(c: Cursor): boolean {
  if (c.peekIs(1, "IDENTIFIER") && c.peekIs(2, "(")) return true;
  return (c.peek(1).kind === "word" || c.peek(1).kind === "quoted") && c.peekIs(2, ",", ")");
}

export interface Organization {
  readonly orderBy: readonly SortItem[];
  readonly clusterBy: readonly Expression[];
  readonly distributeBy: readonly Expression[];
  readonly sortBy: readonly SortItem[];
  readonly windows: readonly NamedWindow[];
  readonly limit: Expression | undefined;
  readonly offset: Expression | undefined;
}

function organizationAhead(c: Cursor): boolean {
  return (
    c.atAny("LIMIT", "OFFSET", "WINDOW") || (c.atAny("ORDER", "SORT", "CLUSTER", "DISTRIBUTE") && c.peekIs(1, "BY"))
  );
}

/** ORDER BY, SORT BY, CLUSTER BY, DISTRIBUTE BY, WINDOW, LIMIT, OFFSET: what closes a query. */
function organization(c: Cursor): Organization {
  const { start } = c;
  const orderBy = c.acceptAll("ORDER", "BY") ? c.list(() => sortItem(c)) : [];
  const clusterBy = c.acceptAll("CLUSTER", "BY") ? c.list(() => c.rules.expression(c)) : [];
  const distributeBy = c.acceptAll("DISTRIBUTE", "BY") ? c.list(() => c.rules.expression(c)) : [];
  const sortBy = c.acceptAll("SORT", "BY") ? c.list(() => sortItem(c)) : [];
  const groups = [orderBy, clusterBy, distributeBy.length > 0 ? distributeBy : sortBy];
  if (groups.filter((group) => group.length > 0).length > 1) {
    c.raise(
      "UNSUPPORTED_FEATURE.COMBINATION_QUERY_RESULT_CLAUSES",
      "The feature is not supported: Combination of ORDER BY/SORT BY/DISTRIBUTE BY/CLUSTER BY.",
      c.span(start),
    );
  }
  const windows = windowClause(c);
  let limit: Expression | undefined;
  if (c.accept("LIMIT")) {
    if (c.at("ALL") && (c.peek().kind === "end" || c.peekIs(1, ")", "OFFSET", ";", "|>", "UNION"))) c.advance();
    else limit = c.rules.expression(c);
  }
  const offset = c.accept("OFFSET") ? c.rules.expression(c) : undefined;
  return { orderBy, clusterBy, distributeBy, sortBy, windows, limit, offset };
}
