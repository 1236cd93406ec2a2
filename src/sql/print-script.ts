import type { HandlerCondition, ScriptBranch, ScriptStatement } from "./ast/script.ts";
import type { Identifier } from "./ast/node.ts";
import type { Statement } from "./ast/statement.ts";
import { printNamed } from "./print-expression.ts";
import { list, printIdentifier, printName, printObjectName, printString, printType, words } from "./print-name.ts";
import { printAssignment } from "./print-query.ts";
import type { Printer } from "./print.ts";

/** Scripting and session variables. */
export function printScript(p: Printer, node: ScriptStatement): string {
  const body = (statements: readonly Statement[]): string =>
    statements.map((each) => `${p.statement(each)};`).join(" ");
  const branch = (each: ScriptBranch): string => `${p.expression(each.condition)} THEN ${body(each.statements)}`;
  const label = (each: Identifier | undefined): string | undefined => each && `${printIdentifier(each)}:`;
  switch (node.kind) {
    case "block":
      return words(label(node.label), "BEGIN", node.atomic && "ATOMIC", body(node.statements), "END");
    case "if":
      return words(
        `IF ${node.branches.map(branch).join(" ELSEIF ")}`,
        node.otherwise && `ELSE ${body(node.otherwise)}`,
        "END IF",
      );
    case "case_statement":
      return words(
        "CASE",
        node.operand && p.expression(node.operand),
        ...node.branches.map((each) => `WHEN ${branch(each)}`),
        node.otherwise && `ELSE ${body(node.otherwise)}`,
        "END CASE",
      );
    case "while":
      return words(label(node.label), `WHILE ${p.expression(node.condition)} DO`, body(node.statements), "END WHILE");
    case "repeat":
      return words(label(node.label), "REPEAT", body(node.statements), `UNTIL ${p.expression(node.until)} END REPEAT`);
    case "loop":
      return words(label(node.label), "LOOP", body(node.statements), "END LOOP");
    case "for": {
      const variable = node.variable && `${printIdentifier(node.variable)} AS`;
      return words(label(node.label), "FOR", variable, `${p.query(node.query)} DO`, body(node.statements), "END FOR");
    }
    case "jump":
      return `${node.to.toUpperCase()} ${printIdentifier(node.label)}`;
    case "declare_variable":
      return words(
        "DECLARE",
        node.replace && "OR REPLACE",
        "VARIABLE",
        list(node.names, (each) => printObjectName(each, p.expression)),
        node.type && printType(node.type),
        node.default && `DEFAULT ${p.expression(node.default)}`,
      );
    case "declare_condition":
      return words(
        `DECLARE ${printIdentifier(node.name)} CONDITION`,
        node.sqlState !== undefined && `FOR SQLSTATE ${printString(node.sqlState)}`,
      );
    case "declare_handler":
      return words(
        `DECLARE ${node.action.toUpperCase()} HANDLER FOR`,
        list(node.conditions, printCondition),
        p.statement(node.body),
      );
    case "declare_cursor":
      return words(
        `DECLARE ${printIdentifier(node.name)}`,
        node.sensitivity?.toUpperCase(),
        `CURSOR FOR ${p.query(node.query)}`,
      );
    case "cursor": {
      const name = printName(node.name);
      if (node.action === "fetch") return `FETCH ${name} INTO ${list(node.into, printName)}`;
      const using = list(node.using, (each) => printNamed(p, each));
      return words(node.action.toUpperCase(), name, using !== "" && `USING ${using}`);
    }
    case "signal":
      return words(
        node.again ? "RESIGNAL" : "SIGNAL",
        node.condition && printName(node.condition),
        node.sqlState !== undefined && `SQLSTATE ${printString(node.sqlState)}`,
        node.items.length > 0 && `SET ${list(node.items, (each) => printAssignment(p, each))}`,
      );
    case "set_variable":
      if (node.query !== undefined) return `SET VARIABLE (${list(node.targets, printName)}) = (${p.query(node.query)})`;
      return `SET VARIABLE ${list(node.assignments, (each) => printAssignment(p, each))}`;
    case "execute_immediate":
      return words(
        `EXECUTE IMMEDIATE ${p.expression(node.statement)}`,
        node.into.length > 0 && `INTO ${list(node.into, printName)}`,
        node.using.length > 0 && `USING ${list(node.using, (each) => printNamed(p, each))}`,
      );
    default: {
      const args = list(node.arguments, (each) =>
        words(each.name && `${printIdentifier(each.name)} =>`, p.expression(each.value)),
      );
      return `CALL ${printObjectName(node.name, p.expression)}(${args})`;
    }
  }
}

function printCondition(condition: HandlerCondition): string {
  switch (condition.on) {
    case "sqlstate":
      return `SQLSTATE ${printString(condition.value)}`;
    case "sqlexception":
      return "SQLEXCEPTION";
    case "not_found":
      return "NOT FOUND";
    default:
      return printName(condition.name);
  }
}
