import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { field, INT, STRING, struct } from "../core/data-type.ts";
import { seededIds } from "../core/ids.ts";
import { openState, type State } from "../state/state.ts";
import { Storage } from "../storage/storage.ts";
import { Catalog } from "./catalog.ts";
import { findRelation, getRelation } from "./find.ts";
import { catalogMigrations } from "./migrations.ts";

const CONNECTOR =
  "/subscriptions/00000000-0000-0000-0000-000000000000/resourceGroups/rg/providers/Microsoft.Databricks/accessConnectors/lake";
const columns = struct([field("id", INT), field("title", STRING), field("region", STRING)]);
const definition = { text: "SELECT 1", catalog: "shop", schema: "gold" };

let root: string;
let state: State;
let catalog: Catalog;

beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), "boathouse-catalog-"));
  state = await openState({ path: join(root, "state.db"), migrations: catalogMigrations });
  catalog = await Catalog.open({ state, storage: new Storage({ root }), root, owner: "admin", ids: seededIds("test") });
});

afterEach(async () => {
  await state.close();
  await rm(root, { recursive: true, force: true });
});

const fail = (code: string): unknown => expect.objectContaining({ code });

/** A catalog `shop` with `gold.orders`, users ann (in analysts) and bob, all owned by the admin. */
async function shop(): Promise<void> {
  for (const name of ["ann", "bob"]) await catalog.createPrincipal("admin", { name, kind: "user" });
  await catalog.createPrincipal("admin", { name: "analysts", kind: "group" });
  await catalog.addMember("admin", "analysts", "ann");
  await catalog.createCatalog("admin", { name: "shop" });
  await catalog.createSchema("admin", { name: ["shop", "gold"] });
  await catalog.createTable("admin", { name: ["shop", "gold", "orders"], columns });
}

async function give(
  privilege: string,
  kind: "catalog" | "schema" | "table" | "function",
  name: string[],
  principal: string,
): Promise<void> {
  await catalog.grant("admin", { on: { kind, name }, privileges: [privilege], principal });
}

async function location(name = "raw", url = "abfss://raw@lake.dfs.core.windows.net"): Promise<void> {
  await catalog.createStorageCredential("admin", { name: "lake", accessConnectorId: CONNECTOR, mode: "if_not_exists" });
  await catalog.createExternalLocation("admin", { name, url, credential: "lake" });
}

describe("what runs with its owner's rights", () => {
  const f = ["shop", "gold", "f"];
  const on = { kind: "function", name: f } as const;
  const body = { name: f, mode: "replace", result: "scalar", parameters: [], definition } as const;
  const v = { name: ["shop", "gold", "v"], mode: "replace", columns, definition } as const;

  beforeEach(async () => {
    await shop();
    await give("USE CATALOG", "catalog", ["shop"], "ann");
    for (const one of ["USE SCHEMA", "CREATE FUNCTION", "CREATE TABLE", "MANAGE"]) {
      await give(one, "schema", ["shop", "gold"], "ann");
    }
  });

  it("is given away only by the metastore's admin; everybody else gives it to themselves and their groups", async () => {
    await catalog.createFunction("ann", body);
    await catalog.createView("ann", v);
    for (const each of [on, { kind: "view", name: v.name } as const]) {
      await expect(catalog.setOwner("ann", each, "admin")).rejects.toEqual(fail("INSUFFICIENT_PERMISSIONS"));
      expect((await catalog.setOwner("ann", each, "analysts")).owner).toBe("analysts");
      expect((await catalog.setOwner("admin", each, "bob")).owner).toBe("bob");
    }
  });

  it("becomes the property of whoever writes it anew, unless the owner's rights are theirs", async () => {
    await catalog.createFunction("admin", body);
    await catalog.createView("admin", v);
    await catalog.setOwner("admin", on, "analysts");
    expect((await catalog.createFunction("ann", body)).securable.owner).toBe("analysts");
    await catalog.setOwner("admin", on, "bob");
    expect((await catalog.createFunction("ann", body)).securable.owner).toBe("ann");
    expect((await catalog.createFunction("admin", body)).securable.owner).toBe("ann");
    expect((await catalog.createView("ann", v)).securable.owner).toBe("ann");
    await catalog.setOwner("admin", { kind: "view", name: v.name }, "bob");
    expect((await catalog.setDefinition("ann", v.name, definition, columns)).owner).toBe("ann");
  });
});

describe("names", () => {
  it("are found without regard to case, and suggested when they are not", async () => {
    await shop();
    const access = await catalog.access("admin");
    expect(getRelation(access, ["Shop", "GOLD", "Orders"]).name).toBe("orders");
    expect(() => getRelation(access, ["shop", "gold", "ordres"])).toThrow(
      expect.objectContaining({ code: "TABLE_OR_VIEW_NOT_FOUND", hint: "Did you mean shop.gold.orders?" }),
    );
    await expect(catalog.createCatalog("admin", { name: "a.b" })).rejects.toEqual(fail("INVALID_NAME"));
    await expect(catalog.createCatalog("admin", { name: "system" })).rejects.toEqual(fail("INVALID_NAME"));
  });

  it("tell nothing of what is inside to who cannot use the parent", async () => {
    await shop();
    const access = await catalog.access("bob");
    for (const name of ["orders", "nothing"]) {
      expect(() => findRelation(access, ["shop", "gold", name])).toThrow(
        expect.objectContaining({ code: "INSUFFICIENT_PERMISSIONS", message: expect.stringContaining("USE CATALOG") }),
      );
    }
  });

  it("are unique among tables and views, apart from functions and volumes", async () => {
    await shop();
    const name = ["shop", "gold", "orders"];
    await expect(catalog.createTable("admin", { name, columns })).rejects.toEqual(fail("TABLE_OR_VIEW_ALREADY_EXISTS"));
    await expect(catalog.createView("admin", { name, columns, definition })).rejects.toEqual(
      fail("TABLE_OR_VIEW_ALREADY_EXISTS"),
    );
    await expect(catalog.createView("admin", { name, columns, definition, mode: "replace" })).rejects.toEqual(
      fail("WRONG_COMMAND_FOR_OBJECT_TYPE"),
    );
    expect(await catalog.createTable("admin", { name, columns, mode: "if_not_exists" })).toMatchObject({
      outcome: "unchanged",
    });
    await catalog.createVolume("admin", { name });
  });
});

describe("grants", () => {
  it("are inherited, need the way, and are shown with where they come from", async () => {
    await shop();
    await give("SELECT", "catalog", ["shop"], "analysts");
    const orders = async (user: string): Promise<string> => {
      const access = await catalog.access(user);
      const table = getRelation(access, ["shop", "gold", "orders"]);
      access.require("SELECT", table);
      return table.name;
    };
    await expect(orders("ann")).rejects.toEqual(fail("INSUFFICIENT_PERMISSIONS"));
    await give("USE CATALOG", "catalog", ["shop"], "analysts");
    await give("USE_SCHEMA", "schema", ["shop", "gold"], "account users");
    expect(await orders("ann")).toBe("orders");
    await expect(orders("bob")).rejects.toEqual(fail("INSUFFICIENT_PERMISSIONS"));
    const shown = await catalog.showGrants("ann", { kind: "table", name: ["shop", "gold", "orders"] });
    expect(shown.map((each) => `${each.principal} ${each.privilege} ${each.on.kind}`)).toEqual([
      "account users USE SCHEMA schema",
      "analysts SELECT catalog",
      "analysts USE CATALOG catalog",
    ]);
    await catalog.revoke("admin", {
      on: { kind: "catalog", name: ["shop"] },
      privileges: ["ALL PRIVILEGES"],
      principal: "Analysts",
    });
    await expect(orders("ann")).rejects.toEqual(fail("INSUFFICIENT_PERMISSIONS"));
  });

  it("are refused by name when they do not fit, and to who may not grant", async () => {
    await shop();
    const on = { kind: "table" as const, name: ["shop", "gold", "orders"] };
    await expect(catalog.grant("admin", { on, privileges: ["USE SCHEMA"], principal: "ann" })).rejects.toEqual(
      fail("PRIVILEGE_NOT_APPLICABLE"),
    );
    await expect(catalog.grant("admin", { on, privileges: ["SELEKT"], principal: "ann" })).rejects.toMatchObject({
      code: "PRIVILEGE_UNKNOWN",
      hint: expect.stringContaining('Did you mean "SELECT"?'),
    });
    await expect(catalog.grant("admin", { on, privileges: ["SELECT"], principal: "nobody" })).rejects.toEqual(
      fail("PRINCIPAL_DOES_NOT_EXIST"),
    );
    await give("ALL PRIVILEGES", "catalog", ["shop"], "ann");
    await expect(catalog.grant("ann", { on, privileges: ["SELECT"], principal: "bob" })).rejects.toEqual(
      fail("INSUFFICIENT_PERMISSIONS"),
    );
    await give("MANAGE", "schema", ["shop", "gold"], "ann");
    await catalog.grant("ann", { on, privileges: ["SELECT"], principal: "bob" });
  });

  it("stay with an object that is renamed or replaced, and go with one that is dropped", async () => {
    await shop();
    await give("USE CATALOG", "catalog", ["shop"], "ann");
    await give("USE SCHEMA", "schema", ["shop", "gold"], "ann");
    await give("SELECT", "table", ["shop", "gold", "orders"], "ann");
    const can = async (name: string): Promise<boolean> => {
      const access = await catalog.access("ann");
      return access.decide("SELECT", getRelation(access, ["shop", "gold", name])).allowed;
    };
    await catalog.rename("admin", { kind: "table", name: ["shop", "gold", "orders"] }, "sales");
    await catalog.createTable("admin", {
      name: ["shop", "gold", "sales"],
      columns: struct([field("id", INT)]),
      mode: "replace",
    });
    expect(await can("sales")).toBe(true);
    await catalog.drop("admin", { kind: "table", name: ["shop", "gold", "sales"] });
    await catalog.createTable("admin", { name: ["shop", "gold", "sales"], columns });
    expect(await can("sales")).toBe(false);
  });
});

describe("owners", () => {
  it("are who creates, may do everything with their own, and hand it on", async () => {
    await shop();
    await give("USE CATALOG", "catalog", ["shop"], "ann");
    await give("USE SCHEMA", "schema", ["shop", "gold"], "ann");
    await give("CREATE TABLE", "schema", ["shop", "gold"], "analysts");
    await catalog.createTable("ann", { name: ["shop", "gold", "mine"], columns });
    const mine = { kind: "table" as const, name: ["shop", "gold", "mine"] };
    const access = await catalog.access("ann");
    access.require("MODIFY", getRelation(access, mine.name));
    await expect(catalog.setOwner("bob", mine, "bob")).rejects.toEqual(fail("INSUFFICIENT_PERMISSIONS"));
    await catalog.setOwner("ann", mine, "analysts");
    expect(getRelation(await catalog.access("ann"), mine.name).owner).toBe("analysts");
    await expect(catalog.dropPrincipal("admin", "analysts")).rejects.toEqual(fail("PRINCIPAL_IN_USE"));
  });

  it("of a catalog do not read the tables of others in it", async () => {
    await shop();
    await catalog.setOwner("admin", { kind: "catalog", name: ["shop"] }, "ann");
    const access = await catalog.access("ann");
    const table = getRelation(access, ["shop", "gold", "orders"]);
    expect(access.decide("SELECT", table).allowed).toBe(false);
    expect(access.administers("grant", table).allowed).toBe(true);
    expect(access.sees(table)).toBe(true);
  });
});

describe("groups", () => {
  it("nest without cycles, and only admins change them", async () => {
    await shop();
    await catalog.createPrincipal("admin", { name: "staff", kind: "group" });
    await catalog.addMember("admin", "staff", "analysts");
    expect((await catalog.access("ANN")).principals).toEqual(new Set(["ann", "analysts", "staff", "account users"]));
    await expect(catalog.addMember("admin", "analysts", "staff")).rejects.toEqual(fail("GROUP_CYCLE"));
    await expect(catalog.addMember("ann", "analysts", "ann")).rejects.toEqual(fail("INSUFFICIENT_PERMISSIONS"));
    await catalog.removeMember("admin", "staff", "analysts");
    expect((await catalog.access("ann")).principals.has("staff")).toBe(false);
    await expect(catalog.access("nobody")).rejects.toEqual(fail("PRINCIPAL_DOES_NOT_EXIST"));
  });
});

describe("places", () => {
  it("of managed tables are their own, below the nearest managed root", async () => {
    await shop();
    await location();
    await catalog.createSchema("admin", {
      name: ["shop", "silver"],
      managedLocation: "abfss://raw@lake.dfs.core.windows.net/managed",
    });
    const { securable } = await catalog.createTable("admin", { name: ["shop", "silver", "t"], columns });
    const schema = securable.parent;
    expect(securable.location).toMatch(
      new RegExp(
        `^abfss://raw@lake.dfs.core.windows.net/managed/__unitystorage/catalogs/[0-9a-f-]+/schemas/${schema}/tables/${securable.id}$`,
      ),
    );
    // Another schema may share the root.
    await catalog.createSchema("admin", {
      name: ["shop", "bronze"],
      managedLocation: "abfss://raw@lake.dfs.core.windows.net/managed",
    });
  });

  it("are prepared first and become known with the table", async () => {
    await shop();
    const name = ["shop", "gold", "later"];
    const { id, location: place } = await catalog.prepareTable("admin", { name });
    expect(findRelation(await catalog.access("admin"), name)).toBeUndefined();
    await catalog.createTable("admin", { name, id, columns });
    expect(getRelation(await catalog.access("admin"), name)).toMatchObject({ id, location: place });
  });

  it("do not overlap", async () => {
    await shop();
    await location();
    const raw = "abfss://raw@lake.dfs.core.windows.net";
    await expect(location("inner", `${raw}/in`)).rejects.toEqual(fail("LOCATION_OVERLAP"));
    await expect(location("file", join(root, "storage", "lake", "raw", "x"))).rejects.toEqual(fail("LOCATION_OVERLAP"));
    const create = (table: string, path: string): Promise<unknown> =>
      catalog.createTable("admin", { name: ["shop", "gold", table], columns, location: path });
    await create("e1", `${raw}/e1`);
    await expect(create("e2", `${raw}/e1/inner`)).rejects.toEqual(fail("LOCATION_OVERLAP"));
    await expect(create("e2", raw)).rejects.toEqual(fail("LOCATION_OVERLAP"));
    await create("e10", `https://lake.dfs.core.windows.net/raw/e10`);
    await expect(create("e3", "abfss://other@lake.dfs.core.windows.net/e3")).rejects.toEqual(fail("PATH_NOT_GOVERNED"));
    await expect(catalog.drop("admin", { kind: "external_location", name: ["raw"] })).rejects.toEqual(
      fail("OBJECT_IN_USE"),
    );
    await expect(catalog.drop("admin", { kind: "storage_credential", name: ["lake"] })).rejects.toEqual(
      fail("OBJECT_IN_USE"),
    );
  });

  it("are governed by what lies there", async () => {
    await shop();
    await location();
    const raw = "abfss://raw@lake.dfs.core.windows.net";
    await catalog.createVolume("admin", { name: ["shop", "gold", "files"], location: `${raw}/files` });
    const may = async (
      user: string,
      url: string,
      use: "READ FILES" | "WRITE FILES" = "READ FILES",
    ): Promise<string | undefined> => {
      const access = await catalog.access(user);
      return catalog.places.require(access, url, use)?.kind;
    };
    expect(await may("admin", `${raw}/in/a.csv`)).toBe("external_location");
    expect(await may("admin", `${raw}/files/a.csv`)).toBe("volume");
    expect(await may("admin", "/somewhere/else.csv")).toBeUndefined();
    await expect(may("ann", "/somewhere/else.csv")).rejects.toEqual(fail("PATH_NOT_GOVERNED"));
    await expect(may("ann", `${raw}/in/a.csv`)).rejects.toEqual(fail("INSUFFICIENT_PERMISSIONS"));
    await expect(may("admin", join(root, "state.db"))).rejects.toEqual(fail("PATH_NOT_GOVERNED"));
    await expect(may("admin", root)).rejects.toMatchObject({ code: expect.stringMatching(/^PATH_/) });
    const managed = getRelation(await catalog.access("admin"), ["shop", "gold", "orders"]);
    if (managed.kind === "view") throw new Error("not a table");
    await expect(may("admin", managed.location)).rejects.toEqual(fail("PATH_GOVERNED_BY_TABLE"));
    await expect(may("admin", `${managed.location}/_delta_log/0.json`)).rejects.toEqual(fail("PATH_GOVERNED_BY_TABLE"));
  });

  it("are reached with an Access Connector that is one", async () => {
    await expect(
      catalog.createStorageCredential("admin", { name: "x", accessConnectorId: "connector" }),
    ).rejects.toEqual(fail("INVALID_ACCESS_CONNECTOR"));
  });
});

describe("row filters and column masks", () => {
  const table = ["shop", "gold", "orders"];
  const routine = (name: string, count: number): Promise<unknown> =>
    catalog.createFunction("admin", {
      name: ["shop", "gold", name],
      result: "scalar",
      parameters: Array.from({ length: count }, (_, index) => ({ name: `p${index}`, type: "STRING" })),
      returns: "BOOLEAN",
      definition,
    });

  it("are set by who administers the table and may execute the function, and hold its paths closed", async () => {
    await shop();
    await location();
    await routine("only_here", 1);
    await routine("hide", 2);
    const external = ["shop", "gold", "ext"];
    const url = "abfss://raw@lake.dfs.core.windows.net/ext";
    await catalog.createTable("admin", { name: external, columns, location: url });
    const access = await catalog.access("admin");
    expect(catalog.places.require(access, `${url}/part.parquet`, "READ FILES")?.kind).toBe("table");
    const filter = { table: external, function: ["shop", "gold", "only_here"], arguments: [{ column: "Region" }] };
    await catalog.setRowFilter("admin", filter);
    await catalog.setColumnMask("admin", {
      table: external,
      function: ["shop", "gold", "hide"],
      column: "TITLE",
      arguments: [{ sql: "'x'" }],
    });
    const after = await catalog.access("admin");
    expect(getRelation(after, external)).toMatchObject({
      rowFilter: { arguments: [{ column: "Region" }] },
      columnMasks: { title: {} },
    });
    expect(() => catalog.places.require(after, `${url}/part.parquet`, "READ FILES")).toThrow(
      expect.objectContaining({ code: "PATH_GOVERNED_BY_TABLE" }),
    );
    await give("MANAGE", "table", external, "ann");
    await give("USE CATALOG", "catalog", ["shop"], "ann");
    await give("USE SCHEMA", "schema", ["shop", "gold"], "ann");
    await expect(catalog.setRowFilter("ann", filter)).rejects.toEqual(fail("INSUFFICIENT_PERMISSIONS"));
    await give("EXECUTE", "function", ["shop", "gold", "only_here"], "ann");
    await catalog.setRowFilter("ann", filter);
    await catalog.dropRowFilter("ann", external);
    await catalog.dropColumnMask("ann", external, "title");
    await expect(catalog.dropRowFilter("ann", external)).rejects.toEqual(fail("ROW_FILTER_NOT_FOUND"));
  });

  it("fit their function and the table, and survive its replacement", async () => {
    await shop();
    await routine("only_here", 1);
    const set = (values: { column: string }[]): Promise<unknown> =>
      catalog.setRowFilter("admin", { table, function: ["shop", "gold", "only_here"], arguments: values });
    await expect(set([])).rejects.toEqual(fail("INVALID_POLICY_FUNCTION"));
    await expect(set([{ column: "nothing" }])).rejects.toEqual(fail("UNRESOLVED_COLUMN.WITH_SUGGESTION"));
    await set([{ column: "region" }]);
    await catalog.createTable("admin", { name: table, columns, mode: "replace" });
    expect(getRelation(await catalog.access("admin"), table)).toMatchObject({
      rowFilter: { arguments: [{ column: "region" }] },
    });
    await expect(
      catalog.createTable("admin", { name: table, columns: struct([field("id", INT)]), mode: "replace" }),
    ).rejects.toEqual(fail("UNRESOLVED_COLUMN.WITH_SUGGESTION"));
    await expect(catalog.drop("admin", { kind: "function", name: ["shop", "gold", "only_here"] })).rejects.toEqual(
      fail("OBJECT_IN_USE"),
    );
  });
});

describe("dropping", () => {
  it("takes an empty object, or all of it, and says what is gone", async () => {
    await shop();
    await expect(catalog.drop("admin", { kind: "schema", name: ["shop", "gold"] })).rejects.toEqual(
      fail("SCHEMA_NOT_EMPTY"),
    );
    await expect(catalog.drop("admin", { kind: "view", name: ["shop", "gold", "orders"] })).rejects.toEqual(
      fail("WRONG_COMMAND_FOR_OBJECT_TYPE"),
    );
    expect(await catalog.drop("admin", { kind: "table", name: ["shop", "gold", "no"] }, { ifExists: true })).toEqual(
      [],
    );
    const gone = await catalog.drop("admin", { kind: "catalog", name: ["shop"] }, { cascade: true });
    expect(gone.map((each) => each.name).toSorted()).toEqual(["default", "gold", "orders", "shop"]);
    await catalog.createCatalog("admin", { name: "shop" });
    await catalog.drop("admin", { kind: "catalog", name: ["shop"] });
  });
});

describe("what a commit or a statement has changed", () => {
  it("is followed by who may modify the table, and described by who administers", async () => {
    await shop();
    const name = ["shop", "gold", "orders"];
    await give("USE CATALOG", "catalog", ["shop"], "ann");
    await give("USE SCHEMA", "schema", ["shop", "gold"], "ann");
    const wider = struct([...columns.fields, field("price", INT)]);
    await expect(catalog.describeTable("ann", name, { columns: wider })).rejects.toEqual(
      fail("INSUFFICIENT_PERMISSIONS"),
    );
    await give("MODIFY", "table", name, "ann");
    await catalog.describeTable("ann", name, { columns: wider, partitionColumns: ["region"] });
    await catalog.describeObject(
      "ann",
      { kind: "table", name },
      { comment: "All orders", properties: { a: "1", b: "2" } },
    );
    await catalog.describeObject("ann", { kind: "table", name }, { properties: { a: null } });
    expect(getRelation(await catalog.access("admin"), name)).toMatchObject({
      columns: wider,
      partitionColumns: ["region"],
      comment: "All orders",
      properties: { b: "2" },
      updatedBy: "ann",
    });
    await expect(
      catalog.describeObject("ann", { kind: "schema", name: ["shop", "gold"] }, { comment: "x" }),
    ).rejects.toEqual(fail("INSUFFICIENT_PERMISSIONS"));
  });

  it("is a view's query, and never a table's", async () => {
    await shop();
    const name = ["shop", "gold", "recent"];
    await catalog.createView("admin", { name, columns, definition });
    const changed = { ...definition, text: "SELECT 2" };
    await catalog.setDefinition("admin", name, changed, struct([field("id", INT)]));
    expect(getRelation(await catalog.access("admin"), name)).toMatchObject({ definition: changed });
    await expect(catalog.setDefinition("admin", ["shop", "gold", "orders"], changed, columns)).rejects.toEqual(
      fail("EXPECT_VIEW_NOT_TABLE"),
    );
  });

  it("is where an external location points", async () => {
    await shop();
    await location();
    await location("other", "abfss://other@lake.dfs.core.windows.net");
    const to = (url: string): Promise<unknown> => catalog.alterExternalLocation("admin", { name: "raw", url });
    await expect(to("abfss://other@lake.dfs.core.windows.net/in")).rejects.toEqual(fail("LOCATION_OVERLAP"));
    await to("abfss://raw@lake.dfs.core.windows.net/in");
    await to("abfss://raw@lake.dfs.core.windows.net/in/deeper");
    await location("out", "abfss://raw@lake.dfs.core.windows.net/out");
    await expect(to("abfss://raw@lake.dfs.core.windows.net")).rejects.toEqual(fail("LOCATION_OVERLAP"));
    await to("abfss://raw@lake.dfs.core.windows.net/in");
    const access = await catalog.access("admin");
    expect(catalog.places.externalLocationOf(access, "abfss://raw@lake.dfs.core.windows.net/in/a")?.name).toBe("raw");
    expect(catalog.places.externalLocationOf(access, "abfss://raw@lake.dfs.core.windows.net/up")).toBeUndefined();
  });
});

describe("system tables", () => {
  it("show each user what it sees", async () => {
    await shop();
    await catalog.createTable("admin", { name: ["shop", "gold", "hidden"], columns });
    await give("USE CATALOG", "catalog", ["shop"], "ann");
    await give("USE SCHEMA", "schema", ["shop", "gold"], "ann");
    await give("SELECT", "table", ["shop", "gold", "orders"], "ann");
    const names = async (user: string, name: string[], column: string): Promise<unknown[]> =>
      ((await catalog.systemTable(user, name))?.rows ?? []).map((row) => row[column]);
    expect(await names("ann", ["shop", "information_schema", "tables"], "table_name")).toEqual(["orders"]);
    expect(await names("admin", ["system", "information_schema", "tables"], "table_name")).toEqual([
      "orders",
      "hidden",
    ]);
    expect(await names("bob", ["system", "information_schema", "catalogs"], "catalog_name")).toEqual([]);
    expect(await names("ann", ["shop", "information_schema", "columns"], "column_name")).toEqual([
      "id",
      "title",
      "region",
    ]);
    expect(await names("ann", ["shop", "information_schema", "table_privileges"], "privilege_type")).toEqual([
      "SELECT",
      "USE SCHEMA",
      "USE CATALOG",
    ]);
    expect(await catalog.systemTable("ann", ["shop", "information_schema", "nothing"])).toBeUndefined();
  });

  it("keep every change and every refusal for the audit", async () => {
    await shop();
    await expect(catalog.createCatalog("bob", { name: "mine" })).rejects.toEqual(fail("INSUFFICIENT_PERMISSIONS"));
    const audit = await catalog.systemTable("bob", ["system", "access", "audit"]);
    expect(audit?.rows).toMatchObject([
      { action_name: "createCatalog", user_identity: { email: "bob" }, response: { status_code: 403n } },
    ]);
    const all = await catalog.systemTable("admin", ["system", "access", "audit"]);
    expect(all?.rows.map((row) => row["action_name"])).toContain("createTable");
  });
});

describe("lineage", () => {
  it("is followed through tables and columns, by who sees them", async () => {
    await shop();
    for (const name of ["raw", "facts"]) await catalog.createTable("admin", { name: ["shop", "gold", name], columns });
    const full = (name: string): string[] => ["shop", "gold", name];
    const moved = (from: string, to: string, statementId: string): Promise<void> =>
      catalog.recordLineage({
        statementId,
        user: "admin",
        entity: { type: "JOB", id: "j1", runId: "r1" },
        sources: [{ table: full(from), type: "TABLE" }],
        target: { table: full(to), type: "TABLE" },
        columns: [
          {
            target: "title",
            sources: [
              { table: full(from), column: "title" },
              { table: full(from), column: "region" },
            ],
          },
        ],
      });
    await catalog.recordLineage({
      statementId: "s0",
      user: "admin",
      sources: [{ path: "abfss://raw@lake.dfs.core.windows.net/a.csv" }],
      target: { table: full("raw"), type: "TABLE" },
      columns: [],
    });
    await moved("raw", "orders", "s1");
    await moved("orders", "facts", "s2");
    await moved("orders", "facts", "s3");
    const tables = await catalog.lineage("admin", { of: "shop.gold.facts", direction: "upstream", depth: 5 });
    expect(tables.map((each) => `${each.source} > ${each.target} ${each.lastStatement}`)).toEqual([
      "shop.gold.orders > shop.gold.facts s3",
      "shop.gold.raw > shop.gold.orders s1",
      "abfss://raw@lake.dfs.core.windows.net/a.csv > shop.gold.raw s0",
    ]);
    const down = await catalog.lineage("admin", {
      of: "shop.gold.raw",
      column: "region",
      direction: "downstream",
      depth: 2,
    });
    expect(down.map((each) => `${each.sourceColumn}>${each.targetColumn}`)).toEqual(["region>title", "title>title"]);
    expect(await catalog.lineage("ann", { of: "shop.gold.facts", direction: "upstream", depth: 5 })).toEqual([]);
    expect((await catalog.systemTable("admin", ["system", "access", "column_lineage"]))?.rows).toHaveLength(6);
    expect((await catalog.systemTable("bob", ["system", "access", "table_lineage"]))?.rows).toEqual([]);
  });
});

describe("several processes", () => {
  it("see each other's changes, and of two that create the same one wins", async () => {
    const other = await openState({ path: join(root, "state.db"), migrations: catalogMigrations });
    try {
      const second = await Catalog.open({ state: other, storage: new Storage({ root }), root, owner: "somebody else" });
      await shop();
      expect(getRelation(await second.access("admin"), ["shop", "gold", "orders"]).name).toBe("orders");
      const outcomes = await Promise.allSettled(
        [catalog, second].flatMap((each, index) => [
          each.createTable("admin", { name: ["shop", "gold", "same"], columns }),
          ...Array.from({ length: 5 }, (_, n) =>
            each.createTable("admin", { name: ["shop", "gold", `t${index}${n}`], columns }),
          ),
        ]),
      );
      expect(outcomes.filter((each) => each.status === "rejected").map((each): unknown => each.reason)).toEqual([
        fail("TABLE_OR_VIEW_ALREADY_EXISTS"),
      ]);
      const [first, last] = await Promise.all([catalog.snapshot(), second.snapshot()]);
      expect(first.version).toBe(last.version);
      expect([...first.all()].length).toBe([...last.all()].length);
    } finally {
      await other.close();
    }
  });
});
