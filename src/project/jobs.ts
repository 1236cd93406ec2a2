import { stat } from "node:fs/promises";
import { extname, resolve } from "node:path";
import type { DocumentPath } from "../core/document.ts";
import { BoathouseError } from "../core/errors.ts";
import { isJsonObject, type Json, type JsonObject } from "../core/json.ts";
import { didYouMean } from "../core/nearest.ts";
import type { SqlFile } from "../jobs/environment.ts";
import { loadJob, type Job } from "../jobs/job.ts";
import type { TaskSettings } from "../jobs/settings.ts";
import { shownPath, type Bundle, type BundleResource } from "./bundle.ts";
import { folderOf } from "./pipelines.ts";
import { readText } from "./text-file.ts";

/** A job of the bundle by its key or its name, checked. Throws `JOB_NOT_FOUND` with the nearest one. */
export function findJob(bundle: Bundle | undefined, id: string): Job {
  const all = Object.values(bundle?.resources.jobs ?? {});
  const found = all.find((each) => each.key === id) ?? all.find((each) => each.settings["name"] === id);
  if (bundle !== undefined && found !== undefined) return jobOf(bundle, found);
  const keys = all.map((each) => each.key);
  throw new BoathouseError("JOB_NOT_FOUND", `The project has no job "${id}".`, {
    kind: "usage",
    hint: didYouMean(id, keys) ?? (keys.length === 0 ? "Its bundle has none." : `It has: ${keys.join(", ")}.`),
  });
}

/** The job, its files' paths from the root of the file system: written paths start where they are written. */
export function jobOf(bundle: Bundle, resource: BundleResource): Job {
  loadJob(resource);
  return loadJob({ ...resource, settings: withPaths(bundle, resource, resource.settings, []) });
}

/** The text of a notebook or SQL file of a job. Notebooks may be named without `.sql`. */
export async function readTaskFile(bundle: Bundle | undefined, path: string): Promise<SqlFile> {
  const file = await taskFile(resolve(bundle?.folder ?? process.cwd(), path));
  return { text: await readText(file), file: shownPath(file) };
}

/** The files that the tasks of a job name, as absolute paths. */
export async function taskFiles({ settings }: Job): Promise<string[]> {
  const paths: string[] = [];
  const visit = (task: TaskSettings): void => {
    const { notebook_task: notebook, sql_task: sql, for_each_task: each } = task;
    if (notebook !== undefined) paths.push(notebook.notebook_path);
    if (sql?.file !== undefined) paths.push(sql.file.path);
    if (each !== undefined) visit(each.task);
  };
  for (const task of settings.tasks ?? []) visit(task);
  return Promise.all(paths.map(taskFile));
}

async function taskFile(path: string): Promise<string> {
  return extname(path) === "" && !(await exists(path)) ? `${path}.sql` : path;
}

async function exists(path: string): Promise<boolean> {
  return (await stat(path).catch(() => undefined))?.isFile() === true;
}

function withPaths(bundle: Bundle, resource: BundleResource, settings: JsonObject, path: DocumentPath): JsonObject {
  const { tasks } = settings;
  if (!Array.isArray(tasks)) return settings;
  return {
    ...settings,
    tasks: tasks.map((task: Json, index) =>
      isJsonObject(task) ? taskWithPaths(bundle, resource, task, [...path, "tasks", index]) : task,
    ),
  };
}

function taskWithPaths(bundle: Bundle, resource: BundleResource, task: JsonObject, path: DocumentPath): JsonObject {
  const placed = (text: Json | undefined, ...steps: readonly string[]): string | undefined =>
    typeof text === "string" ? resolve(folderOf(bundle, resource, [...path, ...steps]), text) : undefined;
  const { notebook_task: notebook, sql_task: sql, for_each_task: each } = task;
  const changed: Record<string, Json> = { ...task };
  if (isJsonObject(notebook)) {
    const file = placed(notebook["notebook_path"], "notebook_task", "notebook_path");
    if (file !== undefined) changed["notebook_task"] = { ...notebook, notebook_path: file };
  }
  if (isJsonObject(sql) && isJsonObject(sql["file"])) {
    const file = placed(sql["file"]["path"], "sql_task", "file", "path");
    if (file !== undefined) changed["sql_task"] = { ...sql, file: { ...sql["file"], path: file } };
  }
  if (isJsonObject(each) && isJsonObject(each["task"])) {
    const inner = taskWithPaths(bundle, resource, each["task"], [...path, "for_each_task", "task"]);
    changed["for_each_task"] = { ...each, task: inner };
  }
  return changed;
}
