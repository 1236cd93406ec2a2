import type { StructType } from "../../src/core/data-type.ts";
import type { Value } from "../../src/core/value.ts";
import type { Connection } from "../../src/duckdb/connection.ts";
import { DuckDb } from "../../src/duckdb/duckdb.ts";
import { preludeFor } from "../../src/sql/prelude/prelude.ts";

/** What a statement gave, column by column in the order of the schema. */
export interface Result {
  readonly schema: StructType;
  readonly rows: readonly (readonly Value[])[];
  /** What spark-sql prints, where that is not the rows. */
  readonly lines?: readonly string[];
}

/** A statement that this small session has no means for; the engine's own has. */
export class NotHere extends Error {}

/** DuckDB instances by time zone, shared by the sessions of a run. */
export class Databases {
  readonly #open = new Map<string, { database: DuckDb; connection: Connection; installed: Set<string> }>();

  async of(timeZone: string) {
    let entry = this.#open.get(timeZone);
    if (entry === undefined) {
      const database = await DuckDb.open({ timeZone, threads: 1 });
      entry = { database, connection: await database.connect(), installed: new Set() };
      this.#open.set(timeZone, entry);
    }
    return entry;
  }

  /** A connection with the functions that the SQL uses. */
  async connection(timeZone: string, sql: string): Promise<Connection> {
    const { connection, installed } = await this.of(timeZone);
    const { udfs, macros } = preludeFor(sql, installed);
    for (const each of udfs) connection.registerFunction(each);
    if (macros.length > 0) await connection.run(macros.map((each) => each.sql).join(";\n"));
    for (const { name } of [...udfs, ...macros]) installed.add(name);
    return connection;
  }

  async close(): Promise<void> {
    for (const { connection, database } of this.#open.values()) {
      connection.close();
      await database.close();
    }
  }
}
