import { unreachable } from "../core/errors.ts";
import type { Json } from "../core/json.ts";
import { isWithin, ROOT, scopeAddress, scopeOf, type Address, type ScopeAddress } from "./address.ts";
import type { RunEvent, ValueChange } from "./event.ts";
import type { GroupState, NodeState, RunState, ScopeState } from "./run-state.ts";
import type { NodeResult } from "./vocabulary.ts";

type Mutable<T> = { -readonly [K in keyof T]: T[K] };

/** A state that its owner moves on, event by event. */
export interface OwnedRunState extends Mutable<RunState> {
  readonly nodes: Map<Address, Mutable<NodeState>>;
  readonly scopes: Map<ScopeAddress, Mutable<ScopeState>>;
  readonly openScopes: Set<ScopeAddress>;
  readonly groups: Map<ScopeAddress, Mutable<GroupState>>;
  readonly openGroups: Set<ScopeAddress>;
  readonly values: Map<string, Json>;
  readonly generations: Map<Address, number>;
  /** The items that reused results were made for. */
  readonly reusedItems: Map<ScopeAddress, Json>;
}

export function emptyState(): OwnedRunState {
  return {
    status: "created",
    startedAt: undefined,
    finishedAt: undefined,
    error: undefined,
    cancelling: undefined,
    nodes: new Map(),
    scopes: new Map([
      [
        ROOT,
        { address: ROOT, graph: "", key: "", item: undefined, group: undefined, status: "open", error: undefined },
      ],
    ]),
    openScopes: new Set([ROOT]),
    groups: new Map(),
    openGroups: new Set(),
    values: new Map(),
    generations: new Map(),
    reusedItems: new Map(),
    sequence: 0,
  };
}

/** The state that a log leads to. Pure: the same events give the same state. */
export function fold(events: Iterable<RunEvent>): RunState {
  const state = emptyState();
  for (const event of events) apply(state, event);
  return state;
}

/** Moves an owned state on by the next event. */
export function apply(state: OwnedRunState, event: RunEvent): void {
  if (event.sequence !== state.sequence + 1) {
    unreachable("The log of a run has a gap.", { expected: state.sequence + 1, found: event.sequence });
  }
  state.sequence = event.sequence;
  if (event.type.startsWith("run.")) applyToRun(state, event);
  else if (event.type.startsWith("node.")) applyToNode(state, event);
  else applyToScopes(state, event);
}

function applyToRun(state: OwnedRunState, event: RunEvent): void {
  switch (event.type) {
    case "run.queued":
      state.status = "queued";
      return;
    case "run.started":
      state.status = "running";
      state.startedAt = event.at;
      return;
    case "run.resumed":
      if (state.startedAt === undefined) state.startedAt = event.at;
      state.status = state.cancelling === undefined ? "running" : "cancelling";
      for (const node of state.nodes.values()) {
        if (node.status === "running") node.status = "interrupted";
        node.ending = undefined;
      }
      return;
    case "run.cancelling":
      state.status = "cancelling";
      state.cancelling = event.reason;
      return;
    case "run.finished":
      state.status = event.status;
      state.finishedAt = event.at;
      state.error = event.error;
      state.openScopes.clear();
      state.openGroups.clear();
      return;
    default:
      unreachable(`Unknown event ${event.type}.`);
  }
}

function applyToNode(state: OwnedRunState, event: RunEvent): void {
  if (!("node" in event)) return;
  if (event.type === "node.renewed") {
    state.generations.set(event.node, event.generation);
    return;
  }
  const node = state.nodes.get(event.node) ?? newNode(event.node);
  state.nodes.set(event.node, node);
  switch (event.type) {
    case "node.started":
      node.status = "running";
      node.attempt = event.attempt;
      node.firstStartedAt ??= event.at;
      node.startedAt ??= event.at;
      node.attemptStartedAt = event.at;
      node.due = undefined;
      node.ending = undefined;
      return;
    case "node.input":
      node.input = event.input;
      return;
    case "node.progress":
      node.progress = event.progress;
      return;
    case "node.noted":
      node.notes = new Map(node.notes).set(event.name, event.value);
      return;
    case "node.ending":
      node.ending = event.error;
      return;
    case "node.retrying":
      node.status = "retrying";
      node.retries += 1;
      node.startedAt = undefined;
      node.due = event.due;
      node.error = event.error;
      node.notes = new Map();
      forget(state, event.node);
      return;
    case "node.succeeded":
      finish(state, node, event.at, "succeeded", event.values);
      node.output = event.output;
      node.error = undefined;
      return;
    case "node.failed":
      finish(state, node, event.at, "failed", event.values);
      node.output = event.output ?? null;
      node.error = event.error;
      return;
    case "node.skipped":
      finish(state, node, event.at, "skipped");
      node.reason = event.reason;
      return;
    case "node.cancelled":
      finish(state, node, event.at, "cancelled");
      return;
    case "node.inactive":
      finish(state, node, event.at, event.status);
      node.reason = "inactive";
      return;
    case "node.reused":
      finish(state, node, event.at, event.status, event.values);
      node.output = event.output;
      node.error = event.error;
      node.reason = event.reason;
      node.reused = true;
      for (const { scope, item } of event.items ?? []) state.reusedItems.set(scope, item);
      return;
    default:
      unreachable(`Unknown event ${event.type}.`);
  }
}

function finish(
  state: OwnedRunState,
  node: Mutable<NodeState>,
  at: number,
  status: NodeResult,
  values: readonly ValueChange[] = [],
): void {
  node.status = status;
  node.finishedAt = at;
  node.due = undefined;
  node.ending = undefined;
  node.values = values;
  for (const id of state.openGroups) if (state.groups.get(id)?.node === node.address) state.openGroups.delete(id);
  for (const change of values) {
    if (change.kind === "set") {
      state.values.set(change.name, change.value);
    } else {
      const before = state.values.get(change.name);
      state.values.set(change.name, [...(Array.isArray(before) ? before : []), change.value]);
    }
  }
}

function applyToScopes(state: OwnedRunState, event: RunEvent): void {
  switch (event.type) {
    case "scopes.opened": {
      const iterations = event.iterations.map((each) => ({ ...each, scope: scopeAddress(event.node, each.key) }));
      const id = iterations[0]?.scope ?? unreachable("A group of scopes is empty.");
      const { node, graph, concurrency } = event;
      state.groups.set(id, { id, node, graph, iterations, concurrency, started: 0, finished: 0 });
      state.openGroups.add(id);
      return;
    }
    case "scope.started": {
      const group = groupOf(state, event.scope);
      const iteration = group.iterations[group.started] ?? unreachable("A scope started that was not opened.");
      group.started += 1;
      const item = iteration.item;
      dropReused(state, event.scope, item ?? null);
      state.scopes.set(event.scope, {
        address: event.scope,
        graph: group.graph,
        key: iteration.key,
        item,
        group: group.id,
        status: "open",
        error: undefined,
      });
      state.openScopes.add(event.scope);
      return;
    }
    case "scope.finished": {
      const scope = state.scopes.get(event.scope) ?? unreachable("A scope ended that had not started.");
      scope.status = event.status;
      scope.error = event.error;
      state.openScopes.delete(event.scope);
      if (scope.group === undefined) return;
      const group = state.groups.get(scope.group) ?? unreachable("A scope belongs to no group.");
      group.finished += 1;
      if (group.finished === group.iterations.length) state.openGroups.delete(group.id);
      return;
    }
    default:
      unreachable(`Unknown event ${event.type}.`);
  }
}

/** The open group whose next iteration is this scope. */
function groupOf(state: OwnedRunState, scope: ScopeAddress): Mutable<GroupState> {
  for (const id of state.openGroups) {
    const group = state.groups.get(id);
    if (group !== undefined && group.iterations[group.started]?.scope === scope) return group;
  }
  return unreachable("A scope started that no container opened.", { scope });
}

/** A retry of a container begins anew: what its earlier attempt did inside is no longer part of the state. */
function forget(state: OwnedRunState, container: Address): void {
  const inside = (address: string): boolean => address !== container && isWithin(address, container);
  for (const address of state.nodes.keys()) if (inside(address)) state.nodes.delete(address);
  for (const address of state.scopes.keys()) {
    if (inside(address)) {
      state.scopes.delete(address);
      state.openScopes.delete(address);
    }
  }
  for (const id of state.groups.keys()) {
    if (inside(id)) {
      state.groups.delete(id);
      state.openGroups.delete(id);
    }
  }
}

/** What a repaired run did for one item is of no use for another. */
function dropReused(state: OwnedRunState, scope: ScopeAddress, item: Json): void {
  const before = state.reusedItems.get(scope);
  if (before === undefined || JSON.stringify(before) === JSON.stringify(item)) return;
  for (const [address, node] of state.nodes) {
    if (node.reused && isWithin(scopeOf(address), scope)) state.nodes.delete(address);
  }
}

function newNode(address: Address): Mutable<NodeState> {
  return {
    address,
    status: "pending",
    attempt: 0,
    retries: 0,
    firstStartedAt: undefined,
    startedAt: undefined,
    attemptStartedAt: undefined,
    finishedAt: undefined,
    due: undefined,
    input: undefined,
    output: null,
    progress: undefined,
    error: undefined,
    reason: undefined,
    ending: undefined,
    notes: new Map(),
    reused: false,
    values: [],
  };
}
