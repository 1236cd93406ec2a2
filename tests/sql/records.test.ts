import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { describeError } from "../../src/core/diagnostic.ts";
import { Shop } from "./harness.ts";

let shop: Shop;

beforeAll(async () => {
  shop = await Shop.open();
});

afterAll(() => shop.close());

async function value(expression: string): Promise<unknown> {
  const [row] = await shop.rows(`SELECT ${expression} AS v`);
  return row?.["v"];
}

describe("CSV, JSON and XML in expressions", () => {
  it("reads a record by the schema of another", async () => {
    expect(await value("to_json(from_csv('42|x', schema_of_csv('1|a', map('SEP', '|')), map('sep', '|')))")).toBe(
      '{"_c0":42,"_c1":"x"}',
    );
    expect(await value("to_json(from_xml('<p><a>1</a><a>2</a></p>', schema_of_xml('<p><a>1</a><a>3</a></p>')))")).toBe(
      '{"a":[1,2]}',
    );
  });

  it("reads moments by pattern and in the session's time zone", async () => {
    expect(
      await value(
        "to_json(from_csv('17/06/2026,2026-06-17 18:00:00', 'd DATE, t TIMESTAMP', map('dateFormat', concat('dd', chr(47), 'MM/yyyy'))))",
      ),
    ).toBe('{"d":"2026-06-17","t":"2026-06-17T18:00:00.000-07:00"}');
  });

  it("writes nested values and moments", async () => {
    expect(
      await value(
        "to_csv(named_struct('a', array(1, 2), 'm', map('k', 1), 't', TIMESTAMP '2020-01-01 00:00:00', 'n', cast(null as int)))",
      ),
    ).toBe('"[1, 2]",{k -> 1},2020-01-01T00:00:00.000-08:00,');
    expect(
      await value(
        "to_xml(named_struct('_d', DATE '2020-01-01', 'd', DATE '2020-01-01', 'b', X'41'), map('indent', ''))",
      ),
    ).toBe('<ROW d="18262"><d>2020-01-01</d><b>[41]</b></ROW>\n');
    expect(await value("to_csv(cast(null as struct<a: int>), map('header', 'garbage'))")).toBeNull();
  });

  it("writes bytes as the session shows them", async () => {
    const settings = new Map([["spark.sql.binaryoutputstyle", "BASIC"]]);
    const [row] = await shop.rows("SELECT to_csv(named_struct('a', X'41FF')) AS v", { settings });
    expect(row?.["v"]).toBe('"[65, -1]"');
  });

  it.each([
    ["to_json(from_json('[{\"a\":1}]', 'a INT'))", "{}"],
    ["to_json(from_json('null', 'a INT'))", "{}"],
    ['to_json(from_json(\'{"A":1,"a":2,"a":3}\', \'a INT\'))', '{"a":3}'],
    ["to_json(from_json('{\"a\":{\"b\":1.50}}', 'a STRING'))", '{"a":"{\\"b\\":1.5}"}'],
    [
      "to_json(from_json('{\"a\":[1,\"x\"],\"b\":5}', 'a ARRAY<INT>, b INT, bad STRING', map('columnNameOfCorruptRecord', 'bad')))",
      '{"b":5,"bad":"{\\"a\\":[1,\\"x\\"],\\"b\\":5}"}',
    ],
    [
      'to_json(from_json(\'{"a":-0,"b":NaN,"c":"1"}\', \'a STRING, b STRING, c DATE\'))',
      '{"a":"0","b":"\\"NaN\\"","c":"1970-01-02"}',
    ],
    ["hex(from_json('{\"a\":\"/w==\"}', 'a BINARY').a)", "FF"],
    ["to_json(from_json('{\"a\":\"1 day\"}', 'a INTERVAL'))", '{"a":"1 days"}'],
    ['to_json(from_json(\'{"a":1e10,"b":"2.555"}\', \'a DECIMAL(5,2), b DECIMAL(5,2)\'))', '{"b":2.56}'],
    [
      "to_json(named_struct('a', X'414243', 'b', INTERVAL 1 DAY, 'c', map(DATE '2020-01-01', 2)))",
      '{"a":"QUJD","b":"INTERVAL \'1\' DAY","c":{"18262":2}}',
    ],
    [
      "to_json(named_struct('t', TIMESTAMP '2020-01-01 00:00:00'), map('timeZone', 'UTC', 'nonsense', 'x'))",
      '{"t":"2020-01-01T08:00:00.000Z"}',
    ],
    [
      "schema_of_json('{\"a\":\"2020\",\"b\":1.5,\"c\":[null]} rest', map('inferTimestamp', 'true', 'prefersDecimal', 'true', 'dropFieldIfAllNull', 'true'))",
      "STRUCT<a: DECIMAL(4,0), b: DECIMAL(2,1)>",
    ],
    [
      "schema_of_json('{a:\"12:00\"}', map('allowUnquotedFieldNames', 'true', 'inferTimestamp', 'true'))",
      "STRUCT<a: TIMESTAMP>",
    ],
    ["schema_of_json('')", "STRING"],
  ])("%s is %s", async (expression, expected) => {
    expect(await value(expression)).toBe(expected);
  });

  it.each([
    ["from_json('{}', 'a CHAR(3)')", "UNSUPPORTED_CHAR_OR_VARCHAR_AS_STRING"],
    ["from_json('{\"a\":\"x\"}', 'a INT', map('mode', 'FAILFAST'))", "MALFORMED_RECORD_IN_PARSING"],
    ["from_json('{\"a\":1}', 'a INT', map('mode', 'DROPMALFORMED'))", "PARSE_MODE_UNSUPPORTED"],
    ["to_json(named_struct('a', 1), map('pretty', 'true'))", "UNSUPPORTED_FEATURE.OPTION"],
    ["from_csv('a', 'a ARRAY<INT>')", "UNSUPPORTED_DATATYPE"],
    ["from_csv('a', 'ARRAY<INT>')", "INVALID_SCHEMA.NON_STRUCT_TYPE"],
    ["from_csv('a', 'a INT, _corrupt_record INT')", "INVALID_CORRUPT_RECORD_TYPE"],
    ["from_xml('a', 'a InvalidType')", "PARSE_SYNTAX_ERROR"],
    ["from_xml('a', 'array<int>')", "DATATYPE_MISMATCH.INVALID_XML_SCHEMA"],
    ["from_xml('a', 'a INT', named_struct('mode', 'x'))", "INVALID_OPTIONS.NON_MAP_FUNCTION"],
    ["to_xml(named_struct('a', 1), map('mode', 1))", "INVALID_OPTIONS.NON_STRING_TYPE"],
    ["to_csv(array(1))", "DATATYPE_MISMATCH.UNSUPPORTED_INPUT_TYPE"],
    ["schema_of_xml(null)", "DATATYPE_MISMATCH.UNEXPECTED_NULL"],
    ["schema_of_csv(1)", "DATATYPE_MISMATCH.UNEXPECTED_INPUT_TYPE"],
  ])("refuses %s", async (expression, condition) => {
    const error: unknown = await value(expression).catch((thrown: unknown) => thrown);
    expect(describeError(error)).toContain(condition);
  });
});
