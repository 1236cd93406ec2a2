import { describe, expect, it } from "vitest";
import { isBoathouseError } from "../../core/errors.ts";
import { simpleString } from "../../core/data-type.ts";
import type { Expression } from "../ast/expression.ts";
import { print } from "../print.ts";
import { parseDataType, parseExpression, parseNamedExpression, parseSchema } from "./parse.ts";

/** The tree with all its parentheses, which the printer writes around whatever is no atom. */
function shape(text: string): string {
  return print(parseExpression(text));
}

function codeOf(run: () => unknown): string | undefined {
  try {
    run();
    return undefined;
  } catch (error) {
    return isBoathouseError(error) ? error.code : String(error);
  }
}

describe("expressions", () => {
  it.each([
    ["a or b and not c", "a OR (b AND (NOT c))"],
    ["a + b * c - d", "(a + (b * c)) - d"],
    ["a * t | b ^ c & d - e + f % g DIV h / i * k", "(a * t) | (b ^ (c & ((d - e) + ((((f % g) DIV h) / i) * k))))"],
    ["a = b is null", "(a = b) IS NULL"],
    ["a << 1 + 2", "a << (1 + 2)"],
    ["a >> 1 >>> 2", "(a >> 1) >>> 2"],
    ["a between 1 and 2 and b", "(a BETWEEN 1 AND 2) AND b"],
    ["-a * b", "(-a) * b"],
    ["-1::string", "-1::STRING"],
    ["not a in (1)", "NOT (a IN (1))"],
    ["a !> b", "a <= b"],
    ["a == b", "a = b"],
  ])("binds %s as Spark does", (text, expected) => {
    expect(shape(text)).toBe(expected);
  });

  it("gives literals the smallest type that holds them", () => {
    const typeOf = (text: string): string => {
      const node = parseExpression(text);
      return node.kind === "literal" ? simpleString(node.type) : node.kind;
    };
    expect(typeOf("1")).toBe("int");
    expect(typeOf("-2147483648")).toBe("int");
    expect(typeOf("2147483648")).toBe("bigint");
    expect(typeOf("9223372036854775808")).toBe("decimal(19,0)");
    expect(typeOf("1.20")).toBe("decimal(3,2)");
    expect(typeOf("0.01")).toBe("decimal(2,2)");
    expect(typeOf("1e3")).toBe("double");
    expect(typeOf("1.23E10BD")).toBe("decimal(11,0)");
    expect(typeOf("2Y")).toBe("tinyint");
    expect(typeOf("X'A'")).toBe("binary");
    expect(typeOf("null")).toBe("void");
  });

  it.each([
    ["1000Y", "INVALID_NUMERIC_LITERAL_RANGE"],
    ["1.8E308D", "INVALID_NUMERIC_LITERAL_RANGE"],
    ["1.20E-38BD", "DECIMAL_PRECISION_EXCEEDS_MAX_PRECISION"],
    ["date '2023-02-29'", "INVALID_TYPED_LITERAL"],
    ["timestamp '2016-33-11 20:54:00'", "INVALID_TYPED_LITERAL"],
    ["interval '1 yearsss'", "INVALID_TYPED_LITERAL"],
    ["x'A1OC'", "INVALID_TYPED_LITERAL"],
    ["geo '(1,2)'", "UNSUPPORTED_TYPED_LITERAL"],
    ["a like 'b' escape '##'", "INVALID_ESC"],
    ["a ! in (1)", "SYNTAX_DISCONTINUED.BANG_EQUALS_NOT"],
    ["cast(a as char)", "DATATYPE_MISSING_SIZE"],
    ["cast(a as badtype)", "UNSUPPORTED_DATATYPE"],
    ["a as a-b", "INVALID_IDENTIFIER"],
    ["f(1", "PARSE_SYNTAX_ERROR"],
    ["", "PARSE_EMPTY_STATEMENT"],
  ])("refuses %s as %s", (text, code) => {
    expect(codeOf(() => parseNamedExpression(text))).toBe(code);
  });

  it("takes keywords as names", () => {
    for (const word of [
      "date",
      "timestamp",
      "year",
      "order",
      "type",
      "value",
      "select",
      "left",
      "case",
      "interval",
      "end",
    ]) {
      expect(parseExpression(word)).toMatchObject({ kind: "column", parts: [{ name: word }] });
    }
  });

  it("reads functions with their own syntax", () => {
    expect(shape("trim(both 'x' from y)")).toBe("TRIM(BOTH 'x' FROM y)");
    expect(shape("substring(a from 2 for 3)")).toBe("substring(a FROM 2 FOR 3)");
    expect(shape("position('a' in b)")).toBe("position('a' IN b)");
    expect(shape("extract(year from d)")).toBe("EXTRACT(year FROM d)");
    expect(shape("dateadd(day, 1, d)")).toBe("dateadd(DAY, 1, d)");
    expect(shape("datediff(day, d)")).toBe("datediff(day, d)");
    expect(shape("filter(a, (x, i) -> x > i)")).toBe("filter(a, (x, i) -> x > i)");
    expect(shape("count(distinct a, b) filter (where c)")).toBe("count(DISTINCT a, b) FILTER (WHERE c)");
  });

  it("reads a path into JSON", () => {
    const node = parseExpression("raw:a.b[0]['x y'][*]::int");
    expect(node.kind).toBe("cast");
    const path = node.kind === "cast" && node.operand.kind === "json_path" ? node.operand.path : [];
    expect(path.map((step) => step.key)).toEqual(["a", "b", 0, "x y", undefined]);
  });

  it("tells a subquery from an expression in parentheses", () => {
    const kind = (text: string): Expression["kind"] => parseExpression(text).kind;
    expect(kind("((select 1) + 1)")).toBe("binary");
    expect(kind("((select 1) union (select 2))")).toBe("subquery");
    expect(kind("(((1)))")).toBe("literal");
    expect(kind("(1, 2)")).toBe("struct");
  });

  it("counts parameters without a name", () => {
    const node = parseExpression("? + ? + :p");
    expect(print(node)).toBe("(? + ?) + :p".replace("(? + ?)", "? + ?"));
    expect(node).toMatchObject({ left: { left: { index: 0 }, right: { index: 1 } }, right: { name: "p" } });
  });

  it("nests 500 deep", () => {
    const deep = (open: string, close: string): string => open.repeat(500) + "1" + close.repeat(500);
    for (const text of [deep("(", ")"), deep("f(", ")"), deep("case when a then ", " end"), deep("(select ", ")")]) {
      expect(codeOf(() => parseExpression(text))).toBeUndefined();
    }
  });

  it("takes time in proportion to the nesting", () => {
    expect(codeOf(() => parseExpression("substring(".repeat(200) + "a" + ", 1)".repeat(200)))).toBeUndefined();
    expect(codeOf(() => parseExpression("trim(".repeat(200) + "a" + ")".repeat(200)))).toBeUndefined();
  });
});

describe("data types", () => {
  it.each([
    ["Array<map<int, tinYint>>", "array<map<int,tinyint>>"],
    ["struct<a: int, b struct<c: string>>", "struct<a:int,b:struct<c:string>>"],
    ["decimal(10, 5)", "decimal(10,5)"],
    ["dec", "decimal(10,0)"],
    ["varchar(3)", "varchar(3)"],
    ["timestamp without time zone", "timestamp_ntz"],
    ["interval day to second", "interval day to second"],
    ["string collate unicode_ci", "string collate unicode_ci"],
    ["struct<>", "struct<>"],
  ])("reads %s", (text, expected) => {
    expect(simpleString(parseDataType(text))).toBe(expected);
  });

  it("reads a schema with comments and NOT NULL", () => {
    const schema = parseSchema("a INT NOT NULL COMMENT 'x', `b c` STRUCT<c: STRING>");
    expect(schema.fields).toMatchObject([
      { name: "a", nullable: false, metadata: { comment: "x" } },
      { name: "b c", nullable: true, type: { kind: "struct" } },
    ]);
    expect(codeOf(() => parseSchema("a INT,, b LONG"))).toBe("PARSE_SYNTAX_ERROR");
    expect(codeOf(() => parseSchema("a unknown"))).toBe("UNSUPPORTED_DATATYPE");
  });
});
