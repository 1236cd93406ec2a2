import { ANY, BOOLEAN, INTEGER, list, map, oneOf, SCALAR, STRING, type ObjectShape, type Shape } from "./shape.ts";

/** The schema of the Jobs API 2.2, as far as it runs on one machine; the rest is refused by name. */

const PAUSE: Shape = oneOf("UNPAUSED", "PAUSED");
const SOURCE: Shape = oneOf("WORKSPACE", "GIT");
const PARAMETERS: Shape = map(SCALAR);

const SQL_ONLY = "Only Spark SQL runs here: put the work into a SQL notebook or a SQL file.";
const WORKSPACE_ONLY = "It exists only in a Databricks workspace: remove it, or keep it in a target of its own.";
const OLD_PARAMETERS = "Use `job_parameters`.";

/** Task kinds of a workspace that run nowhere else, and what to use instead. */
const REMOTE_TASKS: Readonly<Record<string, string>> = {
  ai_runtime_task: WORKSPACE_ONLY,
  alert_task: WORKSPACE_ONLY,
  clean_rooms_notebook_task: WORKSPACE_ONLY,
  dashboard_task: WORKSPACE_ONLY,
  dbt_cloud_task: WORKSPACE_ONLY,
  dbt_platform_task: WORKSPACE_ONLY,
  dbt_task: SQL_ONLY,
  gen_ai_compute_task: WORKSPACE_ONLY,
  power_bi_task: WORKSPACE_ONLY,
  python_operator_task: SQL_ONLY,
  python_wheel_task: SQL_ONLY,
  spark_jar_task: SQL_ONLY,
  spark_python_task: SQL_ONLY,
  spark_submit_task: SQL_ONLY,
};

const NOTEBOOK_TASK: ObjectShape = {
  kind: "object",
  what: "notebook task",
  properties: { notebook_path: STRING, base_parameters: PARAMETERS, source: SOURCE, warehouse_id: STRING },
  required: ["notebook_path"],
};

const SQL_TASK: ObjectShape = {
  kind: "object",
  what: "SQL task",
  properties: {
    file: {
      kind: "object",
      what: "SQL file",
      properties: { path: STRING, source: SOURCE },
      required: ["path"],
    },
    query: { kind: "object", what: "saved query", properties: { query_id: STRING }, required: ["query_id"] },
    parameters: PARAMETERS,
    warehouse_id: STRING,
  },
  refused: { alert: WORKSPACE_ONLY, dashboard: WORKSPACE_ONLY },
};

const PIPELINE_TASK: ObjectShape = {
  kind: "object",
  what: "pipeline task",
  properties: {
    pipeline_id: STRING,
    full_refresh: BOOLEAN,
    full_refresh_selection: list(STRING),
    refresh_selection: list(STRING),
  },
  required: ["pipeline_id"],
  refused: {
    parameters: "Give the pipeline its values in `configuration`.",
    refresh_flow_selection: "Use `refresh_selection` with the tables that the flows fill.",
    reset_checkpoint_selection: "Use `full_refresh_selection`.",
  },
};

const CONDITION_TASK: ObjectShape = {
  kind: "object",
  what: "condition",
  properties: {
    op: oneOf("EQUAL_TO", "NOT_EQUAL", "GREATER_THAN", "GREATER_THAN_OR_EQUAL", "LESS_THAN", "LESS_THAN_OR_EQUAL"),
    left: SCALAR,
    right: SCALAR,
  },
  required: ["op", "left", "right"],
};

const FOR_EACH_TASK: ObjectShape = {
  kind: "object",
  what: "for-each task",
  properties: { inputs: STRING, concurrency: INTEGER, task: { kind: "lazy", shape: () => TASK } },
  required: ["inputs", "task"],
};

const RUN_JOB_TASK: ObjectShape = {
  kind: "object",
  what: "run-job task",
  properties: { job_id: SCALAR, job_parameters: PARAMETERS },
  required: ["job_id"],
  refused: {
    dbt_commands: OLD_PARAMETERS,
    jar_params: OLD_PARAMETERS,
    notebook_params: OLD_PARAMETERS,
    pipeline_params: OLD_PARAMETERS,
    python_named_params: OLD_PARAMETERS,
    python_params: OLD_PARAMETERS,
    spark_submit_params: OLD_PARAMETERS,
    sql_params: OLD_PARAMETERS,
  },
};

const TASK: ObjectShape = {
  kind: "object",
  what: "task",
  properties: {
    task_key: STRING,
    description: STRING,
    depends_on: list({
      kind: "object",
      what: "dependency",
      properties: { task_key: STRING, outcome: SCALAR },
      required: ["task_key"],
    }),
    run_if: oneOf(
      "ALL_SUCCESS",
      "ALL_DONE",
      "NONE_FAILED",
      "AT_LEAST_ONE_SUCCESS",
      "ALL_FAILED",
      "AT_LEAST_ONE_FAILED",
    ),
    disabled: BOOLEAN,
    max_retries: INTEGER,
    min_retry_interval_millis: INTEGER,
    retry_on_timeout: BOOLEAN,
    timeout_seconds: INTEGER,
    notebook_task: NOTEBOOK_TASK,
    sql_task: SQL_TASK,
    pipeline_task: PIPELINE_TASK,
    condition_task: CONDITION_TASK,
    for_each_task: FOR_EACH_TASK,
    run_job_task: RUN_JOB_TASK,
    compute: ANY,
    disable_auto_optimization: BOOLEAN,
    email_notifications: ANY,
    environment_key: STRING,
    existing_cluster_id: STRING,
    health: ANY,
    job_cluster_key: STRING,
    libraries: ANY,
    new_cluster: ANY,
    notification_settings: ANY,
    webhook_notifications: ANY,
  },
  required: ["task_key"],
  refused: REMOTE_TASKS,
};

const SCHEDULE: ObjectShape = {
  kind: "object",
  what: "schedule",
  properties: { quartz_cron_expression: STRING, timezone_id: STRING, pause_status: PAUSE },
  required: ["quartz_cron_expression", "timezone_id"],
  refused: { sql_condition: "Start with a SQL task and a condition task instead." },
};

const TRIGGER: ObjectShape = {
  kind: "object",
  what: "trigger",
  properties: {
    periodic: {
      kind: "object",
      what: "periodic trigger",
      properties: { interval: INTEGER, unit: oneOf("MINUTES", "HOURS", "DAYS", "WEEKS") },
      required: ["interval", "unit"],
    },
    pause_status: PAUSE,
  },
  refused: {
    file_arrival: "Use a schedule: Auto Loader reads only files that are new.",
    model: WORKSPACE_ONLY,
    sql_condition: "Use a schedule, with a SQL task and a condition task.",
    table_update: "Use a schedule: a job whose sources have not changed does nothing.",
  },
};

export const JOB_SHAPE: ObjectShape = {
  kind: "object",
  what: "job",
  properties: {
    name: STRING,
    description: STRING,
    tasks: list(TASK),
    parameters: list({
      kind: "object",
      what: "job parameter",
      properties: { name: STRING, default: SCALAR },
      required: ["name", "default"],
    }),
    schedule: SCHEDULE,
    trigger: TRIGGER,
    queue: { kind: "object", what: "queue", properties: { enabled: BOOLEAN }, required: ["enabled"] },
    max_concurrent_runs: INTEGER,
    timeout_seconds: INTEGER,
    tags: map(SCALAR),
    budget_policy_id: STRING,
    email_notifications: ANY,
    environments: ANY,
    health: ANY,
    job_clusters: ANY,
    lifecycle: ANY,
    notification_settings: ANY,
    parent_path: STRING,
    performance_target: STRING,
    permissions: ANY,
    run_as: ANY,
    usage_policy_id: STRING,
    webhook_notifications: ANY,
  },
  refused: {
    continuous: "Use a periodic trigger: `trigger: {periodic: {interval: 1, unit: MINUTES}}`.",
    git_source: "Keep the files in the project's folder.",
    triggers: "Use `schedule` or `trigger`.",
  },
};

/** What is carried along for a workspace and has no effect here. */
export const WITHOUT_EFFECT: readonly string[] = [
  "budget_policy_id",
  "compute",
  "disable_auto_optimization",
  "email_notifications",
  "environment_key",
  "environments",
  "existing_cluster_id",
  "health",
  "job_cluster_key",
  "job_clusters",
  "libraries",
  "lifecycle",
  "new_cluster",
  "notification_settings",
  "parent_path",
  "performance_target",
  "permissions",
  "run_as",
  "usage_policy_id",
  "webhook_notifications",
];

/** The properties that say what a task does. */
export const TASK_KINDS = [
  "notebook_task",
  "sql_task",
  "pipeline_task",
  "condition_task",
  "for_each_task",
  "run_job_task",
] as const;

export type TaskKind = (typeof TASK_KINDS)[number];
