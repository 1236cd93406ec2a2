import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { cancelled } from "../core/cancellation.ts";
import { BoathouseError } from "../core/errors.ts";
import type { Json } from "../core/json.ts";
import { openState, type State } from "../state/state.ts";
import type { NodeDefinition } from "./definition.ts";
import type { Handler } from "./handler.ts";
import { graph, kernel, memoryState, node, settled, statuses } from "./kernel.fixture.ts";
import { runMigrations } from "./migrations.ts";

let state: State;

beforeEach(async () => {
  state = await memoryState();
});

afterEach(() => state.close());

const fail = (message: string): never => {
  throw new BoathouseError("TEST_FAILED", message);
};

const text = (value: Json | undefined): string => (typeof value === "string" ? value : "");

describe("a run", () => {
  it("runs nodes after what they depend on and keeps their outputs", async () => {
    const order: string[] = [];
    const { runner, clock } = kernel(state, {
      work: async (context) => {
        await context.clock.sleep(10, context.signal);
        order.push(context.node.id);
        return `${text(context.find("A")?.output)}${context.node.id}`;
      },
    });
    const plan = { graph: graph(node("C", ["B"]), node("B", ["A"]), node("A")) };
    const outcome = await settled(clock, (await runner.start({ name: "abc", plan })).finished);
    expect(outcome.status).toBe("succeeded");
    expect(order).toEqual(["A", "B", "C"]);
    expect(outcome.state.nodes.get("C")?.output).toBe("AC");
    expect(outcome.state.nodes.get("C")?.finishedAt).toBe(clock.now());
  });

  it("skips what depends on a failure, runs its handler, and says which error it was", async () => {
    const { runner, clock } = kernel(state, {
      work: async (context) => (context.node.id === "A" ? fail("no such file") : null),
    });
    const plan = { graph: graph(node("A"), node("B", ["A"]), node("Catch", ["A:Failed"]), node("Z")) };
    const outcome = await settled(clock, (await runner.start({ name: "x", plan })).finished);
    expect(statuses(outcome.state)).toEqual({ A: "failed", B: "skipped", Catch: "succeeded", Z: "succeeded" });
    expect(outcome).toMatchObject({ status: "failed", error: { code: "TEST_FAILED", message: "no such file" } });
  });

  it("refuses a plan it cannot run before it starts", async () => {
    const { runner } = kernel(state, { work: async () => null });
    const start = (...nodes: NodeDefinition[]) => runner.start({ name: "x", plan: { graph: graph(...nodes) } });
    await expect(start(node("A", ["B"]), node("B", ["A"]))).rejects.toMatchObject({ code: "RUN_GRAPH_CYCLE" });
    await expect(start(node("Able"), node("B", ["Abel"]))).rejects.toMatchObject({ hint: 'Did you mean "Able"?' });
    await expect(start(node("A", [], { kind: "wrok" }))).rejects.toMatchObject({ hint: 'Did you mean "work"?' });
  });

  it("retries after the interval, with backoff, and no longer than allowed", async () => {
    const starts: number[] = [];
    const { runner, clock } = kernel(state, {
      work: async (context) => {
        starts.push(context.clock.now());
        return context.retry < 2 ? fail("again") : `${context.attempt}/${context.retry}`;
      },
    });
    const begin = clock.now();
    const retryInterval = { kind: "backoff", first: 1000, factor: 2, most: 1500 } as const;
    const plan = { graph: graph(node("A", [], { policy: { retries: 2, retryInterval } })) };
    const outcome = await settled(clock, (await runner.start({ name: "x", plan })).finished);
    expect(starts.map((at) => at - begin)).toEqual([0, 1000, 2500]);
    expect(outcome.state.nodes.get("A")).toMatchObject({ status: "succeeded", output: "3/2", retries: 2, attempt: 3 });
  });

  it("stops an attempt that is out of time, and retries it only if that is wanted", async () => {
    const { runner, clock } = kernel(state, {
      work: (context) => context.clock.sleep(1e6, context.signal).then(() => 1),
    });
    const policy = { retries: 1, timeout: 500 };
    const plan = {
      graph: graph(node("A", [], { policy }), node("B", [], { policy: { ...policy, retryOnTimeout: false } })),
    };
    const begin = clock.now();
    const outcome = await settled(clock, (await runner.start({ name: "x", plan })).finished);
    expect(outcome.state.nodes.get("A")).toMatchObject({ attempt: 2, error: { code: "NODE_TIMED_OUT" } });
    expect(outcome.state.nodes.get("B")).toMatchObject({ attempt: 1, error: { code: "NODE_TIMED_OUT" } });
    expect(clock.now() - begin).toBe(1000);
  });

  it("ends as timedOut when the run takes too long", async () => {
    const { runner, clock } = kernel(state, {
      work: (context) => context.clock.sleep(1e6, context.signal).then(() => 1),
    });
    const plan = { graph: graph(node("A"), node("B", ["A"])), timeout: 700 };
    const outcome = await settled(clock, (await runner.start({ name: "x", plan })).finished);
    expect(outcome.status).toBe("timedOut");
    expect(statuses(outcome.state)).toEqual({ A: "cancelled", B: "cancelled" });
  });

  it("never works on more nodes at a time than it may", async () => {
    let working = 0;
    let most = 0;
    const { runner, clock } = kernel(state, {
      work: async (context) => {
        working += 1;
        most = Math.max(most, working);
        await context.clock.sleep(5);
        working -= 1;
        return null;
      },
    });
    const plan = { graph: { nodes: Array.from({ length: 9 }, (_, index) => node(`N${index}`)) }, concurrency: 3 };
    await settled(clock, (await runner.start({ name: "x", plan })).finished);
    expect(most).toBe(3);
  });

  it("takes a node that is switched off for what it is marked as", async () => {
    const { runner, clock } = kernel(state, { work: async () => null });
    const plan = { graph: graph(node("A", [], { inactive: "failed" }), node("B", ["A:Failed"]), node("C", ["A"])) };
    const outcome = await settled(clock, (await runner.start({ name: "x", plan })).finished);
    expect(statuses(outcome.state)).toEqual({ A: "failed", B: "succeeded", C: "skipped" });
    expect(outcome.state.nodes.get("A")?.attempt).toBe(0);
  });

  it("hides what is secure from the log, and gives it to the nodes all the same", async () => {
    const { runner, clock } = kernel(state, {
      work: async (context) => {
        await context.recordInput({ password: "p4ss" });
        return context.node.id === "A" ? { token: "t0ken" } : (context.find("A")?.output ?? null);
      },
    });
    const secure = { input: true, output: true };
    const plan = { graph: graph(node("A", [], { secure }), node("B", ["A"], { secure })) };
    const seen: string[] = [];
    const handle = await runner.start({ name: "x", plan, onEvent: (event) => seen.push(JSON.stringify(event)) });
    const outcome = await settled(clock, handle.finished);
    expect(outcome.state.nodes.get("B")?.output).toEqual({ token: "t0ken" });
    const shown = JSON.stringify(await runner.log.events(handle.run.id)) + seen.join();
    expect(shown).not.toMatch(/t0ken|p4ss/);
    expect((await runner.state(handle.run.id)).nodes.get("A")?.output).toEqual({ token: "t0ken" });
  });
});

describe("cancellation", () => {
  it("stops what runs, leaves out the rest, and reaches into containers", async () => {
    const aborted: string[] = [];
    const { runner, clock } = kernel(state, {
      each: (context) =>
        context.open("do", { iterations: [{ key: "0" }, { key: "1" }, { key: "2" }], concurrency: 2 }).then(() => null),
      work: (context) =>
        context.clock.sleep(1000, context.signal).then(
          () => null,
          (error: unknown) => {
            aborted.push(context.address);
            throw error;
          },
        ),
    });
    const plan = {
      graph: graph(
        node("Each", [], { kind: "each", children: { do: graph(node("A"), node("B", ["A"])) } }),
        node("Z", ["Each"]),
      ),
    };
    const handle = await runner.start({ name: "x", plan });
    await clock.advance(1500);
    await runner.cancel(handle.run.id);
    const outcome = await settled(clock, handle.finished);
    expect(outcome.status).toBe("cancelled");
    expect(aborted.toSorted()).toEqual(["Each[0]/B", "Each[1]/B"]);
    expect(statuses(outcome.state)).toEqual({
      Each: "cancelled",
      "Each[0]/A": "succeeded",
      "Each[1]/A": "succeeded",
      "Each[0]/B": "cancelled",
      "Each[1]/B": "cancelled",
      Z: "cancelled",
    });
  });

  it("follows the caller's signal", async () => {
    const { runner, clock } = kernel(state, {
      work: (context) => context.clock.sleep(1e6, context.signal).then(() => 1),
    });
    const controller = new AbortController();
    const handle = await runner.start({ name: "x", plan: { graph: graph(node("A")) }, signal: controller.signal });
    await clock.advance(10);
    controller.abort(cancelled());
    expect((await settled(clock, handle.finished)).status).toBe("cancelled");
  });
});

describe("several runs", () => {
  it("wait for their turn, in order, or are skipped", async () => {
    const order: Json[] = [];
    const { runner, clock } = kernel(state, {
      work: async (context) => {
        order.push(context.run.parameters);
        await context.clock.sleep(10);
        return null;
      },
    });
    const start = (parameters: string, whenFull: "queue" | "skip") =>
      runner.start({
        name: "x",
        plan: { graph: graph(node("A")) },
        parameters,
        concurrency: { key: "k", limit: 1, whenFull },
      });
    const first = await start("first", "queue");
    await clock.advance(0);
    const second = await start("second", "queue");
    const third = await start("third", "queue");
    const skipped = await start("fourth", "skip");
    expect((await skipped.finished).status).toBe("skipped");
    const pump = setInterval(() => void clock.advance(10), 5);
    await Promise.all([first.finished, second.finished, third.finished]);
    clearInterval(pump);
    expect(order).toEqual(["first", "second", "third"]);
    expect((await runner.log.list({ kind: "test" })).map((run) => run.status)).toEqual([
      "skipped",
      "succeeded",
      "succeeded",
      "succeeded",
    ]);
  });

  it("of several machines never exceed the limit of their key together", async () => {
    const folder = await mkdtemp(join(tmpdir(), "boathouse-runs-"));
    const path = join(folder, "state.db");
    let working = 0;
    let most = 0;
    const work: Handler = async () => {
      working += 1;
      most = Math.max(most, working);
      await new Promise((resolve) => setTimeout(resolve, 3));
      working -= 1;
      return null;
    };
    const states = await Promise.all([1, 2, 3].map(() => openState({ path, migrations: runMigrations })));
    const concurrency = { key: "k", limit: 2, whenFull: "queue" } as const;
    const handles = await Promise.all(
      states.flatMap((one, index) => {
        const { runner } = kernel(
          one,
          { work },
          { owner: { host: `h${index}`, pid: 1, token: "t" }, seed: `${index}` },
        );
        return [1, 2].map(() => runner.start({ name: "x", plan: { graph: graph(node("A")) }, concurrency }));
      }),
    );
    const outcomes = await Promise.all(handles.map((handle) => handle.finished));
    expect(outcomes.map((outcome) => outcome.status)).toEqual(outcomes.map(() => "succeeded"));
    expect(most).toBe(2);
    await Promise.all(states.map((one) => one.close()));
    await rm(folder, { recursive: true, force: true });
  });

  it("are the same run when they share an idempotency key", async () => {
    const { runner, clock } = kernel(state, { work: async () => null });
    const request = { name: "x", plan: { graph: graph(node("A")) }, idempotencyKey: "once" };
    const first = await runner.start(request);
    await settled(clock, first.finished);
    const second = await runner.start(request);
    expect(second).toMatchObject({ created: false, run: { id: first.run.id } });
    expect((await second.finished).status).toBe("succeeded");
  });
});

describe("following a run", () => {
  it("gives every event in order until the end", async () => {
    const { runner, clock } = kernel(state, { work: async (context) => (await context.emit({ half: 1 }), null) });
    const handle = await runner.start({ name: "x", plan: { graph: graph(node("A")) } });
    await settled(clock, handle.finished);
    const types: string[] = [];
    for await (const event of runner.follow(handle.run.id)) types.push(event.type);
    expect(types).toEqual(["run.started", "node.started", "node.progress", "node.succeeded", "run.finished"]);
  });
});
