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

describe("CSV and XML in expressions", () => {
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

  it.each([
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
