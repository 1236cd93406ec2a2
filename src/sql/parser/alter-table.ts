import type { AlterAction, AlterColumn, ColumnChange } from "../ast/alter.ts";
import type { ObjectKind } from "../ast/create.ts";
import type { ColumnDefinition, PartitionSpec } from "../ast/definition.ts";
import type { Identifier } from "../ast/node.ts";
import { existsClause } from "./change.ts";
import { clusterBy, rowFilter } from "./clauses.ts";
import { ADDED_COLUMN, atConstraint, columnDefinition, columnMask, columnPosition, tableConstraint } from "./column.ts";
import type { Cursor } from "./cursor.ts";
import { dataType, refuseBang } from "./data-type.ts";
import { partitionSpec } from "./partition.ts";
import { propertyKeys, propertyList, propertyListWithValues } from "./property.ts";

/** What can be changed in a table, by its first word; undefined, nothing read, for what other objects have too. */
export function tableAction(
  c: Cursor,
  object: ObjectKind,
  partition: PartitionSpec | undefined,
): AlterAction | undefined {
  const { start } = c;
  switch (c.token.kind === "word" ? c.token.text : "") {
    case "ADD":
      return add(c, object);
    case "DROP":
      return drop(c, object);
    case "RENAME":
      if (c.acceptAll("RENAME", "COLUMN")) {
        const from = c.name("a column");
        c.expect("TO");
        const to = c.strictIdentifier("the new name");
        return { kind: "rename_column", span: c.span(start), from, to };
      }
      if (partition === undefined || !c.acceptAll("RENAME", "TO")) return undefined;
      return { kind: "rename_partition", to: partitionSpec(c), span: c.span(start) };
    case "ALTER":
      if (c.peekIs(1, "SCHEDULE", "TRIGGER")) return undefined;
      c.advance();
      c.acceptAny("COLUMN", "COLUMNS");
      return alterColumns(c, start);
    case "CHANGE":
      return change(c, partition);
    case "REPLACE":
      return replaceColumns(c, partition);
    case "CLUSTER": {
      const by = clusterBy(c);
      return { kind: "cluster_by", span: c.span(start), clusterBy: by };
    }
    case "RECOVER":
      c.expect("RECOVER", "PARTITIONS");
      return { kind: "recover_partitions", span: c.span(start) };
    case "SET":
      return set(c);
    default:
      return undefined;
  }
}

function add(c: Cursor, object: ObjectKind): AlterAction | undefined {
  const { start } = c;
  if (c.peekIs(1, "SCHEDULE", "TRIGGER")) return undefined;
  c.expect("ADD");
  const many = c.acceptAny("COLUMN", "COLUMNS");
  if (many !== undefined) {
    const ifNotExists = existsClause(c);
    const one = (): ColumnDefinition => columnDefinition(c, ADDED_COLUMN);
    const columns = c.at("(") ? c.parenthesized(one) : c.list(one);
    return { kind: "add_columns", span: c.span(start), columns, ifNotExists };
  }
  if (atConstraint(c)) {
    const constraint = tableConstraint(c);
    return { kind: "add_constraint", span: c.span(start), constraint };
  }
  const ifNotExists = existsClause(c);
  if (object === "view" && c.at("PARTITION")) {
    c.raise(
      "INVALID_STATEMENT_OR_CLAUSE",
      "The statement or clause: ALTER VIEW ... ADD PARTITION is not valid.",
      c.span(start),
    );
  }
  const partitions: { spec: PartitionSpec; location: string | undefined }[] = [];
  do {
    const spec = partitionSpec(c);
    partitions.push({ spec, location: c.accept("LOCATION") ? c.string("a path") : undefined });
  } while (c.accept(",") || c.at("PARTITION"));
  return { kind: "add_partitions", span: c.span(start), ifNotExists, partitions };
}

function drop(c: Cursor, object: ObjectKind): AlterAction | undefined {
  const { start } = c;
  if (c.peekIs(1, "SCHEDULE")) return undefined;
  c.expect("DROP");
  if (c.acceptAny("COLUMN", "COLUMNS") !== undefined) {
    const ifExists = c.acceptAll("IF", "EXISTS");
    const columns = c.at("(") ? c.parenthesized(() => c.name("a column")) : c.list(() => c.name("a column"));
    return { kind: "drop_columns", span: c.span(start), ifExists, columns };
  }
  if (c.acceptAll("ROW", "FILTER")) return { kind: "drop_row_filter", span: c.span(start) };
  if (c.accept("FEATURE")) {
    const feature = c.token.kind === "string" ? c.string() : c.identifier("a feature").name;
    const truncateHistory = c.acceptAll("TRUNCATE", "HISTORY");
    return { kind: "drop_feature", span: c.span(start), feature, truncateHistory };
  }
  if (c.atAny("CONSTRAINT", "PRIMARY", "FOREIGN")) return dropConstraint(c, start);
  const ifExists = c.acceptAll("IF", "EXISTS");
  if (object === "view" && c.at("PARTITION")) {
    c.raise(
      "INVALID_STATEMENT_OR_CLAUSE",
      "The statement or clause: ALTER VIEW ... DROP PARTITION is not valid.",
      c.span(start),
    );
  }
  const partitions = c.list(() => partitionSpec(c));
  const purge = c.accept("PURGE");
  return { kind: "drop_partitions", span: c.span(start), ifExists, purge, partitions };
}

function dropConstraint(c: Cursor, start: number): AlterAction {
  const word = c.expectAny("CONSTRAINT", "PRIMARY", "FOREIGN");
  if (word !== "CONSTRAINT") c.expect("KEY");
  const ifExists = c.acceptAll("IF", "EXISTS");
  const name = word === "CONSTRAINT" ? c.strictIdentifier("a constraint") : undefined;
  const columns: Identifier[] = word === "FOREIGN" ? c.parenthesized(() => c.strictIdentifier("a column")) : [];
  const end = c.acceptAny("CASCADE", "RESTRICT");
  return {
    kind: "drop_constraint",
    span: c.span(start),
    constraint: word === "CONSTRAINT" ? "named" : word === "PRIMARY" ? "primary_key" : "foreign_key",
    name,
    columns,
    ifExists,
    behaviour: end === undefined ? undefined : end === "CASCADE" ? "cascade" : "restrict",
  };
}

function set(c: Cursor): AlterAction | undefined {
  const { start } = c;
  if (c.atAll("SET", "ROW", "FILTER")) {
    c.advance();
    const filter = rowFilter(c);
    return { kind: "set_row_filter", span: c.span(start), filter };
  }
  if (c.acceptAll("SET", "SERDEPROPERTIES")) {
    const properties = propertyListWithValues(c);
    return { kind: "set_serde", span: c.span(start), serde: undefined, properties };
  }
  if (c.acceptAll("SET", "SERDE")) {
    const serde = c.string("a class name");
    const properties = c.acceptAll("WITH", "SERDEPROPERTIES") ? propertyListWithValues(c) : [];
    return { kind: "set_serde", span: c.span(start), serde, properties };
  }
  return undefined;
}

function alterColumns(c: Cursor, start: number): AlterAction {
  const columns = c.list((): AlterColumn => {
    const at = c.start;
    const column = c.name("a column");
    const change = columnChange(c) ?? c.fail("what to change of the column");
    return { kind: "alter_column", span: c.span(at), column, change };
  });
  return { kind: "alter_columns", span: c.span(start), columns };
}

function columnChange(c: Cursor): ColumnChange | undefined {
  const { start } = c;
  if (c.accept("TYPE")) {
    const at = c.start;
    const type = dataType(c);
    return { kind: "set_type", span: c.span(start), type, typeSpan: c.span(at) };
  }
  if (c.accept("COMMENT")) {
    const comment = c.string("a comment");
    return { kind: "set_column_comment", span: c.span(start), comment };
  }
  if (c.at("FIRST") || c.at("AFTER")) {
    const position = columnPosition(c);
    return { kind: "set_position", span: c.span(start), position };
  }
  if (c.acceptAll("SYNC", "IDENTITY")) return { kind: "sync_identity", span: c.span(start) };
  if (c.acceptAll("UNSET", "TAGS")) {
    const tags = propertyKeys(c).map((each) => each.key);
    return { kind: "unset_column_tags", span: c.span(start), tags };
  }
  const word = c.acceptAny("SET", "DROP");
  if (word === undefined) return undefined;
  if (c.at("!")) refuseBang(c);
  if (c.acceptAll("NOT", "NULL")) return { kind: "set_nullable", span: c.span(start), nullable: word === "DROP" };
  if (word === "DROP") {
    const what = c.expectAny("DEFAULT", "MASK", "IDENTITY");
    const kind = what === "DEFAULT" ? "drop_default" : what === "MASK" ? "drop_mask" : "drop_identity";
    return { kind, span: c.span(start) };
  }
  if (c.accept("DEFAULT")) {
    const expression = c.rules.expression(c);
    return { kind: "set_default", span: c.span(start), expression };
  }
  if (c.accept("MASK")) {
    const mask = columnMask(c);
    return { kind: "set_mask", span: c.span(start), mask };
  }
  c.expect("TAGS");
  const tags = propertyList(c);
  return { kind: "set_column_tags", span: c.span(start), tags };
}

/** `CHANGE [COLUMN] a COMMENT …`, or Hive's `CHANGE [COLUMN] a b INT …`. */
function change(c: Cursor, partition: PartitionSpec | undefined): AlterAction {
  const { start } = c;
  c.expect("CHANGE");
  if (c.at("COLUMN") && (c.peek().kind === "word" || c.peek().kind === "quoted")) c.advance();
  const column = c.name("a column");
  const found = columnChange(c);
  if (found !== undefined) {
    const altered: AlterColumn = { kind: "alter_column", span: c.span(column.span.start), column, change: found };
    return { kind: "alter_columns", span: c.span(start), columns: [altered] };
  }
  const definition = columnDefinition(c, { ...ADDED_COLUMN, name: "single" });
  if (partition !== undefined) {
    const clause = "ALTER TABLE ... PARTITION ... CHANGE COLUMN";
    c.raise("INVALID_STATEMENT_OR_CLAUSE", `The statement or clause: ${clause} is not valid.`, c.span(start));
  }
  return { kind: "change_column", span: c.span(start), column, definition };
}

function replaceColumns(c: Cursor, partition: PartitionSpec | undefined): AlterAction {
  const { start } = c;
  c.expect("REPLACE", "COLUMNS");
  if (partition !== undefined) {
    const clause = "ALTER TABLE ... PARTITION ... REPLACE COLUMNS";
    c.raise("INVALID_STATEMENT_OR_CLAUSE", `The statement or clause: ${clause} is not valid.`, c.span(start));
  }
  const columns = c.parenthesized(() => columnDefinition(c, ADDED_COLUMN));
  for (const column of columns) {
    const problem =
      column.name.parts.length > 1
        ? "Replacing with a nested column"
        : column.position !== undefined
          ? "Column position"
          : column.default !== undefined
            ? "A default value"
            : !column.nullable
              ? "NOT NULL"
              : undefined;
    if (problem !== undefined) {
      c.raise("PARSE_SYNTAX_ERROR", `${problem} is not supported in Hive-style REPLACE COLUMNS.`, column);
    }
  }
  return { kind: "replace_columns", span: c.span(start), columns };
}
