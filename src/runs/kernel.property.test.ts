import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { BoathouseError } from "../core/errors.ts";
import { VirtualClock } from "../core/clock.ts";
import type { State } from "../state/state.ts";
import { isWithin, nodeAddress, ROOT, scopeOf } from "./address.ts";
import type { NodeDefinition, RunPlan } from "./definition.ts";
import type { RunEvent } from "./event.ts";
import { apply, emptyState, fold } from "./fold.ts";
import type { Handler } from "./handler.ts";
import { graph, kernel, memoryState, node, settled, testVocabulary } from "./kernel.fixture.ts";
import { nodeAt } from "./plan-index.ts";
import type { NodeEnd, NodeResult } from "./vocabulary.ts";

/** What a node of the model does: it fails so often, each attempt taking so long; or it runs a graph for each item. */
interface Behaviour {
  readonly failures: number;
  readonly duration: number;
  readonly items?: number;
}

interface Case {
  readonly plan: RunPlan;
  /** When the process is killed: so long after the last kill, and then in the midst of what happens at that time. */
  readonly kills: readonly { readonly after: number; readonly turns: number }[];
}

const conditions = fc.option(
  fc.uniqueArray(fc.constantFrom("Succeeded", "Failed", "Skipped", "Completed"), { minLength: 1, maxLength: 3 }),
  { nil: undefined },
);

function nodesOf(depth: number): fc.Arbitrary<NodeDefinition[]> {
  const one = fc.record({
    upstream: fc.array(fc.tuple(fc.nat(6), conditions), { maxLength: 2 }),
    failures: fc.nat(3),
    duration: fc.nat(40),
    retries: fc.nat(2),
    interval: fc.nat(30),
    items: depth === 0 ? fc.constant(undefined) : fc.option(fc.nat(4), { nil: undefined }),
    inner: depth === 0 ? fc.constant([]) : nodesOf(depth - 1),
  });
  return fc.array(one, { minLength: 1, maxLength: depth === 0 ? 3 : 6 }).map((all) =>
    all.map((each, index) => {
      const dependsOn = index === 0 ? [] : unique(each.upstream.map(([at, list]) => ({ at: at % index, list })));
      const container = each.items === undefined ? {} : { kind: "each", children: { do: graph(...each.inner) } };
      const behaviour: Behaviour = {
        failures: each.failures,
        duration: each.duration,
        ...(each.items === undefined ? {} : { items: each.items }),
      };
      return {
        ...node(`N${index}`),
        ...container,
        spec: { ...behaviour },
        dependsOn: dependsOn.map(({ at, list }) =>
          list === undefined ? { node: `N${at}` } : { node: `N${at}`, conditions: list },
        ),
        policy: {
          retries: each.items === undefined ? each.retries : 0,
          retryInterval: { kind: "fixed", milliseconds: each.interval } as const,
        },
      };
    }),
  );
}

function unique<T extends { readonly at: number }>(list: readonly T[]): T[] {
  return [...new Map(list.map((each) => [each.at, each])).values()];
}

const cases: fc.Arbitrary<Case> = fc.record({
  plan: fc
    .tuple(nodesOf(1), fc.option(fc.integer({ min: 1, max: 3 }), { nil: undefined }))
    .map(([nodes, concurrency]) =>
      concurrency === undefined ? { graph: { nodes } } : { graph: { nodes }, concurrency },
    ),
  kills: fc.array(fc.record({ after: fc.nat(60), turns: fc.nat(12) }), { maxLength: 3 }),
});

const PARALLEL = 2;

/** The model: how each node ends, by the rules alone, without time. */
function model(nodes: readonly NodeDefinition[], scope: string, ends: Map<string, NodeResult>): "succeeded" | "failed" {
  const endOf = (id: string): NodeEnd => ({ status: ends.get(nodeAddress(scope, id)) ?? "cancelled", output: null });
  for (const each of nodes) {
    const address = nodeAddress(scope, each.id);
    const upstream = (each.dependsOn ?? []).map((dependency) => ({ ...endOf(dependency.node), dependency }));
    ends.set(address, testVocabulary.admit(each, upstream).run ? outcome(each, address, ends) : "skipped");
  }
  return testVocabulary.conclude({ nodes }, endOf);
}

function outcome(each: NodeDefinition, address: string, ends: Map<string, NodeResult>): "succeeded" | "failed" {
  const { failures, items } = behaviourOf(each);
  if (items === undefined) return failures > Number(each.policy?.retries ?? 0) ? "failed" : "succeeded";
  const inner = each.children?.["do"]?.nodes ?? [];
  const scopes = Array.from({ length: items }, (_, index) => model(inner, `${address}[${index}]`, ends));
  return scopes.includes("failed") ? "failed" : "succeeded";
}

function behaviourOf(each: NodeDefinition): Behaviour {
  return each.spec as unknown as Behaviour;
}

const work: Handler = async (context) => {
  const { failures, duration } = behaviourOf(context.node);
  await context.clock.sleep(duration, context.signal);
  if (context.retry < failures) throw new BoathouseError("TEST_FAILED", "as told");
  return context.retry;
};

const each: Handler = async (context) => {
  const { items = 0 } = behaviourOf(context.node);
  const iterations = Array.from({ length: items }, (_, index) => ({ key: String(index), item: index }));
  const ends = await context.open("do", { iterations, concurrency: PARALLEL });
  if (ends.some((end) => end.status !== "succeeded")) throw new BoathouseError("TEST_FAILED", "an item failed");
  return items;
};

/** Runs a case with its kills and gives the log. */
async function logOf(state: State, { plan, kills }: Case, number: number): Promise<readonly RunEvent[]> {
  const clock = new VirtualClock();
  const process = (turn: number) =>
    kernel(
      state,
      { work, each },
      {
        clock,
        seed: `${number}`,
        owner: { host: "here", pid: globalThis.process.pid, token: `${number}-${turn}` },
      },
    ).runner;
  const inTheMidst: Promise<void>[] = [];
  let handle = await process(0).start({ name: "model", plan });
  for (const [turn, { after, turns }] of kills.entries()) {
    await clock.advance(after);
    const moving = clock.advance(1);
    for (let at = 0; at < turns; at += 1) await new Promise((resolve) => queueMicrotask(() => resolve(undefined)));
    inTheMidst.push(moving);
    handle.finished.catch(() => undefined);
    const next = process(turn + 1);
    if (!(await next.interrupted()).some((run) => run.id === handle.run.id)) break;
    handle = await next.resume(handle.run.id);
  }
  await Promise.all(inTheMidst);
  await settled(clock, handle.finished);
  return process(99).log.events(handle.run.id);
}

let state: State;
let count = 0;

beforeAll(async () => {
  state = await memoryState();
});
afterAll(() => state.close());

describe("the kernel and the model", () => {
  it("agree on how every node of a random graph ends, whatever is killed on the way", async () => {
    await fc.assert(
      fc.asyncProperty(cases, async (random) => {
        const events = await logOf(state, random, (count += 1));
        const end = fold(events);
        const expected = new Map<string, NodeResult>();
        const status = model(random.plan.graph.nodes, ROOT, expected);
        expect(end.status).toBe(status);
        expect(Object.fromEntries([...end.nodes].map(([address, { status: result }]) => [address, result]))).toEqual(
          Object.fromEntries(expected),
        );
        checkOrder(random.plan, events);
      }),
      { numRuns: 40 },
    );
  });
});

/** Walks through the log: dependencies first, limits kept, nothing completed twice, retries as allowed. */
function checkOrder(plan: RunPlan, events: readonly RunEvent[]): void {
  const now = emptyState();
  const completed = new Set<string>();
  for (const event of events) {
    if (event.type === "node.started") {
      const definition = nodeAt(plan, now, event.node);
      for (const { node: upstream } of definition.dependsOn ?? []) {
        const before = now.nodes.get(nodeAddress(scopeOf(event.node), upstream))?.status;
        expect(["succeeded", "failed", "skipped"]).toContain(before);
      }
      expect(completed.has(event.node)).toBe(false);
    }
    if (event.type === "node.succeeded" || event.type === "node.failed" || event.type === "node.skipped") {
      expect(completed.has(event.node)).toBe(false);
      completed.add(event.node);
      const inside = [...now.openScopes].filter((scope) => scope !== ROOT && isWithin(scope, event.node));
      expect(inside).toEqual([]);
    }
    apply(now, event);
    const running = [...now.nodes.values()].filter((one) => one.status === "running");
    const working = running.filter((one) => nodeAt(plan, now, one.address).children === undefined);
    expect(working.length).toBeLessThanOrEqual(plan.concurrency ?? Infinity);
    for (const group of now.groups.values()) expect(group.started - group.finished).toBeLessThanOrEqual(PARALLEL);
  }
  for (const one of now.nodes.values()) {
    expect(one.retries).toBeLessThanOrEqual(Number(nodeAt(plan, now, one.address).policy?.retries ?? 0));
  }
}
