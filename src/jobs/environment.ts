import type { Json, JsonObject } from "../core/json.ts";
import type { Session } from "../engine/session.ts";
import type { RunInfo } from "../runs/handler.ts";
import type { Job } from "./job.ts";

/** What jobs need of the rest of the house; `project/` gives it. */
export interface JobEnvironment {
  /** A session of the principal that jobs run as. */
  openSession(): Promise<Session>;
  /**
   * The text of a notebook or a SQL file, by its path as the job has it (`file` is the path for messages). Throws
   * `FILE_NOT_FOUND` or the like.
   */
  readFile(path: string, kind: "notebook" | "sql"): Promise<SqlFile>;
  /** The text of a saved query; without it, `sql_task.query` is refused. */
  readQuery?(id: string): Promise<SqlFile>;
  /** Runs an update of a pipeline to its end; rejects when it fails. What it resolves with becomes the task's output. */
  runPipeline(request: PipelineRequest): Promise<JsonObject>;
  /** A job of the project by id; throws when there is none, with the nearest id. */
  findJob(id: string): Promise<Job>;
  readonly workspace: { readonly id: string; readonly url: string };
}

export interface SqlFile {
  readonly text: string;
  readonly file: string;
}

export interface PipelineRequest {
  readonly pipelineId: string;
  readonly fullRefresh: boolean;
  readonly fullRefreshSelection: readonly string[];
  readonly refreshSelection: readonly string[];
  readonly parent: NonNullable<RunInfo["parent"]>;
  /** A second request with the same key is the same update, also after a crash. */
  readonly idempotencyKey: string;
  readonly signal: AbortSignal;
}

/** What starts a run of a job, as `{{job.trigger.…}}` shows it. */
export interface JobTrigger {
  readonly type: "periodic" | "one_time" | "run_job_task";
  /** When it was due; milliseconds since the epoch. */
  readonly time?: number;
}

/** What a job's run is given: kept as the run's parameters. */
export interface JobRunParameters {
  readonly jobId: string;
  readonly jobName: string;
  /** Milliseconds since the epoch; that of the first run, in a repair. */
  readonly startTime: number;
  readonly parameters: Readonly<Record<string, string>>;
}

export function runParametersOf(run: RunInfo): JobRunParameters {
  return run.parameters as unknown as JobRunParameters;
}

export function runParametersToJson(parameters: JobRunParameters): Json {
  return { ...parameters };
}
