import type { Kysely } from "kysely";
import type { Clock } from "../core/clock.ts";
import type { Json } from "../core/json.ts";
import type { PipelineTables } from "./tables.ts";

/** What one micro-batch or refresh of a flow reads. Written down before it runs, so that a repetition reads the same. */
export interface PlannedBatch {
  /** From 0; the `txn` version of its Delta commit. */
  readonly version: number;
  readonly plan: Json;
}

/** How far each flow has come: the write-ahead half of exactly-once. The other half is the table's own `txn`. */
export class FlowLog {
  readonly #db: Kysely<PipelineTables>;
  readonly #clock: Clock;

  constructor(db: Kysely<PipelineTables>, clock: Clock) {
    this.#db = db;
    this.#clock = clock;
  }

  async last(flow: string, generation: number): Promise<PlannedBatch | undefined> {
    const row = await this.#db
      .selectFrom("pipeline_flow_batch")
      .select(["version", "plan"])
      .where("flow", "=", flow)
      .where("generation", "=", generation)
      .orderBy("version", "desc")
      .limit(1)
      .executeTakeFirst();
    return row === undefined ? undefined : { version: row.version, plan: JSON.parse(row.plan) as Json };
  }

  /** Plans a batch, and forgets the ones long before it. */
  async plan(flow: string, generation: number, batch: PlannedBatch): Promise<void> {
    await this.#db.transaction().execute(async (transaction) => {
      await transaction
        .insertInto("pipeline_flow_batch")
        .values({
          flow,
          generation,
          version: batch.version,
          plan: JSON.stringify(batch.plan),
          planned_at: this.#clock.now(),
        })
        .execute();
      await transaction
        .deleteFrom("pipeline_flow_batch")
        .where("flow", "=", flow)
        .where((where) => where.or([where("generation", "<", generation), where("version", "<", batch.version - KEPT)]))
        .execute();
    });
  }

  /** The generation of a dataset and the definition that its table was last made from. */
  async generation(dataset: string): Promise<{ readonly generation: number; readonly definition: string } | undefined> {
    return this.#db
      .selectFrom("pipeline_generation")
      .select(["generation", "definition"])
      .where("dataset", "=", dataset)
      .executeTakeFirst();
  }

  async setGeneration(dataset: string, generation: number, definition: string): Promise<void> {
    await this.#db
      .insertInto("pipeline_generation")
      .values({ dataset, generation, definition })
      .onConflict((conflict) => conflict.column("dataset").doUpdateSet({ generation, definition }))
      .execute();
  }
}

/** How many batches before the latest stay, for people who look. */
const KEPT = 100;
