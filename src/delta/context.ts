import type { Clock } from "../core/clock.ts";
import type { StructType } from "../core/data-type.ts";
import type { IdSource } from "../core/ids.ts";
import type { Connection } from "../duckdb/connection.ts";
import type { RemoteFiles } from "./scan/data-files.ts";

/** What delta needs of its surroundings; one for all tables of a process. */
export interface DeltaContext {
  /**
   * For file lists and checkpoints: a connection of a DuckDB instance in UTC without a lock-down, that no user's SQL
   * runs on. Data is written and read on the caller's own connections.
   */
  readonly connection: Connection;
  readonly clock: Clock;
  readonly ids: IdSource;
  /** From 0 to 1, for the waits between attempts to commit. */
  readonly random: () => number;
  /**
   * Compiles Spark SQL expressions: CHECK constraints, defaults, generated columns, invariants. Without it, tables that have
   * them are not written.
   */
  readonly expressions?: ExpressionCompiler;
  /** Copies of remote files. Without it, only tables in local storage are worked with. */
  readonly remote?: RemoteFiles;
  /** How this engine is named in `commitInfo.engineInfo`. */
  readonly engineInfo: string;
}

export interface ExpressionCompiler {
  /** The DuckDB SQL of a Spark SQL expression over the columns of a schema, each by its quoted name. */
  compile(text: string, schema: StructType): string;
}
