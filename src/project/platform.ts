import { mkdir, readdir, rm } from "node:fs/promises";
import { join, resolve } from "node:path";
import { Catalog } from "../catalog/catalog.ts";
import { catalogMigrations } from "../catalog/migrations.ts";
import type { CatalogSnapshot } from "../catalog/snapshot.ts";
import { BoathouseError, messageOf } from "../core/errors.ts";
import type { Clock } from "../core/clock.ts";
import type { IdSource } from "../core/ids.ts";
import { processExists } from "../core/process.ts";
import { Databases } from "../engine/embedded/databases.ts";
import { DeltaTables } from "../engine/embedded/delta-tables.ts";
import { factoryMigrations } from "../factory/copy/migrations.ts";
import { pipelineMigrations } from "../pipelines/tables.ts";
import { runMigrations } from "../runs/migrations.ts";
import { openState, type State } from "../state/state.ts";
import { isRemote, Storage } from "../storage/storage.ts";
import type { Bindings } from "./bindings.ts";
import { expressionCompiler } from "./expression-compiler.ts";
import { serveFolder } from "./serve-folder.ts";

export interface PlatformOptions {
  readonly root: string;
  readonly user: string;
  readonly clock: Clock;
  readonly ids: IdSource;
  readonly bindings: Bindings;
  /** Bytes that the engine may hold in memory. */
  readonly memoryLimit: number | undefined;
  readonly threads: number | undefined;
}

/** What everything in a lakehouse stands on: its database, storage, catalog and tables. */
export interface Platform {
  readonly state: State;
  readonly storage: Storage;
  readonly catalog: Catalog;
  readonly databases: Databases;
  readonly tables: DeltaTables;
  /** Folders of this machine that hold the lakehouse's data. */
  readonly folders: readonly string[];
  /** This process's own folder for files in passing. */
  readonly temporaryFolder: string;
  close(): Promise<void>;
}

/** The database's tables of every folder of the house. */
const MIGRATIONS = [...runMigrations, ...catalogMigrations, ...pipelineMigrations, ...factoryMigrations];

/** Opens a lakehouse's root, making it when it is not there. DuckDB is loaded when a statement first needs it. */
export async function openPlatform(options: PlatformOptions): Promise<Platform> {
  const { clock, ids, user, bindings } = options;
  const root = resolve(options.root);
  const temporaryFolder = await ownFolder(root, ids);
  const servers = await Promise.all(Object.values(bindings.served).map(serveFolder));
  const web = {
    ...bindings.web,
    ...Object.fromEntries(Object.keys(bindings.served).map((prefix, index) => [prefix, servers[index]?.url ?? ""])),
  };
  const state = await openState({ path: join(root, "state.db"), migrations: MIGRATIONS, clock });
  const storage = new Storage({ root, bindings: bindings.containers, web, http: { clock } });
  const limits = {
    tempDirectory: temporaryFolder,
    ...(options.memoryLimit === undefined ? {} : { memoryLimit: options.memoryLimit }),
    ...(options.threads === undefined ? {} : { threads: options.threads }),
  };
  const databases = new Databases(limits);
  const tables = new DeltaTables({
    storage,
    clock,
    ids,
    expressions: expressionCompiler,
    engineInfo: "Boathouse",
    tempDirectory: temporaryFolder,
    // Lists of files are small beside the data.
    ...(options.memoryLimit === undefined ? {} : { memoryLimit: Math.ceil(options.memoryLimit / 8) }),
  });
  const close = async (): Promise<void> => {
    await tables.close();
    await databases.close();
    await state.close();
    await Promise.all(servers.map((server) => server.close()));
    await rm(temporaryFolder, { recursive: true, force: true });
  };
  try {
    const catalog = await Catalog.open({ state, storage, root, owner: user, clock, ids });
    requirePrincipal(await catalog.snapshot(), user, root);
    const folders = [join(root, "storage"), ...Object.values(bindings.containers).filter((each) => !isRemote(each))];
    return { state, storage, catalog, databases, tables, folders, temporaryFolder, close };
  } catch (error) {
    await close();
    throw error;
  }
}

function requirePrincipal(snapshot: CatalogSnapshot, user: string, root: string): void {
  if (snapshot.principal(user) !== undefined) return;
  const { owner } = snapshot.metastore;
  throw new BoathouseError(
    "LAKEHOUSE_OF_ANOTHER_USER",
    `The lakehouse ${root} is ${owner}'s and does not know ${user}.`,
    {
      kind: "usage",
      hint: `Work as its owner (BOATHOUSE_USER=${owner}), or choose another folder with --root.`,
    },
  );
}

/** A folder of this process alone; those of processes that are gone are removed. */
async function ownFolder(root: string, ids: IdSource): Promise<string> {
  const parent = join(root, "tmp");
  try {
    await mkdir(parent, { recursive: true });
  } catch (error) {
    throw new BoathouseError("ROOT_UNUSABLE", `The lakehouse's folder ${root} cannot be made: ${messageOf(error)}`, {
      kind: "usage",
      cause: error,
      hint: "Choose a folder that can be written to with --root.",
    });
  }
  for (const name of await readdir(parent)) {
    const pid = /^process-(\d+)-/.exec(name)?.[1];
    if (pid !== undefined && !processExists(Number(pid)))
      await rm(join(parent, name), { recursive: true, force: true });
  }
  const own = join(parent, `process-${process.pid}-${ids.uuid()}`);
  await mkdir(own);
  return own;
}
