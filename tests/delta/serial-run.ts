import { readdir, utimes } from "node:fs/promises";
import { join } from "node:path";
import { expect } from "vitest";
import { field, INT, LONG, struct } from "../../src/core/data-type.ts";
import { isBoathouseError } from "../../src/core/errors.ts";
import type { Row } from "../../src/core/value.ts";
import { changeTable } from "../../src/delta/api/change.ts";
import type { ReadableRows } from "../../src/delta/api/given-rows.ts";
import type { Runtime } from "../../src/delta/api/runtime.ts";
import { openChangeFeed, planChanges } from "../../src/delta/changes/change-feed.ts";
import { changeFeedSql } from "../../src/delta/changes/change-feed-sql.ts";
import { optimize } from "../../src/delta/maintain/optimize.ts";
import { restoreTable } from "../../src/delta/maintain/restore.ts";
import type { Snapshot } from "../../src/delta/snapshot.ts";
import type { DeltaTable } from "../../src/delta/table.ts";
import { overwrite } from "../../src/delta/write/overwrite.ts";
import type { ObjectStore } from "../../src/storage/object-store.ts";
import { datedStore } from "./dated-store.ts";
import { createTable, type Lake } from "./lake.ts";
import { Gate, gated } from "./serial-gate.ts";
import { Badges, SerialModel, type Change, type Held } from "./serial-model.ts";
import { PARTS, propertiesOf, schemaOf, WRITERS, type Operation, type Step, type TableKind } from "./serial-steps.ts";

/** A clock that moves with the steps. */
export interface StepClock {
  time: number;
}

const HOUR = 3_600_000;
/** A day is two steps: removed files get older than a week in a long run. */
const STEP = 12 * HOUR;
const CONFLICT = /^DELTA_(CONCURRENT_[A-Z_]+|METADATA_CHANGED)$/;

interface Pending {
  readonly change: Change;
  readonly began: number;
  readonly readVersion: number;
  readonly open: () => void;
  readonly done: Promise<{ readonly version?: number | undefined; readonly error?: unknown }>;
}

/**
 * Plays the steps on a table and on the model, and compares them: every version as it is read by whoever took a snapshot, and
 * at the end each from the log alone, with the change data feed, row ids and identity values.
 */
export class SerialRun {
  readonly #lake: Lake;
  readonly #runtime: Runtime;
  readonly #clock: StepClock;
  readonly #name: string;
  readonly #store: ObjectStore;
  readonly #kind: TableKind;
  readonly #model = new SerialModel();
  readonly #pending = new Map<number, Pending>();
  readonly #handles = new Map<number, DeltaTable>();
  readonly #dated = new Set<string>();
  readonly #reader: DeltaTable;
  #reading: { readonly snapshot: Snapshot; readonly at: number } | undefined;
  #fresh = 1000;
  #floor = 0;

  constructor(
    lake: Lake,
    { runtime, clock, name }: { readonly runtime: Runtime; readonly clock: StepClock; readonly name: string },
    kind: TableKind,
  ) {
    this.#lake = lake;
    this.#runtime = runtime;
    this.#clock = clock;
    this.#name = name;
    this.#kind = kind;
    this.#store = datedStore(lake.store, () => clock.time);
    this.#reader = lake.table(name, this.#store);
  }

  async start(): Promise<void> {
    await createTable(this.#lake, this.#name, {
      schema: schemaOf(this.#kind),
      ...(this.#kind.partitioned ? { partitionColumns: ["part"] } : {}),
      properties: propertiesOf(this.#kind),
      store: this.#store,
    });
    await this.step({ kind: "begin", writer: 0, operation: { kind: "append", count: 4 }, fresh: true });
    await this.step({ kind: "commit", writer: 0 });
    const keys = [0, 1, 2, 3, 4, 5, 6, 7];
    await this.step({ kind: "begin", writer: 0, operation: { kind: "merge", keys, value: 1 }, fresh: true });
    await this.step({ kind: "commit", writer: 0 });
  }

  async step(step: Step): Promise<void> {
    this.#clock.time += STEP;
    switch (step.kind) {
      case "begin":
        await this.#commit(step.writer);
        await this.#begin(step.writer, step.operation, step.fresh);
        break;
      case "commit":
        await this.#commit(step.writer);
        break;
      case "open":
        await this.#read();
        this.#reading = { snapshot: await this.#reader.snapshot(), at: this.#clock.time };
        break;
      case "read":
        await this.#read();
        break;
      case "checkpoint":
        await this.#reader.checkpoint();
        break;
      case "vacuum":
        await this.#vacuum(step.lite, step.spare);
        break;
    }
    await this.#dateFiles();
  }

  /** All versions, by a reader that has seen nothing of it. */
  async finish(): Promise<void> {
    await this.#read();
    for (let writer = 0; writer < WRITERS; writer += 1) await this.#commit(writer);
    for (const handle of [...this.#handles.values(), this.#reader]) {
      await handle.settle();
      expect(handle.checkpointError).toBeUndefined();
    }
    const reader = this.#lake.table(this.#name, this.#store);
    expect((await reader.snapshot()).version).toBe(this.#model.newest);
    const [rowIds, identities] = [new Badges(), new Badges()];
    for (let version = this.#floor; version <= this.#model.newest; version += 1) {
      const rows = await this.#check(await reader.snapshot({ version }));
      const state = this.#model.at(version);
      if (this.#kind.tracking) expect(rowIds.check(state, rows, "row_id")).toBeUndefined();
      if (this.#kind.identity) expect(identities.check(state, rows, "seq")).toBeUndefined();
    }
    if (this.#kind.feed) await this.#checkFeed(reader);
  }

  async #begin(writer: number, operation: Operation, fresh: boolean): Promise<void> {
    const handle = (fresh ? undefined : this.#handles.get(writer)) ?? this.#lake.table(this.#name, this.#store);
    await this.#handles.get(writer)?.settle();
    this.#handles.set(writer, handle);
    const gate = new Gate();
    const { run, change } = this.#plan(operation, gated(handle, gate));
    const done = run().then(
      (version) => ({ version }),
      (error: unknown) => ({ error }),
    );
    const readVersion = this.#model.newest;
    this.#pending.set(writer, { change, began: this.#clock.time, readVersion, open: () => gate.open(), done });
    await Promise.race([gate.reached, done]);
  }

  async #commit(writer: number): Promise<void> {
    const pending = this.#pending.get(writer);
    if (pending === undefined) return;
    this.#pending.delete(writer);
    pending.open();
    const { version, error } = await pending.done;
    if (error !== undefined) {
      if (!isBoathouseError(error) || error.details["retry"] !== true || !CONFLICT.test(error.code)) throw error;
      // Nobody has to give way to nobody.
      expect(this.#model.newest).toBeGreaterThan(pending.readVersion);
    } else if (version !== undefined) {
      expect(version).toBe(this.#model.newest + 1);
      this.#model.commit(pending.change, pending.began);
    }
  }

  /** What an operation does, to the table and to the model. */
  #plan(
    operation: Operation,
    table: DeltaTable,
  ): { readonly run: () => Promise<number | undefined>; readonly change: Change } {
    const model = this.#model;
    switch (operation.kind) {
      case "append": {
        const rows = Array.from({ length: operation.count }, (): [number, number] => [this.#fresh++, 5]);
        return { change: model.put(rows), run: async () => this.#append(table, rows) };
      }
      case "merge":
        return {
          change: merged(model, operation.keys, operation.value),
          run: async () => this.#merge(table, operation.keys, operation.value),
        };
      case "update": {
        const { divisor, rest } = operation;
        return {
          change: mapped((key, held) => (key % divisor === rest ? { ...held, value: held.value + 1 } : held)),
          run: () => this.#change(table, `UPDATE target SET value = value + 1 WHERE key % ${divisor} = ${rest}`),
        };
      }
      case "delete": {
        const { divisor, rest } = operation;
        return {
          change: mapped((_, held) => (held.value % divisor === rest ? undefined : held)),
          run: () => this.#change(table, `DELETE FROM target WHERE value % ${divisor} = ${rest}`),
        };
      }
      case "deletePart":
        return {
          change: mapped((key, held) => (key % PARTS === operation.part ? undefined : held)),
          run: () => this.#change(table, `DELETE FROM target WHERE part = ${operation.part}`),
        };
      case "overwrite": {
        const { part, value } = operation;
        const rows = operation.keys.map((key): [number, number] => [key * PARTS + part, value]);
        const emptied = mapped((key, held) => (key % PARTS === part ? undefined : held));
        return { change: (state) => model.put(rows)(emptied(state)), run: () => this.#overwrite(table, part, rows) };
      }
      case "optimize": {
        const { connection } = this.#lake;
        const zOrder = operation.zOrder ? { zOrderBy: [["key"], ["value"]] } : {};
        return {
          change: (state) => state,
          run: async () => (await optimize(table, { connection, ...zOrder })).version,
        };
      }
      case "restore": {
        const version = Math.max(this.#floor, model.newest - operation.back);
        if (version >= model.newest) return { change: (state) => state, run: () => Promise.resolve(undefined) };
        const state = model.at(version);
        return { change: () => state, run: async () => (await restoreTable(table, { to: { version } }))?.version };
      }
    }
  }

  async #append(table: DeltaTable, rows: readonly (readonly [number, number])[]): Promise<number> {
    const transaction = await table.begin({ operation: "WRITE", parameters: { mode: "Append" } });
    await transaction.append({ connection: this.#lake.connection, select: this.#select(rows) });
    return (await transaction.commit()).version;
  }

  async #overwrite(table: DeltaTable, part: number, rows: readonly (readonly [number, number])[]): Promise<number> {
    const transaction = await table.begin({ operation: "WRITE", parameters: { mode: "Overwrite" } });
    const source = { connection: this.#lake.connection, select: this.#select(rows) };
    const predicate = { kind: "compare", column: ["part"], op: "=", value: { sql: String(part) } } as const;
    const condition = { sql: `"part" = ${part}`, predicate };
    await overwrite(transaction, source, { kind: "where", condition, text: `part = ${part}` });
    return (await transaction.commit()).version;
  }

  async #merge(table: DeltaTable, keys: readonly number[], value: number): Promise<number | undefined> {
    const schema = struct([field("key", LONG), field("value", INT), field("part", INT)]);
    const select = `SELECT *, (key % ${PARTS})::INT AS part FROM (${plainSelect(keys.map((key) => [key, value]))})`;
    const columns = this.#kind.generated ? "key, value" : "key, value, part";
    const given = columns.replaceAll(/\w+/g, "source.$&");
    const text =
      "MERGE INTO target USING source ON target.key = source.key " +
      "WHEN MATCHED AND target.value = source.value THEN DELETE WHEN MATCHED THEN UPDATE SET value = source.value " +
      `WHEN NOT MATCHED THEN INSERT (${columns}) VALUES (${given})`;
    return this.#change(table, text, { select, schema, release: () => Promise.resolve() });
  }

  async #change(table: DeltaTable, text: string, source?: ReadableRows): Promise<number | undefined> {
    const transaction = await table.begin({ operation: text.slice(0, 6).trim() === "MERGE" ? "MERGE" : "UPDATE" });
    try {
      return (await changeTable(text, transaction, this.#runtime, source))?.version;
    } catch (error) {
      await transaction.abort();
      throw error;
    }
  }

  #select(rows: readonly (readonly [number, number])[]): string {
    const select = plainSelect(rows);
    return this.#kind.generated ? select : `SELECT *, (key % ${PARTS})::INT AS part FROM (${select})`;
  }

  async #read(): Promise<void> {
    if (this.#reading === undefined) return;
    await this.#check(this.#reading.snapshot);
    this.#reading = undefined;
  }

  async #check(snapshot: Snapshot): Promise<Row[]> {
    const scan = await snapshot.scan();
    const rowId = this.#kind.tracking ? ", _metadata.row_id AS row_id" : "";
    const sql = scan.sql({ metadata: this.#kind.tracking });
    const rows = await this.#lake.connection.rows(`SELECT *${rowId} FROM ${sql} ORDER BY key`);
    expect(rows.map((row) => [Number(row["key"]), row["value"]])).toEqual(this.#model.rows(snapshot.version));
    expect(rows.every((row) => row["part"] === Number(row["key"]) % PARTS)).toBe(true);
    const { numRows } = await snapshot.totals();
    if (numRows !== undefined) expect(numRows).toBe(rows.length);
    return rows;
  }

  async #checkFeed(table: DeltaTable): Promise<void> {
    const last = this.#model.newest;
    const ranges: [number, number][] = [[this.#floor, last]];
    for (let from = this.#floor; from < last; from += 1) ranges.push([from, from + 1]);
    for (const [from, to] of ranges) {
      if (from === to) continue;
      const feed = await openChangeFeed(table, { start: { version: from + 1 }, end: { version: to } });
      const sql = await changeFeedSql(await planChanges(table, feed));
      const rows = await this.#lake.connection.rows(
        "SELECT key || ' ' || value AS row, sum(CASE WHEN _change_type IN ('insert', 'update_postimage') THEN 1 ELSE -1 END)::INT AS n " +
          `FROM ${sql} GROUP BY ALL HAVING n <> 0`,
      );
      const found = new Map(rows.map((row) => [row["row"], row["n"]]));
      expect([from, to, found]).toEqual([from, to, this.#model.difference(from, to)]);
    }
  }

  /** With the shortest retention that whoever reads or writes now can bear. */
  async #vacuum(lite: boolean, spare: number): Promise<void> {
    const users = [
      ...[...this.#pending.values()].map(({ began, readVersion }) => ({ at: began, version: readVersion })),
      ...(this.#reading === undefined ? [] : [{ at: this.#reading.at, version: this.#reading.snapshot.version }]),
    ];
    const { time } = this.#clock;
    const needed = Math.min(time, ...users.map(({ at, version }) => Math.min(at, this.#model.since(version))));
    const cutoff = needed - 1 - spare * STEP;
    const before = this.#model.newest;
    const table = this.#lake.table(this.#name, this.#store);
    try {
      const retention = time - cutoff;
      await table.vacuum({ retention, allowShortRetention: true, mode: lite ? "lite" : "full" });
    } catch (error) {
      if (!isBoathouseError(error, "DELTA_CANNOT_VACUUM_LITE")) throw error;
    }
    const { version } = await table.snapshot();
    for (let at = before; at < version; at += 1) this.#model.commit((state) => state, time);
    this.#floor = Math.max(this.#floor, this.#model.floor(cutoff));
    await table.settle();
    expect(table.checkpointError).toBeUndefined();
  }

  /** Files get the clock's time, as commits do. */
  async #dateFiles(): Promise<void> {
    const root = join(this.#lake.folder, this.#name);
    const date = new Date(this.#clock.time);
    for (const entry of await readdir(root, { recursive: true, withFileTypes: true })) {
      const path = join(entry.parentPath, entry.name);
      if (!entry.isFile() || path.includes("_delta_log") || this.#dated.has(path)) continue;
      this.#dated.add(path);
      await utimes(path, date, date);
    }
  }
}

function mapped(of: (key: number, held: Held) => Held | undefined): Change {
  return (state) => {
    const next = new Map<number, Held>();
    for (const [key, held] of state) {
      const after = of(key, held);
      if (after !== undefined) next.set(key, after);
    }
    return next;
  };
}

function merged(model: SerialModel, keys: readonly number[], value: number): Change {
  return (state) => {
    const gone = new Set(keys.filter((key) => state.get(key)?.value === value));
    const rest = new Map([...state].filter(([key]) => !gone.has(key)));
    return model.put(keys.filter((key) => !gone.has(key)).map((key) => [key, value] as const))(rest);
  };
}

function plainSelect(rows: readonly (readonly [number, number])[]): string {
  const values = rows.map(([key, value]) => `(${key}::BIGINT, ${value}::INT)`).join(", ");
  return `SELECT * FROM (VALUES ${values}) AS given(key, value)`;
}
