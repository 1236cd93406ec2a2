import { isJsonObject } from "../core/json.ts";
import { nameOf, quoteName } from "./dataset.ts";
import {
  addCounts,
  applyDefinition,
  declareViews,
  definitionOf,
  ensureTable,
  fingerprint,
  flowId,
  type FlowEnvironment,
  type FlowResult,
  type FlowRun,
} from "./flow-run.ts";
import { alignedQuery, createViewText } from "./table-text.ts";

/**
 * Brings a materialized view up to date: its rows are those of its query, replaced in one commit. When neither the
 * definition nor any source has changed since the last refresh, nothing is computed and nothing committed.
 *
 * What a refresh is made from is written down before it runs, under a number that its commit carries; so a refresh that
 * was committed just before a crash is recognised afterwards.
 */
export async function refreshMaterializedView(run: FlowRun, env: FlowEnvironment): Promise<FlowResult> {
  const { dataset, flow, full } = run.planned;
  const id = flowId(run.pipeline, run.planned);
  await declareViews(run);
  const options = { file: flow.place.file, signal: run.signal };
  const analysis = await run.session.analyze(flow.query, options);
  const definition = definitionOf(run.planned);
  const sources = analysis.sources
    .map((source) => `${source.name} ${source.fingerprint}`)
    .toSorted((a, b) => (a < b ? -1 : 1));
  const madeFrom = fingerprint(JSON.stringify([definition, sources]));
  const before = await run.session.tableState(quoteName(dataset.name));
  const committed = before?.transactions.get(id) ?? -1;
  const last = await env.log.last(id, 0);
  const reuse = last !== undefined && last.version === committed && isJsonObject(last.plan) ? last.plan : undefined;
  const isSame = reuse?.["madeFrom"] === madeFrom;
  const asked = full && reuse?.["update"] !== run.updateId;
  if (before !== undefined && isSame && analysis.deterministic && !asked) {
    return { ...emptyResult(run), version: before.version ?? null, upToDate: true };
  }
  const version = Math.max(committed, last?.version ?? -1) + 1;
  await env.log.plan(id, 0, { version, plan: { madeFrom, update: run.updateId } });
  await ensureTable(run, analysis.schema);
  const made = await env.log.generation(id);
  if (before !== undefined && made?.definition !== definition) await applyDefinition(run);
  const text = `INSERT OVERWRITE ${quoteName(dataset.name)} BY NAME ${alignedQuery(dataset, flow.query)}`;
  const { metrics } = await run.session.sql(text, {
    ...options,
    txn: { appId: id, version },
    pipeline: run.pipeline,
    expectations: dataset.expectations,
    overwriteSchema: true,
  });
  await env.log.setGeneration(id, 0, definition);
  const result: FlowResult = {
    ...emptyResult(run),
    rows: metrics.rowsInserted ?? 0,
    droppedRows: metrics.rowsDropped ?? 0,
    batches: 1,
    expectations: addCounts([], metrics),
    version: metrics.version ?? null,
  };
  await run.progress({
    rows: result.rows,
    droppedRows: result.droppedRows,
    expectations: result.expectations,
    batch: 0,
  });
  return result;
}

/** A plain view has no rows of its own: its definition is stored. */
export async function storeView(run: FlowRun): Promise<FlowResult> {
  const { dataset, flow } = run.planned;
  await declareViews(run);
  await run.session.sql(createViewText(dataset, flow.query), { file: flow.place.file, signal: run.signal });
  return emptyResult(run);
}

function emptyResult(run: FlowRun): FlowResult {
  const { dataset } = run.planned;
  return {
    dataset: nameOf(dataset.name),
    kind: dataset.kind,
    rows: 0,
    droppedRows: 0,
    batches: 0,
    expectations: [],
    version: null,
    upToDate: false,
  };
}
