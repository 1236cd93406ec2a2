import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { array, INT, simpleString, STRING, VARIANT } from "../../src/core/data-type.ts";
import type { Value } from "../../src/core/value.ts";
import { Shop } from "./harness.ts";

let shop: Shop;

beforeAll(async () => {
  shop = await Shop.open();
  await shop.table(
    "raw",
    { id: INT, json: STRING, path: STRING },
    String.raw`VALUES
    (1, '{"a":{"b":[1,"2",null]},"d":"2024-01-02"}', '$.a.b[0]'), (2, '[1.50,true]', '$[0]'), (3, NULL, '$'), (4, 'null', NULL)`,
  );
  await shop.table("kept", { id: INT, v: VARIANT, list: array(VARIANT) }, "VALUES (1, NULL, NULL)");
});

afterAll(() => shop.close());

/** The first column of the result. */
async function column(text: string): Promise<(Value | undefined)[]> {
  const { schema } = shop.analyze(text);
  const name = schema.fields[0]?.name ?? "";
  return (await shop.rows(text)).map((row) => row[name]);
}
const json = (expression: string): string => `SELECT to_json(struct(${expression} AS x)) AS j`;
const value = async (expression: string): Promise<Value | undefined> => (await column(`SELECT ${expression} AS x`))[0];
const fails = async (text: string): Promise<string> => {
  try {
    await shop.rows(text);
  } catch (error) {
    return error instanceof Error && "code" in error ? String(error.code) : String(error);
  }
  return "nothing";
};

describe("VARIANT", () => {
  it("is made of JSON and shown as JSON, NULL apart from null", async () => {
    expect(await column("SELECT to_json(parse_json(json)) AS j FROM raw ORDER BY id")).toEqual([
      '{"a":{"b":[1,"2",null]},"d":"2024-01-02"}',
      "[1.5,true]",
      null,
      "null",
    ]);
    expect(await column("SELECT is_variant_null(parse_json(json)) AS n FROM raw ORDER BY id")).toEqual([
      false,
      false,
      false,
      true,
    ]);
  });

  it("takes the last value of a repeated key where the session allows them", async () => {
    const settings = new Map([["spark.sql.variant.allowduplicatekeys", "true"]]);
    const text = 'SELECT to_json(parse_json(\'{"a":1,"b":{"c":1,"c":2},"a":3}\')) AS j';
    expect(await shop.rows(text, { settings })).toEqual([{ j: '{"a":3,"b":{"c":2}}' }]);
  });

  it("gives what stands at a path, which may differ by row", async () => {
    expect(await column("SELECT variant_get(parse_json(json), path, 'string') AS s FROM raw ORDER BY id")).toEqual([
      "1",
      "1.5",
      null,
      null,
    ]);
    expect(await value("variant_get(parse_json('[1,\"x\"]'), '$[5]', 'int')")).toBeNull();
    expect(await fails("SELECT variant_get(parse_json('1'), 'a') AS x")).toBe("INVALID_VARIANT_GET_PATH");
  });

  it("takes paths behind a colon, which name the column", async () => {
    const text =
      "SELECT v:a.b[1], v:['a']::string, v:a.b[0]::int + 1 FROM (SELECT parse_json(json) v FROM raw WHERE id = 1)";
    expect(simpleString(shop.analyze(text).schema)).toBe(
      "struct<b:variant,a:string,(CAST(variant_get(v, $.a.b[0]) AS b AS INT) + 1):int>",
    );
    expect(await shop.rows(text)).toEqual([
      expect.objectContaining({ a: '{"b":[1,"2",null]}', "(CAST(variant_get(v, $.a.b[0]) AS b AS INT) + 1)": 2 }),
    ]);
  });

  it.each([
    ["CAST(parse_json('\" 12 \"') AS INT)", 12],
    ["CAST(parse_json('1.5') AS TINYINT)", 1],
    ["CAST(parse_json('1e10') AS STRING)", "1.0E10"],
    ["CAST(parse_json('123.456') AS DECIMAL(5,2))", "123.46"],
    ["CAST(parse_json('\"2024-01-02 03:04:05Z\"') AS TIMESTAMP)", "2024-01-01 19:04:05"],
    ["CAST(parse_json('1700000000.5') AS TIMESTAMP)", "2023-11-14 14:13:20.5"],
    ["CAST(CAST(DATE '2024-01-02' AS VARIANT) AS DATE)", "2024-01-02"],
    ["CAST(CAST(TIMESTAMP_NTZ '2024-01-02 03:04:05' AS VARIANT) AS TIMESTAMP_NTZ)", "2024-01-02 03:04:05"],
    ["CAST(CAST(0.1F AS VARIANT) AS DOUBLE)", Math.fround(0.1)],
    ["CAST(CAST(X'00FF' AS VARIANT) AS BINARY)", Buffer.of(0, 255)],
    ["CAST(parse_json('[1,null,\"3\"]') AS ARRAY<INT>)", [1, null, 3]],
    [
      'CAST(parse_json(\'{"b":1,"c":["x"]}\') AS STRUCT<a: INT, b: BIGINT, c: ARRAY<STRING>>)',
      { a: null, b: 1n, c: ["x"] },
    ],
    [
      'CAST(parse_json(\'{"b":1,"a":"2"}\') AS MAP<STRING, INT>)',
      [
        { key: "a", value: 2 },
        { key: "b", value: 1 },
      ],
    ],
    ["CAST(CAST(parse_json('[1,{\"a\":X}]') AS ARRAY<VARIANT>) AS STRING)".replace("X", "null"), '[1, {"a":null}]'],
    ["TRY_CAST(parse_json('[1,\"x\"]') AS ARRAY<INT>)", [1, null]],
    ["CAST(to_variant_object(array(DATE '-0001-01-02')) AS ARRAY<DATE>)", ["-0001-01-02"]],
    ["CAST(to_variant_object(named_struct('b', X'00FF41')) AS STRUCT<b: BINARY>)", { b: Buffer.of(0, 255, 65) }],
  ] as const)("%s", async (expression, expected) => {
    expect(await value(expression)).toEqual(expected);
  });

  it.each([
    ["CAST(parse_json('\"x\"') AS INT)", "INVALID_VARIANT_CAST"],
    ["CAST(parse_json('[1,\"x\"]') AS ARRAY<INT>)", "INVALID_VARIANT_CAST"],
    ["CAST(parse_json('{') AS STRING)", "MALFORMED_RECORD_IN_PARSING.WITHOUT_SUGGESTION"],
    ['parse_json(\'{"a":1,"a":2}\')', "MALFORMED_RECORD_IN_PARSING.WITHOUT_SUGGESTION"],
    ["to_variant_object(named_struct('a', 1, 'a', 2))", "VARIANT_DUPLICATE_KEY"],
    ["CAST(named_struct('a', 1) AS VARIANT)", "DATATYPE_MISMATCH.CAST_WITHOUT_SUGGESTION"],
    ["CAST(INTERVAL 1 DAY AS VARIANT)", "DATATYPE_MISMATCH.CAST_WITHOUT_SUGGESTION"],
    ["CAST(parse_json('1') AS INTERVAL DAY)", "DATATYPE_MISMATCH.CAST_WITHOUT_SUGGESTION"],
    ["CAST(parse_json('{}') AS MAP<INT, INT>)", "DATATYPE_MISMATCH.CAST_WITHOUT_SUGGESTION"],
    ["to_variant_object(1)", "DATATYPE_MISMATCH.CAST_WITHOUT_SUGGESTION"],
    ["parse_json(1)", "DATATYPE_MISMATCH.UNEXPECTED_INPUT_TYPE"],
    ["is_variant_null('x')", "DATATYPE_MISMATCH.UNEXPECTED_INPUT_TYPE"],
    ["variant_get(parse_json('1'), '$', id) FROM raw", "INVALID_SCHEMA.NON_STRING_LITERAL"],
    ["variant_explode(parse_json('[]'))", "UNRESOLVED_ROUTINE"],
    ["parse_json('1') = parse_json('1')", "DATATYPE_MISMATCH.INVALID_ORDERING_TYPE"],
    ["parse_json('1') = 1", "DATATYPE_MISMATCH.BINARY_OP_DIFF_TYPES"],
    ["array(parse_json('1')) <=> array(parse_json('1'))", "DATATYPE_MISMATCH.INVALID_ORDERING_TYPE"],
    ["parse_json('1') IN (parse_json('1'))", "DATATYPE_MISMATCH.INVALID_ORDERING_TYPE"],
    ["parse_json('1') IN (SELECT parse_json('1'))", "DATATYPE_MISMATCH.INVALID_ORDERING_TYPE"],
    ["max(parse_json('1'))", "DATATYPE_MISMATCH.INVALID_ORDERING_TYPE"],
    ["max_by(1, parse_json('1'))", "DATATYPE_MISMATCH.INVALID_ORDERING_TYPE"],
    ["array_distinct(array(parse_json('1')))", "DATATYPE_MISMATCH.INVALID_ORDERING_TYPE"],
    ["hash(array(parse_json('1')))", "DATATYPE_MISMATCH.HASH_VARIANT_TYPE"],
    ["map(parse_json('1'), 1)", "DATATYPE_MISMATCH.INVALID_MAP_KEY_TYPE"],
    ["DISTINCT array(parse_json('1'))", "UNSUPPORTED_FEATURE.SET_OPERATION_ON_VARIANT_TYPE"],
    ["parse_json('1') UNION SELECT parse_json('1')", "UNSUPPORTED_FEATURE.SET_OPERATION_ON_VARIANT_TYPE"],
    ["array(v) FROM kept GROUP BY array(v)", "GROUP_EXPRESSION_TYPE_IS_NOT_ORDERABLE"],
    ["* FROM (SELECT id, v FROM kept) PIVOT (count(*) FOR id IN (1))", "GROUP_EXPRESSION_TYPE_IS_NOT_ORDERABLE"],
    ["id FROM kept ORDER BY v", "DATATYPE_MISMATCH.INVALID_ORDERING_TYPE"],
    ["row_number() OVER (PARTITION BY v ORDER BY id) FROM kept", "EXPRESSION_TYPE_IS_NOT_ORDERABLE"],
    ["format_string('%s', parse_json('1'))", "UNSUPPORTED_FEATURE.FUNCTION"],
  ])("%s is %s", async (expression, condition) => {
    expect(await fails(`SELECT ${expression}`)).toBe(condition);
  });

  it("is the common type with a string, and of nothing else", async () => {
    expect(await value("to_json(coalesce(parse_json(NULL), 'x'))")).toBe('"x"');
    expect(await column("SELECT to_json(v) AS j FROM (SELECT parse_json('1') AS v UNION ALL SELECT NULL)")).toEqual([
      "1",
      null,
    ]);
    expect(await fails("SELECT parse_json('1') UNION ALL SELECT 2")).toBe("INCOMPATIBLE_COLUMN_TYPE");
  });

  it("stands where a string is asked for", async () => {
    expect(await value("upper(parse_json('\"a\"')) || parse_json('1')")).toBe("A1");
  });

  it("is made of values of other types with their kinds", async () => {
    expect(
      await column(
        json(
          "to_variant_object(named_struct('i', 1Y, 'f', 1.5F, 'd', 1.10BD, 'b', X'00FF', 'n', CAST(NULL AS INT), 'm', map('k', array(true))))",
        ),
      ),
    ).toEqual(['{"x":{"b":"AP8=","d":1.1,"f":1.5,"i":1,"m":{"k":[true]},"n":null}}']);
    expect(await value("schema_of_variant(to_variant_object(array(1.10BD, 2.25BD)))")).toBe("ARRAY<DECIMAL(3,2)>");
  });

  it("tells its schema, of one value and of many", async () => {
    expect(await column("SELECT schema_of_variant_agg(parse_json(json)) AS s FROM raw WHERE id <> 2")).toEqual([
      "OBJECT<a: OBJECT<b: ARRAY<VARIANT>>, d: STRING>",
    ]);
    expect(await column("SELECT schema_of_variant_agg(v) AS s FROM kept")).toEqual(["VOID"]);
    expect(await column("SELECT is_valid_variant(parse_json(json)) AS s FROM raw WHERE id < 4 ORDER BY id")).toEqual([
      true,
      true,
      null,
    ]);
  });

  it("comes apart into rows, fields in their order", async () => {
    expect(
      await shop.rows(
        'SELECT pos, key, to_json(value) AS value FROM variant_explode(input => parse_json(\'{"b":1,"a":[2]}\')) ORDER BY pos',
      ),
    ).toEqual([
      { pos: 0, key: "a", value: "[2]" },
      { pos: 1, key: "b", value: "1" },
    ]);
    expect(
      await shop.rows(
        "SELECT id, pos, to_json(value) AS value FROM raw, LATERAL variant_explode_outer(parse_json(json)) WHERE id > 1 ORDER BY id, pos",
      ),
    ).toEqual([
      { id: 2, pos: 0, value: "1.5" },
      { id: 2, pos: 1, value: "true" },
      { id: 3, pos: null, value: null },
      { id: 4, pos: null, value: null },
    ]);
    expect(
      await column("SELECT key FROM raw LATERAL VIEW variant_explode(parse_json(json)) t WHERE id = 1 ORDER BY pos"),
    ).toEqual(["a", "d"]);
  });

  it("is collected, and carried through windows and lambdas", async () => {
    expect(await column("SELECT to_json(collect_list(parse_json(json))) AS j FROM raw WHERE id > 1")).toEqual([
      "[[1.5,true],null]",
    ]);
    expect(await value("transform(array(parse_json('{\"a\":7}')), x -> variant_get(x, '$.a', 'int'))")).toEqual([7]);
    expect(
      await column("SELECT to_json(lag(parse_json(json)) OVER (ORDER BY id)) AS j FROM raw WHERE id > 1 ORDER BY id"),
    ).toEqual([null, "[1.5,true]", null]);
  });

  it.each([
    ["variant_insert(parse_json('{\"a\": 1}'), '$.b', 2)", '{"a":1,"b":2}'],
    ["variant_insert(parse_json('{}'), '$.a.b', 1)", '{"a":{"b":1}}'],
    ["variant_insert(parse_json('[\"a\",\"b\",\"c\"]'), '$[1]', 'z')", '["a","z","b","c"]'],
    ["variant_insert(parse_json('[\"a\",\"b\"]'), '$[5]', 'z')", '["a","b",null,null,null,"z"]'],
    ["variant_insert(parse_json('{}'), '$.a', parse_json('{\"x\":1}'))", '{"a":{"x":1}}'],
    ["variant_insert(parse_json('{}'), '$.a', null)", null],
    ["try_variant_insert(parse_json('{\"a\": 1}'), '$.a', 2)", null],
    ["try_variant_insert(parse_json('{\"a\": 1}'), '$.a.b', 2)", null],
    ["variant_set(parse_json('{\"a\": {\"b\": 1}}'), '$.a.c.d', 2)", '{"a":{"b":1,"c":{"d":2}}}'],
    ["variant_set(parse_json('[\"a\",\"b\",\"c\"]'), '$[1]', 'z')", '["a","z","c"]'],
    ["variant_set(parse_json('[\"a\",\"b\",\"c\"]'), '$[5]', 'z')", '["a","b","c",null,null,"z"]'],
    ["variant_set(parse_json('{\"a\": 1}'), '$.b', 2, false)", '{"a":1}'],
    ["variant_set(parse_json('{\"a\": 1}'), '$.a', array(1, 2), create_if_missing => false)", '{"a":[1,2]}'],
    ["variant_array_append(parse_json('[1, 2, 3]'), '$', 4)", "[1,2,3,4]"],
    ["variant_array_append(parse_json('{\"a\": [1]}'), '$.a', parse_json('[2]'))", '{"a":[1,[2]]}'],
    ["variant_array_append(parse_json('{\"a\": 1}'), '$.missing', 2)", '{"a":1}'],
    ["try_variant_array_append(parse_json('{\"a\": 1}'), '$.a', 2)", null],
    [
      "variant_delete(parse_json('{\"a\":1,\"b\":2,\"items\":[1,2,3]}'), NULL, '$.a', '$.items[0]', '$.items[0]')",
      '{"b":2,"items":[3]}',
    ],
    ["variant_delete(parse_json('{\"a\":1}'), '$.missing', '$.a.b')", '{"a":1}'],
    ['variant_strip_nulls(parse_json(\'{"a": {"b": null, "c": [1, null]}}\'))', '{"a":{"c":[1]}}'],
    ['variant_strip_nulls(parse_json(\'{"a": [1, null], "b": null}\'), false)', '{"a":[1,null]}'],
  ])("%s is %s", async (expression, expected) => {
    expect(await value(`to_json(${expression})`)).toBe(expected);
  });

  it.each([
    ["variant_insert(parse_json('{\"a\": 1}'), '$.a', 2)", "VARIANT_DUPLICATE_KEY"],
    ["variant_set(parse_json('{\"a\": 1}'), '$.a.b', 2)", "VARIANT_PATH_TYPE_MISMATCH"],
    ["variant_array_append(parse_json('1'), '$', 2)", "VARIANT_PATH_TYPE_MISMATCH"],
    ["variant_set(parse_json('{}'), '$', 2)", "INVALID_VARIANT_PATH"],
    ["variant_insert(parse_json('[]'), '$[99999999]', 2)", "VARIANT_SIZE_LIMIT"],
    ["variant_set(parse_json('{}'), '$.a', named_struct('b', 1))", "DATATYPE_MISMATCH.CAST_WITHOUT_SUGGESTION"],
  ])("%s fails with %s", async (expression, condition) => {
    expect(await fails(`SELECT ${expression}`)).toBe(condition);
  });

  it("is read from JSON with a schema", async () => {
    expect(
      await column(
        'SELECT to_json(from_json(\'{"a":{"x":1.50},"b":null}\', \'a VARIANT, b VARIANT, c VARIANT\')) AS j',
      ),
    ).toEqual(['{"a":{"x":1.5},"b":null}']);
    expect(await value("to_json(from_json('[1,{\"b\":2}]', 'variant'))")).toBe('[1,{"b":2}]');
    expect(await value("from_json('{\"a\":1,\"a\":2}', 'variant')")).toBeNull();
  });
});
