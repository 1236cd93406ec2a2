import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { array, field, INT, struct, VARIANT, type StructType } from "../core/data-type.ts";
import { parseVariantJson } from "../sql/variant/parse-json.ts";
import { writeVariant } from "../sql/variant/write.ts";
import { inferFiles, readFiles, type FormatName } from "./format.ts";
import { openBench, sourceFile, type Bench } from "./test-files.ts";
import { writeStatement } from "./write.ts";

let bench: Bench;
let count = 0;
beforeAll(async () => {
  bench = await openBench("out");
});
afterAll(() => bench.close());

async function write(format: FormatName, select: string, options: Record<string, string> = {}): Promise<string> {
  const path = join(bench.folder, `w${(count += 1)}.${format}`);
  const result = await bench.connection.stream(`SELECT * FROM (${select}) LIMIT 0`);
  result.close();
  await bench.connection.run(writeStatement({ format, select, schema: result.schema, options, path }));
  return path;
}

async function written(format: FormatName, select: string, options: Record<string, string> = {}): Promise<string> {
  return readFile(await write(format, select, options), "utf8");
}

describe("writing", () => {
  it("gives CSV as Spark does", async () => {
    const select = `SELECT 1 AS i, 'a,b' AS s, 'say "hi"' AS q, '' AS e, NULL::VARCHAR AS n, ' t ' AS t, true AS b, DATE '2020-01-05' AS d,
      TIMESTAMPTZ '2020-01-05 10:20:30.5+00' AS ts, 'NaN'::DOUBLE AS f`;
    expect(await written("csv", select, { header: "true" })).toBe(
      'i,s,q,e,n,t,b,d,ts,f\n1,"a,b","say \\"hi\\"","",,t,true,2020-01-05,2020-01-05T10:20:30.500Z,NaN\n',
    );
    const options = {
      sep: "\\t",
      escape: '"',
      quoteAll: "true",
      nullValue: "-",
      dateFormat: "d/M/yyyy",
      ignoreLeadingWhiteSpace: "false",
    };
    expect(
      await written("csv", "SELECT 'a\"b' AS s, NULL::INT AS n, DATE '2020-01-05' AS d, ' t ' AS t", options),
    ).toBe('"a""b"\t-\t"5/1/2020"\t" t"\n');
  });

  it("gives JSON lines without nulls, exact to the digit", async () => {
    const select = `SELECT 1 AS i, 'a"b' AS s, NULL::INT AS n, 12345678901234.50::DECIMAL(20,2) AS c, {'x': NULL::INT, 'y': [1, NULL], 'z': MAP{'k': 'v'}} AS o,
      'Infinity'::DOUBLE AS f, [{'p': 1, 'q': NULL::INT}] AS l, TIMESTAMPTZ '2020-01-05 10:20:30+00' AS ts, 'ab'::BLOB AS bl`;
    expect(
      await written("json", "SELECT TIMESTAMPTZ '2020-01-05 10:20:30+00' AS t", { timeZone: "Asia/Kolkata" }),
    ).toBe('{"t":"2020-01-05T15:50:30.000+05:30"}\n');
    expect(await written("json", select)).toBe(
      '{"i":1,"s":"a\\"b","c":12345678901234.50,"o":{"y":[1,null],"z":{"k":"v"}},"f":"Infinity","l":[{"p":1}],"ts":"2020-01-05T10:20:30.000Z","bl":"YWI="}\n',
    );
  });

  it("gives text, line by line", async () => {
    expect(await written("text", "SELECT * FROM (VALUES ('a,\"b'), (''), (NULL), ('c\nd')) AS v(x)")).toBe(
      'a,"b\n\n\nc\nd\n',
    );
    await expect(write("text", "SELECT 1 AS x")).rejects.toMatchObject({
      code: "UNSUPPORTED_DATA_TYPE_FOR_DATASOURCE",
    });
  });

  it("compresses", async () => {
    const path = await write("json", "SELECT 1 AS a", { compression: "gzip" });
    expect(gunzipSync(await readFile(path)).toString()).toBe('{"a":1}\n');
  });

  it.each(["csv", "json", "parquet"] as const)("comes back from %s as it was", async (format) => {
    const values = `(1, 'x', 1.5::DOUBLE, DATE '2020-01-05'), (2, 'a "q", \\ ü', NULL, NULL), (NULL, 'line' || chr(10) || 'break', 0.1::DOUBLE, DATE '1999-12-31')`;
    const select = `SELECT * FROM (VALUES ${values}) AS v(i, s, d, t)`;
    const files = [await sourceFile(await write(format, select, format === "csv" ? { header: "true" } : {}))];
    const options: Record<string, string> = format === "csv" ? { header: "true", multiLine: "true" } : {};
    const inferred = await inferFiles(bench.connection, { format, files, options, inferTypes: true, rescued: false });
    const { sql } = await readFiles(bench.connection, { format, files, options, schema: inferred });
    const cast = "i::INT AS i, s, d, t::DATE AS t";
    expect(await bench.connection.rows(`SELECT ${cast} FROM (${sql})`)).toEqual(
      await bench.connection.rows(`SELECT ${cast} FROM (${select})`),
    );
  });

  it("gives a VARIANT in its two parts in Parquet, and takes it back with a schema", async () => {
    const variant = (json: string): string =>
      `unhex('${Buffer.from(writeVariant(parseVariantJson(json))).toString("hex")}')`;
    const rows = ['{"b":[1.50,null],"a":"x"}', "null", JSON.stringify({ [`key ${"k".repeat(70_000)}`]: 1 })].map(
      (json, id) => `(${id}, ${variant(json)}, [${variant(json)}, NULL])`,
    );
    const schema = struct([field("id", INT), field("v", VARIANT), field("l", array(VARIANT))]);
    const select = `SELECT * FROM (VALUES ${rows.join(", ")}, (9, NULL, NULL)) AS t(id, v, l)`;
    const path = join(bench.folder, "variant.parquet");
    await bench.connection.run(writeStatement({ format: "parquet", select, schema, options: {}, path }));
    const files = [await sourceFile(path)];
    const { sql } = await readFiles(bench.connection, { format: "parquet", files, options: {}, schema });
    expect(await bench.connection.rows(sql)).toEqual(await bench.connection.rows(select));
    const parts = `SELECT octet_length(v.metadata) AS m, hex(v."value"[1:1]) AS v FROM '${path}' WHERE v IS NOT NULL`;
    expect(await bench.connection.rows(parts)).toEqual([
      { m: 7n, v: "02" },
      { m: 3n, v: "00" },
      { m: 70_014n, v: "02" },
    ]);
  });

  it("does not read what has Parquet's own type VARIANT, of which DuckDB loses nulls", async () => {
    const path = join(bench.folder, "annotated.parquet");
    await bench.connection.run(`COPY (SELECT 1 AS id, 2::VARIANT AS v) TO '${path}' (FORMAT parquet)`);
    const files = [await sourceFile(path)];
    const read = (schema: StructType) => readFiles(bench.connection, { format: "parquet", files, options: {}, schema });
    await expect(read(struct([field("v", VARIANT)]))).rejects.toMatchObject({ code: "UNSUPPORTED_DATATYPE" });
    expect(await bench.connection.rows((await read(struct([field("id", INT)]))).sql)).toEqual([{ id: 1 }]);
    const asked = `MAP {'v': {name: 'v', type: 'STRUCT("value" BLOB, metadata BLOB)', default_value: NULL}}`;
    await expect(
      bench.connection.rows(`SELECT v FROM read_parquet('${path}', schema = ${asked})`),
    ).rejects.toMatchObject({
      code: "UNSUPPORTED_DATATYPE",
      message: expect.stringContaining('column "v"') as unknown,
    });
  });

  it("refuses types that the format cannot hold", async () => {
    await expect(write("csv", "SELECT [1] AS l")).rejects.toMatchObject({
      code: "UNSUPPORTED_DATA_TYPE_FOR_DATASOURCE",
    });
    await expect(write("binaryFile", "SELECT 1 AS l")).rejects.toMatchObject({ code: "UNSUPPORTED_FORMAT" });
  });
});
