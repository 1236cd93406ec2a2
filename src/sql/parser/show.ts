import type { ObjectName } from "../ast/expression.ts";
import type { Identifier, Name } from "../ast/node.ts";
import type { Show, ShowGrants, ShowSubject } from "../ast/utility.ts";
import type { Cursor } from "./cursor.ts";
import { acceptObjectKindBeforeName } from "./object-kind.ts";
import { optionalPartition, partitionSpec } from "./partition.ts";
import { propertyKey } from "./property.ts";
import { objectName } from "./relation.ts";

/** What can be shown as `SHOW words [FROM | IN name] [[LIKE] 'pattern']`. */
const LISTS: readonly (readonly [words: readonly string[], subject: ShowSubject])[] = [
  [["TABLES", "DROPPED"], "tables_dropped"],
  [["TABLES"], "tables"],
  [["VIEWS"], "views"],
  [["MATERIALIZED", "VIEWS"], "materialized_views"],
  [["STREAMING", "TABLES"], "streaming_tables"],
  [["CATALOGS"], "catalogs"],
  [["SCHEMAS"], "schemas"],
  [["DATABASES"], "schemas"],
  [["NAMESPACES"], "schemas"],
  [["VOLUMES"], "volumes"],
  [["PROCEDURES"], "procedures"],
  [["GROUPS"], "groups"],
  [["USERS"], "users"],
  [["CONNECTIONS"], "connections"],
  [["STORAGE", "CREDENTIALS"], "credentials"],
  [["SERVICE", "CREDENTIALS"], "credentials"],
  [["CREDENTIALS"], "credentials"],
  [["EXTERNAL", "LOCATIONS"], "external_locations"],
  [["SHARES"], "shares"],
  [["RECIPIENTS"], "recipients"],
  [["PROVIDERS"], "providers"],
  [["CACHED", "TABLES"], "cached_tables"],
];

type ShowParts = { -readonly [Key in Exclude<keyof Show, "kind" | "span" | "subject">]: Show[Key] };

function nothing(): ShowParts {
  return {
    name: undefined,
    schema: undefined,
    pattern: undefined,
    scope: undefined,
    function: undefined,
    key: undefined,
    partition: undefined,
    asSerde: false,
    limit: undefined,
    member: undefined,
  };
}

/** Every SHOW. */
export function show(c: Cursor): Show | ShowGrants {
  const { start } = c;
  c.expect("SHOW");
  if (c.atAny("GRANTS", "GRANT")) return showGrants(c, start);
  const parts = nothing();
  const subject = single(c, parts) ?? functions(c, parts) ?? list(c, parts) ?? c.fail("what to show");
  return { kind: "show", span: c.span(start), subject, ...parts };
}

function list(c: Cursor, parts: ShowParts): ShowSubject | undefined {
  const found = LISTS.find(([words]) => c.acceptAll(...words));
  if (found === undefined) return undefined;
  const [, subject] = found;
  if (subject === "shares" && c.acceptAll("IN", "PROVIDER")) parts.name = objectName(c, "a provider");
  else parts.name = fromName(c);
  if (subject === "groups" && c.accept("WITH")) {
    c.expectAny("USER", "GROUP");
    parts.member = c.strictIdentifier("a principal");
  }
  parts.pattern = likePattern(c);
  if (subject === "tables_dropped" && c.accept("LIMIT")) parts.limit = c.integer("a number of tables");
  return subject;
}

function single(c: Cursor, parts: ShowParts): ShowSubject | undefined {
  if (c.acceptAll("CREATE", "TABLE") || c.acceptAll("CREATE", "VIEW")) {
    parts.name = objectName(c, "a table");
    parts.asSerde = c.acceptAll("AS", "SERDE");
    return "create_table";
  }
  if (c.acceptAll("TABLE", "EXTENDED")) {
    parts.name = fromName(c);
    c.expect("LIKE");
    parts.pattern = c.string("a pattern");
    parts.partition = optionalPartition(c);
    return "table_extended";
  }
  if (c.accept("TBLPROPERTIES")) {
    parts.name = objectName(c, "a table");
    if (c.accept("(")) {
      parts.key = propertyKey(c);
      c.expect(")");
    }
    return "table_properties";
  }
  if (c.accept("COLUMNS")) {
    c.expectAny("FROM", "IN");
    parts.name = objectName(c, "a table");
    if (c.acceptAny("FROM", "IN") !== undefined) parts.schema = c.name("a schema");
    return "columns";
  }
  if (c.accept("PARTITIONS")) {
    parts.name = objectName(c, "a table");
    parts.partition = c.at("PARTITION") ? partitionSpec(c) : undefined;
    return "partitions";
  }
  if (c.accept("CURRENT")) {
    c.expectAny("NAMESPACE", "SCHEMA", "DATABASE");
    return "current_schema";
  }
  if (c.acceptAll("ALL", "IN", "SHARE")) {
    parts.name = objectName(c, "a share");
    return "all_in_share";
  }
  if (c.acceptAll("POLICIES", "ON") || c.acceptAll("EFFECTIVE", "POLICIES", "ON")) {
    acceptObjectKindBeforeName(c);
    parts.name = objectName(c, "a name");
    return "policies";
  }
  if (c.accept("LOCKS")) {
    parts.name = objectName(c, "a table");
    return "locks";
  }
  return undefined;
}

function functions(c: Cursor, parts: ShowParts): ShowSubject | undefined {
  if (!c.at("FUNCTIONS") && !c.peekIs(1, "FUNCTIONS")) return undefined;
  if (!c.at("FUNCTIONS")) {
    const scope = c.token;
    parts.scope = c.identifier().name.toLowerCase();
    if (!["user", "system", "all"].includes(parts.scope)) {
      c.raise(
        "INVALID_SQL_SYNTAX.SHOW_FUNCTIONS_INVALID_SCOPE",
        `Invalid SQL syntax: SHOW ${scope.text} FUNCTIONS not supported.`,
        scope,
        "Write USER, SYSTEM or ALL.",
      );
    }
  }
  c.expect("FUNCTIONS");
  parts.name = fromName(c);
  c.accept("LIKE");
  if (c.token.kind === "string") parts.pattern = c.string();
  else if (c.atIdentifier()) parts.function = c.name();
  return "functions";
}

function fromName(c: Cursor): ObjectName | undefined {
  return c.acceptAny("FROM", "IN") === undefined ? undefined : objectName(c, "a name");
}

function likePattern(c: Cursor): string | undefined {
  if (c.accept("LIKE")) return c.string("a pattern");
  return c.token.kind === "string" ? c.string() : undefined;
}

/** `SHOW GRANTS [principal] ON kind name`, `SHOW GRANTS principal`. */
function showGrants(c: Cursor, start: number): ShowGrants {
  c.advance();
  let principal: Identifier | undefined;
  const toRecipient = c.acceptAll("TO", "RECIPIENT");
  if (!toRecipient && !c.at("ON") && c.atIdentifier()) principal = c.strictIdentifier("a principal");
  if (toRecipient) {
    const name = objectName(c, "a recipient");
    return { kind: "show_grants", span: c.span(start), principal, object: "recipient", name };
  }
  if (!c.accept("ON")) {
    if (principal === undefined) c.fail("'ON' or a principal");
    return { kind: "show_grants", span: c.span(start), principal, object: undefined, name: undefined };
  }
  const object = acceptObjectKindBeforeName(c) ?? "table";
  const nameless = object === "metastore" || object === "any_file" || object === "anonymous_function";
  const name: ObjectName | Name | undefined = nameless && !c.atIdentifier() ? undefined : objectName(c, "a name");
  return { kind: "show_grants", span: c.span(start), principal, object, name };
}
