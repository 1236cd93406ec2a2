import type {
  Argument,
  Call,
  DatetimeUnit,
  Expression,
  NamedExpression,
  ObjectName,
  SortItem,
  Trim,
} from "../ast/expression.ts";
import type { Identifier, Name } from "../ast/node.ts";
import type { Cursor } from "./cursor.ts";
import { sortItem, windowSpecification } from "./window.ts";

/** Functions whose first argument is a unit when there are three. */
const UNIT_FUNCTIONS = new Set("TIMESTAMPADD DATEADD DATE_ADD TIMESTAMPDIFF DATEDIFF DATE_DIFF TIMEDIFF".split(" "));

const UNITS: readonly DatetimeUnit["unit"][] = [
  "year",
  "quarter",
  "month",
  "week",
  "day",
  "dayofyear",
  "hour",
  "minute",
  "second",
  "millisecond",
  "microsecond",
];

/** A call of the function whose name was read, at its opening parenthesis. */
export function call(c: Cursor, name: Name): Expression {
  const { start } = name.span;
  const [only] = name.parts;
  if (name.parts.length > 1 || only === undefined || only.quoted) return callOf(c, name, start);
  const word = only.name.toUpperCase();
  switch (word) {
    case "STRUCT":
      return { ...structFields(c, start), kind: "struct", syntax: "function" };
    case "EXTRACT":
      if (!c.peekIs(1, ")") && c.peekIs(2, "FROM")) return extract(c, start);
      break;
    case "TRIM":
      return plainArgumentsAhead(c) ? callOf(c, name, start) : trim(c, name);
    case "POSITION":
    case "SUBSTRING":
    case "SUBSTR":
    case "OVERLAY":
      return plainArgumentsAhead(c) ? callOf(c, name, start) : withKeywords(c, name, word);
    default:
  }
  const found = callOf(c, name, start);
  return UNIT_FUNCTIONS.has(word) ? withUnit(found) : found;
}

/** A call, with everything that may follow its arguments. */
export function callOf(c: Cursor, name: ObjectName, start: number): Call {
  c.expect("(");
  let distinct = false;
  if (c.atAny("DISTINCT", "ALL") && !c.peekIs(1, ")", ",", ".", "=>", "->", "="))
    distinct = c.advance().text === "DISTINCT";
  const args: Argument[] = [];
  if (!c.at(")"))
    do args.push(argument(c));
    while (c.accept(","));
  return finishCall(c, name, start, args, distinct);
}

/** From the closing parenthesis of the arguments on. */
function finishCall(c: Cursor, name: ObjectName, start: number, args: readonly Argument[], distinct: boolean): Call {
  let nulls: Call["nulls"] = acceptNulls(c);
  c.expect(")");
  let withinGroup: SortItem[] = [];
  if (c.acceptAll("WITHIN", "GROUP")) {
    c.expect("(", "ORDER", "BY");
    withinGroup = c.list(() => sortItem(c));
    c.expect(")");
  }
  let filter: Expression | undefined;
  if (c.acceptAll("FILTER", "(", "WHERE")) {
    filter = c.rules.expression(c);
    c.expect(")");
  }
  nulls ??= acceptNulls(c);
  const over = c.at("OVER") && overAhead(c) ? (c.advance(), windowSpecification(c)) : undefined;
  return {
    kind: "call",
    span: c.span(start),
    name,
    arguments: args,
    distinct,
    withinGroup,
    filter,
    nulls,
    over,
    syntax: "plain",
  };
}

function overAhead(c: Cursor): boolean {
  const next = c.peek();
  return next.kind === "word" || next.kind === "quoted" || (next.kind === "operator" && next.text === "(");
}

function acceptNulls(c: Cursor): Call["nulls"] {
  if (c.acceptAll("IGNORE", "NULLS")) return "ignore";
  return c.acceptAll("RESPECT", "NULLS") ? "respect" : undefined;
}

/** `value`, `name => value`. */
export function argument(c: Cursor): Argument {
  const { start } = c;
  let name: Identifier | undefined;
  if (c.atIdentifier() && c.peekIs(1, "=>")) {
    name = c.identifier();
    c.advance();
  }
  const value = c.rules.expression(c);
  return { kind: "argument", span: c.span(start), name, value };
}

function structFields(c: Cursor, start: number): { fields: NamedExpression[]; span: { start: number; end: number } } {
  const fields = c.optionalList((): NamedExpression => {
    const at = c.start;
    const expression = c.rules.expression(c);
    let aliases: Identifier[] = [];
    if (c.accept("AS")) aliases = [c.strictIdentifier("an alias")];
    else if (c.atIdentifier() && c.peekIs(1, ",", ")")) aliases = [c.identifier()];
    return { kind: "named_expression", span: c.span(at), expression, aliases };
  });
  return { fields, span: c.span(start) };
}

function extract(c: Cursor, start: number): Expression {
  c.expect("(");
  const field = c.identifier("a field");
  c.expect("FROM");
  const source = c.rules.expression(c);
  c.expect(")");
  return { kind: "extract", span: c.span(start), field, source };
}

/** Whether the arguments cannot be of the form with keywords: none, named ones, DISTINCT. */
function plainArgumentsAhead(c: Cursor): boolean {
  return c.peekIs(1, ")", "DISTINCT", "ALL") || c.peekIs(2, "=>");
}

/** The other arguments of a call whose first one was read, and what follows them. */
function restOfCall(c: Cursor, name: Name, first: Expression): Call {
  const args = [plain(first)];
  while (c.accept(",")) args.push(argument(c));
  return finishCall(c, name, name.span.start, args, false);
}

/** `TRIM(BOTH 'x' FROM a)` and its shorter forms, or the call `TRIM(a, b)`. */
function trim(c: Cursor, name: Name): Trim | Call {
  c.expect("(");
  let side: Trim["side"];
  if (c.atAny("BOTH", "LEADING", "TRAILING") && !c.peekIs(1, ")", ",", ".")) {
    const word = c.advance().text;
    side = word === "BOTH" ? "both" : word === "LEADING" ? "leading" : "trailing";
  }
  const characters = c.at("FROM") && !c.peekIs(1, ")", ",") ? undefined : c.rules.expression(c);
  if (characters !== undefined && side === undefined && !c.at("FROM")) return restOfCall(c, name, characters);
  c.expect("FROM");
  const source = c.rules.expression(c);
  c.expect(")");
  return { kind: "trim", span: c.span(name.span.start), side, characters, source };
}

/** `SUBSTRING(a FROM b FOR c)`, `POSITION(a IN b)`, `OVERLAY(a PLACING b FROM c FOR d)`, or the call with commas. */
function withKeywords(c: Cursor, name: Name, word: string): Call {
  c.expect("(");
  const first = c.rules.expression(c);
  const values: Expression[] = [first];
  if (word === "POSITION") {
    // `a IN (b)` was read as a predicate.
    if (first.kind === "in" && first.list.length === 1 && first.list[0] !== undefined && c.at(")")) {
      values.splice(0, 1, first.operand, first.list[0]);
    } else if (c.accept("IN")) values.push(c.rules.expression(c));
  } else {
    if (word === "OVERLAY" && c.accept("PLACING")) values.push(c.rules.expression(c));
    if (values.length === (word === "OVERLAY" ? 2 : 1) && c.accept("FROM")) {
      values.push(c.rules.expression(c));
      if (c.accept("FOR")) values.push(c.rules.expression(c));
    }
  }
  if (values.length === 1) return restOfCall(c, name, first);
  c.expect(")");
  return {
    kind: "call",
    span: c.span(name.span.start),
    name,
    arguments: values.map(plain),
    distinct: false,
    withinGroup: [],
    filter: undefined,
    nulls: undefined,
    over: undefined,
    syntax: "keywords",
  };
}

function plain(value: Expression): Argument {
  return { kind: "argument", span: value.span, name: undefined, value };
}

/** `DATEADD(MONTH, 1, d)`: the unit was read as a column. */
function withUnit(found: Call): Call {
  const [first, ...rest] = found.arguments;
  if (first === undefined || rest.length !== 2 || first.name !== undefined || first.value.kind !== "column")
    return found;
  const [part, ...more] = first.value.parts;
  const unit = UNITS.find((each) => each === part?.name.toLowerCase());
  if (unit === undefined || more.length > 0) return found;
  const value: DatetimeUnit = { kind: "datetime_unit", span: first.value.span, unit };
  return { ...found, arguments: [{ ...first, value }, ...rest] };
}
