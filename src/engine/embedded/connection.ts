import type { Connection } from "../../duckdb/connection.ts";
import type { DuckDb } from "../../duckdb/duckdb.ts";
import { openSequences } from "../../delta/write/high-water-marks.ts";
import { preludeFor } from "../../sql/prelude/prelude.ts";
import { timeZoneOf } from "./session-state.ts";
import type { StatementCall } from "./statement-call.ts";

/** The instance of each open connection. */
const instances = new WeakMap<Connection, DuckDb>();

/** What is installed in an instance: macros and functions belong to it, not to a connection. */
const installed = new WeakMap<DuckDb, { readonly names: Set<string>; turn: Promise<void> }>();

/**
 * A connection of its own for a statement, which may reach the lakehouse's folders and those given; the macros and
 * functions that the SQL uses are there. Whoever asked closes it.
 */
export async function openConnection(
  call: StatementCall,
  folders: readonly string[],
  sql: string,
): Promise<Connection> {
  const { db, connection } = await call.env.databases.connect(timeZoneOf(call.state), [
    ...call.env.folders,
    ...folders,
  ]);
  instances.set(connection, db);
  try {
    await install(db, connection, sql);
    await openSequences(connection, sql);
    return connection;
  } catch (error) {
    connection.close();
    throw error;
  }
}

/** Installs what further SQL on an open connection uses. */
export async function installFor(connection: Connection, sql: string): Promise<void> {
  const db = instances.get(connection);
  if (db !== undefined) await install(db, connection, sql);
}

/** Installs what is missing, one statement after the other, so that two never create the same macro at once. */
async function install(db: DuckDb, connection: Connection, sql: string): Promise<void> {
  let known = installed.get(db);
  if (known === undefined) {
    known = { names: new Set(), turn: Promise.resolve() };
    installed.set(db, known);
  }
  const { names } = known;
  known.turn = known.turn
    .catch(() => undefined)
    .then(async () => {
      const { udfs, macros } = preludeFor(sql, names);
      for (const udf of udfs) {
        connection.registerFunction(udf);
        names.add(udf.name);
      }
      if (macros.length === 0) return;
      await connection.run(macros.map((macro) => macro.sql).join(";\n"));
      for (const { name } of macros) names.add(name);
    });
  await known.turn;
}
