import { isJsonObject, type JsonObject } from "../../core/json.ts";
import { anything, fixed, flag, object, record, reference, required } from "../model/shape.ts";
import type { ActivityKind } from "./activity-kind.ts";

export const EXECUTE_PIPELINE: ActivityKind = {
  type: "ExecutePipeline",
  description: "Runs another pipeline of the factory, and waits for it unless it says otherwise.",
  properties: object({
    pipeline: required(reference("pipeline")),
    parameters: record(anything),
    waitOnCompletion: fixed(flag),
  }),
  policy: true,
  async run(context) {
    const { properties, node, services } = context;
    const pipeline = properties.object("pipeline").requiredText("referenceName");
    const given = properties.value("parameters");
    const parameters: JsonObject = isJsonObject(given) ? given : {};
    await context.recordInput({ pipeline, parameters });
    const { runId, returnValue } = await services.pipelines.run({
      pipeline,
      parameters,
      parent: { runId: node.run.id, node: node.address, pipeline: node.run.name },
      identity: node.identity,
      retry: node.retry,
      wait: properties.flag("waitOnCompletion", false),
      signal: context.signal,
      started: (id) => node.recordOutput({ pipelineName: pipeline, pipelineRunId: id }),
    });
    return {
      pipelineName: pipeline,
      pipelineRunId: runId,
      ...(returnValue === undefined ? {} : { pipelineReturnValue: returnValue }),
    };
  },
};
