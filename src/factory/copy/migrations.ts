import type { Migration } from "../../state/migration.ts";

/** What has landed where: one row for each target. Times are milliseconds since the epoch. */
export type LandingTables = { factory_landing: LandingRow };

export interface LandingRow {
  target: string;
  source: string;
  source_etag: string;
  source_sha256: string | null;
  /** What else decides the target's content: mapping, format, options. */
  settings: string;
  target_etag: string;
  /** The copy that landed it. */
  identity: string;
  /** Its counts, as JSON. */
  counts: string;
  landed_at: number;
}

export const factoryMigrations: readonly Migration[] = [
  {
    name: "factory/001-landing",
    async up(db) {
      await db.schema
        .createTable("factory_landing")
        .addColumn("target", "text", (column) => column.primaryKey())
        .addColumn("source", "text", (column) => column.notNull())
        .addColumn("source_etag", "text", (column) => column.notNull())
        .addColumn("source_sha256", "text")
        .addColumn("settings", "text", (column) => column.notNull())
        .addColumn("target_etag", "text", (column) => column.notNull())
        .addColumn("identity", "text", (column) => column.notNull())
        .addColumn("counts", "text", (column) => column.notNull())
        .addColumn("landed_at", "bigint", (column) => column.notNull())
        .execute();
    },
  },
];
