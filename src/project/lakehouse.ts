import { join, resolve } from "node:path";
import type { Catalog } from "../catalog/catalog.ts";
import { systemClock, type Clock } from "../core/clock.ts";
import { randomIds, type IdSource } from "../core/ids.ts";
import type { Json, JsonObject } from "../core/json.ts";
import { openSession } from "../engine/embedded/embedded-session.ts";
import type { EngineEnvironment } from "../engine/embedded/environment.ts";
import type { Session } from "../engine/session.ts";
import type { Factory } from "../factory/model/resource.ts";
import { factoryFrom } from "../factory/model/define.ts";
import { loadFactory } from "../factory/model/load.ts";
import type { FactoryRunner } from "../factory/runtime/factory-runner.ts";
import { JobRunner } from "../jobs/job-runner.ts";
import { PipelineRunner } from "../pipelines/pipeline-runner.ts";
import type { RefreshRequest } from "../pipelines/refresh.ts";
import { prepareUpdate, type Update } from "../pipelines/update.ts";
import type { RunEvent } from "../runs/event.ts";
import type { RepairSelection } from "../runs/repair.ts";
import type { RunRecord } from "../runs/run-log.ts";
import type { RunHandle } from "../runs/runner.ts";
import { mergedBindings, readBindings } from "./bindings.ts";
import { catalogOf, shownPath } from "./bundle.ts";
import { deployBundle, deployGroups, type Deployed } from "./deploy.ts";
import { openFactoryRunner } from "./factory-host.ts";
import { eventLogFunction } from "./event-log-function.ts";
import { findJob } from "./jobs.ts";
import { keepContainers, readContainers } from "./known-bindings.ts";
import { loadProject, type Project } from "./load.ts";
import { localUser } from "./local-user.ts";
import { mainRunOf } from "./main-run.ts";
import { findPipeline, updateDefinition } from "./pipelines.ts";
import { openPlatform, type Platform } from "./platform.ts";
import { shownEvent, type ShownEvent } from "./run-event.ts";
import { standaloneDatasets } from "./standalone-datasets.ts";
import { jobEnvironment, localWorkspace, requireBundle } from "./workspace.ts";
import type { MainRun } from "./config.ts";
import { BoathouseError } from "../core/errors.ts";

export interface LakehouseOptions {
  /** The lakehouse's folder. Default: `.boathouse` in the project's folder. */
  readonly root?: string;
  /** A project's folder, or a project that is loaded already. Without one there is SQL alone. */
  readonly project?: string | Project;
  /** The target of the project's bundle. Default: its default target. */
  readonly target?: string;
  /** Values of the bundle's variables. */
  readonly variables?: Readonly<Record<string, string>>;
  /** What URLs stand for here, by URL prefix; laid over the project's bindings. Relative folders start at the working folder. */
  readonly bindings?: Readonly<Record<string, string>>;
  /** Who runs things, and owns a lakehouse that is made now. Default: the user of this machine. */
  readonly user?: string;
  readonly clock?: Clock;
  readonly ids?: IdSource;
  /** Bytes that the engine may hold in memory before it spills to disk. */
  readonly memoryLimit?: number;
  readonly threads?: number;
}

export interface SessionContext {
  /** Whose privileges count. Default: the lakehouse's user. */
  readonly user?: string;
  readonly catalog?: string;
  readonly schema?: string;
}

export interface RunWatch {
  /** Cancels the run. */
  readonly signal?: AbortSignal;
}

/**
 * A lakehouse on this machine: the wiring of storage, catalog, engine, pipelines, jobs and factory in one root folder.
 * Each part is opened when it is first needed. Several processes may have the same root open.
 */
export class Lakehouse {
  readonly root: string;
  readonly user: string;
  readonly project: Project | undefined;
  readonly #options: LakehouseOptions;
  readonly clock: Clock;
  readonly #ids: IdSource;
  readonly #listeners = new Set<(event: ShownEvent) => void>();
  #platform: Promise<Platform> | undefined;
  #pipelines: Promise<PipelineRunner> | undefined;
  #jobs: Promise<JobRunner> | undefined;
  #factory: Promise<Factory | undefined> | undefined;
  #factoryRunner: Promise<FactoryRunner> | undefined;

  private constructor(options: LakehouseOptions, project: Project | undefined, user: string) {
    this.#options = options;
    this.project = project;
    this.user = user;
    this.root = resolve(options.root ?? join(project?.folder ?? process.cwd(), ".boathouse"));
    this.clock = options.clock ?? systemClock;
    this.#ids = options.ids ?? randomIds;
  }

  /** Loads the project. Errors are those of its files: `PROJECT_NOT_FOUND`, `BUNDLE_INVALID`… */
  static async open(options: LakehouseOptions = {}): Promise<Lakehouse> {
    const user = options.user ?? localUser();
    const { project, target, variables } = options;
    const loaded =
      typeof project === "string"
        ? await loadProject(project, {
            user,
            environment: process.env,
            ...(target === undefined ? {} : { target }),
            ...(variables === undefined ? {} : { variables }),
          })
        : project;
    return new Lakehouse(options, loaded, user);
  }

  /** Calls `listener` with every event of every run that this process executes; returns how to stop that. */
  observe(listener: (event: ShownEvent) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** A session of Spark SQL. Names begin in the given catalog, by default the project's, or the first one there is. */
  async session(context: SessionContext = {}): Promise<Session> {
    const { user = this.user, catalog = catalogOf(this.project?.bundle), schema } = context;
    return openSession(await this.#environment(), {
      user,
      ...(catalog === undefined ? {} : { catalog }),
      ...(schema === undefined ? {} : { schema }),
    });
  }

  async catalog(): Promise<Catalog> {
    return (await this.platform()).catalog;
  }

  /** What everything stands on. Opens, or makes, the lakehouse's root. */
  platform(): Promise<Platform> {
    return (this.#platform ??= this.#openPlatform());
  }

  /** The project's factory as it was found, not validated; undefined when it has none. */
  factory(): Promise<Factory | undefined> {
    return (this.#factory ??= this.#loadFactory());
  }

  /** Applies the project's groups and the bundle's catalog objects. Says what it changed; a second time, nothing. */
  async deploy(): Promise<readonly Deployed[]> {
    if (this.project === undefined) return [];
    const catalog = await this.catalog();
    const { config, bundle } = this.project;
    const groups = await deployGroups(catalog, this.user, config.groups ?? {});
    return bundle === undefined ? groups : [...groups, ...(await deployBundle(catalog, this.user, bundle))];
  }

  /** What `boathouse run` runs. Throws `PROJECT_MAIN_UNKNOWN`. */
  async main(): Promise<MainRun> {
    return mainRunOf(this.#requireProject(), await this.factory());
  }

  async runFactoryPipeline(
    name: string,
    options: RunWatch & {
      readonly parameters?: JsonObject;
      /** Outputs of activities that are not to run, by `activity` or `pipeline/activity`. */
      readonly mocks?: Readonly<Record<string, Json>>;
    } = {},
  ): Promise<RunHandle> {
    const { mocks, ...start } = options;
    const runner = mocks === undefined ? await this.factoryRunner() : await this.#openFactoryRunner(mocks);
    return runner.start(name, { ...start, trigger: { type: "Manual", name: "Manual" } });
  }

  /** Runs a job of the project by its key or name. */
  async runJob(
    key: string,
    options: RunWatch & { readonly parameters?: Readonly<Record<string, string>> } = {},
  ): Promise<RunHandle> {
    return (await this.jobs()).start(findJob(this.project?.bundle, key), options);
  }

  /** Updates a declarative pipeline of the project by its key or name. */
  async runPipeline(key: string, request: RefreshRequest = {}, watch: RunWatch = {}): Promise<RunHandle> {
    const runner = await this.pipelines();
    return runner.start(await this.#update(key, request), watch);
  }

  /** What an update would do and why, without running it. */
  async planPipeline(key: string, request: RefreshRequest = {}): Promise<Update> {
    return prepareUpdate(await this.#update(key, request));
  }

  /** Runs failed or named tasks of an ended job run again, with the job as it is now. */
  async repairJob(
    runId: string,
    selection: RepairSelection,
    options: RunWatch & { readonly parameters?: Readonly<Record<string, string>> } = {},
  ): Promise<RunHandle> {
    const runner = await this.jobs();
    const run = await runner.runner.log.get(runId);
    return runner.repair(runId, selection, { ...options, job: findJob(this.project?.bundle, run.name) });
  }

  /**
   * The runs that a crash interrupted and that no other run waits for, of every kind, the oldest first. Runs that they
   * have started go on with them.
   */
  async interruptedRuns(): Promise<readonly RunRecord[]> {
    const runners = [(await this.pipelines()).runner, (await this.jobs()).runner];
    if ((await this.factory()) !== undefined) runners.push((await this.factoryRunner()).runner);
    const runs = (await Promise.all(runners.map((runner) => runner.interrupted()))).flat();
    const ids = new Set(runs.map((run) => run.id));
    return runs
      .filter((run) => run.parent === undefined || !ids.has(run.parent.runId))
      .toSorted((a, b) => a.createdAt - b.createdAt);
  }

  /** Goes on with what a crash interrupted. */
  async resumeInterrupted(watch: RunWatch = {}): Promise<readonly RunHandle[]> {
    const handles: RunHandle[] = [];
    for (const run of await this.interruptedRuns()) handles.push(await this.resume(run, watch));
    return handles;
  }

  async resume(run: RunRecord, watch: RunWatch = {}): Promise<RunHandle> {
    switch (run.kind) {
      case "factory":
        return (await this.factoryRunner()).resume(run.id, watch);
      case "job":
        return (await this.jobs()).runner.resume(run.id, watch);
      default:
        return (await this.pipelines()).resume(run.id, watch);
    }
  }

  /** Cancels a run wherever it is executed, with the runs that it has started. */
  async cancel(run: RunRecord): Promise<void> {
    const runner =
      run.kind === "factory"
        ? await this.factoryRunner()
        : run.kind === "job"
          ? await this.jobs()
          : await this.pipelines();
    await runner.runner.cancel(run.id);
  }

  pipelines(): Promise<PipelineRunner> {
    return (this.#pipelines ??= this.platform().then(
      ({ state }) =>
        new PipelineRunner({
          state,
          clock: this.clock,
          ids: this.#ids,
          openSession: (context) => this.session(context),
          checkpoints: join(this.root, "checkpoints"),
          observe: this.#observe,
        }),
    ));
  }

  jobs(): Promise<JobRunner> {
    return (this.#jobs ??= this.platform().then(
      ({ state }) =>
        new JobRunner({
          state,
          clock: this.clock,
          ids: this.#ids,
          environment: jobEnvironment(this.#workspace()),
          observe: this.#observe,
        }),
    ));
  }

  factoryRunner(): Promise<FactoryRunner> {
    return (this.#factoryRunner ??= this.#openFactoryRunner());
  }

  /** Waits for what still runs in the background, and closes what is open. */
  async close(): Promise<void> {
    const factory = await this.#factoryRunner?.catch(() => undefined);
    await factory?.settled();
    await (await this.#platform?.catch(() => undefined))?.close();
    this.#platform = undefined;
  }

  readonly #observe = (event: RunEvent, run: RunRecord): void => {
    if (this.#listeners.size === 0) return;
    const shown = shownEvent(event, run);
    for (const listener of this.#listeners) listener(shown);
  };

  async #openPlatform(): Promise<Platform> {
    const { root, project } = this;
    const bindings = mergedBindings(
      readBindings(project?.config.bindings ?? {}, project?.folder ?? process.cwd()),
      readBindings(this.#options.bindings ?? {}, process.cwd()),
    );
    if (project !== undefined) await keepContainers(root, bindings.containers);
    const containers =
      project === undefined ? { ...(await readContainers(root)), ...bindings.containers } : bindings.containers;
    return openPlatform({
      root,
      user: this.user,
      clock: this.clock,
      ids: this.#ids,
      bindings: { ...bindings, containers },
      memoryLimit: this.#options.memoryLimit,
      threads: this.#options.threads,
    });
  }

  async #environment(): Promise<EngineEnvironment> {
    const { catalog, storage, databases, tables, folders, temporaryFolder } = await this.platform();
    const pipelines = (): Promise<PipelineRunner> => this.pipelines();
    return {
      catalog,
      storage,
      databases,
      tables,
      clock: this.clock,
      ids: this.#ids,
      folders,
      temporaryFolder,
      tableFunctions: new Map([["event_log", eventLogFunction({ pipelines, bundle: this.project?.bundle })]]),
      datasets: standaloneDatasets({ pipelines, catalog: () => this.catalog() }),
    };
  }

  async #openFactoryRunner(mocks?: Readonly<Record<string, Json>>): Promise<FactoryRunner> {
    const factory = await this.factory();
    if (factory === undefined) {
      throw new BoathouseError("FACTORY_NOT_FOUND", "The project has no factory.", {
        kind: "usage",
        hint: "Add the folders of its git layout (pipeline/, dataset/, linkedService/), or a `factory` in boathouse.config.ts.",
      });
    }
    return openFactoryRunner({
      factory,
      platform: await this.platform(),
      workspace: localWorkspace(this.#workspace()),
      clock: this.clock,
      ids: this.#ids,
      observe: this.#observe,
      ...(mocks === undefined ? {} : { mocks }),
    });
  }

  #workspace(): Parameters<typeof jobEnvironment>[0] {
    return {
      bundle: this.project?.bundle,
      openSession: () => this.session(),
      pipelines: () => this.pipelines(),
      jobs: () => this.jobs(),
    };
  }

  async #loadFactory(): Promise<Factory | undefined> {
    const found = this.project?.factory;
    if (found === undefined) return undefined;
    if ("value" in found) return factoryFrom(found.value);
    return loadFactory(found.folder, { display: shownPath(found.folder) });
  }

  async #update(key: string, request: RefreshRequest): ReturnType<typeof updateDefinition> {
    const bundle = requireBundle(this.project?.bundle);
    return updateDefinition(bundle, findPipeline(bundle, key), request);
  }

  #requireProject(): Project {
    if (this.project !== undefined) return this.project;
    throw new BoathouseError("PROJECT_NOT_FOUND", "No project is open.", {
      kind: "usage",
      hint: "Give its folder: boathouse run <folder>.",
    });
  }
}
