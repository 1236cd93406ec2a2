import type { JsonObject } from "../core/json.ts";

/**
 * A job as it is written, in the schema of the Jobs API 2.2: `resources.jobs` of a bundle in YAML, JSON or TypeScript.
 */
export interface JobSettings {
  readonly name?: string;
  readonly description?: string;
  readonly tasks?: readonly TaskSettings[];
  readonly parameters?: readonly JobParameter[];
  readonly schedule?: CronSchedule;
  readonly trigger?: TriggerSettings;
  readonly queue?: { readonly enabled: boolean };
  readonly max_concurrent_runs?: number;
  readonly timeout_seconds?: number;
  readonly tags?: Readonly<Record<string, string>>;
  /** What only a workspace acts upon. */
  readonly budget_policy_id?: string;
  readonly email_notifications?: JsonObject;
  readonly environments?: readonly JsonObject[];
  readonly health?: JsonObject;
  readonly job_clusters?: readonly JsonObject[];
  readonly lifecycle?: JsonObject;
  readonly notification_settings?: JsonObject;
  readonly parent_path?: string;
  readonly performance_target?: string;
  readonly permissions?: readonly JsonObject[];
  readonly run_as?: JsonObject;
  readonly usage_policy_id?: string;
  readonly webhook_notifications?: JsonObject;
}

interface JobParameter {
  readonly name: string;
  readonly default: string | number | boolean;
}

type PauseStatus = "UNPAUSED" | "PAUSED";

interface CronSchedule {
  readonly quartz_cron_expression: string;
  readonly timezone_id: string;
  readonly pause_status?: PauseStatus;
}

interface TriggerSettings {
  readonly periodic?: { readonly interval: number; readonly unit: "MINUTES" | "HOURS" | "DAYS" | "WEEKS" };
  readonly pause_status?: PauseStatus;
}

type RunIf = "ALL_SUCCESS" | "ALL_DONE" | "NONE_FAILED" | "AT_LEAST_ONE_SUCCESS" | "ALL_FAILED" | "AT_LEAST_ONE_FAILED";

export interface TaskSettings {
  readonly task_key: string;
  readonly description?: string;
  readonly depends_on?: readonly { readonly task_key: string; readonly outcome?: string | boolean }[];
  readonly run_if?: RunIf;
  /** A disabled task is skipped, and counts as one that was excluded. */
  readonly disabled?: boolean;
  /** -1 retries for ever. */
  readonly max_retries?: number;
  readonly min_retry_interval_millis?: number;
  readonly retry_on_timeout?: boolean;
  /** 0 means no limit. */
  readonly timeout_seconds?: number;
  readonly notebook_task?: NotebookTask;
  readonly sql_task?: SqlTask;
  readonly pipeline_task?: PipelineTask;
  readonly condition_task?: ConditionTask;
  readonly for_each_task?: ForEachTask;
  readonly run_job_task?: RunJobTask;
  /** What only a workspace acts upon. */
  readonly compute?: JsonObject;
  readonly disable_auto_optimization?: boolean;
  readonly email_notifications?: JsonObject;
  readonly environment_key?: string;
  readonly existing_cluster_id?: string;
  readonly health?: JsonObject;
  readonly job_cluster_key?: string;
  readonly libraries?: readonly JsonObject[];
  readonly new_cluster?: JsonObject;
  readonly notification_settings?: JsonObject;
  readonly webhook_notifications?: JsonObject;
}

export type TaskParameters = Readonly<Record<string, string | number | boolean>>;

interface NotebookTask {
  readonly notebook_path: string;
  readonly base_parameters?: TaskParameters;
  readonly source?: "WORKSPACE" | "GIT";
  readonly warehouse_id?: string;
}

interface SqlTask {
  readonly file?: { readonly path: string; readonly source?: "WORKSPACE" | "GIT" };
  readonly query?: { readonly query_id: string };
  readonly parameters?: TaskParameters;
  /** There is one engine here: any name will do, none too. */
  readonly warehouse_id?: string;
}

interface PipelineTask {
  readonly pipeline_id: string;
  readonly full_refresh?: boolean;
  readonly full_refresh_selection?: readonly string[];
  readonly refresh_selection?: readonly string[];
}

interface ConditionTask {
  readonly op: ConditionOp;
  readonly left: string | number | boolean;
  readonly right: string | number | boolean;
}

export type ConditionOp =
  | "EQUAL_TO"
  | "NOT_EQUAL"
  | "GREATER_THAN"
  | "GREATER_THAN_OR_EQUAL"
  | "LESS_THAN"
  | "LESS_THAN_OR_EQUAL";

interface ForEachTask {
  /** A JSON array, or a reference to one. */
  readonly inputs: string;
  readonly concurrency?: number;
  readonly task: TaskSettings;
}

interface RunJobTask {
  readonly job_id: string | number;
  readonly job_parameters?: TaskParameters;
}
