import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Row } from "../../src/core/value.ts";
import { Lakehouse } from "../../src/project/lakehouse.ts";
import { openContainer, type TestContainer } from "../azurite/container.ts";

export const OWNER = "owner@example.com";
/** The container, as tables name it. */
export const PLACE = "abfss://lake@account.dfs.core.windows.net";
const CONNECTOR =
  "/subscriptions/00000000-0000-0000-0000-000000000000/resourceGroups/rg/providers/Microsoft.Databricks/accessConnectors/lake";

/** A lakehouse whose tables lie in a container of Azurite: the schema `azure.s`. */
export interface AzureLakehouse {
  readonly container: TestContainer;
  /** Of the lakehouse, which has its copies in `cache` below it. */
  readonly root: string;
  sql(text: string): Promise<Row[]>;
  /** Statements between semicolons. */
  run(script: string): Promise<void>;
  /** Another lakehouse with the same catalog, and no copy of anything. */
  reopen(): Promise<void>;
  close(): Promise<void>;
}

export async function openAzureLakehouse(): Promise<AzureLakehouse> {
  const container = await openContainer();
  const folder = await mkdtemp(join(tmpdir(), "engine-azure-"));
  const root = join(folder, "root");
  const open = (): Promise<Lakehouse> =>
    Lakehouse.open({ root, user: OWNER, threads: 1, bindings: { [PLACE]: container.address } });
  let lakehouse = await open();
  let session = await lakehouse.session({});
  const sql = async (text: string): Promise<Row[]> => (await session.sql(text)).rows();
  const run = async (script: string): Promise<void> => {
    for (const text of script.split(";")) await sql(text);
  };
  await (await lakehouse.catalog()).createStorageCredential(OWNER, { name: "cloud", accessConnectorId: CONNECTOR });
  await run(`
    CREATE EXTERNAL LOCATION lake URL '${PLACE}' WITH (STORAGE CREDENTIAL cloud);
    CREATE CATALOG azure MANAGED LOCATION '${PLACE}/managed';
    CREATE SCHEMA azure.s`);
  session = await lakehouse.session({ catalog: "azure", schema: "s" });
  return {
    container,
    root,
    sql,
    run,
    async reopen() {
      await lakehouse.close();
      await rm(join(root, "cache"), { recursive: true, force: true });
      lakehouse = await open();
      session = await lakehouse.session({ catalog: "azure", schema: "s" });
    },
    async close() {
      await lakehouse.close();
      await rm(folder, { recursive: true, force: true });
      await container.delete();
    },
  };
}
