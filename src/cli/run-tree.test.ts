import { describe, expect, it } from "vitest";
import type { JsonObject } from "../core/json.ts";
import type { ShownEvent } from "../project/run-event.ts";
import { durationText, lineOf, RunTree } from "./run-tree.ts";

const plain = (_: unknown, text: string): string => text;

/** What a run tree says of events: each ended node as its line. */
function told(tree: RunTree, events: readonly ShownEvent[]): string[] {
  return events.flatMap((each) => {
    const change = tree.apply(each);
    return change === undefined ? [] : [lineOf(change, plain).trim()];
  });
}

function event(run: "factory" | "job", type: ShownEvent["type"], second: number, fields: JsonObject = {}): ShownEvent {
  return {
    type,
    time: new Date(second * 1000).toISOString(),
    run,
    kind: run,
    name: run === "job" ? "a1b2" : "pl_orders",
    parent: run === "job" ? { run: "factory", node: "RunJob" } : null,
    sequence: 1,
    ...fields,
  };
}

describe("a run tree", () => {
  it("names nested runs by the nodes that started them, with time and rows", () => {
    const lines = told(new RunTree(), [
      event("factory", "node.started", 0, { node: "Each[0]/Copy%2FAll", attempt: 1 }),
      event("factory", "node.succeeded", 2.04, { node: "Each[0]/Copy%2FAll", output: { rowsCopied: 12345 } }),
      event("factory", "node.started", 3, { node: "RunJob" }),
      event("job", "node.started", 3, { node: "silver" }),
      event("job", "node.retrying", 4, { node: "silver", error: { message: "busy" } }),
      event("job", "node.started", 5, { node: "silver" }),
      event("job", "node.failed", 6, { node: "silver", error: { message: "no table" } }),
      event("job", "node.skipped", 6, { node: "gold", reason: "UPSTREAM_FAILED" }),
    ]);
    expect(lines).toEqual([
      "✓ pl_orders › Each[0] › Copy/All  2.0 s  12,345 rows",
      "↻ pl_orders › RunJob › silver  1.0 s  busy",
      "✗ pl_orders › RunJob › silver  1.0 s  no table",
      "– pl_orders › RunJob › gold  UPSTREAM_FAILED",
    ]);
  });

  it("shows what works now, not what waits for it", () => {
    const tree = new RunTree();
    told(tree, [
      event("factory", "node.started", 0, { node: "Each" }),
      event("factory", "node.started", 0, { node: "Each[1]/Copy" }),
      event("factory", "node.started", 0, { node: "RunJob" }),
      event("job", "node.started", 1, { node: "bronze" }),
      event("job", "node.progress", 2, { node: "bronze", progress: { rows: 10, droppedRows: 2 } }),
    ]);
    expect(tree.running(3000, plain).map((line) => line.slice(4))).toEqual([
      "pl_orders › Each[1] › Copy  3.0 s",
      "pl_orders › RunJob › bronze  2.0 s  10 rows, 2 dropped",
    ]);
    told(tree, [event("job", "run.finished", 3, { status: "succeeded" })]);
    expect(tree.running(3000, plain)).toHaveLength(1);
  });

  it("writes durations for people", () => {
    expect([340, 59_940, 65_400].map(durationText)).toEqual(["0.3 s", "59.9 s", "1 min 05 s"]);
  });
});
