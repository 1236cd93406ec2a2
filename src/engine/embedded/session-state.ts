import type { StructType } from "../../core/data-type.ts";
import type { CreateFunction } from "../../sql/ast/create.ts";
import type { OpenStreams } from "./file-sources.ts";
import type { NameContext, Routine, ViewDefinition } from "../../sql/resolver.ts";
import type { Variables } from "../../sql/script/scope.ts";

/** What a session remembers between statements. */
export interface SessionState {
  readonly user: string;
  catalog: string;
  schema: string;
  /** `SET` values, by name in lower case. */
  readonly settings: Map<string, string>;
  /** By name in lower case. */
  readonly temporaryViews: Map<string, TemporaryView>;
  /** `CREATE TEMPORARY FUNCTION`, by name in lower case. */
  readonly temporaryFunctions: Map<string, TemporaryFunction>;
  /** `DECLARE VARIABLE`. */
  readonly variables: Variables;
  /** Streams of files that `Session.streams` has opened. */
  readonly streams: OpenStreams;
}

export interface TemporaryView {
  readonly name: string;
  readonly definition: ViewDefinition;
  readonly schema: StructType;
}

export interface TemporaryFunction {
  readonly routine: Routine;
  readonly statement: CreateFunction;
}

export function newSessionState(context: NameContext): SessionState {
  return {
    user: context.user,
    catalog: context.catalog,
    schema: context.schema,
    settings: new Map(),
    temporaryViews: new Map(),
    temporaryFunctions: new Map(),
    variables: new Map(),
    streams: new Map(),
  };
}

/** `spark.sql.session.timeZone`, UTC by default so that a run gives the same everywhere. */
export function timeZoneOf(state: SessionState): string {
  return state.settings.get("spark.sql.session.timezone") ?? "UTC";
}

/** `spark.sql.ansi.enabled`, on by default as in Spark 4. */
export function isAnsi(state: SessionState): boolean {
  const value = state.settings.get("spark.sql.ansi.enabled");
  return value === undefined || value.toLowerCase() === "true";
}

/** Whether INSERT OVERWRITE replaces the table (`static`, by default) or the partitions that get rows (`dynamic`). */
export const PARTITION_OVERWRITE_MODE = "spark.sql.sources.partitionoverwritemode";

/** Whether changes from after the newest version on are none, and not an error. */
export const CHANGES_OUT_OF_RANGE = "spark.databricks.delta.changeDataFeed.timestampOutOfRange.enabled";
