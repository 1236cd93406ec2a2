import type { Expression, NamedExpression } from "../ast/expression.ts";
import type { Identifier, Name } from "../ast/node.ts";
import type {
  Block,
  CallProcedure,
  CaseStatement,
  CursorStatement,
  ExecuteImmediate,
  For,
  If,
  Jump,
  Loop,
  Repeat,
  ScriptBranch,
  Signal,
  While,
} from "../ast/script.ts";
import type { Statement } from "../ast/statement.ts";
import { assignment } from "./assignment.ts";
import { argument } from "./call.ts";
import type { Cursor } from "./cursor.ts";
import { namedExpression } from "./expression.ts";
import { objectName } from "./relation.ts";

/** Whether `label:` stands before a compound statement here. */
function atLabel(c: Cursor): boolean {
  return c.atIdentifier() && c.peekIs(1, ":") && c.peekIs(2, "BEGIN", "WHILE", "REPEAT", "LOOP", "FOR");
}

/** Whether BEGIN opens a block. */
function atBlock(c: Cursor): boolean {
  return c.at("BEGIN") && !c.peekIs(1, ";", "TRANSACTION") && c.peek().kind !== "end";
}

/** `[label:] BEGIN … END [label]`, and inside one the statements that direct the flow. */
export function scriptStatement(c: Cursor): Statement | undefined {
  const { start } = c;
  let label: Identifier | undefined;
  if (atLabel(c)) {
    label = c.strictIdentifier("a label");
    c.expect(":");
  }
  if (atBlock(c)) return block(c, start, label);
  if (c.blockDepth === 0) return label === undefined ? undefined : c.fail("'BEGIN'");
  switch (c.token.kind === "word" ? c.token.text : "") {
    case "IF":
      return ifStatement(c);
    case "CASE":
      return caseStatement(c);
    case "WHILE":
      return whileStatement(c, start, label);
    case "REPEAT":
      return repeatStatement(c, start, label);
    case "LOOP":
      return loopStatement(c, start, label);
    case "FOR":
      return forStatement(c, start, label);
    case "LEAVE":
    case "ITERATE":
      return jump(c);
    case "SIGNAL":
    case "RESIGNAL":
      return signal(c);
    case "OPEN":
    case "FETCH":
    case "CLOSE":
      return cursorStatement(c);
    default:
      return undefined;
  }
}

function block(c: Cursor, start: number, label: Identifier | undefined): Block {
  c.expect("BEGIN");
  const atomic = c.accept("ATOMIC");
  c.blockDepth += 1;
  const statements = body(c, "END");
  c.blockDepth -= 1;
  c.expect("END");
  endLabel(c, label);
  return { kind: "block", span: c.span(start), label, atomic, statements };
}

/** Statements, each with its semicolon, up to one of the words. */
function body(c: Cursor, ...until: readonly string[]): Statement[] {
  const statements: Statement[] = [];
  for (;;) {
    while (c.accept(";"));
    if (c.atAny(...until)) return statements;
    if (c.atEnd()) c.fail(until.map((word) => `'${word}'`).join(", "));
    statements.push(c.rules.statement(c));
    if (!c.accept(";")) c.fail("';'");
  }
}

function endLabel(c: Cursor, label: Identifier | undefined): void {
  if (!c.atIdentifier()) return;
  const end = c.strictIdentifier();
  if (label === undefined) {
    c.raise("END_LABEL_WITHOUT_BEGIN_LABEL", `End label ${end.name} can not exist without begin label.`, end);
  }
  if (end.name.toLowerCase() !== label.name.toLowerCase()) {
    c.raise("LABELS_MISMATCH", `Begin label ${label.name} does not match the end label ${end.name}.`, end);
  }
}

function ifStatement(c: Cursor): If {
  const { start } = c;
  c.expect("IF");
  const branches: ScriptBranch[] = [branch(c)];
  let otherwise: Statement[] | undefined;
  for (;;) {
    if (c.accept("ELSEIF") || (c.atAll("ELSE", "IF") && c.acceptAll("ELSE", "IF"))) branches.push(branch(c));
    else if (c.accept("ELSE")) {
      otherwise = body(c, "END");
      break;
    } else break;
  }
  c.expect("END", "IF");
  return { kind: "if", span: c.span(start), branches, otherwise };
}

function branch(c: Cursor): ScriptBranch {
  const condition = c.rules.expression(c);
  c.expect("THEN");
  return { condition, statements: body(c, "ELSE", "ELSEIF", "END", "WHEN") };
}

function caseStatement(c: Cursor): CaseStatement {
  const { start } = c;
  c.expect("CASE");
  const operand = c.at("WHEN") ? undefined : c.rules.expression(c);
  const branches: ScriptBranch[] = [];
  while (c.accept("WHEN")) branches.push(branch(c));
  if (branches.length === 0) c.fail("'WHEN'");
  const otherwise = c.accept("ELSE") ? body(c, "END") : undefined;
  c.expect("END", "CASE");
  return { kind: "case_statement", span: c.span(start), operand, branches, otherwise };
}

function whileStatement(c: Cursor, start: number, label: Identifier | undefined): While {
  c.expect("WHILE");
  const condition = c.rules.expression(c);
  c.expect("DO");
  const statements = body(c, "END");
  c.expect("END", "WHILE");
  endLabel(c, label);
  return { kind: "while", span: c.span(start), label, condition, statements };
}

function repeatStatement(c: Cursor, start: number, label: Identifier | undefined): Repeat {
  c.expect("REPEAT");
  const statements = body(c, "UNTIL");
  c.expect("UNTIL");
  const until = c.rules.expression(c);
  c.expect("END", "REPEAT");
  endLabel(c, label);
  return { kind: "repeat", span: c.span(start), label, statements, until };
}

function loopStatement(c: Cursor, start: number, label: Identifier | undefined): Loop {
  c.expect("LOOP");
  const statements = body(c, "END");
  c.expect("END", "LOOP");
  endLabel(c, label);
  return { kind: "loop", span: c.span(start), label, statements };
}

function forStatement(c: Cursor, start: number, label: Identifier | undefined): For {
  c.expect("FOR");
  const variable = c.atIdentifier() && c.peekIs(1, "AS") ? c.strictIdentifier() : undefined;
  if (variable !== undefined) c.expect("AS");
  const query = c.rules.query(c);
  c.expect("DO");
  const statements = body(c, "END");
  c.expect("END", "FOR");
  endLabel(c, label);
  return { kind: "for", span: c.span(start), label, variable, query, statements };
}

function jump(c: Cursor): Jump {
  const { start } = c;
  const to = c.expectAny("LEAVE", "ITERATE") === "LEAVE" ? "leave" : "iterate";
  const label = c.strictIdentifier("a label");
  return { kind: "jump", span: c.span(start), to, label };
}

function signal(c: Cursor): Signal {
  const { start } = c;
  const again = c.expectAny("SIGNAL", "RESIGNAL") === "RESIGNAL";
  let sqlState: string | undefined;
  let condition: Name | undefined;
  if (c.accept("SQLSTATE")) {
    c.accept("VALUE");
    sqlState = c.string("five characters");
  } else if (!again || (c.atIdentifier() && !c.at("SET"))) condition = c.name("a condition");
  const items = c.accept("SET") ? c.list(() => assignment(c)) : [];
  return { kind: "signal", span: c.span(start), again, condition, sqlState, items };
}

function cursorStatement(c: Cursor): CursorStatement {
  const { start } = c;
  const word = c.expectAny("OPEN", "FETCH", "CLOSE");
  const base = { kind: "cursor", using: [], into: [] } as const;
  if (word === "FETCH") {
    c.accept("NEXT");
    c.accept("FROM");
    const name = c.name("a cursor");
    c.expect("INTO");
    const into = c.list(() => c.name("a variable"));
    return { ...base, span: c.span(start), action: "fetch", name, into };
  }
  const name = c.name("a cursor");
  const using = word === "OPEN" && c.accept("USING") ? usingList(c) : [];
  return { ...base, span: c.span(start), action: word === "OPEN" ? "open" : "close", name, using };
}

/** `EXECUTE IMMEDIATE text [INTO variables] [USING arguments]`. */
export function executeImmediate(c: Cursor): ExecuteImmediate {
  const { start } = c;
  c.expect("EXECUTE", "IMMEDIATE");
  const statement: Expression = c.rules.expression(c);
  let into: Name[] = c.accept("INTO") ? c.list(() => c.name("a variable")) : [];
  const using: NamedExpression[] = c.accept("USING") ? usingList(c) : [];
  if (into.length === 0 && c.accept("INTO")) into = c.list(() => c.name("a variable"));
  return { kind: "execute_immediate", span: c.span(start), statement, into, using };
}

function usingList(c: Cursor): NamedExpression[] {
  const mark = c.mark();
  if (c.at("(")) {
    const found = c.attempt(() => c.parenthesized(() => namedExpression(c)));
    if (found !== undefined && (c.atEnd() || c.at(";") || c.at("INTO"))) return found;
    c.reset(mark);
  }
  return c.list(() => namedExpression(c));
}

export function callProcedure(c: Cursor): CallProcedure {
  const { start } = c;
  c.expect("CALL");
  const name = objectName(c, "a procedure");
  const args = c.optionalList(() => argument(c));
  return { kind: "call_procedure", span: c.span(start), name, arguments: args };
}
