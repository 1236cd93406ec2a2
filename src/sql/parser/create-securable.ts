import type {
  CreateIndex,
  CreateMode,
  CreatePolicy,
  CreateSchema,
  CreateSecurable,
  SecurableKind,
} from "../ast/create.ts";
import type { NamedExpression, Expression } from "../ast/expression.ts";
import type { Identifier } from "../ast/node.ts";
import { existsClause } from "./change.ts";
import { ifNotExists } from "./create-table.ts";
import type { Cursor } from "./cursor.ts";
import { optionList, propertyList } from "./property.ts";
import { objectName } from "./relation.ts";

/** After SCHEMA, DATABASE or NAMESPACE. */
export function createSchema(c: Cursor, start: number, mode: CreateMode): CreateSchema {
  const given = existsClause(c) ? ifNotExists(c, mode) : mode;
  const name = objectName(c, "a schema");
  let location: string | undefined;
  let managedLocation: string | undefined;
  let comment: string | undefined;
  let collation: CreateSchema["collation"];
  let properties: CreateSchema["properties"] = [];
  const seen = new Set<string>();
  const once = (clause: string): void => {
    if (seen.has(clause)) {
      c.raise("DUPLICATE_CLAUSES", `Found duplicate clauses: ${clause}. Please, remove one of them.`, c.token);
    }
    seen.add(clause);
  };
  for (;;) {
    if (c.at("COMMENT")) {
      once("COMMENT");
      c.advance();
      comment = c.string("a comment");
    } else if (c.at("LOCATION")) {
      once("LOCATION");
      c.advance();
      location = c.string("a path");
    } else if (c.acceptAll("MANAGED", "LOCATION")) {
      once("MANAGED LOCATION");
      managedLocation = c.string("a path");
    } else if (c.acceptAll("DEFAULT", "COLLATION")) {
      once("DEFAULT COLLATION");
      collation = c.name("a collation");
    } else if (c.at("WITH")) {
      once("WITH PROPERTIES");
      c.advance();
      c.expectAny("DBPROPERTIES", "PROPERTIES");
      properties = propertyList(c);
    } else break;
  }
  return {
    kind: "create_schema",
    span: c.span(start),
    mode: given,
    name,
    location,
    managedLocation,
    comment,
    collation,
    properties,
  };
}

/** The kinds of objects with one shape, by the words that name them. */
export const SECURABLES: readonly (readonly [words: readonly string[], kind: SecurableKind])[] = [
  [["CATALOG"], "catalog"],
  [["VOLUME"], "volume"],
  [["EXTERNAL", "LOCATION"], "external_location"],
  [["STORAGE", "CREDENTIAL"], "storage_credential"],
  [["SERVICE", "CREDENTIAL"], "service_credential"],
  [["CREDENTIAL"], "storage_credential"],
  [["CONNECTION"], "connection"],
  [["SERVER"], "connection"],
  [["SHARE"], "share"],
  [["RECIPIENT"], "recipient"],
  [["PROVIDER"], "provider"],
  [["GROUP"], "group"],
  [["USER"], "user"],
];

/** After the words that name the kind. */
export function createSecurable(
  c: Cursor,
  start: number,
  mode: CreateMode,
  kind: SecurableKind,
  variant: CreateSecurable["variant"],
): CreateSecurable {
  const given = existsClause(c) ? ifNotExists(c, mode) : mode;
  const name = objectName(c, "a name");
  const found: { -readonly [Key in keyof CreateSecurable]: CreateSecurable[Key] } = {
    kind: "create_securable",
    span: c.span(start),
    securable: kind,
    mode: given,
    variant,
    name,
    comment: undefined,
    location: undefined,
    managedLocation: undefined,
    using: undefined,
    type: undefined,
    options: [],
    collation: undefined,
    id: undefined,
  };
  while (securableClause(c, kind, found));
  if (kind === "external_location" && found.location === undefined) c.fail("'URL'");
  if (kind === "connection" && found.type === undefined) c.fail("'TYPE'");
  return { ...found, span: c.span(start) };
}

function securableClause(
  c: Cursor,
  kind: SecurableKind,
  found: { -readonly [Key in keyof CreateSecurable]: CreateSecurable[Key] },
): boolean {
  const repeated = (value: unknown, clause: string): void => {
    if (value !== undefined) {
      c.raise("DUPLICATE_CLAUSES", `Found duplicate clauses: ${clause}. Please, remove one of them.`, c.token);
    }
  };
  if (c.accept("COMMENT")) {
    repeated(found.comment, "COMMENT");
    found.comment = c.string("a comment");
    return true;
  }
  if (kind === "volume" && c.accept("LOCATION")) {
    repeated(found.location, "LOCATION");
    found.location = c.string("a path");
    return true;
  }
  if (kind === "external_location" && c.accept("URL")) {
    repeated(found.location, "URL");
    found.location = c.token.kind === "quoted" ? c.identifier().name : c.string("a URL");
    return true;
  }
  if (kind === "external_location" && c.acceptAll("WITH", "(")) {
    repeated(found.using, "CREDENTIAL");
    c.accept("STORAGE");
    c.expect("CREDENTIAL");
    found.using = c.name("a credential");
    c.expect(")");
    return true;
  }
  if (kind === "catalog" && c.acceptAll("MANAGED", "LOCATION")) {
    repeated(found.managedLocation, "MANAGED LOCATION");
    found.managedLocation = c.string("a path");
    return true;
  }
  if (kind === "catalog" && c.acceptAll("DEFAULT", "COLLATION")) {
    found.collation = c.name("a collation");
    return true;
  }
  if (kind === "catalog" && c.accept("USING")) {
    repeated(found.using, "USING");
    c.expectAny("SHARE", "CONNECTION");
    found.using = c.name("a name");
    return true;
  }
  if (kind === "recipient" && c.acceptAll("USING", "ID")) {
    repeated(found.id, "USING ID");
    found.id = c.string("an identifier of sharing");
    return true;
  }
  if (kind === "connection" && c.accept("TYPE")) {
    repeated(found.type, "TYPE");
    found.type = c.identifier("a type").name;
    return true;
  }
  if (c.accept("OPTIONS")) {
    found.options = optionList(c);
    return true;
  }
  if (c.accept("PROPERTIES")) {
    found.options = propertyList(c);
    return true;
  }
  return false;
}

/** From POLICY on. */
export function createPolicy(c: Cursor, start: number, mode: CreateMode): CreatePolicy {
  c.expect("POLICY");
  const given = existsClause(c) ? ifNotExists(c, mode) : mode;
  const name = c.strictIdentifier("a policy");
  c.expect("ON");
  const level = c.expectAny("CATALOG", "SCHEMA", "TABLE");
  const securable = level === "CATALOG" ? "catalog" : level === "SCHEMA" ? "schema" : "table";
  const target = objectName(c, "a name");
  const comment = c.accept("COMMENT") ? c.string("a comment") : undefined;
  const masks = c.acceptAll("COLUMN", "MASK");
  if (!masks) c.expect("ROW", "FILTER");
  const call = objectName(c, "a function");
  c.expect("TO");
  const to = c.list(() => c.strictIdentifier("a principal"));
  const exceptTo: Identifier[] = c.accept("EXCEPT") ? c.list(() => c.strictIdentifier("a principal")) : [];
  c.expect("FOR", "TABLES");
  const when = c.accept("WHEN") ? c.rules.expression(c) : undefined;
  const match = c.acceptAll("MATCH", "COLUMNS") ? c.list(() => matched(c)) : [];
  const onColumn = c.acceptAll("ON", "COLUMN") ? c.strictIdentifier("a column") : undefined;
  if (masks && onColumn === undefined) c.fail("'ON COLUMN'");
  const using: Expression[] = c.acceptAll("USING", "COLUMNS") ? c.parenthesized(() => c.rules.expression(c)) : [];
  return {
    kind: "create_policy",
    span: c.span(start),
    mode: given,
    name,
    on: { securable, name: target },
    comment,
    policy: masks ? "column_mask" : "row_filter",
    function: call,
    to,
    exceptTo,
    when,
    match,
    onColumn,
    usingColumns: using,
  };
}

function matched(c: Cursor): NamedExpression {
  const { start } = c;
  const expression = c.rules.expression(c);
  const aliases = c.accept("AS") ? [c.strictIdentifier("an alias")] : [];
  return { kind: "named_expression", span: c.span(start), expression, aliases };
}

/** From INDEX on. */
export function createIndex(c: Cursor, start: number): CreateIndex {
  c.expect("INDEX");
  const mode = existsClause(c) ? "if_not_exists" : "create";
  const name = c.identifier("an index");
  c.expect("ON");
  if (c.at("TABLE") && !c.peekIs(1, ".", "(", "USING")) c.advance();
  const table = objectName(c, "a table");
  const using = c.accept("USING") ? c.identifier("a type of index") : undefined;
  const columns = c.parenthesized(() => {
    const column = c.name("a column");
    return { name: column, options: c.accept("OPTIONS") ? propertyList(c) : [] };
  });
  const options = c.accept("OPTIONS") ? propertyList(c) : [];
  return { kind: "create_index", span: c.span(start), mode, name, table, using, columns, options };
}
