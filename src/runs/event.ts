import type { Json } from "../core/json.ts";
import type { Address, ScopeAddress } from "./address.ts";
import type { RunError } from "./run-error.ts";
import type { NodeResult } from "./vocabulary.ts";

/** What happened in a run, in order. The log of these is the run's whole truth: `fold` makes its state from them. */
export type RunEvent = RunEventBody & {
  /** From 1, without gaps. */
  readonly sequence: number;
  /** Milliseconds since the epoch, by the injected clock. */
  readonly at: number;
};

export type RunStatus = "queued" | "running" | "cancelling" | RunResult;
/** How a run ends. `skipped`: it was not allowed to start beside others. */
export type RunResult = "succeeded" | "failed" | "cancelled" | "timedOut" | "skipped";

export type RunEventBody =
  | { readonly type: "run.queued" }
  | { readonly type: "run.started" }
  /** Another process goes on with the run; attempts that were under way are interrupted. */
  | { readonly type: "run.resumed" }
  | { readonly type: "run.cancelling"; readonly reason: "cancelled" | "timedOut" }
  | { readonly type: "run.finished"; readonly status: RunResult; readonly error?: RunError }
  | { readonly type: "node.started"; readonly node: Address; readonly attempt: number }
  /** The node's input with its expressions evaluated. */
  | { readonly type: "node.input"; readonly node: Address; readonly input: Json }
  /** Whatever the handler has to tell while it works. */
  | { readonly type: "node.progress"; readonly node: Address; readonly progress: Json }
  /** A value that the handler found out once, for all attempts until the next retry. */
  | { readonly type: "node.noted"; readonly node: Address; readonly name: string; readonly value: Json }
  /** The attempt is being stopped, with everything inside the node. */
  | { readonly type: "node.ending"; readonly node: Address; readonly error: RunError }
  | {
      readonly type: "node.retrying";
      readonly node: Address;
      readonly attempt: number;
      readonly error: RunError;
      /** When the next attempt starts. */
      readonly due: number;
    }
  | {
      readonly type: "node.succeeded";
      readonly node: Address;
      readonly attempt: number;
      readonly output: Json;
      readonly values?: readonly ValueChange[];
    }
  | {
      readonly type: "node.failed";
      readonly node: Address;
      readonly attempt: number;
      readonly error: RunError;
      readonly output?: Json;
      readonly values?: readonly ValueChange[];
    }
  /** `reason` is the vocabulary's word for why. */
  | { readonly type: "node.skipped"; readonly node: Address; readonly reason: string }
  | { readonly type: "node.cancelled"; readonly node: Address }
  /** The node is switched off and counts as `status`. */
  | { readonly type: "node.inactive"; readonly node: Address; readonly status: "succeeded" | "failed" | "skipped" }
  /** A repair takes the node's result from the run it repairs. */
  | {
      readonly type: "node.reused";
      readonly node: Address;
      readonly status: NodeResult;
      readonly output: Json;
      readonly error?: RunError;
      readonly reason?: string;
      readonly values?: readonly ValueChange[];
      /** The items of the scopes around the node, outermost first: another item, and the result is not reused. */
      readonly items?: readonly { readonly scope: ScopeAddress; readonly item: Json }[];
    }
  /** A repair runs a node again that had succeeded: its identity gets this generation. */
  | { readonly type: "node.renewed"; readonly node: Address; readonly generation: number }
  | {
      readonly type: "scopes.opened";
      readonly node: Address;
      readonly graph: string;
      readonly iterations: readonly Iteration[];
      /** How many of the iterations run at the same time. */
      readonly concurrency: number;
    }
  | { readonly type: "scope.started"; readonly scope: ScopeAddress }
  | {
      readonly type: "scope.finished";
      readonly scope: ScopeAddress;
      readonly status: ScopeResult;
      readonly error?: RunError;
    };

export type ScopeResult = "succeeded" | "failed" | "cancelled";

export interface Iteration {
  /** Unique in its container: an index, a branch. */
  readonly key: string;
  readonly item?: Json;
}

/** A change to the run's values (a pipeline's variables, a task's values), made when the node ends. */
export type ValueChange =
  | { readonly kind: "set"; readonly name: string; readonly value: Json }
  | { readonly kind: "append"; readonly name: string; readonly value: Json };
