import { BoathouseError } from "../core/errors.ts";
import { quoteString } from "../sql/quote.ts";
import { parsePattern, type PatternPart } from "../sql/java/date-pattern.ts";

/**
 * SQL that reads `text` by a date pattern of Java, giving null for what does not fit exactly. The result is TIMESTAMP, or
 * TIMESTAMPTZ where the pattern has a zone. Throws `UNSUPPORTED_DATETIME_PATTERN` for letters that have no counterpart here.
 */
export function parseByPattern(text: string, javaPattern: string): { readonly sql: string; readonly zoned: boolean } {
  const alternatives = expand(parsePattern(javaPattern, "parse"));
  const branches = alternatives.map((parts) => branch(parts, javaPattern));
  const zoned = branches.some((each) => each.zoned);
  const cases = branches.map((each) => {
    const parsed = `try_strptime(${text}, ${quoteString(each.format)})`;
    const century = each.shortYear
      ? `CASE WHEN year(${parsed}) < 2000 THEN ${parsed} + INTERVAL 100 YEAR ELSE ${parsed} END`
      : parsed;
    const value = zoned && !each.zoned ? `${century}::TIMESTAMPTZ` : century;
    return `WHEN regexp_full_match(${text}, ${quoteString(each.regex)}) THEN ${value}`;
  });
  return { sql: `CASE ${cases.join(" ")} END`, zoned };
}

/** The `strftime` format that writes values as a pattern of Java does. Refuses what cannot be written the same. */
export function strftimeFormat(javaPattern: string): string {
  return parsePattern(javaPattern, "format")
    .map((part) => {
      if (part.kind === "literal") return part.text.replaceAll("%", "%%");
      if (part.kind === "optional") throw unsupported(javaPattern, "[");
      const format = WRITTEN[part.letter.repeat(part.count)];
      if (format === undefined) throw unsupported(javaPattern, part.letter);
      return format;
    })
    .join("");
}

type Flat = Exclude<PatternPart, { kind: "optional" }>;

interface Branch {
  readonly format: string;
  readonly regex: string;
  readonly zoned: boolean;
  readonly shortYear: boolean;
}

/** Optional sections become alternatives, the longest first. */
function expand(parts: readonly PatternPart[]): Flat[][] {
  let all: Flat[][] = [[]];
  for (const part of parts) {
    if (part.kind !== "optional") {
      all = all.map((each) => [...each, part]);
      continue;
    }
    const inside = expand(part.parts);
    all = all.flatMap((each) => [...inside.map((more) => [...each, ...more]), each]);
  }
  return all;
}

function branch(parts: readonly Flat[], javaPattern: string): Branch {
  let format = "";
  let regex = "";
  let zoned = false;
  let shortYear = false;
  for (const part of parts) {
    if (part.kind === "literal") {
      format += part.text.replaceAll("%", "%%");
      regex += part.text.replace(/[^A-Za-z0-9 ]/gu, (char) => `\\x{${(char.codePointAt(0) ?? 0).toString(16)}}`);
      continue;
    }
    const known = readField(part.letter, part.count);
    if (known === undefined) throw unsupported(javaPattern, part.letter);
    format += known.format;
    regex += known.regex;
    zoned ||= known.format === "%z" || known.format === "%Z";
    shortYear ||= known.format === "%y";
  }
  return { format, regex, zoned, shortYear };
}

function readField(letter: string, count: number): { format: string; regex: string } | undefined {
  const digits = (format: string): { format: string; regex: string } => ({
    format,
    regex: count === 1 ? "[0-9]{1,2}" : "[0-9]{2}",
  });
  switch (letter) {
    case "y":
    case "u":
      if (count === 2) return { format: "%y", regex: "[0-9]{2}" };
      return count === 1 || count === 4 ? { format: "%Y", regex: "[0-9]{4}" } : undefined;
    case "M":
    case "L":
      if (count === 3) return { format: "%b", regex: "[A-Z][a-z]{2}" };
      if (count === 4) return { format: "%B", regex: "[A-Z][a-z]+" };
      return count <= 2 ? digits("%m") : undefined;
    case "d":
      return count <= 2 ? digits("%d") : undefined;
    case "D":
      return { format: "%j", regex: count === 1 ? "[0-9]{1,3}" : `[0-9]{${count}}` };
    case "H":
      return count <= 2 ? digits("%H") : undefined;
    case "h":
      return count <= 2 ? digits("%I") : undefined;
    case "m":
      return count <= 2 ? digits("%M") : undefined;
    case "s":
      return count <= 2 ? digits("%S") : undefined;
    case "S":
      return count <= 6 ? { format: "%f", regex: `[0-9]{${count}}` } : { format: "%n", regex: `[0-9]{${count}}` };
    case "a":
      return { format: "%p", regex: "(?:AM|PM)" };
    case "X":
    case "x":
    case "Z": {
      // `Z` itself is no offset to DuckDB: the pattern's caller writes it as +00:00 first.
      const colon = letter !== "Z" && count % 2 === 1 && count > 1;
      if (count > 3) return undefined;
      if (letter !== "Z" && count === 1) return { format: "%z", regex: "[+-][0-9]{2}(?:[0-9]{2})?" };
      return { format: "%z", regex: colon ? "[+-][0-9]{2}:[0-9]{2}" : "[+-][0-9]{4}" };
    }
    case "V":
      return { format: "%Z", regex: "[A-Za-z][A-Za-z0-9_+/-]*" };
    default:
      return undefined;
  }
}

const WRITTEN: Readonly<Record<string, string>> = {
  yyyy: "%Y",
  y: "%-Y",
  yy: "%y",
  uuuu: "%Y",
  MM: "%m",
  M: "%-m",
  MMM: "%b",
  MMMM: "%B",
  dd: "%d",
  d: "%-d",
  HH: "%H",
  H: "%-H",
  hh: "%I",
  h: "%-I",
  mm: "%M",
  m: "%-M",
  ss: "%S",
  s: "%-S",
  SSS: "%g",
  SSSSSS: "%f",
  a: "%p",
  EEE: "%a",
  E: "%a",
  EEEE: "%A",
};

function unsupported(javaPattern: string, letter: string): BoathouseError {
  return new BoathouseError(
    "UNSUPPORTED_DATETIME_PATTERN",
    `The date pattern "${javaPattern}" cannot be used for files here: "${letter}" has no counterpart.`,
    { hint: "Read the column as a string and convert it with to_date or to_timestamp." },
  );
}
