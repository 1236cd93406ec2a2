import { anything, object, record, required, text } from "../model/shape.ts";
import type { ActivityKind } from "./activity-kind.ts";
import { databricksRequest, textParameters, workspaceOf } from "./databricks-parameters.ts";

export const DATABRICKS_JOB: ActivityKind = {
  type: "DatabricksJob",
  description: "Runs a job of the local workspace and waits for it; `jobId` is its id or its name in the bundle.",
  properties: object({ jobId: required(text), jobParameters: record(anything) }),
  policy: true,
  linkedService: true,
  async run(context) {
    const jobId = context.properties.requiredText("jobId");
    const parameters = textParameters(context, "jobParameters");
    await context.recordInput({ jobId, jobParameters: parameters });
    const result = await workspaceOf(context).runJob({ jobId, ...databricksRequest(context, parameters) });
    return { ...result };
  },
};
