import { existsSync } from "node:fs";
import { copyFile, readdir, rm, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, expect, describe, it } from "vitest";
import { DuckDb } from "../../src/duckdb/duckdb.ts";
import { parseVariantJson } from "../../src/sql/variant/parse-json.ts";
import { metadataSize } from "../../src/sql/variant/read.ts";
import { writeVariant } from "../../src/sql/variant/write.ts";
import { openTestLakehouse, type TestLakehouse } from "./lakehouse.ts";

let house: TestLakehouse;
beforeAll(async () => {
  house = await openTestLakehouse();
});
afterAll(async () => {
  await house.close();
});

describe("a column of the type VARIANT", () => {
  it("is stored and read back, NULL apart from null, also inside other types and partitions", async () => {
    await house.run(`
      CREATE TABLE events (id INT, v VARIANT, list ARRAY<VARIANT>, s STRUCT<v: VARIANT, n: INT>, m MAP<STRING, VARIANT>, day DATE)
        PARTITIONED BY (day);
      INSERT INTO events VALUES
        (1, parse_json('{"b":[1.50,null,"x"],"a":1e3}'), array(parse_json('1'), parse_json('null'), NULL),
          named_struct('v', parse_json('"in"'), 'n', 1), map('k', parse_json('{"z":true}')), DATE '2024-01-01'),
        (2, NULL, NULL, NULL, NULL, DATE '2024-01-02'),
        (3, parse_json('null'), array(), named_struct('v', NULL, 'n', 3), map(), NULL)`);
    expect(await house.values("SELECT * FROM events ORDER BY id")).toEqual([
      [
        1,
        '{"a":1000.0,"b":[1.5,null,"x"]}',
        ["1", "null", null],
        { v: '"in"', n: 1 },
        [{ key: "k", value: '{"z":true}' }],
        "2024-01-01",
      ],
      [2, null, null, null, null, "2024-01-02"],
      [3, "null", [], { v: null, n: 3 }, [], null],
    ]);
    expect(await house.values("SELECT id, v:b[0]::decimal(5,2), is_variant_null(v) FROM events ORDER BY id")).toEqual([
      [1, "1.50", false],
      [2, null, false],
      [3, null, true],
    ]);
  });

  it("is changed and merged like any other", async () => {
    await house.run(`
      CREATE TABLE notes (id INT, v VARIANT);
      INSERT INTO notes SELECT id, parse_json('{"n":' || id || '}') FROM range(4);
      UPDATE notes SET v = to_variant_object(named_struct('n', v:n::int + 10)) WHERE id = 1;
      DELETE FROM notes WHERE v:n::int = 2;
      MERGE INTO notes t USING (SELECT 3 AS id, parse_json('"new"') AS v UNION ALL SELECT 9, parse_json('[]')) s
        ON t.id = s.id WHEN MATCHED THEN UPDATE SET * WHEN NOT MATCHED THEN INSERT *`);
    expect(await house.values("SELECT id, v FROM notes ORDER BY id")).toEqual([
      [0, '{"n":0}'],
      [1, '{"n":11}'],
      [3, '"new"'],
      [9, "[]"],
    ]);
    expect(await house.values("SELECT schema_of_variant_agg(v) FROM notes")).toEqual([["VARIANT"]]);
  });

  it("holds long keys and values, and many of them", async () => {
    await house.run(`
      CREATE TABLE wide AS SELECT id, to_variant_object(map_from_arrays(
        transform(sequence(1, 400), x -> concat('key ', x, repeat('k', CAST(id AS INT)))), transform(sequence(1, 400), x -> repeat('v', x)))) AS v
      FROM VALUES (0), (200) AS t(id)`);
    expect(
      await house.values(
        "SELECT id, length(variant_get(v, concat('$[\\'key 400', repeat('k', CAST(id AS INT)), '\\']'), 'string')) FROM wide ORDER BY id",
      ),
    ).toEqual([
      [0, 400],
      [200, 400],
    ]);
  });

  it("takes only what is a VARIANT, and cannot partition a table", async () => {
    await house.run("CREATE TABLE strict (v VARIANT)");
    await expect(house.run("INSERT INTO strict VALUES (1)")).rejects.toMatchObject({
      code: "INCOMPATIBLE_DATA_FOR_TABLE.CANNOT_SAFELY_CAST",
    });
    await expect(house.run("CREATE TABLE bad (id INT, v VARIANT) PARTITIONED BY (v)")).rejects.toThrow(/variant/);
  });
});

/** A Delta table of one Parquet file, which DuckDB writes, or which is there. */
async function tableOfFile(name: string, columns: string, select: string, options = ""): Promise<void> {
  const place = join(house.folder, name);
  await house.run(
    `CREATE TABLE ${name} (${columns}) LOCATION '${place}' TBLPROPERTIES ('delta.feature.variantShredding' = 'supported')`,
  );
  const db = await DuckDb.open({ timeZone: "UTC", threads: 1 });
  try {
    const connection = await db.connect();
    if (select.endsWith(".parquet")) await copyFile(select, join(place, "a.parquet"));
    else await connection.run(`COPY (${select}) TO '${place}/a.parquet' (FORMAT parquet${options})`);
  } finally {
    await db.close();
  }
  const { size } = await stat(join(place, "a.parquet"));
  const add = { path: "a.parquet", partitionValues: {}, size, modificationTime: 0, dataChange: true };
  await writeFile(join(place, "_delta_log", "00000000000000000001.json"), JSON.stringify({ add }));
}

/** The two parts of a value in DuckDB SQL, with the keys of `keys` in the metadata. */
function parts(json: string, keys = json): { readonly metadata: string; readonly value: string } {
  const whole = Buffer.from(writeVariant(parseVariantJson(keys)));
  const own = Buffer.from(writeVariant(parseVariantJson(json)));
  const blob = (bytes: Buffer): string => `from_hex('${bytes.toString("hex")}')`;
  return { metadata: blob(whole.subarray(0, metadataSize(whole))), value: blob(own.subarray(metadataSize(own))) };
}

describe("a VARIANT in a Parquet file", () => {
  it("that is shredded is put together again: typed parts, the rest, both, and neither", async () => {
    const keys = '{"a":1,"b":1,"c":1,"d":1}';
    const group = (value: string, typed: string): string =>
      `{'metadata': ${parts("1", keys).metadata}, 'value': ${value}, 'typed_value': ${typed}}`;
    const field = (value: string, typed: string): string => `{'value': ${value}, 'typed_value': ${typed}}`;
    const object = (a: string, b: string): string => `{'a': ${a}, 'b': ${b}}`;
    const none = field("NULL::BLOB", "NULL");
    const rows = [
      group("NULL::BLOB", object(field("NULL::BLOB", "7::BIGINT"), field("NULL::BLOB", "1.50::DECIMAL(9,2)"))),
      group("NULL", object(field(parts('"no number"').value, "NULL"), none)),
      group(parts("null").value, "NULL"),
      group(parts('[1,"x"]').value, "NULL"),
      group("NULL", object(none, none)),
      "NULL",
      group("NULL", object(field(parts("null").value, "NULL"), none)),
    ];
    const select = rows.map((row, id) => `SELECT ${id} AS id, ${row} AS v`).join(" UNION ALL ");
    await tableOfFile("shredded", "id INT, v VARIANT", select);
    expect(await house.values("SELECT id, v FROM shredded ORDER BY id")).toEqual([
      [0, '{"a":7,"b":1.5}'],
      [1, '{"a":"no number"}'],
      [2, "null"],
      [3, '[1,"x"]'],
      [4, "{}"],
      [5, null],
      [6, '{"a":null}'],
    ]);
    expect(
      await house.values(
        "SELECT id FROM shredded WHERE try_variant_get(v, '$.a', 'bigint') = 7 OR v IS NULL ORDER BY id",
      ),
    ).toEqual([[0], [5]]);
    await house.run("INSERT INTO shredded SELECT 9, parse_json('{\"new\":true}'); DELETE FROM shredded WHERE id < 3");
    await house.run("OPTIMIZE shredded");
    await tableOfFile("ruled", "id INT, v VARIANT", select);
    await house.run(`
      ALTER TABLE ruled ADD CONSTRAINT low CHECK (id < 100 AND (v IS NULL OR v IS NOT NULL));
      ALTER TABLE ruled ALTER COLUMN id SET NOT NULL`);
    await expect(house.values("ALTER TABLE ruled ALTER COLUMN v SET NOT NULL")).rejects.toMatchObject({
      code: "DELTA_NEW_NOT_NULL_VIOLATION",
    });
    expect(await house.values("SELECT id, v FROM shredded ORDER BY id")).toEqual([
      [3, '[1,"x"]'],
      [4, "{}"],
      [5, null],
      [6, '{"a":null}'],
      [9, '{"new":true}'],
    ]);
  });

  it("keeps fields beside the typed ones, and typed items of lists, also inside other types", async () => {
    const partly = parts('{"z":[true]}');
    const item = (value: string, typed: string): string => `{'value': ${value}, 'typed_value': ${typed}}`;
    const object = `{'metadata': ${partly.metadata}, 'value': ${partly.value}, 'typed_value': {'t': ${item("NULL::BLOB", "DATE '2024-01-02'")}}}`;
    const list = `{'metadata': ${parts("1").metadata}, 'value': NULL::BLOB, 'typed_value': [${item("NULL::BLOB", "1.5::DOUBLE")}, ${item(parts('"x"').value, "NULL")}]}`;
    await tableOfFile(
      "inside",
      "id INT, s STRUCT<v: VARIANT>, list ARRAY<VARIANT>, m MAP<STRING, VARIANT>",
      `SELECT 1 AS id, {'v': ${object}} AS s, [${list}, NULL] AS list, MAP {'k': ${list}} AS m`,
    );
    expect(await house.values("SELECT s, list, m FROM inside")).toEqual([
      [{ v: '{"t":"2024-01-02","z":[true]}' }, ['[1.5,"x"]', null], [{ key: "k", value: '[1.5,"x"]' }]],
    ]);
  });

  it("that Parquet calls one is read as Spark reads it, null of JSON apart from NULL where the file tells", async () => {
    const value = (json: string): string => `variant_bytes_to_variant(${parts(json).metadata} || ${parts(json).value})`;
    const rows = (...values: string[]): string =>
      values.map((each, id) => `SELECT ${id} AS id, ${each} AS v`).join(" UNION ALL ");
    // DuckDB itself writes NULL as null of JSON.
    await tableOfFile("annotated", "id INT, v VARIANT", rows(value('{"b":1.50,"a":[null]}'), "NULL", value("12")));
    expect(await house.values("SELECT id, v FROM annotated ORDER BY id")).toEqual([
      [0, '{"a":[null],"b":1.5}'],
      [1, "null"],
      [2, "12"],
    ]);
    await tableOfFile(
      "typed",
      "id INT, v VARIANT",
      rows(value('{"a":1,"b":"x"}'), value('{"a":"y"}')),
      ", SHREDDING {'v': 'STRUCT(a BIGINT)'}",
    );
    expect(await house.values("SELECT id, v FROM typed ORDER BY id")).toEqual([
      [0, '{"a":1,"b":"x"}'],
      [1, '{"a":"y"}'],
    ]);
    // Spark 4.1.4 wrote this one, shredded by `a INT`.
    await tableOfSpark("nulls");
    expect(await house.values("SELECT id, v FROM nulls ORDER BY id")).toEqual([
      [0, '{"a":1,"b":1.5}'],
      [1, null],
    ]);
  });

  it("that holds both kinds of null tells them apart, shredded and not, also inside other types", async () => {
    await tableOfSpark("mixed");
    expect(await house.values("SELECT id, v FROM mixed ORDER BY id")).toEqual([
      [0, "null"],
      [1, null],
    ]);
    await tableOfSpark("nested", NESTED);
    expect(await house.values("SELECT id, v, s.v, l, m['k'], d FROM nested WHERE id <= 4 ORDER BY id")).toEqual([
      [1, '{"a":1,"b":"x"}', '{"a":1,"b":"x"}', null, '{"a":1,"b":"x"}', [{ x: '{"a":1,"b":"x"}' }]],
      [2, null, null, [null, null, null], null, null],
      [3, "null", "null", ["null", "null", null], "null", [{ x: "null" }]],
      [4, '{"a":null}', '{"a":null}', ['{"a":null}', '{"a":null}', null], '{"a":null}', [{ x: '{"a":null}' }]],
    ]);
    expect(await house.values("SELECT id FROM nested WHERE v IS NULL")).toEqual([[2]]);
    // Spark writes INT96, which is no moment of the session's zone; the file's `s.o` has another field.
    await house.run("SET TIME ZONE 'America/Los_Angeles'");
    expect(await house.values("SELECT CAST(s.at AS STRING), s.o FROM nested ORDER BY id LIMIT 2")).toEqual([
      ["2024-01-01 04:00:00", null],
      ["2024-01-01 04:00:00", { b: null }],
    ]);
    await house.run("RESET spark.sql.session.timeZone");
  });

  it("is not copied where the footer says that it holds no null of JSON", async () => {
    const cache = join(house.folder, "root/cache");
    await rm(cache, { recursive: true, force: true });
    await tableOfSpark("several", NESTED);
    expect(await house.values("SELECT id, v, l FROM several WHERE id <= 2 ORDER BY id")).toEqual([
      [1, '{"a":1,"b":"x"}', null],
      [2, null, [null, null, null]],
    ]);
    expect(existsSync(cache)).toBe(false);
  });

  it("is read from a copy that may go at any time, and is changed and compacted like any other", async () => {
    await tableOfSpark("mixed", "id INT, v VARIANT", "passing");
    const both = [
      [0, "null"],
      [1, null],
    ];
    expect(await house.values("SELECT id, v FROM passing ORDER BY id")).toEqual(both);
    const cache = join(house.folder, "root/cache");
    expect(await readdir(cache)).not.toEqual([]);
    await rm(cache, { recursive: true });
    expect(await house.values("SELECT id, v FROM passing ORDER BY id")).toEqual(both);
    await house.run("INSERT INTO passing VALUES (2, parse_json('2'))");
    await house.run("INSERT INTO passing REPLACE WHERE id = 1 SELECT 1, NULL");
    await house.run("UPDATE passing SET id = id + 10 WHERE v IS NULL");
    await house.run("OPTIMIZE passing");
    expect(await house.values("SELECT id, v FROM passing ORDER BY id")).toEqual([
      [0, "null"],
      [2, "2"],
      [11, null],
    ]);
  });
});

const NESTED =
  "id INT, v VARIANT, s STRUCT<v: VARIANT, n: INT, at: TIMESTAMP, o: STRUCT<b: INT>>, l ARRAY<VARIANT>, m MAP<STRING, VARIANT>, d ARRAY<STRUCT<x: VARIANT>>";

async function tableOfSpark(file: string, columns = "id INT, v VARIANT", name = file): Promise<void> {
  const path = fileURLToPath(new URL(`files/variant-${file}.parquet`, import.meta.url));
  await tableOfFile(name, columns, path);
}
