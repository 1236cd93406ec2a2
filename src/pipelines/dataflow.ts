import { BoathouseError } from "../core/errors.ts";
import { isStored, keyOf, nameOf, type Dataset, type Flow } from "./dataset.ts";

/** The datasets of a pipeline, the flows that fill them, and who reads whom. A value: nothing has run yet. */
export interface Dataflow {
  readonly datasets: readonly Dataset[];
  /** Upstream before downstream. */
  readonly flows: readonly Flow[];
  inputsOf(flow: Flow): FlowInputs;
}

export interface FlowInputs {
  /** Datasets of the pipeline that hold rows and are read, also through its temporary views. */
  readonly datasets: readonly Dataset[];
  /** Temporary views to declare before the query runs, in this order. */
  readonly views: readonly { readonly dataset: Dataset; readonly flow: Flow }[];
  /** Everything else, as written: tables and views outside the pipeline. */
  readonly external: readonly ExternalRead[];
}

export interface ExternalRead {
  readonly name: readonly string[];
  readonly flow: Flow;
}

export interface Declared {
  readonly datasets: readonly Dataset[];
  readonly flows: readonly Flow[];
}

/**
 * Puts datasets and flows together. Throws, at the place in the user's file, `RUN_EMPTY_PIPELINE`,
 * `PIPELINE_DUPLICATE_IDENTIFIERS`, `PIPELINE_DATASET_WITHOUT_FLOW`, `PIPELINE_FLOW_WITHOUT_DATASET` or
 * `PIPELINE_CIRCULAR_DEPENDENCY`.
 */
export function buildDataflow(declared: Declared): Dataflow {
  const byKey = uniqueDatasets(declared.datasets);
  const flowsInto = groupFlows(declared, byKey);
  const inputs = new Map<Flow, FlowInputs>();
  const direct = (flow: Flow): { dataset: Dataset | undefined; name: readonly string[] }[] =>
    flow.reads.map((name) => ({ name, dataset: findDataset(byKey, name, flow) }));
  const order = topological(declared.flows, (flow) =>
    direct(flow).flatMap(({ dataset }) => (dataset === undefined ? [] : (flowsInto.get(dataset) ?? []))),
  );
  for (const flow of order) {
    const datasets = new Set<Dataset>();
    const views = new Map<Dataset, Flow>();
    const external: ExternalRead[] = [];
    for (const { dataset, name } of direct(flow)) {
      if (dataset === undefined) external.push({ name, flow });
      else if (dataset.kind !== "temporary_view") datasets.add(dataset);
      else {
        for (const viewFlow of flowsInto.get(dataset) ?? []) {
          const through = inputs.get(viewFlow);
          for (const each of through?.datasets ?? []) datasets.add(each);
          for (const each of through?.views ?? []) views.set(each.dataset, each.flow);
          external.push(...(through?.external ?? []));
          views.set(dataset, viewFlow);
        }
      }
    }
    inputs.set(flow, {
      datasets: [...datasets],
      views: [...views].map(([dataset, viewFlow]) => ({ dataset, flow: viewFlow })),
      external,
    });
  }
  const none: FlowInputs = { datasets: [], views: [], external: [] };
  return { datasets: declared.datasets, flows: order, inputsOf: (flow) => inputs.get(flow) ?? none };
}

/** The dataset of a name as a flow writes it: `name`, `schema.name`, `catalog.schema.name`, `LIVE.name`. */
function findDataset(
  byKey: ReadonlyMap<string, Dataset>,
  name: readonly string[],
  from: { readonly catalog: string; readonly schema: string },
): Dataset | undefined {
  const [first = "", second] = name;
  if (name.length === 2 && first.toLowerCase() === "live" && second !== undefined) {
    return findDataset(byKey, [second], from);
  }
  if (name.length === 1) return byKey.get(keyOf([first])) ?? byKey.get(keyOf([from.catalog, from.schema, first]));
  return byKey.get(keyOf(name.length === 2 ? [from.catalog, ...name] : name));
}

function uniqueDatasets(datasets: readonly Dataset[]): Map<string, Dataset> {
  if (!datasets.some(isStored)) {
    throw new BoathouseError(
      "RUN_EMPTY_PIPELINE",
      "The pipeline declares no streaming table and no materialized view.",
      {
        hint: "Check the globs in its `libraries`.",
      },
    );
  }
  const byKey = new Map<string, Dataset>();
  for (const dataset of datasets) {
    const before = byKey.get(keyOf(dataset.name));
    if (before !== undefined) {
      throw at(dataset, "PIPELINE_DUPLICATE_IDENTIFIERS", `${nameOf(dataset.name)} is declared twice.`, {
        hint: `It is also declared in ${before.place.file}, line ${before.place.location.line}.`,
      });
    }
    byKey.set(keyOf(dataset.name), dataset);
  }
  return byKey;
}

function groupFlows(declared: Declared, byKey: ReadonlyMap<string, Dataset>): Map<Dataset, Flow[]> {
  const flowsInto = new Map<Dataset, Flow[]>();
  const names = new Map<string, Flow>();
  for (const flow of declared.flows) {
    const key = flow.name.toLowerCase();
    const same = names.get(key);
    if (same !== undefined && !(isNamedByTarget(same) && isNamedByTarget(flow) && !sameTarget(same, flow))) {
      throw at(flow, "PIPELINE_DUPLICATE_IDENTIFIERS", `Two flows are named ${flow.name}.`, {
        hint: "Rename one of them.",
      });
    }
    names.set(key, flow);
    const target = byKey.get(keyOf(flow.target));
    if (target === undefined) {
      throw at(
        flow,
        "PIPELINE_FLOW_WITHOUT_DATASET",
        `The flow ${flow.name} fills ${nameOf(flow.target)}, which is not declared.`,
        {
          hint: `Add CREATE OR REFRESH STREAMING TABLE ${flow.target.at(-1) ?? ""}.`,
        },
      );
    }
    const others = flowsInto.get(target) ?? [];
    if (others.length > 0 && target.kind !== "streaming_table") {
      throw at(flow, "PIPELINE_DUPLICATE_IDENTIFIERS", `Only a streaming table can be filled by several flows.`, {
        hint: `${nameOf(target.name)} is a ${target.kind.replaceAll("_", " ")}.`,
      });
    }
    flowsInto.set(target, [...others, flow]);
  }
  for (const dataset of declared.datasets) {
    if (flowsInto.has(dataset)) continue;
    throw at(dataset, "PIPELINE_DATASET_WITHOUT_FLOW", `Nothing fills ${nameOf(dataset.name)}.`, {
      hint: "Give it a query, or a CREATE FLOW … AS INSERT INTO it.",
    });
  }
  return flowsInto;
}

/** As the query that stands with a dataset is. Datasets of different schemas may have the same name. */
function isNamedByTarget(flow: Flow): boolean {
  return flow.name === flow.target.at(-1);
}

function sameTarget(a: Flow, b: Flow): boolean {
  return keyOf(a.target) === keyOf(b.target);
}

/** Flows with upstream ones first, else in the order declared. */
function topological(flows: readonly Flow[], upstreamOf: (flow: Flow) => readonly Flow[]): Flow[] {
  const order: Flow[] = [];
  const state = new Map<Flow, "open" | "done">();
  const path: Flow[] = [];
  const visit = (flow: Flow): void => {
    if (state.get(flow) === "done") return;
    if (state.get(flow) === "open") {
      const cycle = [...path.slice(path.indexOf(flow)), flow].map((each) => nameOf(each.target)).join(" → ");
      throw at(flow, "PIPELINE_CIRCULAR_DEPENDENCY", `These datasets read each other in a circle: ${cycle}.`, {
        hint: "Break the circle: read one of them from a table outside the pipeline, or merge two queries into one.",
      });
    }
    state.set(flow, "open");
    path.push(flow);
    for (const each of upstreamOf(flow)) visit(each);
    path.pop();
    state.set(flow, "done");
    order.push(flow);
  };
  for (const flow of flows) visit(flow);
  return order;
}

function at(what: Dataset | Flow, code: string, message: string, options: { readonly hint: string }): BoathouseError {
  const { location, source } = what.place;
  return new BoathouseError(code, message, { ...options, location, source });
}
