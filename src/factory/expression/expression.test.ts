import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { isBoathouseError } from "../../core/errors.ts";
import { dateTimeOfEpoch, partsOf } from "./datetime/date-time.ts";
import { formatDateTime } from "./datetime/format.ts";
import { parseDateTime } from "./datetime/parse.ts";
import { environmentOf } from "./environment.ts";
import { evaluateExpression } from "./evaluate-expression.ts";
import { FUNCTIONS } from "./registry.ts";
import type { ExpressionState } from "./state.ts";
import { jsonText, toJson } from "./value.ts";
import { parseSignature } from "./signature.ts";

function evaluate(expression: string, state: ExpressionState = {}): unknown {
  return evaluateExpression(expression, state);
}

function problem(expression: string, state: ExpressionState = {}): { code: string; text: string; hint: string } {
  try {
    evaluate(expression, state);
  } catch (error) {
    if (!isBoathouseError(error)) throw error;
    const { location, source = "" } = error;
    const text = source.slice((location?.column ?? 1) - 1, (location?.endColumn ?? 1) - 1);
    return { code: error.code, text, hint: error.hint ?? "" };
  }
  throw new Error(`${expression} was accepted`);
}

describe("the expression language", () => {
  it("has the 84 documented functions, twelve to nine a category", () => {
    const counts = new Map<string, number>();
    for (const { category } of FUNCTIONS) counts.set(category, (counts.get(category) ?? 0) + 1);
    expect(Object.fromEntries(counts)).toEqual({
      string: 12,
      collection: 10,
      logical: 9,
      conversion: 24,
      math: 9,
      date: 20,
    });
    expect(new Set(FUNCTIONS.map((row) => parseSignature(row.signature).name)).size).toBe(84);
  });

  it("keeps the type of a bare expression and makes text of an interpolation", () => {
    const state = { parameters: { n: 42, list: [1, { a: true }] } };
    expect(evaluate("@pipeline().parameters.n", state)).toBe(42n);
    expect(evaluate("@{pipeline().parameters.n}", state)).toBe("42");
    expect(evaluate("a @{pipeline().parameters.list} z", state)).toBe('a [1,{"a":true}] z');
    expect(evaluate("@{null}|@{true}|@{mul(1.5, 2)}")).toBe("|True|3");
  });

  it("takes @@ and a space before @ as text", () => {
    expect(evaluate("@@{x}")).toBe("@{x}");
    expect(evaluate("a@@{x}b@{add(1,1)}")).toBe("a@{x}b2");
    expect(evaluate("@@x")).toBe("@x");
    expect(evaluate(" @concat('a')")).toBe(" @concat('a')");
    expect(evaluate("mail@example.com")).toBe("mail@example.com");
    expect(evaluate("@concat('@{', 'x}')")).toBe("@{x}");
  });

  it("looks functions and properties up without regard to case", () => {
    expect(
      evaluate("@ToUpper(Activity('copy it').OUTPUT.Name)", { activities: { "Copy It": { output: { name: "x" } } } }),
    ).toBe("X");
  });

  it("gives null for what is missing after ?, and an error otherwise", () => {
    const state = { parameters: { a: { b: null } } };
    expect(evaluate("@pipeline().parameters?.x?['y']?[0]", state)).toBeNull();
    expect(evaluate("@pipeline().parameters.a.b", state)).toBeNull();
    expect(problem("@pipeline().parameters.a.b.c", state).code).toBe("EXPRESSION_TYPE");
    expect(problem("@pipeline().parameters.aa", state)).toMatchObject({
      code: "EXPRESSION_PROPERTY_MISSING",
      text: "aa",
      hint: 'Did you mean "a"?',
    });
  });

  it("carries integers of 64 bits exactly and refuses overflow", () => {
    expect(evaluate("@add(ticks('2026-01-01'), 1)")).toBe(639028224000000001n);
    expect(evaluate('@string(json(\'{"a":9223372036854775807,"b":1.0}\'))')).toBe('{"a":9223372036854775807,"b":1.0}');
    expect(problem("@add(9223372036854775807, 1)").code).toBe("EXPRESSION_ARGUMENT_INVALID");
    expect(evaluate("@div(-7, 2)")).toBe(-3n);
    expect(evaluate("@div(7.0, 2)")).toBe(3.5);
  });

  it.each([
    ["@concta('a')", "EXPRESSION_FUNCTION_UNKNOWN", "concta", 'Did you mean "concat"?'],
    ["@concat('a", "EXPRESSION_SYNTAX", "'a", "Close it with '."],
    ['@concat("a")', "EXPRESSION_SYNTAX", '"', "single quotes"],
    ["@add(1)", "EXPRESSION_ARGUMENT_COUNT", "add(1)", "add(first, second)"],
    ["@add(1, 'x')", "EXPRESSION_ARGUMENT_INVALID", "'x'", ""],
    ["@and(true, true, true)", "EXPRESSION_ARGUMENT_COUNT", "and(true, true, true)", ""],
    ["@1 + 1", "EXPRESSION_SYNTAX", "+", "no operators"],
    ["@concat(@utcNow())", "EXPRESSION_SYNTAX", "@", "without @"],
    ["@variables('x')", "EXPRESSION_REFERENCE_UNKNOWN", "variables('x')", "Known: none."],
    [
      "@convertToUtc('2026-01-01', 'W Europe Standard Time')",
      "EXPRESSION_ARGUMENT_INVALID",
      "'W Europe Standard Time'",
      "W. Europe",
    ],
    ["x@{concat('a'", "EXPRESSION_SYNTAX", "", ""],
    ["@item()", "EXPRESSION_REFERENCE_UNKNOWN", "item()", ""],
  ])("points at what is wrong in %s", (expression, code, text, hint) => {
    const found = problem(expression);
    expect(found).toMatchObject({ code, text });
    expect(found.hint).toContain(hint);
  });

  it("refuses nesting without end instead of overflowing", () => {
    expect(problem(`@${"not(".repeat(100_000)}`).code).toBe("EXPRESSION_SYNTAX");
  });
});

describe("dates", () => {
  const now = Date.UTC(2026, 2, 7, 5, 4, 3, 21);
  const environment = environmentOf({ clock: { now: () => now, sleep: async () => {} } });

  it.each([
    ["d", "3/7/2026"],
    ["D", "Saturday, March 7, 2026"],
    ["f", "Saturday, March 7, 2026 5:04 AM"],
    ["G", "3/7/2026 5:04:03 AM"],
    ["M", "March 7"],
    ["o", "2026-03-07T05:04:03.0210000Z"],
    ["R", "Sat, 07 Mar 2026 05:04:03 GMT"],
    ["s", "2026-03-07T05:04:03"],
    ["u", "2026-03-07 05:04:03Z"],
    ["Y", "March 2026"],
    ["yyyyMMdd_HHmmssfff", "20260307_050403021"],
    ["yy-M-d h:m:s t", "26-3-7 5:4:3 A"],
    ["ddd, dd MMM yyyy 'at' hh\\h tt", "Sat, 07 Mar 2026 at 05h AM"],
    ["HH:mm:ss.FFFFFFF", "05:04:03.021"],
    ["%d", "7"],
    ["yyyy/MM/ddTHH:mm:sszzz", "2026/03/07T05:04:03+00:00"],
  ])("formats %s as .NET does", (format, expected) => {
    expect(evaluateExpression(`@utcNow('${format.replaceAll("'", "''")}')`, {}, environment)).toBe(expected);
  });

  it.each([
    ["2026-03-07", "2026-03-07T00:00:00.0000000"],
    ["3/7/2026 5:04 PM", "2026-03-07T17:04:00.0000000"],
    ["2026-03-07T05:04:03+02:00", "2026-03-07T03:04:03.0000000Z"],
    ["Sat, 07 Mar 2026 05:04:03 GMT", "2026-03-07T05:04:03.0000000Z"],
    ["Saturday, March 7, 2026", "2026-03-07T00:00:00.0000000"],
    ["2026-03-07 05:04:03.12345678", "2026-03-07T05:04:03.1234568"],
  ])("reads %s", (text, expected) => {
    expect(evaluate(`@formatDateTime('${text}')`)).toBe(expected);
  });

  it.each(["2026-02-30", "2026-13-01", "yesterday", "2026-03-07T25:00:00", "20260307"])("refuses %s", (text) => {
    expect(problem(`@formatDateTime('${text}')`).code).toBe("EXPRESSION_ARGUMENT_INVALID");
  });

  it("follows the clocks of a zone, and refuses a time that they skip", () => {
    expect(evaluate("@convertFromUtc('2026-07-01T12:00:00Z', 'W. Europe Standard Time')")).toBe(
      "2026-07-01T14:00:00.0000000",
    );
    expect(evaluate("@convertToUtc('2026-10-25T02:30:00', 'W. Europe Standard Time')")).toBe(
      "2026-10-25T01:30:00.0000000Z",
    );
    expect(problem("@convertToUtc('2026-03-29T02:30:00', 'W. Europe Standard Time')").code).toBe(
      "EXPRESSION_ARGUMENT_INVALID",
    );
  });

  it("agrees with JavaScript's calendar on every day of four centuries", () => {
    fc.assert(
      fc.property(fc.integer({ min: Date.UTC(1600, 0, 1), max: Date.UTC(2400, 0, 1) }), (milliseconds) => {
        const date = new Date(milliseconds);
        const parts = partsOf(dateTimeOfEpoch(milliseconds));
        expect(parts.dayOfWeek).toBe(date.getUTCDay());
        const text = formatDateTime(dateTimeOfEpoch(milliseconds), "o") ?? "";
        expect(text).toBe(date.toISOString().replace(/Z$/, "0000Z"));
        expect(parseDateTime(text)).toEqual(dateTimeOfEpoch(milliseconds));
      }),
    );
  });
});

describe("values", () => {
  it("carry any JSON through an expression", () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        const given: unknown = JSON.parse(JSON.stringify(value));
        const state = { parameters: { given } };
        expect(toJson(evaluateExpression("@pipeline().parameters.given", state))).toEqual(given);
        expect(toJson(evaluateExpression("@json(string(createArray(pipeline().parameters.given)))[0]", state))).toEqual(
          given,
        );
      }),
    );
  });

  it("write floats as Json.NET does", () => {
    expect(jsonText([1n, 1, 1.5, 1e21])).toBe("[1,1.0,1.5,1E+21]");
  });

  it("turn XML into objects and back", () => {
    expect(toJson(evaluateExpression("@json(xml('<a x=\"1\"><b>1</b><b>2</b><c/></a>'))"))).toEqual({
      a: { "@x": "1", b: ["1", "2"], c: null },
    });
    expect(evaluate('@string(xml(json(\'{"a":{"b":[1,true],"@x":"<"}}\')))')).toBe(
      '<a x="&lt;"><b>1</b><b>true</b></a>',
    );
    expect(evaluate("@xpath(xml('<a><b n=\"7\"/></a>'), '/a/b/@n')[0]")).toBe("7");
    expect(problem("@xml('<a>')").code).toBe("EXPRESSION_ARGUMENT_INVALID");
  });
});
