import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { field, INT, STRING, struct } from "../core/data-type.ts";
import { seededIds } from "../core/ids.ts";
import { openState, type State } from "../state/state.ts";
import { Storage } from "../storage/storage.ts";
import { Catalog } from "./catalog.ts";
import { catalogMigrations } from "./migrations.ts";

export const CONNECTOR =
  "/subscriptions/00000000-0000-0000-0000-000000000000/resourceGroups/rg/providers/Microsoft.Databricks/accessConnectors/lake";
export const columns = struct([field("id", INT), field("title", STRING), field("region", STRING)]);
export const definition = { text: "SELECT 1", catalog: "shop", schema: "gold" };

/** A catalog of the user `admin` over a state of its own. */
export interface OpenCatalog {
  readonly root: string;
  readonly state: State;
  readonly catalog: Catalog;
  close(): Promise<void>;
}

export async function openCatalog(): Promise<OpenCatalog> {
  const root = await mkdtemp(join(tmpdir(), "boathouse-catalog-"));
  const state = await openState({ path: join(root, "state.db"), migrations: catalogMigrations });
  const storage = new Storage({ root });
  const catalog = await Catalog.open({ state, storage, root, owner: "admin", ids: seededIds("test") });
  return {
    root,
    state,
    catalog,
    async close() {
      await state.close();
      await rm(root, { recursive: true, force: true });
    },
  };
}

/** A catalog `shop` with `gold.orders`, users ann (in analysts) and bob, all owned by the admin. */
export async function makeShop(catalog: Catalog): Promise<void> {
  for (const name of ["ann", "bob"]) await catalog.createPrincipal("admin", { name, kind: "user" });
  await catalog.createPrincipal("admin", { name: "analysts", kind: "group" });
  await catalog.addMember("admin", "analysts", "ann");
  await catalog.createCatalog("admin", { name: "shop" });
  await catalog.createSchema("admin", { name: ["shop", "gold"] });
  await catalog.createTable("admin", { name: ["shop", "gold", "orders"], columns });
}

export async function give(
  catalog: Catalog,
  privilege: string,
  kind: "catalog" | "schema" | "table" | "function",
  name: string[],
  principal: string,
): Promise<void> {
  await catalog.grant("admin", { on: { kind, name }, privileges: [privilege], principal });
}

export async function makeLocation(
  catalog: Catalog,
  name = "raw",
  url = "abfss://raw@lake.dfs.core.windows.net",
): Promise<void> {
  await catalog.createStorageCredential("admin", { name: "lake", accessConnectorId: CONNECTOR, mode: "if_not_exists" });
  await catalog.createExternalLocation("admin", { name, url, credential: "lake" });
}
