import type { Vocabulary } from "../runs/vocabulary.ts";

/**
 * What edges mean in an update: a flow runs when everything it reads has been filled; when one of them failed, it is
 * skipped and its siblings go on. The update fails when a flow failed.
 */
export const pipelineVocabulary: Vocabulary = {
  admit(_node, upstream) {
    const blocked = upstream.find((each) => each.status !== "succeeded");
    if (blocked === undefined) return { run: true };
    return { run: false, reason: `${blocked.dependency.node} was not filled` };
  },
  conclude(graph, endOf) {
    return graph.nodes.every((node) => endOf(node.id).status === "succeeded") ? "succeeded" : "failed";
  },
};
