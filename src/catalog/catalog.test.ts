import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { field, INT, struct } from "../core/data-type.ts";
import type { Catalog } from "./catalog.ts";
import { findRelation, getRelation } from "./find.ts";
import { columns, definition, give, makeLocation, makeShop, openCatalog, type OpenCatalog } from "./shop.fixture.ts";

let opened: OpenCatalog;
let catalog: Catalog;

beforeEach(async () => {
  opened = await openCatalog();
  ({ catalog } = opened);
});
afterEach(() => opened.close());

const fail = (code: string): unknown => expect.objectContaining({ code });

describe("what runs with its owner's rights", () => {
  const f = ["shop", "gold", "f"];
  const on = { kind: "function", name: f } as const;
  const body = { name: f, mode: "replace", result: "scalar", parameters: [], definition } as const;
  const v = { name: ["shop", "gold", "v"], mode: "replace", columns, definition } as const;

  beforeEach(async () => {
    await makeShop(catalog);
    await give(catalog, "USE CATALOG", "catalog", ["shop"], "ann");
    for (const one of ["USE SCHEMA", "CREATE FUNCTION", "CREATE TABLE", "MANAGE"]) {
      await give(catalog, one, "schema", ["shop", "gold"], "ann");
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
    await makeShop(catalog);
    const access = await catalog.access("admin");
    expect(getRelation(access, ["Shop", "GOLD", "Orders"]).name).toBe("orders");
    expect(() => getRelation(access, ["shop", "gold", "ordres"])).toThrow(
      expect.objectContaining({ code: "TABLE_OR_VIEW_NOT_FOUND", hint: "Did you mean shop.gold.orders?" }),
    );
    await expect(catalog.createCatalog("admin", { name: "a.b" })).rejects.toEqual(fail("INVALID_NAME"));
    await expect(catalog.createCatalog("admin", { name: "system" })).rejects.toEqual(fail("INVALID_NAME"));
  });

  it("tell nothing of what is inside to who cannot use the parent", async () => {
    await makeShop(catalog);
    const access = await catalog.access("bob");
    for (const name of ["orders", "nothing"]) {
      expect(() => findRelation(access, ["shop", "gold", name])).toThrow(
        expect.objectContaining({ code: "INSUFFICIENT_PERMISSIONS", message: expect.stringContaining("USE CATALOG") }),
      );
    }
  });

  it("are unique among tables and views, apart from functions and volumes", async () => {
    await makeShop(catalog);
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
    await makeShop(catalog);
    await give(catalog, "SELECT", "catalog", ["shop"], "analysts");
    const orders = async (user: string): Promise<string> => {
      const access = await catalog.access(user);
      const table = getRelation(access, ["shop", "gold", "orders"]);
      access.require("SELECT", table);
      return table.name;
    };
    await expect(orders("ann")).rejects.toEqual(fail("INSUFFICIENT_PERMISSIONS"));
    await give(catalog, "USE CATALOG", "catalog", ["shop"], "analysts");
    await give(catalog, "USE_SCHEMA", "schema", ["shop", "gold"], "account users");
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
    await makeShop(catalog);
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
    await give(catalog, "ALL PRIVILEGES", "catalog", ["shop"], "ann");
    await expect(catalog.grant("ann", { on, privileges: ["SELECT"], principal: "bob" })).rejects.toEqual(
      fail("INSUFFICIENT_PERMISSIONS"),
    );
    await give(catalog, "MANAGE", "schema", ["shop", "gold"], "ann");
    await catalog.grant("ann", { on, privileges: ["SELECT"], principal: "bob" });
  });

  it("stay with an object that is renamed or replaced, and go with one that is dropped", async () => {
    await makeShop(catalog);
    await give(catalog, "USE CATALOG", "catalog", ["shop"], "ann");
    await give(catalog, "USE SCHEMA", "schema", ["shop", "gold"], "ann");
    await give(catalog, "SELECT", "table", ["shop", "gold", "orders"], "ann");
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
    await makeShop(catalog);
    await give(catalog, "USE CATALOG", "catalog", ["shop"], "ann");
    await give(catalog, "USE SCHEMA", "schema", ["shop", "gold"], "ann");
    await give(catalog, "CREATE TABLE", "schema", ["shop", "gold"], "analysts");
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
    await makeShop(catalog);
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
    await makeShop(catalog);
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
    await makeShop(catalog);
    await makeLocation(catalog);
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
    await makeShop(catalog);
    const name = ["shop", "gold", "later"];
    const { id, location: place } = await catalog.prepareTable("admin", { name });
    expect(findRelation(await catalog.access("admin"), name)).toBeUndefined();
    await catalog.createTable("admin", { name, id, columns });
    expect(getRelation(await catalog.access("admin"), name)).toMatchObject({ id, location: place });
  });

  it("do not overlap", async () => {
    await makeShop(catalog);
    await makeLocation(catalog);
    const raw = "abfss://raw@lake.dfs.core.windows.net";
    await expect(makeLocation(catalog, "inner", `${raw}/in`)).rejects.toEqual(fail("LOCATION_OVERLAP"));
    await expect(makeLocation(catalog, "file", join(opened.root, "storage", "lake", "raw", "x"))).rejects.toEqual(
      fail("LOCATION_OVERLAP"),
    );
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
    await makeShop(catalog);
    await makeLocation(catalog);
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
    await expect(may("admin", join(opened.root, "state.db"))).rejects.toEqual(fail("PATH_NOT_GOVERNED"));
    await expect(may("admin", opened.root)).rejects.toMatchObject({ code: expect.stringMatching(/^PATH_/) });
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
