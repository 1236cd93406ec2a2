import { resolve } from "node:path";
import { cancelled } from "../core/cancellation.ts";
import { BoathouseError } from "../core/errors.ts";
import { isJsonObject, type Json, type JsonObject } from "../core/json.ts";
import type { DatabricksRequest, DatabricksResult, DatabricksWorkspace } from "../factory/runtime/services.ts";
import type { JobEnvironment, PipelineRequest } from "../jobs/environment.ts";
import type { Job } from "../jobs/job.ts";
import type { JobRunner } from "../jobs/job-runner.ts";
import type { PipelineRunner } from "../pipelines/pipeline-runner.ts";
import type { Session } from "../engine/session.ts";
import type { RunOutcome } from "../runs/execution.ts";
import { fromRunError } from "../runs/run-error.ts";
import type { Bundle } from "./bundle.ts";
import { findJob, readTaskFile } from "./jobs.ts";
import { findPipeline, updateDefinition } from "./pipelines.ts";

export interface WorkspaceOptions {
  readonly bundle: Bundle | undefined;
  readonly openSession: () => Promise<Session>;
  readonly pipelines: () => Promise<PipelineRunner>;
  readonly jobs: () => Promise<JobRunner>;
}

/** Where the local workspace is, for `{{workspace.id}}` and `{{workspace.url}}`. */
const WORKSPACE = { id: "0", url: "http://localhost" };

/** What jobs need of the house. */
export function jobEnvironment(options: WorkspaceOptions): JobEnvironment {
  const { bundle, openSession, pipelines } = options;
  return {
    openSession,
    readFile: (path) => readTaskFile(bundle, path),
    findJob: async (id) => findJob(bundle, id),
    runPipeline: async (request) => runUpdate(await pipelines(), bundle, request),
    workspace: WORKSPACE,
  };
}

/** The workspace to which a factory's `AzureDatabricks` linked services are bound. */
export function localWorkspace(options: WorkspaceOptions): DatabricksWorkspace {
  const { bundle, jobs } = options;
  return {
    runJob: async (request) => (await runToEnd(await jobs(), findJob(bundle, request.jobId), request)).result,
    runNotebook: async (request) => {
      const job = notebookJob(bundle, request.notebookPath, request.parameters);
      const { result, outcome } = await runToEnd(await jobs(), job, { ...request, parameters: {} });
      const output: Json = outcome.state.nodes.get(NOTEBOOK)?.output ?? null;
      const exit = isJsonObject(output) ? output["result"] : undefined;
      return exit === undefined || exit === null ? result : { ...result, runOutput: exit };
    },
  };
}

const NOTEBOOK = "notebook";

/** A run of a single notebook is a run of a job that has one task. */
function notebookJob(bundle: Bundle | undefined, path: string, parameters: Readonly<Record<string, string>>): Job {
  const inProject = resolve(bundle?.folder ?? process.cwd(), path.replace(/^\/+/, ""));
  const notebook_task = { notebook_path: inProject, base_parameters: parameters };
  return { id: `notebook:${path}`, name: path, settings: { tasks: [{ task_key: NOTEBOOK, notebook_task }] } };
}

async function runToEnd(
  runner: JobRunner,
  job: Job,
  request: DatabricksRequest,
): Promise<{ readonly result: DatabricksResult; readonly outcome: RunOutcome }> {
  const { identity, retry, parent, signal, parameters } = request;
  const handle = await runner.start(job, {
    parameters,
    parent: { runId: parent.runId, node: parent.node },
    idempotencyKey: `databricks/${identity}/${retry}`,
    signal,
  });
  const outcome = await handle.finished;
  const { id } = handle.run;
  requireSuccess(outcome, `job "${job.name}"`, signal);
  return { result: { runId: id, runPageUrl: `${WORKSPACE.url}/jobs/runs/${id}` }, outcome };
}

async function runUpdate(
  runner: PipelineRunner,
  bundle: Bundle | undefined,
  request: PipelineRequest,
): Promise<JsonObject> {
  const resource = findPipeline(bundle, request.pipelineId);
  const { fullRefresh, fullRefreshSelection, refreshSelection, parent, idempotencyKey, signal } = request;
  const refresh = { fullRefresh, fullRefreshSelection, refreshSelection };
  const definition = await updateDefinition(requireBundle(bundle), resource, refresh);
  const handle = await runner.start(definition, { parent, idempotencyKey, signal });
  const outcome = await handle.finished;
  requireSuccess(outcome, `pipeline "${definition.spec.name}"`, signal);
  return { update_id: handle.run.id, pipeline_id: definition.spec.id };
}

export function requireBundle(bundle: Bundle | undefined): Bundle {
  if (bundle !== undefined) return bundle;
  throw new BoathouseError("BUNDLE_NOT_FOUND", "The project has no bundle.", {
    kind: "usage",
    hint: "Add a databricks.yml, or a `bundle` in boathouse.config.ts.",
  });
}

/** Throws what made a run fail, or that it was cancelled. */
export function requireSuccess(outcome: RunOutcome, what: string, signal?: AbortSignal): void {
  const { status, error } = outcome;
  if (status === "succeeded") return;
  if (status === "cancelled" && signal?.aborted === true) throw cancelled(`The ${what} was cancelled.`);
  if (error !== undefined) throw fromRunError(error);
  throw new BoathouseError("RUN_FAILED", `The ${what} ended as ${status}.`, { details: { run: outcome.run.id } });
}
