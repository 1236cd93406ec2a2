import { readFile } from "node:fs/promises";
import { basename, dirname, join, resolve } from "node:path";
import { glob } from "tinyglobby";
import { parseDocument, type DocumentPath, type SourceDocument } from "../core/document.ts";
import { BoathouseError, isBoathouseError } from "../core/errors.ts";
import { isJsonObject, type Json, type JsonObject } from "../core/json.ts";
import { didYouMean } from "../core/nearest.ts";
import type { BundleDefinition } from "./bundle-definition.ts";
import {
  checkBundleKeys,
  misplaced,
  RESOURCE_KINDS,
  shownPath,
  type Bundle,
  type BundleResource,
  type BundleResources,
} from "./bundle.ts";
import { interpolate, valueAt } from "./bundle-variables.ts";

export interface BundleOptions {
  /** Default: the target that says `default: true`, or the only one. */
  readonly target?: string;
  /** Overrides of variables, as `--var name=value` gives them. */
  readonly variables?: Readonly<Record<string, string>>;
  /** Names among them that others read, so that the bundle need not declare them. */
  readonly otherVariables?: readonly string[];
  /** `${workspace.current_user.userName}`. */
  readonly user: string;
  readonly environment?: Readonly<Record<string, string | undefined>>;
}

/** Reads `databricks.yml` and what it includes. Throws `BUNDLE_INVALID`, `DOCUMENT_INVALID` with the place. */
export async function loadBundle(file: string, options: BundleOptions): Promise<Bundle> {
  const main = await read(file);
  const documents = [main, ...(await includes(main, dirname(file)))];
  for (const document of documents) checkBundleKeys(document);
  return resolveBundle(documents, dirname(file), options);
}

/** A bundle that was written in TypeScript: the same data, without places. */
export function bundleFromValue(value: BundleDefinition, folder: string, options: BundleOptions): Bundle {
  const document = parseDocument(JSON.stringify(value, null, 2));
  checkBundleKeys(document);
  return resolveBundle([document], folder, options);
}

async function read(file: string): Promise<SourceDocument> {
  return parseDocument(await readFile(file, "utf8"), shownPath(file));
}

async function includes(main: SourceDocument, folder: string): Promise<SourceDocument[]> {
  const patterns = isJsonObject(main.value) ? main.value["include"] : undefined;
  if (patterns === undefined || patterns === null) return [];
  if (!Array.isArray(patterns)) throw misplaced(main, ["include"], "`include` is a list of paths.");
  const found: SourceDocument[] = [];
  for (const [index, pattern] of (patterns as readonly Json[]).entries()) {
    const files = typeof pattern === "string" ? (await glob(pattern, { cwd: folder, absolute: true })).toSorted() : [];
    if (files.length === 0) throw misplaced(main, ["include", index], `No file matches ${JSON.stringify(pattern)}.`);
    found.push(...(await Promise.all(files.map(read))));
  }
  return found;
}

function resolveBundle(documents: readonly SourceDocument[], folder: string, options: BundleOptions): Bundle {
  const [main] = documents;
  const root = main !== undefined && isJsonObject(main.value) ? main.value : {};
  const targets = mergedGroups(documents, ["targets"]);
  const target = chooseTarget(targets, options.target, main);
  const targetPath: DocumentPath[] = target === undefined ? [] : [["targets", target]];
  const names = isJsonObject(root["bundle"]) ? root["bundle"] : {};
  const name = typeof names["name"] === "string" ? names["name"] : basename(folder);
  const merged = collect(documents, targetPath);
  const variables = variableValues(documents, targetPath, options);
  const workspace: JsonObject = {
    ...objectAt(root, ["workspace"]),
    ...objectAt(root, [...(targetPath[0] ?? []), "workspace"]),
    current_user: { userName: options.user, short_name: options.user.split("@")[0] ?? options.user },
  };
  const world: JsonObject = {
    var: variables,
    variables: Object.fromEntries(Object.entries(variables).map(([key, value]) => [key, { value }])),
    bundle: { ...names, name, target: target ?? "default", environment: target ?? "default" },
    workspace,
    resources: Object.fromEntries(
      RESOURCE_KINDS.map((kind) => [
        kind,
        Object.fromEntries(
          [...merged[kind]].map(([key, { settings }]) => [key, { ...settings, id: idOf(settings, key) }]),
        ),
      ]),
    ),
  };
  const interpolateAll = (value: Json): Json =>
    interpolate(value, {
      lookup: (path) => valueAt(world, path.split(".")),
      roots: ["var", "variables", "bundle", "workspace", "resources"],
      known: () => Object.keys(variables).map((each) => `var.${each}`),
    });
  return {
    name,
    target,
    folder,
    files: documents.flatMap((each) => (each.file === undefined ? [] : [resolve(each.file)])),
    resources: resourcesOf(merged, interpolateAll),
    variables: Object.fromEntries(Object.entries(variables).map(([key, value]) => [key, interpolateAll(value)])),
  };
}

/** `${resources.jobs.daily.id}`: resources are found by their name, or by their key where they have none. */
function idOf(settings: JsonObject, key: string): Json {
  return settings["id"] ?? key;
}

interface Part {
  readonly document: SourceDocument;
  readonly path: DocumentPath;
}

interface Merged {
  settings: JsonObject;
  readonly parts: Part[];
}

/** Every resource of every file, the target's laid over it key by key. */
function collect(
  documents: readonly SourceDocument[],
  targets: readonly DocumentPath[],
): Record<(typeof RESOURCE_KINDS)[number], Map<string, Merged>> {
  const empty = (): Map<string, Merged> => new Map();
  const all = {
    jobs: empty(),
    pipelines: empty(),
    catalogs: empty(),
    schemas: empty(),
    volumes: empty(),
    external_locations: empty(),
    storage_credentials: empty(),
  };
  for (const base of [[], ...targets]) {
    for (const document of documents) {
      for (const kind of RESOURCE_KINDS) {
        for (const [key, settings] of Object.entries(objectAt(document.value, [...base, "resources", kind]))) {
          if (!isJsonObject(settings)) continue;
          const path = [...base, "resources", kind, key];
          const before = all[kind].get(key);
          if (before === undefined) all[kind].set(key, { settings, parts: [{ document, path }] });
          else if (base.length === 0)
            throw misplaced(document, path, `The resource \`${key}\` stands twice in \`${kind}\`.`);
          else {
            before.settings = overlay(before.settings, settings);
            before.parts.unshift({ document, path });
          }
        }
      }
    }
  }
  return all;
}

/** Objects are merged, tasks and clusters by their key, everything else is replaced. */
function overlay(base: JsonObject, over: JsonObject): JsonObject {
  const merged: Record<string, Json> = { ...base };
  for (const [key, value] of Object.entries(over)) {
    const before = merged[key];
    if (isJsonObject(before) && isJsonObject(value)) merged[key] = overlay(before, value);
    else if (key === "tasks" && Array.isArray(before) && Array.isArray(value))
      merged[key] = overlayTasks(before, value);
    else merged[key] = value;
  }
  return merged;
}

function overlayTasks(base: readonly Json[], over: readonly Json[]): Json[] {
  const keyOf = (task: Json): Json | undefined => (isJsonObject(task) ? task["task_key"] : undefined);
  const merged = [...base];
  for (const task of over) {
    const index = merged.findIndex((each) => keyOf(each) !== undefined && keyOf(each) === keyOf(task));
    const before = merged[index];
    if (isJsonObject(before) && isJsonObject(task)) merged[index] = overlay(before, task);
    else merged.push(task);
  }
  return merged;
}

function resourcesOf(merged: ReturnType<typeof collect>, interpolateAll: (value: Json) => Json): BundleResources {
  const group = (kind: (typeof RESOURCE_KINDS)[number]): Record<string, BundleResource> =>
    Object.fromEntries([...merged[kind]].map(([key, each]) => [key, resource(key, each, interpolateAll)]));
  return {
    jobs: group("jobs"),
    pipelines: group("pipelines"),
    catalogs: group("catalogs"),
    schemas: group("schemas"),
    volumes: group("volumes"),
    external_locations: group("external_locations"),
    storage_credentials: group("storage_credentials"),
  };
}

function resource(key: string, merged: Merged, interpolateAll: (value: Json) => Json): BundleResource {
  const [first] = merged.parts;
  const partOf = (path: DocumentPath): Part | undefined =>
    merged.parts.find((part) => valueAtPath(part.document.value, [...part.path, ...path]) !== undefined) ?? first;
  const locate: BundleResource["locate"] = (path, what) => {
    const part = partOf(path);
    if (part?.document.file === undefined) return undefined;
    return part.document.locate([...part.path, ...path], what);
  };
  try {
    const settings = interpolateAll(merged.settings);
    return { key, settings: isJsonObject(settings) ? settings : {}, locate, source: first?.document.text };
  } catch (error) {
    const location = locate([]);
    if (!isBoathouseError(error) || location === undefined) throw error;
    throw error.at(location, first?.document.text);
  }
}

function valueAtPath(value: Json, path: DocumentPath): Json | undefined {
  let current: Json | undefined = value;
  for (const step of path) {
    if (Array.isArray(current) && typeof step === "number") current = (current as readonly Json[])[step];
    else current = isJsonObject(current) ? current[String(step)] : undefined;
  }
  return current;
}

function chooseTarget(
  targets: JsonObject,
  wanted: string | undefined,
  main: SourceDocument | undefined,
): string | undefined {
  const names = Object.keys(targets);
  if (wanted !== undefined) {
    if (names.includes(wanted)) return wanted;
    const hint =
      didYouMean(wanted, names) ??
      (names.length === 0 ? "The bundle has no targets." : `Targets: ${names.join(", ")}.`);
    throw new BoathouseError("TARGET_NOT_FOUND", `There is no target \`${wanted}\`.`, { kind: "usage", hint });
  }
  const defaults = names.filter((name) => objectAt(targets, [name])["default"] === true);
  if (defaults.length > 1 && main !== undefined)
    throw misplaced(main, ["targets"], `Two targets are the default: ${defaults.join(", ")}.`);
  return defaults[0] ?? (names.length === 1 ? names[0] : undefined);
}

/** In rising order: the default, the target's, `BUNDLE_VAR_name`, `--var`. */
function variableValues(
  documents: readonly SourceDocument[],
  targets: readonly DocumentPath[],
  options: BundleOptions,
): Record<string, Json> {
  const values: Record<string, Json> = {};
  for (const base of [[], ...targets]) {
    for (const [name, definition] of Object.entries(mergedGroups(documents, [...base, "variables"]))) {
      if (
        isJsonObject(definition) &&
        ("default" in definition || "description" in definition || "type" in definition || "lookup" in definition)
      ) {
        if (definition["lookup"] !== undefined) {
          throw new BoathouseError("BUNDLE_INVALID", `The variable \`${name}\` is looked up in a workspace.`, {
            hint: `Give it a value: --var ${name}=…`,
          });
        }
        if (definition["default"] !== undefined) values[name] = definition["default"];
        else values[name] ??= null;
      } else values[name] = definition;
    }
  }
  for (const [name, text] of Object.entries(options.variables ?? {})) {
    if (!(name in values)) {
      if (options.otherVariables?.includes(name) === true) continue;
      const hint = didYouMean(name, [...Object.keys(values), ...(options.otherVariables ?? [])]);
      throw new BoathouseError("VARIABLE_NOT_FOUND", `The bundle declares no variable \`${name}\`.`, {
        kind: "usage",
        ...(hint === undefined ? {} : { hint }),
      });
    }
    values[name] = text;
  }
  for (const name of Object.keys(values)) {
    const given = options.environment?.[`BUNDLE_VAR_${name}`];
    if (given !== undefined && options.variables?.[name] === undefined) values[name] = given;
    if (values[name] !== null) continue;
    throw new BoathouseError("VARIABLE_NOT_SET", `The variable \`${name}\` has no value.`, {
      kind: "usage",
      hint: `Give it one: --var ${name}=…`,
    });
  }
  return values;
}

function mergedGroups(documents: readonly SourceDocument[], path: DocumentPath): JsonObject {
  return Object.assign({}, ...documents.map((document) => objectAt(document.value, path))) as JsonObject;
}

function objectAt(value: Json | undefined, path: DocumentPath): JsonObject {
  const found = value === undefined ? undefined : valueAtPath(value, path);
  return isJsonObject(found) ? found : {};
}

/** Where a bundle stands in a folder, if it has one. */
export function bundleFile(folder: string, names: readonly string[]): string | undefined {
  const name = ["databricks.yml", "databricks.yaml", "bundle.yml", "bundle.yaml"].find((each) => names.includes(each));
  return name === undefined ? undefined : join(folder, name);
}
