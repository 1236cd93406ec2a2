import { stat } from "node:fs/promises";
import { dirname, extname, isAbsolute, join, relative, resolve } from "node:path";
import { glob } from "tinyglobby";
import type { DocumentPath } from "../core/document.ts";
import { BoathouseError, type ErrorOptions } from "../core/errors.ts";
import { isJsonObject, type Json } from "../core/json.ts";
import { didYouMean } from "../core/nearest.ts";
import type { SourceFile } from "../pipelines/declare.ts";
import type { RefreshRequest } from "../pipelines/refresh.ts";
import { readPipelineSpec, type PipelineSpec } from "../pipelines/spec.ts";
import type { UpdateDefinition } from "../pipelines/update.ts";
import { shownPath, type Bundle, type BundleResource } from "./bundle.ts";
import { readText } from "./text-file.ts";

/** A pipeline of the bundle by its key or its name. Throws `PIPELINE_NOT_FOUND` with the nearest one. */
export function findPipeline(bundle: Bundle | undefined, id: string): BundleResource {
  const all = Object.values(bundle?.resources.pipelines ?? {});
  const found =
    all.find((each) => each.key === id) ??
    all.find((each) => each.settings["name"] === id) ??
    all.find((each) => each.settings["id"] === id);
  if (found !== undefined) return found;
  const keys = all.map((each) => each.key);
  throw new BoathouseError("PIPELINE_NOT_FOUND", `The project has no pipeline "${id}".`, {
    kind: "usage",
    hint: didYouMean(id, keys) ?? (keys.length === 0 ? "Its bundle has none." : `It has: ${keys.join(", ")}.`),
  });
}

export function pipelineSpecOf(resource: BundleResource): PipelineSpec {
  return readPipelineSpec(resource.key, resource.settings, resource);
}

/** A pipeline with the text of its files as they are now. */
export async function updateDefinition(
  bundle: Bundle,
  resource: BundleResource,
  request: RefreshRequest,
): Promise<UpdateDefinition> {
  return { spec: pipelineSpecOf(resource), files: await pipelineFiles(bundle, resource), request };
}

/**
 * The SQL files that a pipeline's libraries name, in the order of the libraries. Globs start at the folder of the file
 * that they are written in. Throws `PIPELINE_FILES_MISSING` and `PIPELINE_UNSUPPORTED` at their place.
 */
async function pipelineFiles(bundle: Bundle, resource: BundleResource): Promise<SourceFile[]> {
  const files: SourceFile[] = [];
  for (const path of await pipelinePaths(bundle, resource)) {
    files.push({ path: shownPath(path), text: await readText(path) });
  }
  return files;
}

/** The same as absolute paths. */
export async function pipelinePaths(bundle: Bundle, resource: BundleResource): Promise<string[]> {
  const paths = new Set<string>();
  for (const { pattern, path, place } of libraries(resource)) {
    const found = await filesOf(pattern, folderOf(bundle, resource, place));
    if (found.length === 0) {
      throw at(resource, place, "PIPELINE_FILES_MISSING", `No file matches ${JSON.stringify(path)}.`, {
        hint: "Paths start at the folder of the file that they are written in.",
      });
    }
    for (const file of found) {
      if (extname(file) === ".sql") paths.add(file);
      else if (OTHER_LANGUAGES.includes(extname(file)))
        throw at(resource, place, "PIPELINE_UNSUPPORTED", `${shownPath(file)} is not SQL.`, {
          hint: "Pipelines run from SQL files here; leave other files out of `libraries`.",
        });
    }
  }
  return [...paths];
}

/** The folder from which a path starts that is written in the settings of a resource. */
export function folderOf(bundle: Bundle, resource: BundleResource, path: DocumentPath): string {
  const file = resource.locate(path)?.file;
  return file === undefined ? bundle.folder : dirname(resolve(file));
}

const OTHER_LANGUAGES = [".py", ".ipynb", ".scala", ".r", ".java"];

interface Library {
  readonly pattern: string;
  /** As it is written. */
  readonly path: string;
  readonly place: DocumentPath;
}

function libraries({ settings }: BundleResource): Library[] {
  const { libraries: list, root_path: root } = settings;
  if (!Array.isArray(list)) {
    return typeof root === "string" ? [{ pattern: `${root}/**`, path: root, place: ["root_path"] }] : [];
  }
  return list.flatMap((each: Json, index): Library[] => {
    for (const [kind, key] of [
      ["glob", "include"],
      ["file", "path"],
      ["notebook", "path"],
    ] as const) {
      const body = isJsonObject(each) ? each[kind] : undefined;
      const path = isJsonObject(body) ? body[key] : undefined;
      if (typeof path !== "string") continue;
      return [{ pattern: path, path, place: ["libraries", index, kind, key] }];
    }
    return [];
  });
}

async function filesOf(pattern: string, folder: string): Promise<string[]> {
  const plain = resolve(folder, pattern);
  for (const path of extname(plain) === "" ? [`${plain}.sql`] : [plain]) {
    if (await isFile(path)) return [path];
  }
  const fromFolder = isAbsolute(pattern) ? relative(folder, pattern) : pattern;
  const found = await glob(fromFolder, { cwd: folder, onlyFiles: true, dot: false });
  return found.map((each) => join(folder, each)).toSorted((a, b) => (a < b ? -1 : 1));
}

async function isFile(path: string): Promise<boolean> {
  const found = await stat(path).catch(() => undefined);
  return found?.isFile() === true;
}

function at(
  resource: BundleResource,
  path: DocumentPath,
  code: string,
  message: string,
  options: ErrorOptions,
): BoathouseError {
  const location = resource.locate(path);
  return new BoathouseError(code, message, {
    ...options,
    ...(location === undefined ? {} : { location }),
    ...(resource.source === undefined ? {} : { source: resource.source }),
  });
}
