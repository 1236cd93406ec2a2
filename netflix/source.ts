import { existsSync } from "node:fs";
import { readdir, stat } from "node:fs/promises";
import { basename, join, resolve } from "node:path";
import {
  serveFiles,
  usageError,
  type OptionContext,
  type OptionEffect,
  type ProjectOption,
  type Served,
} from "boathouse";
import { SAMPLE_FILES } from "./sample/generator.ts";
import { writeSample } from "./sample/write.ts";

/** Where the original project keeps its files. */
const DEFAULTS = {
  owner: "anshlambagit",
  repo: "Netflix_Azure_Data_Engineering_Project",
  ref: "main",
  path: "RawData_AND_Notebooks",
} as const;

/**
 * `--source sample | github | <folder>`: the factory always reads GitHub's URLs. For the sample and for a folder,
 * those URLs stand for a server on this machine that has the same paths.
 */
export const source: ProjectOption = {
  description: "where the CSV files come from: sample, github (--var owner, repo, ref, path), or a folder",
  default: "sample",
  variables: Object.keys(DEFAULTS),
  prepare: async (value, context) => {
    const place = { ...DEFAULTS, ...pick(context.variables, Object.keys(DEFAULTS)) };
    if (value === "github") return { parameters: place };
    const folder = value === "sample" ? await sampleFolder(context) : await givenFolder(value, context);
    const server = await serveFiles((path) => find(path, folder, place));
    const effect: OptionEffect = {
      bindings: { "https://raw.githubusercontent.com": server.url, "https://api.github.com": server.url },
      parameters: place,
      close: () => server.close(),
    };
    return effect;
  },
};

type Place = Readonly<Record<keyof typeof DEFAULTS, string>>;

/** GitHub's paths: a raw file, and the listing of a folder. */
async function find(path: string, folder: string, place: Place): Promise<Served | undefined> {
  const raw = `/${place.owner}/${place.repo}/refs/heads/${place.ref}/${place.path}/`;
  if (path.startsWith(raw)) {
    const file = join(folder, basename(path));
    return existsSync(file) ? { file } : undefined;
  }
  if (path !== `/repos/${place.owner}/${place.repo}/contents/${place.path}`) return undefined;
  const names = (await readdir(folder)).filter((name) => name.endsWith(".csv")).toSorted();
  const sizes = await Promise.all(names.map(async (name) => (await stat(join(folder, name))).size));
  return {
    json: names.map((name, index) => ({ name, path: `${place.path}/${name}`, size: sizes[index] ?? 0, type: "file" })),
  };
}

/** The sample is made once for each lakehouse. */
async function sampleFolder(context: OptionContext): Promise<string> {
  const folder = join(context.root, "sample");
  if (!SAMPLE_FILES.every((file) => existsSync(join(folder, file)))) await writeSample({ scale: 1, folder });
  return folder;
}

async function givenFolder(value: string, context: OptionContext): Promise<string> {
  const folder = resolve(context.cwd, value);
  if (existsSync(folder) && (await stat(folder)).isDirectory()) return folder;
  throw usageError(
    "SOURCE_NOT_FOUND",
    `There is no folder ${value}.`,
    "Use --source sample, --source github, or a folder.",
  );
}

function pick(values: Readonly<Record<string, string>>, names: readonly string[]): Record<string, string> {
  return Object.fromEntries(Object.entries(values).filter(([name]) => names.includes(name)));
}
