import type { Json } from "../core/json.ts";
import type { Address, ScopeAddress } from "./address.ts";
import type { RunResult, RunStatus, ScopeResult, ValueChange } from "./event.ts";
import type { RunError } from "./run-error.ts";
import type { NodeResult } from "./vocabulary.ts";

/** What the events of a run say together. A node that is not in `nodes` has not begun. */
export interface RunState {
  readonly status: RunStatus | "created";
  readonly startedAt: number | undefined;
  readonly finishedAt: number | undefined;
  readonly error: RunError | undefined;
  /** Why the run is being stopped. */
  readonly cancelling: "cancelled" | "timedOut" | undefined;
  readonly nodes: ReadonlyMap<Address, NodeState>;
  /** Scopes that have started; the run's own is always there. */
  readonly scopes: ReadonlyMap<ScopeAddress, ScopeState>;
  /** The scopes among them that have not ended, in the order they started. */
  readonly openScopes: ReadonlySet<ScopeAddress>;
  readonly groups: ReadonlyMap<ScopeAddress, GroupState>;
  readonly openGroups: ReadonlySet<ScopeAddress>;
  readonly values: ReadonlyMap<string, Json>;
  readonly generations: ReadonlyMap<Address, number>;
  /** The sequence number of the last event. */
  readonly sequence: number;
}

export interface NodeState {
  readonly address: Address;
  /** `retrying` waits for `due`; `interrupted` was under way when its process ended. */
  readonly status: "pending" | "running" | "retrying" | "interrupted" | NodeResult;
  readonly attempt: number;
  readonly retries: number;
  /** When it first started. */
  readonly firstStartedAt: number | undefined;
  /** When it started since the last retry, interruptions aside. */
  readonly startedAt: number | undefined;
  /** When its latest attempt started. */
  readonly attemptStartedAt: number | undefined;
  readonly finishedAt: number | undefined;
  readonly due: number | undefined;
  readonly input: Json | undefined;
  readonly output: Json;
  readonly progress: Json | undefined;
  readonly error: RunError | undefined;
  readonly reason: string | undefined;
  /** Set while the attempt is being stopped. */
  readonly ending: RunError | undefined;
  readonly notes: ReadonlyMap<string, Json>;
  /** The result comes from the run that this one repairs. */
  readonly reused: boolean;
  readonly values: readonly ValueChange[];
}

export interface ScopeState {
  readonly address: ScopeAddress;
  readonly graph: string;
  readonly key: string;
  readonly item: Json | undefined;
  /** The group it belongs to; the run's own scope belongs to none. */
  readonly group: ScopeAddress | undefined;
  readonly status: "open" | ScopeResult;
  readonly error: RunError | undefined;
}

/** The iterations that a container opened together, named after the first of them. */
export interface GroupState {
  readonly id: ScopeAddress;
  readonly node: Address;
  readonly graph: string;
  readonly iterations: readonly { readonly scope: ScopeAddress; readonly key: string; readonly item?: Json }[];
  readonly concurrency: number;
  /** How many of the iterations have started. */
  readonly started: number;
  readonly finished: number;
}

export function isFinal(status: NodeState["status"]): status is NodeResult {
  return status === "succeeded" || status === "failed" || status === "skipped" || status === "cancelled";
}

export function isRunResult(status: RunState["status"]): status is RunResult {
  return !(status === "created" || status === "queued" || status === "running" || status === "cancelling");
}
