import { afterAll, beforeAll, expect, describe, it } from "vitest";
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
