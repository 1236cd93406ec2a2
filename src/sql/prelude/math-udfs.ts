import { BOOLEAN, DOUBLE, FLOAT, INT, LONG, STRING } from "../../core/data-type.ts";
import { BoathouseError } from "../../core/errors.ts";
import { atan2, cbrt, hypot, pow } from "../java/fdlibm.ts";
import { digitsOf, javaFloat, roundDigits, type Digits, type Rounding } from "../java/number.ts";
import { XorShiftRandom } from "../java/random.ts";
import { asBigint, asNumber, asText, udf, type Udf } from "./udf.ts";

const ONE_NUMBER: readonly (readonly [name: string, of: (x: number) => number])[] = [
  ["cbrt", cbrt],
  ["exp", exp],
  ["ln", Math.log],
  ["log10", Math.log10],
  ["log2", (x) => Math.log(x) / Math.log(2)],
  ["expm1", Math.expm1],
  ["log1p", Math.log1p],
  ["acos", Math.acos],
  ["asin", Math.asin],
  ["atan", Math.atan],
  ["cosh", (x) => (Math.abs(x) === 1 ? exp(1) / 2 + 0.5 / exp(1) : Math.cosh(x))],
  ["sinh", Math.sinh],
  ["tanh", Math.tanh],
  // As Spark spells them out.
  ["acosh", (x) => (x < 1 ? Number.NaN : Math.log(x + Math.sqrt(x * x - 1)))],
  ["asinh", (x) => (x === -Infinity ? x : Math.log(x + Math.sqrt(x * x + 1)))],
  ["atanh", (x) => 0.5 * (Math.log1p(x) - Math.log1p(-x))],
];

export const mathUdfs: readonly Udf[] = [
  // Java and JavaScript both compute these as fdlibm does, to the last digit; DuckDB's own differ in it.
  ...ONE_NUMBER.map(([name, of]) => udf(`spkjs_${name}`, [DOUBLE], DOUBLE, (x) => of(asNumber(x)))),
  udf("spkjs_log", [DOUBLE, DOUBLE], DOUBLE, (base, x) => Math.log(asNumber(x)) / Math.log(asNumber(base))),
  udf("spkjs_atan2", [DOUBLE, DOUBLE], DOUBLE, (y, x) => atan2(asNumber(y), asNumber(x))),
  udf("spkjs_hypot", [DOUBLE, DOUBLE], DOUBLE, (x, y) => hypot(asNumber(x), asNumber(y))),
  udf("spkjs_pow", [DOUBLE, DOUBLE], DOUBLE, (x, y) => pow(asNumber(x), asNumber(y))),
  udf("spkjs_round_double", [DOUBLE, INT, STRING], DOUBLE, (x, scale, mode) => {
    const value = asNumber(x);
    return Number.isFinite(value) ? Number(rounded(String(value), asNumber(scale), asRounding(mode))) : value;
  }),
  udf("spkjs_round_float", [FLOAT, INT, STRING], FLOAT, (x, scale, mode) => {
    const value = asNumber(x);
    return Number.isFinite(value) ? Number(rounded(javaFloat(value), asNumber(scale), asRounding(mode))) : value;
  }),
  udf("spkjs_round_decimal", [STRING, INT, STRING], STRING, (text, scale, mode) =>
    rounded(asText(text), asNumber(scale), asRounding(mode)),
  ),
  udf("spkjs_conv", [STRING, INT, INT, BOOLEAN], STRING, (text, from, to, ansi) =>
    conv(asText(text), asNumber(from), asNumber(to), ansi === true),
  ),
  udf("spkjs_rand", [LONG, STRING], DOUBLE, (seed, call) => generator(asBigint(seed), asText(call)).nextDouble(), {
    volatile: true,
  }),
  udf("spkjs_randn", [LONG, STRING], DOUBLE, (seed, call) => generator(asBigint(seed), asText(call)).nextGaussian(), {
    volatile: true,
  }),
];

function asRounding(mode: unknown): Rounding {
  return mode === "half-even" || mode === "ceiling" || mode === "floor" ? mode : "half-up";
}

/** Rounds to a scale, which may be negative; plain decimal text. */
function rounded(text: string, scale: number, mode: Rounding): string {
  const digits = digitsOf(text);
  if (scale >= 0) return joined(roundDigits(digits, Math.min(scale, digits.fraction.length), mode));
  const shifted: Digits = {
    negative: digits.negative,
    whole: digits.whole.slice(0, scale) || "0",
    fraction: digits.whole.padStart(-scale, "0").slice(scale) + digits.fraction,
  };
  const { negative, whole } = roundDigits(shifted, 0, mode);
  return joined({ negative, whole: whole === "0" || whole === "" ? "0" : whole + "0".repeat(-scale), fraction: "" });
}

function joined({ negative, whole, fraction }: Digits): string {
  const zero = !/[1-9]/.test(whole + fraction);
  return `${negative && !zero ? "-" : ""}${whole === "" ? "0" : whole}${fraction === "" ? "" : `.${fraction}`}`;
}

const MAX = 2n ** 64n - 1n;

/** Spark's NumberConverter: unsigned 64 bits, a negative target base means a signed result. */
function conv(text: string, from: number, to: number, ansi: boolean): string | null {
  const target = Math.abs(to);
  if (from < 2 || from > 36 || target < 2 || target > 36 || text === "") return null;
  const trimmed = text.trim();
  if (trimmed === "") return null;
  const negative = trimmed.startsWith("-");
  let value = 0n;
  for (const char of negative ? trimmed.slice(1) : trimmed) {
    const digit = Number.parseInt(char, from);
    if (Number.isNaN(digit)) break;
    value = value * BigInt(from) + BigInt(digit);
    if (value > MAX) {
      if (!ansi) {
        value = MAX;
        break;
      }
      throw new BoathouseError("ARITHMETIC_OVERFLOW", "Overflow in function conv().", { sqlState: "22003" });
    }
  }
  if (negative) {
    if (to > 0) value = value > 2n ** 63n ? MAX : BigInt.asUintN(64, -value);
    else value = BigInt.asUintN(64, -value);
  }
  if (to < 0) {
    const signedValue = BigInt.asIntN(64, value);
    return signedValue.toString(target).toUpperCase();
  }
  return value.toString(target).toUpperCase();
}

/** The sequences of numbers of the calls with a seed, by the call; those without one are never the same. */
const sequences = new Map<string, XorShiftRandom>();
const MOST_SEQUENCES = 1000;

function generator(seed: bigint, call: string): XorShiftRandom {
  if (call === "") return new XorShiftRandom(seed);
  const key = `${call} ${seed}`;
  const known = sequences.get(key) ?? new XorShiftRandom(seed);
  if (!sequences.has(key) && sequences.size >= MOST_SEQUENCES) {
    const [oldest = ""] = sequences.keys();
    sequences.delete(oldest);
  }
  sequences.set(key, known);
  return known;
}

/** JavaScript gives E itself, fdlibm the number after it. */
function exp(x: number): number {
  return x === 1 ? 2.7182818284590455 : Math.exp(x);
}
