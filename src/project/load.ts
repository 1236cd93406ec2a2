import { readdir, readFile } from "node:fs/promises";
import { basename, dirname, join, resolve } from "node:path";
import { parseDocument } from "../core/document.ts";
import { BoathouseError, messageOf, isBoathouseError } from "../core/errors.ts";
import { didYouMean } from "../core/nearest.ts";
import type { FactoryDefinition } from "../factory/model/definition.ts";
import { shownPath, type Bundle } from "./bundle.ts";
import { bundleFile, bundleFromValue, loadBundle, type BundleOptions } from "./bundle-file.ts";
import type { ProjectConfig } from "./config.ts";
import { CONFIG_API } from "./config-api.ts";
import { checkConfig } from "./config-check.ts";

/** A project's folder and what was found in it; the factory's files are read by `factory/`. */
export interface Project {
  readonly folder: string;
  readonly name: string;
  readonly config: ProjectConfig;
  readonly bundle: Bundle | undefined;
  /** The git layout of a factory, or a factory written in TypeScript. */
  readonly factory: { readonly folder: string } | { readonly value: FactoryDefinition } | undefined;
}

/** Finds what a folder holds: `boathouse.config.ts`, `databricks.yml`, a factory's git layout. */
export async function loadProject(folder: string, options: BundleOptions): Promise<Project> {
  const root = resolve(folder);
  const names = await namesIn(root);
  const config = await loadConfig(root, names);
  return projectFrom(root, names, config, options);
}

/** The project's own settings, without its artefacts: what options it has, for instance. */
export async function loadProjectConfig(folder: string): Promise<ProjectConfig> {
  const root = resolve(folder);
  return loadConfig(root, await namesIn(root));
}

/** Whether a folder holds any of a project's files. */
export async function isProject(folder: string): Promise<boolean> {
  const names = await readdir(folder).catch(() => []);
  return (
    names.some((name) => CONFIG_FILES.includes(name)) || bundleFile(folder, names) !== undefined || isFactory(names)
  );
}

async function projectFrom(
  root: string,
  names: readonly string[],
  config: ProjectConfig,
  options: BundleOptions,
): Promise<Project> {
  const otherVariables = Object.values(config.options ?? {}).flatMap((option) => option.variables ?? []);
  const bundle = await findBundle(root, names, config, { ...options, otherVariables });
  const factory = await findFactory(root, names, config);
  if (bundle === undefined && factory === undefined && !names.some((name) => CONFIG_FILES.includes(name))) {
    throw new BoathouseError("PROJECT_NOT_FOUND", `${shownPath(root)} is no project: it holds none of its files.`, {
      kind: "usage",
      hint: "A project has a boathouse.config.ts, a databricks.yml, or a factory's folders. Make one: boathouse init.",
    });
  }
  return { folder: root, name: config.name ?? bundle?.name ?? basename(root), config, bundle, factory };
}

const CONFIG_FILES: readonly string[] = [
  "boathouse.config.ts",
  "boathouse.config.js",
  "boathouse.config.mjs",
  "boathouse.yml",
];

async function namesIn(folder: string): Promise<string[]> {
  try {
    return await readdir(folder);
  } catch (error) {
    throw new BoathouseError("PROJECT_NOT_FOUND", `There is no folder ${shownPath(folder)}.`, {
      kind: "usage",
      cause: error,
      hint: "Give the folder of a project, or start one: boathouse init.",
    });
  }
}

async function loadConfig(folder: string, names: readonly string[]): Promise<ProjectConfig> {
  const name = CONFIG_FILES.find((each) => names.includes(each));
  if (name === undefined) return {};
  const path = join(folder, name);
  const file = shownPath(path);
  if (!name.endsWith(".yml")) return checkConfig(await evaluate(path), { file });
  const document = parseDocument(await readFile(path, "utf8"), file);
  return checkConfig(document.value ?? {}, { file, document });
}

/** Node 20 runs no TypeScript, so a config is transpiled when it is loaded; `boathouse` is this very package. */
async function evaluate(file: string): Promise<unknown> {
  const { createJiti } = await import("jiti");
  const jiti = createJiti(import.meta.url, { virtualModules: { boathouse: CONFIG_API }, interopDefault: true });
  try {
    return await jiti.import(file, { default: true });
  } catch (error) {
    if (isBoathouseError(error)) throw error;
    throw await unloadable(error, file);
  }
}

/** Where a config, or a file that it imports, stopped: from the message of the parser or the stack. */
async function unloadable(error: unknown, file: string): Promise<BoathouseError> {
  const [first = "", ...rest] = messageOf(error).split("\n");
  const stack = error instanceof Error ? (error.stack ?? "") : "";
  const folder = dirname(file);
  const places = [...`${rest.join("\n")}\n${stack}`.matchAll(/(?:file:\/\/)?(\/[^\s():]+):(\d+):(\d+)/g)];
  const place = places.find(([, path = ""]) => path.startsWith(folder) && !path.includes("node_modules"));
  const message = `${shownPath(file)} cannot be loaded: ${first.trim()}`;
  if (place?.[1] === undefined) return new BoathouseError("PROJECT_CONFIG_INVALID", message, { cause: error });
  const source = await readFile(place[1], "utf8").catch(() => undefined);
  return new BoathouseError("PROJECT_CONFIG_INVALID", message, {
    cause: error,
    location: { file: shownPath(place[1]), line: Number(place[2]), column: Math.max(1, Number(place[3])) },
    ...(source === undefined ? {} : { source }),
  });
}

async function findBundle(
  folder: string,
  names: readonly string[],
  config: ProjectConfig,
  options: BundleOptions,
): Promise<Bundle | undefined> {
  if (typeof config.bundle === "object") return bundleFromValue(config.bundle, folder, options);
  const file = config.bundle === undefined ? bundleFile(folder, names) : resolve(folder, config.bundle);
  if (file !== undefined) return loadBundle(file, options);
  const unknown = Object.keys(options.variables ?? {}).find((each) => options.otherVariables?.includes(each) !== true);
  if (unknown !== undefined) {
    throw new BoathouseError("VARIABLE_NOT_FOUND", `The project has no variable \`${unknown}\`.`, {
      kind: "usage",
      hint: didYouMean(unknown, options.otherVariables ?? []) ?? "Variables are declared in a bundle.",
    });
  }
  if (options.target === undefined) return undefined;
  throw new BoathouseError("TARGET_NOT_FOUND", `There is no target \`${options.target}\`: the project has no bundle.`, {
    kind: "usage",
  });
}

const FACTORY_FOLDERS: readonly string[] = ["pipeline", "dataset", "linkedService"];

/** The git layout stands in the project's folder, or in one of the folders in it. */
async function findFactory(
  folder: string,
  names: readonly string[],
  config: ProjectConfig,
): Promise<Project["factory"]> {
  if (typeof config.factory === "string") return { folder: resolve(folder, config.factory) };
  if (config.factory !== undefined) return { value: config.factory };
  if (isFactory(names)) return { folder };
  const found: string[] = [];
  for (const entry of await readdir(folder, { withFileTypes: true })) {
    if (!entry.isDirectory() || entry.name.startsWith(".") || entry.name === "node_modules") continue;
    if (isFactory(await readdir(join(folder, entry.name)))) found.push(join(folder, entry.name));
  }
  const [first] = found;
  if (found.length < 2) return first === undefined ? undefined : { folder: first };
  throw new BoathouseError(
    "PROJECT_AMBIGUOUS",
    `Several folders look like a factory: ${found.map(shownPath).join(", ")}.`,
    {
      hint: "Say which one in boathouse.yml: `factory: <folder>`.",
    },
  );
}

function isFactory(names: readonly string[]): boolean {
  return names.includes("pipeline") && FACTORY_FOLDERS.some((name) => name !== "pipeline" && names.includes(name));
}
