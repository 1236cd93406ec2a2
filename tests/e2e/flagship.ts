import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import type { Row } from "../../src/core/value.ts";
import { Lakehouse } from "../../src/project/lakehouse.ts";
import { loadProject, type Project } from "../../src/project/load.ts";
import type { RunOutcome } from "../../src/runs/execution.ts";

export const REPOSITORY = resolve(import.meta.dirname, "../..");

/** The flagship in a lakehouse of its own. */
export interface Flagship {
  readonly lakehouse: Lakehouse;
  readonly root: string;
  run(): Promise<RunOutcome>;
  rows(sql: string, user?: string): Promise<Row[]>;
  count(table: string): Promise<number>;
  /** The Delta version of each table, by its name. */
  versions(): Promise<Record<string, number>>;
  close(): Promise<void>;
}

export const TABLES = [
  ...["titles", "cast", "category", "countries", "directors"].map((name) => `bronze.${name}`),
  ...["titles", "titles_quarantine", "cast", "genres", "countries", "directors"].map((name) => `silver.${name}`),
  ...[
    "title_facts",
    "catalog_growth",
    "genre_trends",
    "country_mix",
    "rating_mix",
    "director_leaderboard",
    "collaborations",
  ].map((name) => `gold.${name}`),
];

const FOLDER = join(REPOSITORY, "netflix");
const USER = "engineer@example.com";

export function loadFlagship(): Promise<Project> {
  return loadProject(FOLDER, { user: USER });
}

export interface FlagshipPlaces {
  /** A folder with the project's native artefacts, which are run in its place. */
  readonly artefacts?: string;
  /** The lakehouse's folder, which stays when it is closed. By default one of its own, which does not. */
  readonly root?: string;
}

/** Opens the flagship over a source: `sample`, or a folder. */
export async function openFlagship(source: string, places: FlagshipPlaces = {}): Promise<Flagship> {
  const { artefacts } = places;
  const root = places.root ?? (await mkdtemp(join(tmpdir(), "flagship-")));
  const project = await loadFlagship();
  const context = { folder: FOLDER, root, cwd: REPOSITORY, variables: {} };
  const effect = await project.config.options?.["source"]?.prepare(source, context);
  const lakehouse = await Lakehouse.open({
    root,
    project: artefacts ?? project,
    user: USER,
    ...(effect?.bindings === undefined ? {} : { bindings: effect.bindings }),
  });
  const rows: Flagship["rows"] = async (sql, user) => {
    const session = await lakehouse.session({ catalog: "netflix", ...(user === undefined ? {} : { user }) });
    try {
      return await (await session.sql(sql)).rows();
    } finally {
      await session.close();
    }
  };
  return {
    lakehouse,
    root,
    rows,
    async run() {
      await lakehouse.deploy();
      const handle = await lakehouse.runFactoryPipeline("pl_netflix", { parameters: effect?.parameters ?? {} });
      return handle.finished;
    },
    async count(table) {
      const [row] = await rows(`SELECT count(*) AS n FROM ${table}`);
      return Number(row?.["n"]);
    },
    async versions() {
      const session = await lakehouse.session({ catalog: "netflix" });
      const found: Record<string, number> = {};
      for (const table of TABLES) found[table] = (await session.tableState(table))?.version ?? -1;
      await session.close();
      return found;
    },
    async close() {
      await lakehouse.close();
      await effect?.close?.();
      if (places.root === undefined) await rm(root, { recursive: true, force: true });
    },
  };
}
