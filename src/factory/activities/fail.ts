import { BoathouseError } from "../../core/errors.ts";
import { object, required, text } from "../model/shape.ts";
import type { ActivityKind } from "./activity-kind.ts";

export const FAIL: ActivityKind = {
  type: "Fail",
  description: "Fails with a message and an error code of its own.",
  properties: object({ message: required(text), errorCode: required(text) }),
  async run(context) {
    const message = context.properties.text("message") ?? "";
    const errorCode = context.properties.text("errorCode") ?? "";
    await context.recordInput({ message, errorCode });
    throw new BoathouseError(errorCode === "" ? "FACTORY_FAIL_ACTIVITY" : errorCode, message);
  },
};
