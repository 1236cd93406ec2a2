import { BoathouseError } from "../core/errors.ts";
import type { Json } from "../core/json.ts";
import { didYouMean } from "../core/nearest.ts";
import { isWithin, nodeAddress, ROOT, scopesAround, type Address, type ScopeAddress } from "./address.ts";
import type { GraphDefinition, RunPlan } from "./definition.ts";
import type { RunEventBody } from "./event.ts";
import { isFinal, type NodeState, type RunState } from "./run-state.ts";

/** What a repair runs again: everything that failed, or the nodes named (ids of the run's own graph). */
export interface RepairSelection {
  readonly nodes: "failed" | readonly string[];
  /** Whether what depends on the named nodes runs again too. Default: it does. */
  readonly dependents?: "rerun" | "keep";
}

/**
 * What a repaired run starts with: the results that it takes over, and a new generation for what had succeeded and runs
 * again. With `failed`, what did not succeed runs again, with all that depends on it; a container that failed is
 * evaluated anew, and inside it what had succeeded for the same item is taken over. Pure.
 */
export function planRepair(
  plan: RunPlan,
  state: RunState,
  selection: RepairSelection,
  generation: number,
): readonly RunEventBody[] {
  const repair: Repair = { state, generation, reused: [], renewed: [] };
  if (selection.nodes === "failed") keepSucceeded(repair, plan.graph, ROOT);
  else keepAllBut(repair, plan.graph, selection.nodes, selection.dependents ?? "rerun");
  const earlier = [...state.generations].filter(([address]) => !repair.renewed.some((each) => isWithin(address, each)));
  return [
    ...repair.reused.toSorted((a, b) => (a.finishedAt ?? 0) - (b.finishedAt ?? 0)).map((node) => reuse(node, state)),
    ...earlier.map(([node, number]) => ({ type: "node.renewed", node, generation: number }) as const),
    ...repair.renewed.map((node) => ({ type: "node.renewed", node, generation }) as const),
  ];
}

interface Repair {
  readonly state: RunState;
  readonly generation: number;
  readonly reused: NodeState[];
  readonly renewed: Address[];
}

function keepSucceeded(repair: Repair, graph: GraphDefinition, scope: ScopeAddress): void {
  const { state } = repair;
  const stateOf = (id: string): NodeState | undefined => state.nodes.get(nodeAddress(scope, id));
  const bad = graph.nodes.filter(({ id }) => !["succeeded", "skipped"].includes(stateOf(id)?.status ?? "pending"));
  const again = withDependents(
    graph,
    bad.map((node) => node.id),
  );
  for (const node of graph.nodes) {
    const current = stateOf(node.id);
    if (current === undefined) continue;
    if (!again.has(node.id)) {
      if (current.status === "succeeded") takeOver(repair, current);
    } else if (current.status === "succeeded") {
      repair.renewed.push(current.address);
    } else if (node.children !== undefined && bad.includes(node)) {
      for (const each of state.scopes.values()) {
        const inner = each.group === undefined ? undefined : state.groups.get(each.group);
        const children = node.children[each.graph];
        if (inner?.node === current.address && children !== undefined) keepSucceeded(repair, children, each.address);
      }
    }
  }
}

function keepAllBut(
  repair: Repair,
  graph: GraphDefinition,
  names: readonly string[],
  dependents: "rerun" | "keep",
): void {
  const ids = graph.nodes.map((node) => node.id);
  for (const name of names) {
    if (ids.includes(name)) continue;
    const hint = didYouMean(name, ids) ?? `The nodes are ${ids.join(", ")}.`;
    throw new BoathouseError("RUN_NODE_UNKNOWN", `There is no node "${name}" to run again.`, { kind: "usage", hint });
  }
  const again = dependents === "rerun" ? withDependents(graph, names) : new Set(names);
  for (const { id } of graph.nodes) {
    const current = repair.state.nodes.get(nodeAddress(ROOT, id));
    if (current === undefined) continue;
    if (!again.has(id)) {
      if (isFinal(current.status) && current.status !== "cancelled") takeOver(repair, current);
    } else if (current.status === "succeeded") {
      repair.renewed.push(current.address);
    }
  }
}

/** A node with what happened inside it, which others may still ask for. */
function takeOver(repair: Repair, node: NodeState): void {
  for (const each of repair.state.nodes.values()) {
    if (isWithin(each.address, node.address) && isFinal(each.status)) repair.reused.push(each);
  }
}

function withDependents(graph: GraphDefinition, ids: readonly string[]): ReadonlySet<string> {
  const again = new Set(ids);
  for (let size = -1; size !== again.size;) {
    size = again.size;
    for (const node of graph.nodes) {
      if (node.dependsOn?.some((each) => again.has(each.node)) === true) again.add(node.id);
    }
  }
  return again;
}

function reuse(node: NodeState, state: RunState): RunEventBody {
  const { address, output, error, reason, values } = node;
  const items = scopesAround(address)
    .flatMap((scope) => {
      const item: Json | undefined = state.scopes.get(scope)?.item;
      return scope === ROOT || item === undefined ? [] : [{ scope, item }];
    })
    .toReversed();
  return {
    type: "node.reused",
    node: address,
    status: isFinal(node.status) ? node.status : "cancelled",
    output,
    ...(error === undefined ? {} : { error }),
    ...(reason === undefined ? {} : { reason }),
    ...(values.length === 0 ? {} : { values }),
    ...(items.length === 0 ? {} : { items }),
  };
}
