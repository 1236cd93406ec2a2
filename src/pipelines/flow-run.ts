import { createHash } from "node:crypto";
import type { Json, JsonObject } from "../core/json.ts";
import type { ExpectationCount, OperationMetrics, Session } from "../engine/session.ts";
import type { Dataflow } from "./dataflow.ts";
import { nameOf, quoteName, type Dataset, type Flow } from "./dataset.ts";
import type { FlowLog } from "./flow-log.ts";
import type { PlannedFlow } from "./refresh.ts";
import { createTableText, createViewText } from "./table-text.ts";

/** What a flow needs of the house. */
export interface FlowEnvironment {
  readonly log: FlowLog;
  /** The URL of the folder where a flow's streaming sources keep what they know. */
  checkpoint(flow: string, generation: number): string;
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

/** Which definition of a dataset its table was made from. */
export function definitionOf(planned: PlannedFlow): string {
  const { dataset, flow } = planned;
  const parts = {
    kind: dataset.kind,
    query: flow.query,
    context: [flow.catalog, flow.schema],
    columns: dataset.columns.map((column) => dataset.place.source.slice(column.span.start, column.span.end)),
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

/** Declares the temporary views that a flow reads in its session. */
export async function declareViews(run: FlowRun): Promise<void> {
  for (const { dataset, flow } of run.dataflow.inputsOf(run.planned.flow).views) {
    await run.session.sql(createViewText(dataset, flow.query), { file: flow.place.file, signal: run.signal });
  }
}

/** Makes the dataset's table if it is not there; checks what is there under its name. */
export async function ensureTable(run: FlowRun, schema: Parameters<typeof createTableText>[1]): Promise<void> {
  const { dataset, flow } = run.planned;
  if (dataset.kind !== "streaming_table" && dataset.kind !== "materialized_view") return;
  await run.session.sql(createTableText(dataset, schema), {
    file: flow.place.file,
    dataset: { kind: dataset.kind, pipeline: run.pipeline, definition: flow.query },
    signal: run.signal,
  });
}

/** Brings masks, filter and comment of a table that is already there in line with a definition that has changed. */
export async function applyDefinition(run: FlowRun): Promise<void> {
  const { dataset } = run.planned;
  const table = quoteName(dataset.name);
  const state = await run.session.tableState(nameOf(dataset.name));
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
  const comment =
    dataset.comment === undefined ? "NULL" : `'${dataset.comment.replaceAll("\\", "\\\\").replaceAll("'", "\\'")}'`;
  await alter(`COMMENT ON TABLE ${table} IS ${comment}`);
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
