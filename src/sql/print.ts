import type { Expression } from "./ast/expression.ts";
import type { Query } from "./ast/query.ts";
import type { Statement } from "./ast/statement.ts";
import { printAlter } from "./print-alter.ts";
import { printChangeStatement } from "./print-change.ts";
import { printCreate, printDrop } from "./print-create.ts";
import { printExpression } from "./print-expression.ts";
import { printQuery } from "./print-query.ts";
import { printScript } from "./print-script.ts";
import { printUtility } from "./print-utility.ts";

/** The three printers that meet everywhere. */
export interface Printer {
  readonly expression: (node: Expression) => string;
  readonly query: (node: Query) => string;
  readonly statement: (node: Statement) => string;
}

const PRINTER: Printer = {
  expression: (node) => printExpression(PRINTER, node),
  query: (node) => printQuery(PRINTER, node),
  statement,
};

/**
 * A syntax tree as Spark SQL on one line. Parsing the text gives the same tree, spans apart: what has several spellings
 * (`==`, `SOME`, `FROM t SELECT a`) is written in one of them.
 */
export function print(node: Statement | Expression): string {
  return isExpression(node) ? PRINTER.expression(node) : PRINTER.statement(node);
}

function statement(node: Statement): string {
  switch (node.kind) {
    case "query":
      return PRINTER.query(node);
    case "insert":
    case "insert_directory":
    case "multi_insert":
    case "update":
    case "delete":
    case "merge":
    case "copy_into":
    case "truncate":
      return printChangeStatement(PRINTER, node);
    case "create_schema":
    case "create_table":
    case "create_table_like":
    case "clone_table":
    case "create_view":
    case "create_dataset":
    case "create_flow":
    case "create_function":
    case "create_procedure":
    case "create_securable":
    case "create_policy":
    case "create_index":
      return printCreate(PRINTER, node);
    case "drop":
      return printDrop(PRINTER, node);
    case "alter":
      return printAlter(PRINTER, node);
    case "block":
    case "if":
    case "case_statement":
    case "while":
    case "repeat":
    case "loop":
    case "for":
    case "jump":
    case "declare_variable":
    case "declare_condition":
    case "declare_handler":
    case "declare_cursor":
    case "cursor":
    case "signal":
    case "set_variable":
    case "execute_immediate":
    case "call_procedure":
      return printScript(PRINTER, node);
    default:
      return printUtility(PRINTER, node);
  }
}

const EXPRESSIONS: ReadonlySet<string> = new Set<Expression["kind"]>([
  "literal",
  "typed_literal",
  "interval",
  "parameter",
  "column",
  "dynamic_column",
  "star",
  "unary",
  "binary",
  "between",
  "in",
  "in_query",
  "exists",
  "like",
  "like_quantified",
  "is",
  "distinct_from",
  "case",
  "cast",
  "collate",
  "call",
  "extract",
  "trim",
  "datetime_unit",
  "struct",
  "lambda",
  "subscript",
  "field",
  "json_path",
  "subquery",
]);

function isExpression(node: Statement | Expression): node is Expression {
  return EXPRESSIONS.has(node.kind);
}
