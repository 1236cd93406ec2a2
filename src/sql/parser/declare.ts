import type { DataType } from "../../core/data-type.ts";
import type { Expression } from "../ast/expression.ts";
import type { Span } from "../ast/node.ts";
import type { DeclareHandler, HandlerCondition, ScriptStatement } from "../ast/script.ts";
import type { Cursor } from "./cursor.ts";
import { dataType } from "./data-type.ts";
import { objectName } from "./relation.ts";

/** `DECLARE [OR REPLACE] [VARIABLE] a, b INT DEFAULT 0`; in a block also conditions, handlers and cursors. */
export function declare(c: Cursor): ScriptStatement {
  const { start } = c;
  c.expect("DECLARE");
  if (c.blockDepth > 0) {
    const found = declaration(c, start);
    if (found !== undefined) return found;
  }
  const replace = c.acceptAll("OR", "REPLACE");
  if (c.atAny("VARIABLE", "VAR") && (c.peek().kind === "word" || c.peek().kind === "quoted")) c.advance();
  const names = c.list(() => objectName(c, "a variable"));
  let type: DataType | undefined;
  let typeSpan: Span | undefined;
  if (c.at("NOT")) c.fail("a data type");
  if (!c.atAny("DEFAULT", "=", ";") && !c.atEnd()) {
    const at = c.start;
    type = dataType(c);
    typeSpan = c.span(at);
  }
  let value: Expression | undefined;
  if (c.acceptAny("DEFAULT", "=") !== undefined) value = c.rules.expression(c);
  if (type === undefined && value === undefined) {
    c.raise(
      "INVALID_SQL_SYNTAX.VARIABLE_TYPE_OR_DEFAULT_REQUIRED",
      "The definition of a SQL variable requires either a datatype or a DEFAULT clause.",
      c.span(start),
      "Write DECLARE name STRING, or DECLARE name = 'value'.",
    );
  }
  return { kind: "declare_variable", span: c.span(start), replace, names, type, typeSpan, default: value };
}

function declaration(c: Cursor, start: number): ScriptStatement | undefined {
  if (c.atAny("EXIT", "CONTINUE") && c.peekIs(1, "HANDLER")) return handler(c, start);
  if (c.peekIs(1, "CONDITION")) {
    const name = c.strictIdentifier("a condition");
    c.expect("CONDITION");
    let sqlState: string | undefined;
    if (c.accept("FOR")) {
      c.accept("SQLSTATE");
      c.accept("VALUE");
      sqlState = c.string("five characters");
    }
    return { kind: "declare_condition", span: c.span(start), name, sqlState };
  }
  if (c.peekIs(1, "CURSOR") || (c.peekIs(1, "ASENSITIVE", "INSENSITIVE") && c.peekIs(2, "CURSOR"))) {
    const name = c.strictIdentifier("a cursor");
    const word = c.acceptAny("ASENSITIVE", "INSENSITIVE");
    c.expect("CURSOR", "FOR");
    const query = c.rules.query(c);
    c.acceptAll("FOR", "READ", "ONLY");
    const sensitivity = word === undefined ? undefined : word === "ASENSITIVE" ? "asensitive" : "insensitive";
    return { kind: "declare_cursor", span: c.span(start), name, sensitivity, query };
  }
  return undefined;
}

function handler(c: Cursor, start: number): DeclareHandler {
  const action = c.expectAny("EXIT", "CONTINUE") === "EXIT" ? "exit" : "continue";
  c.expect("HANDLER", "FOR");
  const conditions = c.list((): HandlerCondition => {
    if (c.accept("SQLSTATE")) {
      c.accept("VALUE");
      return { on: "sqlstate", value: c.string("five characters") };
    }
    if (c.accept("SQLEXCEPTION")) return { on: "sqlexception" };
    if (c.acceptAll("NOT", "FOUND")) return { on: "not_found" };
    return { on: "condition", name: c.name("a condition") };
  });
  const body = c.rules.statement(c);
  return { kind: "declare_handler", span: c.span(start), action, conditions, body };
}
