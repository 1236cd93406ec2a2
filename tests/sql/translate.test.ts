import { DuckDBInstance, type DuckDBConnection } from "@duckdb/node-api";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { install, sparkError, translate, type TranslateOptions } from "../../src/sql.ts";

const definitions = `
  CREATE TABLE orders (id BIGINT NOT NULL, customer STRING, amount DECIMAL(10, 2), at TIMESTAMP);
  CREATE TABLE changes (id BIGINT, amount DECIMAL(10, 2), gone BOOLEAN);
  CREATE VIEW large AS SELECT id, amount FROM orders WHERE amount > 15;
  CREATE FUNCTION taxed(x DECIMAL(10, 2)) RETURNS DECIMAL(10, 2) RETURN x * 1.1;
`;

let connection: DuckDBConnection;
let close: () => void;
beforeAll(async () => {
  const instance = await DuckDBInstance.create(":memory:");
  connection = await instance.connect();
  close = () => {
    connection.closeSync();
    instance.closeSync();
  };
  for (const table of definitions.split(";").slice(0, 2)) await run(table);
  await run("INSERT INTO orders VALUES (1, 'ann', 10, NULL), (2, 'bob', 20, TIMESTAMP '2024-03-01 12:00:00')");
  await run("INSERT INTO orders (id, amount) VALUES (3, 30)");
});
afterAll(() => close());

async function run(text: string, options: TranslateOptions = {}): Promise<Record<string, unknown>[]> {
  const translation = translate(text, { definitions, timeZone: "Europe/Berlin", ...options });
  await install(connection, translation);
  const result = await connection.runAndReadAll(translation.sql);
  return result.getRowObjectsJson();
}

describe("translate", () => {
  it("gives DuckDB SQL with Spark's names, types and results", async () => {
    const { schema } = translate("SELECT id, sum(amount) / 2 FROM orders GROUP BY id", { definitions });
    expect(schema.fields).toEqual([
      { name: "id", type: { kind: "long" }, nullable: false },
      { name: "(sum(amount) / 2)", type: { kind: "decimal", precision: 24, scale: 6 }, nullable: true },
    ]);
    expect(
      await run("SELECT id DIV 2 AS half, date_format(at, 'EEEE d. MMM HH:mm') AS at FROM orders WHERE id = 2"),
    ).toEqual([{ half: "1", at: "Friday 1. Mar 12:00" }]);
  });

  it("knows views and SQL functions by their definitions", async () => {
    expect(await run("SELECT id, taxed(amount) AS t FROM large ORDER BY id")).toEqual([
      { id: "2", t: "22.00" },
      { id: "3", t: "33.00" },
    ]);
  });

  it("says what a statement reads and from where each column flows", () => {
    const { reads, lineage } = translate("SELECT amount + 1 AS a, 1 AS b FROM large", { definitions });
    expect(reads).toEqual([["spark_catalog", "default", "large"]]);
    expect(lineage).toEqual([
      { column: "a", sources: [{ relation: ["spark_catalog", "default", "orders"], column: "amount" }] },
      { column: "b", sources: [] },
    ]);
  });

  it("gives UPDATE, DELETE and MERGE as one statement", async () => {
    await run("CREATE OR REPLACE TABLE kept AS SELECT * FROM orders");
    const more = `${definitions}; CREATE TABLE kept (id BIGINT, customer STRING, amount DECIMAL(10, 2), at TIMESTAMP)`;
    await run("INSERT INTO changes VALUES (1, 11, false), (2, 0, true), (9, 90, false)");
    await run(
      `MERGE INTO kept k USING changes c ON k.id = c.id WHEN MATCHED AND c.gone THEN DELETE
       WHEN MATCHED THEN UPDATE SET amount = c.amount WHEN NOT MATCHED THEN INSERT (id, amount) VALUES (c.id, c.amount)`,
      { definitions: more },
    );
    await run("UPDATE kept SET customer = upper(customer) WHERE id = 1", { definitions: more });
    await run("DELETE FROM kept WHERE amount = 30", { definitions: more });
    expect(await run("SELECT id, customer, amount FROM kept ORDER BY id", { definitions: more })).toEqual([
      { id: "1", customer: "ANN", amount: "11.00" },
      { id: "9", customer: null, amount: "90.00" },
    ]);
    await run("INSERT INTO changes VALUES (1, 12, false)");
    const twice = run(
      "MERGE INTO kept k USING changes c ON k.id = c.id WHEN MATCHED THEN UPDATE SET amount = c.amount",
      {
        definitions: more,
      },
    );
    expect(sparkError(await twice.catch((error: unknown) => error)).code).toBe(
      "DELTA_MULTIPLE_SOURCE_ROW_MATCHING_TARGET_ROW_IN_MERGE",
    );
  });

  it("names Spark's condition of an error at run time", async () => {
    const failed = await run("SELECT id / (id - 1) FROM orders").catch((error: unknown) => error);
    expect(sparkError(failed)).toMatchObject({ code: "DIVIDE_BY_ZERO", sqlState: "22012" });
    expect(await run("SELECT id / (id - 1) AS q FROM orders WHERE id = 1", { ansi: false })).toEqual([{ q: null }]);
  });

  it("reads tables from wherever the caller says", () => {
    const { sql } = translate("SELECT id FROM orders", {
      definitions,
      from: ({ name, used }) => `read_parquet('${name.join("/")}.parquet') /* ${used.join()} */`,
    });
    expect(sql).toContain("read_parquet('spark_catalog/default/orders.parquet') /* id */");
  });

  it.each([
    ["SELECT nope FROM orders", "UNRESOLVED_COLUMN.WITH_SUGGESTION", "orders"],
    ["INSERT OVERWRITE orders SELECT * FROM orders", "UNSUPPORTED_FEATURE", "orders"],
    ["VACUUM orders", "UNSUPPORTED_FEATURE", ""],
    ["CREATE TABLE twice AS SELECT 1 AS a, 2 AS A", "COLUMN_ALREADY_EXISTS", ""],
  ])("refuses %s by name", (text, code) => {
    expect(() => translate(text, { definitions })).toThrow(expect.objectContaining({ code }));
  });

  it("refuses definitions that define nothing, at their place", () => {
    const definition = "CREATE TABLE a (b INT);\nDROP TABLE a";
    expect(() => translate("SELECT 1", { definitions: definition })).toThrow(
      expect.objectContaining({
        code: "UNSUPPORTED_FEATURE",
        location: expect.objectContaining({ line: 2 }) as unknown,
      }),
    );
  });
});
