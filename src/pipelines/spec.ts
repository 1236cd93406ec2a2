import { BoathouseError, type SourceLocation } from "../core/errors.ts";
import type { DocumentPath } from "../core/document.ts";
import { isJsonObject, type Json, type JsonObject } from "../core/json.ts";
import { didYouMean } from "../core/nearest.ts";

/**
 * A declarative pipeline, in the schema of the Pipelines REST API: `resources.pipelines` of a bundle, or a
 * `spark-pipeline.yml`.
 */
export interface PipelineSpec {
  /** How other resources refer to it; the key in a bundle. */
  readonly id: string;
  readonly name: string;
  readonly catalog: string;
  readonly schema: string;
  /** Values of `${name}` in the SQL files. */
  readonly configuration: Readonly<Record<string, string>>;
  /** Globs of SQL files, from the pipeline's root. */
  readonly include: readonly string[];
  /** Development mode: flows are not retried. */
  readonly development: boolean;
}

/** A pipeline as it is written in TypeScript or YAML. */
export interface PipelineSettings {
  readonly name?: string;
  readonly catalog?: string;
  readonly schema?: string;
  /** The older word for `schema`. */
  readonly target?: string;
  readonly configuration?: Readonly<Record<string, string | number | boolean>>;
  readonly libraries?: readonly PipelineLibrary[];
  readonly development?: boolean;
  readonly continuous?: boolean;
  readonly root_path?: string;
  readonly id?: string;
  /** What only a workspace needs. */
  readonly channel?: string;
  readonly edition?: string;
  readonly photon?: boolean;
  readonly serverless?: boolean;
  readonly tags?: Readonly<Record<string, string>>;
  readonly clusters?: readonly JsonObject[];
  readonly notifications?: readonly JsonObject[];
  readonly permissions?: readonly JsonObject[];
  readonly budget_policy_id?: string;
  readonly environment?: JsonObject;
  readonly run_as?: JsonObject;
}

export type PipelineLibrary =
  | { readonly glob: { readonly include: string } }
  | { readonly file: { readonly path: string } }
  | { readonly notebook: { readonly path: string } };

/** Every setting and what it says; null: it is carried along for a workspace and has no effect here. */
export const SETTINGS: Readonly<Record<keyof PipelineSettings, string | null>> = {
  name: "The name; by default the key in the bundle.",
  catalog: "Where names of datasets begin. Required.",
  schema: "Where names of datasets begin in the catalog. Required.",
  target: "The older word for `schema`.",
  configuration: "Values of `${name}` in the SQL files.",
  libraries: "The SQL files: `glob: {include}`, `file: {path}`, `notebook: {path}`.",
  development: "Development mode, the default: flows are not retried.",
  continuous: "Only `false`: a pipeline runs when it is started.",
  root_path: "Without `libraries`: all files below this folder.",
  id: "How others refer to it, where it is not the key.",
  channel: null,
  edition: null,
  photon: null,
  serverless: null,
  tags: null,
  clusters: null,
  notifications: null,
  permissions: null,
  budget_policy_id: null,
  environment: null,
  run_as: null,
};

/** Settings of the REST API that would change what a pipeline does, and that nothing here carries out. */
export const REFUSED: Readonly<Record<string, string>> = {
  allow_duplicate_names: "Pipelines are found by their key.",
  event_log: "Read the events with event_log('<pipeline>').",
  filters: "Name the files in `libraries`.",
  gateway_definition: "Ingestion gateways run in a workspace only.",
  ingestion_definition: "Managed ingestion runs in a workspace only.",
  restart_window: "Nothing is restarted by itself here.",
  storage: "Set `catalog` and `schema`: tables and checkpoints live there.",
  trigger: "Put the pipeline into a job with a schedule.",
};

export interface Located {
  locate(path: DocumentPath, part?: "key" | "value"): SourceLocation | undefined;
  readonly source: string | undefined;
}

/** Checks the settings of a pipeline. Throws `PIPELINE_INVALID` at the place of the first thing that is wrong. */
export function readPipelineSpec(id: string, settings: JsonObject, place: Located): PipelineSpec {
  const fail = (path: DocumentPath, message: string, hint?: string, part?: "key" | "value"): never => {
    const location = place.locate(path, part);
    throw new BoathouseError("PIPELINE_INVALID", message, {
      ...(location === undefined ? {} : { location }),
      ...(place.source === undefined ? {} : { source: place.source }),
      ...(hint === undefined ? {} : { hint }),
    });
  };
  for (const key of Object.keys(settings)) {
    const refused = REFUSED[key];
    if (refused !== undefined) fail([key], `The pipeline setting \`${key}\` is not supported here.`, refused, "key");
    if (!Object.hasOwn(SETTINGS, key)) {
      fail([key], `A pipeline has no setting \`${key}\`.`, didYouMean(key, Object.keys(SETTINGS)), "key");
    }
  }
  const text = (key: keyof PipelineSettings): string | undefined => {
    const value = settings[key];
    if (value === undefined || value === null) return undefined;
    return typeof value === "string" && value !== "" ? value : fail([key], `\`${key}\` must be text.`);
  };
  const flag = (key: keyof PipelineSettings, otherwise: boolean): boolean => {
    const value = settings[key] ?? otherwise;
    return typeof value === "boolean" ? value : fail([key], `\`${key}\` must be true or false.`);
  };
  if (flag("continuous", false)) {
    fail(["continuous"], "Continuous pipelines do not run here.", "Set `continuous: false` and run it on a schedule.");
  }
  const catalog = text("catalog") ?? fail([], `The pipeline \`${id}\` names no catalog.`, "Add `catalog: <name>`.");
  const schema =
    text("schema") ?? text("target") ?? fail([], `The pipeline \`${id}\` names no schema.`, "Add `schema: <name>`.");
  return {
    id: text("id") ?? id,
    name: text("name") ?? id,
    catalog,
    schema,
    configuration: configurationOf(settings["configuration"], fail),
    include: includesOf(settings["libraries"], text("root_path"), fail),
    development: flag("development", true),
  };
}

type Fail = (path: DocumentPath, message: string, hint?: string, part?: "key" | "value") => never;

function configurationOf(value: Json | undefined, fail: Fail): Record<string, string> {
  if (value === undefined || value === null) return {};
  if (!isJsonObject(value)) return fail(["configuration"], "`configuration` is a mapping from names to text.");
  return Object.fromEntries(
    Object.entries(value).map(([key, each]) => {
      if (typeof each === "string" || typeof each === "number" || typeof each === "boolean") return [key, String(each)];
      return fail(["configuration", key], `The configuration value \`${key}\` must be text.`);
    }),
  );
}

function includesOf(value: Json | undefined, rootPath: string | undefined, fail: Fail): string[] {
  if (value === undefined || value === null) return rootPath === undefined ? [] : [`${rootPath}/**`];
  if (!Array.isArray(value)) return fail(["libraries"], "`libraries` is a list.");
  return (value as readonly Json[]).map((each, index) => {
    const library = isJsonObject(each) ? each : {};
    for (const [kind, inner] of [
      ["glob", "include"],
      ["file", "path"],
      ["notebook", "path"],
    ] as const) {
      const body = library[kind];
      const path = isJsonObject(body) ? body[inner] : undefined;
      if (typeof path === "string") return path;
    }
    return fail(
      ["libraries", index],
      "This library cannot be run here.",
      "Known: `glob: {include: …}`, `file: {path: …}` and `notebook: {path: …}` of SQL files.",
    );
  });
}
