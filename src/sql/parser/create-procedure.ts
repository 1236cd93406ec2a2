import type { CreateMode, CreateProcedure, ProcedureParameter } from "../ast/create.ts";
import { existsClause } from "./change.ts";
import { columnDefinition, TABLE_COLUMN } from "./column.ts";
import { ifNotExists } from "./create-table.ts";
import type { Cursor } from "./cursor.ts";
import { objectName } from "./relation.ts";

type Characteristics = Pick<
  CreateProcedure,
  "language" | "deterministic" | "comment" | "contains" | "security" | "collation"
>;

/** From PROCEDURE on: `name (IN | OUT | INOUT a INT DEFAULT 1, …) … AS BEGIN … END`. */
export function createProcedure(c: Cursor, start: number, mode: CreateMode): CreateProcedure {
  c.expect("PROCEDURE");
  const given = existsClause(c) ? ifNotExists(c, mode) : mode;
  const name = objectName(c, "a procedure");
  const parameters = c.optionalList(() => parameter(c));
  const found = characteristics(c);
  c.expect("AS");
  const body = c.rules.statement(c);
  if (body.kind !== "block") return c.fail("'BEGIN'");
  return { kind: "create_procedure", span: c.span(start), mode: given, name, parameters, ...found, body };
}

function parameter(c: Cursor): ProcedureParameter {
  const { start } = c;
  const word = c.peek().kind === "word" || c.peek().kind === "quoted" ? c.acceptAny("IN", "OUT", "INOUT") : undefined;
  const mode = word === "OUT" ? "out" : word === "INOUT" ? "inout" : "in";
  const definition = columnDefinition(c, TABLE_COLUMN);
  return { kind: "procedure_parameter", span: c.span(start), mode, definition };
}

/** In any order, none twice. */
function characteristics(c: Cursor): Characteristics {
  const found: { -readonly [Key in keyof Characteristics]: Characteristics[Key] } = {
    language: undefined,
    deterministic: undefined,
    comment: undefined,
    contains: undefined,
    security: undefined,
    collation: undefined,
  };
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
    else if (c.accept("DETERMINISTIC") && once("DETERMINISTIC")) found.deterministic = true;
    else if (c.acceptAll("NOT", "DETERMINISTIC") && once("DETERMINISTIC")) found.deterministic = false;
    else if (c.acceptAll("CONTAINS", "SQL") && once("SQL DATA")) found.contains = "contains_sql";
    else if (c.acceptAll("READS", "SQL", "DATA") && once("SQL DATA")) found.contains = "reads_sql_data";
    else if (c.acceptAll("MODIFIES", "SQL", "DATA") && once("SQL DATA")) found.contains = "modifies_sql_data";
    else if (c.acceptAll("SQL", "SECURITY") && once("SQL SECURITY")) {
      found.security = c.expectAny("INVOKER", "DEFINER") === "INVOKER" ? "invoker" : "definer";
    } else if (c.accept("COMMENT") && once("COMMENT")) found.comment = c.string("a comment");
    else if (c.acceptAll("DEFAULT", "COLLATION") && once("COLLATION")) found.collation = c.name("a collation");
    else return found;
  }
}
