import { describe, expect, it } from "vitest";
import { parseDataType } from "../parser/parse.ts";
import { literalSql, variableText } from "./literal-sql.ts";
import { markersOf, withValues } from "./markers.ts";

describe("a value as SQL", () => {
  it.each([
    ["INT", 5, "5"],
    ["BIGINT", -5n, "-5L"],
    ["SMALLINT", 5, "5S"],
    ["TINYINT", -128, "-128Y"],
    ["DOUBLE", 0.1, "0.1D"],
    ["DOUBLE", Number.NaN, "CAST('NaN' AS DOUBLE)"],
    ["FLOAT", 3.140000104904175, "CAST(3.14 AS FLOAT)"],
    ["DECIMAL(5, 2)", "123.45", "123.45BD"],
    ["DECIMAL(10, 2)", "123.45", "CAST(123.45BD AS DECIMAL(10,2))"],
    ["DECIMAL(2, 2)", "0.05", "0.05BD"],
    ["STRING", "it's \\ so", "'it\\'s \\\\ so'"],
    ["BINARY", new Uint8Array([0, 255]), "X'00FF'"],
    ["DATE", "2024-02-29", "DATE '2024-02-29'"],
    ["TIMESTAMP", "2024-02-29 12:00:00", "TIMESTAMP '2024-02-29 12:00:00Z'"],
    ["INTERVAL DAY", "INTERVAL '3 00:00:00' DAY TO SECOND", "INTERVAL '3' DAY"],
    ["INTERVAL YEAR TO MONTH", "INTERVAL '-1-2' YEAR TO MONTH", "INTERVAL '-1-2' YEAR TO MONTH"],
    ["INTERVAL HOUR TO SECOND", "INTERVAL '-1 02:03:04.5' DAY TO SECOND", "INTERVAL '-26:03:04.5' HOUR TO SECOND"],
    ["INT", null, "CAST(NULL AS INT)"],
    ["ARRAY<INT>", [1, null], "ARRAY(1, CAST(NULL AS INT))"],
    ["ARRAY<INT>", [], "CAST(ARRAY() AS ARRAY<INT>)"],
    ["MAP<STRING, INT>", [{ key: "a", value: 1 }], "MAP('a', 1)"],
    ["STRUCT<a: INT>", { a: 1 }, "NAMED_STRUCT('a', 1)"],
  ])("of %s %o is %s", (type, value, sql) => {
    expect(literalSql(value, parseDataType(type))).toBe(sql);
  });

  it("is refused for types without literals", () => {
    expect(() => literalSql("x", { kind: "variant" })).toThrow("VARIANT is not supported");
  });

  it("is part of a variable's name in automatic column names", () => {
    expect(variableText(["x"], "CAST(1.01BD AS DECIMAL(5,2))")).toBe("variablereference(x=1.01BD)");
    expect(variableText(["system", "session", "a b"], "1")).toBe("variablereference(system.session.`a b`=1)");
  });
});

describe("parameter markers", () => {
  const names = (text: string): (string | undefined)[] => markersOf(text).map((each) => each.name);

  it("are told from paths into JSON, casts and text", () => {
    expect(names("SELECT :a, b:c, d:e::int, f(:g), (h):i, x[0]:y, ':no', `:no` -- :no\n /* :no */ WHERE :z")).toEqual([
      "a",
      "g",
      "z",
    ]);
    expect(names("SELECT ? + ?::int, j?::int")).toEqual([undefined, undefined]);
  });

  it("take values, a minus apart from another one", () => {
    const text = "SELECT 1 -:a, ':a'";
    expect(withValues(text, markersOf(text), () => "-2")).toBe("SELECT 1 - -2, ':a'");
  });

  it("are of one kind, and none is left without a value", () => {
    const mixed = "SELECT ?, :a";
    expect(() => withValues(mixed, markersOf(mixed), () => "1")).toThrow("but not both");
    expect(() => withValues("SELECT :a", markersOf("SELECT :a"), () => undefined)).toThrow("unbound parameter: a");
  });
});
