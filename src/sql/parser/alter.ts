import type { AlterAction, AlterStatement } from "../ast/alter.ts";
import type { ObjectKind } from "../ast/create.ts";
import type { PartitionSpec, Property } from "../ast/definition.ts";
import { tableAction } from "./alter-table.ts";
import { schemaBinding } from "./clauses.ts";
import type { Cursor } from "./cursor.ts";
import { acceptObjectKind } from "./object-kind.ts";
import { optionalPartition } from "./partition.ts";
import { optionList, propertyKeys, propertyList, propertyListWithValues } from "./property.ts";
import { query } from "./query.ts";
import { startsQuery } from "./query-start.ts";
import { objectName } from "./relation.ts";
import { schedule } from "./schedule.ts";

const TABLES: readonly ObjectKind[] = ["table", "streaming_table", "materialized_view"];

/** `ALTER kind name action`. */
export function alter(c: Cursor): AlterStatement {
  const { start } = c;
  c.expect("ALTER");
  const object = acceptObjectKind(c) ?? c.fail("what to alter");
  const name = objectName(c, "a name");
  const partition = TABLES.includes(object) ? optionalPartition(c) : undefined;
  const action = tableOr(c, object, partition) ?? c.fail("what to change");
  return { kind: "alter", span: c.span(start), object, name, partition, action };
}

function tableOr(c: Cursor, object: ObjectKind, partition: PartitionSpec | undefined): AlterAction | undefined {
  const isTable = TABLES.includes(object);
  if (isTable || object === "view") {
    const found = tableAction(c, object, partition);
    if (found !== undefined) return found;
  }
  if (object === "view" || object === "materialized_view") {
    const { start } = c;
    if (c.atAll("WITH", "SCHEMA")) {
      const binding = schemaBinding(c);
      return { kind: "set_schema_binding", span: c.span(start), binding };
    }
    if (c.at("AS") || startsQuery(c) || c.at("(")) {
      c.accept("AS");
      const source = query(c);
      return { kind: "set_query", span: c.span(start), query: source };
    }
  }
  return common(c, object);
}

/** What all or most kinds of objects have. */
function common(c: Cursor, object: ObjectKind): AlterAction | undefined {
  const { start } = c;
  if (c.acceptAll("RENAME", "TO")) {
    const to = c.name("the new name");
    return { kind: "rename", span: c.span(start), to };
  }
  if (c.acceptAll("OWNER", "TO") || c.acceptAll("SET", "OWNER", "TO")) {
    const owner = c.strictIdentifier("a principal");
    return { kind: "set_owner", span: c.span(start), owner };
  }
  const optimization = c.acceptAny("ENABLE", "DISABLE", "INHERIT");
  if (optimization !== undefined) {
    c.expect("PREDICTIVE", "OPTIMIZATION");
    const mode = optimization === "ENABLE" ? "enable" : optimization === "DISABLE" ? "disable" : "inherit";
    return { kind: "predictive_optimization", span: c.span(start), mode };
  }
  if (c.acceptAll("DEFAULT", "COLLATION")) {
    const collation = c.name("a collation");
    return { kind: "set_collation", span: c.span(start), collation };
  }
  if (c.accept("OPTIONS")) {
    const options = optionList(c);
    return { kind: "set_options", span: c.span(start), options };
  }
  if (c.acceptAny("ADD", "REMOVE") !== undefined) return member(c, start, object);
  if (c.atAny("SCHEDULE", "TRIGGER")) c.fail("'ADD' or 'ALTER'");
  if (c.acceptAll("DROP", "SCHEDULE")) return { kind: "drop_schedule", span: c.span(start) };
  if (c.at("ALTER") && c.peekIs(1, "SCHEDULE", "TRIGGER")) {
    c.advance();
    const found = schedule(c);
    return { kind: "set_schedule", span: c.span(start), schedule: found, add: false };
  }
  if (c.accept("UNSET")) return unset(c, start);
  return c.accept("SET") ? set(c, start) : undefined;
}

function set(c: Cursor, start: number): AlterAction | undefined {
  if (c.acceptAny("TBLPROPERTIES", "DBPROPERTIES", "PROPERTIES") !== undefined) {
    const properties: Property[] = propertyListWithValues(c);
    return { kind: "set_properties", span: c.span(start), properties };
  }
  if (c.at("MANAGED") && !c.peekIs(1, "LOCATION")) {
    c.advance();
    const truncateHistory = c.acceptAll("TRUNCATE", "UNIFORM", "HISTORY");
    return { kind: "set_managed", span: c.span(start), managed: true, truncateHistory };
  }
  if (c.accept("TAGS")) {
    const tags = propertyList(c);
    return { kind: "set_tags", span: c.span(start), tags };
  }
  if (c.accept("LOCATION") || c.acceptAll("MANAGED", "LOCATION")) {
    const location = c.string("a path");
    return { kind: "set_location", span: c.span(start), location };
  }
  if (c.accept("URL")) {
    const url = c.token.kind === "quoted" ? c.identifier().name : c.string("a URL");
    const force = c.accept("FORCE");
    return { kind: "set_url", span: c.span(start), url, force };
  }
  if (c.acceptAll("STORAGE", "CREDENTIAL") || c.accept("CREDENTIAL")) {
    const credential = c.name("a credential");
    const force = c.accept("FORCE");
    return { kind: "set_credential", span: c.span(start), credential, force };
  }
  if (c.accept("OPTIONS")) {
    const options = optionList(c);
    return { kind: "set_options", span: c.span(start), options };
  }
  if (c.accept("COMMENT")) {
    const comment = c.string("a comment");
    return { kind: "set_comment", span: c.span(start), comment };
  }
  return undefined;
}

function unset(c: Cursor, start: number): AlterAction {
  if (c.accept("TAGS")) {
    const tags = propertyKeys(c).map((each) => each.key);
    return { kind: "unset_tags", span: c.span(start), tags };
  }
  if (c.accept("MANAGED")) return { kind: "set_managed", span: c.span(start), managed: false, truncateHistory: false };
  c.expectAny("TBLPROPERTIES", "DBPROPERTIES", "PROPERTIES");
  const ifExists = c.acceptAll("IF", "EXISTS");
  const properties = propertyKeys(c);
  return { kind: "unset_properties", span: c.span(start), ifExists, properties };
}

/** `ALTER SHARE s ADD TABLE t AS x …`, `REMOVE …`: the word was stepped over. */
function member(c: Cursor, start: number, object: ObjectKind): AlterAction {
  const add = c.textFrom(start).toUpperCase() === "ADD";
  if (object !== "share") {
    if (!c.atAny("SCHEDULE", "TRIGGER") || !add) c.fail();
    const found = schedule(c);
    return { kind: "set_schedule", span: c.span(start), schedule: found, add: true };
  }
  const kind = acceptObjectKind(c) ?? c.fail("a kind of object");
  const name = objectName(c, "a name");
  const alias = c.accept("AS") ? c.name("a name") : undefined;
  const at = c.start;
  while (!c.atEnd() && !c.at(";")) c.advance();
  const options = c.textFrom(at);
  return { kind: "change_member", span: c.span(start), add, object: kind, name, alias, options };
}
