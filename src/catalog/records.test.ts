import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { field, INT, struct } from "../core/data-type.ts";
import { openState } from "../state/state.ts";
import { Storage } from "../storage/storage.ts";
import { Catalog } from "./catalog.ts";
import { getRelation } from "./find.ts";
import { catalogMigrations } from "./migrations.ts";
import { columns, definition, give, makeLocation, makeShop, openCatalog, type OpenCatalog } from "./shop.fixture.ts";

let opened: OpenCatalog;
let catalog: Catalog;

beforeEach(async () => {
  opened = await openCatalog();
  ({ catalog } = opened);
});
afterEach(() => opened.close());

const fail = (code: string): unknown => expect.objectContaining({ code });

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
    await makeShop(catalog);
    await makeLocation(catalog);
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
    await give(catalog, "MANAGE", "table", external, "ann");
    await give(catalog, "USE CATALOG", "catalog", ["shop"], "ann");
    await give(catalog, "USE SCHEMA", "schema", ["shop", "gold"], "ann");
    await expect(catalog.setRowFilter("ann", filter)).rejects.toEqual(fail("INSUFFICIENT_PERMISSIONS"));
    await give(catalog, "EXECUTE", "function", ["shop", "gold", "only_here"], "ann");
    await catalog.setRowFilter("ann", filter);
    await catalog.dropRowFilter("ann", external);
    await catalog.dropColumnMask("ann", external, "title");
    await expect(catalog.dropRowFilter("ann", external)).rejects.toEqual(fail("ROW_FILTER_NOT_FOUND"));
  });

  it("fit their function and the table, and survive its replacement", async () => {
    await makeShop(catalog);
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
    await makeShop(catalog);
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
    await makeShop(catalog);
    const name = ["shop", "gold", "orders"];
    await give(catalog, "USE CATALOG", "catalog", ["shop"], "ann");
    await give(catalog, "USE SCHEMA", "schema", ["shop", "gold"], "ann");
    const wider = struct([...columns.fields, field("price", INT)]);
    await expect(catalog.describeTable("ann", name, { columns: wider })).rejects.toEqual(
      fail("INSUFFICIENT_PERMISSIONS"),
    );
    await give(catalog, "MODIFY", "table", name, "ann");
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
    await makeShop(catalog);
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
    await makeShop(catalog);
    await makeLocation(catalog);
    await makeLocation(catalog, "other", "abfss://other@lake.dfs.core.windows.net");
    const to = (url: string): Promise<unknown> => catalog.alterExternalLocation("admin", { name: "raw", url });
    await expect(to("abfss://other@lake.dfs.core.windows.net/in")).rejects.toEqual(fail("LOCATION_OVERLAP"));
    await to("abfss://raw@lake.dfs.core.windows.net/in");
    await to("abfss://raw@lake.dfs.core.windows.net/in/deeper");
    await makeLocation(catalog, "out", "abfss://raw@lake.dfs.core.windows.net/out");
    await expect(to("abfss://raw@lake.dfs.core.windows.net")).rejects.toEqual(fail("LOCATION_OVERLAP"));
    await to("abfss://raw@lake.dfs.core.windows.net/in");
    const access = await catalog.access("admin");
    expect(catalog.places.externalLocationOf(access, "abfss://raw@lake.dfs.core.windows.net/in/a")?.name).toBe("raw");
    expect(catalog.places.externalLocationOf(access, "abfss://raw@lake.dfs.core.windows.net/up")).toBeUndefined();
  });
});

describe("system tables", () => {
  it("show each user what it sees", async () => {
    await makeShop(catalog);
    await catalog.createTable("admin", { name: ["shop", "gold", "hidden"], columns });
    await give(catalog, "USE CATALOG", "catalog", ["shop"], "ann");
    await give(catalog, "USE SCHEMA", "schema", ["shop", "gold"], "ann");
    await give(catalog, "SELECT", "table", ["shop", "gold", "orders"], "ann");
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
    await makeShop(catalog);
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
    await makeShop(catalog);
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
    const other = await openState({ path: join(opened.root, "state.db"), migrations: catalogMigrations });
    try {
      const second = await Catalog.open({
        state: other,
        storage: new Storage({ root: opened.root }),
        root: opened.root,
        owner: "somebody else",
      });
      await makeShop(catalog);
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
