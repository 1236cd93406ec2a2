import { getCatalog, getSchema } from "../../../catalog/find.ts";
import { isRelation, isTable, type Relation, type Securable, type SecurableKind } from "../../../catalog/securable.ts";
import {
  BOOLEAN,
  field,
  quoteIfNeeded,
  simpleString,
  STRING,
  struct,
  type StructType,
} from "../../../core/data-type.ts";
import { textOf, type Row } from "../../../core/value.ts";
import type { CatalogSnapshot } from "../../../catalog/snapshot.ts";
import type { Show } from "../../../sql/ast/utility.ts";
import type { StatementResult } from "../../session.ts";
import { rowsResult, textColumns } from "../result.ts";
import type { StatementCall } from "../statement-call.ts";
import type { Command } from "./command.ts";
import { createText } from "./create-text.ts";
import { describedEntry, describedOf, type Described } from "./described.ts";
import { functionNames } from "./show-functions.ts";
import { showPartitions } from "./show-partitions.ts";

/** SHOW: what the user can see, in Databricks' columns. */
export const show: Command<"show"> = {
  kinds: ["show"],
  async run(statement, call) {
    if (statement.subject === "partitions")
      return showPartitions(await described(statement, "see", call), statement, call);
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
      const names = await functionNames(statement, call);
      return { schema: textColumns("function"), rows: names.map((each) => ({ function: each })) };
    }
    case "table_extended": {
      const { schema, found } = await inSchema("table", "view", "materialized_view", "streaming_table");
      return {
        schema: struct([
          field("database", STRING),
          field("tableName", STRING),
          field("isTemporary", BOOLEAN),
          field("information", STRING),
        ]),
        rows: found.flatMap((each) =>
          isRelation(each)
            ? [{ database: schema, tableName: each.name, isTemporary: false, information: information(each, snapshot) }]
            : [],
        ),
      };
    }
    case "columns": {
      const own =
        statement.schema === undefined && statement.name !== undefined ? await call.parts(statement.name) : [];
      const view = own.length === 1 ? call.state.temporaryViews.get((own[0] ?? "").toLowerCase()) : undefined;
      if (view !== undefined) {
        return { schema: textColumns("col_name"), rows: view.schema.fields.map(({ name }) => ({ col_name: name })) };
      }
      const { fields } = await (await described(statement, "read", call)).columns();
      return { schema: textColumns("col_name"), rows: fields.map(({ name }) => ({ col_name: name })) };
    }
    case "table_properties": {
      const found = await described(statement, "see", call);
      const { key } = statement;
      const schema = textColumns("key", "value");
      if (key === undefined) {
        return { schema, rows: Object.entries(found.properties).map(([name, value]) => ({ key: name, value })) };
      }
      const none = `Table ${found.name.map(quoteIfNeeded).join(".")} does not have property: ${key}`;
      return { schema, rows: [{ key, value: found.properties[key] ?? none }] };
    }
    case "create_table": {
      const text = await createText(await described(statement, "read", call));
      return { schema: textColumns("createtab_stmt"), rows: [{ createtab_stmt: text }] };
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

async function described(statement: Show, use: "see" | "read", call: StatementCall): Promise<Described> {
  const { name, schema } = statement;
  if (name === undefined) throw call.error(statement.span, "PARSE_SYNTAX_ERROR", "This SHOW needs a table.");
  if (schema === undefined) return describedOf(name, use, call);
  const full = [...(await call.schemaName(schema)), (await call.parts(name)).at(-1) ?? ""];
  return describedEntry(full, name.span, use, call);
}

/** `LIKE 'a*|b*'`: `*` is any text, `|` separates patterns, case does not matter. */
function result(schema: StructType, rows: readonly Row[], statement: Show): StatementResult {
  const { subject } = statement;
  const pattern = statement.pattern ?? statement.function?.parts.at(-1)?.name;
  if (pattern === undefined) return rowsResult(`SHOW ${subject}`, schema, rows);
  const parts = pattern.split("|").map((each) =>
    each
      .trim()
      .replace(/[.+?^${}()[\]\\]/g, "\\$&")
      .replaceAll("*", ".*")
      .replaceAll("%", ".*"),
  );
  const expression = new RegExp(`^(?:${parts.join("|")})$`, "i");
  const name = ["tables", "table_extended", "views", "volumes", "streaming_tables", "materialized_views"].includes(
    subject,
  )
    ? 1
    : 0;
  const column = schema.fields[name]?.name ?? "";
  return rowsResult(
    `SHOW ${subject}`,
    schema,
    rows.filter((row) => expression.test(shownName(textOf(row[column]), subject))),
  );
}

/** Functions are looked for by their own name. */
function shownName(name: string, subject: Show["subject"]): string {
  return subject === "functions" ? (name.split(".").at(-1) ?? name) : name;
}

/** What SHOW TABLE EXTENDED says of a table: lines of `key: value`. */
function information(relation: Relation, snapshot: CatalogSnapshot): string {
  const [catalog = "", schema = "", table = ""] = snapshot.fullName(relation);
  const lines = [
    ["Catalog", catalog],
    ["Database", schema],
    ["Table", table],
    ["Owner", relation.owner],
    ["Created Time", new Date(relation.createdAt).toUTCString()],
    ["Type", isTable(relation) ? (relation.kind === "table" ? relation.storage : relation.kind).toUpperCase() : "VIEW"],
    ...(relation.comment === undefined ? [] : [["Comment", relation.comment]]),
    ...(isTable(relation)
      ? [
          ["Provider", relation.format],
          ["Location", relation.location],
        ]
      : []),
    ["Schema", `root\n${relation.columns.fields.map(fieldLine).join("\n")}`],
  ];
  return lines.map(([key, value]) => `${key}: ${value}`).join("\n");
}

function fieldLine({ name, type, nullable }: StructType["fields"][number]): string {
  return ` |-- ${name}: ${simpleString(type)} (nullable = ${nullable})`;
}
