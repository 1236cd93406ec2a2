import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { decimal, sameType, simpleString, type DataType, type DecimalType } from "../../core/data-type.ts";
import { parseDataType } from "../parser/parse.ts";
import { canCast, castIsNullable } from "./cast-rules.ts";
import { commonType, widerType } from "./common-type.ts";
import { decimalResult, widerDecimal, type DecimalOperator } from "./decimal.ts";
import { canStoreAssign, implicitCast } from "./implicit-cast.ts";

const type = (text: string): DataType => parseDataType(text);
const shown = (found: DataType | undefined): string => (found === undefined ? "none" : simpleString(found));

const ATOMIC = [
  "boolean",
  "tinyint",
  "int",
  "bigint",
  "float",
  "double",
  "decimal(10,2)",
  "string",
  "binary",
  "date",
  "timestamp",
  "timestamp_ntz",
  "interval year to month",
  "interval day to second",
].map(type);
const atomic = fc.constantFrom(...ATOMIC);
const decimals = fc
  .integer({ min: 1, max: 38 })
  .chain((precision) => fc.integer({ min: 0, max: precision }).map((scale) => decimal(precision, scale)));
const whole = ({ precision, scale }: DecimalType): number => precision - scale;

describe("the common type of two values", () => {
  it.each([
    ["int", "bigint", "bigint"],
    ["int", "float", "double"],
    ["bigint", "decimal(10,2)", "decimal(22,2)"],
    ["decimal(10,2)", "double", "double"],
    ["int", "string", "bigint"],
    ["double", "string", "double"],
    ["date", "string", "date"],
    ["date", "timestamp", "timestamp"],
    ["timestamp", "timestamp_ntz", "timestamp"],
    ["void", "date", "date"],
    ["boolean", "int", "none"],
    ["array<int>", "array<bigint>", "array<bigint>"],
    ["decimal(38,10)", "decimal(38,30)", "decimal(38,10)"],
  ])("of %s and %s is %s", (a, b, expected) => {
    expect(shown(widerType(type(a), type(b), true))).toBe(expected);
  });

  it("does not depend on which comes first, and is its own", () => {
    fc.assert(
      fc.property(atomic, atomic, fc.boolean(), (a, b, ansi) => {
        expect(shown(widerType(a, b, ansi))).toBe(shown(widerType(b, a, ansi)));
        expect(shown(commonType([a, b, b, a], ansi))).toBe(shown(widerType(a, b, ansi)));
        expect(shown(widerType(a, a, ansi))).toBe(shown(a));
      }),
    );
  });

  it("is one that both can be cast to", () => {
    fc.assert(
      fc.property(atomic, atomic, (a, b) => {
        const common = widerType(a, b, true);
        return common === undefined || (canCast(a, common, "ansi") && canCast(b, common, "ansi"));
      }),
    );
  });
});

describe("decimals", () => {
  it.each([
    ["+", [10, 2], [5, 3], "decimal(12,3)"],
    ["*", [10, 2], [5, 3], "decimal(16,5)"],
    ["/", [10, 2], [5, 3], "decimal(19,8)"],
    ["%", [10, 2], [5, 3], "decimal(5,3)"],
    ["div", [10, 2], [5, 3], "decimal(11,0)"],
    ["*", [38, 10], [38, 10], "decimal(38,6)"],
    ["/", [38, 18], [38, 18], "decimal(38,6)"],
  ] as const)("%s of %j and %j gives %s", (operator, [p1, s1], [p2, s2], expected) => {
    expect(simpleString(decimalResult(operator, decimal(p1, s1), decimal(p2, s2)))).toBe(expected);
  });

  it("stay within 38 digits, and sums and products keep every digit when there is room", () => {
    const operators = fc.constantFrom<DecimalOperator>("+", "-", "*", "/", "%", "pmod", "div");
    fc.assert(
      fc.property(operators, decimals, decimals, fc.boolean(), (operator, a, b, loss) => {
        const made = decimalResult(operator, a, b, loss);
        expect(made.precision).toBeLessThanOrEqual(38);
        expect(made.scale).toBeLessThanOrEqual(made.precision);
        if (operator === "+" && made.precision < 38) {
          expect(whole(made)).toBe(Math.max(whole(a), whole(b)) + 1);
          expect(made.scale).toBe(Math.max(a.scale, b.scale));
        }
      }),
    );
  });

  it("lose places before digits when they have to be made alike", () => {
    fc.assert(
      fc.property(decimals, decimals, (a, b) => {
        const made = widerDecimal(a, b);
        expect(whole(made)).toBe(Math.max(whole(a), whole(b)));
        expect(made.precision).toBeLessThanOrEqual(38);
      }),
    );
  });
});

describe("casts", () => {
  it.each([
    ["string", "int", true, true],
    ["int", "date", false, false],
    ["date", "int", false, true],
    ["int", "timestamp", true, true],
    ["boolean", "timestamp", false, true],
    ["timestamp", "boolean", false, true],
    ["binary", "int", false, false],
    ["int", "binary", false, true],
    ["array<string>", "array<int>", true, true],
    ["struct<a:int>", "struct<a:int,b:int>", false, false],
    ["map<string,int>", "string", true, true],
    ["interval day to second", "interval year to month", false, false],
  ])("%s to %s: ANSI %s, else %s", (from, to, ansi, legacy) => {
    expect([canCast(type(from), type(to), "ansi"), canCast(type(from), type(to), "legacy")]).toEqual([ansi, legacy]);
    expect(canCast(type(from), type(to), "try")).toBe(ansi);
  });

  it("that may stand unwritten may be written, and those of ANSI mode lose nothing to null", () => {
    fc.assert(
      fc.property(atomic, atomic, (from, to) => {
        expect(castIsNullable(from, to, "ansi")).toBe(false);
        if (sameType(from, to)) expect(castIsNullable(from, to, "try")).toBe(false);
        const unwritten = implicitCast(from, to, true);
        if (unwritten !== undefined) expect(canCast(from, unwritten, "ansi")).toBe(true);
      }),
    );
  });

  it.each([
    ["string", "int", false],
    ["int", "string", true],
    ["bigint", "tinyint", true],
    ["date", "timestamp", true],
    ["int", "boolean", false],
    ["struct<a:int>", "struct<b:bigint>", true],
  ])("%s into a column of %s: %s", (from, to, expected) => {
    expect(canStoreAssign(type(from), type(to))).toBe(expected);
  });
});
