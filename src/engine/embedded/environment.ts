import type { Access } from "../../catalog/access.ts";
import type { Catalog } from "../../catalog/catalog.ts";
import type { Clock } from "../../core/clock.ts";
import type { StructType } from "../../core/data-type.ts";
import type { IdSource } from "../../core/ids.ts";
import type { JsonObject } from "../../core/json.ts";
import type { Storage } from "../../storage/storage.ts";
import type { Databases } from "./databases.ts";
import type { DeltaTables } from "./delta-tables.ts";

/** What all sessions of a process share. */
export interface EngineEnvironment {
  readonly catalog: Catalog;
  readonly storage: Storage;
  readonly databases: Databases;
  readonly tables: DeltaTables;
  readonly clock: Clock;
  readonly ids: IdSource;
  /** Folders of this machine that hold the lakehouse's data: all that a statement can reach by itself. */
  readonly folders: readonly string[];
  /** Where remote files and intermediate results are kept while a statement runs. */
  readonly temporaryFolder: string;
  /** Table functions that somebody below answers (`event_log`), by name in lower case. */
  readonly tableFunctions: ReadonlyMap<string, HostTableFunction>;
  /** A pipeline's standalone datasets: `CREATE STREAMING TABLE`, `REFRESH`. */
  readonly datasets?: StandaloneDatasets;
}

/** A table function whose rows are made by the host, for the principal who asks. */
export type HostTableFunction = (request: {
  /** Positional arguments first, in order; text, numbers and booleans. */
  readonly arguments: readonly {
    readonly name: string | undefined;
    readonly value: string | number | boolean | null;
  }[];
  readonly access: Access;
}) => Promise<{ readonly schema: StructType; readonly rows: readonly JsonObject[] }>;

/** Runs a dataset that stands outside of a pipeline's files. */
export interface StandaloneDatasets {
  /** `CREATE [OR REFRESH] STREAMING TABLE …`, `CREATE MATERIALIZED VIEW …`: declares it and fills it. */
  create(request: StandaloneRequest): Promise<void>;
  /** `REFRESH STREAMING TABLE | MATERIALIZED VIEW name [FULL]`. */
  refresh(request: { readonly user: string; readonly name: readonly string[]; readonly full: boolean }): Promise<void>;
}

export interface StandaloneRequest {
  readonly user: string;
  readonly catalog: string;
  readonly schema: string;
  readonly text: string;
  readonly file: string | undefined;
}
