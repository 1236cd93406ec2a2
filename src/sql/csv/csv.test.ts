import { describe, expect, it } from "vitest";
import { field, INT, STRING, struct } from "../../core/data-type.ts";
import { OptionTexts } from "../option-texts.ts";
import { csvOptions, type CsvOptions } from "./csv-options.ts";
import { csvFields } from "./csv-record.ts";
import { csvToJson } from "./from-csv.ts";
import { schemaOfCsv } from "./schema-of-csv.ts";
import { csvLine } from "./to-csv.ts";

function options(given: Readonly<Record<string, string>> = {}): CsvOptions {
  const lower = Object.entries(given).map(([name, value]) => [name.toLowerCase(), value] as const);
  return csvOptions(new OptionTexts(new Map(lower), "UTC", 0n));
}

describe("a CSV record", () => {
  it.each([
    ['"a,b",2', ["a,b", "2"]],
    ['"a""b",2', ['"a""b"', "2"]],
    ['"a\\"b",2', ['a"b', "2"]],
    ['"a" ,2', ["a", "2"]],
    ['"a"b,2', ['"a"b', "2"]],
    ["x\ny,", ["x\ny", null]],
    ['"', ['"']],
  ])("%j has the fields that univocity finds", (text, fields) => {
    expect(csvFields(text, options())).toEqual(fields);
  });

  it("is refused where the parser's reading hangs on its buffers", () => {
    expect(() => csvFields('""\\"', options())).toThrow("cannot be read as Spark reads them");
  });

  it("keeps what fits and tells the whole record where a value does not", () => {
    const type = struct([field("a", INT), field("b", INT), field("_corrupt_record", STRING)]);
    expect(csvToJson("1,x\n", type, options())).toBe('{"a":1,"b":null,"_corrupt_record":"1,x"}');
    expect(csvToJson("1,2", type, options())).toBe('{"a":1,"b":2,"_corrupt_record":null}');
    expect(() => csvToJson("1,x", type, options({ mode: "failFast" }))).toThrow("Malformed records are detected");
  });

  it("is written with quotes where they are needed", () => {
    expect(csvLine(["", null, 'a"b', "a\\b", "a,\\b", " x "], options())).toBe('"",,"a\\"b",a\\b,"a,\\\\b",x');
    expect(csvLine([null], options())).toBeNull();
    expect(csvLine(["#a", "#b"], options())).toBe('"#a",#b');
    expect(csvLine([{ items: ["1", null] }, { entries: [["k", "1"]] }], options({ nullValue: "N" }))).toBe(
      '"[1, N]",{k -> 1}',
    );
  });

  it("has types by its values", () => {
    expect(schemaOfCsv("1,1.5,9999999999,99999999999999999999,2020-01-01,2020-1,true,,NaN,1.", options())).toBe(
      "STRUCT<_c0: INT, _c1: DOUBLE, _c2: BIGINT, _c3: DECIMAL(20,0), _c4: DATE, _c5: TIMESTAMP, _c6: BOOLEAN, _c7: STRING, _c8: DOUBLE, _c9: DECIMAL(1,0)>",
    );
  });

  it("refuses options that Spark has and this does not, and passes over what Spark does not know", () => {
    expect(() => options({ rescuedDataColumn: "r" })).toThrow("rescuedDataColumn");
    expect(() => options({ header: "garbage" })).toThrow("header flag can be true or false");
    expect(() => options({ mode: "DROPMALFORMED" })).toThrow("DROPMALFORMED");
    expect(options({ nonsense: "x" })).toEqual(options());
  });
});
