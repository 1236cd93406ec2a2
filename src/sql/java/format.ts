import { BoathouseError } from "../../core/errors.ts";
import { digitsOf, grouped, javaDouble, plain, roundDigits } from "./number.ts";

/** An argument of `format_string`: its type's kind and its text as DuckDB casts it, null for NULL. */
export interface FormatArgument {
  readonly kind: string;
  readonly text: string | null;
}

const SPECIFIER = /%(?:(\d+)\$|(<))?([-#+ 0,(]*)(\d+)?(?:\.(\d+))?([a-zA-Z%])/g;
const INTEGERS = new Set(["byte", "short", "int", "long"]);
const FRACTIONS = new Set(["float", "double", "decimal"]);

/** Java's `String.format` in the English locale, for what SQL's values can be. Throws `INVALID_PARAMETER_VALUE.FORMAT`. */
export function formatString(format: string, args: readonly FormatArgument[]): string {
  let ordinary = 0;
  let last = -1;
  let end = 0;
  const out: string[] = [];
  for (const match of format.matchAll(SPECIFIER)) {
    const between = format.slice(end, match.index);
    if (between.includes("%")) throw invalid(format);
    out.push(between);
    end = match.index + match[0].length;
    const [, index, previous, flags = "", width, precision, conversion = ""] = match;
    if (conversion === "n") out.push("\n");
    else if (conversion === "%") out.push(padded("%", flags, width));
    else {
      if (index !== undefined) last = Number(index) - 1;
      else if (previous === undefined) last = ordinary++;
      const arg = args[last];
      if (arg === undefined) throw invalid(format);
      const text = convert(conversion, flags, width, precision, arg, format);
      out.push(/[A-Z]/.test(conversion) ? text.toUpperCase() : text);
    }
  }
  const rest = format.slice(end);
  if (rest.includes("%")) throw invalid(format);
  return [...out, rest].join("");
}

function convert(
  conversion: string,
  flags: string,
  width: string | undefined,
  precision: string | undefined,
  arg: FormatArgument,
  format: string,
): string {
  const kind = conversion.toLowerCase();
  const cut = (text: string): string =>
    padded(precision === undefined ? text : text.slice(0, Number(precision)), flags, width);
  if (kind === "s") return cut(arg.text === null ? "null" : shown(arg));
  if (kind === "b") return cut(arg.text === null ? "false" : arg.kind === "boolean" ? arg.text : "true");
  if (arg.text === null) return cut("null");
  if (kind === "c" && INTEGERS.has(arg.kind)) return padded(String.fromCodePoint(Number(arg.text)), flags, width);
  if (kind === "d" && INTEGERS.has(arg.kind))
    return signed(arg.text, grouping(digitsOf(arg.text).whole, flags), flags, width);
  if ((kind === "x" || kind === "o") && INTEGERS.has(arg.kind)) return based(arg, kind, flags, width);
  if (kind === "f" && FRACTIONS.has(arg.kind)) return fixed(arg.text, flags, width, Number(precision ?? 6));
  if (kind === "e" && FRACTIONS.has(arg.kind)) {
    const [mantissa = "", exponent = ""] = Math.abs(Number(arg.text))
      .toExponential(Number(precision ?? 6))
      .split("e");
    const power = exponent.replace(/^([+-])(\d)$/, "$10$2");
    return signed(arg.text, `${mantissa}e${power}`, flags, width);
  }
  throw invalid(format);
}

function shown(arg: FormatArgument): string {
  const text = arg.text ?? "null";
  return arg.kind === "double" ? javaDouble(Number(text)) : text;
}

function fixed(text: string, flags: string, width: string | undefined, places: number): string {
  const number = Number(text);
  if (!Number.isFinite(number)) return padded(javaDouble(number), flags.replace("0", ""), width);
  const rounded = roundDigits(digitsOf(text), places, "half-up");
  const whole = grouping(rounded.whole === "" ? "0" : rounded.whole, flags);
  return signed(text, places === 0 ? whole : `${whole}.${rounded.fraction}`, flags, width);
}

function grouping(whole: string, flags: string): string {
  return flags.includes(",") ? grouped(whole) : whole;
}

function based(arg: FormatArgument, kind: string, flags: string, width: string | undefined): string {
  const bits = { byte: 8, short: 16, int: 32, long: 64 }[arg.kind] ?? 64;
  const radix = kind === "x" ? 16 : 8;
  const digits = BigInt.asUintN(bits, BigInt(arg.text ?? "0")).toString(radix);
  const prefix = flags.includes("#") ? (kind === "x" ? "0x" : "0") : "";
  const size = Number(width ?? 0) - prefix.length;
  return padded(prefix + (flags.includes("0") ? digits.padStart(size, "0") : digits), flags, width);
}

function signed(text: string, body: string, flags: string, width: string | undefined): string {
  const negative = text.startsWith("-");
  const before = negative
    ? flags.includes("(")
      ? "("
      : "-"
    : flags.includes("+")
      ? "+"
      : flags.includes(" ")
        ? " "
        : "";
  const after = negative && flags.includes("(") ? ")" : "";
  const size = Number(width ?? 0) - before.length - after.length;
  const zeros = flags.includes("0") && !flags.includes("-") ? body.padStart(size, "0") : body;
  return padded(before + zeros + after, flags, width);
}

function padded(text: string, flags: string, width: string | undefined): string {
  const size = Number(width ?? 0);
  return flags.includes("-") ? text.padEnd(size) : text.padStart(size);
}

function invalid(format: string): BoathouseError {
  return new BoathouseError("INVALID_PARAMETER_VALUE.FORMAT", `The format '${format}' does not fit its arguments.`, {
    sqlState: "22023",
  });
}

/** Java's `DecimalFormat` with `#`, `0`, `,` and `.`; rounds half to even. */
export function decimalFormat(text: string, pattern: string): string | undefined {
  const match = /^([^#0,.;E'¤-]*)([#,]*[0,]*)(?:\.(0*)(#*))?([^#0,.;E'¤-]*)$/.exec(pattern);
  if (match === null) return undefined;
  const [, prefix = "", whole = "", zeros = "", hashes = "", suffix = ""] = match;
  const sign = /[%‰]/.exec(prefix + suffix)?.[0];
  const number = Number(text);
  if (Number.isNaN(number)) return "NaN";
  if (!Number.isFinite(number)) return `${number < 0 ? "-" : ""}${prefix}∞${suffix}`;
  const shown = sign === undefined ? text : `${plain(text)}e${sign === "%" ? 2 : 3}`;
  const rounded = roundDigits(digitsOf(shown), zeros.length + hashes.length, "half-even");
  const least = (whole.match(/0/g) ?? []).length;
  const digits = (rounded.whole === "0" && least === 0 ? "" : rounded.whole).padStart(least, "0");
  const comma = whole.lastIndexOf(",");
  const shownWhole = comma < 0 ? digits : grouped(digits, whole.length - comma - 1);
  const kept = rounded.fraction.slice(0, zeros.length) + rounded.fraction.slice(zeros.length).replace(/0+$/, "");
  const body = `${shownWhole}${kept === "" ? "" : `.${kept}`}`;
  const zero = !/[1-9]/.test(body);
  return `${rounded.negative && !zero ? "-" : rounded.negative ? "-" : ""}${prefix}${body}${suffix}`;
}
