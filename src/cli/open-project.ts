import { join, resolve } from "node:path";
import { BoathouseError } from "../core/errors.ts";
import type { JsonObject } from "../core/json.ts";
import { didYouMean } from "../core/nearest.ts";
import { readBinding } from "../project/bindings.ts";
import type { OptionEffect, ProjectConfig } from "../project/config.ts";
import { Lakehouse } from "../project/lakehouse.ts";
import { loadProjectConfig } from "../project/load.ts";
import type { Effects, GlobalOptions } from "./context.ts";
import { LAKEHOUSE, requireProject } from "./discover.ts";

/** What commands that run something of a project take. */
export interface ProjectOptions extends GlobalOptions {
  readonly project?: string;
  readonly var?: Readonly<Record<string, string>>;
  readonly bind?: readonly string[];
  /** Values of the options that the project declares. */
  readonly set?: Readonly<Record<string, string>>;
  readonly memory?: number;
  readonly threads?: number;
}

export interface OpenProject {
  readonly lakehouse: Lakehouse;
  readonly folder: string;
  readonly root: string;
  readonly config: ProjectConfig;
  /** What the project's options add to the parameters of the main run. */
  readonly parameters: JsonObject;
  close(): Promise<void>;
}

/** Finds and opens a project. With `prepare` the project's options are prepared too: sources are served, for instance. */
export async function openProject(
  options: ProjectOptions,
  effects: Effects,
  mode: "prepare" | "look" = "look",
): Promise<OpenProject> {
  const { cwd } = effects;
  const folder = await requireProject(cwd, options.project);
  const config = await loadProjectConfig(folder);
  const root = options.root === undefined ? join(folder, LAKEHOUSE) : resolve(cwd, options.root);
  const variables = options.var ?? {};
  const prepared: OptionEffect[] = [];
  const closePrepared = async (): Promise<void> => {
    for (const each of prepared) await each.close?.();
  };
  try {
    checkSet(options.set ?? {}, config);
    if (mode === "prepare") {
      for (const [name, option] of Object.entries(config.options ?? {})) {
        prepared.push(await option.prepare(options.set?.[name] ?? option.default, { folder, root, cwd, variables }));
      }
    }
    const given = Object.fromEntries((options.bind ?? []).map(readBinding));
    const bindings: Readonly<Record<string, string>> = Object.assign(
      {},
      ...prepared.map((each) => each.bindings),
      given,
    );
    const lakehouse = await Lakehouse.open({
      root,
      project: folder,
      variables,
      bindings,
      ...(options.target === undefined ? {} : { target: options.target }),
      ...(options.memory === undefined ? {} : { memoryLimit: options.memory }),
      ...(options.threads === undefined ? {} : { threads: options.threads }),
    });
    const parameters: JsonObject = Object.assign({}, ...prepared.map((each) => each.parameters));
    return {
      lakehouse,
      folder,
      root,
      config,
      parameters,
      async close() {
        await lakehouse.close();
        await closePrepared();
      },
    };
  } catch (error) {
    await closePrepared();
    throw error;
  }
}

function checkSet(set: Readonly<Record<string, string>>, config: ProjectConfig): void {
  const known = Object.keys(config.options ?? {});
  for (const name of Object.keys(set)) {
    if (known.includes(name)) continue;
    throw new BoathouseError("PROJECT_OPTION_UNKNOWN", `The project has no option "${name}".`, {
      kind: "usage",
      hint: didYouMean(name, known) ?? (known.length === 0 ? "It has none." : `It has: ${known.join(", ")}.`),
    });
  }
}
