import { BoathouseError } from "../core/errors.ts";
import { didYouMean } from "../core/nearest.ts";
import type { Dataflow } from "./dataflow.ts";
import { isStored, keyOf, nameOf, type Dataset, type Flow } from "./dataset.ts";

/** What an update is asked to do. Names are datasets: `name`, `schema.name` or `catalog.schema.name`. */
export interface RefreshRequest {
  /** Begin every dataset anew. */
  readonly fullRefresh?: boolean;
  /** Only these, anew. */
  readonly fullRefreshSelection?: readonly string[];
  /** Only these. */
  readonly refreshSelection?: readonly string[];
}

/** What an update will do and why: it can be printed before anything runs. */
export interface RefreshPlan {
  /** In the order in which they can run. */
  readonly flows: readonly PlannedFlow[];
  readonly excluded: readonly Dataset[];
}

export interface PlannedFlow {
  readonly flow: Flow;
  readonly dataset: Dataset;
  readonly full: boolean;
  /** Datasets of this update that are filled before. */
  readonly after: readonly Dataset[];
  readonly reason: string;
}

/** Throws `PIPELINE_SELECTION_UNKNOWN` for a dataset that the pipeline does not have. */
export function planRefresh(dataflow: Dataflow, request: RefreshRequest): RefreshPlan {
  const stored = dataflow.datasets.filter((dataset) => dataset.kind !== "temporary_view");
  const full = select(stored, request.fullRefreshSelection);
  const refresh = select(stored, request.refreshSelection);
  const selective = full.size > 0 || refresh.size > 0;
  const included = (dataset: Dataset): boolean => !selective || full.has(dataset) || refresh.has(dataset);
  const byKey = new Map(stored.map((dataset) => [keyOf(dataset.name), dataset]));
  const flows: PlannedFlow[] = [];
  for (const flow of dataflow.flows) {
    const dataset = byKey.get(keyOf(flow.target));
    if (dataset === undefined || !included(dataset)) continue;
    const isFull = isStored(dataset) && (request.fullRefresh === true || full.has(dataset));
    const after = dataflow.inputsOf(flow).datasets.filter(included);
    flows.push({ flow, dataset, full: isFull, after, reason: reasonOf(dataset, isFull, selective) });
  }
  return { flows, excluded: stored.filter((dataset) => !included(dataset)) };
}

function reasonOf(dataset: Dataset, full: boolean, selective: boolean): string {
  const why = full ? "full refresh asked for" : selective ? "refresh asked for" : "in every update";
  switch (dataset.kind) {
    case "streaming_table":
      return full ? `${why}: emptied and read from the beginning` : `${why}: reads what is new`;
    case "materialized_view":
      return full ? `${why}: computed again` : `${why}: computed again when a source or its definition has changed`;
    default:
      return `${why}: its definition is stored`;
  }
}

function select(datasets: readonly Dataset[], names: readonly string[] | undefined): Set<Dataset> {
  const selected = new Set<Dataset>();
  for (const name of names ?? []) {
    const wanted = name.toLowerCase().split(".");
    const found = datasets.find((dataset) => {
      const parts = dataset.name.map((part) => part.toLowerCase()).slice(-wanted.length);
      return parts.length === wanted.length && parts.every((part, index) => part === wanted[index]);
    });
    if (found === undefined) {
      const known = datasets.map((dataset) => dataset.name.at(-1) ?? "");
      throw new BoathouseError("PIPELINE_SELECTION_UNKNOWN", `The pipeline has no dataset ${name}.`, {
        kind: "usage",
        hint: didYouMean(name, known) ?? `It has: ${datasets.map((each) => nameOf(each.name)).join(", ")}.`,
      });
    }
    selected.add(found);
  }
  return selected;
}
