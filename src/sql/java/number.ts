/** A double as Java's `Double.toString` prints it: `1.0`, `1.0E10`, `1.0E-5`, `NaN`, `-Infinity`. */
export function javaDouble(value: number): string {
  if (Number.isNaN(value)) return "NaN";
  if (!Number.isFinite(value)) return value > 0 ? "Infinity" : "-Infinity";
  if (value === 0) return Object.is(value, -0) ? "-0.0" : "0.0";
  const size = Math.abs(value);
  if (size >= 1e-3 && size < 1e7) return withPoint(plain(String(value)));
  return scientific(twoDigits(value.toExponential(), value));
}

/** Where one digit would do, Java writes the two that come nearest: `4.9E-324`. */
function twoDigits(shortest: string, value: number): string {
  if (shortest.includes(".")) return shortest;
  return value.toExponential(1).replace(".0", "");
}

/** A float as Java's `Float.toString` prints it: the shortest digits that read back as the same float. */
export function javaFloat(value: number): string {
  if (!Number.isFinite(value) || value === 0) return javaDouble(value);
  const shortest = shortestFloat(value);
  const size = Math.abs(value);
  if (size >= 1e-3 && size < 1e7) return withPoint(plain(shortest));
  return scientific(twoDigits(Number(shortest).toExponential(), Math.fround(value)));
}

function shortestFloat(value: number): string {
  const single = Math.fround(value);
  for (let digits = 1; digits <= 9; digits += 1) {
    const text = single.toPrecision(digits);
    if (Math.fround(Number(text)) === single) return String(Number(text));
  }
  return String(single);
}

function withPoint(text: string): string {
  return text.includes(".") ? text : `${text}.0`;
}

/** `1.5e-7` as `0.00000015`. */
export function plain(text: string): string {
  const match = /^(-?)(\d+)(?:\.(\d+))?[eE]([+-]?\d+)$/.exec(text);
  if (match === null) return text;
  const [, sign = "", whole = "", fraction = "", exponent = "0"] = match;
  const digits = whole + fraction;
  const point = whole.length + Number(exponent);
  if (point <= 0) return `${sign}0.${"0".repeat(-point)}${digits}`;
  if (point >= digits.length) return sign + digits + "0".repeat(point - digits.length);
  return `${sign}${digits.slice(0, point)}.${digits.slice(point)}`;
}

function scientific(text: string): string {
  const [mantissa = "", exponent = ""] = text.split("e");
  return `${withPoint(mantissa)}E${exponent.replace("+", "")}`;
}

/** A number split for formatting: sign, digits before and after the point, without leading zeros before it. */
export interface Digits {
  readonly negative: boolean;
  readonly whole: string;
  readonly fraction: string;
}

/** The digits of a plain or exponential decimal text. */
export function digitsOf(text: string): Digits {
  const flat = plain(text.trim());
  const negative = flat.startsWith("-");
  const [whole = "", fraction = ""] = flat.replace(/^[+-]/, "").split(".");
  return { negative, whole: whole.replace(/^0+(?=\d)/, ""), fraction };
}

export type Rounding = "half-even" | "half-up" | "down" | "ceiling" | "floor";

/** Rounds to `places` digits after the point (padding with zeros); exact, on the digits. */
export function roundDigits(digits: Digits, places: number, mode: Rounding): Digits {
  const { negative, whole, fraction } = digits;
  if (fraction.length <= places) return { negative, whole, fraction: fraction.padEnd(places, "0") };
  const kept = whole + fraction.slice(0, places);
  const rest = fraction.slice(places);
  const up = roundsUp(kept, rest, negative, mode);
  const rounded = up ? (BigInt(kept === "" ? "0" : kept) + 1n).toString() : kept;
  const padded = rounded.padStart(places + 1, "0");
  const cut = padded.length - places;
  return { negative, whole: padded.slice(0, cut).replace(/^0+(?=\d)/, ""), fraction: padded.slice(cut) };
}

function roundsUp(kept: string, rest: string, negative: boolean, mode: Rounding): boolean {
  if (!/[1-9]/.test(rest)) return false;
  switch (mode) {
    case "down":
      return false;
    case "ceiling":
      return !negative;
    case "floor":
      return negative;
    default: {
      const half = `5${"0".repeat(rest.length - 1)}`;
      if (rest !== half) return rest > half;
      return mode === "half-up" || Number(kept.at(-1) ?? "0") % 2 === 1;
    }
  }
}

/** `1234567` as `1,234,567`. */
export function grouped(whole: string, size = 3): string {
  const parts: string[] = [];
  for (let end = whole.length; end > 0; end -= size) parts.unshift(whole.slice(Math.max(0, end - size), end));
  return parts.join(",");
}
