import { BoathouseError, messageOf } from "../core/errors.ts";
import { isJsonObject, type Json, type JsonObject } from "../core/json.ts";
import { nearest } from "../core/nearest.ts";
import type { Session } from "../engine/session.ts";
import type { RunPlan } from "../runs/definition.ts";
import type { Dataflow } from "./dataflow.ts";
import { buildDataflow } from "./dataflow.ts";
import { nameOf, quoteName, type Dataset, type Flow } from "./dataset.ts";
import { declare, type SourceFile } from "./declare.ts";
import { planRefresh, type PlannedFlow, type RefreshPlan, type RefreshRequest } from "./refresh.ts";
import type { PipelineSpec } from "./spec.ts";

/**
 * One update of a pipeline as it was asked for: the definition, the text of its files and the request. Plain data, kept
 * with the run, so that an update that is resumed goes on with the files it began with.
 */
export interface UpdateDefinition {
  readonly spec: PipelineSpec;
  readonly files: readonly SourceFile[];
  readonly request: RefreshRequest;
}

export interface Update {
  readonly definition: UpdateDefinition;
  readonly dataflow: Dataflow;
  readonly plan: RefreshPlan;
}

/** Parses the files and plans the update. Throws at the place of the first thing that is wrong. */
export function prepareUpdate(definition: UpdateDefinition): Update {
  const dataflow = buildDataflow(declare(definition.spec, definition.files));
  return { definition, dataflow, plan: planRefresh(dataflow, definition.request) };
}

/** The update as a graph for the run kernel: a node a flow, an edge for each dataset that it reads. */
export function runPlanOf(update: Update): RunPlan {
  const nodesInto = (dataset: Dataset): string[] =>
    update.plan.flows.filter((each) => each.dataset === dataset).map((each) => nodeOf(update, each.flow));
  const { development } = update.definition.spec;
  return {
    concurrency: 4,
    graph: {
      nodes: update.plan.flows.map((planned) => ({
        id: nodeOf(update, planned.flow),
        kind: "flow",
        dependsOn: planned.after.flatMap(nodesInto).map((node) => ({ node })),
        spec: { dataset: nameOf(planned.dataset.name), kind: planned.dataset.kind, full: planned.full },
        ...(development ? {} : { policy: PRODUCTION_POLICY }),
      })),
    },
  };
}

/** In production mode a flow is tried again after 5 s, then after twice as long. */
const PRODUCTION_POLICY = {
  retries: 2,
  retryInterval: { kind: "backoff", first: 5_000, factor: 2, most: 60_000 },
} as const;

/** The flow of a node. */
export function plannedFlow(update: Update, node: string): PlannedFlow {
  const found = update.plan.flows.find((each) => nodeOf(update, each.flow) === node);
  if (found !== undefined) return found;
  throw new BoathouseError("PIPELINE_FLOW_UNKNOWN", `The update has no flow ${node}.`, { kind: "defect" });
}

/** A flow's node: its name, or its target's full name where another flow has the same. */
function nodeOf({ dataflow }: Update, flow: Flow): string {
  const isShared = dataflow.flows.some((each) => each !== flow && each.name.toLowerCase() === flow.name.toLowerCase());
  return isShared ? nameOf(flow.target) : flow.name;
}

/**
 * Finds tables and views that are read and are neither the pipeline's nor anybody's. Throws
 * `TABLE_OR_VIEW_NOT_FOUND` at the query, with the nearest name of the pipeline.
 */
export async function checkSources(update: Update, session: Session): Promise<void> {
  const checked = new Set<string>();
  for (const { flow } of update.plan.flows) {
    for (const { name, flow: reader } of update.dataflow.inputsOf(flow).external) {
      const full = qualified(name, reader);
      const key = nameOf(full).toLowerCase();
      if (checked.has(key) || isPath(name) || (await exists(session, full))) continue;
      checked.add(key);
      const own = update.dataflow.datasets.map((dataset) => dataset.name.at(-1) ?? "");
      const [near] = nearest(name.at(-1) ?? "", own);
      throw new BoathouseError(
        "TABLE_OR_VIEW_NOT_FOUND",
        `${nameOf(name)} is neither in the pipeline nor in the catalog.`,
        {
          location: reader.place.location,
          source: reader.place.source,
          sqlState: "42P01",
          hint: near === undefined ? "Declare it in the pipeline, or create it first." : `Did you mean "${near}"?`,
        },
      );
    }
  }
}

async function exists(session: Session, name: readonly string[]): Promise<boolean> {
  const [, schema = ""] = name;
  if (schema.toLowerCase() === "information_schema" || name[0]?.toLowerCase() === "system") return true;
  return (await session.tableState(quoteName(name))) !== undefined;
}

/** ``csv.`/path` `` reads files. */
function isPath(name: readonly string[]): boolean {
  return name.length === 2 && /[/:]/.test(name[1] ?? "");
}

function qualified(name: readonly string[], flow: Flow): readonly string[] {
  if (name.length >= 3) return name;
  return name.length === 2 ? [flow.catalog, ...name] : [flow.catalog, flow.schema, ...name];
}

/** The definition as JSON for the run's record, and back. */
export function updateToJson(definition: UpdateDefinition): JsonObject {
  return JSON.parse(JSON.stringify(definition)) as JsonObject;
}

export function updateFromJson(value: Json): UpdateDefinition {
  if (isJsonObject(value) && isJsonObject(value["spec"]) && Array.isArray(value["files"])) {
    return value as unknown as UpdateDefinition;
  }
  throw new BoathouseError(
    "RUN_PARAMETERS_INVALID",
    `This run is no update of a pipeline: ${messageOf(JSON.stringify(value))}`,
    {
      kind: "defect",
    },
  );
}
