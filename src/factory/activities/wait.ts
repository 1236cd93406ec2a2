import { integer, object, required } from "../model/shape.ts";
import type { ActivityKind } from "./activity-kind.ts";

export const WAIT: ActivityKind = {
  type: "Wait",
  description: "Waits for a number of seconds; after a crash only for the rest of them.",
  properties: object({ waitTimeInSeconds: required(integer) }),
  async run(context) {
    const seconds = context.properties.integer("waitTimeInSeconds") ?? 0;
    await context.recordInput({ waitTimeInSeconds: seconds });
    const { clock, startedAt } = context.node;
    await clock.sleep(Math.max(0, startedAt + seconds * 1000 - clock.now()), context.signal);
    return {};
  },
};
