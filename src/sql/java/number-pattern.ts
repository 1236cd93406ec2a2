import { BoathouseError } from "../../core/errors.ts";

/**
 * Spark's number formats of `to_number` and `to_char` (ToNumberParser.scala): `0` and `9` digits, `.` or `D`, `,` or `G`,
 * `$`, `S` or `MI`, `PR`.
 */
export interface NumberPattern {
  /** Digits and group separators before the point: `9`, `0`, `,`. */
  readonly whole: string;
  readonly fraction: string;
  readonly point: boolean;
  readonly dollar: boolean;
  readonly sign: "none" | "leading S" | "trailing S" | "leading MI" | "trailing MI" | "PR";
  readonly precision: number;
  readonly scale: number;
}

const SHAPE = /^(S|MI)?(\$)?([09,G]*)(?:([.D])([09]*))?(\$)?(S|MI|PR)?$/;

/** Throws `INVALID_FORMAT.…`. */
export function parseNumberPattern(format: string): NumberPattern {
  const text = format.toUpperCase();
  const match = SHAPE.exec(text);
  if (match === null || text === "")
    throw invalid(format, "UNEXPECTED_TOKEN", "it does not follow the form of number formats");
  const [, before, dollar, digits = "", point, fraction = "", dollarBehind, after] = match;
  if (dollarBehind !== undefined || (before !== undefined && after !== undefined)) {
    throw invalid(format, "UNEXPECTED_TOKEN", "its parts stand in the wrong order");
  }
  const whole = digits.replaceAll("G", ",");
  if (!/[09]/.test(whole + fraction)) throw invalid(format, "WRONG_NUM_DIGIT", "it needs at least one digit");
  if (/^,|,$|,,/.test(whole))
    throw invalid(format, "CONT_THOUSANDS_SEPS", "thousands separators must stand between digits");
  const scale = fraction.length;
  const sign =
    before === undefined
      ? after === undefined
        ? "none"
        : after === "PR"
          ? "PR"
          : (`trailing ${after === "S" ? "S" : "MI"}` as const)
      : (`leading ${before === "S" ? "S" : "MI"}` as const);
  const precision = whole.replaceAll(",", "").length + scale;
  if (precision > 38) throw invalid(format, "WRONG_NUM_DIGIT", "it has more than 38 digits");
  return { whole, fraction, point: point !== undefined, dollar: dollar !== undefined, sign, precision, scale };
}

/** The decimal text of `text` by the pattern, or undefined when it does not fit. */
export function parseNumber(text: string, pattern: NumberPattern): string | undefined {
  let rest = text.trim();
  let negative = false;
  const takeSign = (at: "start" | "end", plus: boolean): void => {
    const char = at === "start" ? rest.charAt(0) : rest.charAt(rest.length - 1);
    if (char !== "-" && !(plus && char === "+")) return;
    negative = char === "-";
    rest = at === "start" ? rest.slice(1) : rest.slice(0, -1);
  };
  if (pattern.sign === "leading S" || pattern.sign === "leading MI") takeSign("start", pattern.sign === "leading S");
  if (pattern.sign === "trailing S" || pattern.sign === "trailing MI") takeSign("end", pattern.sign === "trailing S");
  if (pattern.sign === "PR" && /^<.*>$/.test(rest)) {
    negative = true;
    rest = rest.slice(1, -1);
  }
  if (pattern.dollar) {
    if (!rest.startsWith("$")) return undefined;
    rest = rest.slice(1);
  }
  const [whole = "", fraction = "", ...more] = rest.split(".");
  if (more.length > 0 || (rest.includes(".") && !pattern.point) || !/^[\d,]*$/.test(whole) || !/^\d*$/.test(fraction))
    return undefined;
  if (fraction.length > pattern.scale || !wholeFits(whole, pattern.whole) || (whole === "" && fraction === ""))
    return undefined;
  const digits = whole.replaceAll(",", "");
  const body = `${digits === "" ? "0" : digits}${pattern.scale === 0 ? "" : `.${fraction.padEnd(pattern.scale, "0")}`}`;
  return `${negative && /[1-9]/.test(body) ? "-" : ""}${body}`;
}

/** Groups line up from the right; a `0` at the left asks for exactly as many digits as its group has. */
function wholeFits(text: string, pattern: string): boolean {
  const groups = pattern.split(",");
  const given = text.split(",");
  if (given.length > groups.length) return false;
  const first = groups.length - given.length;
  return (
    given.every((digits, index) => {
      const group = groups[first + index] ?? "";
      if (index > 0) return digits.length === group.length;
      return digits.length <= group.length && (!group.startsWith("0") || first > 0 || digits.length === group.length);
    }) &&
    (groups.slice(0, first).every((group) => !group.includes("0")) || first === 0)
  );
}

/** A decimal's text by the pattern; `#` in the digits' places when it does not fit. */
export function formatNumber(value: string, pattern: NumberPattern): string {
  const negative = value.startsWith("-");
  const [givenWhole = "", givenFraction = ""] = value.replace(/^-/, "").split(".");
  const digits = givenWhole.replace(/^0+/, "");
  const places = pattern.whole.replaceAll(",", "");
  const fits = digits.length <= places.length && givenFraction.replace(/0+$/, "").length <= pattern.scale;
  if (!fits)
    return placed(
      pattern,
      Array.from(pattern.whole, (char) => (char === "," ? "," : "#")).join(""),
      "#".repeat(pattern.scale),
      false,
    );
  const padded = digits.padStart(places.length, " ");
  let out = "";
  let used = 0;
  let started = false;
  for (const char of pattern.whole) {
    if (char === ",") {
      out += started ? "," : " ";
      continue;
    }
    const digit = padded.charAt(used);
    used += 1;
    if (digit !== " " || char === "0") started = true;
    out += digit === " " ? (started ? "0" : " ") : digit;
  }
  return placed(pattern, out, givenFraction.padEnd(pattern.scale, "0").slice(0, pattern.scale), negative);
}

function placed(pattern: NumberPattern, whole: string, fraction: string, negative: boolean): string {
  const digits = whole.trimStart();
  const pad = whole.length - digits.length;
  const body = `${pattern.dollar ? "$" : ""}${digits}${pattern.point ? `.${fraction}` : ""}`;
  const blank = " ".repeat(pad);
  switch (pattern.sign) {
    case "none":
      return `${blank}${negative ? "-" : ""}${body}`;
    case "leading S":
      return `${blank}${negative ? "-" : "+"}${body}`;
    case "leading MI":
      return `${blank}${negative ? "-" : " "}${body}`;
    case "trailing S":
      return `${blank}${body}${negative ? "-" : "+"}`;
    case "trailing MI":
      return `${blank}${body}${negative ? "-" : " "}`;
    case "PR":
      return negative ? `${blank}<${body}>` : `${blank}${body}`;
  }
}

function invalid(format: string, condition: string, why: string): BoathouseError {
  return new BoathouseError(`INVALID_FORMAT.${condition}`, `The format is invalid: '${format}': ${why}.`, {
    sqlState: "42601",
  });
}
