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
  /** A second sign behind the digits, which turns the first round; only texts are read so. */
  readonly behind?: "S" | "MI" | "PR";
  readonly precision: number;
  readonly scale: number;
}

const SHAPE = /^(S|MI)?(\$)?([09,G]*)(?:([.D])([09]*))?(\$)?(S|MI|PR)?$/;

/** Throws `INVALID_FORMAT.…`. */
export function parseNumberPattern(format: string): NumberPattern {
  const text = format.toUpperCase();
  if (text === "") throw invalid(format, "EMPTY", "it is empty");
  if (!/[09]/.test(text)) throw invalid(format, "WRONG_NUM_DIGIT", "it needs at least one digit");
  const match = SHAPE.exec(text);
  if (match === null) throw invalid(format, "UNEXPECTED_TOKEN", "it does not follow the form of number formats");
  const [, before, dollar, digits = "", point, fraction = "", dollarBehind, after] = match;
  if (dollarBehind !== undefined) {
    throw invalid(format, "UNEXPECTED_TOKEN", "its parts stand in the wrong order");
  }
  const whole = digits.replaceAll("G", ",");
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
  const both =
    before !== undefined && (after === "S" || after === "MI" || after === "PR") ? ({ behind: after } as const) : {};
  return { whole, fraction, point: point !== undefined, dollar: dollar !== undefined, sign, ...both, precision, scale };
}

/** The decimal text of `text` by the pattern, or undefined when it does not fit. */
export function parseNumber(text: string, pattern: NumberPattern): string | undefined {
  let rest = text.trim();
  let negative = false;
  const takeSign = (at: "start" | "end", plus: boolean): void => {
    const char = at === "start" ? rest.charAt(0) : rest.charAt(rest.length - 1);
    if (char !== "-" && !(plus && char === "+")) return;
    if (char === "-") negative = !negative;
    rest = at === "start" ? rest.slice(1) : rest.slice(0, -1);
  };
  const brackets = (): void => {
    if (!/^<.*>$/.test(rest)) return;
    negative = !negative;
    rest = rest.slice(1, -1);
  };
  if (pattern.behind === "PR") brackets();
  if (pattern.sign === "leading S" || pattern.sign === "leading MI") takeSign("start", pattern.sign === "leading S");
  if (pattern.sign === "trailing S" || pattern.sign === "trailing MI") takeSign("end", pattern.sign === "trailing S");
  if (pattern.behind === "S" || pattern.behind === "MI") takeSign("end", pattern.behind === "S");
  if (pattern.sign === "PR") brackets();
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

/**
 * A decimal's text by the pattern, as ToNumberParser.format writes it: signs and brackets move up to the digits, a pattern
 * without a sign drops it, a lone point at the end is a blank, `#` stands for digits that do not fit.
 */
export function formatNumber(value: string, pattern: NumberPattern): string {
  if (pattern.behind !== undefined) {
    throw new BoathouseError("UNSUPPORTED_FEATURE", "Writing a number with two signs is not supported.", {
      sqlState: "0A000",
    });
  }
  const negative = value.startsWith("-") && /[1-9]/.test(value);
  const { whole, fraction } = digitsFor(value, pattern);
  const { sign } = pattern;
  const plus = negative ? "-" : "+";
  let out = "";
  if (sign === "leading S") out += plus;
  if (sign === "leading MI") out += negative ? "-" : " ";
  if (sign === "PR" && negative) out += "<";
  if (pattern.dollar) out += "$";
  out = withWhole(out, whole, pattern);
  if (pattern.point) out = `${out.replace(/ $/, "0")}.${fraction}`;
  switch (sign) {
    case "trailing S":
      out = behind(withoutLonePoint(out), plus);
      break;
    case "trailing MI":
      out = negative ? behind(withoutLonePoint(out), "-") : `${out} `;
      break;
    case "PR":
      out = negative ? behind(withoutLonePoint(out), ">") : `${withoutLonePoint(out)}  `;
      break;
    default:
  }
  const text = withoutLonePoint(out);
  return text === "" || text === "+" || text === "-" ? "0" : text;
}

/** The digits before and after the point, as many as the pattern has. */
function digitsFor(value: string, pattern: NumberPattern): { readonly whole: string; readonly fraction: string } {
  const [given = "", behindPoint = ""] = value.split(".");
  const whole = given.replace(/^[-0]+/, "");
  const fraction = behindPoint.replace(/0+$/, "");
  const places = pattern.whole.replaceAll(",", "").length;
  if (whole.length > places || fraction.length > pattern.scale) {
    return { whole: "#".repeat(places), fraction: "#".repeat(pattern.scale) };
  }
  return { whole: whole.padStart(places, " "), fraction: fraction.padEnd(pattern.scale, "0") };
}

/** A group of digits that begins with `0` is filled with zeros, one that begins with `9` with blanks. */
function withWhole(start: string, digits: string, pattern: NumberPattern): string {
  let out = start;
  let used = 0;
  for (const [index, group] of pattern.whole.split(",").entries()) {
    if (index > 0) out = /\d$/.test(out) ? `${out},` : blankBefore(out);
    for (const digit of digits.slice(used, used + group.length)) {
      if (digit !== " ") out += digit;
      else out = group.startsWith("0") ? `${out}0` : blankBefore(out);
    }
    used += group.length;
  }
  return out;
}

/** One blank more, before the signs at the end. */
function blankBefore(text: string): string {
  return text.replace(/[-+<]*$/, (signs) => ` ${signs}`);
}

/** A sign more, before the blanks at the end. */
function behind(text: string, sign: string): string {
  return text.replace(/ *$/, (blanks) => sign + blanks);
}

function withoutLonePoint(text: string): string {
  return text.replace(/\.(?=$| )/, " ");
}

function invalid(format: string, condition: string, why: string): BoathouseError {
  return new BoathouseError(`INVALID_FORMAT.${condition}`, `The format is invalid: '${format}': ${why}.`, {
    sqlState: "42601",
  });
}
