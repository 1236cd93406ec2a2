import { isJsonObject, type Json } from "../../core/json.ts";
import { BoathouseError } from "../../core/errors.ts";
import type { ActivityContext } from "../runtime/activity-context.ts";
import type { DatabricksRequest, DatabricksWorkspace } from "../runtime/services.ts";

/** The parameters of a job or notebook as text: what is not text already goes as JSON. */
export function textParameters(context: ActivityContext, name: string): Record<string, string> {
  const value = context.properties.value(name);
  if (!isJsonObject(value)) return {};
  return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, asText(each)]));
}

export function workspaceOf(context: ActivityContext): DatabricksWorkspace {
  const { workspace } = context.services;
  if (workspace !== undefined) return workspace;
  throw new BoathouseError("FACTORY_NO_WORKSPACE", `There is no Databricks workspace for "${context.name}".`, {
    hint: "Run the pipeline in a project with a bundle (databricks.yml or defineBundle).",
  });
}

export function databricksRequest(context: ActivityContext, parameters: Record<string, string>): DatabricksRequest {
  const { identity, retry, run, address } = context.node;
  return { parameters, identity, retry, parent: { runId: run.id, node: address }, signal: context.signal };
}

function asText(value: Json): string {
  return typeof value === "string" ? value : JSON.stringify(value);
}
