import { describe, expect, it } from "vitest";
import type { StructType } from "../../core/data-type.ts";
import { OptionTexts } from "../option-texts.ts";
import { parseSchema } from "../parser/parse.ts";
import { xmlToJson } from "./from-xml.ts";
import { schemaOfXml } from "./schema-of-xml.ts";
import { xmlText } from "./to-xml.ts";
import { xmlOptions, type XmlOptions } from "./xml-options.ts";

function options(given: Readonly<Record<string, string>> = {}): XmlOptions {
  const lower = Object.entries(given).map(([name, value]) => [name.toLowerCase(), value] as const);
  return xmlOptions(new OptionTexts(new Map(lower), "UTC", 0n));
}

function read(text: string, schema: string, given: Readonly<Record<string, string>> = {}): unknown {
  const type: StructType = parseSchema(schema);
  return JSON.parse(xmlToJson(text, type, options(given)));
}

describe("an XML record", () => {
  it("gives attributes, values, arrays, structs and maps", () => {
    expect(
      read('<p a="1"><c d="3">x</c><e>1</e><e>2</e></p>', "_a INT, c STRUCT<_d: INT, _VALUE: STRING>, e ARRAY<INT>"),
    ).toEqual({
      _a: 1,
      c: { _d: 3, _VALUE: "x" },
      e: [1, 2],
    });
    expect(read("<p><m><k>1</k><k>2</k><j/></m></p>", "m MAP<STRING, INT>")).toEqual({ m: { k: 2, j: null } });
    expect(read("<p><a><b>1</b> <c/></a></p>", "a STRING")).toEqual({ a: "<b>1</b> <c></c>" });
    expect(read("<p><a>1</a><b>2</b></p>", "a INT, xs_any ARRAY<STRING>")).toEqual({ a: 1, xs_any: ["2"] });
  });

  it("leaves unread what Spark leaves unread behind a value that does not fit", () => {
    expect(read("<p><a>x</a><b>2</b></p>", "a INT, b INT, _corrupt_record STRING")).toEqual({
      a: null,
      b: null,
      _corrupt_record: "<p><a>x</a><b>2</b></p>",
    });
    expect(() => read("<p><a>x</a></p>", "a INT", { mode: "FAILFAST" })).toThrow("Malformed records");
  });

  it("reads numbers as Java does, and dates strictly", () => {
    expect(read("<p><a>--5</a><b>1,234.5</b><c>1</c></p>", "a INT, b DOUBLE, c BOOLEAN")).toEqual({
      a: 5,
      b: 1234.5,
      c: true,
    });
    expect(read("<p><d>2020-1-2</d></p>", "d DATE")).toEqual({ d: null });
  });

  it("does not read a document type or an entity that it does not know", () => {
    expect(read('<!DOCTYPE p [<!ENTITY x "1">]><p><a>&x;</a></p>', "a STRING")).toEqual({ a: null });
    expect(read("<p><a>&#65;&lt;</a></p><rest", "a STRING")).toEqual({ a: "A<" });
  });

  it("has a schema by its values", () => {
    expect(schemaOfXml('<p a="1"><b>2</b><b>3.5</b><c x="y">1</c><f/><g>2020-01-01</g><l>1d</l></p>', options())).toBe(
      "STRUCT<_a: BIGINT, b: ARRAY<DOUBLE>, c: STRUCT<_VALUE: BIGINT, _x: STRING>, f: STRING, g: DATE, l: STRING>",
    );
    expect(schemaOfXml("<p><a>1</a>", options())).toBe("STRUCT<_corrupt_record: STRING>");
  });

  it("is written with attributes first, and elements in lines of their own", () => {
    const type = parseSchema("_VALUE STRING, c INT, _a STRING, n INT, l ARRAY<ARRAY<INT>>");
    const row = { fields: ["hi", "5", 'x"\n', null, { items: [{ items: ["1", "2"] }] }] };
    expect(xmlText(row, type, options({ indent: " " }))).toBe(
      '<ROW a="x&quot;&#xa;">hi\n <c>5</c>\n <l>\n  <item>1</item>\n  <item>2</item>\n </l>\n</ROW>',
    );
    expect(xmlText({ fields: ["a<]]>\r", "", null, null, null] }, type, options({ indent: "", nullValue: "N" }))).toBe(
      '<ROW a="N">a&lt;]]&gt;&#xd;<c></c><n>N</n><l>N</l></ROW>\n',
    );
  });
});
