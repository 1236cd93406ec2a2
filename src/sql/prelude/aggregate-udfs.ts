import { BOOLEAN, INT, LONG, STRING } from "../../core/data-type.ts";
import { BoathouseError } from "../../core/errors.ts";
import { plain } from "../java/number.ts";
import { asBigint, asNumber, asText, udf, type Udf } from "./udf.ts";

export const aggregateUdfs: readonly Udf[] = [
  udf("spkjs_divide_decimal", [STRING, LONG, INT], STRING, (sum, count, scale) =>
    asBigint(count) === 0n ? null : divided(scaled(asText(sum), asNumber(scale)), asBigint(count), asNumber(scale)),
  ),
  udf("spkjs_decimal", [STRING, STRING, STRING, INT, INT, BOOLEAN], STRING, (operator, a, b, precision, scale, ansi) =>
    decimalArithmetic(asText(operator), asText(a), asText(b), asNumber(precision), asNumber(scale), ansi === true),
  ),
];

interface Fixed {
  readonly unscaled: bigint;
  readonly scale: number;
}

function fixed(text: string): Fixed {
  const flat = plain(text);
  const [whole = "", fraction = ""] = flat.split(".");
  return { unscaled: BigInt(whole + fraction), scale: fraction.length };
}

/** The digits of a text at a scale that holds them. */
function scaled(text: string, scale: number): bigint {
  const value = fixed(text);
  return scale >= value.scale ? value.unscaled * 10n ** BigInt(scale - value.scale) : rescale(value, scale);
}

function rescale(value: Fixed, scale: number): bigint {
  if (scale >= value.scale) return value.unscaled * 10n ** BigInt(scale - value.scale);
  return halfUp(value.unscaled, 10n ** BigInt(value.scale - scale));
}

function halfUp(dividend: bigint, divisor: bigint): bigint {
  const quotient = dividend / divisor;
  const rest = dividend % divisor;
  const size = rest < 0n ? -rest : rest;
  const base = divisor < 0n ? -divisor : divisor;
  if (size * 2n < base) return quotient;
  return dividend < 0n === divisor < 0n ? quotient + 1n : quotient - 1n;
}

function divided(dividend: bigint, divisor: bigint, scale: number): string {
  return shown(halfUp(dividend, divisor), scale);
}

function shown(unscaled: bigint, scale: number): string {
  const digits = (unscaled < 0n ? -unscaled : unscaled).toString().padStart(scale + 1, "0");
  const sign = unscaled < 0n ? "-" : "";
  return scale === 0 ? sign + digits : `${sign}${digits.slice(0, -scale)}.${digits.slice(-scale)}`;
}

/** Decimal arithmetic without limits, rounded half up to the result's scale; what does not fit is an error or null. */
function decimalArithmetic(
  operator: string,
  a: string,
  b: string,
  precision: number,
  scale: number,
  ansi: boolean,
): string | null {
  const [left, right] = [fixed(a), fixed(b)];
  const common = Math.max(left.scale, right.scale);
  const [x, y] = [rescale(left, common), rescale(right, common)];
  const exact = compute();
  if (exact === null) return null;
  const result = rescale(exact, scale);
  if ((result < 0n ? -result : result) < 10n ** BigInt(precision)) return shown(result, scale);
  if (!ansi) return null;
  throw new BoathouseError(
    "NUMERIC_VALUE_OUT_OF_RANGE.WITH_SUGGESTION",
    `The value ${shown(exact.unscaled, exact.scale)} cannot be represented as Decimal(${precision}, ${scale}).`,
    { sqlState: "22003" },
  );

  function compute(): Fixed | null {
    if (operator === "+") return { unscaled: x + y, scale: common };
    if (operator === "-") return { unscaled: x - y, scale: common };
    if (operator === "*") return { unscaled: left.unscaled * right.unscaled, scale: left.scale + right.scale };
    if (y === 0n) {
      if (!ansi) return null;
      throw new BoathouseError(
        operator === "%" || operator === "pmod" ? "REMAINDER_BY_ZERO" : "DIVIDE_BY_ZERO",
        "Division by zero.",
        {
          sqlState: "22012",
        },
      );
    }
    if (operator === "%") return { unscaled: x % y, scale: common };
    if (operator === "pmod") {
      const rest = x % y;
      return { unscaled: rest < 0n ? (rest + y) % y : rest, scale: common };
    }
    if (operator === "div") return { unscaled: x / y, scale: 0 };
    return { unscaled: halfUp(x * 10n ** BigInt(scale), y), scale };
  }
}
