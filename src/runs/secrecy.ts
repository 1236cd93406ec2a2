import type { NodeDefinition } from "./definition.ts";
import type { RunEventBody } from "./event.ts";

/** What stands in the log in place of what a secure node reads or gives. */
const HIDDEN = "***";

/** The event as the log may show it: `body` itself when nothing in it is to be hidden. */
export function shownInLog(body: RunEventBody, secure: NodeDefinition["secure"]): RunEventBody {
  if (secure === undefined || !(secure.input || secure.output)) return body;
  if (body.type === "node.noted") return { ...body, value: HIDDEN };
  if (body.type === "node.progress") return { ...body, progress: HIDDEN };
  if (body.type === "node.input") return secure.input ? { ...body, input: HIDDEN } : body;
  if (!secure.output) return body;
  if (body.type !== "node.succeeded" && body.type !== "node.failed" && body.type !== "node.reused") return body;
  if (body.values === undefined) return { ...body, output: HIDDEN };
  return { ...body, output: HIDDEN, values: body.values.map((change) => ({ ...change, value: HIDDEN })) };
}
