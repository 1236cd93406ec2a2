import { throwIfAborted } from "../core/cancellation.ts";
import type { Clock } from "../core/clock.ts";
import { BoathouseError, unreachable } from "../core/errors.ts";
import type { Json } from "../core/json.ts";
import {
  containerOf,
  nodeAddress,
  scopeAddress,
  scopeOf,
  scopesAround,
  type Address,
  type ScopeAddress,
} from "./address.ts";
import type { NodeDefinition } from "./definition.ts";
import type { RunEventBody, ValueChange } from "./event.ts";
import type { HandlerContext, OpenOptions, RunInfo, ScopeEnd, ScopeItem } from "./handler.ts";
import type { NodeState, RunState } from "./run-state.ts";

/** What an attempt needs of the run it belongs to. */
export interface AttemptHost {
  readonly run: RunInfo;
  readonly state: RunState;
  readonly clock: Clock;
  /** Resolves when the events are in the log and in the state. */
  post(bodies: readonly RunEventBody[]): Promise<void>;
}

/** One start of a node: what its handler sees and can do. */
export class Attempt implements HandlerContext {
  readonly run: RunInfo;
  readonly node: NodeDefinition;
  readonly address: Address;
  readonly identity: string;
  readonly attempt: number;
  readonly retry: number;
  readonly startedAt: number;
  readonly signal: AbortSignal;
  readonly clock: Clock;
  readonly items: readonly ScopeItem[];
  readonly changes: ValueChange[] = [];
  output: Json | undefined;
  readonly #host: AttemptHost;
  readonly #waiting = new Set<() => void>();

  constructor(host: AttemptHost, node: NodeDefinition, address: Address, attempt: number, signal: AbortSignal) {
    const current = host.state.nodes.get(address) ?? unreachable("An attempt is not in the state of its run.");
    this.#host = host;
    this.run = host.run;
    this.node = node;
    this.address = address;
    this.identity = identityOf(host.run, host.state, address);
    this.attempt = attempt;
    this.retry = current.retries;
    this.startedAt = current.startedAt ?? host.clock.now();
    this.signal = signal;
    this.clock = host.clock;
    this.items = scopesAround(address).flatMap((scope) => {
      const state = containerOf(scope) === undefined ? undefined : host.state.scopes.get(scope);
      return state === undefined ? [] : [{ scope, key: state.key, item: state.item }];
    });
  }

  get values(): ReadonlyMap<string, Json> {
    return this.#host.state.values;
  }

  find(id: string): NodeState | undefined {
    for (const scope of scopesAround(this.address)) {
      const found = this.#host.state.nodes.get(nodeAddress(scope, id));
      if (found !== undefined) return found;
    }
    return undefined;
  }

  set(name: string, value: Json): void {
    this.changes.push({ kind: "set", name, value });
  }

  append(name: string, value: Json): void {
    this.changes.push({ kind: "append", name, value });
  }

  async recordInput(input: Json): Promise<void> {
    await this.#post({ type: "node.input", node: this.address, input });
  }

  recordOutput(output: Json): void {
    this.output = output;
  }

  async emit(progress: Json): Promise<void> {
    await this.#post({ type: "node.progress", node: this.address, progress });
  }

  async once<T extends Json>(name: string, find: () => T | Promise<T>): Promise<T> {
    const noted = this.#host.state.nodes.get(this.address)?.notes.get(name);
    if (noted !== undefined) return noted as T;
    const value = await find();
    await this.#post({ type: "node.noted", node: this.address, name, value });
    return value;
  }

  async open(graph: string, { iterations, concurrency }: OpenOptions): Promise<readonly ScopeEnd[]> {
    const [first] = iterations;
    if (first === undefined) return [];
    if (this.node.children?.[graph] === undefined) unreachable(`"${this.node.id}" has no inner graph ${graph}.`);
    if (new Set(iterations.map((each) => each.key)).size < iterations.length) unreachable("Iterations share a key.");
    const id = scopeAddress(this.address, first.key);
    if (!this.#host.state.groups.has(id)) {
      await this.#post({ type: "scopes.opened", node: this.address, graph, iterations, concurrency });
    }
    await this.#until(() => {
      const group = this.#host.state.groups.get(id);
      return group !== undefined && group.finished === group.iterations.length;
    });
    const group = this.#host.state.groups.get(id) ?? unreachable("A group of scopes is gone.");
    return group.iterations.map((each) => this.#scopeEnd(each.scope, each.key));
  }

  /** Looks whether what the handler waits for has come true. The run calls it after each change. */
  look(): void {
    for (const check of this.#waiting) check();
  }

  #scopeEnd(scope: ScopeAddress, key: string): ScopeEnd {
    const state = this.#host.state.scopes.get(scope);
    if (state === undefined || state.status === "open") return unreachable("A scope has not ended.", { scope });
    const { status, error } = state;
    const node = (id: string): NodeState | undefined => this.#host.state.nodes.get(nodeAddress(scope, id));
    return error === undefined ? { key, scope, status, node } : { key, scope, status, error, node };
  }

  #until(condition: () => boolean): Promise<void> {
    return new Promise((resolve, reject) => {
      const check = (): void => {
        if (this.signal.aborted) reject(abortReason(this.signal));
        else if (condition()) resolve();
        else return;
        this.#waiting.delete(check);
        this.signal.removeEventListener("abort", check);
      };
      this.#waiting.add(check);
      this.signal.addEventListener("abort", check, { once: true });
      check();
    });
  }

  async #post(body: RunEventBody): Promise<void> {
    throwIfAborted(this.signal);
    const current = this.#host.state.nodes.get(this.address);
    if (current?.status !== "running" || current.attempt !== this.attempt) {
      throw new BoathouseError("CANCELLED", "The attempt has ended.", { kind: "interrupted" });
    }
    await this.#host.post([body]);
  }
}

function abortReason(signal: AbortSignal): unknown {
  return signal.reason;
}

/** `<group>/<address>`, with the generation of a repair that runs the node, or a container around it, anew. */
function identityOf(run: RunInfo, state: RunState, address: Address): string {
  let generation = 0;
  for (let node: Address | undefined = address; node !== undefined; node = containerOf(scopeOf(node))) {
    generation = Math.max(generation, state.generations.get(node) ?? 0);
  }
  const name = `${run.groupId}/${address}`;
  return generation === 0 ? name : `${name}#${generation}`;
}
