import type { CreateFunction, CreateMode, FunctionBody, FunctionResult } from "../ast/create.ts";
import { existsClause } from "./change.ts";
import { columnDefinition, TABLE_COLUMN } from "./column.ts";
import { ifNotExists } from "./create-table.ts";
import type { Cursor } from "./cursor.ts";
import { dataType } from "./data-type.ts";
import { propertyList } from "./property.ts";
import { startsQuery } from "./query-start.ts";
import { objectName } from "./relation.ts";

type Characteristics = Pick<
  CreateFunction,
  "language" | "deterministic" | "comment" | "contains" | "security" | "collation" | "nullOnNull" | "properties"
>;

/** From FUNCTION on: a SQL function, one in another language, or Hive's form with a class name. */
export function createFunction(c: Cursor, start: number, mode: CreateMode, temporary: boolean): CreateFunction {
  c.expect("FUNCTION");
  const given = existsClause(c) ? ifNotExists(c, mode) : mode;
  const name = objectName(c, "a function");
  const base = { kind: "create_function", mode: given, temporary, name } as const;
  if (c.at("AS") && c.peek().kind === "string") {
    const body = classBody(c);
    return { ...base, span: c.span(start), parameters: [], returns: undefined, ...plain(), body };
  }
  const parameters = c.optionalList(() => columnDefinition(c, TABLE_COLUMN));
  const returns = c.at("RETURNS") && !c.peekIs(1, "NULL") ? result(c) : undefined;
  const found = characteristics(c);
  const body = functionBody(c, returns?.table === true);
  return { ...base, span: c.span(start), parameters, returns, ...found, body };
}

function plain(): { -readonly [Key in keyof Characteristics]: Characteristics[Key] } {
  return {
    language: undefined,
    deterministic: undefined,
    comment: undefined,
    contains: undefined,
    security: undefined,
    collation: undefined,
    nullOnNull: false,
    properties: [],
  };
}

function classBody(c: Cursor): FunctionBody {
  const { start } = c;
  c.expect("AS");
  const className = c.string();
  const resource = (): { type: string; path: string } => {
    const type = c.identifier("JAR, FILE or ARCHIVE").name.toLowerCase();
    return { type, path: c.string("a path") };
  };
  const resources = c.accept("USING") ? c.list(resource) : [];
  return { kind: "class_name", span: c.span(start), className, resources };
}

function result(c: Cursor): FunctionResult {
  const { start } = c;
  c.expect("RETURNS");
  if (c.accept("TABLE")) {
    const columns = c.at("(") ? c.parenthesized(() => columnDefinition(c, TABLE_COLUMN)) : undefined;
    return {
      kind: "function_result",
      span: c.span(start),
      type: undefined,
      typeSpan: undefined,
      table: true,
      columns,
    };
  }
  const at = c.start;
  const type = dataType(c);
  const typeSpan = c.span(at);
  return { kind: "function_result", span: c.span(start), type, typeSpan, table: false, columns: undefined };
}

/** LANGUAGE, DETERMINISTIC, COMMENT…: in any order, none twice. */
function characteristics(c: Cursor): Characteristics {
  const found = plain();
  const seen = new Set<string>();
  const once = (clause: string): true => {
    if (seen.has(clause)) {
      c.raise(
        "INVALID_SQL_SYNTAX.CREATE_ROUTINE_WITH_DUPLICATE_CLAUSES",
        `Invalid SQL syntax: Found duplicate clauses: ${clause}.`,
        c.token,
      );
    }
    seen.add(clause);
    return true;
  };
  for (;;) {
    if (c.accept("LANGUAGE") && once("LANGUAGE")) found.language = c.identifier("a language").name.toUpperCase();
    else if (c.accept("SPECIFIC") && once("SPECIFIC")) c.strictIdentifier();
    else if (c.accept("DETERMINISTIC") && once("DETERMINISTIC")) found.deterministic = true;
    else if (c.acceptAll("NOT", "DETERMINISTIC") && once("DETERMINISTIC")) found.deterministic = false;
    else if (c.acceptAll("CONTAINS", "SQL") && once("SQL DATA")) found.contains = "contains_sql";
    else if (c.acceptAll("READS", "SQL", "DATA") && once("SQL DATA")) found.contains = "reads_sql_data";
    else if (c.atAll("NO", "SQL") || c.atAll("MODIFIES", "SQL", "DATA")) {
      c.raise(
        "INVALID_SQL_SYNTAX.CREATE_FUNC_WITH_MODIFIES_SQL",
        "A function reads SQL data or contains SQL.",
        c.token,
      );
    } else if (c.acceptAll("RETURNS", "NULL", "ON", "NULL", "INPUT") && once("NULL INPUT")) found.nullOnNull = true;
    else if (c.acceptAll("CALLED", "ON", "NULL", "INPUT") && once("NULL INPUT")) found.nullOnNull = false;
    else if (c.acceptAll("SQL", "SECURITY") && once("SQL SECURITY")) {
      found.security = c.expectAny("INVOKER", "DEFINER") === "INVOKER" ? "invoker" : "definer";
    } else if (c.accept("COMMENT") && once("COMMENT")) found.comment = c.string("a comment");
    else if (c.acceptAll("DEFAULT", "COLLATION") && once("COLLATION")) found.collation = c.name("a collation");
    else if (c.accept("ENVIRONMENT") && once("ENVIRONMENT")) found.properties = propertyList(c);
    else if (c.accept("TBLPROPERTIES") && once("TBLPROPERTIES")) found.properties = propertyList(c);
    else return found;
  }
}

function functionBody(c: Cursor, table: boolean): FunctionBody {
  const { start } = c;
  if (c.accept("AS")) {
    if (c.token.kind !== "dollar" && c.token.kind !== "string") c.fail("$$…$$");
    const text = c.advance().text;
    return { kind: "source_text", span: c.span(start), text };
  }
  c.expect("RETURN");
  if (startsQuery(c)) {
    const query = c.rules.query(c);
    return { kind: "return_query", span: c.span(start), query };
  }
  const expression = c.rules.expression(c);
  if (table && expression.kind === "subquery") {
    return { kind: "return_query", span: c.span(start), query: expression.query };
  }
  return { kind: "return_expression", span: c.span(start), expression };
}
