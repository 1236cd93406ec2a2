import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import {
  array,
  BINARY,
  BOOLEAN,
  BYTE,
  CALENDAR_INTERVAL,
  DATE,
  decimal,
  DOUBLE,
  field,
  FLOAT,
  INT,
  LONG,
  map,
  SHORT,
  STRING,
  struct,
  TIMESTAMP,
  TIMESTAMP_NTZ,
  type DataType,
} from "../core/data-type.ts";
import type { Value } from "../core/value.ts";
import type { Connection } from "./connection.ts";
import { DuckDb } from "./duckdb.ts";
import { quoteIdentifier, quoteLiteral } from "../sql/quote.ts";
import { duckDbType } from "../sql/types/duckdb-type.ts";

let db: DuckDb;
let connection: Connection;
beforeAll(async () => {
  db = await DuckDb.open({ threads: 1 });
  connection = await db.connect();
});
afterAll(() => db.close());

describe("literals and names", () => {
  it("come back from DuckDB as they were", async () => {
    const text = fc.string({ unit: "grapheme" });
    const scalar = fc.oneof<fc.Arbitrary<Value>[]>(
      text,
      fc.constantFrom("\0", "a\0'b", "'; DROP TABLE x; --", "\\", '"'),
      fc.boolean(),
      fc.integer(),
      fc.double({ noInteger: true }),
      fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }).map((each) => each),
      fc.uint8Array({ maxLength: 8 }).map((each) => Buffer.from(each)),
    );
    const values = fc.sample(scalar, 300);
    const sql = `SELECT ${values.map((value, index) => `${quoteLiteral(value)} AS c${index}`).join(", ")}`;
    const [row = {}] = await connection.rows(sql);
    // DuckDB reads small integers as INTEGER, whichever JavaScript type they had.
    const plain = (value: Value | undefined): unknown => (typeof value === "bigint" ? String(value) : value);
    const whole = (value: Value): unknown =>
      typeof value === "number" && Number.isInteger(value) ? String(value) : plain(value);
    const got = values.map((value, index) => {
      const found = row[`c${index}`];
      return typeof found === "number" && Number.isInteger(found) && typeof value !== "boolean"
        ? String(found)
        : plain(found);
    });
    expect(got).toEqual(values.map(whole));
  });

  it("hold lists, structs and any name", async () => {
    const name = 'a "b" SELECT; --';
    const value = { [name]: [1, null], other: "x" };
    expect(await connection.rows(`SELECT ${quoteLiteral(value)} AS ${quoteIdentifier(name)}`)).toEqual([
      { [name]: value },
    ]);
    expect(() => quoteIdentifier("a\0b")).toThrow(expect.objectContaining({ code: "INVALID_IDENTIFIER" }));
  });
});

describe("types", () => {
  const types: DataType[] = [
    BOOLEAN,
    BYTE,
    SHORT,
    INT,
    LONG,
    FLOAT,
    DOUBLE,
    STRING,
    BINARY,
    DATE,
    TIMESTAMP,
    TIMESTAMP_NTZ,
    CALENDAR_INTERVAL,
    decimal(38, 10),
    array(map(STRING, struct([field('odd "name"', array(decimal(5, 0))), field("select", TIMESTAMP)]))),
  ];

  it("go to DuckDB and come back", async () => {
    const sql = types.map((type, index) => `CAST(NULL AS ${duckDbType(type)}) AS c${index}`).join(", ");
    const { schema, batches } = await connection.stream(`SELECT ${sql}`);
    expect(schema.fields.map((each) => each.type)).toEqual(types);
    for await (const batch of batches) expect(batch.columns.flat()).toEqual(types.map(() => null));
  });

  it("without a counterpart are refused by name", async () => {
    expect(() => duckDbType(struct([]))).toThrow(expect.objectContaining({ code: "UNSUPPORTED_FEATURE.EMPTY_STRUCT" }));
    await expect(connection.rows("SELECT '101'::BIT AS t")).rejects.toMatchObject({
      code: "UNSUPPORTED_DATATYPE",
    });
  });
});
