import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { systemClock } from "../../src/core/clock.ts";
import { field, INT, LONG, STRING, struct, type StructType } from "../../src/core/data-type.ts";
import { randomIds } from "../../src/core/ids.ts";
import type { Row } from "../../src/core/value.ts";
import type { DeltaContext } from "../../src/delta/context.ts";
import type { Snapshot } from "../../src/delta/snapshot.ts";
import { DeltaTable } from "../../src/delta/table.ts";
import type { TableDefinition } from "../../src/delta/write/transaction-options.ts";
import type { Connection } from "../../src/duckdb/connection.ts";
import { DuckDb } from "../../src/duckdb/duckdb.ts";
import { LocalStore } from "../../src/storage/local-store.ts";
import type { ObjectStore } from "../../src/storage/object-store.ts";

/** A folder with tables and a DuckDB instance, for a test. */
export interface Lake {
  readonly folder: string;
  readonly store: ObjectStore;
  readonly connection: Connection;
  readonly context: DeltaContext;
  table(name: string, store?: ObjectStore): DeltaTable;
  /** A connection more, for who closes it. */
  connect(): Promise<Connection>;
  /** Waits for checksums and checkpoints that may still be under way. */
  settle(): Promise<void>;
  close(): Promise<void>;
}

export async function openLake(overrides: Partial<DeltaContext> = {}): Promise<Lake> {
  const folder = await mkdtemp(join(tmpdir(), "boathouse-delta-"));
  const duckdb = await DuckDb.open({ timeZone: "UTC", threads: 2 });
  const connection = await duckdb.connect();
  const context: DeltaContext = {
    connection: await duckdb.connect(),
    clock: systemClock,
    ids: randomIds,
    random: Math.random,
    engineInfo: "Boathouse/test",
    ...overrides,
  };
  const store = new LocalStore(folder);
  const tables: DeltaTable[] = [];
  const settle = async (): Promise<void> => {
    for (const table of tables) await table.settle();
  };
  return {
    folder,
    store,
    connection,
    context,
    table(name, other) {
      const table = new DeltaTable(context, other ?? store, name);
      tables.push(table);
      return table;
    },
    connect: () => duckdb.connect(),
    settle,
    async close() {
      await settle();
      await duckdb.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

export const PEOPLE: StructType = struct([field("id", LONG), field("name", STRING), field("age", INT)]);

/** A table with the columns of `PEOPLE`, or others, and the rows of a SELECT. */
export async function createTable(
  lake: Lake,
  name: string,
  options: Partial<TableDefinition> & { readonly select?: string; readonly store?: ObjectStore } = {},
): Promise<DeltaTable> {
  const { select, store, ...definition } = options;
  const table = lake.table(name, store);
  const transaction = await table.beginCreate({ schema: PEOPLE, ...definition }, { operation: "CREATE TABLE" });
  if (select !== undefined) await transaction.append({ connection: lake.connection, select });
  await transaction.commit();
  return table;
}

export async function append(lake: Lake, table: DeltaTable, select: string): Promise<number> {
  const transaction = await table.begin({ operation: "WRITE", parameters: { mode: "Append" } });
  await transaction.append({ connection: lake.connection, select });
  return (await transaction.commit()).version;
}

export async function rowsOf(lake: Lake, snapshot: Snapshot, order = "ALL"): Promise<Row[]> {
  const scan = await snapshot.scan();
  return lake.connection.rows(`SELECT * FROM ${scan.sql()} ORDER BY ${order}`);
}
