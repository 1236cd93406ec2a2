import { isBoathouseError, type BoathouseError } from "../../core/errors.ts";
import { isJsonObject, type Json, type JsonObject } from "../../core/json.ts";
import { urlOf } from "../data/place.ts";
import { selectFiles } from "../data/select-files.ts";
import { TemporaryFiles } from "../data/temporary-files.ts";
import type { ActivityContext } from "../runtime/activity-context.ts";
import { copySpec, type CopySpec } from "./copy-spec.ts";
import { land, type Landed, type LandOptions } from "./land.ts";
import { Landings } from "./landing.ts";
import { planCopy, type CopyPlan, type PlannedTarget } from "./plan.ts";
import { writeLog, type SkippedRow } from "./session-log.ts";

/** What became of a target. */
type TargetEnd = Landed | { readonly outcome: "skipped"; readonly skipped: readonly SkippedRow[] };

/**
 * Runs a copy: the plan is written down before a byte moves, every target lands whole and once, and the output has Data
 * Factory's fields. `filesUnchanged` is added to them: targets that were left alone because an earlier run had landed
 * the same source there with the same settings.
 */
export async function runCopy(context: ActivityContext): Promise<Json> {
  const { node, services, signal } = context;
  const spec = copySpec(context);
  await context.recordInput(inputOf(context, spec));
  const started = node.clock.now();
  // JSON that this function itself has recorded.
  const plan = (await node.once("plan", async () => {
    const files = await selectFiles(spec.source, spec.sourceSettings, signal);
    const { behavior, extension, rename } = spec;
    const { activityRunId } = context;
    const planned = await planCopy({
      files,
      sink: spec.sink.place,
      behavior,
      activityRunId,
      extension,
      rename,
      signal,
    });
    return planned as unknown as JsonObject;
  })) as unknown as CopyPlan;
  const files = await TemporaryFiles.create(services.temporaryFolder);
  try {
    const options: LandOptions = {
      source: spec.source.place,
      sink: spec.sink.place,
      settings: spec.settings,
      identity: node.identity,
      landings: new Landings(services.state),
      files,
      clock: node.clock,
      signal,
      connect: services.connect,
      ...(spec.text === undefined ? {} : { text: spec.text }),
    };
    const ends = await landAll(context, spec, plan, options);
    const skipped = ends.flatMap((each) => each.skipped);
    const logged =
      spec.log === undefined || skipped.length === 0 ? undefined : await logSkipped(context, spec.log, skipped);
    if (spec.deleteSources) await deleteSources(plan, ends, spec, signal);
    return outputOf(spec, plan, ends, node.clock.now() - started, logged);
  } finally {
    await files.remove();
  }
}

async function landAll(
  context: ActivityContext,
  spec: CopySpec,
  plan: CopyPlan,
  options: LandOptions,
): Promise<TargetEnd[]> {
  const ends: TargetEnd[] = [];
  const { targets } = plan;
  let next = 0;
  let done = 0;
  let failure: { readonly error: unknown } | undefined;
  const work = async (): Promise<void> => {
    while (next < targets.length && failure === undefined) {
      const index = next;
      next += 1;
      const target = targets[index];
      if (target === undefined) return;
      try {
        ends[index] = await landOrSkip(target, spec, options);
        done += 1;
        if (targets.length > 1) await context.node.emit({ filesDone: done, filesPlanned: targets.length });
      } catch (error) {
        failure ??= { error };
      }
    }
  };
  await Promise.all(Array.from({ length: Math.min(spec.parallel, Math.max(1, targets.length)) }, work));
  if (failure !== undefined) throw failure.error;
  return ends;
}

async function landOrSkip(target: PlannedTarget, spec: CopySpec, options: LandOptions): Promise<TargetEnd> {
  try {
    return await land(target, options);
  } catch (error) {
    if (!isBoathouseError(error) || !isSkippable(error, spec) || target.sources.length > 1) throw error;
    const file = urlOf(options.source, target.sources[0]?.key);
    return { outcome: "skipped", skipped: [{ file, line: undefined, text: "", message: error.message }] };
  }
}

function isSkippable({ code }: BoathouseError, { skip, text }: CopySpec): boolean {
  if (text !== undefined) return false;
  if (code === "OBJECT_NOT_FOUND") return skip.missing;
  if (code === "STORE_FORBIDDEN") return skip.forbidden;
  return (code === "OBJECT_CHANGED" || code === "OBJECT_TRUNCATED") && skip.inconsistent;
}

/** Only what has landed is deleted. */
async function deleteSources(
  plan: CopyPlan,
  ends: readonly TargetEnd[],
  spec: CopySpec,
  signal: AbortSignal,
): Promise<void> {
  for (const [index, target] of plan.targets.entries()) {
    if (ends[index]?.outcome === "skipped") continue;
    for (const source of target.sources) await spec.source.place.store.delete(source.key, { signal });
  }
}

async function logSkipped(
  context: ActivityContext,
  log: NonNullable<CopySpec["log"]>,
  skipped: readonly SkippedRow[],
): Promise<JsonObject> {
  const path = await writeLog(log, {
    activity: context.name,
    activityRunId: context.activityRunId,
    name: context.activityRunId,
    skipped,
    now: context.node.clock.now(),
    signal: context.signal,
  });
  return log.kind === "session" ? { logFilePath: path } : { redirectRowPath: path };
}

function outputOf(
  spec: CopySpec,
  plan: CopyPlan,
  ends: readonly TargetEnd[],
  milliseconds: number,
  logged: JsonObject | undefined,
): JsonObject {
  const landed = ends.flatMap((each, index) =>
    each.outcome === "landed" ? [{ counts: each.counts, sources: plan.targets[index]?.sources.length ?? 0 }] : [],
  );
  const sum = (count: (each: (typeof landed)[number]) => number): number =>
    landed.reduce((all, each) => all + count(each), 0);
  const dataRead = sum((each) => each.counts.dataRead);
  const copyDuration = Math.ceil(milliseconds / 1000);
  const skippedFiles = ends.filter((each) => each.outcome === "skipped").length;
  const rowsSkipped = sum((each) => each.counts.rowsSkipped ?? 0);
  const inconsistent = skippedFiles > 0 ? "Skipped" : "None";
  return {
    dataRead,
    dataWritten: sum((each) => each.counts.dataWritten),
    filesRead: sum((each) => each.sources),
    filesWritten: landed.length,
    filesSkipped: skippedFiles,
    filesUnchanged: ends.filter((each) => each.outcome === "unchanged").length,
    ...(spec.text === undefined
      ? {}
      : {
          rowsRead: sum((each) => each.counts.rowsRead ?? 0),
          rowsCopied: sum((each) => each.counts.rowsCopied ?? 0),
          ...(spec.text.skipIncompatible ? { rowsSkipped } : {}),
        }),
    sourcePeakConnections: Math.min(spec.parallel, Math.max(1, plan.targets.length)),
    sinkPeakConnections: Math.min(spec.parallel, Math.max(1, plan.targets.length)),
    copyDuration,
    throughput: Math.round((dataRead / 1024 / Math.max(0.001, milliseconds / 1000)) * 1000) / 1000,
    errors: [],
    usedParallelCopies: Math.min(spec.parallel, Math.max(1, plan.targets.length)),
    effectiveIntegrationRuntime: "Local",
    ...logged,
    dataConsistencyVerification: spec.validate
      ? { VerificationResult: "Verified", InconsistentData: inconsistent }
      : { VerificationResult: "NotVerified" },
    executionDetails: [],
    durationInQueue: { integrationRuntimeQueue: 0 },
  };
}

/** The copy as monitoring shows it: its properties evaluated, and where its datasets lead. */
function inputOf(context: ActivityContext, spec: CopySpec): JsonObject {
  const part = (name: string): JsonObject => {
    const value = context.properties.value(name);
    return isJsonObject(value) ? { [name]: value } : {};
  };
  return {
    ...part("source"),
    ...part("sink"),
    ...part("translator"),
    sourceDataset: { name: spec.source.name, url: urlOf(spec.source.place) },
    sinkDataset: { name: spec.sink.name, url: urlOf(spec.sink.place) },
  };
}
