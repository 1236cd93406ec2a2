import { systemClock, type Clock } from "../core/clock.ts";
import { BoathouseError, isBoathouseError, unreachable } from "../core/errors.ts";
import type { Json } from "../core/json.ts";
import { isWithin, scopeOf, type Address } from "./address.ts";
import { Attempt, type AttemptHost } from "./attempt.ts";
import { afterFailure, decide, type Command, type RunDefinition } from "./decide.ts";
import type { RunEvent, RunEventBody, RunResult, ValueChange } from "./event.ts";
import { apply, emptyState, type OwnedRunState } from "./fold.ts";
import type { Handler } from "./handler.ts";
import { HEARTBEAT } from "./owner.ts";
import { nodeAt } from "./plan-index.ts";
import { fromRunError, toRunError, type RunError } from "./run-error.ts";
import type { LogEntry, RunLog, RunRecord } from "./run-log.ts";
import { isRunResult, type RunState } from "./run-state.ts";
import { shownInLog } from "./secrecy.ts";

export interface ExecutionOptions {
  readonly run: RunRecord;
  readonly definition: RunDefinition;
  readonly handlers: ReadonlyMap<string, Handler>;
  readonly log: RunLog;
  readonly clock: Clock;
  /** Called with every event, as the log shows it, after it is written. */
  readonly onEvent: (event: RunEvent) => void;
}

export interface RunOutcome {
  readonly run: RunRecord;
  readonly status: RunResult;
  readonly error?: RunError;
  readonly state: RunState;
}

interface Settlement {
  readonly address: Address;
  readonly attempt: number;
  readonly result: { readonly output: Json } | { readonly thrown: unknown; readonly output?: Json };
  readonly values: readonly ValueChange[];
}

/** Carries out one run in this process: what happens is appended to the log first, and only then acted upon. */
export class Execution implements AttemptHost {
  readonly run: RunRecord;
  readonly state: OwnedRunState = emptyState();
  readonly clock: Clock;
  readonly #options: ExecutionOptions;
  readonly #attempts = new Map<Address, { readonly attempt: Attempt; readonly controller: AbortController }>();
  readonly #posts: { readonly bodies: readonly RunEventBody[]; done(): void; fail(error: unknown): void }[] = [];
  readonly #settlements: Settlement[] = [];
  #cancelRequest: "recursive" | "single" | undefined;
  #wake: (() => void) | undefined;
  #failure: { readonly error: unknown } | undefined;

  constructor(options: ExecutionOptions) {
    this.#options = options;
    this.run = options.run;
    this.clock = options.clock;
  }

  /** Runs to the end. Rejects only when the run cannot go on here: its log cannot be written, or it was taken over. */
  async execute(begin: "start" | "resume", whenFull: "queue" | "skip"): Promise<RunOutcome> {
    const heartbeat = setInterval(() => void this.#beat(), HEARTBEAT);
    heartbeat.unref();
    try {
      for (const event of await this.#options.log.events(this.run.id, { whole: true })) apply(this.state, event);
      if (begin === "resume") await this.#beat();
      if (await this.#admit(begin, whenFull)) await this.#loop();
      const { status, error } = this.state;
      if (!isRunResult(status)) return unreachable("A run stopped before its end.", { status });
      return { run: this.run, status, ...(error === undefined ? {} : { error }), state: this.state };
    } catch (error) {
      this.#abandon(error);
      throw error;
    } finally {
      clearInterval(heartbeat);
    }
  }

  /** `single` lets the runs go on that this one has started. */
  cancel(mode: "recursive" | "single"): void {
    this.#cancelRequest ??= mode;
    this.#wake?.();
  }

  post(bodies: readonly RunEventBody[]): Promise<void> {
    if (this.#failure !== undefined) return Promise.reject(this.#failure.error);
    return new Promise((resolve, reject) => {
      this.#posts.push({ bodies, done: resolve, fail: reject });
      this.#wake?.();
    });
  }

  async #beat(): Promise<void> {
    try {
      const requested = await this.#options.log.renew(this.run.id);
      if (requested !== undefined) this.cancel(requested === "single" ? "single" : "recursive");
    } catch (error) {
      // A database that is busy for a moment is tried again with the next beat; the lease outlives several of them.
      if (!isBoathouseError(error, "RUN_LEASE_LOST") || isRunResult(this.state.status)) return;
      this.#failure ??= { error };
      this.#wake?.();
    }
  }

  /** Waits until the run may begin beside the others of its concurrency key. False when it never will. */
  async #admit(begin: "start" | "resume", whenFull: "queue" | "skip"): Promise<boolean> {
    const started = this.state.startedAt !== undefined;
    const first: RunEventBody = begin === "resume" && started ? { type: "run.resumed" } : { type: "run.started" };
    while (!(await this.#record([first], "begin"))) {
      if (whenFull === "skip" && !started) {
        await this.#record([{ type: "run.finished", status: "skipped" }]);
        return false;
      }
      if (this.#cancelRequest !== undefined) {
        await this.#record([{ type: "run.finished", status: "cancelled" }]);
        return false;
      }
      if (this.state.status === "created") await this.#record([{ type: "run.queued" }]);
      await this.#pause(Date.now() + QUEUE_POLL, systemClock);
      if (this.#failure !== undefined) throw this.#failure.error;
    }
    return true;
  }

  async #loop(): Promise<void> {
    while (!isRunResult(this.state.status)) {
      if (this.#failure !== undefined) throw this.#failure.error;
      if (this.#cancelRequest !== undefined && this.state.cancelling === undefined) {
        await this.#record([{ type: "run.cancelling", reason: "cancelled" }]);
      }
      let acted = await this.#takePosts();
      acted = (await this.#takeSettlements()) || acted;
      const commands = decide(this.#options.definition, this.state, this.clock.now());
      acted = (await this.#perform(commands)) || acted;
      for (const { attempt } of this.#attempts.values()) attempt.look();
      if (acted || this.#posts.length > 0) continue;
      const wake = commands.find((command) => command.type === "wake");
      await this.#pause(wake?.at, this.clock);
    }
  }

  async #takePosts(): Promise<boolean> {
    const posts = this.#posts.splice(0);
    if (posts.length === 0) return false;
    try {
      await this.#record(posts.flatMap((each) => each.bodies));
    } catch (error) {
      for (const each of posts) each.fail(error);
      throw error;
    }
    for (const each of posts) each.done();
    return true;
  }

  async #takeSettlements(): Promise<boolean> {
    const bodies: RunEventBody[] = [];
    for (const settlement of this.#settlements.splice(0)) {
      const { address } = settlement;
      const node = this.state.nodes.get(address);
      if (node?.status !== "running" || node.attempt !== settlement.attempt) continue;
      if (!this.#canEnd(address)) {
        // What a container has opened ends before the container does.
        this.#settlements.push(settlement);
        if (node.ending === undefined) bodies.push({ type: "node.ending", node: address, error: CONTAINER_ENDED });
        continue;
      }
      this.#attempts.delete(address);
      bodies.push(this.#ended(settlement));
    }
    if (bodies.length === 0) return false;
    await this.#record(bodies);
    return true;
  }

  #ended({ address, attempt, result, values }: Settlement): RunEventBody {
    const changes = values.length === 0 ? {} : { values };
    if (!("thrown" in result)) {
      return { type: "node.succeeded", node: address, attempt, output: result.output, ...changes };
    }
    const node = this.state.nodes.get(address) ?? unreachable("An attempt ended that had not started.");
    const definition = nodeAt(this.#options.definition.plan, this.state, address);
    const body = afterFailure(definition, this.state, node, toRunError(result.thrown), this.clock.now());
    if (body.type !== "node.failed") return body;
    return { ...body, ...changes, ...(result.output === undefined ? {} : { output: result.output }) };
  }

  async #perform(commands: readonly Command[]): Promise<boolean> {
    const bodies = commands.flatMap((command) => eventOf(command) ?? []);
    if (bodies.length > 0) await this.#record(bodies);
    for (const command of commands) {
      if (command.type === "start") this.#launch(command.node, command.attempt);
      if (command.type === "abort") this.#abort(command.node, command.error);
    }
    return bodies.length > 0;
  }

  #launch(address: Address, number: number): void {
    const definition = nodeAt(this.#options.definition.plan, this.state, address);
    const handler = this.#options.handlers.get(definition.kind);
    const controller = new AbortController();
    const attempt = new Attempt(this, definition, address, number, controller.signal);
    this.#attempts.set(address, { attempt, controller });
    const work = async (): Promise<Json> => {
      if (handler === undefined) return unreachable(`Nothing runs nodes of the kind ${definition.kind}.`);
      return handler(attempt);
    };
    const settle = (result: Settlement["result"]): void => {
      this.#settlements.push({ address, attempt: number, result, values: attempt.changes });
      this.#wake?.();
    };
    void work().then(
      (output) => settle({ output }),
      (thrown: unknown) => settle({ thrown, ...(attempt.output === undefined ? {} : { output: attempt.output }) }),
    );
  }

  #abort(address: Address, error: RunError): void {
    const controller = this.#attempts.get(address)?.controller;
    if (controller === undefined || controller.signal.aborted) return;
    const { code, message, kind } = fromRunError(error);
    controller.abort(
      new BoathouseError(code, message, { kind, details: { recursive: this.#cancelRequest !== "single" } }),
    );
  }

  #abandon(error: unknown): void {
    this.#failure ??= { error };
    for (const { controller } of this.#attempts.values()) controller.abort(error);
    for (const post of this.#posts.splice(0)) post.fail(error);
  }

  /** Writes events to the log, then moves the state on. With `begin` it may be refused for the concurrency key. */
  async #record(bodies: readonly RunEventBody[], how: "append" | "begin" = "append"): Promise<boolean> {
    const at = this.clock.now();
    const entries: LogEntry[] = bodies.map((whole) => ({ whole, shown: this.#shown(whole) }));
    const { log } = this.#options;
    if (how === "append") await log.append(this.run.id, this.state.sequence, at, entries);
    else if (!(await log.begin(this.run.id, this.state.sequence, at, entries))) return false;
    for (const { shown, whole } of entries) {
      const sequence = this.state.sequence + 1;
      apply(this.state, { ...whole, sequence, at });
      this.#options.onEvent({ ...shown, sequence, at });
    }
    return true;
  }

  #shown(body: RunEventBody): RunEventBody {
    if (!("node" in body) || !this.state.scopes.has(scopeOf(body.node))) return body;
    return shownInLog(body, nodeAt(this.#options.definition.plan, this.state, body.node).secure);
  }

  /** Until something happens or the time comes. */
  async #pause(until: number | undefined, clock: Clock): Promise<void> {
    const asked = this.#cancelRequest !== undefined && this.state.cancelling === undefined;
    if (asked || this.#failure !== undefined) return;
    if (this.#settlements.some((each) => this.#canEnd(each.address))) return;
    const timer = new AbortController();
    const woken = new Promise<void>((resolve) => {
      this.#wake = resolve;
    });
    const due = until === undefined ? undefined : clock.sleep(Math.max(0, until - clock.now()), timer.signal);
    try {
      await Promise.race([woken, ...(due === undefined ? [] : [due])]);
    } finally {
      this.#wake = undefined;
      timer.abort();
      await due?.catch(() => undefined);
    }
  }

  #canEnd(address: Address): boolean {
    return ![...this.state.openScopes].some((scope) => isWithin(scope, address));
  }
}

/** Milliseconds between looks at whether a queued run may begin. */
const QUEUE_POLL = 100;

const CONTAINER_ENDED: RunError = {
  code: "CANCELLED",
  message: "The container around it has ended.",
  kind: "interrupted",
};

function eventOf(command: Command): RunEventBody | undefined {
  switch (command.type) {
    case "start":
      return { type: "node.started", node: command.node, attempt: command.attempt };
    case "skip":
      return { type: "node.skipped", node: command.node, reason: command.reason };
    case "inactive":
      return { type: "node.inactive", node: command.node, status: command.status };
    case "cancel":
      return { type: "node.cancelled", node: command.node };
    case "end":
      return { type: "node.ending", node: command.node, error: command.error };
    case "startScope":
      return { type: "scope.started", scope: command.scope };
    case "finishScope":
      return { ...command, type: "scope.finished" };
    case "stop":
      return { type: "run.cancelling", reason: command.reason };
    case "finish":
      return { ...command, type: "run.finished" };
    default:
      return undefined;
  }
}
