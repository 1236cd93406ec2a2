import type { Clock } from "../../core/clock.ts";
import type { IdSource } from "../../core/ids.ts";
import type { Json, JsonObject } from "../../core/json.ts";
import type { Connection } from "../../duckdb/connection.ts";
import type { State } from "../../state/state.ts";
import type { ObjectStore } from "../../storage/object-store.ts";

/** What a factory needs from the house around it; `project/` gives it. */
export interface FactoryServices {
  readonly state: State;
  readonly storage: FactoryStorage;
  /** A connection for one copy or lookup, which the activity closes. */
  readonly connect: () => Promise<Connection>;
  /** Where `DatabricksJob` and `DatabricksNotebook` run. */
  readonly workspace?: DatabricksWorkspace;
  readonly pipelines: PipelineRunner;
  /** An existing folder for files in passing. */
  readonly temporaryFolder: string;
  /** The address to ask instead of a web address that is bound to another one. */
  readonly mapUrl?: (url: string) => string;
  /** Secrets of a key vault by name: usually the environment. */
  readonly secrets?: (name: string) => string | undefined;
  readonly clock: Clock;
  readonly ids: IdSource;
}

/** Finds what a URL of a container names; `Storage` is one. */
interface FactoryStorage {
  resolve(url: string): { readonly store: ObjectStore; readonly key: string; readonly url: string };
}

export interface DatabricksWorkspace {
  runJob(request: DatabricksRequest & { readonly jobId: string }): Promise<DatabricksResult>;
  runNotebook(request: DatabricksRequest & { readonly notebookPath: string }): Promise<DatabricksResult>;
}

export interface DatabricksRequest {
  readonly parameters: Readonly<Record<string, string>>;
  /** The same for every attempt at one activity: a run that was started already is joined, not started again. */
  readonly identity: string;
  /** From 0: a retry starts a run of its own. */
  readonly retry: number;
  /** The pipeline run that asks. */
  readonly parent: { readonly runId: string; readonly node: string };
  readonly signal: AbortSignal;
}

export interface DatabricksResult {
  readonly runId: string;
  readonly runPageUrl: string;
  /** What a notebook returned. */
  readonly runOutput?: Json;
}

/** Starts pipelines for `ExecutePipeline`. */
export interface PipelineRunner {
  run(request: PipelineRequest): Promise<{ readonly runId: string; readonly returnValue?: JsonObject }>;
}

export interface PipelineRequest {
  readonly pipeline: string;
  readonly parameters: JsonObject;
  readonly parent: { readonly runId: string; readonly node: string; readonly pipeline: string };
  /** The same for every attempt at one activity. */
  readonly identity: string;
  readonly retry: number;
  readonly wait: boolean;
  readonly signal: AbortSignal;
  /** Called as soon as the run is recorded. */
  readonly started: (runId: string) => void;
}
