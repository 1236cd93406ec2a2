import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Row } from "../../src/core/value.ts";
import type { Session } from "../../src/engine/session.ts";
import { Lakehouse } from "../../src/project/lakehouse.ts";
import { openContainer, type TestContainer } from "../azurite/container.ts";

const OWNER = "owner@example.com";
const CONNECTOR =
  "/subscriptions/00000000-0000-0000-0000-000000000000/resourceGroups/rg/providers/Microsoft.Databricks/accessConnectors/lake";
const PLACE = "abfss://lake@account.dfs.core.windows.net";

let container: TestContainer;
let folder: string;
let lakehouse: Lakehouse;
let session: Session;
beforeAll(async () => {
  container = await openContainer();
  folder = await mkdtemp(join(tmpdir(), "engine-azure-"));
  lakehouse = await open();
  session = await lakehouse.session({});
  await (await lakehouse.catalog()).createStorageCredential(OWNER, { name: "cloud", accessConnectorId: CONNECTOR });
  await run(`
    CREATE EXTERNAL LOCATION lake URL '${PLACE}' WITH (STORAGE CREDENTIAL cloud);
    CREATE CATALOG azure MANAGED LOCATION '${PLACE}/managed';
    CREATE SCHEMA azure.s`);
  session = await lakehouse.session({ catalog: "azure", schema: "s" });
});
afterAll(async () => {
  await lakehouse.close();
  await rm(folder, { recursive: true, force: true });
  await container.delete();
});

function open(): Promise<Lakehouse> {
  return Lakehouse.open({
    root: join(folder, "root"),
    user: OWNER,
    threads: 1,
    bindings: { [PLACE]: container.address },
  });
}

async function sql(text: string): Promise<Row[]> {
  return (await session.sql(text)).rows();
}

async function run(script: string): Promise<void> {
  for (const text of script.split(";")) await sql(text);
}

describe("tables in a container of Azure", () => {
  it("lose nothing that several processes write at once", async () => {
    await sql("CREATE TABLE shared (writer INT, n INT)");
    const program = `
      import { Lakehouse } from ${JSON.stringify(join(import.meta.dirname, "../../src/project/lakehouse.ts"))};
      const [root, place, address, writer] = process.argv.slice(1);
      const lakehouse = await Lakehouse.open({ root, user: ${JSON.stringify(OWNER)}, threads: 1, bindings: { [place]: address } });
      const session = await lakehouse.session({ catalog: "azure", schema: "s" });
      for (let n = 0; n < 10; n += 1) await (await session.sql(\`INSERT INTO shared VALUES (\${writer}, \${n})\`)).rows();
      await lakehouse.close();`;
    const children = ["1", "2", "3"].map((writer) => {
      const parts = ["--import", "tsx", "--input-type=module", "-e", program, "--"];
      const given = [join(folder, "root"), PLACE, container.address, writer];
      return spawn(process.execPath, [...parts, ...given], { stdio: ["ignore", "inherit", "inherit"] });
    });
    const codes = await Promise.all(children.map(async (child) => (await once(child, "exit"))[0] as unknown));
    expect(codes).toEqual([0, 0, 0]);
    expect(
      await sql("SELECT writer, count(DISTINCT n) AS n, count(*) AS rows FROM shared GROUP BY ALL ORDER BY 1"),
    ).toEqual([
      { writer: 1, n: 10n, rows: 10n },
      { writer: 2, n: 10n, rows: 10n },
      { writer: 3, n: 10n, rows: 10n },
    ]);
  });
});
