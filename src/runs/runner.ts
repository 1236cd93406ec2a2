import { BoathouseError, isBoathouseError } from "../core/errors.ts";
import { systemClock, type Clock } from "../core/clock.ts";
import { randomIds, type IdSource } from "../core/ids.ts";
import type { Json } from "../core/json.ts";
import { didYouMean } from "../core/nearest.ts";
import type { State } from "../state/state.ts";
import type { Address } from "./address.ts";
import { checkGraph, type GraphDefinition, type RunPlan } from "./definition.ts";
import type { RunEvent } from "./event.ts";
import { Execution, type RunOutcome } from "./execution.ts";
import { fold } from "./fold.ts";
import type { Handler } from "./handler.ts";
import { thisProcess, type Owner } from "./owner.ts";
import { nodeAt } from "./plan-index.ts";
import { planRepair, type RepairSelection } from "./repair.ts";
import { RunLog, type LogEntry, type NewRun, type RunRecord } from "./run-log.ts";
import { isRunResult, type RunState } from "./run-state.ts";
import { shownInLog } from "./secrecy.ts";
import type { Vocabulary } from "./vocabulary.ts";

export interface RunnerOptions {
  readonly state: State;
  /** `job`, `factory`, `pipeline`: a runner resumes and repairs only runs of its own kind. */
  readonly kind: string;
  readonly vocabulary: Vocabulary;
  /** Node kind → handler. */
  readonly handlers: ReadonlyMap<string, Handler>;
  readonly clock?: Clock;
  readonly ids?: IdSource;
  readonly owner?: Owner;
  /** Called with every event of every run that is executed here, after it is written. */
  readonly observe?: (event: RunEvent, run: RunRecord) => void;
}

export interface RunRequest {
  readonly name: string;
  readonly plan: RunPlan;
  readonly parameters?: Json;
  readonly trigger?: Json;
  readonly parent?: { readonly runId: string; readonly node: Address };
  /** A second request with the same key gives the first one's run, and goes on with it if a crash interrupted it. */
  readonly idempotencyKey?: string;
  /** At most `limit` runs with this key at a time; one too many waits for its turn, or ends as `skipped`. */
  readonly concurrency?: { readonly key: string; readonly limit: number; readonly whenFull: "queue" | "skip" };
  /** Cancels the run, unless the reason of the abort says that only the parent is cancelled. */
  readonly signal?: AbortSignal;
  /** Called with every event after it is written. */
  readonly onEvent?: (event: RunEvent, run: RunRecord) => void;
}

export type RunWatch = Pick<RunRequest, "signal" | "onEvent">;

export interface RunHandle {
  readonly run: RunRecord;
  /** False when an idempotency key led to an earlier run. */
  readonly created: boolean;
  /** Rejects only when the run cannot go on in this process. */
  readonly finished: Promise<RunOutcome>;
}

/** Starts, resumes, repairs and cancels the runs of one vocabulary. */
export class Runner {
  readonly log: RunLog;
  readonly #options: RunnerOptions;
  readonly #clock: Clock;
  readonly #ids: IdSource;
  readonly #executions = new Map<string, Execution>();

  constructor(options: RunnerOptions) {
    this.#options = options;
    this.#clock = options.clock ?? systemClock;
    this.#ids = options.ids ?? randomIds;
    this.log = new RunLog(options.state, options.owner ?? thisProcess);
  }

  /** Resolves when the run is recorded; it goes on by itself. */
  async start(request: RunRequest): Promise<RunHandle> {
    const { name, plan, parameters = null, trigger = null, parent, idempotencyKey, concurrency } = request;
    const run = await this.#create(
      {
        id: this.#ids.uuid(),
        kind: this.#options.kind,
        name,
        plan,
        parameters,
        trigger,
        ...(parent === undefined ? {} : { parent }),
        ...(idempotencyKey === undefined ? {} : { idempotencyKey }),
        ...(concurrency === undefined ? {} : { concurrency: { key: concurrency.key, limit: concurrency.limit } }),
      },
      () => [],
    );
    if (run.record.id !== run.id) {
      const finished = this.wait(run.record.id, request);
      finished.catch(() => undefined);
      return { run: run.record, created: false, finished };
    }
    return this.#execute(run.record, "start", request, concurrency?.whenFull ?? "queue");
  }

  /** Goes on with a run whose process is gone: what had ended is not run again. */
  async resume(id: string, watch: RunWatch = {}): Promise<RunHandle> {
    const run = await this.#get(id);
    this.#checkPlan(run.plan);
    await this.log.take(id);
    return this.#execute(run, "resume", watch, "queue");
  }

  /** The runs of this kind that a crash interrupted, the oldest first. */
  async interrupted(): Promise<RunRecord[]> {
    const runs = await this.log.list({ kind: this.#options.kind, unfinished: true });
    return runs.filter((run) => run.interrupted).toReversed();
  }

  /** Runs parts of an ended run again, as a new run linked to it, with the plan it had or a corrected one. */
  async repair(
    id: string,
    selection: RepairSelection,
    options: RunWatch & { readonly plan?: RunPlan; readonly parameters?: Json; readonly trigger?: Json } = {},
  ): Promise<RunHandle> {
    const original = await this.#get(id);
    const state = fold(await this.log.events(id, { whole: true }));
    if (!isRunResult(state.status)) {
      throw new BoathouseError("RUN_NOT_ENDED", `The run ${id} has not ended (${original.status}).`, {
        kind: "usage",
        hint: original.interrupted ? "Resume it: its process is gone." : "Wait for its end, or cancel it.",
      });
    }
    const plan = options.plan ?? original.plan;
    planRepair(plan, state, selection, 0);
    const { concurrency } = original;
    const { record } = await this.#create(
      {
        id: this.#ids.uuid(),
        kind: original.kind,
        name: original.name,
        plan,
        parameters: options.parameters ?? original.parameters,
        trigger: options.trigger ?? original.trigger,
        repair: { of: id, groupId: original.groupId },
        ...(concurrency === undefined ? {} : { concurrency }),
      },
      (generation) =>
        planRepair(plan, state, selection, generation).map((whole) => {
          const secure = "node" in whole ? nodeAt(original.plan, state, whole.node).secure : undefined;
          return { whole, shown: shownInLog(whole, secure) };
        }),
    );
    return this.#execute(record, "start", options, "queue");
  }

  /** Cancels a run wherever it is executed. `recursive` (the default) cancels also the runs it started. */
  async cancel(id: string, mode: "recursive" | "single" = "recursive"): Promise<void> {
    const run = await this.#get(id);
    if (isRunResult(run.status)) return;
    if (mode === "recursive") await this.#cancelStartedBy(id);
    await this.log.requestCancel(id, mode);
    this.#executions.get(id)?.cancel(mode);
    // Nobody is there to end it: this process takes it over for that.
    if (run.interrupted) await (await this.resume(id)).finished;
  }

  /** The outcome of a run that is executed here or elsewhere. When its process is gone, this one goes on with it. */
  async wait(id: string, watch: RunWatch = {}): Promise<RunOutcome> {
    for (;;) {
      const run = await this.log.get(id);
      if (run.interrupted) {
        try {
          return await (
            await this.resume(id, watch)
          ).finished;
        } catch (error) {
          // Somebody else was faster, here or later.
          if (!["RUN_IN_PROGRESS", "RUN_ENDED", "RUN_LEASE_LOST"].some((code) => isBoathouseError(error, code)))
            throw error;
        }
      }
      if (isRunResult(run.status)) {
        const state = await this.state(id);
        return { run, status: run.status, ...(state.error === undefined ? {} : { error: state.error }), state };
      }
      await systemClock.sleep(FOLLOW_POLL, watch.signal);
    }
  }

  /** What has become of a run so far. */
  async state(id: string): Promise<RunState> {
    return fold(await this.log.events(id, { whole: true }));
  }

  /** The events of a run as they come, wherever it is executed, until its end. */
  async *follow(id: string, signal?: AbortSignal): AsyncGenerator<RunEvent, void, undefined> {
    for (let after = 0; ;) {
      for (const event of await this.log.events(id, { after })) {
        after = event.sequence;
        yield event;
        if (event.type === "run.finished") return;
      }
      await systemClock.sleep(FOLLOW_POLL, signal);
    }
  }

  async #get(id: string): Promise<RunRecord> {
    const run = await this.log.get(id);
    if (run.kind === this.#options.kind) return run;
    throw new BoathouseError(
      "RUN_OF_ANOTHER_KIND",
      `The run ${id} is a ${run.kind} run, not a ${this.#options.kind} run.`,
      {
        kind: "usage",
      },
    );
  }

  /** Runs that the run has started are told themselves, for its own process may be gone. */
  async #cancelStartedBy(id: string): Promise<void> {
    for (const child of await this.log.list({ parent: id, unfinished: true })) {
      await this.#cancelStartedBy(child.id);
      await this.log.requestCancel(child.id, "recursive");
    }
  }

  async #create(
    run: NewRun,
    first: (repairNumber: number) => readonly LogEntry[],
  ): Promise<{ readonly id: string; readonly record: RunRecord }> {
    this.#checkPlan(run.plan);
    return { id: run.id, record: await this.log.create(run, this.#clock.now(), first) };
  }

  #checkPlan(plan: RunPlan): void {
    checkGraph(plan.graph);
    const { handlers } = this.#options;
    for (const kind of kindsOf(plan.graph)) {
      if (handlers.has(kind)) continue;
      const hint = didYouMean(kind, handlers.keys());
      throw new BoathouseError(
        "RUN_KIND_UNKNOWN",
        `Nothing runs nodes of the kind "${kind}".`,
        hint === undefined ? {} : { hint },
      );
    }
  }

  #execute(run: RunRecord, begin: "start" | "resume", watch: RunWatch, whenFull: "queue" | "skip"): RunHandle {
    const { vocabulary, handlers, observe } = this.#options;
    const { signal, onEvent } = watch;
    const execution = new Execution({
      run,
      definition: { plan: run.plan, vocabulary },
      handlers,
      log: this.log,
      clock: this.#clock,
      onEvent: (event) => {
        observe?.(event, run);
        onEvent?.(event, run);
      },
    });
    this.#executions.set(run.id, execution);
    const onAbort = (): void => {
      if (!onlyParent(signal)) execution.cancel("recursive");
    };
    signal?.addEventListener("abort", onAbort, { once: true });
    if (signal?.aborted === true) onAbort();
    const finished = this.#finish(execution, begin, whenFull).finally(() =>
      signal?.removeEventListener("abort", onAbort),
    );
    // Whoever does not wait for the end learns of a failure from the log.
    finished.catch(() => undefined);
    return { run, created: true, finished };
  }

  async #finish(execution: Execution, begin: "start" | "resume", whenFull: "queue" | "skip"): Promise<RunOutcome> {
    const { id } = execution.run;
    try {
      return await execution.execute(begin, whenFull);
    } finally {
      this.#executions.delete(id);
      await this.log.release(id);
    }
  }
}

/** Milliseconds between looks at a run that another process executes. */
const FOLLOW_POLL = 100;

function onlyParent(signal: AbortSignal | undefined): boolean {
  const reason: unknown = signal?.reason;
  return reason instanceof BoathouseError && reason.details["recursive"] === false;
}

function kindsOf(graph: GraphDefinition): ReadonlySet<string> {
  const kinds = new Set<string>();
  for (const node of graph.nodes) {
    kinds.add(node.kind);
    for (const child of Object.values(node.children ?? {})) for (const kind of kindsOf(child)) kinds.add(kind);
  }
  return kinds;
}
