import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { BoathouseError } from "../core/errors.ts";
import type { State } from "../state/state.ts";
import type { Handler } from "./handler.ts";
import { graph, kernel, memoryState, node, settled, statuses } from "./kernel.fixture.ts";
import type { RunTables } from "./migrations.ts";
import type { Owner } from "./owner.ts";

let state: State;

beforeEach(async () => {
  state = await memoryState();
});

afterEach(() => state.close());

const fail = (message: string): never => {
  throw new BoathouseError("TEST_FAILED", message);
};

describe("after a crash", () => {
  const owner = (token: string): Owner => ({ host: "here", pid: process.pid, token });

  it("a run goes on: what had ended is not run again, a wait waits for its rest, decisions stay", async () => {
    const runs: string[] = [];
    const handlers: Readonly<Record<string, Handler>> = {
      work: async (context) => {
        runs.push(`${context.node.id}#${context.attempt}.${context.retry}`);
        const until = context.startedAt + 1000;
        const chosen = await context.once("chosen", () => context.attempt);
        await context.clock.sleep(until - context.clock.now(), context.signal);
        return chosen;
      },
    };
    const before = kernel(state, handlers, { owner: owner("one") });
    const plan = { graph: graph(node("A"), node("B", ["A"]), node("C", ["B"])) };
    const handle = await before.runner.start({ name: "x", plan });
    await before.clock.advance(1600);
    const after = kernel(state, handlers, { owner: owner("two"), clock: before.clock });
    expect((await after.runner.interrupted()).map((run) => run.id)).toEqual([handle.run.id]);
    const resumed = await after.runner.resume(handle.run.id);
    const outcome = await settled(after.clock, resumed.finished);
    expect(outcome.status).toBe("succeeded");
    expect(runs.slice(0, 4)).toEqual(["A#1.0", "B#1.0", "B#2.0", "C#1.0"]);
    expect(outcome.state.nodes.get("B")).toMatchObject({ output: 1, attempt: 2, retries: 0 });
    expect((outcome.state.nodes.get("B")?.finishedAt ?? 0) - (outcome.state.startedAt ?? 0)).toBe(2000);
    await expect(handle.finished).rejects.toMatchObject({ code: "RUN_LEASE_LOST" });
  });

  it("only one process goes on, and none with a run that has ended", async () => {
    const before = kernel(
      state,
      { work: (context) => context.clock.sleep(50, context.signal).then(() => 1) },
      { owner: owner("one") },
    );
    const handle = await before.runner.start({ name: "x", plan: { graph: graph(node("A")) } });
    await before.clock.advance(1);
    const same = kernel(state, { work: async () => null }, { owner: owner("one"), clock: before.clock });
    await expect(same.runner.resume(handle.run.id)).rejects.toMatchObject({ code: "RUN_IN_PROGRESS" });
    await settled(before.clock, handle.finished);
    await expect(same.runner.resume(handle.run.id)).rejects.toMatchObject({ code: "RUN_ENDED" });
  });

  it("whoever waits for a run goes on with it when its process goes meanwhile", async () => {
    const handlers: Readonly<Record<string, Handler>> = {
      work: (context) =>
        context.attempt === 1 ? context.clock.sleep(1e6, context.signal).then(() => 1) : Promise.resolve(2),
    };
    const before = kernel(state, handlers, { owner: { ...owner("one"), host: "elsewhere" } });
    const request = { name: "x", plan: { graph: graph(node("A")) }, idempotencyKey: "once" };
    const handle = await before.runner.start(request);
    await before.clock.advance(1);
    const after = kernel(state, handlers, { owner: owner("two"), clock: before.clock, seed: "two" });
    const waiting = await after.runner.start(request);
    expect(waiting).toMatchObject({ created: false, run: { id: handle.run.id, interrupted: false } });
    await state.db.withTables<RunTables>().updateTable("run").set({ owner: null, lease_until: null }).execute();
    const outcome = await waiting.finished;
    expect(outcome.state.nodes.get("A")).toMatchObject({ status: "succeeded", output: 2, attempt: 2 });
    await settled(before.clock, handle.finished).catch(() => undefined);
  });

  it("a run whose process is gone can be cancelled", async () => {
    const before = kernel(
      state,
      { work: (context) => context.clock.sleep(1e6, context.signal).then(() => 1) },
      { owner: owner("one") },
    );
    const handle = await before.runner.start({ name: "x", plan: { graph: graph(node("A")) } });
    await before.clock.advance(1);
    const after = kernel(state, { work: async () => null }, { owner: owner("two"), clock: before.clock });
    await after.runner.cancel(handle.run.id);
    expect((await after.runner.state(handle.run.id)).status).toBe("cancelled");
  });
});

describe("repair", () => {
  it("runs again what failed and what depends on it, with the same identity, and takes over the rest", async () => {
    let broken = true;
    const ran: string[] = [];
    const { runner, clock } = kernel(state, {
      each: async (context) => {
        const iterations = ["a", "b"].map((item, index) => ({ key: String(index), item }));
        const ends = await context.open("do", { iterations, concurrency: 2 });
        return ends.some((end) => end.status === "failed") ? fail("item") : "all";
      },
      work: async (context) => {
        ran.push(context.identity);
        context.set(context.node.id, context.identity);
        return broken && context.items[0]?.item === "b" ? fail("b") : context.node.id;
      },
    });
    const container = node("Each", ["A"], { kind: "each", children: { do: graph(node("I")) } });
    const plan = { graph: graph(node("A"), container, node("Z", ["Each:Completed"])) };
    const first = await runner.start({ name: "x", plan });
    expect((await settled(clock, first.finished)).status).toBe("succeeded");
    broken = false;
    ran.length = 0;
    const second = await runner.repair(first.run.id, { nodes: "failed" });
    const outcome = await settled(clock, second.finished);
    expect(outcome.status).toBe("succeeded");
    const id = first.run.id;
    expect(ran).toEqual([`${id}/Each[1]/I`, `${id}/Z#1`]);
    expect(second.run).toMatchObject({ groupId: id, repairOf: id, repairNumber: 1 });
    expect(outcome.state.nodes.get("A")).toMatchObject({ reused: true, output: "A" });
    expect(outcome.state.values.get("A")).toBe(`${id}/A`);
  });

  it("runs the nodes that are named, and keeps the rest as it was", async () => {
    const ran: string[] = [];
    const { runner, clock } = kernel(state, {
      work: async (context) => {
        ran.push(context.node.id);
        return context.node.id === "F" ? fail("f") : null;
      },
    });
    const plan = { graph: graph(node("A"), node("B", ["A"]), node("F"), node("G", ["F"])) };
    const first = await runner.start({ name: "x", plan });
    await settled(clock, first.finished);
    ran.length = 0;
    const outcome = await settled(
      clock,
      (await runner.repair(first.run.id, { nodes: ["A"], dependents: "keep" })).finished,
    );
    expect(ran).toEqual(["A"]);
    expect(statuses(outcome.state)).toMatchObject({ A: "succeeded", B: "succeeded", F: "failed", G: "skipped" });
    await expect(runner.repair(first.run.id, { nodes: ["AA"] })).rejects.toMatchObject({ hint: 'Did you mean "A"?' });
  });
});
