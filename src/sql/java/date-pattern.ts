import { BoathouseError, isBoathouseError } from "../../core/errors.ts";

/**
 * Java's date patterns as Spark takes them ("Datetime Patterns for Formatting and Parsing"): `DateTimeFormatter`
 * without the letters that depend on the week year.
 */
export type PatternPart =
  | { readonly kind: "literal"; readonly text: string }
  | { readonly kind: "field"; readonly letter: string; readonly count: number }
  | { readonly kind: "optional"; readonly parts: readonly PatternPart[] };

export type PatternUse = "format" | "parse";

const NOT_SUPPORTED = "UNSUPPORTED_FEATURE.DATETIME_PATTERN";
const WEEK_BASED = new Set("YWwuec");
const UNSUPPORTED = new Set("ABnNp");
const UNSUPPORTED_FOR_PARSING = new Set("EFqQ");
const LETTERS = new Set("GyDMLdQqEFaHhKkmsSVzOXxZ");
/** What Java takes and we do not give. */
const NOT_GIVEN = new Set("gv");
const TEXT_LETTERS = new Set("GMLEQq");
const LONGEST: Readonly<Record<string, number>> = { D: 3, F: 1, a: 1, S: 9, y: 6, z: 4, x: 5, X: 5, Z: 5 };

const cache = new Map<string, readonly PatternPart[]>();

/**
 * Reads a pattern. Throws Spark's conditions `INVALID_DATETIME_PATTERN.…` and `INCONSISTENT_BEHAVIOR_CROSS_VERSION.…`:
 * `DATETIME_PATTERN_RECOGNITION` for what Spark 2 could read (Spark: `DateTimeFormatterHelper.checkLegacyFormatter`).
 */
export function parsePattern(pattern: string, use: PatternUse): readonly PatternPart[] {
  const key = `${use}:${pattern}`;
  const known = cache.get(key);
  if (known !== undefined) return known;
  const parts = read(pattern, use);
  if (cache.size > 1000) cache.clear();
  cache.set(key, parts);
  return parts;
}

function read(pattern: string, use: PatternUse): readonly PatternPart[] {
  try {
    checkLetters(pattern, use);
    return new Reader(pattern).read();
  } catch (error) {
    if (!isBoathouseError(error) || error.code === NOT_SUPPORTED || !wasPattern(pattern)) throw error;
    throw new BoathouseError(
      "INCONSISTENT_BEHAVIOR_CROSS_VERSION.DATETIME_PATTERN_RECOGNITION",
      `You may get a different result due to the upgrading to Spark >= 3.0: fail to recognize '${pattern}' pattern in the DateTimeFormatter.`,
      {
        hint: error.hint ?? "See Spark's datetime patterns for the letters that can stand in a pattern.",
        cause: error,
      },
    );
  }
}

/** What Spark looks for before Java reads the pattern: a kind of mistake in all of it before the next kind. */
function checkLetters(pattern: string, use: PatternUse): void {
  for (const part of pattern.split("'").filter((_, index) => index % 2 === 0)) {
    const week = Array.from(part).find((letter) => WEEK_BASED.has(letter));
    if (week !== undefined) {
      throw new BoathouseError(
        "INCONSISTENT_BEHAVIOR_CROSS_VERSION.DATETIME_WEEK_BASED_PATTERN",
        `The pattern letter "${week}" is week-based, which Spark does not support since 3.0.`,
        { hint: 'Use the function "extract" for weeks.' },
      );
    }
    const illegal = Array.from(part).find(
      (letter) => UNSUPPORTED.has(letter) || (use === "parse" && UNSUPPORTED_FOR_PARSING.has(letter)),
    );
    if (illegal !== undefined) {
      throw new BoathouseError(
        "INVALID_DATETIME_PATTERN.ILLEGAL_CHARACTER",
        `Unrecognized datetime pattern: ${pattern}. Illegal pattern character "${illegal}".`,
      );
    }
    if (/G{5}|M{5}|L{5}|E{5}|Q{5}|q{5}|y{7}/.test(part)) {
      throw new BoathouseError(
        "INVALID_DATETIME_PATTERN.LENGTH",
        `Unrecognized datetime pattern: ${pattern}. There are too many letters in the pattern.`,
      );
    }
  }
}

/** Could `java.text.SimpleDateFormat`, which Spark 2 used, read it? */
function wasPattern(pattern: string): boolean {
  const parts = pattern.split("'");
  const letters = parts.filter((_, index) => index % 2 === 0).join("'");
  return parts.length % 2 === 1 && !/[^GyMdkHmsSEDFwWahKzZYuXL\W\d_]|X{4}/.test(letters);
}

class Reader {
  #at = 0;
  readonly #pattern: string;

  constructor(pattern: string) {
    this.#pattern = pattern;
  }

  read(): PatternPart[] {
    return this.#parts(0);
  }

  #parts(depth: number): PatternPart[] {
    const parts: PatternPart[] = [];
    while (this.#at < this.#pattern.length) {
      const char = this.#pattern.charAt(this.#at);
      if (char === "'") parts.push(this.#quoted());
      else if (char === "[") {
        this.#at += 1;
        parts.push({ kind: "optional", parts: this.#parts(depth + 1) });
      } else if (char === "]") {
        if (depth === 0) throw invalidPattern(this.#pattern);
        this.#at += 1;
        return parts;
      } else if (/[A-Za-z]/.test(char)) parts.push(this.#field(char));
      else if (/[{}#]/.test(char)) throw invalidPattern(this.#pattern);
      else {
        this.#at += 1;
        parts.push({ kind: "literal", text: char });
      }
    }
    return parts;
  }

  #quoted(): PatternPart {
    this.#at += 1;
    let text = "";
    for (;;) {
      const end = this.#pattern.indexOf("'", this.#at);
      if (end < 0) throw invalidPattern(this.#pattern);
      text += this.#pattern.slice(this.#at, end);
      this.#at = end + 1;
      if (this.#pattern.charAt(this.#at) !== "'" || text === "") break;
      text += "'";
      this.#at += 1;
    }
    return { kind: "literal", text: text === "" ? "'" : text };
  }

  #field(letter: string): PatternPart {
    const start = this.#at;
    while (this.#pattern.charAt(this.#at) === letter) this.#at += 1;
    const count = this.#at - start;
    if (NOT_GIVEN.has(letter)) {
      throw new BoathouseError(NOT_SUPPORTED, `The letter "${letter}" of datetime patterns is not supported.`);
    }
    if (!LETTERS.has(letter)) throw invalidPattern(this.#pattern);
    const most = LONGEST[letter] ?? (TEXT_LETTERS.has(letter) ? 4 : 2);
    const badOffset = letter === "O" && count !== 1 && count !== 4;
    const badZone = letter === "V" && count !== 2;
    if (count > most && letter !== "O") throw invalidPattern(this.#pattern);
    if (badOffset || badZone) throw invalidPattern(this.#pattern);
    return { kind: "field", letter, count };
  }
}

function invalidPattern(pattern: string): BoathouseError {
  return new BoathouseError("INVALID_DATETIME_PATTERN.WITH_SUGGESTION", `Unrecognized datetime pattern: ${pattern}.`, {
    hint: "See Spark's datetime patterns for the letters that can stand in a pattern.",
  });
}

/**
 * Does a year of four letters and more stand before a fraction of seconds with nothing but fields between? Java's year takes
 * the digits of the fraction too, so that no text fits.
 */
export function hasGreedyYear(parts: readonly PatternPart[]): boolean {
  let open = false;
  const scan = (list: readonly PatternPart[]): boolean => {
    for (const part of list) {
      if (part.kind === "literal") open = false;
      else if (part.kind === "optional") {
        if (scan(part.parts)) return true;
      } else if (part.letter === "S" && open) return true;
      else if (part.letter === "y") open = part.count >= 4;
      else if (!/[MdHhKkmsD]/.test(part.letter) || part.count > 2) open = false;
    }
    return false;
  };
  return scan(parts);
}

export const MONTHS = [
  "January",
  "February",
  "March",
  "April",
  "May",
  "June",
  "July",
  "August",
  "September",
  "October",
  "November",
  "December",
];

/** From Monday. */
export const WEEKDAYS = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"];
