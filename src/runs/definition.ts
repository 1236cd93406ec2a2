import { BoathouseError } from "../core/errors.ts";
import type { Json } from "../core/json.ts";
import { didYouMean } from "../core/nearest.ts";

/**
 * What a run is made from: plain data, kept with the run, so that a resumed run goes on with what it began with
 * even when the user's files have changed.
 */
export interface RunPlan {
  readonly graph: GraphDefinition;
  /** Most nodes that work at the same time; containers, which only wait for theirs, do not count. */
  readonly concurrency?: number;
  /** Milliseconds that the run may last, from its start to its end, before it ends as `timedOut`. */
  readonly timeout?: number;
}

export interface GraphDefinition {
  readonly nodes: readonly NodeDefinition[];
}

/** A node of the graph: an activity, a task, a flow. */
export interface NodeDefinition {
  /** Unique in its graph. */
  readonly id: string;
  /** Which handler runs it. */
  readonly kind: string;
  readonly dependsOn?: readonly Dependency[];
  /** What the vocabulary asks for beside the edges, such as a job's `run_if`. */
  readonly condition?: string;
  /** What the handler works from. */
  readonly spec: Json;
  readonly policy?: Policy;
  /** A node that is switched off: it does not run and counts as this. */
  readonly inactive?: "succeeded" | "failed" | "skipped";
  /** What the log must not show. */
  readonly secure?: { readonly input: boolean; readonly output: boolean };
  /** A container's inner graphs by name (`ifTrue`, `do`), which its handler opens. */
  readonly children?: Readonly<Record<string, GraphDefinition>>;
}

export interface Dependency {
  readonly node: string;
  /** Given meaning by the vocabulary. */
  readonly conditions?: readonly string[];
}

export interface Policy {
  /** How often a failed attempt is repeated. Attempts that a crash interrupted do not count. Default 0. */
  readonly retries?: number | "unlimited";
  readonly retryInterval?: RetryInterval;
  /** Milliseconds that one attempt may last. Default: for ever. */
  readonly timeout?: number;
  /** Whether an attempt that ran out of time is repeated. Default true. */
  readonly retryOnTimeout?: boolean;
}

export type RetryInterval =
  | { readonly kind: "fixed"; readonly milliseconds: number }
  /** `first`, then `factor` times as long after each failure, at most `most`. All in milliseconds. */
  | { readonly kind: "backoff"; readonly first: number; readonly factor: number; readonly most: number };

/** Milliseconds to wait before retry number `retry` (from 1). */
export function retryDelay(interval: RetryInterval | undefined, retry: number): number {
  if (interval === undefined) return 0;
  if (interval.kind === "fixed") return interval.milliseconds;
  return Math.min(interval.most, interval.first * interval.factor ** (retry - 1));
}

/**
 * Refuses a graph that cannot run: `RUN_NODE_DUPLICATE`, `RUN_NODE_UNKNOWN` (a dependency on what is not there) and
 * `RUN_GRAPH_CYCLE`. The vocabularies check earlier, where they know the position in the user's file.
 */
export function checkGraph(graph: GraphDefinition): void {
  const ids = new Set<string>();
  for (const node of graph.nodes) {
    if (ids.has(node.id)) throw new BoathouseError("RUN_NODE_DUPLICATE", `Two nodes are named "${node.id}".`);
    ids.add(node.id);
  }
  for (const node of graph.nodes) {
    for (const { node: upstream } of node.dependsOn ?? []) {
      if (ids.has(upstream)) continue;
      const hint = didYouMean(upstream, ids);
      throw new BoathouseError(
        "RUN_NODE_UNKNOWN",
        `"${node.id}" depends on "${upstream}", which is not there.`,
        hint === undefined ? {} : { hint },
      );
    }
    for (const child of Object.values(node.children ?? {})) checkGraph(child);
  }
  const cycle = findCycle(graph);
  if (cycle !== undefined) {
    throw new BoathouseError("RUN_GRAPH_CYCLE", `The nodes wait for each other: ${cycle.join(" → ")}.`, {
      details: { cycle },
      hint: "Remove one of these dependencies.",
    });
  }
}

/** A cycle as a path of ids that ends where it starts, or undefined when there is none. */
export function findCycle(graph: {
  readonly nodes: readonly Pick<NodeDefinition, "id" | "dependsOn">[];
}): readonly string[] | undefined {
  const upstream = new Map(graph.nodes.map((node) => [node.id, (node.dependsOn ?? []).map((each) => each.node)]));
  const done = new Set<string>();
  for (const { id } of graph.nodes) {
    const path: { id: string; rest: string[] }[] = [{ id, rest: [...(upstream.get(id) ?? [])] }];
    const onPath = new Set([id]);
    for (let top = path.at(-1); top !== undefined; top = path.at(-1)) {
      const next = done.has(top.id) ? undefined : top.rest.pop();
      if (next === undefined) {
        done.add(top.id);
        onPath.delete(top.id);
        path.pop();
      } else if (onPath.has(next)) {
        const ids = path.map((each) => each.id);
        return [...ids.slice(ids.indexOf(next)), next];
      } else if (!done.has(next)) {
        onPath.add(next);
        path.push({ id: next, rest: [...(upstream.get(next) ?? [])] });
      }
    }
  }
  return undefined;
}
