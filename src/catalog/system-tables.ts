import { field, INT, LONG, STRING, struct, TIMESTAMP, type StructType } from "../core/data-type.ts";
import type { Row, Value } from "../core/value.ts";
import type { Access } from "./access.ts";
import { readAudit } from "./audit.ts";
import { INFORMATION_SCHEMA } from "./information-schema.ts";
import { readLineageEvents } from "./lineage.ts";
import type { LineageRow } from "./migrations.ts";
import type { CatalogDatabase } from "./persistence.ts";

/** A table that the catalog answers itself. TIMESTAMP values are microseconds since the epoch, as `bigint`. */
export interface SystemTable {
  readonly schema: StructType;
  readonly rows: readonly Row[];
}

/** `system.access.*` and `*.information_schema.*`, filtered to what the user sees (`Access.sees`). */
export async function systemTable(
  db: CatalogDatabase,
  access: Access,
  name: readonly string[],
): Promise<SystemTable | undefined> {
  const [catalog = "", schema = "", table = ""] = name.map((each) => each.toLowerCase());
  if (schema === "information_schema") return informationSchema(access, catalog, table);
  if (catalog !== "system" || schema !== "access") return undefined;
  switch (table) {
    case "audit":
      return auditTable(db, access);
    case "table_lineage":
      return lineageTable(await readLineageEvents(db, access, "without"), "without");
    case "column_lineage":
      return lineageTable(await readLineageEvents(db, access, "with"), "with");
    default:
      return undefined;
  }
}

/** That of `system` shows every catalog, that of a catalog itself alone. */
function informationSchema(access: Access, catalog: string, table: string): SystemTable | undefined {
  const definition = INFORMATION_SCHEMA.get(table);
  if (definition === undefined) return undefined;
  const rows: Row[] = [];
  for (const each of access.snapshot.all()) {
    const path = access.snapshot.fullName(each);
    if (catalog !== "system" && path[0] !== catalog) continue;
    if (!access.sees(each)) continue;
    for (const values of definition.rows({ access, securable: each, path })) {
      rows.push(Object.fromEntries(definition.columns.map((column, index) => [column, values[index] ?? null])));
    }
  }
  const type = (column: string): typeof INT | typeof STRING => (column === "ordinal_position" ? INT : STRING);
  return { schema: struct(definition.columns.map((column) => field(column, type(column)))), rows };
}

/** Own events; all of them for the metastore's admins. */
async function auditTable(db: CatalogDatabase, access: Access): Promise<SystemTable> {
  const rows = await readAudit(db, MOST_EVENTS);
  const shown = rows.filter((row) => access.isMetastoreAdmin() || row.user_name === access.user);
  return {
    schema: struct([
      field("event_time", TIMESTAMP),
      field("event_id", STRING),
      field("user_identity", struct([field("email", STRING)])),
      field("service_name", STRING),
      field("action_name", STRING),
      field("request_params", STRING),
      field(
        "response",
        struct([field("status_code", LONG), field("error_code", STRING), field("error_message", STRING)]),
      ),
    ]),
    rows: shown.map((row) => ({
      event_time: micros(row.event_time),
      event_id: row.event_id,
      user_identity: { email: row.user_name },
      service_name: row.service_name,
      action_name: row.action_name,
      request_params: row.request_params,
      response: { status_code: BigInt(row.status_code), error_code: row.error_code, error_message: row.error_message },
    })),
  };
}

const MOST_EVENTS = 100_000;

function lineageTable(events: readonly LineageRow[], columns: "with" | "without"): SystemTable {
  const names = [
    "entity_type",
    "entity_id",
    "entity_run_id",
    ...nodeColumns("source", columns),
    ...nodeColumns("target", columns),
    "created_by",
    "event_time",
    "event_id",
    "statement_id",
  ];
  return {
    schema: struct(names.map((name) => field(name, name === "event_time" ? TIMESTAMP : STRING))),
    rows: events.map((event) => {
      const row: Record<string, Value> = {
        ...node("source", event.source, event.source_type, event.source_column),
        ...node("target", event.target, event.target_type, event.target_column),
        entity_type: event.entity_type,
        entity_id: event.entity_id,
        entity_run_id: event.entity_run_id,
        created_by: event.created_by,
        event_time: micros(event.event_time),
        event_id: event.event_id,
        statement_id: event.statement_id,
      };
      return Object.fromEntries(names.map((name) => [name, row[name] ?? null]));
    }),
  };
}

function nodeColumns(side: "source" | "target", columns: "with" | "without"): string[] {
  const parts = ["table_full_name", "table_catalog", "table_schema", "table_name", "path", "type"];
  if (columns === "with") parts.push("column_name");
  return parts.map((each) => `${side}_${each}`);
}

function node(side: "source" | "target", name: string | null, type: string | null, column: string | null): Row {
  if (name === null) return {};
  if (type === "PATH") return { [`${side}_path`]: name, [`${side}_type`]: type, [`${side}_column_name`]: column };
  const [catalog = null, schema = null, table = null] = name.split(".");
  return {
    [`${side}_table_full_name`]: name,
    [`${side}_table_catalog`]: catalog,
    [`${side}_table_schema`]: schema,
    [`${side}_table_name`]: table,
    [`${side}_type`]: type,
    [`${side}_column_name`]: column,
  };
}

function micros(milliseconds: number): bigint {
  return BigInt(milliseconds) * 1000n;
}
