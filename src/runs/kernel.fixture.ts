import { VirtualClock } from "../core/clock.ts";
import { seededIds } from "../core/ids.ts";
import type { Json } from "../core/json.ts";
import { openState, type State } from "../state/state.ts";
import type { GraphDefinition, NodeDefinition } from "./definition.ts";
import type { Handler } from "./handler.ts";
import { runMigrations } from "./migrations.ts";
import type { Owner } from "./owner.ts";
import type { RunState } from "./run-state.ts";
import { Runner } from "./runner.ts";
import type { Vocabulary } from "./vocabulary.ts";

/** Data Factory's rule, written for the tests: conditions on one edge are OR, edges are AND; leaves decide. */
export const testVocabulary: Vocabulary = {
  admit(_, upstream) {
    const met = upstream.every(({ dependency, status }) =>
      (dependency.conditions ?? ["Succeeded"]).some(
        (condition) =>
          condition.toLowerCase() === status ||
          (condition === "Completed" && (status === "succeeded" || status === "failed")),
      ),
    );
    return met ? { run: true } : { run: false, reason: "condition" };
  },
  conclude(graph, endOf) {
    const parents = new Map(graph.nodes.map((node) => [node.id, (node.dependsOn ?? []).map((each) => each.node)]));
    const inner = new Set([...parents.values()].flat());
    const good = (id: string): boolean => {
      const { status } = endOf(id);
      if (status === "skipped") return (parents.get(id) ?? []).every(good);
      return status === "succeeded";
    };
    return graph.nodes.every((node) => inner.has(node.id) || good(node.id)) ? "succeeded" : "failed";
  },
};

export function memoryState(): Promise<State> {
  return openState({ path: ":memory:", migrations: runMigrations });
}

export interface Kernel {
  readonly runner: Runner;
  readonly clock: VirtualClock;
}

export function kernel(
  state: State,
  handlers: Readonly<Record<string, Handler>>,
  options: {
    readonly owner?: Owner;
    readonly clock?: VirtualClock;
    readonly vocabulary?: Vocabulary;
    readonly seed?: string;
  } = {},
): Kernel {
  const clock = options.clock ?? new VirtualClock();
  const runner = new Runner({
    state,
    kind: "test",
    vocabulary: options.vocabulary ?? testVocabulary,
    handlers: new Map(Object.entries(handlers)),
    clock,
    ids: seededIds(options.seed ?? "kernel"),
    ...(options.owner === undefined ? {} : { owner: options.owner }),
  });
  return { runner, clock };
}

/** Lets virtual time pass until the promise settles. */
export async function settled<T>(clock: VirtualClock, promise: Promise<T>): Promise<T> {
  let open = true;
  const watched = promise.finally(() => {
    open = false;
  });
  watched.catch(() => undefined);
  for (let idle = 0; open && idle < 2000; idle += 1) {
    await clock.advance(0);
    const next = clock.nextDeadline;
    if (!open) break;
    if (next !== undefined) {
      await clock.advance(next - clock.now());
      idle = 0;
    }
  }
  return watched;
}

export function statuses(run: RunState): Record<string, string> {
  return Object.fromEntries([...run.nodes].map(([address, each]) => [address, each.status]));
}

export function graph(...nodes: readonly NodeDefinition[]): GraphDefinition {
  return { nodes };
}

/** A node of the kind `work`; upstream nodes as `A` or `A:Failed,Skipped`. */
export function node(id: string, upstream: readonly string[] = [], more: Partial<NodeDefinition> = {}): NodeDefinition {
  return {
    id,
    kind: "work",
    spec: null as Json,
    dependsOn: upstream.map((each) => {
      const [name = "", conditions] = each.split(":");
      return conditions === undefined ? { node: name } : { node: name, conditions: conditions.split(",") };
    }),
    ...more,
  };
}
