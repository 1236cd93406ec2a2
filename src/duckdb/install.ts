import type { DuckDBConnection } from "@duckdb/node-api";
import type { Prelude } from "../sql/prelude/prelude.ts";
import { quoteString } from "../sql/quote.ts";
import { buildScalarFunction } from "./scalar-function.ts";

/** What a statement needs of its connection: settings, and the macros and functions that it calls. */
export interface Needs {
  readonly settings: readonly string[];
  readonly prelude: Prelude;
  readonly timeZone: string;
}

/**
 * Gives any connection of DuckDB what translated statements need: sets its settings, and installs the macros and functions
 * that its instance does not have yet. Functions in JavaScript must come from the copy of `@duckdb/node-api` whose
 * connection it is; it is loaded only when there are some.
 */
export async function install(connection: DuckDBConnection, needs: Needs): Promise<void> {
  const { udfs, macros } = needs.prelude;
  for (const statement of needs.settings) await connection.run(statement);
  const names = [...udfs, ...macros].map((each) => each.name);
  if (names.length === 0) return;
  const found = await connection.runAndReadAll(
    `SELECT DISTINCT function_name FROM duckdb_functions() WHERE function_name IN (${names.map(quoteString).join(", ")})`,
  );
  const there = new Set(found.getRows().map(([name]) => name));
  const missing = udfs.filter((each) => !there.has(each.name));
  if (missing.length > 0) {
    const library = await import("@duckdb/node-api");
    for (const each of missing) connection.registerScalarFunction(buildScalarFunction(each, library, needs.timeZone));
  }
  for (const each of macros) if (!there.has(each.name)) await connection.run(each.sql);
}
