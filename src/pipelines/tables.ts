import type { Migration } from "../state/migration.ts";

/** The tables of `state/` that belong to declarative pipelines. */
export type PipelineTables = {
  /** One row a micro-batch or refresh, written before it runs: what it reads, so that a repetition reads the same. */
  pipeline_flow_batch: {
    flow: string;
    generation: number;
    version: number;
    plan: string;
    planned_at: number;
  };
  /** A full refresh begins the next generation. */
  pipeline_generation: {
    dataset: string;
    generation: number;
    definition: string;
  };
  pipeline_event: {
    pipeline: string;
    sequence: number;
    id: string;
    update_id: string;
    event_type: string;
    level: string;
    at: number;
    message: string;
    origin: string;
    details: string;
    error: string | null;
  };
};

export const pipelineMigrations: readonly Migration[] = [
  {
    name: "pipelines/001-flows-and-events",
    async up(db) {
      await db.schema
        .createTable("pipeline_flow_batch")
        .addColumn("flow", "text", (column) => column.notNull())
        .addColumn("generation", "integer", (column) => column.notNull())
        .addColumn("version", "integer", (column) => column.notNull())
        .addColumn("plan", "text", (column) => column.notNull())
        .addColumn("planned_at", "bigint", (column) => column.notNull())
        .addPrimaryKeyConstraint("pipeline_flow_batch_key", ["flow", "generation", "version"])
        .execute();
      await db.schema
        .createTable("pipeline_generation")
        .addColumn("dataset", "text", (column) => column.primaryKey())
        .addColumn("generation", "integer", (column) => column.notNull())
        .addColumn("definition", "text", (column) => column.notNull())
        .execute();
      await db.schema
        .createTable("pipeline_event")
        .addColumn("pipeline", "text", (column) => column.notNull())
        .addColumn("sequence", "integer", (column) => column.notNull())
        .addColumn("id", "text", (column) => column.notNull())
        .addColumn("update_id", "text", (column) => column.notNull())
        .addColumn("event_type", "text", (column) => column.notNull())
        .addColumn("level", "text", (column) => column.notNull())
        .addColumn("at", "bigint", (column) => column.notNull())
        .addColumn("message", "text", (column) => column.notNull())
        .addColumn("origin", "text", (column) => column.notNull())
        .addColumn("details", "text", (column) => column.notNull())
        .addColumn("error", "text")
        .addPrimaryKeyConstraint("pipeline_event_key", ["pipeline", "sequence"])
        .execute();
    },
  },
];
