import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { array, decimal, field, INT, map, simpleString, sqlType, STRING, struct, type DataType } from "./data-type.ts";
import { schemaFromJson, schemaToJson } from "./schema-json.ts";

const { type: anyType } = fc.letrec<{ type: DataType }>((tie) => ({
  type: fc.oneof(
    { depthSize: "small" },
    fc.constantFrom<DataType>(
      INT,
      STRING,
      { kind: "long" },
      { kind: "timestamp_ntz" },
      { kind: "variant" },
      { kind: "string", length: { max: 7, fixed: false } },
      { kind: "interval_day_time", start: "day", end: "second" },
      { kind: "interval_year_month", start: "year", end: "year" },
    ),
    fc.integer({ min: 1, max: 38 }).chain((p) => fc.integer({ min: 0, max: p }).map((s) => decimal(p, s))),
    fc.tuple(tie("type"), fc.boolean()).map(([element, nulls]) => array(element, nulls)),
    fc.tuple(tie("type"), fc.boolean()).map(([value, nulls]) => map(STRING, value, nulls)),
    fc
      .array(fc.tuple(fc.string({ minLength: 1 }), tie("type"), fc.boolean()), { maxLength: 3 })
      .map((fields) => struct(fields.map(([name, type, nullable]) => field(name, type, nullable)))),
  ),
}));

describe("a schema as JSON", () => {
  it("reads back as it was written", () => {
    fc.assert(
      fc.property(anyType, (type) => {
        const schema = struct([field("a", type, false, { comment: "x" }), field("b", type)]);
        expect(schemaFromJson(schemaToJson(schema))).toEqual(schema);
      }),
    );
  });

  it("tells the collations of strings beside their type, as Delta keeps them", () => {
    const lower: DataType = { kind: "string", collation: "UTF8_LCASE" };
    const german: DataType = { kind: "string", collation: "de_CI" };
    const schema = struct([field("a", lower), field("b", map(STRING, array(german)), true, { comment: "x" })]);
    const text = schemaToJson(schema);
    expect(text).toContain('"type":"string","nullable":true,"metadata":{"__COLLATIONS":{"a":"spark.UTF8_LCASE"}}');
    expect(text).toContain('{"comment":"x","__COLLATIONS":{"b.value.element":"icu.de_CI"}}');
    expect(schemaFromJson(text)).toEqual(schema);
  });

  it("is refused with the path of what is wrong", () => {
    const bad = '{"type":"struct","fields":[{"name":"a","type":{"type":"array","elementType":"txt"}}]}';
    expect(() => schemaFromJson(bad)).toThrow(/schema\[0\]\.a\.element has the unknown type "txt"/);
    expect(() => schemaFromJson("{")).toThrow(/not JSON/);
    expect(() => schemaFromJson('"int"')).toThrow(/must be a struct/);
  });
});

describe("a type as text", () => {
  const type = struct([field("a b", array(decimal(10, 2))), field("c", map(STRING, INT), false)]);

  it("is Spark's simple string", () => {
    expect(simpleString(type)).toBe("struct<a b:array<decimal(10,2)>,c:map<string,int>>");
  });

  it("is SQL that can be parsed again", () => {
    expect(sqlType(type)).toBe("STRUCT<`a b`: ARRAY<DECIMAL(10,2)>, c: MAP<STRING, INT> NOT NULL>");
  });
});
