import { getCatalog, getSchema, getSecurable } from "../../../catalog/find.ts";
import { isTable, type Relation } from "../../../catalog/securable.ts";
import { simpleString, type StructType } from "../../../core/data-type.ts";
import { textOf, type Row } from "../../../core/value.ts";
import { DETAIL_SCHEMA, HISTORY_SCHEMA, readDetail, readHistory } from "../../../delta/log/history.ts";
import type { Describe } from "../../../sql/ast/utility.ts";
import { columnComments } from "../../../sql/column-comments.ts";
import { analyzeQuery } from "../../../sql/analyzer/analyze.ts";
import type { StatementResult } from "../../session.ts";
import { rowsResult, textColumns } from "../result.ts";
import { pathText } from "../path-name.ts";
import type { StatementCall } from "../statement-call.ts";
import type { Command } from "./command.ts";
import { describeFunction } from "./describe-function.ts";
import { tableJson } from "./table-json.ts";
import { deltaTarget } from "./delta-target.ts";
import { describedOf, type Described } from "./described.ts";

/** DESCRIBE of a table, its history and detail, a query, a schema, catalog, function or volume. */
export const describe: Command<"describe"> = { kinds: ["describe"], run };

async function run(statement: Describe, call: StatementCall): Promise<StatementResult> {
  const access = await call.access();
  const { name } = statement;
  if (statement.subject === "query" || statement.query !== undefined) {
    const { query } = statement;
    if (query === undefined) throw call.error(statement.span, "PARSE_SYNTAX_ERROR", "DESCRIBE QUERY needs a query.");
    const bound = await call.analyze((resolver, context) => analyzeQuery(query, resolver, context));
    const comments = columnComments(bound);
    const rows = columnRows(bound.schema).map((row, index) => ({ ...row, comment: comments[index] ?? null }));
    return rowsResult("DESCRIBE QUERY", COLUMNS, rows);
  }
  if (name === undefined) throw call.error(statement.span, "PARSE_SYNTAX_ERROR", "DESCRIBE needs a name.");
  switch (statement.subject) {
    case "table":
    case "view":
      return describeTable(statement, call);
    case "history":
      return history(statement, call);
    case "detail":
      return detail(statement, call);
    case "schema": {
      const schema = getSchema(access, await call.schemaName(name));
      const [catalog = ""] = access.snapshot.fullName(schema);
      const properties = Object.entries(schema.properties).map(([key, value]) => `(${key},${value})`);
      return described("DESCRIBE SCHEMA", [
        ["Catalog Name", catalog],
        ["Namespace Name", schema.name],
        ["Comment", schema.comment ?? ""],
        ["Location", schema.managedLocation ?? ""],
        ["Owner", schema.owner],
        ...(statement.extended ? [["Properties", `(${properties.join(", ")})`] as const] : []),
      ]);
    }
    case "catalog": {
      const catalog = getCatalog(access, (await call.parts(name))[0] ?? "");
      return described("DESCRIBE CATALOG", [
        ["Catalog Name", catalog.name],
        ["Comment", catalog.comment ?? ""],
        ["Owner", catalog.owner],
      ]);
    }
    case "function":
      return describeFunction(name, statement, call);
    case "volume":
    case "external_location":
    case "storage_credential": {
      const path = statement.subject === "volume" ? await call.objectName(name) : await call.parts(name);
      const found = getSecurable(access, statement.subject, path);
      const place = "location" in found ? found.location : "url" in found ? found.url : "";
      return described(`DESCRIBE ${statement.subject.replaceAll("_", " ").toUpperCase()}`, [
        ["Name", found.name],
        ["Owner", found.owner],
        ["Location", place],
        ["Comment", found.comment ?? ""],
      ]);
    }
    default:
      throw call.unsupported(statement.span, `DESCRIBE ${statement.subject.replaceAll("_", " ").toUpperCase()}`);
  }
}

const COLUMNS = textColumns("col_name", "data_type", "comment");

function columnRows(schema: StructType): Row[] {
  return schema.fields.map((each) => ({
    col_name: each.name,
    data_type: simpleString(each.type),
    comment: typeof each.metadata?.["comment"] === "string" ? each.metadata["comment"] : null,
  }));
}

function described(operation: string, entries: readonly (readonly [string, string])[]): StatementResult {
  const rows = entries.map(([info_name, info_value]) => ({ info_name, info_value }));
  return rowsResult(operation, textColumns("info_name", "info_value"), rows);
}

async function describeTable(statement: Describe, call: StatementCall): Promise<StatementResult> {
  const { name, column } = statement;
  if (name === undefined) throw call.error(statement.span, "PARSE_SYNTAX_ERROR", "DESCRIBE needs a name.");
  const parts = await call.parts(name);
  const temporary = parts.length === 1 ? call.state.temporaryViews.get((parts[0] ?? "").toLowerCase()) : undefined;
  if (temporary !== undefined) return rowsResult("DESCRIBE TABLE", COLUMNS, columnRows(temporary.schema));
  const found = await describedOf(name, "see", call);
  const schema = await found.columns();
  if (column !== undefined) {
    const wanted = column.parts
      .map((part) => part.name)
      .join(".")
      .toLowerCase();
    const row = columnRows(schema).find((each) => textOf(each["col_name"]).toLowerCase() === wanted);
    if (row === undefined)
      throw call.error(column.span, "UNRESOLVED_COLUMN.WITHOUT_SUGGESTION", `There is no column ${wanted}.`);
    return described("DESCRIBE COLUMN", [
      ["col_name", textOf(row["col_name"])],
      ["data_type", textOf(row["data_type"])],
      ["comment", textOf(row["comment"]) || "NULL"],
    ]);
  }
  if (statement.asJson) {
    if (!statement.extended) {
      throw call.error(statement.span, "DESCRIBE_JSON_NOT_EXTENDED", "DESCRIBE TABLE … AS JSON needs EXTENDED.");
    }
    if (found.entry === undefined) {
      const message = "DESCRIBE TABLE AS JSON is not supported for a table named by its path.";
      throw call.error(statement.span, "NOT_SUPPORTED_COMMAND_FOR_V2_TABLE", message, "Leave AS JSON out.");
    }
    const json = JSON.stringify(tableJson(found.entry, found.name, schema));
    return rowsResult("DESCRIBE TABLE", textColumns("json_metadata"), [{ json_metadata: json }]);
  }
  const partitions = partitionRows(schema, found.partitionColumns);
  const details = statement.extended ? extendedRows(found) : [];
  return rowsResult("DESCRIBE TABLE", COLUMNS, [...columnRows(schema), ...partitions, ...details]);
}

function partitionRows(schema: StructType, partitions: readonly string[]): Row[] {
  if (partitions.length === 0) return [];
  const names = new Set(partitions);
  return [
    { col_name: "# Partition Information", data_type: "", comment: "" },
    { col_name: "# col_name", data_type: "data_type", comment: "comment" },
    ...columnRows({ kind: "struct", fields: schema.fields.filter((each) => names.has(each.name)) }),
  ];
}

function extendedRows(found: Described): Row[] {
  const { entry, comment } = found;
  const entries: [string, string][] = entry === undefined ? pathEntries(found.name) : catalogEntries(entry, found.name);
  if (comment !== undefined) entries.push(["Comment", comment]);
  if (entry === undefined || isTable(entry)) {
    const location = entry === undefined ? (found.name.at(-1) ?? "") : entry.location;
    entries.push(["Location", location], ["Provider", entry?.format ?? "delta"]);
    const properties = Object.entries(found.properties).map(([key, value]) => `${key}=${value}`);
    entries.push(["Table Properties", `[${properties.join(",")}]`]);
    if (entry?.rowFilter !== undefined) entries.push(["Row Filter", "set"]);
    for (const column of Object.keys(entry?.columnMasks ?? {})) entries.push([`Column Mask: ${column}`, "set"]);
  } else {
    const { text, catalog: from, schema: within } = entry.definition;
    entries.push(["View Text", text], ["View Catalog and Namespace", `${from}.${within}`]);
  }
  return [
    { col_name: "", data_type: "", comment: "" },
    { col_name: "# Detailed Table Information", data_type: "", comment: "" },
    ...entries.map(([col_name, data_type]) => ({ col_name, data_type, comment: "" })),
  ];
}

function catalogEntries(
  entry: Relation,
  [catalog = "", schema = "", table = ""]: readonly string[],
): [string, string][] {
  return [
    ["Catalog", catalog],
    ["Database", schema],
    ["Table", table],
    ["Owner", entry.owner],
    ["Created Time", new Date(entry.createdAt).toUTCString()],
    ["Type", isTable(entry) ? (entry.kind === "table" ? entry.storage : entry.kind).toUpperCase() : "VIEW"],
  ];
}

function pathEntries([format = "", path = ""]: readonly string[]): [string, string][] {
  return [
    ["Name", pathText({ format, path })],
    ["Type", "EXTERNAL"],
  ];
}

async function history(statement: Describe, call: StatementCall): Promise<StatementResult> {
  if (statement.name === undefined)
    throw call.error(statement.span, "PARSE_SYNTAX_ERROR", "DESCRIBE HISTORY needs a table.");
  const { table } = await deltaTarget(statement.name, "read", call);
  const entries = await readHistory(table.location, statement.limit === undefined ? {} : { limit: statement.limit });
  const rows = entries.map((each): Row => ({
    ...each,
    version: BigInt(each.version),
    timestamp: shownTime(each.timestamp),
    readVersion: each.readVersion === null ? null : BigInt(each.readVersion),
    operationParameters: mapOf(each.operationParameters),
    operationMetrics: mapOf(each.operationMetrics),
  }));
  return rowsResult("DESCRIBE HISTORY", HISTORY_SCHEMA, rows);
}

async function detail(statement: Describe, call: StatementCall): Promise<StatementResult> {
  if (statement.name === undefined)
    throw call.error(statement.span, "PARSE_SYNTAX_ERROR", "DESCRIBE DETAIL needs a table.");
  const { table, entry } = await deltaTarget(statement.name, "read", call);
  const found = await readDetail(await table.snapshot());
  const row: Row = {
    ...found,
    ...(entry === undefined ? {} : { name: (await call.access()).snapshot.fullName(entry).join(".") }),
    numFiles: BigInt(found.numFiles),
    sizeInBytes: BigInt(found.sizeInBytes),
    createdAt: found.createdAt === null ? null : shownTime(found.createdAt),
    lastModified: shownTime(found.lastModified),
    properties: mapOf(found.properties),
  };
  return rowsResult("DESCRIBE DETAIL", DETAIL_SCHEMA, [row]);
}

/** `2024-01-31 12:00:00.12` in UTC, as results show instants. */
function shownTime(milliseconds: number): string {
  return new Date(milliseconds)
    .toISOString()
    .replace("T", " ")
    .replace(/\.?0*Z$/, "");
}

function mapOf(entries: Readonly<Record<string, string>> | null): Row[string] {
  return entries === null ? null : Object.entries(entries).map(([key, value]) => ({ key, value }));
}
