import type { Expression, NamedExpression } from "../ast/expression.ts";
import type { Identifier } from "../ast/node.ts";
import type { Hint, LateralView, ScriptTransform, Select, TableReference } from "../ast/query.ts";
import type { Cursor } from "./cursor.ts";
import { namedExpression } from "./expression.ts";
import { groupByClause } from "./group.ts";
import { relation } from "./relation.ts";
import { windowClause } from "./window.ts";

/** SELECT with its clauses; `from` is there when it came first: `FROM t SELECT …`. */
export function select(c: Cursor, from: FromClause | undefined): Select {
  const { start } = c;
  const head = selectHead(c);
  const transform = head.transform;
  let relations = from?.relations ?? [];
  let views = from?.lateralViews ?? [];
  if (from === undefined && c.at("FROM")) ({ relations, lateralViews: views } = fromClause(c));
  else if (from !== undefined) views = [...views, ...lateralViews(c)];
  const where = c.accept("WHERE") ? c.rules.expression(c) : undefined;
  const groupBy = c.atAll("GROUP", "BY") ? groupByClause(c) : undefined;
  const having = c.accept("HAVING") ? c.rules.expression(c) : undefined;
  let windows = windowClause(c);
  const qualify = c.accept("QUALIFY") ? c.rules.expression(c) : undefined;
  if (windows.length === 0) windows = windowClause(c);
  return {
    kind: "select",
    span: c.span(start),
    hints: head.hints,
    quantifier: head.quantifier,
    items: head.items,
    transform,
    from: relations,
    lateralViews: views,
    where,
    groupBy,
    having,
    qualify,
    windows,
  };
}

/** `FROM t` alone: all of its columns. */
export function selectAll(from: FromClause, start: number, end: number): Select {
  const span = { start, end };
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

export interface FromClause {
  readonly relations: readonly TableReference[];
  readonly lateralViews: readonly LateralView[];
}

/** `FROM a, b JOIN c … LATERAL VIEW …`. */
export function fromClause(c: Cursor): FromClause {
  c.expect("FROM");
  const relations = c.list(() => relation(c));
  const views = lateralViews(c);
  if (views.length > 0 && (c.at("PIVOT") || c.at("UNPIVOT"))) {
    c.raise(
      `NOT_ALLOWED_IN_FROM.LATERAL_WITH_${c.token.text}`,
      `Not allowed in the FROM clause: LATERAL together with ${c.token.text}.`,
      c.token,
    );
  }
  return { relations, lateralViews: views };
}

interface SelectHead {
  readonly hints: readonly Hint[];
  readonly quantifier: Select["quantifier"];
  readonly items: readonly NamedExpression[];
  readonly transform: ScriptTransform | undefined;
}

/** From SELECT (or MAP, REDUCE) to the end of its list. */
export function selectHead(c: Cursor): SelectHead {
  if (c.at("MAP") || c.at("REDUCE")) {
    c.advance();
    return scriptHead(c, []);
  }
  c.expect("SELECT");
  const hints: Hint[] = [];
  while (c.at("/*+")) hints.push(...hintList(c));
  if (c.at("TRANSFORM") && c.peekIs(1, "(") && transformAhead(c)) {
    c.advance();
    return scriptHead(c, hints);
  }
  let quantifier: Select["quantifier"];
  if (c.atAny("DISTINCT", "ALL") && !c.peekIs(1, ",", "FROM", ")", ".", ";", "AS") && c.peek().kind !== "end") {
    quantifier = c.advance().text === "DISTINCT" ? "distinct" : "all";
  }
  // No c.list: a subquery in the list nests fewer calls this way.
  const items = [namedExpression(c)];
  while (c.accept(",")) items.push(namedExpression(c));
  return { hints, quantifier, items, transform: undefined };
}

function hintList(c: Cursor): Hint[] {
  c.expect("/*+");
  const hints: Hint[] = [];
  do {
    const { start } = c;
    const name = c.identifier("a hint");
    const args = c.at("(") ? c.parenthesized(() => hintArgument(c)) : [];
    hints.push({ kind: "hint", span: c.span(start), name, arguments: args });
    c.accept(",");
  } while (c.token.kind !== "hint_end");
  c.advance();
  return hints;
}

/** A hint takes no operators. */
function hintArgument(c: Cursor): Expression {
  const argument = c.rules.expression(c);
  if (argument.kind === "binary" || argument.kind === "unary") {
    c.raise("PARSE_SYNTAX_ERROR", "Syntax error: a hint takes names and constants only.", argument);
  }
  return argument;
}

/** Whether `TRANSFORM(…)` is followed by a script, not a function's result by a FROM. */
function transformAhead(c: Cursor): boolean {
  let depth = 0;
  for (let ahead = 1; ; ahead += 1) {
    const token = c.peek(ahead);
    if (token.kind === "end") return false;
    if (token.kind !== "operator") continue;
    if (token.text === "(") depth += 1;
    else if (token.text === ")") {
      depth -= 1;
      if (depth === 0)
        return (
          c.peekIs(ahead + 1, "USING", "RECORDWRITER") || (c.peekIs(ahead + 1, "ROW") && c.peekIs(ahead + 2, "FORMAT"))
        );
    }
  }
}

function scriptHead(c: Cursor, hints: readonly Hint[]): SelectHead {
  const { start } = c;
  const inside = c.accept("(");
  let quantifier: Select["quantifier"];
  const word = c.acceptAny("DISTINCT", "ALL");
  if (word !== undefined) quantifier = word === "DISTINCT" ? "distinct" : "all";
  const items = c.list((): NamedExpression => {
    const at = c.start;
    const expression = c.rules.expression(c);
    return { kind: "named_expression", span: c.span(at), expression, aliases: [] };
  });
  if (inside) c.expect(")");
  const input = skipped(c, "USING");
  c.expect("USING");
  const script = c.string("a script");
  const columns = c.accept("AS") ? columnsText(c) : undefined;
  const output = skipped(
    c,
    "FROM",
    "WHERE",
    "GROUP",
    "HAVING",
    "ORDER",
    "LIMIT",
    "LATERAL",
    "UNION",
    ")",
    ";",
    "WINDOW",
  );
  const transform: ScriptTransform = { kind: "script_transform", span: c.span(start), script, input, output, columns };
  return { hints, quantifier, items, transform };
}

function columnsText(c: Cursor): string {
  const { start } = c;
  if (!c.at("(")) {
    do {
      c.identifier("a column");
      if (
        c.token.kind === "word" &&
        !c.atAny("FROM", "WHERE", "ROW", "RECORDREADER", "GROUP", "ORDER", "LIMIT", "UNION")
      )
        c.advance();
    } while (c.accept(","));
    return c.textFrom(start);
  }
  let depth = 0;
  do {
    if (c.atEnd()) c.fail("')'");
    if (c.at("(")) depth += 1;
    if (c.at(")")) depth -= 1;
    c.advance();
  } while (depth > 0);
  return c.textFrom(start);
}

/** The row format and such before a word, as written. */
function skipped(c: Cursor, ...until: readonly string[]): string {
  const { start } = c;
  if (!c.atAny("ROW", "RECORDWRITER", "RECORDREADER")) return "";
  while (!c.atEnd() && !c.atAny(...until)) c.advance();
  return c.textFrom(start);
}

/** `LATERAL VIEW [OUTER] generator(…) t [AS] a, b`, any number of them. */
function lateralViews(c: Cursor): LateralView[] {
  const views: LateralView[] = [];
  while (c.atAll("LATERAL", "VIEW")) {
    const { start } = c;
    c.advance();
    c.advance();
    const outer = c.accept("OUTER");
    const name = c.name("a generator");
    const args = c.optionalList(() => c.rules.expression(c));
    const table = c.at("AS") || !viewNameAhead(c) ? undefined : c.identifier();
    let columns: Identifier[] = [];
    if (c.accept("AS")) columns = c.list(() => c.identifier("a column"));
    else if (table !== undefined && viewNameAhead(c)) columns = c.list(() => c.identifier("a column"));
    if (table === undefined && columns.length === 0) c.fail("a name for the view");
    views.push({ kind: "lateral_view", span: c.span(start), outer, name, arguments: args, table, columns });
  }
  return views;
}

const AFTER_VIEW =
  /^(LATERAL|WHERE|GROUP|HAVING|ORDER|SORT|CLUSTER|DISTRIBUTE|LIMIT|OFFSET|WINDOW|QUALIFY|UNION|EXCEPT|INTERSECT|MINUS|PIVOT|UNPIVOT|SELECT|INSERT|JOIN)$/;

function viewNameAhead(c: Cursor): boolean {
  return c.token.kind === "quoted" || (c.token.kind === "word" && !AFTER_VIEW.test(c.token.text));
}
