import { textOfJson } from "../json/text-of.ts";
import { isJsonObject, type Json, type JsonObject } from "../../core/json.ts";
import { anything, fixed, flag, object, required, text } from "../model/shape.ts";
import type { ActivityContext } from "../runtime/activity-context.ts";
import { evaluateJson } from "../runtime/properties.ts";
import type { ActivityKind } from "./activity-kind.ts";
import { returnValueName, setMark } from "../runtime/run-values.ts";
import { declaredVariable } from "./variables.ts";

export const SET_VARIABLE: ActivityKind = {
  type: "SetVariable",
  description: "Sets a variable of the pipeline, or the pipeline's return values.",
  properties: object({
    variableName: required(fixed(text)),
    value: required(anything),
    setSystemVariable: fixed(flag),
  }),
  policy: true,
  async run(context) {
    const { properties } = context;
    const variable = properties.requiredText("variableName");
    if (properties.flag("setSystemVariable", false) && variable.toLowerCase() === "pipelinereturnvalue") {
      return setReturnValues(context);
    }
    const name = declaredVariable(context, variable);
    const value = properties.value("value") ?? null;
    await context.recordInput({ variableName: name, value });
    context.node.set(name, value);
    context.node.set(setMark(name), true);
    return { name, value };
  },
};

/** `[{key, value: {type, content}}]`: each is there for whoever runs this pipeline, as `pipelineReturnValue.<key>`. */
async function setReturnValues(context: ActivityContext): Promise<Json> {
  const raw = context.properties.raw("value");
  const values: Record<string, Json> = {};
  for (const each of Array.isArray(raw) ? raw : []) {
    if (isJsonObject(each) && typeof each["key"] === "string")
      values[each["key"]] = typed(each["value"] ?? null, context);
  }
  await context.recordInput({ variableName: "pipelineReturnValue", value: values });
  for (const [key, value] of Object.entries(values)) context.node.set(returnValueName(key), value);
  return { name: "pipelineReturnValue", value: values };
}

function typed(value: Json, context: ActivityContext): Json {
  if (!isJsonObject(value) || typeof value["type"] !== "string") return evaluateJson(value, context.evaluation());
  const content = value["content"] ?? null;
  switch (value["type"]) {
    case "Null":
      return null;
    case "Array":
      return Array.isArray(content) ? content.map((each: Json) => typed(each, context)) : evaluated(content, context);
    case "Object":
      return Array.isArray(content) ? objectOf(content, context) : evaluated(content, context);
    case "Int":
    case "Float": {
      const number = Number(evaluated(content, context));
      return Number.isNaN(number) ? evaluated(content, context) : number;
    }
    case "Boolean":
      return textOfJson(evaluated(content, context)).toLowerCase() === "true";
    default:
      return evaluated(content, context);
  }
}

function objectOf(content: readonly Json[], context: ActivityContext): JsonObject {
  return Object.fromEntries(
    content.filter(isJsonObject).map((each) => [textOfJson(each["key"]), typed(each["value"] ?? null, context)]),
  );
}

function evaluated(content: Json, context: ActivityContext): Json {
  return evaluateJson(content, context.evaluation());
}
