import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { Lakehouse } from "./lakehouse.ts";

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "boathouse-deploy-"));
});
afterEach(async () => {
  await rm(folder, { recursive: true, force: true });
});

const BUNDLE = `resources:
  storage_credentials:
    lake:
      name: lake
      azure_managed_identity:
        access_connector_id: /subscriptions/0/resourceGroups/g/providers/Microsoft.Databricks/accessConnectors/c
  external_locations:
    raw:
      name: raw
      url: abfss://raw@lake.dfs.core.windows.net
      credential_name: lake
    managed:
      name: managed
      url: abfss://managed@lake.dfs.core.windows.net
      credential_name: lake
  catalogs:
    shop:
      name: shop
      comment: Orders
      storage_root: abfss://managed@lake.dfs.core.windows.net/shop
      grants:
        - principal: buyers
          privileges: [USE_CATALOG, USE_SCHEMA]
  schemas:
    gold:
      name: gold
      catalog_name: \${resources.catalogs.shop.name}
      grants:
        - principal: ana@example.com
          privileges: [SELECT]
  volumes:
    exports:
      name: exports
      catalog_name: shop
      schema_name: gold
`;

async function deploy(bundle = BUNDLE, config = "groups:\n  buyers: [ana@example.com]\n"): Promise<string[]> {
  await writeFile(join(folder, "databricks.yml"), bundle);
  await writeFile(join(folder, "boathouse.yml"), config);
  const lakehouse = await Lakehouse.open({ project: folder, user: "ada" });
  try {
    return (await lakehouse.deploy()).map(({ action, what }) => `${action} ${what}`);
  } finally {
    await lakehouse.close();
  }
}

describe("a deployment", () => {
  it("makes groups, catalog objects and grants, and changes nothing the second time", async () => {
    expect(await deploy()).toEqual([
      "created group buyers",
      "created user ana@example.com",
      "changed group buyers: ana@example.com joins",
      "created storage credential lake",
      "created external location raw",
      "created external location managed",
      "created catalog shop",
      "granted USE CATALOG, USE SCHEMA on catalog shop to buyers",
      "created schema shop.gold",
      "granted SELECT on schema shop.gold to ana@example.com",
      "created volume shop.gold.exports",
    ]);
    expect(await deploy()).toEqual([]);
  });

  it("brings in line what has changed", async () => {
    await deploy();
    const changed = BUNDLE.replace("comment: Orders", "comment: All orders")
      .replace("[SELECT]", "[SELECT, MODIFY]")
      .replace("raw@lake", "raw2@lake");
    expect(await deploy(changed, "groups:\n  buyers: [bob@example.com]\n")).toEqual([
      "created user bob@example.com",
      "changed group buyers: bob@example.com joins",
      "changed group buyers: ana@example.com leaves",
      "changed external location raw",
      "changed catalog shop: its comment",
      "granted MODIFY on schema shop.gold to ana@example.com",
    ]);
  });

  it.each([
    ["an unknown property", "comment: Orders", "coment: Orders", { line: 19, hint: 'Did you mean "comment"?' }],
    ["an unknown privilege", "[SELECT]", "[SELEKT]", { code: "PRIVILEGE_UNKNOWN" }],
    ["a missing name", "name: gold\n", "comment: x\n", { code: "BUNDLE_INVALID" }],
    [
      "a volume that is neither",
      "schema_name: gold\n",
      "schema_name: gold\n      volume_type: EXTERNAL\n",
      { code: "BUNDLE_INVALID" },
    ],
  ])(
    "is refused for %s, in the bundle's file",
    async (_, from, to, { line, ...expected }: { line?: number; code?: string; hint?: string }) => {
      await expect(deploy(BUNDLE.replace(from, to))).rejects.toMatchObject({
        ...expected,
        location: line === undefined ? { line: expect.any(Number) as number } : { line },
      });
    },
  );
});
