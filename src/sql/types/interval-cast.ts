import type { IntervalType } from "../../core/data-type.ts";
import { BoathouseError } from "../../core/errors.ts";

/**
 * Text as an interval of a type: `1-2`, `1 02:03:04.5`, `-3`, or the same as a literal, `INTERVAL '1-2' YEAR TO MONTH`, of
 * exactly the type's fields (Spark: `castStringToYMInterval`, `castStringToDTInterval`). Gives months, or microseconds.
 * Throws `INVALID_INTERVAL_FORMAT.…`.
 */
export function parseAnsiInterval(text: string, type: IntervalType): bigint {
  const body = text.trim();
  const { outer, inner } = unquoted(body, type) ?? { outer: 1n, inner: body };
  return parseIntervalFields(inner, type, { negated: outer < 0n, shown: text });
}

/** The same without what is around the quotes. `shown` is what errors name. */
export function parseIntervalFields(
  text: string,
  type: IntervalType,
  { negated, shown = text }: { readonly negated: boolean; readonly shown?: string },
): bigint {
  const matched = shapeOf(type).exec(text.trim());
  if (matched?.groups === undefined) throw unfit(shown, type);
  const { sign, ...fields } = matched.groups;
  const isMonths = type.kind === "interval_year_month";
  const size = isMonths ? monthsOf(shown, fields) : microsOf(shown, type, fields);
  const value = (sign === "-") === negated ? size : -size;
  if (BigInt.asIntN(isMonths ? 32 : 64, value) !== value) throw parsing(shown);
  return value;
}

/** `INTERVAL -'…' DAY TO SECOND` without what is around the quotes. */
function unquoted(text: string, type: IntervalType): { readonly outer: bigint; readonly inner: string } | undefined {
  const unit = (type.start === type.end ? [type.start] : [type.start, "to", type.end]).join(String.raw`\s+`);
  const matched = new RegExp(String.raw`^interval\s+([+-])?'([^']*)'\s+${unit}$`, "i").exec(text);
  return matched === null ? undefined : { outer: matched[1] === "-" ? -1n : 1n, inner: matched[2] ?? "" };
}

const FIELDS = ["day", "hour", "minute", "second"] as const;

function shapeOf(type: IntervalType): RegExp {
  if (type.kind === "interval_year_month") {
    if (type.start === type.end) return new RegExp(String.raw`^(?<sign>[+-])?(?<${type.start}>\d+)$`);
    return /^(?<sign>[+-])?(?<year>\d+)-(?<month>\d+)$/;
  }
  const shown = FIELDS.slice(FIELDS.indexOf(type.start), FIELDS.indexOf(type.end) + 1);
  const parts = shown.map((name, index) => {
    const digits = index === 0 ? String.raw`\d+` : String.raw`\d{1,2}`;
    const separator = index === 0 ? "" : shown[index - 1] === "day" ? " " : ":";
    const fraction = name === "second" ? String.raw`(?:\.(?<fraction>\d{1,9}))?` : "";
    return `${separator}(?<${name}>${digits})${fraction}`;
  });
  return new RegExp(`^(?<sign>[+-])?${parts.join("")}$`);
}

type Found = Readonly<Record<string, string | undefined>>;

function monthsOf(text: string, { year, month }: Found): bigint {
  const both = BigInt(year ?? "0") * 12n + BigInt(month ?? "0");
  const isPair = year !== undefined && month !== undefined;
  if (isPair && BigInt(month) > 11n) throw parsing(text);
  return both;
}

const MICROS = { day: 86_400_000_000n, hour: 3_600_000_000n, minute: 60_000_000n, second: 1_000_000n } as const;

function microsOf(text: string, type: IntervalType, found: Found): bigint {
  let sum = BigInt((found["fraction"] ?? "").slice(0, 6).padEnd(6, "0"));
  for (const name of FIELDS) {
    const value = found[name];
    if (value === undefined) continue;
    const most = name === type.start ? undefined : name === "hour" ? 23n : 59n;
    if (most !== undefined && BigInt(value) > most) throw parsing(text);
    sum += BigInt(value) * MICROS[name];
  }
  return sum;
}

function unfit(text: string, type: IntervalType): BoathouseError {
  const condition =
    type.kind === "interval_year_month" ? "UNMATCHED_FORMAT_STRING" : "UNMATCHED_FORMAT_STRING_WITH_NOTICE";
  const unit = type.start === type.end ? type.start : `${type.start} to ${type.end}`;
  return new BoathouseError(
    `INVALID_INTERVAL_FORMAT.${condition}`,
    `Error parsing '${text}' to interval. It is no value of the type interval ${unit}.`,
    { sqlState: "22006" },
  );
}

function parsing(text: string): BoathouseError {
  return new BoathouseError(
    "INVALID_INTERVAL_FORMAT.INTERVAL_PARSING",
    `Error parsing '${text}' to interval. A part of it is out of range.`,
    { sqlState: "22006" },
  );
}
