import { containerOf, nodeAddress, ROOT, scopeOf, type Address, type ScopeAddress } from "./address.ts";
import { retryDelay, type NodeDefinition, type RunPlan } from "./definition.ts";
import type { RunEventBody, RunResult, ScopeResult } from "./event.ts";
import { graphAt } from "./plan-index.ts";
import type { RunError } from "./run-error.ts";
import { isFinal, isRunResult, type NodeState, type RunState } from "./run-state.ts";
import type { NodeEnd, Vocabulary } from "./vocabulary.ts";

export interface RunDefinition {
  readonly plan: RunPlan;
  readonly vocabulary: Vocabulary;
}

/** What is to be done next. Each command leads to an event, except `abort` and `wake`. */
export type Command =
  | { readonly type: "start"; readonly node: Address; readonly attempt: number }
  | { readonly type: "skip"; readonly node: Address; readonly reason: string }
  | { readonly type: "inactive"; readonly node: Address; readonly status: "succeeded" | "failed" | "skipped" }
  | { readonly type: "cancel"; readonly node: Address }
  /** The attempt is out of time. */
  | { readonly type: "end"; readonly node: Address; readonly error: RunError }
  /** The handler is to be told to stop, if it has not been. */
  | { readonly type: "abort"; readonly node: Address; readonly error: RunError }
  | { readonly type: "startScope"; readonly scope: ScopeAddress }
  | {
      readonly type: "finishScope";
      readonly scope: ScopeAddress;
      readonly status: ScopeResult;
      readonly error?: RunError;
    }
  | { readonly type: "stop"; readonly reason: "timedOut" }
  | { readonly type: "finish"; readonly status: RunResult; readonly error?: RunError }
  /** Nothing more until something happens or this time (milliseconds since the epoch) comes. */
  | { readonly type: "wake"; readonly at: number };

const CANCELLED: RunError = { code: "CANCELLED", message: "The run was cancelled.", kind: "interrupted" };
const OUT_OF_TIME: RunError = { code: "RUN_TIMED_OUT", message: "The run took longer than it may.", kind: "user" };

/** What follows from the state of a run that has started. Pure, and idempotent until an event changes the state. */
export function decide(definition: RunDefinition, state: RunState, now: number): Command[] {
  if (isRunResult(state.status) || state.startedAt === undefined) return [];
  const { plan } = definition;
  const runEnd = plan.timeout === undefined ? undefined : state.startedAt + plan.timeout;
  if (state.cancelling === undefined && runEnd !== undefined && runEnd <= now)
    return [{ type: "stop", reason: "timedOut" }];

  const commands: Command[] = [];
  const timers: number[] = runEnd === undefined || state.cancelling !== undefined ? [] : [runEnd];
  const slots = { free: (plan.concurrency ?? Infinity) - workingNodes(plan, state) };
  for (const scope of state.openScopes) {
    const ending = endingOf(state, scope);
    if (ending === undefined) continueScope(definition, state, scope, now, slots, commands, timers);
    else endScope(definition, state, scope, ending, commands);
  }
  if (state.cancelling === undefined) startScopes(state, commands);
  if (timers.length > 0) commands.push({ type: "wake", at: Math.min(...timers) });
  return commands;
}

/** The event that follows an attempt's failure. */
export function afterFailure(
  definition: NodeDefinition,
  state: RunState,
  node: NodeState,
  thrown: RunError,
  now: number,
): RunEventBody {
  const { address, attempt } = node;
  const stopped = endingOf(state, scopeOf(address)) !== undefined;
  if (stopped && thrown.kind === "interrupted") return { type: "node.cancelled", node: address };
  const error = node.ending === undefined || node.ending.kind === "interrupted" ? thrown : node.ending;
  const { retries = 0, retryInterval, retryOnTimeout = true } = definition.policy ?? {};
  const allowed = retries === "unlimited" ? Infinity : retries;
  if (stopped || node.retries >= allowed || (node.ending !== undefined && !retryOnTimeout)) {
    return { type: "node.failed", node: address, attempt, error };
  }
  const due = now + retryDelay(retryInterval, node.retries + 1);
  return { type: "node.retrying", node: address, attempt, error, due };
}

/** Why a scope is being stopped: the run is, or a container around it. */
function endingOf(state: RunState, scope: ScopeAddress): RunError | undefined {
  if (state.cancelling !== undefined) return state.cancelling === "timedOut" ? OUT_OF_TIME : CANCELLED;
  for (let container = containerOf(scope); container !== undefined; container = containerOf(scopeOf(container))) {
    const ending = state.nodes.get(container)?.ending;
    if (ending !== undefined) return ending;
  }
  return undefined;
}

function workingNodes(plan: RunPlan, state: RunState): number {
  if (plan.concurrency === undefined) return 0;
  let working = 0;
  for (const scope of state.openScopes) {
    for (const node of graphAt(plan, state, scope).nodes) {
      if (node.children !== undefined) continue;
      if (state.nodes.get(nodeAddress(scope, node.id))?.status === "running") working += 1;
    }
  }
  return working;
}

function continueScope(
  { plan, vocabulary }: RunDefinition,
  state: RunState,
  scope: ScopeAddress,
  now: number,
  slots: { free: number },
  commands: Command[],
  timers: number[],
): void {
  const graph = graphAt(plan, state, scope);
  let unfinished = 0;
  for (const node of graph.nodes) {
    const address = nodeAddress(scope, node.id);
    const current = state.nodes.get(address);
    const status = current?.status ?? "pending";
    if (isFinal(status)) continue;
    unfinished += 1;
    if (current !== undefined && status === "running") {
      watch(node, current, now, commands, timers);
      continue;
    }
    if (status === "retrying" && (current?.due ?? 0) > now) {
      timers.push(current?.due ?? now);
      continue;
    }
    if (status === "pending") {
      const upstream = (node.dependsOn ?? []).map((dependency) => {
        const end = endOf(state, scope, dependency.node);
        return end === undefined ? undefined : { ...end, dependency };
      });
      const ended = upstream.filter((each) => each !== undefined);
      if (ended.length < upstream.length) continue;
      const admission = vocabulary.admit(node, ended);
      if (!admission.run) {
        commands.push({ type: "skip", node: address, reason: admission.reason });
        continue;
      }
      if (node.inactive !== undefined) {
        commands.push({ type: "inactive", node: address, status: node.inactive });
        continue;
      }
    }
    if (node.children === undefined) {
      if (slots.free <= 0) continue;
      slots.free -= 1;
    }
    commands.push({ type: "start", node: address, attempt: (current?.attempt ?? 0) + 1 });
  }
  if (unfinished > 0) return;
  const status = vocabulary.conclude(graph, (id) => endOf(state, scope, id) ?? { status: "skipped", output: null });
  const error = status === "failed" ? firstError(state, scope, graph.nodes) : undefined;
  commands.push(closing(scope, status, error));
}

function watch(node: NodeDefinition, state: NodeState, now: number, commands: Command[], timers: number[]): void {
  if (state.ending !== undefined) {
    commands.push({ type: "abort", node: state.address, error: state.ending });
    return;
  }
  const timeout = node.policy?.timeout;
  if (timeout === undefined || state.attemptStartedAt === undefined) return;
  const end = state.attemptStartedAt + timeout;
  if (end > now) timers.push(end);
  else commands.push({ type: "end", node: state.address, error: outOfTime(node, timeout) });
}

/** Stops what runs in a scope, and closes it when nothing does. */
function endScope(
  { plan }: RunDefinition,
  state: RunState,
  scope: ScopeAddress,
  error: RunError,
  commands: Command[],
): void {
  let unfinished = 0;
  for (const node of graphAt(plan, state, scope).nodes) {
    const address = nodeAddress(scope, node.id);
    const status = state.nodes.get(address)?.status ?? "pending";
    if (isFinal(status)) continue;
    unfinished += 1;
    if (status === "running") commands.push({ type: "abort", node: address, error: { ...error, kind: "interrupted" } });
    else commands.push({ type: "cancel", node: address });
  }
  if (unfinished > 0) return;
  if (scope !== ROOT) commands.push(closing(scope, "cancelled"));
  else if (state.openScopes.size === 1) commands.push(closing(scope, state.cancelling ?? "cancelled", error));
}

function startScopes(state: RunState, commands: Command[]): void {
  for (const id of state.openGroups) {
    const group = state.groups.get(id);
    if (group === undefined || endingOf(state, id) !== undefined) continue;
    const free = group.concurrency - (group.started - group.finished);
    for (const { scope } of group.iterations.slice(group.started, group.started + free)) {
      commands.push({ type: "startScope", scope });
    }
  }
}

function closing(scope: ScopeAddress, status: RunResult, error?: RunError): Command {
  const reason = error === undefined ? {} : { error };
  if (scope === ROOT) return { type: "finish", status, ...reason };
  const result = status === "succeeded" || status === "failed" ? status : "cancelled";
  return { type: "finishScope", scope, status: result, ...reason };
}

function endOf(state: RunState, scope: ScopeAddress, id: string): NodeEnd | undefined {
  const node = state.nodes.get(nodeAddress(scope, id));
  if (node === undefined || !isFinal(node.status)) return undefined;
  const { status, output, reason } = node;
  return reason === undefined ? { status, output } : { status, output, reason };
}

/** The error of the node that failed first. */
function firstError(state: RunState, scope: ScopeAddress, nodes: readonly NodeDefinition[]): RunError | undefined {
  let first: NodeState | undefined;
  for (const { id } of nodes) {
    const node = state.nodes.get(nodeAddress(scope, id));
    if (node?.error === undefined || node.status !== "failed") continue;
    if (first === undefined || (node.finishedAt ?? 0) < (first.finishedAt ?? 0)) first = node;
  }
  return first?.error;
}

function outOfTime(node: NodeDefinition, timeout: number): RunError {
  return {
    code: "NODE_TIMED_OUT",
    message: `"${node.id}" took longer than ${timeout / 1000} s.`,
    kind: "user",
    hint: "Raise its timeout, or find out what it waits for.",
  };
}
