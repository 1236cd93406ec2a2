import type { Kysely } from "kysely";
import type { Clock } from "../core/clock.ts";
import { field, LONG, STRING, struct, TIMESTAMP, type StructType } from "../core/data-type.ts";
import type { IdSource } from "../core/ids.ts";
import type { JsonObject } from "../core/json.ts";
import { toRunError } from "../runs/run-error.ts";
import type { PipelineTables } from "./tables.ts";

export type PipelineEventType =
  | "create_update"
  | "update_progress"
  | "dataset_definition"
  | "flow_definition"
  | "flow_progress"
  | "planning_information";

/** One row of the event log, as `event_log(…)` gives it (Databricks' "Pipeline event log schema"). */
export interface PipelineEvent {
  readonly id: string;
  readonly sequence: number;
  readonly updateId: string;
  readonly type: PipelineEventType;
  readonly level: "INFO" | "WARN" | "ERROR" | "METRICS";
  /** Milliseconds since the epoch. */
  readonly at: number;
  readonly message: string;
  readonly origin: JsonObject;
  readonly details: JsonObject;
  readonly error: JsonObject | undefined;
}

export interface NewPipelineEvent {
  readonly type: PipelineEventType;
  readonly message: string;
  readonly details: JsonObject;
  readonly level?: PipelineEvent["level"];
  /** `dataset_name`, `flow_name`, `batch_id`: added to the update's own origin. */
  readonly origin?: JsonObject;
  readonly error?: unknown;
}

/** What happened in a pipeline's updates, in order. */
export class EventLog {
  readonly #db: Kysely<PipelineTables>;
  readonly #clock: Clock;
  readonly #ids: IdSource;

  constructor(options: { readonly db: Kysely<PipelineTables>; readonly clock: Clock; readonly ids: IdSource }) {
    this.#db = options.db;
    this.#clock = options.clock;
    this.#ids = options.ids;
  }

  async append(update: UpdateOrigin, event: NewPipelineEvent): Promise<void> {
    const error = event.error === undefined ? null : JSON.stringify(errorColumn(event.error));
    await this.#db.transaction().execute(async (transaction) => {
      const last = await transaction
        .selectFrom("pipeline_event")
        .select((select) => select.fn.max("sequence").as("sequence"))
        .where("pipeline", "=", update.pipelineId)
        .executeTakeFirst();
      await transaction
        .insertInto("pipeline_event")
        .values({
          pipeline: update.pipelineId,
          sequence: (last?.sequence ?? 0) + 1,
          id: this.#ids.uuid(),
          update_id: update.updateId,
          event_type: event.type,
          level: event.level ?? "INFO",
          at: this.#clock.now(),
          message: event.message,
          origin: JSON.stringify({
            pipeline_id: update.pipelineId,
            pipeline_name: update.pipelineName,
            update_id: update.updateId,
            ...event.origin,
          }),
          details: JSON.stringify({ [event.type]: event.details }),
          error,
        })
        .execute();
    });
  }

  /** The events of a pipeline, or of one update, oldest first. */
  async read(pipeline: string, updateId?: string): Promise<PipelineEvent[]> {
    let query = this.#db.selectFrom("pipeline_event").selectAll().where("pipeline", "=", pipeline).orderBy("sequence");
    if (updateId !== undefined) query = query.where("update_id", "=", updateId);
    const rows = await query.execute();
    return rows.map((row) => ({
      id: row.id,
      sequence: row.sequence,
      updateId: row.update_id,
      type: row.event_type as PipelineEventType,
      level: row.level as PipelineEvent["level"],
      at: Number(row.at),
      message: row.message,
      origin: JSON.parse(row.origin) as JsonObject,
      details: JSON.parse(row.details) as JsonObject,
      error: row.error === null ? undefined : (JSON.parse(row.error) as JsonObject),
    }));
  }

  async latestUpdate(pipeline: string): Promise<string | undefined> {
    const row = await this.#db
      .selectFrom("pipeline_event")
      .select("update_id")
      .where("pipeline", "=", pipeline)
      .orderBy("sequence", "desc")
      .limit(1)
      .executeTakeFirst();
    return row?.update_id;
  }
}

export interface UpdateOrigin {
  readonly pipelineId: string;
  readonly pipelineName: string;
  readonly updateId: string;
}

/** The columns of `event_log(…)`; the structured ones are JSON text. */
export const EVENT_LOG_SCHEMA: StructType = struct([
  field("id", STRING),
  field("sequence", LONG),
  field("origin", STRING),
  field("timestamp", TIMESTAMP),
  field("message", STRING),
  field("level", STRING),
  field("maturity_level", STRING),
  field("error", STRING),
  field("details", STRING),
  field("event_type", STRING),
]);

/** An event as a row of that table; the timestamp in ISO 8601. */
export function eventLogRow(event: PipelineEvent): JsonObject {
  return {
    id: event.id,
    sequence: event.sequence,
    origin: JSON.stringify(event.origin),
    timestamp: new Date(event.at).toISOString(),
    message: event.message,
    level: event.level,
    maturity_level: "STABLE",
    error: event.error === undefined ? null : JSON.stringify(event.error),
    details: JSON.stringify(event.details),
    event_type: event.type,
  };
}

function errorColumn(thrown: unknown): JsonObject {
  const error = toRunError(thrown);
  return { fatal: true, exceptions: [{ class_name: error.code, message: error.message }] };
}
