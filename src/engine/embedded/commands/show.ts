import { findSchema, getCatalog, getRelation, getSchema } from "../../../catalog/find.ts";
import { isRelation, isTable, type Securable, type SecurableKind } from "../../../catalog/securable.ts";
import { BOOLEAN, field, sqlType, STRING, struct, type StructType } from "../../../core/data-type.ts";
import { textOf, type Row } from "../../../core/value.ts";
import type { Show } from "../../../sql/ast/utility.ts";
import type { StatementResult } from "../../session.ts";
import { rowsResult, textColumns } from "../result.ts";
import type { StatementCall } from "../statement-call.ts";
import type { Command } from "./command.ts";
import { quoteIfNeeded } from "../../../core/data-type.ts";

/** SHOW: what the user can see, in Databricks' columns. */
export const show: Command<"show"> = {
  kinds: ["show"],
  async run(statement, call) {
    const { schema, rows } = await shown(statement, call);
    return result(schema, rows, statement);
  },
};

interface Shown {
  readonly schema: StructType;
  readonly rows: readonly Row[];
}

async function shown(statement: Show, call: StatementCall): Promise<Shown> {
  const access = await call.access();
  const { snapshot } = access;
  const visible = (parent: string, ...kinds: SecurableKind[]): Securable[] =>
    snapshot.children(parent).filter((each) => kinds.includes(each.kind) && access.sees(each));
  const inSchema = async (
    ...kinds: SecurableKind[]
  ): Promise<{ readonly schema: string; readonly found: Securable[] }> => {
    const name =
      statement.name === undefined ? [call.state.catalog, call.state.schema] : await call.schemaName(statement.name);
    const schema = getSchema(access, name);
    return { schema: schema.name, found: visible(schema.id, ...kinds) };
  };
  switch (statement.subject) {
    case "catalogs":
      return {
        schema: textColumns("catalog"),
        rows: visible(snapshot.metastore.id, "catalog").map(({ name }) => ({ catalog: name })),
      };
    case "schemas": {
      const catalog = statement.name === undefined ? call.state.catalog : ((await call.parts(statement.name))[0] ?? "");
      const found = visible(getCatalog(access, catalog).id, "schema");
      return { schema: textColumns("databaseName"), rows: found.map(({ name }) => ({ databaseName: name })) };
    }
    case "tables":
    case "streaming_tables":
    case "materialized_views": {
      const kinds: SecurableKind[] =
        statement.subject === "tables"
          ? ["table", "view", "materialized_view", "streaming_table"]
          : [statement.subject === "streaming_tables" ? "streaming_table" : "materialized_view"];
      const { schema, found } = await inSchema(...kinds);
      const temporary =
        statement.subject === "tables" && statement.name === undefined ? [...call.state.temporaryViews.values()] : [];
      return {
        schema: struct([field("database", STRING), field("tableName", STRING), field("isTemporary", BOOLEAN)]),
        rows: [
          ...found.map(({ name }) => ({ database: schema, tableName: name, isTemporary: false })),
          ...temporary.map(({ name }) => ({ database: "", tableName: name, isTemporary: true })),
        ],
      };
    }
    case "views": {
      const { schema, found } = await inSchema("view");
      const columns = struct([field("namespace", STRING), field("viewName", STRING), field("isTemporary", BOOLEAN)]);
      const temporary = [...call.state.temporaryViews.values()];
      return {
        schema: columns,
        rows: [
          ...found.map(({ name }) => ({ namespace: schema, viewName: name, isTemporary: false })),
          ...temporary.map(({ name }) => ({ namespace: "", viewName: name, isTemporary: true })),
        ],
      };
    }
    case "volumes": {
      const { schema, found } = await inSchema("volume");
      return {
        schema: textColumns("database", "volume_name"),
        rows: found.map(({ name }) => ({ database: schema, volume_name: name })),
      };
    }
    case "functions": {
      const name =
        statement.name === undefined ? [call.state.catalog, call.state.schema] : await call.schemaName(statement.name);
      const schema = findSchema(access, name);
      const found = schema === undefined ? [] : visible(schema.id, "function");
      return {
        schema: textColumns("function"),
        rows: found.map((each) => ({ function: snapshot.fullName(each).join(".") })),
      };
    }
    case "columns": {
      const relation = getRelation(access, await tableName(statement, call));
      access.require("SELECT", relation);
      return { schema: textColumns("col_name"), rows: relation.columns.fields.map(({ name }) => ({ col_name: name })) };
    }
    case "table_properties": {
      const relation = getRelation(access, await tableName(statement, call));
      if (!access.sees(relation)) access.require("SELECT", relation);
      const entries = Object.entries(relation.properties).filter(
        ([key]) => statement.key === undefined || key === statement.key,
      );
      return { schema: textColumns("key", "value"), rows: entries.map(([key, value]) => ({ key, value })) };
    }
    case "create_table": {
      const relation = getRelation(access, await tableName(statement, call));
      access.require("SELECT", relation);
      return {
        schema: textColumns("createtab_stmt"),
        rows: [{ createtab_stmt: createText(relation, snapshot.fullName(relation)) }],
      };
    }
    case "current_schema":
      return {
        schema: textColumns("catalog", "namespace"),
        rows: [{ catalog: call.state.catalog, namespace: call.state.schema }],
      };
    case "groups":
    case "users": {
      const kind = statement.subject === "groups" ? "group" : "user";
      const { member } = statement;
      const belongs = member === undefined ? undefined : snapshot.principalSet(member.name);
      const names = [...snapshot.principals()]
        .filter((each) => each.kind === kind && (belongs === undefined || belongs.has(each.name.toLowerCase())))
        .map((each) => each.name);
      return {
        schema: textColumns("name"),
        rows: names.toSorted((a, b) => (a < b ? -1 : 1)).map((name) => ({ name })),
      };
    }
    case "external_locations": {
      const rows = visible(snapshot.metastore.id, "external_location").flatMap((each) =>
        each.kind === "external_location" ? [{ name: each.name, url: each.url, comment: each.comment ?? null }] : [],
      );
      return { schema: textColumns("name", "url", "comment"), rows };
    }
    case "credentials": {
      const rows = visible(snapshot.metastore.id, "storage_credential").map(({ name, comment }) => ({
        name,
        comment: comment ?? null,
      }));
      return { schema: textColumns("name", "comment"), rows };
    }
    default:
      throw call.unsupported(statement.span, `SHOW ${statement.subject.replaceAll("_", " ").toUpperCase()}`);
  }
}

async function tableName(statement: Show, call: StatementCall): Promise<string[]> {
  if (statement.name === undefined) throw call.error(statement.span, "PARSE_SYNTAX_ERROR", "This SHOW needs a table.");
  if (statement.schema === undefined) return call.objectName(statement.name);
  const parts = await call.parts(statement.name);
  return [...(await call.schemaName(statement.schema)), parts.at(-1) ?? ""];
}

/** `LIKE 'a*|b*'`: `*` is any text, `|` separates patterns, case does not matter. */
function result(schema: StructType, rows: readonly Row[], statement: Show): StatementResult {
  const { pattern, subject } = statement;
  if (pattern === undefined) return rowsResult(`SHOW ${subject}`, schema, rows);
  const parts = pattern.split("|").map((each) =>
    each
      .trim()
      .replace(/[.+?^${}()[\]\\]/g, "\\$&")
      .replaceAll("*", ".*")
      .replaceAll("%", ".*"),
  );
  const expression = new RegExp(`^(?:${parts.join("|")})$`, "i");
  const name = ["tables", "views", "volumes", "streaming_tables", "materialized_views"].includes(subject) ? 1 : 0;
  const column = schema.fields[name]?.name ?? "";
  return rowsResult(
    `SHOW ${subject}`,
    schema,
    rows.filter((row) => expression.test(textOf(row[column]))),
  );
}

function createText(relation: Parameters<typeof isRelation>[0], name: readonly string[]): string {
  if (!isRelation(relation)) return "";
  const quoted = name.map(quoteIfNeeded).join(".");
  const columns = relation.columns.fields.map(
    (each) => `  ${quoteIfNeeded(each.name)} ${sqlType(each.type)}${each.nullable ? "" : " NOT NULL"}`,
  );
  if (!isTable(relation)) return `CREATE VIEW ${quoted} (\n${columns.join(",\n")})\nAS ${relation.definition.text}`;
  const partitions =
    relation.partitionColumns.length === 0
      ? ""
      : `\nPARTITIONED BY (${relation.partitionColumns.map(quoteIfNeeded).join(", ")})`;
  const comment = relation.comment === undefined ? "" : `\nCOMMENT '${relation.comment.replaceAll("'", "\\'")}'`;
  const location = relation.storage === "external" ? `\nLOCATION '${relation.location}'` : "";
  const properties = Object.entries(relation.properties).map(
    ([key, value]) => `'${key}' = '${value.replaceAll("'", "\\'")}'`,
  );
  const tblproperties = properties.length === 0 ? "" : `\nTBLPROPERTIES (${properties.join(", ")})`;
  const kind = relation.kind.replaceAll("_", " ").toUpperCase();
  return `CREATE ${kind} ${quoted} (\n${columns.join(",\n")})\nUSING delta${partitions}${location}${comment}${tblproperties}`;
}
