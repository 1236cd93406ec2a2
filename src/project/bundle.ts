import { relative } from "node:path";
import { BoathouseError, type SourceLocation } from "../core/errors.ts";
import { isJsonObject, type Json, type JsonObject } from "../core/json.ts";
import { didYouMean } from "../core/nearest.ts";
import type { DocumentPath, SourceDocument } from "../core/document.ts";

/**
 * A Databricks asset bundle (`databricks.yml`) after its includes, target and variables are resolved: resources by kind
 * and key, in the schema of the REST API.
 */
export interface Bundle {
  readonly name: string;
  readonly target: string | undefined;
  /** The folder that paths inside the bundle start from. */
  readonly folder: string;
  readonly resources: BundleResources;
  /** The files that it was read from, `databricks.yml` first; none for a bundle that is written in TypeScript. */
  readonly files: readonly string[];
  /** The values that `${var.…}` had. */
  readonly variables: Readonly<Record<string, Json>>;
}

export type BundleResources = Readonly<Record<ResourceKind, Readonly<Record<string, BundleResource>>>>;

export interface BundleResource {
  readonly key: string;
  readonly settings: JsonObject;
  /** Where in the user's files a part of the settings stands. */
  locate(path: DocumentPath, part?: "key" | "value"): SourceLocation | undefined;
  /** The text of that file. */
  readonly source: string | undefined;
}

/** The resources that run here. */
export const RESOURCE_KINDS = [
  "jobs",
  "pipelines",
  "catalogs",
  "schemas",
  "volumes",
  "external_locations",
  "storage_credentials",
] as const;

export type ResourceKind = (typeof RESOURCE_KINDS)[number];

/**
 * Resources of a workspace that have no meaning on one machine: they are carried along by `synth` and named by
 * `validate`, and nothing runs them.
 */
const REMOTE_RESOURCE_KINDS: readonly string[] = [
  "apps",
  "clusters",
  "dashboards",
  "database_catalogs",
  "database_instances",
  "experiments",
  "genie_spaces",
  "model_serving_endpoints",
  "models",
  "quality_monitors",
  "registered_models",
  "secret_scopes",
  "sql_warehouses",
  "synced_database_tables",
  "alerts",
];

const TOP_LEVEL: readonly string[] = [
  "artifacts",
  "bundle",
  "environments",
  "experimental",
  "include",
  "permissions",
  "presets",
  "python",
  "resources",
  "run_as",
  "scripts",
  "sync",
  "targets",
  "variables",
  "workspace",
];

/** What may stand in a target: it overrides the top level. */
const TARGET_KEYS: readonly string[] = [
  "artifacts",
  "bundle",
  "cluster_id",
  "compute_id",
  "default",
  "git",
  "mode",
  "permissions",
  "presets",
  "resources",
  "run_as",
  "sync",
  "variables",
  "workspace",
];

/** Refuses keys that a bundle does not have, at their place, with the nearest one that it has. */
export function checkBundleKeys(document: SourceDocument): void {
  const root = document.value;
  if (!isJsonObject(root)) throw misplaced(document, [], "A bundle is a mapping at its top level.");
  checkKeys(document, [], root, TOP_LEVEL, "bundle");
  checkResources(document, ["resources"], root["resources"]);
  const targets = root["targets"];
  if (!isJsonObject(targets)) return;
  for (const [name, target] of Object.entries(targets)) {
    if (!isJsonObject(target)) continue;
    checkKeys(document, ["targets", name], target, TARGET_KEYS, "target");
    checkResources(document, ["targets", name, "resources"], target["resources"]);
  }
}

export function misplaced(
  document: SourceDocument,
  path: DocumentPath,
  message: string,
  hint?: string,
): BoathouseError {
  return new BoathouseError("BUNDLE_INVALID", message, {
    location: document.locate(path, "key"),
    source: document.text,
    ...(hint === undefined ? {} : { hint }),
  });
}

/** The catalog that a bundle is about, when it is about one. */
export function catalogOf(bundle: Bundle | undefined): string | undefined {
  if (bundle === undefined) return undefined;
  const { catalogs, pipelines } = bundle.resources;
  const names = new Set(
    [
      ...Object.values(catalogs).map((each) => each.settings["name"]),
      ...Object.values(pipelines).map((each) => each.settings["catalog"]),
    ].filter((name) => typeof name === "string"),
  );
  const [first] = names;
  return names.size === 1 ? first : undefined;
}

/** A path of a file as messages show it: relative to where the command runs, when that is shorter. */
export function shownPath(path: string): string {
  const near = relative(process.cwd(), path);
  return near.length > 0 && near.length < path.length ? near : path;
}

function checkResources(document: SourceDocument, path: DocumentPath, resources: Json | undefined): void {
  if (resources === undefined || resources === null) return;
  if (!isJsonObject(resources)) throw misplaced(document, path, "`resources` is a mapping from kinds to resources.");
  checkKeys(document, path, resources, [...RESOURCE_KINDS, ...REMOTE_RESOURCE_KINDS], "kind of resource");
  for (const kind of RESOURCE_KINDS) {
    const group = resources[kind];
    if (group === undefined || group === null) continue;
    if (!isJsonObject(group))
      throw misplaced(document, [...path, kind], `\`${kind}\` is a mapping from keys to resources.`);
    for (const [key, settings] of Object.entries(group)) {
      if (!isJsonObject(settings))
        throw misplaced(document, [...path, kind, key], `The resource \`${key}\` has no settings.`);
    }
  }
}

function checkKeys(
  document: SourceDocument,
  path: DocumentPath,
  value: JsonObject,
  known: readonly string[],
  what: string,
): void {
  for (const key of Object.keys(value)) {
    if (known.includes(key)) continue;
    const place = what === "kind of resource" ? "There is no kind of resource" : `A ${what} has no property`;
    throw misplaced(
      document,
      [...path, key],
      `${place} \`${key}\`.`,
      didYouMean(key, known) ?? `Known: ${known.join(", ")}.`,
    );
  }
}
