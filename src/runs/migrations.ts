import type { Migration } from "../state/migration.ts";

/** The tables of runs, as Kysely sees them. JSON is text, times are milliseconds since the epoch. */
export type RunTables = {
  run: RunRow;
  run_event: RunEventRow;
  run_secret: { run_id: string; sequence: number; body: string };
  schedule_state: { id: string; last_due: number };
};

export interface RunRow {
  id: string;
  kind: string;
  name: string;
  group_id: string;
  repair_of: string | null;
  repair_number: number;
  parent_run: string | null;
  parent_node: string | null;
  plan: string;
  parameters: string;
  trigger_info: string;
  idempotency_key: string | null;
  concurrency_key: string | null;
  concurrency_limit: number | null;
  /** The order of creation. */
  position: number;
  status: string;
  created_at: number;
  started_at: number | null;
  finished_at: number | null;
  error: string | null;
  /** The number of the last event. */
  sequence: number;
  owner: string | null;
  lease_until: number | null;
  cancel_requested: string | null;
}

interface RunEventRow {
  run_id: string;
  sequence: number;
  at: number;
  type: string;
  node: string | null;
  body: string;
}

export const runMigrations: readonly Migration[] = [
  {
    name: "runs/001-runs-and-events",
    async up(db) {
      await db.schema
        .createTable("run")
        .addColumn("id", "text", (column) => column.primaryKey())
        .addColumn("kind", "text", (column) => column.notNull())
        .addColumn("name", "text", (column) => column.notNull())
        .addColumn("group_id", "text", (column) => column.notNull())
        .addColumn("repair_of", "text")
        .addColumn("repair_number", "integer", (column) => column.notNull())
        .addColumn("parent_run", "text")
        .addColumn("parent_node", "text")
        .addColumn("plan", "text", (column) => column.notNull())
        .addColumn("parameters", "text", (column) => column.notNull())
        .addColumn("trigger_info", "text", (column) => column.notNull())
        .addColumn("idempotency_key", "text", (column) => column.unique())
        .addColumn("concurrency_key", "text")
        .addColumn("concurrency_limit", "integer")
        .addColumn("position", "integer", (column) => column.notNull().unique())
        .addColumn("status", "text", (column) => column.notNull())
        .addColumn("created_at", "bigint", (column) => column.notNull())
        .addColumn("started_at", "bigint")
        .addColumn("finished_at", "bigint")
        .addColumn("error", "text")
        .addColumn("sequence", "integer", (column) => column.notNull())
        .addColumn("owner", "text")
        .addColumn("lease_until", "bigint")
        .addColumn("cancel_requested", "text")
        .execute();
      await db.schema.createIndex("run_by_status").on("run").columns(["status", "kind"]).execute();
      await db.schema.createIndex("run_by_concurrency").on("run").columns(["concurrency_key", "status"]).execute();
      await db.schema.createIndex("run_by_parent").on("run").columns(["parent_run"]).execute();
      await db.schema.createIndex("run_by_group").on("run").columns(["group_id"]).execute();
      await db.schema
        .createTable("run_event")
        .addColumn("run_id", "text", (column) => column.notNull().references("run.id").onDelete("cascade"))
        .addColumn("sequence", "integer", (column) => column.notNull())
        .addColumn("at", "bigint", (column) => column.notNull())
        .addColumn("type", "text", (column) => column.notNull())
        .addColumn("node", "text")
        .addColumn("body", "text", (column) => column.notNull())
        .addPrimaryKeyConstraint("run_event_key", ["run_id", "sequence"])
        .execute();
      await db.schema
        .createTable("run_secret")
        .addColumn("run_id", "text", (column) => column.notNull().references("run.id").onDelete("cascade"))
        .addColumn("sequence", "integer", (column) => column.notNull())
        .addColumn("body", "text", (column) => column.notNull())
        .addPrimaryKeyConstraint("run_secret_key", ["run_id", "sequence"])
        .execute();
      await db.schema
        .createTable("schedule_state")
        .addColumn("id", "text", (column) => column.primaryKey())
        .addColumn("last_due", "bigint", (column) => column.notNull())
        .execute();
    },
  },
];
