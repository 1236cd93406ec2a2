import type { Connection } from "../../duckdb/connection.ts";
import { scanFunctions } from "../scan/variant-layout.ts";
import { autoCompact } from "../maintain/auto-compact.ts";
import type { DeltaTable as StoredTable } from "../table.ts";
import type { Runtime } from "./runtime.ts";

/** Compacts a table that has just got a version, where its properties ask for it. Never fails. */
export async function compactAfter(table: StoredTable, runtime: Runtime, version: number): Promise<void> {
  try {
    const connect = async (): Promise<[Connection, Connection]> => {
      const functions = scanFunctions((await table.snapshot()).schema);
      return [await runtime.connect(functions), await runtime.connect(functions)];
    };
    await autoCompact(table, { connect, version });
  } catch {
    // The commit before it stands: files that stay small cost reads a little, and are taken up the next time.
  }
}
