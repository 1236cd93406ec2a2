import { existsSync } from "node:fs";
import { readdir } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";
import { BoathouseError } from "../core/errors.ts";
import { isProject } from "../project/load.ts";

/** The folder of a lakehouse in its project. */
export const LAKEHOUSE = ".boathouse";

/**
 * The project that a command without a project means: the working folder or the nearest one above it that is a project,
 * otherwise the only project among the folders in the working folder. Undefined when there is none; throws
 * `PROJECT_AMBIGUOUS` when there are several.
 */
export async function discoverProject(cwd: string): Promise<string | undefined> {
  for (let folder = resolve(cwd); ; folder = dirname(folder)) {
    if (await isProject(folder)) return folder;
    if (folder === dirname(folder)) break;
  }
  const below: string[] = [];
  for (const entry of await readdir(cwd, { withFileTypes: true })) {
    if (!entry.isDirectory() || entry.name.startsWith(".") || entry.name === "node_modules") continue;
    if (await isProject(join(cwd, entry.name))) below.push(join(cwd, entry.name));
  }
  const [only] = below;
  if (below.length < 2) return only;
  throw new BoathouseError("PROJECT_AMBIGUOUS", `There are several projects here: ${below.join(", ")}.`, {
    kind: "usage",
    hint: "Say which: give the project's folder, or the lakehouse's with --root.",
  });
}

/**
 * The lakehouse that a command reads: `--root`, otherwise that of the discovered project, otherwise `.boathouse` in the
 * working folder or the nearest one above it. Without any, one in the working folder.
 */
export async function discoverRoot(cwd: string, root: string | undefined): Promise<string> {
  if (root !== undefined) return resolve(cwd, root);
  for (let folder = resolve(cwd); ; folder = dirname(folder)) {
    if (existsSync(join(folder, LAKEHOUSE)) && folder !== dirname(folder)) return join(folder, LAKEHOUSE);
    if (await isProject(folder)) return join(folder, LAKEHOUSE);
    if (folder === dirname(folder)) break;
  }
  const project = await discoverProject(cwd);
  return join(project ?? resolve(cwd), LAKEHOUSE);
}

/** A project's folder as it was given, or the discovered one. Throws `PROJECT_NOT_FOUND`. */
export async function requireProject(cwd: string, given: string | undefined): Promise<string> {
  if (given !== undefined) return resolve(cwd, given);
  const found = await discoverProject(cwd);
  if (found !== undefined) return found;
  throw new BoathouseError("PROJECT_NOT_FOUND", "There is no project here.", {
    kind: "usage",
    hint: "Give a project's folder, or start one: boathouse init native my-lakehouse",
  });
}
