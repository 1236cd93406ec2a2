import { mkdir, mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { decimal, INT, LONG, STRING } from "../core/data-type.ts";
import { BoathouseError } from "../core/errors.ts";
import type { Row, Value } from "../core/value.ts";
import type { Connection } from "./connection.ts";
import { DuckDb } from "./duckdb.ts";
import { quoteString } from "../sql/quote.ts";

let folder: string;
let db: DuckDb;
let connection: Connection;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "boathouse-duckdb-"));
  db = await DuckDb.open({ timeZone: "Europe/Berlin", threads: 2, tempDirectory: join(folder, "spill") });
  connection = await db.connect();
});

afterAll(async () => {
  await db.close();
  await rm(folder, { recursive: true, force: true });
});

async function one(sql: string): Promise<Value | undefined> {
  const [row] = await connection.rows(sql);
  return row === undefined ? undefined : Object.values(row)[0];
}

async function failure(work: Promise<unknown>): Promise<BoathouseError> {
  const error: unknown = await work.then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  if (error instanceof BoathouseError) return error;
  throw new Error(`expected a BoathouseError, got ${String(error)}`);
}

describe("a connection", () => {
  it("gives values in the forms that a row has", async () => {
    const rows = await connection.rows(
      `SELECT 1::BIGINT AS l, 2::INTEGER AS i, 1.50::DECIMAL(10,2) AS d, DATE '2020-02-29' AS dt,
        TIMESTAMPTZ '2020-07-01 12:00:00.250+00' AS ts, TIMESTAMP '2020-01-01 00:00:00' AS ntz,
        [1, NULL] AS a, {x: 1, y: NULL::DATE} AS s, MAP {'k': DATE '2021-01-01'} AS m, 'ab'::BLOB AS b,
        INTERVAL '14 months -3 days 5.5 seconds' AS iv, 'NaN'::DOUBLE AS nan, NULL AS n, sum(3::BIGINT) AS h`,
    );
    expect(rows).toEqual([
      {
        l: 1n,
        i: 2,
        d: "1.50",
        dt: "2020-02-29",
        ts: "2020-07-01 14:00:00.25",
        ntz: "2020-01-01 00:00:00",
        a: [1, null],
        s: { x: 1, y: null },
        m: [{ key: "k", value: "2021-01-01" }],
        b: Buffer.from("ab"),
        iv: "1 years 2 months -3 days 5.5 seconds",
        nan: NaN,
        n: null,
        h: 3n,
      },
    ] satisfies Row[]);
  });

  it("sorts nulls first ascending and last descending", async () => {
    const values = (sql: string): Promise<Row[]> =>
      connection.rows(`SELECT a FROM (VALUES (1), (NULL), (3)) t(a) ${sql}`);
    expect(await values("ORDER BY a")).toEqual([{ a: null }, { a: 1 }, { a: 3 }]);
    expect(await values("ORDER BY a DESC")).toEqual([{ a: 3 }, { a: 1 }, { a: null }]);
  });

  it("streams a large result in batches with its schema", async () => {
    const { schema, batches } = await connection.stream("SELECT i, 'x' AS s FROM range(10000) t(i)");
    expect(schema.fields.map((each) => [each.name, each.type])).toEqual([
      ["i", LONG],
      ["s", STRING],
    ]);
    let count = 0;
    let last: Value | undefined;
    for await (const batch of batches) {
      count += batch.rowCount;
      last = batch.columns[0]?.at(-1);
    }
    expect([count, last]).toEqual([10000, 9999n]);
  });

  it("refuses another statement while a result is being read, and is free again after it was left", async () => {
    const { batches } = await connection.stream("SELECT * FROM range(100000)");
    for await (const batch of batches) {
      expect(batch.rowCount).toBe(2048);
      expect((await failure(connection.run("SELECT 1"))).code).toBe("CONNECTION_BUSY");
      break;
    }
    expect(await one("SELECT 42")).toBe(42);
  });

  it("runs statements that are started together one after the other", async () => {
    await connection.run("CREATE OR REPLACE TEMP TABLE numbers (n INTEGER)");
    await Promise.all(Array.from({ length: 20 }, (_, n) => connection.run(`INSERT INTO numbers VALUES (${n})`)));
    expect(await one("SELECT count(*) FROM numbers")).toBe(20n);
  });

  it("is interrupted by its signal, and works on", async () => {
    const abort = new AbortController();
    setTimeout(() => abort.abort(), 50);
    const endless = "SELECT count(*) FROM range(1000000000) a, range(1000) b WHERE hash(a.range) = hash(b.range) + 1";
    expect(await failure(connection.run(endless, { signal: abort.signal }))).toMatchObject({
      code: "CANCELLED",
      kind: "interrupted",
    });
    expect(await one("SELECT 1")).toBe(1);
  });
});

describe("errors", () => {
  it.each([
    ["SELECT CAST('abc' AS INTEGER)", "CAST_INVALID_INPUT"],
    ["SELECT CAST('2020-13-01' AS DATE)", "CAST_INVALID_INPUT"],
    ["SELECT CAST(300 AS TINYINT)", "CAST_OVERFLOW"],
    ["SELECT CAST(1000 AS DECIMAL(3,2))", "NUMERIC_VALUE_OUT_OF_RANGE.WITH_SUGGESTION"],
    ["SELECT decode(from_hex('C1'))", "UNSUPPORTED_FEATURE.INVALID_UTF8"],
    ["SELECT 9223372036854775807 + 1", "ARITHMETIC_OVERFLOW"],
    ["SELECT (SELECT range FROM range(2))", "SCALAR_SUBQUERY_TOO_MANY_ROWS"],
    ["SELECT error('[DIVIDE_BY_ZERO] Division by zero.')", "DIVIDE_BY_ZERO"],
    ["SELECT * FROM read_csv('/nowhere/x.csv')", "FAILED_READ_FILE.FILE_NOT_EXIST"],
    ["SELECT nothing", "DUCKDB_STATEMENT_REJECTED"],
    ["SELEC 1", "DUCKDB_STATEMENT_REJECTED"],
  ])("of %s have Spark's name %s", async (sql, code) => {
    expect((await failure(connection.run(sql))).code).toBe(code);
  });

  it("say it in Spark's words and without the generated SQL", async () => {
    const error = await failure(connection.run("SELECT CAST('it''s' AS INTEGER)"));
    expect(error.message).toBe(
      `The value 'it's' of the type "STRING" cannot be cast to "INT" because it is malformed.`,
    );
    expect(error).toMatchObject({ sqlState: "22018", kind: "user" });
  });
});

describe("a JavaScript function", () => {
  it("is known to every connection, and gives null for null arguments without a call", async () => {
    connection.registerFunction({
      name: "test_shout",
      parameters: [STRING, INT],
      result: STRING,
      call: (text, times) => (typeof text === "string" ? text + "!".repeat(Number(times)) : null),
    });
    connection.registerFunction({ name: "test_shout", parameters: [], result: INT, call: () => 0 });
    const other = await db.connect();
    expect(await other.rows("SELECT test_shout(v, 2) AS s FROM (VALUES ('a'), (NULL)) t(v) ORDER BY s")).toEqual([
      { s: null },
      { s: "a!!" },
    ]);
    other.close();
  });

  it("takes and gives nested and exact values, any number of arguments and nulls", async () => {
    connection.registerFunction({
      name: "test_count_nulls",
      parameters: [],
      variadic: STRING,
      result: { kind: "array", element: decimal(10, 2), containsNull: true },
      nulls: "pass",
      call: (...values) => [`${values.filter((each) => each === null).length}.5`, null],
    });
    expect(await one("SELECT test_count_nulls('a', NULL, NULL)")).toEqual(["2.50", null]);
  });

  it("fails the statement with the condition it throws", async () => {
    connection.registerFunction({
      name: "test_fail",
      parameters: [INT],
      result: INT,
      call: () => {
        throw new BoathouseError("INVALID_PARAMETER_VALUE", "That is no number.");
      },
    });
    expect(await failure(connection.run("SELECT test_fail(1)"))).toMatchObject({
      code: "INVALID_PARAMETER_VALUE",
      message: "That is no number.",
    });
  });
});

describe("a copy to Parquet", () => {
  it("says what each file of a partitioned table holds", async () => {
    const files = await connection.copyToParquet({
      select: "SELECT CASE WHEN i % 2 = 1 THEN 'ä/b' END AS p, i, {\"a.b\": [i::DOUBLE]} AS s FROM range(4) t(i)",
      path: join(folder, "table"),
      partitionBy: ["p"],
    });
    files.sort((a, b) => Number(a.partitionValues["p"] === null) - Number(b.partitionValues["p"] === null));
    expect(files.map(({ rowCount, partitionValues }) => ({ rowCount, partitionValues }))).toEqual([
      { rowCount: 2, partitionValues: { p: "ä/b" } },
      { rowCount: 2, partitionValues: { p: null } },
    ]);
    expect(files[0]?.columns).toMatchObject([
      { path: ["i"], min: "1", max: "3", nullCount: 0, valueCount: 2 },
      { path: ["s", "a.b", "element"], min: "1.0", max: "3.0", hasNaN: false },
    ]);
    const read = await connection.rows(`SELECT count(*) AS n FROM read_parquet(${quoteString(files[0]?.path ?? "")})`);
    expect(read).toEqual([{ n: 2n }]);
  });

  it("writes one empty file for no rows, and none into a folder", async () => {
    const select = "SELECT i, 1 AS one FROM range(3) t(i) WHERE i > 5";
    const single = await connection.copyToParquet({ select, path: join(folder, "empty.parquet") });
    expect(single).toMatchObject([{ rowCount: 0 }]);
    expect(await connection.copyToParquet({ select, path: join(folder, "none"), partitionBy: ["i"] })).toEqual([]);
  });

  it("leaves nothing of its own behind when it fails", async () => {
    const path = join(folder, "failing");
    await mkdir(path);
    const files = async (): Promise<string[]> =>
      (await readdir(path, { recursive: true })).filter((name) => name.endsWith(".parquet"));
    await connection.copyToParquet({ select: "SELECT 1 AS i", path, fileSizeBytes: 1e9 });
    const before = await files();
    const select = "SELECT i, i % 3 AS p, CASE WHEN i = 299999 THEN error('late') END AS e FROM range(300000) t(i)";
    for (const how of [{ fileSizeBytes: 1e9 }, { partitionBy: ["p"] }]) {
      await expect(connection.copyToParquet({ select, path, ...how })).rejects.toThrow("late");
      expect(await files()).toEqual(before);
    }
  });
});

describe("a locked instance", () => {
  it("reaches the allowed folders only, spills, and keeps its settings", async () => {
    const [inside, sibling] = [join(folder, "in"), join(folder, "inside")];
    const locked = await DuckDb.open({
      allowedDirectories: [inside],
      tempDirectory: join(folder, "spill"),
      memoryLimit: 100_000_000,
      threads: 1,
    });
    const user = await locked.connect();
    try {
      await writeFile(join(folder, "secret.csv"), "a\n1\n");
      await connection.run(`COPY (SELECT 1 AS a) TO ${quoteString(join(folder, "outside.parquet"))}`);
      for (const path of [join(folder, "secret.csv"), join(inside, "../secret.csv"), join(sibling, "x.csv")]) {
        expect((await failure(user.rows(`SELECT * FROM read_csv(${quoteString(path)})`))).code).toBe("STORE_FORBIDDEN");
      }
      expect((await failure(user.run("SET TimeZone = 'UTC'"))).message).toMatch(/locked/);
      expect((await failure(user.run("LOAD httpfs"))).message).toMatch(/disabled/);
      const spilling = "SELECT count(*) AS n FROM (SELECT i, hash(i) AS h FROM range(3000000) t(i) ORDER BY h)";
      expect(await user.rows(`${spilling.replace("ORDER BY h", "ORDER BY h OFFSET 1")}`)).toEqual([{ n: 2999999n }]);
    } finally {
      await locked.close();
    }
    expect(await readdir(join(folder, "spill"))).toHaveLength(0);
  });

  it("cannot be opened in a time zone that does not exist", async () => {
    expect((await failure(DuckDb.open({ timeZone: "Mars/Olympus" }))).code).toBe("INVALID_TIMEZONE");
  });
});
