import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { DATE, decimal, DOUBLE, INT, LONG, STRING, type DataType } from "../../core/data-type.ts";
import { castVariant, castVariantNested } from "./cast.ts";
import { variantJson } from "./json.ts";
import type { VariantNode } from "./node.ts";
import { NotJson, parseVariantJson } from "./parse-json.ts";
import { parseVariantPath, valueAt } from "./path.ts";
import { isVariantNull, metadataSize, readNode, variantOf } from "./read.ts";
import { mergeSchemas, schemaOfVariant, variantSchemaText } from "./schema.ts";
import { isValidVariant } from "./validate.ts";
import { writeVariant } from "./write.ts";

const long = fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n });
const digits = fc.bigInt({ min: -(10n ** 38n) + 1n, max: 10n ** 38n - 1n });
const text = fc.string({ unit: "grapheme", maxLength: 80 });
const scalar: fc.Arbitrary<VariantNode> = fc.oneof(
  fc.constant<VariantNode>({ kind: "null" }),
  fc.boolean().map((value): VariantNode => ({ kind: "boolean", value })),
  long.map((value): VariantNode => ({ kind: "long", value })),
  fc.double().map((value): VariantNode => ({ kind: "double", value })),
  fc.float().map((value): VariantNode => ({ kind: "float", value })),
  fc
    .record({ unscaled: digits, scale: fc.integer({ min: 0, max: 38 }) })
    .map((each): VariantNode => ({ kind: "decimal", ...each })),
  fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 }).map((days): VariantNode => ({ kind: "date", days })),
  fc
    .tuple(fc.constantFrom("timestamp", "timestamp_ntz"), long)
    .map(([kind, micros]): VariantNode => ({ kind, micros })),
  text.map((value): VariantNode => ({ kind: "string", value })),
  fc.uint8Array().map((value): VariantNode => ({ kind: "binary", value })),
  fc.uuid().map((value): VariantNode => ({ kind: "uuid", value })),
);
const { node } = fc.letrec<{ node: VariantNode }>((tie) => ({
  node: fc.oneof(
    { depthSize: "small", withCrossShrink: true },
    scalar,
    fc.array(tie("node"), { maxLength: 8 }).map((items): VariantNode => ({ kind: "array", items })),
    fc
      .uniqueArray(fc.tuple(text, tie("node")), { maxLength: 8, selector: ([key]) => key })
      .map((fields): VariantNode => ({ kind: "object", fields })),
  ),
}));

const parsed = (json: string): VariantNode => readNode(variantOf(writeVariant(parseVariantJson(json))));
const schema = (json: string): string => variantSchemaText(schemaOfVariant(parsed(json)));
const hex = (json: string): string => Buffer.from(writeVariant(parseVariantJson(json))).toString("hex");

describe("the binary form", () => {
  it("gives back what was written, with the fields of objects in order", () => {
    fc.assert(
      fc.property(node, (value) => {
        const bytes = writeVariant(value);
        expect(isValidVariant(bytes)).toBe(true);
        expect(readNode(variantOf(bytes))).toEqual(inOrder(value));
      }),
    );
  });

  it.each([
    ["null", "010000", "00"],
    ["true", "010000", "04"],
    ["42", "010000", "0c2a"],
    ["-129", "010000", "107fff"],
    ["100000", "010000", "14a0860100"],
    ["9223372036854775807", "010000", "18ffffffffffffff7f"],
    ["1.50", "010000", "200296000000"],
    ["1e0", "010000", "1c000000000000f03f"],
    ['"hi"', "010000", "096869"],
    ["[1,true]", "010000", "03020002030c0104"],
    ["100.0", "010000", "2001e8030000"],
    ["-0.0", "010000", "200100000000"],
    ["12345678901234567890.5", "010000", "2801396c362f819f4eb10600000000000000"],
    ['"\\ud800"', "010000", "053f"],
    [
      '{"z":{"y":{"z":1}},"a":[{"z":2},{"b":3.25}]}',
      "010400010203047a796162",
      "020202000c0023020101000702010000020c01030200071202010000020c020201030006200245010000",
    ],
    ['{"b":1,"a":2}', "01020001026261", "020201000200040c010c02"],
  ])("of %s is Spark's", (json, metadata, value) => {
    expect(hex(json)).toBe(metadata + value);
  });

  it("takes wider offsets and counts where a byte does not do", () => {
    const many = Array.from({ length: 300 }, (_, index) => [`key ${String(index).padStart(3, "0")}`, index] as const);
    const json = JSON.stringify({ ...Object.fromEntries(many), long: "x".repeat(70_000), list: Array(300).fill(1) });
    const value = variantOf(writeVariant(parseVariantJson(json)));
    expect(JSON.parse(variantJson(readNode(value), "UTC"))).toEqual(JSON.parse(json));
    const found = valueAt(value, ["key 299"]);
    expect(found && readNode(found)).toEqual({ kind: "long", value: 299n });
  });

  it("is refused where bytes are missing, without a crash for any bytes", () => {
    const bytes = writeVariant(parseVariantJson('{"a":[1,"two",{"b":3.5}],"c":1e3}'));
    for (let length = 0; length < bytes.length; length += 1) {
      expect(isValidVariant(bytes.subarray(0, length))).toBe(false);
    }
    expect(() => readNode(variantOf(bytes.subarray(0, bytes.length - 1)))).toThrow("malformed");
    fc.assert(
      fc.property(
        fc.uint8Array({ maxLength: 40 }),
        (random) => typeof isValidVariant(Uint8Array.of(1, ...random)) === "boolean",
      ),
    );
  });

  it("tells how long its metadata is", () => {
    expect(metadataSize(Buffer.from(writeVariant(parseVariantJson('{"ab":1}'))))).toBe(6);
  });

  it("has no key twice and no value beyond 16 MiB", () => {
    expect(() => writeVariant(parseVariantJson('{"a":1,"a":2}'))).toThrow("duplicate object key `a`");
    expect(() => writeVariant({ kind: "binary", value: new Uint8Array(17 * 1024 * 1024) })).toThrow("16.0 MiB");
  });
});

describe("JSON", () => {
  it.each([
    ["1", "long"],
    ["9223372036854775808", "decimal"],
    ["1.0", "decimal"],
    ["0.00000000000000000000000000000000000001", "decimal"],
    ["0.000000000000000000000000000000000000001", "double"],
    ["123456789012345678901234567890123456789", "double"],
    ["1e2", "double"],
    ["-0", "long"],
  ])("%s is a %s", (json, kind) => {
    expect(parseVariantJson(json).kind).toBe(kind);
  });

  it.each([
    "",
    " ",
    "1x",
    "01",
    "-",
    "1.",
    ".5",
    "+1",
    "NaN",
    "[1,]",
    "[1 2]",
    "{a:1}",
    "{'a':1}",
    '{"a":1',
    '"\\x"',
    "tru",
    "truex",
    '"a\nb"',
  ])("%j is none", (json) => {
    expect(() => parseVariantJson(json)).toThrow(NotJson);
  });

  it.each([
    ["1 2", "1"],
    ['{"a":1} x', '{"a":1}'],
    ['"a"b', '"a"'],
  ])("%j is read up to the end of its first value", (json, first) => {
    expect(variantJson(parsed(json), "UTC")).toBe(first);
  });

  it("nests to a thousand levels and no further", () => {
    expect(parseVariantJson("[".repeat(1000) + "]".repeat(1000)).kind).toBe("array");
    expect(() => parseVariantJson("[".repeat(1001) + "]".repeat(1001))).toThrow(NotJson);
  });

  it("comes out as it went in, but for order, blanks and zeros at the end", () => {
    fc.assert(
      fc.property(fc.jsonValue({ noUnicodeString: false }), (value) => {
        const json = JSON.stringify(value);
        expect(JSON.parse(variantJson(parsed(json), "UTC"))).toEqual(JSON.parse(json));
      }),
    );
  });

  it.each([
    ['{"b":1,"a":{"d":[1.50,100.0,1e3],"c":null}}', '{"a":{"c":null,"d":[1.5,100,1000.0]},"b":1}'],
    ['"\\u001f\\u00e9\\/\\"\\\\"', '"\\u001Fé/\\"\\\\"'],
    ["1e400", '"Infinity"'],
  ])("%s prints as %s", (json, shown) => {
    expect(variantJson(parsed(json), "UTC")).toBe(shown);
  });

  it("shows instants on the clock of a zone, and what JSON has no word for as strings", () => {
    const show = (value: VariantNode): string => variantJson(value, "America/Los_Angeles");
    expect(show({ kind: "timestamp", micros: 1_704_193_445_600_000n })).toBe('"2024-01-02 03:04:05.6-08:00"');
    expect(show({ kind: "timestamp_ntz", micros: 0n })).toBe('"1970-01-01 00:00:00"');
    expect(show({ kind: "date", days: 19_724 })).toBe('"2024-01-02"');
    expect(show({ kind: "binary", value: Uint8Array.of(0xde, 0xad, 0xbe, 0xef) })).toBe('"3q2+7w=="');
    expect(show({ kind: "float", value: Math.fround(0.1) })).toBe("0.1");
    expect(show({ kind: "double", value: Number.NaN })).toBe('"NaN"');
  });
});

describe("a path", () => {
  const value = variantOf(writeVariant(parseVariantJson('{"a b":[{"c":null}],"":{"d":5}}')));
  const at = (path: string): string | undefined => {
    const found = valueAt(value, parseVariantPath(path) ?? []);
    return found && variantJson(readNode(found), "UTC");
  };

  it.each([
    ["$", '{"":{"d":5},"a b":[{"c":null}]}'],
    ["$.a b[0]", '{"c":null}'],
    [`$['a b'][0]["c"]`, "null"],
    ["$[''].d", "5"],
    ["$.a b[1]", undefined],
    ["$.a b.c", undefined],
    ["$.A B", undefined],
  ])("%s leads to %s", (path, found) => {
    expect(at(path)).toBe(found);
  });

  it.each(["", "a", "$.", "$..a", "$[-1]", "$[x]", "$[99999999999]", "$['a"])("%j is none", (path) => {
    expect(parseVariantPath(path)).toBeUndefined();
  });

  it("tells a null that stands there from nothing", () => {
    const found = valueAt(value, ["a b", 0, "c"]);
    expect(found && isVariantNull(found)).toBe(true);
  });
});

describe("the schema", () => {
  it.each([
    ["null", "VOID"],
    ["1.0", "DECIMAL(1,0)"],
    ["0.001", "DECIMAL(3,3)"],
    ['[1,"a"]', "ARRAY<VARIANT>"],
    ["[1,1.5,2e0]", "ARRAY<DOUBLE>"],
    ['[{"a":1},{"b":"x"}]', "ARRAY<OBJECT<a: BIGINT, b: STRING>>"],
    [
      '{"b":1,"a":[1,2.5,null],"c d":{},"e":[]}',
      "OBJECT<a: ARRAY<DECIMAL(21,1)>, b: BIGINT, `c d`: OBJECT<>, e: ARRAY<VOID>>",
    ],
  ])("of %s is %s", (json, expected) => {
    expect(schema(json)).toBe(expected);
  });

  it("of many holds all of them, in whatever order they come", () => {
    fc.assert(
      fc.property(node, node, (a, b) => {
        const [x, y] = [schemaOfVariant(inOrder(a)), schemaOfVariant(inOrder(b))];
        expect(variantSchemaText(mergeSchemas(x, y))).toBe(variantSchemaText(mergeSchemas(y, x)));
        expect(variantSchemaText(mergeSchemas(x, x))).toBe(variantSchemaText(x));
      }),
    );
  });
});

describe("a cast", () => {
  const cast = (json: string, to: DataType): unknown => castVariant(parsed(json), { to, zone: "UTC", try: true });

  it.each<[string, DataType, unknown]>([
    ["1.9", INT, 1n],
    ["-1.9", INT, -1n],
    ['" 12 "', INT, 12n],
    ['"1.5"', INT, null],
    ["2147483648", INT, null],
    ["9.223372036854775807E18", LONG, 2n ** 63n - 1n],
    ["123.456", decimal(5, 2), "123.46"],
    ["1234.5", decimal(5, 2), null],
    ["2.5e0", decimal(2, 0), "3"],
    ["100.00", STRING, "100"],
    ['{"b":[1]}', STRING, '{"b":[1]}'],
    ['"2024-02-30"', DATE, null],
    ["20", DATE, null],
    ['"1d"', DOUBLE, 1],
    ["null", INT, null],
  ])("of %s to %j gives %s", (json, to, expected) => {
    expect(cast(json, to)).toBe(expected);
  });

  it("is an error with the value where it does not only try", () => {
    expect(() => castVariant(parsed('"x"'), { to: INT, zone: "UTC", try: false })).toThrow(
      'The variant value `"x"` cannot be cast into `"INT"`',
    );
  });

  it("to an array tries each element by itself", () => {
    const to: DataType = { kind: "array", element: INT, containsNull: true };
    expect(castVariantNested(parsed('[1,"x",null]'), { to, zone: "UTC", try: true })).toBe("[1,null,null]");
  });
});

/** As it is read: fields sorted. */
function inOrder(value: VariantNode): VariantNode {
  if (value.kind === "array") return { kind: "array", items: value.items.map(inOrder) };
  if (value.kind !== "object") return value;
  const fields = value.fields.map(([key, item]) => [key, inOrder(item)] as const);
  return { kind: "object", fields: fields.sort(([a], [b]) => (a < b ? -1 : 1)) };
}
