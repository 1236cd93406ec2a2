import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { DATE, field, INT, LONG, STRING, struct, TIMESTAMP, type StructType } from "../../src/core/data-type.ts";
import type { DeltaTable } from "../../src/delta/table.ts";
import { identityOf } from "../../src/sql/identity.ts";
import { expressionCompiler } from "../../src/project/expression-compiler.ts";
import { append, createTable, openLake, rowsOf, type Lake } from "./lake.ts";

let lake: Lake;
beforeAll(async () => {
  lake = await openLake({ expressions: expressionCompiler });
});
afterAll(async () => {
  await lake.close();
});

const identity = (start: number | bigint, step: number | bigint, explicit = false): Record<string, unknown> => ({
  "delta.identity.start": start,
  "delta.identity.step": step,
  "delta.identity.allowExplicitInsert": explicit,
});

const numbered = (metadata: Record<string, unknown>): StructType =>
  struct([field("id", LONG, true, metadata), field("v", STRING)]);

async function mark(table: DeltaTable, column = "id"): Promise<bigint | undefined> {
  const { schema } = await table.snapshot();
  const found = schema.fields.find(({ name }) => name === column);
  return found === undefined ? undefined : identityOf(found)?.highWaterMark;
}

const values = async (table: DeltaTable, order: string): Promise<unknown[][]> =>
  (await rowsOf(lake, await table.snapshot(), order)).map((row) => Object.values(row));

describe("columns that data does not bring", () => {
  it("get their defaults, converted to the column's type; null that is given stays", async () => {
    const schema = struct([
      field("id", LONG),
      field("n", INT, false, { CURRENT_DEFAULT: "1.9" }),
      field("kind", STRING, true, { CURRENT_DEFAULT: "concat('N', 'EW')" }),
    ]);
    const properties = { "delta.feature.allowColumnDefaults": "supported" };
    const table = await createTable(lake, "defaults", { schema, properties });
    expect((await table.snapshot()).protocol.writerFeatures).toContain("allowColumnDefaults");
    await append(lake, table, "SELECT 1::BIGINT AS id");
    await append(lake, table, "SELECT 2::BIGINT AS id, 5 AS n, NULL::VARCHAR AS kind");
    expect(await values(table, "id")).toEqual([
      [1n, 1, "NEW"],
      [2n, 5, null],
    ]);
  });

  it("are computed from the others, and refused when they are given otherwise", async () => {
    const schema = struct([
      field("at", TIMESTAMP),
      field("day", DATE, true, { "delta.generationExpression": "CAST(at AS DATE)" }),
    ]);
    const table = await createTable(lake, "generated", { schema, partitionColumns: ["day"] });
    expect((await table.snapshot()).protocol).toMatchObject({ minWriterVersion: 4 });
    await append(lake, table, "SELECT TIMESTAMPTZ '2024-05-06 07:08:09Z' AS at UNION ALL SELECT NULL");
    await append(lake, table, "SELECT TIMESTAMPTZ '2024-05-07 00:00:00Z' AS at, DATE '2024-05-07' AS day");
    await expect(
      append(lake, table, "SELECT TIMESTAMPTZ '2024-05-07 00:00:00Z' AS at, DATE '2024-05-08' AS day"),
    ).rejects.toMatchObject({ code: "DELTA_VIOLATE_CONSTRAINT_WITH_VALUES" });
    await expect(append(lake, table, "SELECT NULL::TIMESTAMPTZ AS at, DATE '2024-05-08' AS day")).rejects.toMatchObject(
      { code: "DELTA_VIOLATE_CONSTRAINT_WITH_VALUES" },
    );
    const rows = await rowsOf(lake, await table.snapshot(), '"at"');
    expect(rows.map(({ day }) => day)).toEqual([null, "2024-05-06", "2024-05-07"]);
  });

  it("get identity values, each another one, and the mark is committed with the rows", async () => {
    const table = await createTable(lake, "identity", { schema: numbered(identity(10, 5)) });
    expect((await table.snapshot()).protocol).toMatchObject({ minWriterVersion: 6 });
    expect(await mark(table)).toBeUndefined();
    await append(lake, table, "SELECT 'x' AS v FROM range(3)");
    expect(await values(table, "id")).toEqual([[10n, "x"], [15n, "x"], [20n, "x"]]); // prettier-ignore
    expect(await mark(table)).toBe(20n);
    await append(lake, table, "SELECT 'none' AS v WHERE false");
    expect(await mark(table)).toBe(20n);
    const version = await append(lake, table, "SELECT 'y' AS v FROM range(200000)");
    const [count] = await lake.connection.rows(
      `SELECT count(DISTINCT id) AS n, max(id) AS most FROM ${(await (await table.snapshot()).scan()).sql()}`,
    );
    expect(count).toEqual({ n: 200_003n, most: (await mark(table)) ?? 0n });
    const [entry] = await table.history({ limit: 1 });
    expect(entry).toMatchObject({ version });
    await expect(append(lake, table, "SELECT 1::BIGINT AS id, 'z' AS v")).rejects.toMatchObject({
      code: "DELTA_IDENTITY_COLUMNS_EXPLICIT_INSERT_NOT_SUPPORTED",
    });
  });

  it("keep the mark when rows bring their own identity values BY DEFAULT", async () => {
    const table = await createTable(lake, "by-default", { schema: numbered(identity(1, -2, true)) });
    await append(lake, table, "SELECT -5::BIGINT AS id, 'own' AS v");
    expect(await mark(table)).toBeUndefined();
    await append(lake, table, "SELECT 'a' AS v FROM range(2)");
    expect(await values(table, "id")).toEqual([[-5n, "own"], [-1n, "a"], [1n, "a"]]); // prettier-ignore
    expect(await mark(table)).toBe(-1n);
  });

  it("are exact beyond 2^53, and refused beyond 2^63", async () => {
    const start = 2n ** 63n - 10n;
    const table = await createTable(lake, "large", { schema: numbered(identity(start, 3)) });
    await append(lake, table, "SELECT 'a' AS v FROM range(2)");
    expect((await values(table, "id")).map((row) => row[0])).toEqual([start, start + 3n]);
    expect(await mark(table)).toBe(start + 3n);
    await expect(append(lake, table, "SELECT 'b' AS v FROM range(9)")).rejects.toMatchObject({
      code: "DELTA_IDENTITY_COLUMNS_OVERFLOW",
    });
    await append(lake, table, "SELECT 'c' AS v");
    expect((await values(table, "id")).at(-1)).toEqual([start + 6n, "c"]);
    await expect(append(lake, table, "SELECT 'd' AS v FROM range(2)")).rejects.toMatchObject({
      code: "DELTA_IDENTITY_COLUMNS_OVERFLOW",
    });
  });

  it("need a session when they have expressions", async () => {
    const plain = await openLake();
    const schema = struct([field("id", LONG), field("n", INT, true, { "delta.generationExpression": "id + 1" })]);
    const table = await createTable(plain, "plain", { schema });
    await expect(append(plain, table, "SELECT 1::BIGINT AS id")).rejects.toMatchObject({
      code: "DELTA_EXPRESSIONS_NOT_SUPPORTED",
    });
    await plain.close();
  });
});

describe("writers of an identity table at the same time", () => {
  it("conflict when both take values; others are not disturbed by a mark", async () => {
    const table = await createTable(lake, "races", { schema: numbered(identity(1, 1, true)) });
    const first = await table.begin({ operation: "WRITE" });
    const second = await table.begin({ operation: "WRITE" });
    const third = await table.begin({ operation: "WRITE" });
    const { connection } = lake;
    await first.append({ connection, select: "SELECT 'a' AS v" });
    await second.append({ connection, select: "SELECT 'b' AS v" });
    await third.append({ connection, select: "SELECT 100::BIGINT AS id, 'c' AS v" });
    await first.commit();
    await expect(second.commit()).rejects.toMatchObject({ code: "DELTA_METADATA_CHANGED" });
    await third.commit();
    expect(await values(table, "id")).toEqual([[1n, "a"], [100n, "c"]]); // prettier-ignore
    expect(await mark(table)).toBe(1n);
  });

  it("go on within one transaction", async () => {
    const table = await createTable(lake, "twice", { schema: numbered(identity(1, 1)) });
    const transaction = await table.begin({ operation: "WRITE" });
    const { connection } = lake;
    await transaction.append({ connection, select: "SELECT 'a' AS v FROM range(2)" });
    await transaction.append({ connection, select: "SELECT 'b' AS v" });
    await transaction.commit();
    expect(await values(table, "id")).toEqual([[1n, "a"], [2n, "a"], [3n, "b"]]); // prettier-ignore
  });
});

describe("column invariants", () => {
  const invariant = (expression: string): Record<string, unknown> => ({
    "delta.invariants": JSON.stringify({ expression: { expression } }),
  });

  it("hold for every row that is written, also inside structs; null breaks them", async () => {
    const schema = struct([
      field("id", LONG, true, invariant("id < 3")),
      field("top", struct([field("n", INT, true, invariant("top.n IS NULL OR top.n > 0"))])),
    ]);
    const table = await createTable(lake, "invariants", { schema });
    await append(lake, table, "SELECT 1::BIGINT AS id, {'n': 1} AS top UNION ALL SELECT 2, NULL");
    const broken = [
      "SELECT 5::BIGINT AS id",
      "SELECT NULL::BIGINT AS id",
      "SELECT {'n': 1} AS top",
      "SELECT 1::BIGINT AS id, {'n': 0} AS top",
    ];
    for (const select of broken) {
      await expect(append(lake, table, select)).rejects.toMatchObject({ code: "DELTA_VIOLATE_CONSTRAINT_WITH_VALUES" });
    }
    expect(await values(table, "id")).toHaveLength(2);
  });

  it("that are not known are refused", async () => {
    const schema = struct([field("id", LONG, true, { "delta.invariants": '{"other":1}' })]);
    const table = await createTable(lake, "unknown-invariant", { schema });
    await expect(append(lake, table, "SELECT 1::BIGINT AS id")).rejects.toMatchObject({
      code: "DELTA_UNRECOGNIZED_INVARIANT",
    });
  });
});
