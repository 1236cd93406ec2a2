import type { Clock } from "../core/clock.ts";
import type { Json } from "../core/json.ts";
import type { Address, ScopeAddress } from "./address.ts";
import type { NodeDefinition } from "./definition.ts";
import type { Iteration, ScopeResult } from "./event.ts";
import type { RunError } from "./run-error.ts";
import type { NodeState } from "./run-state.ts";

/** What a run is, apart from what happens in it. */
export interface RunInfo {
  readonly id: string;
  /** `job`, `factory`, `pipeline`. */
  readonly kind: string;
  /** The name of what runs. */
  readonly name: string;
  /** The first run of a chain of repairs; its own id when it repairs none. */
  readonly groupId: string;
  readonly repairOf: string | undefined;
  /** 0, and one more with every repair. */
  readonly repairNumber: number;
  readonly parent: { readonly runId: string; readonly node: Address } | undefined;
  readonly parameters: Json;
  /** What started it, as the vocabulary describes it. */
  readonly trigger: Json;
  /** Milliseconds since the epoch. */
  readonly createdAt: number;
}

/** Runs one kind of node. What it returns is the node's output; what it throws fails the attempt. */
export type Handler = (context: HandlerContext) => Promise<Json>;

export interface HandlerContext {
  readonly run: RunInfo;
  readonly node: NodeDefinition;
  readonly address: Address;
  /**
   * `<group>/<address>`: the same for every attempt, after a crash, and when a failed node is repaired; another
   * one when a repair runs a node again that had succeeded. What lands once lands under this name.
   */
  readonly identity: string;
  /** From 1, counting every start. */
  readonly attempt: number;
  /** How many retries came before: 0 at first. Interrupted attempts do not count. */
  readonly retry: number;
  /** When the first start since the last retry was. A wait that a crash interrupted waits only for its rest. */
  readonly startedAt: number;
  /** Aborts on cancellation and when time is out. A handler stops its work then and rejects. */
  readonly signal: AbortSignal;
  readonly clock: Clock;
  /** The items of the scopes around the node, the innermost first. */
  readonly items: readonly ScopeItem[];
  /** The run's values as they are now. */
  readonly values: ReadonlyMap<string, Json>;
  /** A node by id, in this scope or the nearest one around it; undefined when it is not there or has not begun. */
  find(id: string): NodeState | undefined;
  /** Every value this node sets is in effect when it ends, whether it succeeds or fails. */
  set(name: string, value: Json): void;
  /** Adds to the end of a value that is an array (or not there yet). */
  append(name: string, value: Json): void;
  /** Records the input, evaluated, for monitoring. */
  recordInput(input: Json): Promise<void>;
  /** Records an output that stays when the handler throws afterwards. */
  recordOutput(output: Json): void;
  /** Records progress, for whoever watches. */
  emit(progress: Json): Promise<void>;
  /** Finds something out once: after a crash the recorded value is returned, until a retry begins anew. */
  once<T extends Json>(name: string, find: () => T | Promise<T>): Promise<T>;
  /**
   * Runs one of the node's inner graphs once for each iteration and resolves when all have ended, in the order given.
   * After a crash the iterations as first recorded go on where they were.
   */
  open(graph: string, options: OpenOptions): Promise<readonly ScopeEnd[]>;
}

export interface OpenOptions {
  readonly iterations: readonly Iteration[];
  /** Most iterations at the same time. */
  readonly concurrency: number;
}

export interface ScopeItem {
  readonly scope: ScopeAddress;
  readonly key: string;
  readonly item: Json | undefined;
}

export interface ScopeEnd {
  readonly key: string;
  readonly scope: ScopeAddress;
  readonly status: ScopeResult;
  readonly error?: RunError;
  /** The ended nodes of the scope, by id. */
  node(id: string): NodeState | undefined;
}
