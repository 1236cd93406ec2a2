import { readdir, readFile } from "node:fs/promises";
import { basename, join } from "node:path";
import { BoathouseError, isBoathouseError, messageOf } from "../../core/errors.ts";
import { memberOf } from "../json/node.ts";
import { parseJson } from "../json/parse.ts";
import { decodeText } from "./decode.ts";
import {
  findingAt,
  KIND_NAMES,
  RESOURCE_KINDS,
  type Factory,
  type FactoryDiagnostic,
  type Resource,
} from "./resource.ts";

/** The folders of the git layout that hold what runs here. */
const FOLDERS = RESOURCE_KINDS;

export interface FactoryFile {
  /** `pipeline/name.json`, with `/` on every system. */
  readonly path: string;
  readonly text: string;
}

/**
 * Reads a factory's git layout: `pipeline/`, `dataset/`, `linkedService/`, `trigger/` and `factory/` below a folder.
 * Files that are not JSON and names that occur twice become findings of the factory, so that the others can be checked.
 *
 * `display` is what errors put before the files' names, for instance the folder as the user typed it.
 * Throws `FACTORY_NOT_FOUND` when none of the folders is there.
 */
export async function loadFactory(folder: string, options: { readonly display?: string } = {}): Promise<Factory> {
  const files: FactoryFile[] = [];
  const problems: FactoryDiagnostic[] = [];
  let found = false;
  for (const kind of [...FOLDERS, "factory"] as const) {
    const names = await jsonFiles(join(folder, kind));
    if (names === undefined) continue;
    found = true;
    for (const name of names) {
      const path = `${kind}/${name}`;
      try {
        files.push({ path, text: decodeText(await readFile(join(folder, kind, name))) });
      } catch (error) {
        if (!(error instanceof TypeError)) throw error;
        problems.push(unreadable(kind, name, `${options.display ?? folder}/${path}`));
      }
    }
  }
  if (!found) {
    throw new BoathouseError("FACTORY_NOT_FOUND", `There is no factory in ${folder}.`, {
      hint: `A factory is a folder with ${FOLDERS.map((each) => `${each}/`).join(", ")} in it, as Data Factory keeps them in git.`,
    });
  }
  const factory = factoryOf(files, { name: basename(folder), display: options.display ?? folder });
  return { ...factory, problems: [...problems, ...factory.problems] };
}

/** A factory from the texts of its files. */
export function factoryOf(
  files: readonly FactoryFile[],
  options: { readonly name: string; readonly display?: string },
): Factory {
  const maps = {
    pipeline: new Map(),
    dataset: new Map(),
    linkedService: new Map(),
    trigger: new Map(),
  } satisfies Record<string, Map<string, Resource>>;
  const problems: FactoryDiagnostic[] = [];
  let own: Resource | undefined;
  for (const { path, text } of files) {
    const [folder = "", file = ""] = path.split("/");
    const kind = folder === "factory" ? "factory" : RESOURCE_KINDS.find((each) => each === folder);
    if (kind === undefined) continue;
    const display = options.display === undefined || options.display === "" ? path : `${options.display}/${path}`;
    const resource = readResource(kind, file.replace(/\.json$/i, ""), display, text, problems);
    if (resource === undefined) continue;
    if (kind === "factory") {
      own ??= resource;
      continue;
    }
    const key = resource.name.toLowerCase();
    const before = maps[kind].get(key);
    if (before === undefined) maps[kind].set(key, resource);
    else problems.push(twice(resource, before));
  }
  return { name: own?.name ?? options.name, resources: maps, factory: own, problems };
}

function readResource(
  kind: Resource["kind"],
  fileName: string,
  file: string,
  text: string,
  problems: FactoryDiagnostic[],
): Resource | undefined {
  const plain = text.startsWith("\uFEFF") ? text.slice(1) : text;
  try {
    const root = parseJson(plain, file);
    const name = memberOf(root, "name");
    const resource = { kind, name: name?.kind === "string" ? name.value : fileName, file, text: plain, root };
    if (root.kind !== "object") {
      const message = `A ${KIND_NAMES[kind]} is a JSON object.`;
      problems.push(findingAt(resource, root, { code: "FACTORY_FILE_INVALID", message }));
      return undefined;
    }
    return resource;
  } catch (error) {
    if (!isBoathouseError(error, "JSON_SYNTAX")) throw error;
    const { code, message, location, source = "" } = error;
    problems.push({
      code,
      severity: "error",
      message,
      source,
      resource: { kind, name: fileName },
      ...(location === undefined ? {} : { location }),
    });
    return undefined;
  }
}

function twice(resource: Resource, before: Resource): FactoryDiagnostic {
  return findingAt(resource, memberOf(resource.root, "name") ?? resource.root, {
    code: "FACTORY_NAME_DUPLICATE",
    message: `Two ${KIND_NAMES[resource.kind]}s are named "${resource.name}".`,
    hint: `The other one is ${before.file}.`,
  });
}

function unreadable(kind: Resource["kind"], name: string, file: string): FactoryDiagnostic {
  return {
    code: "FACTORY_FILE_INVALID",
    severity: "error",
    message: `${file} is neither UTF-8 nor UTF-16 text.`,
    hint: "Save it as UTF-8.",
    location: { file, line: 1, column: 1 },
    source: "",
    resource: { kind, name: name.replace(/\.json$/i, "") },
  };
}

async function jsonFiles(folder: string): Promise<string[] | undefined> {
  try {
    const names = await readdir(folder);
    return names.filter((name) => name.toLowerCase().endsWith(".json")).sort();
  } catch (error) {
    if (error instanceof Error && "code" in error && (error.code === "ENOENT" || error.code === "ENOTDIR"))
      return undefined;
    throw new BoathouseError("FACTORY_UNREADABLE", `${folder} cannot be read: ${messageOf(error)}`, { cause: error });
  }
}
