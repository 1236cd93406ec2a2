import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { BoathouseError } from "../core/errors.ts";
import type { Json } from "../core/json.ts";
import type { State } from "../state/state.ts";
import type { Handler } from "./handler.ts";
import { graph, kernel, memoryState, node, settled, statuses } from "./kernel.fixture.ts";

let state: State;

beforeEach(async () => {
  state = await memoryState();
});

afterEach(() => state.close());

const fail = (message: string): never => {
  throw new BoathouseError("TEST_FAILED", message);
};

const text = (value: Json | undefined): string => (typeof value === "string" ? value : "");

describe("containers", () => {
  const each: Handler = async (context) => {
    const items = context.node.spec as Json[];
    const iterations = items.map((item, index) => ({ key: String(index), item }));
    const ends = await context.open("do", { iterations, concurrency: 2 });
    if (ends.some((end) => end.status === "failed")) fail("an item failed");
    return ends.map((end) => end.node("A")?.output ?? null);
  };

  it("run every item, some at a time, in scopes of their own", async () => {
    let open = 0;
    let most = 0;
    const identities: string[] = [];
    const { runner, clock } = kernel(state, {
      each,
      work: async (context) => {
        identities.push(context.identity);
        open += 1;
        most = Math.max(most, open);
        await context.clock.sleep(10 * (5 - Number(context.items[0]?.key)));
        open -= 1;
        return `${text(context.items[0]?.item)}!`;
      },
    });
    const plan = {
      graph: graph(node("Each", [], { kind: "each", spec: ["a", "b", "c", "d"], children: { do: graph(node("A")) } })),
    };
    const handle = await runner.start({ name: "x", plan });
    const outcome = await settled(clock, handle.finished);
    expect(outcome.state.nodes.get("Each")?.output).toEqual(["a!", "b!", "c!", "d!"]);
    expect(most).toBe(2);
    expect(identities[3]).toBe(`${handle.run.id}/Each[3]/A`);
  });

  it("end after all their items, also when one fails", async () => {
    const { runner, clock } = kernel(state, {
      each,
      work: async (context) => (context.items[0]?.item === "b" ? fail("b is bad") : null),
    });
    const plan = {
      graph: graph(node("Each", [], { kind: "each", spec: ["a", "b", "c"], children: { do: graph(node("A")) } })),
    };
    const outcome = await settled(clock, (await runner.start({ name: "x", plan })).finished);
    expect(statuses(outcome.state)).toEqual({
      Each: "failed",
      "Each[0]/A": "succeeded",
      "Each[1]/A": "failed",
      "Each[2]/A": "succeeded",
    });
    expect(outcome.state.scopes.get("Each[1]")).toMatchObject({ status: "failed", error: { message: "b is bad" } });
  });

  it("stop what they opened when their own time is out", async () => {
    const { runner, clock } = kernel(state, {
      each,
      work: (context) => context.clock.sleep(1e6, context.signal).then(() => 1),
    });
    const container = node("Each", [], {
      kind: "each",
      spec: [1, 2, 3],
      children: { do: graph(node("A")) },
      policy: { timeout: 100 },
    });
    const outcome = await settled(
      clock,
      (await runner.start({ name: "x", plan: { graph: graph(container) } })).finished,
    );
    expect(outcome).toMatchObject({ status: "failed", error: { code: "NODE_TIMED_OUT" } });
    expect(statuses(outcome.state)).toEqual({ Each: "failed", "Each[0]/A": "cancelled", "Each[1]/A": "cancelled" });
  });

  it("begin anew when they are retried", async () => {
    const { runner, clock } = kernel(state, {
      each: async (context) => {
        const count = await context.once("count", () => context.retry + 1);
        const iterations = Array.from({ length: count }, (_, index) => ({ key: String(index) }));
        const ends = await context.open("do", { iterations, concurrency: 1 });
        return context.retry === 0 ? fail("once more") : ends.length;
      },
      work: async () => null,
    });
    const container = node("Each", [], { kind: "each", children: { do: graph(node("A")) }, policy: { retries: 1 } });
    const outcome = await settled(
      clock,
      (await runner.start({ name: "x", plan: { graph: graph(container) } })).finished,
    );
    expect(outcome.state.nodes.get("Each")?.output).toBe(2);
    expect([...outcome.state.scopes.keys()]).toEqual(["", "Each[0]", "Each[1]"]);
  });

  it("keep the run's values", async () => {
    const { runner, clock } = kernel(state, {
      each,
      work: async (context) => {
        context.append("seen", context.items[0]?.item ?? null);
        context.set("last", context.items[0]?.item ?? null);
        return null;
      },
    });
    const plan = {
      graph: graph(node("Each", [], { kind: "each", spec: ["a", "b"], children: { do: graph(node("A")) } })),
    };
    const outcome = await settled(clock, (await runner.start({ name: "x", plan })).finished);
    expect(Object.fromEntries(outcome.state.values)).toEqual({ seen: ["a", "b"], last: "b" });
  });
});
