import type { JsonObject } from "../core/json.ts";
import type { FactoryDefinition } from "../factory/model/definition.ts";
import type { BundleDefinition } from "./bundle-definition.ts";

/**
 * What a project says of itself in `boathouse.config.ts` (or, as plain data, in `boathouse.yml`). Everything that the
 * cloud has a schema for stands in the artefacts; here is only what ties them to this machine.
 */
export interface ProjectConfig {
  /** Default: the bundle's name, or the folder's. */
  readonly name?: string;
  /** A factory written in TypeScript, or the folder of its git layout. Default: detected. */
  readonly factory?: FactoryDefinition | string;
  /** A bundle written in TypeScript, or its file. Default: `databricks.yml`. */
  readonly bundle?: BundleDefinition | string;
  /** What `boathouse run` runs. Default: the only pipeline that no other one calls, or the only job. */
  readonly main?: MainRun;
  /** Members (users and groups) of groups. */
  readonly groups?: Readonly<Record<string, readonly string[]>>;
  /** What URLs stand for here: a folder of this machine, or another URL, by URL prefix. */
  readonly bindings?: Readonly<Record<string, string>>;
  /** What the project adds to the options of `boathouse run`. */
  readonly options?: Readonly<Record<string, ProjectOption>>;
  /** Queries whose results end the output of `boathouse run`. */
  readonly report?: readonly ReportQuery[];
}

export type MainRun =
  | { readonly pipeline: string; readonly parameters?: JsonObject }
  | { readonly job: string; readonly parameters?: JsonObject };

export interface ReportQuery {
  readonly title: string;
  readonly sql: string;
}

/** `--<name> <value>`. */
export interface ProjectOption {
  readonly description: string;
  readonly default: string;
  /** Variables (`--var name=value`) that it reads, beside those that the bundle declares. */
  readonly variables?: readonly string[];
  /** Called once before a run. Throws (or rejects) for a value that it does not know. */
  prepare(value: string, context: OptionContext): Promise<OptionEffect> | OptionEffect;
}

export interface OptionContext {
  /** The project's folder, and the root of its lakehouse. Absolute. */
  readonly folder: string;
  readonly root: string;
  /** The folder where the command was called: relative paths start there. */
  readonly cwd: string;
  /** Other options of the run, such as `--var name=value`. */
  readonly variables: Readonly<Record<string, string>>;
}

export interface OptionEffect {
  /** Laid over the project's bindings. */
  readonly bindings?: Readonly<Record<string, string>>;
  /** Laid over the main run's parameters. */
  readonly parameters?: JsonObject;
  /** Called when the run has ended. */
  close?(): Promise<void>;
}

/** Types a project's config; the value is the same. */
export function defineProject(config: ProjectConfig): ProjectConfig {
  return config;
}
