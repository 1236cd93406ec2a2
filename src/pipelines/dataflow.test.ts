import { describe, expect, it } from "vitest";
import { buildDataflow, type Declared } from "./dataflow.ts";
import { nameOf, type Dataset, type DatasetKind, type Flow, type Place } from "./dataset.ts";
import { planRefresh } from "./refresh.ts";

const place: Place = { file: "p.sql", location: { file: "p.sql", line: 1, column: 1 }, source: "" };

/** `name kind <- reads`, one a line. */
function declare(text: string): Declared {
  const datasets: Dataset[] = [];
  const flows: Flow[] = [];
  for (const line of text.trim().split("\n")) {
    const [, name = "", kind = "", reads = ""] = /^\s*(\S+) (\S+)(?: <-\s*(.*))?$/.exec(line) ?? [];
    const isTemporary = kind === "temporary_view";
    const full = isTemporary ? [name] : ["main", "sales", name];
    datasets.push({
      name: full,
      kind: kind as DatasetKind,
      columns: [],
      expectations: [],
      comment: undefined,
      properties: [],
      layout: "",
      rowFilter: undefined,
      masks: new Map(),
      place,
    });
    if (!line.includes("<-")) continue;
    const names = reads
      .split(", ")
      .filter((each) => each !== "")
      .map((each) => each.split("."));
    flows.push({ name, target: full, query: "", catalog: "main", schema: "sales", once: false, reads: names, place });
  }
  return { datasets, flows };
}

describe("a dataflow", () => {
  it("runs upstream first, through temporary views, in any order of declaration", () => {
    const dataflow = buildDataflow(
      declare(`report materialized_view <- clean
               clean temporary_view <- LIVE.raw, other.customers
               raw streaming_table <- `),
    );
    expect(dataflow.flows.map((flow) => flow.name)).toEqual(["raw", "clean", "report"]);
    const report = dataflow.flows.at(-1);
    const inputs = report === undefined ? undefined : dataflow.inputsOf(report);
    expect(inputs?.datasets.map((each) => nameOf(each.name))).toEqual(["main.sales.raw"]);
    expect(inputs?.views.map((each) => nameOf(each.dataset.name))).toEqual(["clean"]);
    expect(inputs?.external.map((each) => nameOf(each.name))).toEqual(["other.customers"]);
  });

  it("finds datasets by one, two or three parts, whatever their case", () => {
    const dataflow = buildDataflow(
      declare(`raw streaming_table <-
               a materialized_view <- RAW
               b materialized_view <- sales.Raw
               c materialized_view <- main.SALES.raw
               d materialized_view <- elsewhere.raw`),
    );
    const upstream = (name: string): number => {
      const flow = dataflow.flows.find((each) => each.name === name);
      return flow === undefined ? -1 : dataflow.inputsOf(flow).datasets.length;
    };
    expect(["a", "b", "c", "d"].map(upstream)).toEqual([1, 1, 1, 0]);
  });

  it.each([
    [
      "a circle",
      "a materialized_view <- b\nb materialized_view <- c\nc temporary_view <- a",
      "PIPELINE_CIRCULAR_DEPENDENCY",
    ],
    ["reading itself", "a streaming_table <- a", "PIPELINE_CIRCULAR_DEPENDENCY"],
    ["a name declared twice", "a streaming_table <- x\nA materialized_view <- y", "PIPELINE_DUPLICATE_IDENTIFIERS"],
    ["a table that nothing fills", "a streaming_table", "PIPELINE_DATASET_WITHOUT_FLOW"],
    ["nothing to fill", "a temporary_view <- x", "RUN_EMPTY_PIPELINE"],
  ])("refuses %s, at its place", (_, text, code) => {
    const error: unknown = (() => {
      try {
        return buildDataflow(declare(text));
      } catch (thrown) {
        return thrown;
      }
    })();
    expect(error).toMatchObject({ code });
    if (code !== "RUN_EMPTY_PIPELINE") expect(error).toMatchObject({ location: place.location });
  });
});

describe("a refresh plan", () => {
  const dataflow = buildDataflow(
    declare(`raw streaming_table <-
             clean streaming_table <- raw
             report materialized_view <- clean
             other materialized_view <- raw`),
  );
  const planned = (request: Parameters<typeof planRefresh>[1]): string[] =>
    planRefresh(dataflow, request).flows.map((each) => `${each.flow.name}${each.full ? " full" : ""}`);

  it("refreshes everything by default", () => {
    expect(planned({})).toEqual(["raw", "clean", "report", "other"]);
    expect(planned({ fullRefresh: true })).toEqual(["raw full", "clean full", "report full", "other full"]);
  });

  it("refreshes what is selected, waiting only for what is selected too", () => {
    expect(planned({ refreshSelection: ["Report"], fullRefreshSelection: ["sales.raw"] })).toEqual([
      "raw full",
      "report",
    ]);
    const plan = planRefresh(dataflow, { refreshSelection: ["report"] });
    expect(plan.flows[0]?.after).toEqual([]);
    expect(plan.excluded).toHaveLength(3);
  });

  it("refuses what the pipeline does not have, with the nearest name", () => {
    expect(() => planned({ refreshSelection: ["reprot"] })).toThrow(
      expect.objectContaining({ code: "PIPELINE_SELECTION_UNKNOWN", hint: 'Did you mean "report"?' }) as Error,
    );
  });
});
