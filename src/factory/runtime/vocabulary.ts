import type { GraphDefinition } from "../../runs/definition.ts";
import type { NodeEnd, NodeResult, Upstream, Vocabulary } from "../../runs/vocabulary.ts";

export const DEPENDENCY_CONDITIONS = ["Succeeded", "Failed", "Skipped", "Completed"] as const;

/**
 * How activities follow each other ("Pipeline failure and error handling" of Data Factory): the edges are joined by
 * AND, the conditions of one edge by OR, and an activity whose edges are not met is skipped.
 */
export const FACTORY_VOCABULARY: Vocabulary = {
  admit(_node, upstream) {
    const unmet = upstream.find((each) => !isMet(each));
    if (unmet === undefined) return { run: true };
    const wanted = conditionsOf(unmet).join(" or ");
    return { run: false, reason: `${unmet.dependency.node} has not ended as ${wanted}` };
  },
  conclude: concludePipeline,
};

/** `Succeeded` for a node that ended so, and so on: the word of the monitoring. */
export function statusWord(status: NodeResult): "Succeeded" | "Failed" | "Skipped" | "Cancelled" {
  switch (status) {
    case "succeeded":
      return "Succeeded";
    case "failed":
      return "Failed";
    case "skipped":
      return "Skipped";
    case "cancelled":
      return "Cancelled";
  }
}

function isMet(upstream: Upstream): boolean {
  const status = statusWord(upstream.status);
  return conditionsOf(upstream).some((condition) =>
    condition === "Completed" ? status === "Succeeded" || status === "Failed" : condition === status,
  );
}

function conditionsOf(upstream: Upstream): readonly string[] {
  const { conditions = [] } = upstream.dependency;
  return conditions.length === 0 ? ["Succeeded"] : conditions;
}

/** The leaves decide, and for a leaf that was skipped those before it; all of them must have succeeded. */
function concludePipeline(graph: GraphDefinition, endOf: (id: string) => NodeEnd): "succeeded" | "failed" {
  const nodes = new Map(graph.nodes.map((node) => [node.id, node]));
  const needed = new Set(graph.nodes.flatMap((node) => (node.dependsOn ?? []).map((each) => each.node)));
  const deciding = graph.nodes.map((node) => node.id).filter((id) => !needed.has(id));
  const seen = new Set(deciding);
  for (const id of deciding) {
    const { status } = endOf(id);
    if (status === "succeeded") continue;
    if (status !== "skipped") return "failed";
    for (const { node } of nodes.get(id)?.dependsOn ?? []) {
      if (seen.has(node)) continue;
      seen.add(node);
      deciding.push(node);
    }
  }
  return "succeeded";
}
