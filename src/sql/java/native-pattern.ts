import { hasGreedyYear, parsePattern, type PatternPart } from "./date-pattern.ts";

/** A Java date pattern as DuckDB's `strftime` and `strptime` spell it, for the patterns that mean exactly the same there. */
const FORMATS: Readonly<Record<string, string>> = {
  yyyy: "%Y",
  y: "%Y",
  yy: "%y",
  MM: "%m",
  M: "%-m",
  MMM: "%b",
  MMMM: "%B",
  dd: "%d",
  d: "%-d",
  DDD: "%j",
  E: "%a",
  EE: "%a",
  EEE: "%a",
  EEEE: "%A",
  HH: "%H",
  H: "%-H",
  hh: "%I",
  h: "%-I",
  a: "%p",
  mm: "%M",
  m: "%-M",
  ss: "%S",
  s: "%-S",
  SSS: "%g",
  SSSSSS: "%f",
};

/** For years 1000 to 9999. Undefined: `formatTimestamp` has to do it. */
export function strftimePattern(pattern: string): string | undefined {
  const parts = flat(parsePattern(pattern, "format"));
  if (parts === undefined || parts.length === 0) return undefined;
  let out = "";
  for (const part of parts) {
    const piece = part.kind === "literal" ? part.text.replaceAll("%", "%%") : FORMATS[part.name];
    if (piece === undefined) return undefined;
    out += piece;
  }
  return out;
}

const PARSED: Readonly<Record<string, readonly [format: string, shape: string]>> = {
  yyyy: ["%Y", "[0-9]{4}"],
  MM: ["%m", "[0-9]{2}"],
  M: ["%m", "[0-9]{1,2}"],
  MMM: ["%b", "[A-Za-z]{3}"],
  MMMM: ["%B", "[A-Za-z]{3,9}"],
  dd: ["%d", "[0-9]{2}"],
  d: ["%d", "[0-9]{1,2}"],
  HH: ["%H", "[0-9]{2}"],
  H: ["%H", "[0-9]{1,2}"],
  hh: ["%I", "[0-9]{2}"],
  h: ["%I", "[0-9]{1,2}"],
  a: ["%p", "[AaPp][Mm]"],
  mm: ["%M", "[0-9]{2}"],
  m: ["%M", "[0-9]{1,2}"],
  ss: ["%S", "[0-9]{2}"],
  s: ["%S", "[0-9]{1,2}"],
  SSSSSS: ["%f", "[0-9]{6}"],
};

/**
 * `shape` is a regular expression of texts that `strptime` with `format` reads as Java does; other texts have to be
 * read by `parseTimestamp`. Undefined: all of them.
 */
export function strptimePattern(pattern: string): { readonly format: string; readonly shape: string } | undefined {
  const read = parsePattern(pattern, "parse");
  const parts = flat(read);
  if (parts === undefined || hasGreedyYear(read)) return undefined;
  const seen = new Set<string>();
  let format = "";
  let shape = "";
  let lastWasField = false;
  for (const part of parts) {
    if (part.kind === "literal") {
      format += part.text.replaceAll("%", "%%");
      shape += part.text.replaceAll(/[\\^$.*+?()[\]{}|]/g, String.raw`\$&`);
      lastWasField = false;
      continue;
    }
    const known = PARSED[part.name];
    if (known === undefined || seen.has(known[0]) || (lastWasField && part.name.length === 1)) return undefined;
    seen.add(known[0]);
    format += known[0];
    shape += known[1];
    lastWasField = true;
  }
  if (seen.has("%p") !== seen.has("%I") || (seen.has("%p") && seen.has("%H")) || !seen.has("%Y")) return undefined;
  return { format, shape };
}

type FlatPart = { readonly kind: "literal"; readonly text: string } | { readonly kind: "field"; readonly name: string };

function flat(parts: readonly PatternPart[]): FlatPart[] | undefined {
  const out: FlatPart[] = [];
  for (const part of parts) {
    if (part.kind === "optional") return undefined;
    out.push(part.kind === "literal" ? part : { kind: "field", name: part.letter.repeat(part.count) });
  }
  return out;
}
