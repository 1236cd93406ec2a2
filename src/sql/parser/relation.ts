import { LONG, STRING } from "../../core/data-type.ts";
import type { Argument, Expression, NamedExpression, ObjectName } from "../ast/expression.ts";
import type { Identifier } from "../ast/node.ts";
import type {
  Changes,
  DerivedTable,
  Query,
  TableArgument,
  TableFunction,
  TableReference,
  TimeTravel,
  Watermark,
} from "../ast/query.ts";
import { tableAlias } from "./alias.ts";
import { argument } from "./call.ts";
import { isStrict, type Cursor } from "./cursor.ts";
import { value } from "./expression.ts";
import { joined } from "./join.ts";
import { literal } from "./literal.ts";
import { continuesQuery, dynamicName, withFirst } from "./primary.ts";
import { propertyList } from "./property.ts";
import { startsQuery } from "./query-start.ts";
import { tableSample } from "./sample.ts";
import { inlineTable } from "./values.ts";
import { sortItem } from "./window.ts";

/** A relation with the joins, PIVOTs and UNPIVOTs that follow it. */
export function relation(c: Cursor): TableReference {
  return joined(c, relationPrimary(c), relationPrimary);
}

/** `name` or `IDENTIFIER(…)`: how a statement names an object. */
export function objectName(c: Cursor, what = "a name"): ObjectName {
  return c.at("IDENTIFIER") && c.peekIs(1, "(") ? dynamicName(c) : c.name(what);
}

/** One relation, without what may join it. */
export function relationPrimary(c: Cursor): TableReference {
  const lateral = c.at("LATERAL") && c.accept("LATERAL");
  const { start } = c;
  if (c.at("(")) return parenthesized(c, lateral);
  if (c.at("VALUES") && startsQuery(c)) return inlineTable(c);
  const stream = c.at("STREAM") ? streamAhead(c) : undefined;
  if (stream !== undefined) {
    c.advance();
    const inside = stream === "parentheses" && c.accept("(");
    const found = namedTable(c, start, true, lateral, inside);
    return found;
  }
  return namedTable(c, start, false, lateral, false);
}

/** `STREAM t`, `STREAM(t)`; otherwise STREAM is the name of a table. */
function streamAhead(c: Cursor): "parentheses" | "name" | undefined {
  const next = c.peek();
  if (next.kind === "quoted") return "name";
  if (next.kind === "operator" && next.text === "(") return "parentheses";
  if (next.kind !== "word" || isStrict(next.text)) return undefined;
  return /^(WHERE|GROUP|HAVING|ORDER|LIMIT|AS|WINDOW|QUALIFY|TABLESAMPLE|SELECT)$/.test(next.text) ? undefined : "name";
}

function namedTable(c: Cursor, start: number, stream: boolean, lateral: boolean, inside: boolean): TableReference {
  const name = objectName(c, "a table");
  if (c.at("(")) {
    const args = c.optionalList(() => tableFunctionArgument(c));
    if (inside) c.expect(")");
    const watermark = watermarkClause(c);
    const sample = tableSample(c);
    const alias = tableAlias(c);
    const base = { kind: "table_function", lateral, stream, name, arguments: args } as const;
    return { ...base, span: c.span(start), watermark, sample, alias } satisfies TableFunction;
  }
  if (lateral) c.fail("'('");
  const shortVersion = versionSuffix(c);
  const changes = changesClause(c);
  const timeTravel = shortVersion ?? timeTravelClause(c);
  if (inside) c.expect(")");
  const options = c.at("WITH") && c.peekIs(1, "(") ? (c.advance(), propertyList(c)) : [];
  const watermark = watermarkClause(c);
  const sample = tableSample(c);
  const alias = tableAlias(c);
  return { kind: "table", span: c.span(start), name, stream, timeTravel, changes, options, watermark, sample, alias };
}

/** `(query)` or `(relation)`. */
function parenthesized(c: Cursor, lateral: boolean): TableReference {
  const { start } = c;
  c.expect("(");
  if (startsQuery(c)) return derived(c, start, lateral, c.rules.query(c));
  const table = relation(c);
  if (table.kind === "derived_table" && table.alias === undefined && table.sample === undefined && continuesQuery(c)) {
    return derived(c, start, lateral, c.rules.query(withFirst(c, table.query)));
  }
  c.expect(")");
  const sample = tableSample(c);
  const alias = tableAlias(c);
  if (table.kind === "derived_table" && table.alias === undefined && table.sample === undefined) {
    // `((SELECT …)) AS t`: parentheses too many around a query.
    return { ...table, span: c.span(start), lateral, sample, alias };
  }
  return { kind: "parenthesized_table", span: c.span(start), lateral, table, sample, alias };
}

function derived(c: Cursor, start: number, lateral: boolean, query: Query): DerivedTable {
  c.expect(")");
  const watermark = watermarkClause(c);
  const sample = tableSample(c);
  const alias = tableAlias(c);
  return { kind: "derived_table", span: c.span(start), lateral, query, watermark, sample, alias };
}

/** `WATERMARK ts DELAY OF INTERVAL 10 SECONDS`. */
function watermarkClause(c: Cursor): Watermark | undefined {
  if (!c.at("WATERMARK") || c.peekIs(1, ",", ")") || c.peek().kind === "end") return undefined;
  const { start } = c;
  c.advance();
  const columnStart = c.start;
  const expression = c.rules.expression(c);
  const aliases = c.accept("AS") ? [c.strictIdentifier("an alias")] : [];
  const column: NamedExpression = { kind: "named_expression", span: c.span(columnStart), expression, aliases };
  c.expect("DELAY", "OF");
  const delay = c.rules.expression(c);
  return { kind: "watermark", span: c.span(start), column, delay };
}

/** Delta's `t@v12` and `t@20240101000000000`. */
function versionSuffix(c: Cursor): TimeTravel | undefined {
  if (!c.at("@")) return undefined;
  const { start } = c;
  c.advance();
  const text = c.text.slice(c.token.start, c.token.end);
  const span = { start: c.token.start, end: c.token.end };
  const version = /^[vV](\d+)$/.exec(text)?.[1];
  if (version !== undefined) {
    c.advance();
    return { kind: "time_travel", span: c.span(start), by: "version", value: literal(LONG, BigInt(version), span) };
  }
  if (!/^\d{17}$/.test(text)) c.fail("a version as v12, or a time as yyyyMMddHHmmssSSS");
  c.advance();
  const [, year, month, day, hour, minute, second, millis] =
    /^(\d{4})(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)(\d{3})$/.exec(text) ?? [];
  const time = `${year}-${month}-${day} ${hour}:${minute}:${second}.${millis}`;
  return { kind: "time_travel", span: c.span(start), by: "timestamp", value: literal(STRING, time, span) };
}

/** `[FOR] VERSION AS OF 3`, `[FOR] TIMESTAMP AS OF '…'`. */
export function timeTravelClause(c: Cursor): TimeTravel | undefined {
  const ahead = c.at("FOR") ? 1 : 0;
  const byVersion = c.peekIs(ahead, "VERSION", "SYSTEM_VERSION");
  if (!byVersion && !c.peekIs(ahead, "TIMESTAMP", "SYSTEM_TIME")) return undefined;
  if (!c.peekIs(ahead + 1, "AS") || !c.peekIs(ahead + 2, "OF")) return undefined;
  const { start } = c;
  for (let step = 0; step < ahead + 3; step += 1) c.advance();
  const point = byVersion ? version(c) : value(c, 0);
  return { kind: "time_travel", span: c.span(start), by: byVersion ? "version" : "timestamp", value: point };
}

function version(c: Cursor): Expression {
  const { start } = c;
  if (c.token.kind === "string") return literal(STRING, c.string(), c.span(start));
  if (c.token.kind !== "integer") c.fail("a version");
  const number = BigInt(c.advance().text);
  return literal(LONG, number, c.span(start));
}

/** `CHANGES FROM VERSION 1 [INCLUSIVE] TO VERSION 5 WITH (…)`. */
function changesClause(c: Cursor): Changes | undefined {
  if (!c.atAll("CHANGES", "FROM")) return undefined;
  const { start } = c;
  c.advance();
  c.advance();
  const from = changePoint(c);
  const fromInclusive = bound(c);
  let to: ReturnType<typeof changePoint> | undefined;
  let toInclusive = true;
  if (c.accept("TO")) {
    to = changePoint(c);
    if (to.by !== from.by) c.fail(from.by.toUpperCase());
    toInclusive = bound(c);
  }
  const options = c.at("WITH") && c.peekIs(1, "(") ? (c.advance(), propertyList(c)) : [];
  for (const option of options) checkChangeOption(c, option);
  return {
    kind: "changes",
    span: c.span(start),
    by: from.by,
    from: from.point,
    fromInclusive,
    to: to?.point,
    toInclusive,
    options,
  };
}

function bound(c: Cursor): boolean {
  return c.acceptAny("INCLUSIVE", "EXCLUSIVE") !== "EXCLUSIVE";
}

function changePoint(c: Cursor): { readonly by: "version" | "timestamp"; readonly point: Expression } {
  const word = c.expectAny("VERSION", "SYSTEM_VERSION", "TIMESTAMP", "SYSTEM_TIME");
  if (word === "VERSION" || word === "SYSTEM_VERSION") return { by: "version", point: version(c) };
  const point = value(c, 0);
  if (point.kind === "subquery" || point.kind === "column") {
    c.raise(
      "INVALID_CDC_OPTION.INVALID_TIMESTAMP_EXPR",
      "Invalid Change Data Capture (CDC) option. The timestamp must be a constant expression.",
      point,
    );
  }
  return { by: "timestamp", point };
}

function checkChangeOption(c: Cursor, option: Changes["options"][number]): void {
  const text = option.value?.kind === "literal" ? String(option.value.value) : "";
  const known =
    option.key.toLowerCase() === "deduplicationmode" ? /^(none|dropcarryovers|netchanges)$/i : /^computeupdates$/i;
  const tested = option.key.toLowerCase() === "deduplicationmode" ? text : option.key;
  if (known.test(tested)) return;
  c.raise(
    "INVALID_CDC_OPTION.INVALID_DEDUPLICATION_MODE",
    `Invalid Change Data Capture (CDC) option: ${option.key} ${text}.`,
    option,
  );
}

/** An argument of a table function: a table, a named one, or any expression. */
function tableFunctionArgument(c: Cursor): Argument | TableArgument {
  const { start } = c;
  const named = c.atIdentifier() && c.peekIs(1, "=>");
  const ahead = named ? 2 : 0;
  const next = c.peek(ahead + 1);
  const isTable = c.peekIs(ahead, "TABLE") && (next.kind === "word" || next.kind === "quoted" || next.text === "(");
  if (!isTable) return argument(c);
  let name: Identifier | undefined;
  if (named) {
    name = c.identifier();
    c.advance();
  }
  c.expect("TABLE");
  if (!c.at("(")) {
    c.raise(
      "INVALID_SQL_SYNTAX.INVALID_TABLE_FUNCTION_IDENTIFIER_ARGUMENT_MISSING_PARENTHESES",
      "Invalid SQL syntax: the name of a table argument needs parentheses.",
      c.token,
      "Write TABLE(name).",
    );
  }
  c.expect("(");
  const table = startsQuery(c) || c.at("(") ? c.rules.query(c) : objectName(c, "a table");
  c.expect(")");
  const singlePartition = c.acceptAll("WITH", "SINGLE", "PARTITION");
  let partitionBy: Expression[] = [];
  if (!singlePartition && (c.acceptAll("PARTITION", "BY") || c.acceptAll("DISTRIBUTE", "BY"))) {
    partitionBy = oneOrList(c, () => c.rules.expression(c));
  }
  const partitioned = singlePartition || partitionBy.length > 0;
  const ordered = partitioned && (c.acceptAll("ORDER", "BY") || c.acceptAll("SORT", "BY"));
  const orderBy = ordered ? oneOrList(c, () => sortItem(c)) : [];
  return { kind: "table_argument", span: c.span(start), name, table, singlePartition, partitionBy, orderBy };
}

/** `a`, `(a, b)`; `a, b` needs the parentheses. */
function oneOrList<Item>(c: Cursor, item: () => Item): Item[] {
  return c.at("(") ? c.parenthesized(item) : [item()];
}
