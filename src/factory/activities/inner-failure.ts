import { BoathouseError } from "../../core/errors.ts";
import type { ScopeEnd } from "../../runs/handler.ts";
import type { ActivityContext } from "../runtime/activity-context.ts";

/** The error of a container some of whose inner graphs failed; undefined when none did. */
export function innerFailure(
  context: ActivityContext,
  graph: string,
  ends: readonly ScopeEnd[],
): BoathouseError | undefined {
  const failed = ends.filter((end) => end.status !== "succeeded");
  const [first] = failed;
  if (first === undefined) return undefined;
  const nodes = context.node.node.children?.[graph]?.nodes ?? [];
  const inner = nodes
    .map((node) => ({ id: node.id, error: first.node(node.id)?.error }))
    .find((each) => each.error !== undefined);
  const which = ends.length === 1 ? "" : ` in ${failed.length} of ${ends.length} iterations (first: ${first.key})`;
  const detail = inner?.error === undefined ? "" : ` "${inner.id}": ${inner.error.message}`;
  const hint = inner?.error?.hint;
  return new BoathouseError(
    inner?.error?.code ?? "FACTORY_INNER_ACTIVITY_FAILED",
    `An inner activity failed${which}.${detail}`,
    {
      ...(hint === undefined ? {} : { hint }),
      details: { iterations: failed.map((end) => end.key) },
    },
  );
}
