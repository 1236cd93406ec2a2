import type { Statement } from "../ast/statement.ts";
import type { Assignment, Query } from "../ast/query.ts";
import type { Name } from "../ast/node.ts";
import type { Explain, ResetConfiguration, Use } from "../ast/utility.ts";
import { assignment } from "./assignment.ts";
import type { Cursor } from "./cursor.ts";
import { objectName } from "./relation.ts";
import { setTag } from "./tag.ts";

/** `USE name`, `USE CATALOG name`, `USE SCHEMA name`. */
export function use(c: Cursor): Use {
  const { start } = c;
  c.expect("USE");
  const named = c.peek().kind === "word" || c.peek().kind === "quoted";
  if (named && c.accept("CATALOG")) {
    const name = objectName(c, "a catalog");
    return { kind: "use", span: c.span(start), level: "catalog", name };
  }
  const level = named && c.acceptAny("SCHEMA", "DATABASE", "NAMESPACE") !== undefined ? "schema" : "namespace";
  const name = objectName(c, "a schema");
  return { kind: "use", span: c.span(start), level, name };
}

/** Every SET: of a variable, the catalog, the time zone, a collation, a configuration value. */
export function set(c: Cursor): Statement {
  const { start } = c;
  c.expect("SET");
  const next = c.peek();
  const named = next.kind === "word" || next.kind === "quoted" || next.kind === "string";
  if (c.at("CATALOG") && named) {
    c.advance();
    const text = c.token;
    if (text.kind !== "string") return { kind: "use", level: "catalog", name: objectName(c), span: c.span(start) };
    c.advance();
    const span = { start: text.start, end: text.end };
    const name: Name = { kind: "name", span, parts: [{ kind: "identifier", span, name: text.text, quoted: true }] };
    return { kind: "use", span: c.span(start), level: "catalog", name };
  }
  if (c.atAll("TAG", "ON")) return setTag(c, start);
  if (c.acceptAll("TIME", "ZONE")) return timeZone(c, start);
  if (c.at("COLLATION") && named) {
    c.advance();
    const collation = c.name("a collation");
    return { kind: "set_collation", span: c.span(start), collation };
  }
  if (c.at("ROLE") && named) c.raise("PARSE_SYNTAX_ERROR", "Operation not allowed: SET ROLE.", c.span(start));
  if (c.atAny("VARIABLE", "VAR", "SESSION") && (named || c.peekIs(1, "("))) {
    c.acceptAny("SESSION");
    c.acceptAny("VARIABLE", "VAR");
    return setVariable(c, start);
  }
  if (c.blockDepth > 0) return setVariable(c, start);
  return setConfiguration(c, start);
}

function timeZone(c: Cursor, start: number): Statement {
  const base = { kind: "set_time_zone", zone: undefined, interval: undefined } as const;
  if (c.accept("LOCAL")) return { ...base, span: c.span(start), zone: "LOCAL" };
  if (c.token.kind === "string") {
    const zone = c.string();
    return { ...base, span: c.span(start), zone };
  }
  if (!c.at("INTERVAL")) {
    c.raise(
      "INVALID_SET_SYNTAX",
      "Expected format is 'SET TIME ZONE', followed by a time zone in quotes, LOCAL, or an INTERVAL.",
      c.token,
    );
  }
  const interval = c.rules.expression(c);
  return { ...base, span: c.span(start), interval };
}

function setVariable(c: Cursor, start: number): Statement {
  if (c.at("(")) {
    if (c.peekIs(1, ")")) {
      const message = "Expected format is 'SET VARIABLE (name, …) = (query)' with at least one name.";
      c.raise("INVALID_SET_SYNTAX", message, c.span(start));
    }
    const targets = c.parenthesized(() => c.name("a variable"));
    c.expect("=", "(");
    const source: Query = c.rules.query(c);
    c.expect(")");
    return { kind: "set_variable", span: c.span(start), assignments: [], targets, query: source };
  }
  const assignments: Assignment[] = c.list(() => assignment(c));
  return { kind: "set_variable", span: c.span(start), assignments, targets: [], query: undefined };
}

/** `SET`, `SET -v`, `SET key`, `SET key = the rest of the line as it is`. */
function setConfiguration(c: Cursor, start: number): Statement {
  const base = { kind: "set_configuration", key: undefined, value: undefined, verbose: false } as const;
  let quotedKey: string | undefined;
  if (c.token.kind === "quoted") quotedKey = c.identifier().name;
  const at = c.start;
  const raw = restOfStatement(c).trim();
  const span = c.span(start);
  if (quotedKey !== undefined) {
    if (raw === "") return { ...base, span, key: quotedKey };
    if (raw.startsWith("=")) return { ...base, span, key: quotedKey, value: unquoted(raw.slice(1).trim()) };
  } else {
    if (raw === "") return { ...base, span };
    if (/^-v$/i.test(raw)) return { ...base, span, verbose: true };
    const parts = /^([\w.:\\]+)\s*(?:=\s*([\s\S]*))?$/.exec(raw);
    if (parts !== null) {
      const value = parts[2] === undefined ? undefined : unquoted(parts[2].trim());
      return { ...base, span, key: parts[1], value };
    }
  }
  return c.raise(
    "INVALID_SET_SYNTAX",
    "Expected format is 'SET', 'SET key', or 'SET key=value'.",
    { start: at, end: span.end },
    "Put a key with special characters, or a value with a semicolon, in back-ticks: SET `key`=`value`.",
  );
}

function unquoted(text: string): string {
  return /^`(?:[^`]|``)*`$/.test(text) ? text.slice(1, -1).replaceAll("``", "`") : text;
}

/** The text up to the next semicolon, which the value of a setting may not hold. */
function restOfStatement(c: Cursor): string {
  const { start } = c;
  if (c.atEnd() || c.at(";")) return "";
  while (!c.atEnd() && !c.at(";")) c.advance();
  return c.textFrom(start);
}

export function reset(c: Cursor): ResetConfiguration {
  const { start } = c;
  c.expect("RESET");
  if (c.token.kind === "quoted") {
    const key = c.identifier().name;
    return { kind: "reset_configuration", span: c.span(start), key };
  }
  const at = c.start;
  const raw = restOfStatement(c).trim();
  if (raw !== "" && !/^[\w.:\\]+$/.test(raw)) {
    c.raise("INVALID_RESET_COMMAND_FORMAT", "Expected format is 'RESET' or 'RESET key'.", {
      start: at,
      end: at + raw.length,
    });
  }
  return { kind: "reset_configuration", span: c.span(start), key: raw === "" ? undefined : raw };
}

export function explain(c: Cursor): Explain {
  const { start } = c;
  c.expect("EXPLAIN");
  const word = c.acceptAny("LOGICAL", "FORMATTED", "EXTENDED", "CODEGEN", "COST");
  const modes = {
    LOGICAL: "logical",
    FORMATTED: "formatted",
    EXTENDED: "extended",
    CODEGEN: "codegen",
    COST: "cost",
  } as const;
  const statement = c.rules.statement(c);
  return { kind: "explain", span: c.span(start), mode: word === undefined ? "simple" : modes[word], statement };
}
