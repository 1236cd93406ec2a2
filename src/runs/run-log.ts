import type { Kysely, Transaction } from "kysely";
import { BoathouseError } from "../core/errors.ts";
import type { Json } from "../core/json.ts";
import type { State } from "../state/state.ts";
import type { Address } from "./address.ts";
import type { RunPlan } from "./definition.ts";
import type { RunEvent, RunEventBody, RunStatus } from "./event.ts";
import type { RunInfo } from "./handler.ts";
import type { RunRow, RunTables } from "./migrations.ts";
import { isAlive, LEASE, ownerName, thisProcess, type Owner } from "./owner.ts";

/** A run as it is kept, without its events. */
export interface RunRecord extends RunInfo {
  readonly status: RunStatus | "created";
  readonly startedAt: number | undefined;
  readonly finishedAt: number | undefined;
  readonly plan: RunPlan;
  readonly concurrency: { readonly key: string; readonly limit: number } | undefined;
  /** Nobody works on it although it has not ended: its process is gone. */
  readonly interrupted: boolean;
}

export interface NewRun {
  readonly id: string;
  readonly kind: string;
  readonly name: string;
  readonly plan: RunPlan;
  readonly parameters: Json;
  readonly trigger: Json;
  readonly parent?: { readonly runId: string; readonly node: Address };
  readonly repair?: { readonly of: string; readonly groupId: string };
  readonly idempotencyKey?: string;
  readonly concurrency?: { readonly key: string; readonly limit: number };
}

/** What is written of an event: what may be shown, and, where something is hidden, the whole. */
export interface LogEntry {
  readonly shown: RunEventBody;
  readonly whole: RunEventBody;
}

/**
 * The event logs of all runs. Only the owner of a run appends to its log, and only after the last event it knows of:
 * a process that lost its lease finds out with its next write (`RUN_LEASE_LOST`).
 */
export class RunLog {
  readonly #db: Kysely<RunTables>;
  readonly #self: Owner;
  readonly #owner: string;

  constructor(state: State, self: Owner = thisProcess) {
    this.#db = state.db.withTables<RunTables>();
    this.#self = self;
    this.#owner = ownerName(self);
  }

  /** Creates a run owned by this process; an earlier run with the same idempotency key is returned instead. */
  async create(run: NewRun, at: number, entries: (repairNumber: number) => readonly LogEntry[]): Promise<RunRecord> {
    const id = await this.#db.transaction().execute(async (transaction) => {
      if (run.idempotencyKey !== undefined) {
        const earlier = await transaction
          .selectFrom("run")
          .select("id")
          .where("idempotency_key", "=", run.idempotencyKey)
          .executeTakeFirst();
        if (earlier !== undefined) return earlier.id;
      }
      const { last } = await transaction
        .selectFrom("run")
        .select((each) => each.fn.max<number | null>("position").as("last"))
        .executeTakeFirstOrThrow();
      const repairNumber = run.repair === undefined ? 0 : await nextRepairNumber(transaction, run.repair.groupId);
      const first = entries(repairNumber);
      await transaction
        .insertInto("run")
        .values({
          id: run.id,
          kind: run.kind,
          name: run.name,
          group_id: run.repair?.groupId ?? run.id,
          repair_of: run.repair?.of ?? null,
          repair_number: repairNumber,
          parent_run: run.parent?.runId ?? null,
          parent_node: run.parent?.node ?? null,
          plan: JSON.stringify(run.plan),
          parameters: JSON.stringify(run.parameters),
          trigger_info: JSON.stringify(run.trigger),
          idempotency_key: run.idempotencyKey ?? null,
          concurrency_key: run.concurrency?.key ?? null,
          concurrency_limit: run.concurrency?.limit ?? null,
          position: (last ?? 0) + 1,
          status: "created",
          created_at: at,
          started_at: null,
          finished_at: null,
          error: null,
          sequence: first.length,
          owner: this.#owner,
          lease_until: Date.now() + LEASE,
          cancel_requested: null,
        })
        .execute();
      await insertEvents(transaction, run.id, 0, at, first);
      return run.id;
    });
    return this.get(id);
  }

  async get(id: string): Promise<RunRecord> {
    const row = await this.#db.selectFrom("run").selectAll().where("id", "=", id).executeTakeFirst();
    if (row === undefined) {
      throw new BoathouseError("RUN_NOT_FOUND", `There is no run ${id}.`, {
        kind: "usage",
        hint: "List the runs to see their ids.",
      });
    }
    return this.#record(row);
  }

  /** The newest runs first. */
  async list(filter: RunFilter = {}): Promise<RunRecord[]> {
    let query = this.#db.selectFrom("run").selectAll().orderBy("position", "desc");
    if (filter.kind !== undefined) query = query.where("kind", "=", filter.kind);
    if (filter.name !== undefined) query = query.where("name", "=", filter.name);
    if (filter.groupId !== undefined) query = query.where("group_id", "=", filter.groupId);
    if (filter.parent !== undefined) query = query.where("parent_run", "=", filter.parent);
    if (filter.unfinished === true) query = query.where("status", "in", UNFINISHED);
    if (filter.limit !== undefined) query = query.limit(filter.limit);
    return (await query.execute()).map((row) => this.#record(row));
  }

  /** The events after a number; `whole` gives also what the log hides. */
  async events(id: string, options: { readonly after?: number; readonly whole?: true } = {}): Promise<RunEvent[]> {
    const rows = await this.#db
      .selectFrom("run_event")
      .leftJoin("run_secret", (join) =>
        join
          .onRef("run_secret.run_id", "=", "run_event.run_id")
          .onRef("run_secret.sequence", "=", "run_event.sequence"),
      )
      .select(["run_event.sequence", "run_event.at", "run_event.body", "run_secret.body as secret"])
      .where("run_event.run_id", "=", id)
      .where("run_event.sequence", ">", options.after ?? 0)
      .orderBy("run_event.sequence")
      .execute();
    return rows.map((row) => {
      const text = options.whole === true ? (row.secret ?? row.body) : row.body;
      const body = JSON.parse(text) as RunEventBody;
      return { ...body, sequence: row.sequence, at: row.at };
    });
  }

  /** Appends after event number `after`. */
  async append(id: string, after: number, at: number, entries: readonly LogEntry[]): Promise<void> {
    await this.#db.transaction().execute((transaction) => this.#append(transaction, id, after, at, entries));
  }

  /**
   * Lets a run begin when its concurrency key has room for it: appends the entries then. Runs that wait for the same
   * key begin in the order of their creation; those whose process is gone neither count nor hinder.
   */
  async begin(id: string, after: number, at: number, entries: readonly LogEntry[]): Promise<boolean> {
    return this.#db.transaction().execute(async (transaction) => {
      const run = await transaction.selectFrom("run").selectAll().where("id", "=", id).executeTakeFirstOrThrow();
      if (run.concurrency_key !== null && run.concurrency_limit !== null) {
        const rivals = await transaction
          .selectFrom("run")
          .select(["status", "position", "owner", "lease_until"])
          .where("concurrency_key", "=", run.concurrency_key)
          .where("status", "in", UNFINISHED)
          .where("id", "!=", id)
          .execute();
        const ahead = rivals.filter(
          (rival) =>
            isAlive(rival.owner, rival.lease_until, this.#self, Date.now()) &&
            (rival.status === "running" || rival.status === "cancelling" || rival.position < run.position),
        );
        if (ahead.length >= run.concurrency_limit) return false;
      }
      await this.#append(transaction, id, after, at, entries);
      return true;
    });
  }

  /** Makes this process the owner of a run whose process is gone; `RUN_IN_PROGRESS` when it is not. */
  async take(id: string): Promise<void> {
    await this.#db.transaction().execute(async (transaction) => {
      const run = await transaction
        .selectFrom("run")
        .select(["owner", "lease_until", "status"])
        .where("id", "=", id)
        .executeTakeFirstOrThrow();
      if (!UNFINISHED.includes(run.status)) {
        throw new BoathouseError("RUN_ENDED", `The run ${id} has ended (${run.status}).`, {
          kind: "usage",
          hint: "Repair it to run its failed parts again.",
        });
      }
      if (isAlive(run.owner, run.lease_until, this.#self, Date.now())) {
        throw new BoathouseError("RUN_IN_PROGRESS", `Another process executes the run ${id}.`, {
          kind: "usage",
          details: { owner: run.owner },
          hint: "Wait for it, or cancel the run.",
        });
      }
      await transaction
        .updateTable("run")
        .set({ owner: this.#owner, lease_until: Date.now() + LEASE })
        .where("id", "=", id)
        .execute();
    });
  }

  /** Renews the lease; returns what cancellation was asked for meanwhile. */
  async renew(id: string): Promise<string | undefined> {
    const row = await this.#db
      .updateTable("run")
      .set({ lease_until: Date.now() + LEASE })
      .where("id", "=", id)
      .where("owner", "=", this.#owner)
      .returning("cancel_requested")
      .executeTakeFirst();
    if (row === undefined) throw leaseLost(id);
    return row.cancel_requested ?? undefined;
  }

  async release(id: string): Promise<void> {
    await this.#db
      .updateTable("run")
      .set({ owner: null, lease_until: null })
      .where("id", "=", id)
      .where("owner", "=", this.#owner)
      .execute();
  }

  /** Asks whoever executes the run to cancel it. */
  async requestCancel(id: string, mode: "recursive" | "single"): Promise<void> {
    await this.#db.updateTable("run").set({ cancel_requested: mode }).where("id", "=", id).execute();
  }

  async #append(
    transaction: Transaction<RunTables>,
    id: string,
    after: number,
    at: number,
    entries: readonly LogEntry[],
  ): Promise<void> {
    const updated = await transaction
      .updateTable("run")
      .set({ sequence: after + entries.length, ...columnsFrom(entries, at) })
      .where("id", "=", id)
      .where("sequence", "=", after)
      .where("owner", "=", this.#owner)
      .executeTakeFirst();
    if (updated.numUpdatedRows !== 1n) throw leaseLost(id);
    await insertEvents(transaction, id, after, at, entries);
  }

  #record(row: RunRow): RunRecord {
    const { parent_run: runId, parent_node: node, concurrency_key: key, concurrency_limit: limit } = row;
    return {
      id: row.id,
      kind: row.kind,
      name: row.name,
      groupId: row.group_id,
      repairOf: row.repair_of ?? undefined,
      repairNumber: row.repair_number,
      parent: runId === null || node === null ? undefined : { runId, node },
      parameters: JSON.parse(row.parameters) as Json,
      trigger: JSON.parse(row.trigger_info) as Json,
      createdAt: row.created_at,
      status: row.status as RunRecord["status"],
      startedAt: row.started_at ?? undefined,
      finishedAt: row.finished_at ?? undefined,
      plan: JSON.parse(row.plan) as RunPlan,
      concurrency: key === null || limit === null ? undefined : { key, limit },
      interrupted: UNFINISHED.includes(row.status) && !isAlive(row.owner, row.lease_until, this.#self, Date.now()),
    };
  }
}

export interface RunFilter {
  readonly kind?: string;
  readonly name?: string;
  readonly groupId?: string;
  /** The id of the run that started them. */
  readonly parent?: string;
  readonly unfinished?: true;
  readonly limit?: number;
}

const UNFINISHED = ["created", "queued", "running", "cancelling"];

async function nextRepairNumber(transaction: Transaction<RunTables>, groupId: string): Promise<number> {
  const { last } = await transaction
    .selectFrom("run")
    .select((each) => each.fn.max<number | null>("repair_number").as("last"))
    .where("group_id", "=", groupId)
    .executeTakeFirstOrThrow();
  return (last ?? 0) + 1;
}

/** What the run's own row shows of its events. */
function columnsFrom(entries: readonly LogEntry[], at: number): Partial<RunRow> {
  const columns: Partial<RunRow> = {};
  for (const { shown } of entries) {
    if (shown.type === "run.queued") columns.status = "queued";
    if (shown.type === "run.cancelling") columns.status = "cancelling";
    if (shown.type === "run.started" || shown.type === "run.resumed") columns.status = "running";
    if (shown.type === "run.started") columns.started_at = at;
    if (shown.type !== "run.finished") continue;
    columns.status = shown.status;
    columns.finished_at = at;
    columns.error = shown.error === undefined ? null : JSON.stringify(shown.error);
    columns.owner = null;
    columns.lease_until = null;
  }
  return columns;
}

/** SQLite takes 32,766 parameters in one statement. */
const ROWS_AT_ONCE = 1000;

async function insertEvents(
  transaction: Transaction<RunTables>,
  id: string,
  after: number,
  at: number,
  entries: readonly LogEntry[],
): Promise<void> {
  const rows = entries.map(({ shown }, index) => ({
    run_id: id,
    sequence: after + index + 1,
    at,
    type: shown.type,
    node: "node" in shown ? shown.node : null,
    body: JSON.stringify(shown),
  }));
  for (let start = 0; start < rows.length; start += ROWS_AT_ONCE) {
    await transaction
      .insertInto("run_event")
      .values(rows.slice(start, start + ROWS_AT_ONCE))
      .execute();
  }
  for (const [index, { shown, whole }] of entries.entries()) {
    if (shown === whole) continue;
    const secret = { run_id: id, sequence: after + index + 1, body: JSON.stringify(whole) };
    await transaction.insertInto("run_secret").values(secret).execute();
  }
}

function leaseLost(id: string): BoathouseError {
  return new BoathouseError("RUN_LEASE_LOST", `Another process has taken over the run ${id}.`, {
    kind: "interrupted",
    hint: "Watch it there; this process stops working on it.",
  });
}
