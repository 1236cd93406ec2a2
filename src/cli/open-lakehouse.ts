import { Lakehouse } from "../project/lakehouse.ts";
import type { Effects, GlobalOptions } from "./context.ts";
import { discoverRoot, requireProject } from "./discover.ts";

/**
 * Opens a lakehouse to look into it. That takes no project; with `--target` the project here is read too, so that names
 * begin in that target's catalog.
 */
export async function openLakehouse(options: GlobalOptions, { cwd }: Effects): Promise<Lakehouse> {
  const root = await discoverRoot(cwd, options.root);
  if (options.target === undefined) return Lakehouse.open({ root });
  return Lakehouse.open({ root, project: await requireProject(cwd, undefined), target: options.target });
}
