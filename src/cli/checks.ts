import { access, constants, mkdtemp, rm, statfs } from "node:fs/promises";
import { existsSync } from "node:fs";
import { availableParallelism, totalmem } from "node:os";
import { dirname, join } from "node:path";
import { BoathouseError, messageOf } from "../core/errors.ts";
import { validateFactory } from "../factory/model/validate.ts";
import { checkJob } from "../jobs/job.ts";
import { Lakehouse } from "../project/lakehouse.ts";
import { serveFiles } from "../project/file-server.ts";
import { pipelineSpecOf } from "../project/pipelines.ts";
import type { Effects } from "./context.ts";
import { discoverProject, discoverRoot } from "./discover.ts";
import { openProject, type ProjectOptions } from "./open-project.ts";

/** What `boathouse doctor` found of one thing. */
export interface CheckResult {
  readonly name: string;
  readonly status: "ok" | "warning" | "failed";
  readonly detail: string;
  /** What to do. */
  readonly fix?: string;
}

export type Check = (options: ProjectOptions, effects: Effects) => Promise<CheckResult>;

const GB = 1024 ** 3;

async function node(): Promise<CheckResult> {
  const [major = 0, minor = 0] = process.versions.node.split(".").map(Number);
  const fits = major > 20 || (major === 20 && minor >= 19);
  const name = "Node";
  if (fits) return { name, status: "ok", detail: process.versions.node };
  return { name, status: "failed", detail: process.versions.node, fix: "Install Node 20.19 or later." };
}

async function libraries(): Promise<CheckResult> {
  const name = "Libraries";
  try {
    const { version } = await import("@duckdb/node-api");
    await import("libsql");
    return { name, status: "ok", detail: `DuckDB ${version()}, libsql` };
  } catch (error) {
    return { name, status: "failed", detail: messageOf(error), fix: "Install again: npm ci" };
  }
}

async function machine(): Promise<CheckResult> {
  const memory = totalmem() / GB;
  const detail = `${availableParallelism()} threads, ${memory.toFixed(1)} GB of memory`;
  if (memory >= 2) return { name: "Machine", status: "ok", detail };
  return { name: "Machine", status: "warning", detail, fix: "Large tables spill to disk early; see --memory." };
}

async function disk(options: ProjectOptions, { cwd }: Effects): Promise<CheckResult> {
  const name = "Disk";
  const folder = existing(await discoverRoot(cwd, options.root));
  const { bavail, bsize } = await statfs(folder);
  const free = (bavail * bsize) / GB;
  const detail = `${free.toFixed(1)} GB free at ${folder}`;
  if (free >= 1) return { name, status: "ok", detail };
  return { name, status: "warning", detail, fix: "Free some space, or choose another folder with --root." };
}

async function permission(options: ProjectOptions, { cwd }: Effects): Promise<CheckResult> {
  const name = "Permission";
  const root = await discoverRoot(cwd, options.root);
  const folder = existing(root);
  try {
    await access(folder, constants.W_OK);
    await rm(await mkdtemp(join(folder, ".boathouse-doctor-")), { recursive: true });
    return { name, status: "ok", detail: `${root} can be written` };
  } catch (error) {
    return { name, status: "failed", detail: messageOf(error), fix: "Choose a folder of yours with --root." };
  }
}

async function loopback(): Promise<CheckResult> {
  const name = "Loopback";
  try {
    const server = await serveFiles(() => ({ json: "ok" }));
    const answer = await fetch(server.url);
    await server.close();
    if (answer.ok) return { name, status: "ok", detail: "local sources can be served over HTTP" };
    return { name, status: "failed", detail: `answered with ${answer.status}`, fix: "Let 127.0.0.1 bypass the proxy." };
  } catch (error) {
    return { name, status: "failed", detail: messageOf(error), fix: "Allow servers on 127.0.0.1." };
  }
}

async function project(options: ProjectOptions, effects: Effects): Promise<CheckResult> {
  const name = "Project";
  try {
    const found = options.project ?? (await discoverProject(effects.cwd));
    if (found === undefined) {
      return { name, status: "warning", detail: "none here", fix: "Start one: boathouse init native my-lakehouse" };
    }
    const opened = await openProject({ ...options, project: found }, effects);
    try {
      const problems = await problemsOf(opened.lakehouse);
      const [first] = problems;
      if (first === undefined)
        return { name, status: "ok", detail: `${opened.lakehouse.project?.name ?? ""} in ${found}` };
      const more = problems.length > 1 ? ` (and ${problems.length - 1} more)` : "";
      return { name, status: "failed", detail: `${first}${more}`, fix: "See all: boathouse factory validate" };
    } finally {
      await opened.close();
    }
  } catch (error) {
    const hint = error instanceof BoathouseError ? error.hint : undefined;
    return { name, status: "failed", detail: messageOf(error), ...(hint === undefined ? {} : { fix: hint }) };
  }
}

async function problemsOf(lakehouse: Lakehouse): Promise<string[]> {
  const factory = await lakehouse.factory();
  const findings = factory === undefined ? [] : validateFactory(factory);
  const { jobs = {}, pipelines = {} } = lakehouse.project?.bundle?.resources ?? {};
  const jobFindings = Object.values(jobs).flatMap(checkJob);
  for (const each of Object.values(pipelines)) pipelineSpecOf(each);
  return [...findings, ...jobFindings].filter((each) => each.severity === "error").map((each) => each.message);
}

async function state(options: ProjectOptions, { cwd }: Effects): Promise<CheckResult> {
  const name = "State";
  const root = await discoverRoot(cwd, options.root);
  if (!existsSync(join(root, "state.db"))) {
    return { name, status: "ok", detail: `no lakehouse in ${root} yet: the first run makes it` };
  }
  const lakehouse = await Lakehouse.open({ root });
  try {
    const snapshot = await (await lakehouse.catalog()).snapshot();
    const relations = [...snapshot.all()].filter((each) => "columns" in each).length;
    const interrupted = (await lakehouse.interruptedRuns()).length;
    const detail = `${root}: ${relations} tables and views`;
    if (interrupted === 0) return { name, status: "ok", detail };
    const count = `${interrupted} run${interrupted === 1 ? " was" : "s were"} interrupted`;
    return { name, status: "warning", detail: `${detail}; ${count}`, fix: "Start the run again: it goes on." };
  } catch (error) {
    return {
      name,
      status: "failed",
      detail: messageOf(error),
      fix: "Use the version that wrote it, or another --root.",
    };
  } finally {
    await lakehouse.close();
  }
}

/** The folder itself, or the nearest one above it that is there. */
function existing(folder: string): string {
  return existsSync(folder) || folder === dirname(folder) ? folder : existing(dirname(folder));
}

export const CHECKS: readonly Check[] = [node, libraries, machine, disk, permission, loopback, project, state];
