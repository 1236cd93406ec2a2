import type { Migration } from "../state/migration.ts";

/** The catalog's tables, as Kysely sees them. JSON is text, times are milliseconds since the epoch. */
export type CatalogTables = {
  /** One row: `version` counts the changes of the catalog. */
  catalog_version: { id: number; version: number };
  catalog_securable: { id: string; parent: string; namespace: string; name: string; kind: string; body: string };
  catalog_grant: {
    securable: string;
    /** In lower case. */
    principal_key: string;
    principal: string;
    privilege: string;
    granted_by: string;
    granted_at: number;
  };
  catalog_principal: { name_key: string; name: string; kind: "user" | "group" };
  catalog_member: { group_key: string; member_key: string; group_name: string; member_name: string };
  catalog_lineage: LineageRow;
  catalog_audit: AuditRow;
};

/** An event of lineage: a statement read `source` to write `target`. With columns it is column lineage. */
export interface LineageRow {
  event_id: string;
  event_time: number;
  statement_id: string;
  created_by: string;
  entity_type: string | null;
  entity_id: string | null;
  entity_run_id: string | null;
  /** `catalog.schema.table`, or a URL for a path. */
  source: string | null;
  source_type: string | null;
  source_column: string | null;
  target: string | null;
  target_type: string | null;
  target_column: string | null;
}

export interface AuditRow {
  event_id: string;
  event_time: number;
  user_name: string;
  service_name: string;
  action_name: string;
  /** JSON. */
  request_params: string;
  status_code: number;
  error_code: string | null;
  error_message: string | null;
}

export const catalogMigrations: readonly Migration[] = [
  {
    name: "catalog/001-securables-and-grants",
    async up(db) {
      await db.schema
        .createTable("catalog_version")
        .addColumn("id", "integer", (column) => column.primaryKey())
        .addColumn("version", "bigint", (column) => column.notNull())
        .execute();
      await db.schema
        .createTable("catalog_securable")
        .addColumn("id", "text", (column) => column.primaryKey())
        .addColumn("parent", "text", (column) => column.notNull())
        .addColumn("namespace", "text", (column) => column.notNull())
        .addColumn("name", "text", (column) => column.notNull())
        .addColumn("kind", "text", (column) => column.notNull())
        .addColumn("body", "text", (column) => column.notNull())
        .addUniqueConstraint("catalog_securable_name", ["parent", "namespace", "name"])
        .execute();
      await db.schema
        .createTable("catalog_grant")
        .addColumn("securable", "text", (column) =>
          column.notNull().references("catalog_securable.id").onDelete("cascade"),
        )
        .addColumn("principal_key", "text", (column) => column.notNull())
        .addColumn("principal", "text", (column) => column.notNull())
        .addColumn("privilege", "text", (column) => column.notNull())
        .addColumn("granted_by", "text", (column) => column.notNull())
        .addColumn("granted_at", "bigint", (column) => column.notNull())
        .addPrimaryKeyConstraint("catalog_grant_key", ["securable", "principal_key", "privilege"])
        .execute();
      await db.schema
        .createTable("catalog_principal")
        .addColumn("name_key", "text", (column) => column.primaryKey())
        .addColumn("name", "text", (column) => column.notNull())
        .addColumn("kind", "text", (column) => column.notNull())
        .execute();
      await db.schema
        .createTable("catalog_member")
        .addColumn("group_key", "text", (column) => column.notNull())
        .addColumn("member_key", "text", (column) => column.notNull())
        .addColumn("group_name", "text", (column) => column.notNull())
        .addColumn("member_name", "text", (column) => column.notNull())
        .addPrimaryKeyConstraint("catalog_member_key", ["group_key", "member_key"])
        .execute();
      await db.schema
        .createTable("catalog_lineage")
        .addColumn("event_id", "text", (column) => column.primaryKey())
        .addColumn("event_time", "bigint", (column) => column.notNull())
        .addColumn("statement_id", "text", (column) => column.notNull())
        .addColumn("created_by", "text", (column) => column.notNull())
        .addColumn("entity_type", "text")
        .addColumn("entity_id", "text")
        .addColumn("entity_run_id", "text")
        .addColumn("source", "text")
        .addColumn("source_type", "text")
        .addColumn("source_column", "text")
        .addColumn("target", "text")
        .addColumn("target_type", "text")
        .addColumn("target_column", "text")
        .execute();
      await db.schema.createIndex("catalog_lineage_source").on("catalog_lineage").columns(["source"]).execute();
      await db.schema.createIndex("catalog_lineage_target").on("catalog_lineage").columns(["target"]).execute();
      await db.schema
        .createTable("catalog_audit")
        .addColumn("event_id", "text", (column) => column.primaryKey())
        .addColumn("event_time", "bigint", (column) => column.notNull())
        .addColumn("user_name", "text", (column) => column.notNull())
        .addColumn("service_name", "text", (column) => column.notNull())
        .addColumn("action_name", "text", (column) => column.notNull())
        .addColumn("request_params", "text", (column) => column.notNull())
        .addColumn("status_code", "integer", (column) => column.notNull())
        .addColumn("error_code", "text")
        .addColumn("error_message", "text")
        .execute();
      await db.schema.createIndex("catalog_audit_time").on("catalog_audit").columns(["event_time"]).execute();
    },
  },
];
