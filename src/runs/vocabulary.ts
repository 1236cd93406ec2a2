import type { Json } from "../core/json.ts";
import type { Dependency, GraphDefinition, NodeDefinition } from "./definition.ts";

/** How a node ends. */
export type NodeResult = "succeeded" | "failed" | "skipped" | "cancelled";

/** What has become of a node. */
export interface NodeEnd {
  readonly status: NodeResult;
  readonly output: Json;
  /** Why it was skipped, in the vocabulary's own word. */
  readonly reason?: string;
}

export interface Upstream extends NodeEnd {
  readonly dependency: Dependency;
}

/**
 * What edges, conditions and outcomes mean: the whole difference between a factory's pipeline, a job and a
 * declarative pipeline, as far as the kernel sees it. Pure.
 */
export interface Vocabulary {
  /** What becomes of a node whose upstream nodes have all ended: it runs, or is skipped for a reason. */
  admit(node: NodeDefinition, upstream: readonly Upstream[]): Admission;
  /** How a graph has ended whose nodes have all ended. */
  conclude(graph: GraphDefinition, endOf: (id: string) => NodeEnd): "succeeded" | "failed";
}

type Admission = { readonly run: true } | { readonly run: false; readonly reason: string };
