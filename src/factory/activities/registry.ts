import { APPEND_VARIABLE } from "./append-variable.ts";
import type { ActivityKind } from "./activity-kind.ts";
import { COPY } from "./copy.ts";
import { DATABRICKS_JOB } from "./databricks-job.ts";
import { DATABRICKS_NOTEBOOK } from "./databricks-notebook.ts";
import { DELETE } from "./delete.ts";
import { EXECUTE_PIPELINE } from "./execute-pipeline.ts";
import { FAIL } from "./fail.ts";
import { FILTER } from "./filter.ts";
import { FOR_EACH } from "./for-each.ts";
import { GET_METADATA } from "./get-metadata.ts";
import { IF_CONDITION } from "./if-condition.ts";
import { LOOKUP } from "./lookup.ts";
import { SET_VARIABLE } from "./set-variable.ts";
import { SWITCH } from "./switch.ts";
import { UNTIL } from "./until.ts";
import { VALIDATION } from "./validation.ts";
import { WAIT } from "./wait.ts";
import { WEB } from "./web.ts";

/** Every activity that runs. */
export const ACTIVITIES: readonly ActivityKind[] = [
  APPEND_VARIABLE,
  COPY,
  DATABRICKS_JOB,
  DATABRICKS_NOTEBOOK,
  DELETE,
  EXECUTE_PIPELINE,
  FAIL,
  FILTER,
  FOR_EACH,
  GET_METADATA,
  IF_CONDITION,
  LOOKUP,
  SET_VARIABLE,
  SWITCH,
  UNTIL,
  VALIDATION,
  WAIT,
  WEB,
];

/** Activities of Data Factory that do not run here: refused by name, unless they are mocked. */
export const OTHER_ACTIVITIES: readonly string[] = [
  "AzureFunctionActivity",
  "AzureMLBatchExecution",
  "AzureMLExecutePipeline",
  "AzureMLUpdateResource",
  "Custom",
  "DataLakeAnalyticsU-SQL",
  "DatabricksSparkJar",
  "DatabricksSparkPython",
  "ExecuteDataFlow",
  "ExecuteSSISPackage",
  "ExecuteWranglingDataflow",
  "HDInsightHive",
  "HDInsightMapReduce",
  "HDInsightPig",
  "HDInsightSpark",
  "HDInsightStreaming",
  "Script",
  "SparkJob",
  "SqlServerStoredProcedure",
  "SynapseNotebook",
  "WebHook",
];

const known = new Map(ACTIVITIES.map((each) => [each.type, each]));

export function findActivity(type: string): ActivityKind | undefined {
  return known.get(type);
}
