import { unreachable } from "../core/errors.ts";
import { containerOf, nodeAddress, ROOT, scopeOf, type Address, type ScopeAddress } from "./address.ts";
import type { GraphDefinition, NodeDefinition, RunPlan } from "./definition.ts";
import type { RunState } from "./run-state.ts";

const byId = new WeakMap<GraphDefinition, ReadonlyMap<string, NodeDefinition>>();

/** The graph that a scope runs. */
export function graphAt(plan: RunPlan, state: RunState, scope: ScopeAddress): GraphDefinition {
  const container = containerOf(scope);
  if (container === undefined) return plan.graph;
  const name = state.scopes.get(scope)?.graph ?? "";
  const graph = nodeAt(plan, state, container).children?.[name];
  return graph ?? unreachable("A scope runs a graph that its container does not have.", { scope, graph: name });
}

/** The definition of a node in a scope that has started. */
export function nodeAt(plan: RunPlan, state: RunState, address: Address): NodeDefinition {
  const scope = scopeOf(address);
  const graph = graphAt(plan, state, scope);
  let nodes = byId.get(graph);
  if (nodes === undefined) {
    nodes = new Map(graph.nodes.map((node) => [nodeAddress(ROOT, node.id), node]));
    byId.set(graph, nodes);
  }
  const name = scope === ROOT ? address : address.slice(scope.length + 1);
  return nodes.get(name) ?? unreachable("A node is not in its graph.", { address });
}
