import { createHash } from "node:crypto";
import { sqlType, type StructType } from "../core/data-type.ts";
import { BoathouseError } from "../core/errors.ts";
import type { Json, JsonObject } from "../core/json.ts";
import type { ExpectationCount, OperationMetrics, Session, TableState } from "../engine/session.ts";
import type { Dataflow } from "./dataflow.ts";
import { nameOf, quoteName, type Dataset, type Flow } from "./dataset.ts";
import type { FlowLog } from "./flow-log.ts";
import type { PlannedFlow } from "./refresh.ts";
import { createTableText, createViewText, propertiesText, quoteText } from "./table-text.ts";

/** What a flow needs of the house. */
export interface FlowEnvironment {
  readonly log: FlowLog;
  /** The URL of the folder where a flow's streaming sources keep what they know. */
  checkpoint(flow: string, generation: number): string;
  /** Removes that folder: a full refresh never looks back. */
  forget(flow: string, generation: number): Promise<void>;
}

export interface FlowRun {
  readonly planned: PlannedFlow;
  readonly dataflow: Dataflow;
  /** The pipeline's id. */
  readonly pipeline: string;
  /** The same when the update is resumed after a crash: a full refresh begins anew only once an update. */
  readonly updateId: string;
  readonly session: Session;
  readonly signal: AbortSignal;
  /** Tells whoever watches how far it is. */
  progress(progress: FlowProgress): Promise<void>;
}

export interface FlowProgress {
  readonly rows: number;
  readonly droppedRows: number;
  readonly expectations: readonly ExpectationCount[];
  readonly batch: number;
}

/** What a flow has done in this update. Plain data: it is the node's output in the run's log. */
export interface FlowResult {
  readonly dataset: string;
  readonly kind: Dataset["kind"];
  /** Rows written by this update. */
  readonly rows: number;
  readonly droppedRows: number;
  readonly batches: number;
  readonly expectations: readonly ExpectationCount[];
  /** The table's version afterwards; null for a view. */
  readonly version: number | null;
  /** Nothing had changed, so nothing was written. */
  readonly upToDate: boolean;
}

/** Which definition a materialized view was made from. */
export function definitionOf(planned: PlannedFlow): string {
  const { dataset, flow } = planned;
  return fingerprint(JSON.stringify([declarationOf(dataset), flow.query.trim(), flow.catalog, flow.schema]));
}

/** What a dataset declares beside its queries. */
export function declarationOf(dataset: Dataset): string {
  const parts = {
    kind: dataset.kind,
    columns: dataset.columns.map((column) => [
      column.name.parts.map((part) => part.name),
      column.type === undefined ? null : sqlType(column.type),
      column.nullable,
      column.comment ?? null,
    ]),
    expectations: dataset.expectations,
    properties: dataset.properties.map(({ key, value }) => [
      key,
      value?.kind === "literal" ? String(value.value) : null,
    ]),
    layout: dataset.layout,
    comment: dataset.comment ?? null,
    rowFilter: dataset.rowFilter ?? null,
    masks: [...dataset.masks],
  };
  return fingerprint(JSON.stringify(parts));
}

export function fingerprint(text: string): string {
  return createHash("sha256").update(text).digest("hex");
}

/**
 * Declares the temporary views that a flow reads in its session. `checkpoint` is where a streaming flow keeps what its
 * sources know: a view that streams files has the schema that is found there.
 */
export async function declareViews(run: FlowRun, checkpoint?: string): Promise<void> {
  for (const { dataset, flow } of run.dataflow.inputsOf(run.planned.flow).views) {
    if (checkpoint !== undefined) await run.session.streams(flow.query, { checkpoint, file: flow.place.file });
    await run.session.sql(createViewText(dataset, flow.query), { file: flow.place.file, signal: run.signal });
  }
}

/**
 * Makes the dataset's table if it is not there. What is there under its name must be this dataset of this pipeline: its
 * rows would be lost otherwise. Throws `PIPELINE_DATASET_TAKEN`.
 */
export async function ensureTable(run: FlowRun, schema: StructType): Promise<void> {
  const { dataset, flow } = run.planned;
  if (dataset.kind !== "streaming_table" && dataset.kind !== "materialized_view") return;
  const found = await run.session.tableState(quoteName(dataset.name));
  if (found !== undefined) checkOwn(run, found);
  await run.session.sql(createTableText(dataset, schema), {
    file: flow.place.file,
    dataset: { kind: dataset.kind, pipeline: run.pipeline, definition: flow.query.trim() },
    signal: run.signal,
  });
}

function checkOwn({ planned, pipeline }: FlowRun, found: TableState): void {
  const { dataset } = planned;
  const [kind, wanted] = [found.kind, dataset.kind].map((each) => each.replaceAll("_", " "));
  const name = nameOf(dataset.name);
  if (found.kind === dataset.kind && found.pipeline === pipeline) return;
  const owner = found.pipeline === undefined || found.pipeline === pipeline ? "" : ` of the pipeline ${found.pipeline}`;
  throw new BoathouseError("PIPELINE_DATASET_TAKEN", `${name} is a ${kind}${owner}; it cannot become this ${wanted}.`, {
    location: dataset.place.location,
    source: dataset.place.source,
    hint: `Give the dataset another name, or drop what is there: DROP ${found.kind === "view" ? "VIEW" : "TABLE"} ${name}`,
  });
}

/** Brings masks, filter, comments and properties of a table that is already there in line with a definition that has changed. */
export async function applyDefinition(run: FlowRun): Promise<void> {
  const { dataset } = run.planned;
  const table = quoteName(dataset.name);
  const state = await run.session.tableState(quoteName(dataset.name));
  const alter = async (text: string): Promise<void> => {
    await run.session.sql(text, { file: dataset.place.file, signal: run.signal });
  };
  if (dataset.rowFilter !== undefined) await alter(`ALTER TABLE ${table} SET ${dataset.rowFilter}`);
  else if (state?.hasRowFilter === true) await alter(`ALTER TABLE ${table} DROP ROW FILTER`);
  for (const { name } of state?.schema.fields ?? []) {
    const mask = dataset.masks.get(name.toLowerCase());
    const column = `ALTER TABLE ${table} ALTER COLUMN ${quoteName([name])}`;
    if (mask !== undefined) await alter(`${column} SET ${mask}`);
    else if (state?.maskedColumns.includes(name.toLowerCase()) === true) await alter(`${column} DROP MASK`);
  }
  const commentText = dataset.comment === undefined ? "NULL" : quoteText(dataset.comment);
  await alter(`COMMENT ON TABLE ${table} IS ${commentText}`);
  // Only a refresh writes a materialized view, its columns and properties with it.
  if (dataset.kind !== "streaming_table") return;
  const commented = new Map(dataset.columns.map((each) => [each.name.parts.at(-1)?.name.toLowerCase(), each.comment]));
  for (const { name, metadata } of state?.schema.fields ?? []) {
    const comment = commented.get(name.toLowerCase());
    if (comment === undefined || metadata?.["comment"] === comment) continue;
    await alter(`ALTER TABLE ${table} ALTER COLUMN ${quoteName([name])} COMMENT ${quoteText(comment)}`);
  }
  const properties = propertiesText(dataset);
  if (properties !== "") await alter(`ALTER TABLE ${table} SET ${properties}`);
}

/** Adds up the expectation counts of several batches. */
export function addCounts(before: readonly ExpectationCount[], metrics: OperationMetrics): readonly ExpectationCount[] {
  const sums = new Map(before.map((each) => [each.name, each]));
  for (const each of metrics.expectations ?? []) {
    const sum = sums.get(each.name);
    sums.set(each.name, {
      name: each.name,
      passed: (sum?.passed ?? 0) + each.passed,
      failed: (sum?.failed ?? 0) + each.failed,
    });
  }
  return [...sums.values()];
}

export function flowResultJson(result: FlowResult): JsonObject {
  return { ...result, expectations: result.expectations.map((each): Json => ({ ...each })) };
}

/** The flow's identity in logs and commits: one pipeline's flow into one table. */
export function flowId(pipeline: string, planned: { readonly dataset: Dataset; readonly flow: Flow }): string {
  return `${pipeline}/${nameOf(planned.dataset.name)}/${planned.flow.name}`;
}
