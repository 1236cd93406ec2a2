import { array, BINARY, BOOLEAN, INT, STRING } from "../../core/data-type.ts";
import { BoathouseError } from "../../core/errors.ts";
import { distanceBetween } from "../collation/distance.ts";
import { decimalFormat, formatString } from "../java/format.ts";
import { formatNumber, parseNumber, parseNumberPattern } from "../java/number-pattern.ts";
import { asBytes, asNumber, asText, udf, type Udf } from "./udf.ts";

export const stringUdfs: readonly Udf[] = [
  udf("spkjs_lower", [STRING], STRING, (text) => asText(text).toLowerCase()),
  udf("spkjs_upper", [STRING], STRING, (text) => asText(text).toUpperCase()),
  udf("spkjs_initcap", [STRING], STRING, (text) =>
    asText(text).replaceAll(
      /([^ ])[^ ]*/gu,
      (word: string, first: string) => titleCase(first) + word.toLowerCase().slice(first.toLowerCase().length),
    ),
  ),
  udf("spkjs_levenshtein", [STRING, STRING], INT, (a, b) =>
    distanceBetween(Array.from(asText(a)), Array.from(asText(b))),
  ),
  udf("spkjs_format_string", [STRING, STRING, array(STRING)], STRING, (format, kinds, values) => {
    const kindList = asText(kinds).split(",");
    const texts = Array.isArray(values) ? values : [];
    return formatString(
      asText(format),
      texts.map((value, index) => ({ kind: kindList[index] ?? "string", text: value === null ? null : asText(value) })),
    );
  }),
  udf("spkjs_format_number", [STRING, INT], STRING, (text, places) => {
    const count = asNumber(places);
    return count < 0
      ? null
      : (decimalFormat(asText(text), `#,##0${count === 0 ? "" : `.${"0".repeat(count)}`}`) ?? null);
  }),
  udf("spkjs_format_number_pattern", [STRING, STRING], STRING, (text, pattern) => {
    const shape = asText(pattern) === "" ? "#,##0" : asText(pattern);
    const formatted = decimalFormat(asText(text), shape);
    if (formatted !== undefined) return formatted;
    throw new BoathouseError("UNSUPPORTED_FEATURE.NUMBER_PATTERN", `The number pattern '${shape}' is not supported.`);
  }),
  udf("spkjs_to_number", [STRING, STRING, BOOLEAN], STRING, (text, format, safe) => {
    const number = parseNumber(asText(text), parseNumberPattern(asText(format)));
    if (number !== undefined || safe === true) return number ?? null;
    throw new BoathouseError(
      "INVALID_FORMAT.MISMATCH_INPUT",
      `The format is invalid: '${asText(format)}'. The input "STRING" '${asText(text)}' does not match the format.`,
      { sqlState: "42601" },
    );
  }),
  udf("spkjs_to_char", [STRING, STRING], STRING, (text, format) =>
    formatNumber(asText(text), parseNumberPattern(asText(format))),
  ),
  udf("spkjs_luhn_check", [STRING], BOOLEAN, (text) => luhn(asText(text))),
  udf(
    "spkjs_mask",
    [STRING, STRING, STRING, STRING, STRING],
    STRING,
    (text, upper, lower, digit, other) => {
      if (text === null || text === undefined) return null;
      const replace = (by: unknown, char: string): string => (typeof by === "string" ? by : char);
      return Array.from(asText(text), (char) => {
        if (/\p{Lu}/u.test(char)) return replace(upper, char);
        if (/\p{Ll}/u.test(char)) return replace(lower, char);
        return /\p{Nd}/u.test(char) ? replace(digit, char) : replace(other, char);
      }).join("");
    },
    { nulls: "pass" },
  ),
  udf("spkjs_sentences", [STRING], array(array(STRING, false), false), (text) => sentences(asText(text))),
  udf("spkjs_soundex", [STRING], STRING, (text) => soundex(asText(text))),
  udf("spkjs_randstr", [INT], STRING, (length) => randomText(checkedLength(asNumber(length))), {
    volatile: true,
  }),
  udf("spkjs_contains_binary", [BINARY, BINARY], BOOLEAN, (bytes, part) =>
    Buffer.from(asBytes(bytes)).includes(Buffer.from(asBytes(part))),
  ),
  udf("spkjs_lpad_binary", [BINARY, INT, BINARY], BINARY, (bytes, size, pad) =>
    padBytes(asBytes(bytes), asNumber(size), asBytes(pad), "left"),
  ),
  udf("spkjs_rpad_binary", [BINARY, INT, BINARY], BINARY, (bytes, size, pad) =>
    padBytes(asBytes(bytes), asNumber(size), asBytes(pad), "right"),
  ),
  udf("spkjs_reverse_binary", [BINARY], BINARY, (bytes) => Uint8Array.from(asBytes(bytes)).reverse()),
  udf("spkjs_is_valid_utf8", [BINARY], BOOLEAN, (bytes) => decoded(asBytes(bytes)) !== undefined),
  udf("spkjs_make_valid_utf8", [BINARY], STRING, (bytes) =>
    new TextDecoder("utf-8", { ignoreBOM: true }).decode(asBytes(bytes)),
  ),
  udf("spkjs_try_validate_utf8", [BINARY], STRING, (bytes) => decoded(asBytes(bytes)) ?? null),
  udf("spkjs_validate_utf8", [BINARY], STRING, (bytes) => {
    const text = decoded(asBytes(bytes));
    if (text !== undefined) return text;
    throw new BoathouseError("INVALID_UTF8_STRING", "Invalid UTF8 byte sequence found in string.", {
      sqlState: "22029",
    });
  }),
];

function titleCase(char: string): string {
  const upper = char.toUpperCase();
  return upper.length > char.length ? upper.charAt(0) + upper.slice(1).toLowerCase() : upper;
}

function luhn(text: string): boolean {
  if (!/^\d+$/.test(text)) return false;
  let sum = 0;
  for (let index = 0; index < text.length; index += 1) {
    const digit = Number(text.charAt(text.length - 1 - index));
    const doubled = index % 2 === 1 ? digit * 2 : digit;
    sum += doubled > 9 ? doubled - 9 : doubled;
  }
  return sum % 10 === 0;
}

/** To Java an underscore joins a word only where one letter or digit stands on each side. */
const OUTER_UNDERSCORES = /(?<![\p{L}\p{N}])_+|_+(?![\p{L}\p{N}])/u;

/** Words of each sentence, as Java's `BreakIterator` finds them in English. */
function sentences(text: string): string[][] {
  const bySentence = new Intl.Segmenter("en", { granularity: "sentence" });
  const byWord = new Intl.Segmenter("en", { granularity: "word" });
  return [...bySentence.segment(text)].map(({ segment }) =>
    [...byWord.segment(segment)].flatMap(({ isWordLike, segment: word }) =>
      isWordLike === true ? word.split(OUTER_UNDERSCORES).filter((part) => part !== "") : [],
    ),
  );
}

const SOUNDEX = "01230127022455012623017202";

function soundex(text: string): string {
  const first = text.charAt(0).toUpperCase();
  if (!/^[A-Z]/.test(first)) return text;
  let out = first;
  let last = SOUNDEX.charAt(first.charCodeAt(0) - 65);
  for (const char of text.slice(1).toUpperCase()) {
    if (out.length === 4) break;
    if (!/[A-Z]/.test(char)) {
      last = "0";
      continue;
    }
    const code = SOUNDEX.charAt(char.charCodeAt(0) - 65);
    if (code === "7") continue;
    if (code !== "0" && code !== last) out += code;
    last = code;
  }
  return out.padEnd(4, "0");
}

const ALPHABET = "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ";

function randomText(length: number): string {
  let out = "";
  for (let index = 0; index < length; index += 1) out += ALPHABET.charAt(Math.floor(Math.random() * ALPHABET.length));
  return out;
}

function padBytes(bytes: Uint8Array, size: number, pad: Uint8Array, side: "left" | "right"): Uint8Array {
  if (size <= 0) return new Uint8Array();
  if (bytes.length >= size || pad.length === 0) return bytes.slice(0, size);
  const filler = Uint8Array.from({ length: size - bytes.length }, (_, index) => pad[index % pad.length] ?? 0);
  return Uint8Array.from(side === "left" ? [...filler, ...bytes] : [...bytes, ...filler]);
}

function checkedLength(length: number): number {
  if (length >= 0) return length;
  throw new BoathouseError(
    "INVALID_PARAMETER_VALUE.LENGTH",
    `The value of parameter(s) \`length\` in \`randstr\` is invalid: expects \`length\` greater than or equal to 0, but got ${length}.`,
  );
}

function decoded(bytes: Uint8Array): string | undefined {
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return undefined;
  }
}
