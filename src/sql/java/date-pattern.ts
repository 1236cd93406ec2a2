import { BoathouseError } from "../../core/errors.ts";

/**
 * Java's date patterns as Spark takes them ("Datetime Patterns for Formatting and Parsing"): `DateTimeFormatter`
 * without the letters that depend on the week year.
 */
export type PatternPart =
  | { readonly kind: "literal"; readonly text: string }
  | { readonly kind: "field"; readonly letter: string; readonly count: number }
  | { readonly kind: "optional"; readonly parts: readonly PatternPart[] };

export type PatternUse = "format" | "parse";

const WEEK_BASED = new Set("YWwuec");
const UNSUPPORTED = new Set("ABnNp");
const UNSUPPORTED_FOR_PARSING = new Set("EFqQ");
const LETTERS = new Set("GyDMLdQqEFaHhKkmsSVzOXxZ");
const TEXT_LETTERS = new Set("GMLEQq");
const LONGEST: Readonly<Record<string, number>> = { D: 3, F: 1, a: 1, S: 9, y: 6, z: 4, x: 5, X: 5, Z: 5 };

const cache = new Map<string, readonly PatternPart[]>();

/**
 * Reads a pattern. Throws Spark's conditions `INCONSISTENT_BEHAVIOR_CROSS_VERSION.DATETIME_WEEK_BASED_PATTERN` and
 * `INVALID_DATETIME_PATTERN.…`.
 */
export function parsePattern(pattern: string, use: PatternUse): readonly PatternPart[] {
  const key = `${use}:${pattern}`;
  const known = cache.get(key);
  if (known !== undefined) return known;
  const parts = new Reader(pattern, use).read();
  if (cache.size > 1000) cache.clear();
  cache.set(key, parts);
  return parts;
}

class Reader {
  #at = 0;
  readonly #pattern: string;
  readonly #use: PatternUse;

  constructor(pattern: string, use: PatternUse) {
    this.#pattern = pattern;
    this.#use = use;
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
    if (WEEK_BASED.has(letter)) {
      throw new BoathouseError(
        "INCONSISTENT_BEHAVIOR_CROSS_VERSION.DATETIME_WEEK_BASED_PATTERN",
        `The pattern letter "${letter}" is week-based, which Spark does not support since 3.0.`,
        { sqlState: "42K0B", hint: 'Use the function "extract" for weeks.' },
      );
    }
    const refused = UNSUPPORTED.has(letter) || (this.#use === "parse" && UNSUPPORTED_FOR_PARSING.has(letter));
    if (refused || !LETTERS.has(letter)) {
      throw new BoathouseError(
        "INVALID_DATETIME_PATTERN.ILLEGAL_CHARACTER",
        `Unrecognized datetime pattern: ${this.#pattern}. Illegal pattern character "${letter}".`,
        { sqlState: "22007" },
      );
    }
    if (TEXT_LETTERS.has(letter) && count >= 5) throw tooLong(this.#pattern);
    const most = LONGEST[letter] ?? (TEXT_LETTERS.has(letter) ? 4 : 2);
    const badOffset = letter === "O" && count !== 1 && count !== 4;
    const badZone = letter === "V" && count !== 2;
    if (count > most && !(letter === "O" && count === 4)) throw tooLong(this.#pattern);
    if (badOffset || badZone) throw invalidPattern(this.#pattern);
    return { kind: "field", letter, count };
  }
}

function tooLong(pattern: string): BoathouseError {
  return new BoathouseError(
    "INVALID_DATETIME_PATTERN.LENGTH",
    `Unrecognized datetime pattern: ${pattern}. There are too many letters in the pattern.`,
    { sqlState: "22007" },
  );
}

function invalidPattern(pattern: string): BoathouseError {
  return new BoathouseError("INVALID_DATETIME_PATTERN.WITH_SUGGESTION", `Unrecognized datetime pattern: ${pattern}.`, {
    sqlState: "22007",
    hint: "See Spark's datetime patterns for the letters that can stand in a pattern.",
  });
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
