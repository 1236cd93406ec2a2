import { BoathouseError } from "../../core/errors.ts";
import type { DataType, StructType } from "../../core/data-type.ts";
import { struct } from "../../core/data-type.ts";
import type { Expression, NamedExpression } from "../ast/expression.ts";
import type { Name } from "../ast/node.ts";
import type { Statement } from "../ast/statement.ts";
import { Cursor, type ParseOptions, type Rules } from "./cursor.ts";
import { dataType, structFields } from "./data-type.ts";
import { sqlError } from "./error.ts";
import { expression, namedExpression } from "./expression.ts";
import { query } from "./query.ts";
import { statement } from "./statement.ts";
import { notTooComplex } from "../too-complex.ts";

const RULES: Rules = { expression, query, statement };

/**
 * One statement, with or without semicolons after it. Errors are Spark's: `PARSE_SYNTAX_ERROR` with SQLSTATE 42601, the
 * place in the text and what could have stood there; `PARSE_EMPTY_STATEMENT` for nothing.
 */
export function parseStatement(text: string, options: ParseOptions = {}): Statement {
  return parse(text, options, (c) => {
    const found = statement(c);
    while (c.accept(";"));
    return found;
  });
}

/** Statements separated by semicolons; each keeps its place in the text. */
export function parseScript(text: string, options: ParseOptions = {}): Statement[] {
  return parse(
    text,
    options,
    (c) => {
      const statements: Statement[] = [];
      for (;;) {
        while (c.accept(";"));
        if (c.atEnd()) return statements;
        statements.push(statement(c));
        if (!c.atEnd() && !c.at(";")) c.fail("';'");
      }
    },
    "may be empty",
  );
}

/** An expression, without an alias. */
export function parseExpression(text: string, options: ParseOptions = {}): Expression {
  return parse(text, options, expression);
}

/** An expression, perhaps with an alias: what `selectExpr` takes. */
export function parseNamedExpression(text: string, options: ParseOptions = {}): NamedExpression {
  return parse(text, options, namedExpression);
}

/** `DECIMAL(10, 2)`, `ARRAY<STRUCT<a: INT>>`. */
export function parseDataType(text: string, options: ParseOptions = {}): DataType {
  return parse(text, options, dataType);
}

/** `a INT NOT NULL COMMENT 'x', b STRUCT<c: STRING>`: the columns of a table. */
export function parseSchema(text: string, options: ParseOptions = {}): StructType {
  return parse(text, options, (c) => struct(structFields(c, "refused")));
}

/** `catalog.schema.table`, back-ticks allowed. */
export function parseName(text: string, options: ParseOptions = {}): Name {
  return parse(text, options, (c) => c.name());
}

function parse<Result>(
  text: string,
  options: ParseOptions,
  rule: (c: Cursor) => Result,
  empty: "may be empty" | "must not be empty" = "must not be empty",
): Result {
  const run = (trace: boolean): Result => {
    const c = new Cursor(text, RULES, options, trace);
    if (c.atEnd() && empty === "must not be empty") {
      throw sqlError("PARSE_EMPTY_STATEMENT", "Syntax error, unexpected empty statement.", {
        text,
        span: c.token,
        file: options.file,
      });
    }
    const found = rule(c);
    if (!c.atEnd()) c.fail("the end");
    return found;
  };
  try {
    return notTooComplex({ text, file: options.file }, () => run(false));
  } catch (error) {
    // Once more, remembering what was looked for, so that the message can say it.
    if (error instanceof BoathouseError && error.code === "PARSE_SYNTAX_ERROR") return run(true);
    throw error;
  }
}
