import { anything, inert, object, record, required, text } from "../model/shape.ts";
import type { ActivityKind } from "./activity-kind.ts";
import { databricksRequest, textParameters, workspaceOf } from "./databricks-parameters.ts";

export const DATABRICKS_NOTEBOOK: ActivityKind = {
  type: "DatabricksNotebook",
  description: "Runs a notebook of the local workspace with parameters and waits for it.",
  properties: object({
    notebookPath: required(text),
    baseParameters: record(anything),
    libraries: inert("the local workspace installs none"),
  }),
  policy: true,
  linkedService: true,
  async run(context) {
    const notebookPath = context.properties.requiredText("notebookPath");
    const parameters = textParameters(context, "baseParameters");
    await context.recordInput({ notebookPath, baseParameters: parameters });
    const result = await workspaceOf(context).runNotebook({ notebookPath, ...databricksRequest(context, parameters) });
    return { ...result };
  },
};
