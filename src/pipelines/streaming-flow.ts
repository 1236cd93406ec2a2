import { sqlType, type StructType } from "../core/data-type.ts";
import { BoathouseError, isBoathouseError } from "../core/errors.ts";
import { isJsonObject, type Json, type JsonObject } from "../core/json.ts";
import type { StreamOffset, StreamRange, StreamSource } from "../engine/session.ts";
import { nameOf, quoteName } from "./dataset.ts";
import type { PlannedBatch } from "./flow-log.ts";
import {
  addCounts,
  applyDefinition,
  declareViews,
  declarationOf,
  ensureTable,
  flowId,
  type FlowEnvironment,
  type FlowResult,
  type FlowRun,
} from "./flow-run.ts";
import { alignedQuery, columnTypes } from "./table-text.ts";

/** How often in a row a stream may meet new columns and go on with the wider schema. */
const MOST_RESTARTS = 20;

/**
 * Runs a streaming flow until its sources have nothing new. Each micro-batch is written down with the ranges that it
 * reads, then lands in one Delta commit that carries its number; a batch that a crash interrupted is repeated with the
 * same ranges, and one that had been committed is recognised. A full refresh begins the next generation, whose first act
 * empties the table.
 */
export async function runStreamingFlow(run: FlowRun, env: FlowEnvironment): Promise<FlowResult> {
  const generation = await prepare(run, env);
  const total: Total = { rows: 0, droppedRows: 0, batches: 0, expectations: [] };
  for (let restarts = 0; ; restarts += 1) {
    try {
      await drain(run, env, generation, total);
      break;
    } catch (error) {
      const isNewSchema = isBoathouseError(error) && error.code.startsWith("UNKNOWN_FIELD_EXCEPTION");
      if (!isNewSchema || restarts >= MOST_RESTARTS) throw error;
      // A view has the columns of the time when it was declared.
      await declareViews(run, env.checkpoint(flowId(run.pipeline, run.planned), generation));
    }
  }
  const { dataset } = run.planned;
  const state = await run.session.tableState(quoteName(dataset.name));
  return {
    dataset: nameOf(dataset.name),
    kind: dataset.kind,
    ...total,
    version: state?.version ?? null,
    upToDate: total.batches === 0,
  };
}

interface Total {
  rows: number;
  droppedRows: number;
  batches: number;
  expectations: FlowResult["expectations"];
}

/** Finds or begins the generation, and makes the table. */
async function prepare(run: FlowRun, env: FlowEnvironment): Promise<number> {
  const { dataset, flow, full } = run.planned;
  const key = `${run.pipeline}/${nameOf(dataset.name)}`;
  const definition = declarationOf(dataset);
  // The table first: another flow into it writes down the generation before it makes the table.
  const before = await run.session.tableState(quoteName(dataset.name));
  const known = await env.log.generation(key);
  // A table that was dropped has forgotten its commits: what is new to it is everything.
  const begins = full || before === undefined;
  const [by] = known?.definition.split(" ") ?? [];
  const generation = known === undefined ? 0 : known.generation + (begins && by !== run.updateId ? 1 : 0);
  const isNew = known?.generation !== generation;
  const changed = known?.definition.endsWith(` ${definition}`) !== true;
  if (isNew || changed) await env.log.setGeneration(key, generation, `${isNew ? run.updateId : by} ${definition}`);
  await declareViews(run, env.checkpoint(flowId(run.pipeline, run.planned), generation));
  await openSources(run, env, generation);
  const { schema } = await run.session.analyze(flow.query, { file: flow.place.file, signal: run.signal });
  await ensureTable(run, schema);
  if (generation > 0) {
    await empty(run, { appId: `${key}/generation`, version: generation }, schema);
    await env.forget(flowId(run.pipeline, run.planned), generation - 1);
  }
  if (before !== undefined && changed) await applyDefinition(run);
  return generation;
}

/** Empties the table, once a generation; it takes the columns of the query where they do not fit any more. */
async function empty(
  run: FlowRun,
  txn: { readonly appId: string; readonly version: number },
  querySchema: StructType,
): Promise<void> {
  const { dataset } = run.planned;
  const table = quoteName(dataset.name);
  const options = { txn, pipeline: run.pipeline, signal: run.signal };
  const wanted = columnTypes(dataset, querySchema);
  const state = await run.session.tableState(table);
  const fits = state?.schema.fields.every(({ name, type }) => wanted.get(name.toLowerCase())?.type === sqlType(type));
  if (fits === true) {
    await run.session.sql(`TRUNCATE TABLE ${table}`, options);
    return;
  }
  const columns = [...wanted.values()].map(({ name, type }) => `CAST(NULL AS ${type}) AS ${quoteName([name])}`);
  const text = `INSERT OVERWRITE ${table} BY NAME SELECT ${columns.join(", ")} WHERE false`;
  await run.session.sql(text, { ...options, overwriteSchema: true });
}

async function openSources(run: FlowRun, env: FlowEnvironment, generation: number): Promise<StreamSource[]> {
  const { flow } = run.planned;
  const sources = await run.session.streams(flow.query, {
    checkpoint: env.checkpoint(flowId(run.pipeline, run.planned), generation),
    file: flow.place.file,
  });
  if (sources.length > 0 || flow.once) return sources;
  throw new BoathouseError("INVALID_FLOW_QUERY_TYPE", `The streaming table ${nameOf(flow.target)} reads no stream.`, {
    location: flow.place.location,
    source: flow.place.source,
    hint: "Read its source with STREAM(…), or make it a MATERIALIZED VIEW.",
  });
}

/** Runs batches until there is nothing new. */
async function drain(run: FlowRun, env: FlowEnvironment, generation: number, total: Total): Promise<void> {
  const { dataset, flow } = run.planned;
  const id = flowId(run.pipeline, run.planned);
  const appId = `${id}/${generation}`;
  const sources = await openSources(run, env, generation);
  const table = await run.session.tableState(quoteName(dataset.name));
  const committed = table?.transactions.get(appId) ?? -1;
  let last = await env.log.last(id, generation);
  if (last !== undefined && last.version > committed) {
    await runBatch(run, { appId, batch: last, sources, total });
  }
  for (;;) {
    const next = await planNext(sources, last, flow.once);
    if (next === undefined) return;
    await env.log.plan(id, generation, next);
    await runBatch(run, { appId, batch: next, sources, total });
    last = next;
  }
}

/** The next batch after `last`, or undefined when no source has anything new. */
async function planNext(
  sources: readonly StreamSource[],
  last: PlannedBatch | undefined,
  once: boolean,
): Promise<PlannedBatch | undefined> {
  if (once && last !== undefined) return undefined;
  const version = (last?.version ?? -1) + 1;
  const ranges: Record<string, Json> = {};
  let isNew = once;
  for (const source of sources) {
    const start = rangesOf(last).get(source.id)?.end;
    const end = await source.next(start);
    if (end !== undefined) isNew = true;
    const reached = end ?? start;
    if (reached !== undefined) ranges[source.id] = { start: (start ?? null) as Json, end: reached as Json };
  }
  return isNew ? { version, plan: { ranges } } : undefined;
}

async function runBatch(
  run: FlowRun,
  work: {
    readonly appId: string;
    readonly batch: PlannedBatch;
    readonly sources: readonly StreamSource[];
    readonly total: Total;
  },
): Promise<void> {
  const { dataset, flow } = run.planned;
  const { appId, batch, sources, total } = work;
  const ranges = rangesOf(batch);
  const { metrics } = await run.session.sql(
    `INSERT WITH SCHEMA EVOLUTION INTO ${quoteName(dataset.name)} BY NAME ${alignedQuery(dataset, flow.query)}`,
    {
      file: flow.place.file,
      txn: { appId, version: batch.version },
      pipeline: run.pipeline,
      streamRanges: ranges,
      expectations: dataset.expectations,
      signal: run.signal,
    },
  );
  for (const source of sources) {
    const end = ranges.get(source.id)?.end;
    if (end !== undefined) await source.committed?.(end);
  }
  total.batches += metrics.alreadyCommitted === true ? 0 : 1;
  total.rows += metrics.rowsInserted ?? 0;
  total.droppedRows += metrics.rowsDropped ?? 0;
  total.expectations = addCounts(total.expectations, metrics);
  await run.progress({
    rows: total.rows,
    droppedRows: total.droppedRows,
    expectations: total.expectations,
    batch: batch.version,
  });
}

/** The ranges of a planned batch, by source. */
function rangesOf(batch: PlannedBatch | undefined): Map<string, StreamRange> {
  const plan = batch?.plan;
  const ranges = isJsonObject(plan) && isJsonObject(plan["ranges"]) ? plan["ranges"] : {};
  return new Map(
    Object.entries(ranges).flatMap(([id, range]): [string, StreamRange][] => {
      if (!isJsonObject(range) || !isJsonObject(range["end"])) return [];
      return [[id, { start: offset(range["start"]), end: range["end"] }]];
    }),
  );
}

function offset(value: Json | undefined): StreamOffset | undefined {
  return isJsonObject(value) ? (value satisfies JsonObject) : undefined;
}
