import { anything, fixed, object, required, text } from "../model/shape.ts";
import type { ActivityKind } from "./activity-kind.ts";
import { declaredVariable } from "./variables.ts";

export const APPEND_VARIABLE: ActivityKind = {
  type: "AppendVariable",
  description: "Adds a value to the end of an array variable.",
  properties: object({ variableName: required(fixed(text)), value: required(anything) }),
  policy: true,
  async run(context) {
    const name = declaredVariable(context, context.properties.requiredText("variableName"));
    const value = context.properties.value("value") ?? null;
    await context.recordInput({ variableName: name, value });
    context.node.append(name, value);
    return { name, value };
  },
};
