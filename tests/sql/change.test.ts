import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { field, INT, LONG, STRING, struct } from "../../src/core/data-type.ts";
import { Shop } from "./harness.ts";

let shop: Shop;

beforeAll(async () => {
  shop = await Shop.open();
  await shop.table("target", { id: INT, name: STRING, qty: LONG }, "VALUES (1, 'a', 10), (2, 'b', 20), (3, NULL, 30)");
  await shop.table("source", { id: INT, name: STRING, qty: INT }, "VALUES (2, 'B', 21), (4, 'd', 40)");
});

afterAll(() => shop.close());

describe("INSERT", () => {
  it("aligns by position and converts to the target's types", async () => {
    const change = shop.change("INSERT INTO target SELECT id, name, qty FROM source");
    if (change.kind !== "insert") throw new TypeError();
    expect(change.plan.columns.map((column) => [column.name, column.type.kind])).toEqual([
      ["id", "int"],
      ["name", "string"],
      ["qty", "long"],
    ]);
    expect(await shop.run(change.plan, change.scans)).toEqual([
      { id: 2, name: "B", qty: 21n },
      { id: 4, name: "d", qty: 40n },
    ]);
    expect(change.lineage).toContainEqual({
      column: "qty",
      sources: [{ relation: ["main", "shop", "source"], column: "qty" }],
    });
  });

  it("fills in what is not given and takes columns by name", async () => {
    const listed = shop.change("INSERT INTO target (name, id) VALUES ('x', 9)");
    if (listed.kind !== "insert") throw new TypeError();
    expect(await shop.run(listed.plan, listed.scans)).toEqual([{ id: 9, name: "x", qty: null }]);
    const named = shop.change("INSERT INTO target BY NAME SELECT 5 AS qty, 7 AS id");
    if (named.kind !== "insert") throw new TypeError();
    expect(await shop.run(named.plan, named.scans)).toEqual([{ id: 7, name: null, qty: 5n }]);
  });

  it("refuses text for a number, too few and too many columns", () => {
    expect(() => shop.change("INSERT INTO target VALUES ('1', 'a', 2)")).toThrow(
      /Cannot safely cast `id` "STRING" to "INT"/,
    );
    expect(() => shop.change("INSERT INTO target VALUES (1, 'a')")).toThrow(/not enough data columns/);
    expect(() => shop.change("INSERT INTO target VALUES (1, 'a', 2, 3)")).toThrow(/too many data columns/);
  });

  it("uses defaults, and leaves generated columns that are not given to the writer", async () => {
    const schema = struct([
      field("id", INT),
      field("kind", STRING, true, { CURRENT_DEFAULT: "'new'" }),
      field("double_id", INT, true, { "delta.generationExpression": "id * 2" }),
    ]);
    shop.relation({ name: ["main", "shop", "made"], kind: "table", schema });
    const change = shop.change("INSERT INTO made (id) VALUES (4)");
    if (change.kind !== "insert") throw new TypeError();
    expect(await shop.run(change.plan, change.scans)).toEqual([{ id: 4, kind: "new" }]);
    const withDefault = shop.change("INSERT INTO made (id, kind) VALUES (5, DEFAULT)");
    if (withDefault.kind !== "insert") throw new TypeError();
    expect(await shop.run(withDefault.plan, withDefault.scans)).toEqual([{ id: 5, kind: "new" }]);
  });

  it("knows what REPLACE WHERE replaces", () => {
    const change = shop.change("INSERT INTO target REPLACE WHERE id > 2 SELECT * FROM source");
    if (change.kind !== "insert") throw new TypeError();
    expect(change.overwrite.kind).toBe("where");
  });
});

describe("UPDATE and DELETE", () => {
  it("give the rows that change, with what becomes of them", async () => {
    const update = shop.change("UPDATE target SET qty = qty + 1, name = upper(name) WHERE id < 3");
    if (update.kind === "insert") throw new TypeError();
    expect(await shop.run(update.changes, update.scans)).toEqual([
      { __action: "update", id: 1, name: "A", qty: 11n, __row: 0n },
      { __action: "update", id: 2, name: "B", qty: 21n, __row: 1n },
    ]);
    expect(update.scans[update.scan]?.conjuncts).toHaveLength(1);
  });

  it("keep rows for which the condition is null", async () => {
    const change = shop.change("DELETE FROM target WHERE name <> 'a'");
    if (change.kind === "insert") throw new TypeError();
    const going = (await shop.run(change.changes, change.scans)).map((row) => [row["__action"], row["__row"]]);
    expect(going).toEqual([["delete", 1n]]);
  });

  it("allow subqueries and refuse unknown columns and types that do not fit", async () => {
    const change = shop.change("DELETE FROM target WHERE id IN (SELECT id FROM source)");
    if (change.kind === "insert") throw new TypeError();
    expect((await shop.run(change.changes, change.scans)).map((row) => row["__row"])).toEqual([1n]);
    expect(() => shop.change("UPDATE target SET qtty = 1")).toThrow(/`qtty` cannot be resolved/);
    expect(() => shop.change("UPDATE target SET id = 'x'")).toThrow(/Cannot safely cast/);
    expect(() => shop.change("UPDATE target SET id = 1, id = 2")).toThrow(/more than once/);
  });
});

describe("MERGE", () => {
  it("takes the first clause that applies to each row", async () => {
    const change = shop.change(
      `MERGE INTO target t USING source s ON t.id = s.id
       WHEN MATCHED AND s.qty > 100 THEN DELETE
       WHEN MATCHED THEN UPDATE SET *
       WHEN NOT MATCHED THEN INSERT *
       WHEN NOT MATCHED BY SOURCE AND t.id = 3 THEN DELETE`,
    );
    if (change.kind === "insert") throw new TypeError();
    const rows = await shop.run(change.changes, change.scans);
    expect(rows.toSorted((a, b) => Number(a["__row"] ?? 9) - Number(b["__row"] ?? 9))).toEqual([
      { __action: "update", id: 2, name: "B", qty: 21n, __row: 1n },
      { __action: "delete", id: null, name: null, qty: null, __row: 2n },
      { __action: "insert", id: 4, name: "d", qty: 40n, __row: null },
    ]);
    expect(change.checksCardinality).toBe(true);
  });

  it("that only inserts gives just the rows to insert", async () => {
    const change = shop.change(
      "MERGE INTO target t USING (SELECT * FROM source) s ON t.id = s.id AND t.name = s.name WHEN NOT MATCHED THEN INSERT (id, name) VALUES (s.id, s.name)",
    );
    if (change.kind === "insert" || change.inserts === undefined) throw new TypeError();
    expect(change.insertsOnly).toBe(true);
    const inserted = await shop.run(change.inserts, change.scans);
    expect(inserted.map((row) => [row["id"], row["qty"]])).toEqual([
      [2, null],
      [4, null],
    ]);
  });

  it("refuses a clause without condition that is not the last", () => {
    const text =
      "MERGE INTO target t USING source s ON t.id = s.id WHEN MATCHED THEN DELETE WHEN MATCHED THEN UPDATE SET *";
    expect(() => shop.change(text)).toThrow(/only the last MATCHED clause can omit the condition/);
  });
});
