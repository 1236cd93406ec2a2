import type { RunInfo } from "../runs/handler.ts";
import type { RunHandle, RunWatch } from "../runs/runner.ts";
import type { JobTrigger } from "./environment.ts";
import type { Job } from "./job.ts";

export interface JobStartOptions extends RunWatch {
  /** Values of job parameters; the others have their defaults. */
  readonly parameters?: Readonly<Record<string, string>>;
  readonly trigger?: JobTrigger;
  readonly parent?: NonNullable<RunInfo["parent"]>;
  /** A second start with the same key gives the first one's run. */
  readonly idempotencyKey?: string;
}

export type StartJob = (job: Job, options: JobStartOptions) => Promise<RunHandle>;
