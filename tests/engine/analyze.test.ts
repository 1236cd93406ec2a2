import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Session } from "../../src/engine/session.ts";
import { ANA, openTestLakehouse, OWNER, type TestLakehouse } from "./lakehouse.ts";

let here: TestLakehouse;
let session: Session;

beforeAll(async () => {
  here = await openTestLakehouse();
  await here.run(`
    CREATE TABLE orders (id BIGINT, amount DOUBLE);
    CREATE TABLE totals (id BIGINT, total DOUBLE);
    CREATE VIEW large AS SELECT * FROM orders WHERE amount > 10;
  `);
  session = await here.lakehouse.session({ user: OWNER, catalog: "main", schema: "s" });
});
afterAll(async () => {
  await session.close();
  await here.close();
});

const table = (name: string): string[] => ["main", "s", name];

describe("the analysis of a statement", () => {
  it.each([
    ["SELECT id, amount * 2 AS twice FROM large", "query", [], "large", { id: "id", twice: "amount" }],
    [
      "INSERT INTO totals SELECT id, sum(amount) FROM orders GROUP BY id",
      "insert",
      ["totals"],
      "orders",
      { id: "id", total: "amount" },
    ],
    ["CREATE TABLE new AS SELECT amount AS a FROM orders", "create_table", ["new"], "orders", { a: "amount" }],
    [
      "MERGE INTO totals t USING orders o ON t.id = o.id WHEN MATCHED THEN UPDATE SET total = amount",
      "merge",
      ["totals"],
      "orders",
      { total: "amount" },
    ],
  ])("of %s says what is read, written and moved", async (text, operation, writes, reads, flows) => {
    const analysis = await session.analyze(text);
    expect(analysis).toMatchObject({ operation, writes: writes.map(table), deterministic: true });
    expect(analysis.reads).toContainEqual(table(reads));
    const columns = analysis.lineage.map(({ target, sources }) => [target, sources.map(({ column }) => column).join()]);
    expect(Object.fromEntries(columns)).toEqual(flows);
  });

  it("changes nothing", async () => {
    await session.analyze("INSERT INTO totals VALUES (1, 1)");
    await session.analyze("DELETE FROM orders");
    expect(await here.values("SELECT count(*) FROM totals")).toEqual([[0]]);
  });

  it("needs the rights of running it", async () => {
    const stranger = await here.lakehouse.session({ user: ANA, catalog: "main", schema: "s" });
    try {
      await expect(stranger.analyze("INSERT INTO main.s.totals VALUES (1, 1)")).rejects.toMatchObject({
        code: "INSUFFICIENT_PERMISSIONS",
      });
    } finally {
      await stranger.close();
    }
  });
});
