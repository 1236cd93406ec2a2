import type { DropStatement } from "../ast/create.ts";
import type { Cursor } from "./cursor.ts";
import { acceptObjectKind } from "./object-kind.ts";
import { objectName } from "./relation.ts";

/** `DROP kind [IF EXISTS] name [CASCADE | RESTRICT | FORCE | PURGE]`. */
export function drop(c: Cursor): DropStatement {
  const { start } = c;
  c.expect("DROP");
  const temporary = c.acceptAny("TEMPORARY", "TEMP") !== undefined;
  const isIndex = c.accept("INDEX");
  const isVariable = temporary && c.accept("VAR");
  const object = isIndex ? "index" : isVariable ? "variable" : (acceptObjectKind(c) ?? c.fail("what to drop"));
  if (object === "variable" && !temporary) c.fail("'TEMPORARY'");
  if (temporary && object !== "variable" && object !== "function" && object !== "view")
    c.fail("'VARIABLE' or 'FUNCTION'");
  const ifExists = c.acceptAll("IF", "EXISTS");
  const name = objectName(c, "a name");
  let on: DropStatement["on"];
  if (object === "index") {
    c.expect("ON");
    if (c.at("TABLE") && (c.peek().kind === "word" || c.peek().kind === "quoted")) c.advance();
    on = { object: "table", name: objectName(c, "a table") };
  } else if (object === "policy") {
    c.expect("ON");
    on = { object: acceptObjectKind(c) ?? c.fail("CATALOG, SCHEMA or TABLE"), name: objectName(c, "a name") };
  }
  const word = c.acceptAny("CASCADE", "RESTRICT", "FORCE");
  const behaviour =
    word === "CASCADE" ? "cascade" : word === "RESTRICT" ? "restrict" : word === "FORCE" ? "force" : undefined;
  const purge = object === "table" && c.accept("PURGE");
  return { kind: "drop", span: c.span(start), object, temporary, ifExists, name, on, behaviour, purge };
}
