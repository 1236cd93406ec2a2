import { unreachable } from "../core/errors.ts";
import { isJsonObject } from "../core/json.ts";
import type { NodeEnd, Upstream, Vocabulary } from "../runs/vocabulary.ts";

/** Why a task did not run, in the words of the Jobs API's result states. */
type SkipReason = "EXCLUDED" | "UPSTREAM_FAILED" | "UPSTREAM_CANCELED" | "DISABLED";

/**
 * What `depends_on`, `outcome` and `run_if` mean. A dependency on a condition task with the other outcome counts as
 * excluded. Excluded tasks count as successful; a task all of whose dependencies are excluded is excluded too,
 * whatever its `run_if`. The leaves decide how a job ends: it fails when one of them failed or could not run for a
 * failure before it.
 *
 * Source: "Configure task dependencies", Databricks documentation.
 */
export const jobVocabulary: Vocabulary = {
  admit(node, upstream) {
    if (upstream.length === 0) return { run: true };
    const states = upstream.map(stateOf);
    if (states.every((state) => state === "excluded")) return { run: false, reason: "EXCLUDED" };
    const reason = refusalOf(node.condition ?? "ALL_SUCCESS", states);
    return reason === undefined ? { run: true } : { run: false, reason };
  },
  conclude(graph, endOf) {
    const inner = new Set(graph.nodes.flatMap((node) => (node.dependsOn ?? []).map((each) => each.node)));
    const leaves = graph.nodes.filter((node) => !inner.has(node.id));
    const good = leaves.every((node) => ["succeeded", "excluded"].includes(resultOf(endOf(node.id))));
    return good ? "succeeded" : "failed";
  },
};

type State = "succeeded" | "failed" | "cancelled" | "excluded";

function stateOf(upstream: Upstream): State {
  const state = resultOf(upstream);
  const [outcome] = upstream.dependency.conditions ?? [];
  if (state !== "succeeded" || outcome === undefined) return state;
  return conditionOutcome(upstream) === outcome ? "succeeded" : "excluded";
}

function resultOf(end: NodeEnd): State {
  if (end.status !== "skipped") return end.status;
  if (end.reason === "UPSTREAM_CANCELED") return "cancelled";
  return end.reason === "UPSTREAM_FAILED" ? "failed" : "excluded";
}

/** `true` or `false`: what a condition task found. */
function conditionOutcome(end: NodeEnd): string | undefined {
  const { output } = end;
  if (!isJsonObject(output)) return undefined;
  return typeof output["outcome"] === "string" ? output["outcome"] : undefined;
}

function refusalOf(runIf: string, states: readonly State[]): SkipReason | undefined {
  const count = (...wanted: readonly State[]): number => states.filter((state) => wanted.includes(state)).length;
  const failed = count("failed", "cancelled");
  const blocked: SkipReason = count("failed") === 0 && failed > 0 ? "UPSTREAM_CANCELED" : "UPSTREAM_FAILED";
  switch (runIf) {
    case "ALL_SUCCESS":
    case "NONE_FAILED":
      return failed === 0 ? undefined : blocked;
    case "AT_LEAST_ONE_SUCCESS":
      return count("succeeded") > 0 ? undefined : blocked;
    case "ALL_DONE":
      return undefined;
    case "AT_LEAST_ONE_FAILED":
      return failed > 0 ? undefined : "EXCLUDED";
    case "ALL_FAILED":
      return failed === states.length ? undefined : "EXCLUDED";
    default:
      return unreachable(`Unknown run_if ${runIf}.`);
  }
}
