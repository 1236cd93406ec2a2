import { readdir } from "node:fs/promises";
import { isAbsolute, join, relative, resolve } from "node:path";
import { stringify } from "yaml";
import { BoathouseError } from "../core/errors.ts";
import { synthFactory } from "../factory/model/define.ts";
import { shownPath, type Bundle } from "./bundle.ts";
import { jobOf, taskFiles } from "./jobs.ts";
import type { Project } from "./load.ts";
import { pipelinePaths } from "./pipelines.ts";
import { readText } from "./text-file.ts";

/** A native artefact: what Data Factory and Databricks read as it is. */
export interface Artefact {
  /** From the project's folder, with `/` on every system. */
  readonly path: string;
  readonly text: string;
}

export interface Synthesis {
  readonly artefacts: readonly Artefact[];
  /** The names of options that the project declares in code: they cannot be printed. */
  readonly codeOnly: readonly string[];
}

/** Where the factory of a project that is written in TypeScript goes. */
const FACTORY = "factory";

/**
 * The native artefacts of a project: the git layout of its factory, `databricks.yml`, the SQL files that both name, and in
 * `boathouse.yml` what ties them to this machine. A project of these files makes the same tables. What is native already
 * is given as it is.
 */
export async function synthesize(
  project: Project,
  options: {
    /** Where the files go, so that bindings to folders of the project still lead there. Default: its own folder. */
    readonly out?: string;
  } = {},
): Promise<Synthesis> {
  const { bundle, config } = project;
  const artefacts = new Map<string, string>();
  for (const each of await factoryArtefacts(project)) artefacts.set(each.path, each.text);
  if (bundle !== undefined) {
    if (typeof config.bundle === "object") artefacts.set("databricks.yml", stringify(config.bundle, YAML));
    for (const file of [...bundle.files, ...(await sqlFiles(bundle))]) {
      artefacts.set(inside(project.folder, file), await readText(file));
    }
  }
  const own = boathouseFile(project, options.out ?? project.folder);
  if (own !== undefined) artefacts.set("boathouse.yml", own);
  return {
    artefacts: [...artefacts].map(([path, text]) => ({ path, text })).toSorted((a, b) => (a.path < b.path ? -1 : 1)),
    codeOnly: Object.keys(config.options ?? {}),
  };
}

const YAML = { lineWidth: 120, aliasDuplicateObjects: false } as const;

async function factoryArtefacts({ factory, folder }: Project): Promise<Artefact[]> {
  if (factory === undefined) return [];
  if ("value" in factory) {
    return synthFactory(factory.value).map(({ path, text }) => ({ path: `${FACTORY}/${path}`, text }));
  }
  const artefacts: Artefact[] = [];
  for (const kind of ["pipeline", "dataset", "linkedService", "trigger", "factory"]) {
    const names = await readdir(join(factory.folder, kind)).catch(() => []);
    for (const name of names.filter((each) => each.endsWith(".json"))) {
      const file = join(factory.folder, kind, name);
      artefacts.push({ path: inside(folder, file), text: await readText(file) });
    }
  }
  return artefacts;
}

async function sqlFiles(bundle: Bundle): Promise<string[]> {
  const files: string[] = [];
  for (const pipeline of Object.values(bundle.resources.pipelines))
    files.push(...(await pipelinePaths(bundle, pipeline)));
  for (const job of Object.values(bundle.resources.jobs)) files.push(...(await taskFiles(jobOf(bundle, job))));
  return files;
}

/** The settings of the config that are plain data and stand in no artefact. */
function boathouseFile({ config, factory, folder }: Project, out: string): string | undefined {
  const { name, main, groups, bindings, report, bundle } = config;
  const settings = {
    ...(name === undefined ? {} : { name }),
    ...(typeof config.factory === "string" ? { factory: config.factory } : {}),
    ...(factory !== undefined && "value" in factory ? { factory: FACTORY } : {}),
    ...(typeof bundle === "string" ? { bundle } : {}),
    ...(main === undefined ? {} : { main }),
    ...(groups === undefined ? {} : { groups }),
    ...(bindings === undefined ? {} : { bindings: moved(bindings, folder, out) }),
    ...(report === undefined ? {} : { report }),
  };
  return Object.keys(settings).length === 0 ? undefined : stringify(settings, YAML);
}

/** Bindings whose folders are given from another one. */
function moved(bindings: Readonly<Record<string, string>>, from: string, to: string): Record<string, string> {
  const target = (text: string): string => {
    if (from === to || isAbsolute(text) || /^[a-z]+:/i.test(text)) return text;
    return relative(to, resolve(from, text)).replaceAll("\\", "/");
  };
  return Object.fromEntries(Object.entries(bindings).map(([prefix, text]) => [prefix, target(text)]));
}

function inside(folder: string, file: string): string {
  const path = relative(folder, file);
  if (path.startsWith("..") || isAbsolute(path)) {
    throw new BoathouseError("SYNTH_OUTSIDE", `${shownPath(file)} lies outside of the project's folder.`, {
      hint: "Move it into the folder, so that the artefacts stand together.",
    });
  }
  return path.replaceAll("\\", "/");
}
