import type { Json, JsonObject } from "../../core/json.ts";
import type { ObjectShape } from "../model/shape.ts";
import type { ActivityContext } from "../runtime/activity-context.ts";

/** One type of activity: a file of this folder and a row of the registry. */
export interface ActivityKind {
  /** The `type` in the JSON. */
  readonly type: string;
  /** For the table of what is supported. */
  readonly description: string;
  /** What its `typeProperties` may hold. */
  readonly properties: ObjectShape;
  /** Whether it has the `policy` of execution activities: timeout, retries, secure input and output. */
  readonly policy?: true;
  /** Whether it names its linked service beside the `typeProperties`. */
  readonly linkedService?: true;
  /** Whether it has `inputs` and `outputs`. */
  readonly datasets?: true;
  /** The graphs inside a container, by name. */
  readonly graphs?: (properties: JsonObject) => Readonly<Record<string, Json>>;
  /** Runs it. The result is the activity's output; an error fails the attempt. */
  readonly run: (context: ActivityContext) => Promise<Json>;
}
