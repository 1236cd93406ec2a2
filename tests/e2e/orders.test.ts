import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { listTriggers } from "../../src/factory/triggers/schedules.ts";
import { validateFactory } from "../../src/factory/model/validate.ts";
import { jobSchedule } from "../../src/jobs/schedule.ts";
import { findJob } from "../../src/project/jobs.ts";
import { addDay, openOrders, OWNER, type Orders } from "./orders.ts";

const BUYER = "bea@example.com";

describe("a project of native artefacts alone: nested orders, from files to gold", () => {
  let orders: Orders;
  beforeAll(async () => {
    orders = await openOrders();
    const outcome = await orders.run();
    expect(outcome.error).toBeUndefined();
    expect(outcome.status).toBe("succeeded");
  });
  afterAll(async () => {
    await orders.close();
  });

  it("reads nested records as they are, and rescues a line that is no JSON", async () => {
    const [nested] = await orders.rows("SELECT customer, items, source_file FROM bronze.orders WHERE id = 1");
    expect(nested).toEqual({
      customer: { name: "Ada", address: { city: "X", country: "de" } },
      items: [
        { price: 9.5, quantity: 2n, sku: "A-1" },
        { price: 40, quantity: 1n, sku: "B-2" },
      ],
      source_file: "2026-03-01.json",
    });
    const rescued = await orders.rows("SELECT id, _rescued_data FROM bronze.orders WHERE _rescued_data IS NOT NULL");
    expect(rescued).toHaveLength(1);
    expect(rescued[0]?.["id"]).toBeNull();
    expect(rescued[0]?.["_rescued_data"]).toContain("2026-03-02T");
    expect(await orders.rows("SELECT count(*) AS n FROM bronze.orders")).toEqual([{ n: 7n }]);
  });

  it("keeps the last state of each line of an order in a table partitioned by country", async () => {
    const lines = await orders.rows(
      "SELECT order_id, line, country, sku, quantity, price FROM silver.order_items ORDER BY order_id, line",
    );
    expect(lines).toEqual([
      { order_id: 1n, line: 1, country: "DE", sku: "A-1", quantity: 2, price: "9.50" },
      { order_id: 1n, line: 2, country: "DE", sku: "B-2", quantity: 1, price: "40.00" },
      { order_id: 2n, line: 1, country: "FR", sku: "C-3", quantity: 4, price: "5.25" },
      { order_id: 4n, line: 1, country: "DE", sku: "B-2", quantity: 2, price: "38.50" },
      { order_id: 4n, line: 2, country: "DE", sku: "A-1", quantity: 1, price: "0.00" },
      { order_id: 7n, line: 1, country: "IT", sku: "C-3", quantity: 1, price: "0.00" },
    ]);
    const [detail] = await orders.rows("DESCRIBE DETAIL silver.order_items");
    expect(detail).toMatchObject({ partitionColumns: ["country"], numFiles: 3n });
  });

  it("gives gold with an expectation that drops, and columns of arrays, maps and structs", async () => {
    expect(await orders.rows("SELECT * FROM gold.revenue_by_category ORDER BY category, country")).toEqual([
      { category: "books", country: "DE", revenue: "19.00", orders: 2n },
      { category: "books", country: "FR", revenue: "21.00", orders: 1n },
      { category: "games", country: "DE", revenue: "117.00", orders: 2n },
    ]);
    const [ada] = await orders.rows("SELECT bought, counts, active FROM gold.customers WHERE customer = 'Ada'");
    expect(ada).toEqual({
      bought: ["A-1", "B-2"],
      counts: [
        { key: "orders", value: 1n },
        { key: "items", value: 2n },
      ],
      active: { first: "2026-03-01", last: "2026-03-01" },
    });
    const counted = await orders.rows(
      `SELECT get_json_object(details, '$.flow_progress.data_quality.dropped_records') AS dropped
       FROM event_log('gold') WHERE event_type = 'flow_progress' AND details LIKE '%"COMPLETED"%positive%'`,
    );
    expect(counted).toEqual([{ dropped: "1" }]);
  });

  it("lets buyers read gold and nothing else", async () => {
    const catalog = await orders.lakehouse.catalog();
    await catalog.createPrincipal(OWNER, { name: BUYER, kind: "user" });
    await catalog.addMember(OWNER, "buyers", BUYER);
    expect(await orders.rows("SELECT count(*) AS n FROM gold.customers", BUYER)).toEqual([{ n: 4n }]);
    for (const refused of [
      "SELECT * FROM silver.order_items",
      "SELECT * FROM bronze.orders",
      "INSERT INTO gold.customers SELECT * FROM gold.customers",
      "DROP TABLE gold.customers",
      "CREATE TABLE gold.mine (a INT)",
    ]) {
      await expect(orders.rows(refused, BUYER), refused).rejects.toMatchObject({
        code: expect.stringMatching(/^(INSUFFICIENT_PERMISSIONS|MATERIALIZED_VIEW_OPERATION_NOT_ALLOWED)$/) as string,
      });
    }
    await expect(
      orders.rows("SELECT * FROM json.`abfss://landing@shoplake.dfs.core.windows.net/orders`", BUYER),
    ).rejects.toMatchObject({ code: "INSUFFICIENT_PERMISSIONS" });
    expect(await orders.rows("SHOW SCHEMAS IN shop", BUYER)).not.toContainEqual({ databaseName: "silver" });
  });

  it("finds nothing wrong in the factory, and knows when trigger and schedule are due", async () => {
    const factory = await orders.lakehouse.factory();
    if (factory === undefined) throw new Error("The project has a factory.");
    expect(validateFactory(factory).filter((each) => each.severity === "error")).toEqual([]);
    const now = Date.parse("2026-03-02T05:00:00Z");
    expect(listTriggers(factory, now)).toEqual([
      {
        name: "tr_morning",
        type: "ScheduleTrigger",
        started: true,
        pipelines: ["pl_orders"],
        next: Date.parse("2026-03-02T06:00:00Z"),
      },
    ]);
    const job = findJob(orders.lakehouse.project?.bundle, "orders");
    const schedule = jobSchedule(job, () => Promise.resolve());
    expect(schedule?.next(now)).toBe(Date.parse("2026-03-02T05:30:00Z"));
  });

  it("commits nothing in a second run", async () => {
    const before = await orders.versions();
    const outcome = await orders.run();
    expect(outcome.status).toBe("succeeded");
    expect(await orders.versions()).toEqual(before);
  });

  it("takes a new column from a new file, and rescues a value of another type", async () => {
    await addDay(orders.source);
    const outcome = await orders.run();
    expect(outcome.error).toBeUndefined();
    expect(outcome.status).toBe("succeeded");
    const added = await orders.rows(
      "SELECT id, coupon, _rescued_data IS NOT NULL AS rescued FROM bronze.orders WHERE source_file = '2026-03-03.json' ORDER BY ALL",
    );
    expect(added).toEqual([
      { id: null, coupon: null, rescued: true },
      { id: 6n, coupon: "SPRING", rescued: false },
    ]);
    expect(await orders.rows("SELECT count(*) AS n FROM bronze.orders")).toEqual([{ n: 9n }]);
    expect(await orders.rows("SELECT revenue FROM gold.revenue_by_category WHERE country = 'ES'")).toEqual([
      { revenue: "41.00" },
    ]);
  });
});
