import type { Json } from "../../core/json.ts";

/**
 * `JSON.parse` for values that may hold 64-bit integers: one that a double cannot hold becomes a `bigint` instead of a
 * neighbour. Integers that a double holds stay numbers.
 */
export function parseExactJson(text: string): ExactJson {
  if (!LONG_NUMBER.test(text)) return JSON.parse(text) as Json;
  const marked = text.replace(TOKENS, (token) => {
    if (token.startsWith('"') || Number.isSafeInteger(Number(token))) return token;
    return `"${MARK}${token}"`;
  });
  return JSON.parse(marked, (_key, value: unknown) =>
    typeof value === "string" && value.startsWith(MARK) ? BigInt(value.slice(MARK.length)) : value,
  ) as ExactJson;
}

export type ExactJson = null | boolean | number | bigint | string | readonly ExactJson[] | ExactJsonObject;
export interface ExactJsonObject {
  readonly [key: string]: ExactJson;
}

export function isExactObject(value: ExactJson | undefined): value is ExactJsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** Splits concatenated JSON values: one a line as the protocol says, or pretty-printed as some logs are. */
export function splitJsonValues(text: string): string[] {
  const values: string[] = [];
  let depth = 0;
  let start = -1;
  let inString = false;
  for (let index = 0; index < text.length; index += 1) {
    const code = text.charCodeAt(index);
    if (inString) {
      if (code === BACKSLASH) index += 1;
      else if (code === QUOTE) inString = false;
      continue;
    }
    if (code === QUOTE) inString = true;
    else if (code === OPEN_BRACE || code === OPEN_BRACKET) {
      if (depth === 0) start = index;
      depth += 1;
    } else if (code === CLOSE_BRACE || code === CLOSE_BRACKET) {
      depth -= 1;
      if (depth === 0 && start >= 0) {
        values.push(text.slice(start, index + 1));
        start = -1;
      }
    }
    if (depth === 0 && start < 0 && !isBetween(code)) {
      throw new SyntaxError(`Unexpected character ${JSON.stringify(text[index])} at offset ${index}`);
    }
  }
  if (depth !== 0 || inString) throw new SyntaxError("Unexpected end of JSON: the file is truncated");
  return values;
}

/** A number of 16 digits or more that stands where a value stands. Strings may match too: then the slow way is taken. */
const LONG_NUMBER = /[:[,]\s*-?\d{16,}/;
/** Strings, so that digits inside them are left alone, and long integers. */
const TOKENS = /"(?:[^"\\]|\\.)*"|-?\d{16,}(?![\d.eE])/g;
const MARK = "\uE000whole:";

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const OPEN_BRACE = 0x7b;
const CLOSE_BRACE = 0x7d;
const OPEN_BRACKET = 0x5b;
const CLOSE_BRACKET = 0x5d;

/** Space, tab, line ends, a byte order mark and the brackets that were just handled. */
function isBetween(code: number): boolean {
  return (
    code === 0x20 ||
    code === 0x09 ||
    code === 0x0a ||
    code === 0x0d ||
    code === 0xfeff ||
    code === CLOSE_BRACE ||
    code === CLOSE_BRACKET
  );
}
