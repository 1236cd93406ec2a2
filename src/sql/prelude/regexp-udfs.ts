import { array, BOOLEAN, INT, STRING } from "../../core/data-type.ts";
import { BoathouseError } from "../../core/errors.ts";
import { isInvalidInJava } from "../java/regex-syntax.ts";
import { javaScriptSource } from "../java/regex.ts";
import { asNumber, asText, udf, type Udf } from "./udf.ts";

/** Java's regular expressions for patterns that RE2 does not read as Java does, or that are not constant. */
export const regexpUdfs: readonly Udf[] = [
  udf("spkjs_rlike", [STRING, STRING], BOOLEAN, (value, pattern) =>
    compiledPattern(asText(pattern)).test(asText(value)),
  ),
  udf("spkjs_regexp_extract", [STRING, STRING, INT], STRING, (value, pattern, group) => {
    const expression = compiledPattern(asText(pattern));
    const match = expression.exec(asText(value));
    return match === null ? "" : groupOf("regexp_extract", match, asNumber(group));
  }),
  udf("spkjs_regexp_extract_all", [STRING, STRING, INT], array(STRING), (value, pattern, group) => {
    const expression = compiledPattern(asText(pattern));
    return allMatches(expression, asText(value)).map((match) => groupOf("regexp_extract_all", match, asNumber(group)));
  }),
  udf("spkjs_regexp_replace", [STRING, STRING, STRING, INT], STRING, (value, pattern, replacement, position) => {
    const text = asText(value);
    const from = asNumber(position) - 1;
    if (from > 0 && from >= text.length) return text;
    return replaced(compiledPattern(asText(pattern)), text, asText(replacement), from);
  }),
  udf(
    "spkjs_regexp_count",
    [STRING, STRING],
    INT,
    (value, pattern) => allMatches(compiledPattern(asText(pattern)), asText(value)).length,
  ),
  udf("spkjs_regexp_instr", [STRING, STRING], INT, (value, pattern) => {
    const match = compiledPattern(asText(pattern)).exec(asText(value));
    return match === null ? 0 : match.index + 1;
  }),
  udf(
    "spkjs_regexp_substr",
    [STRING, STRING],
    STRING,
    (value, pattern) => compiledPattern(asText(pattern)).exec(asText(value))?.[0] || null,
  ),
  udf("spkjs_split", [STRING, STRING, INT], array(STRING, false), (value, pattern, limit) =>
    split(asText(value), asText(pattern), asNumber(limit)),
  ),
];

const cache = new Map<string, RegExp>();

/** Throws `INVALID_PARAMETER_VALUE.PATTERN`, `UNSUPPORTED_FEATURE.REGULAR_EXPRESSION`. */
export function compiledPattern(pattern: string): RegExp {
  const known = cache.get(pattern);
  if (known !== undefined) return known;
  if (isInvalidInJava(pattern)) throw invalid(pattern);
  const script = javaScriptSource(pattern);
  if (script === undefined) throw unsupported(pattern);
  let expression: RegExp;
  try {
    expression = new RegExp(script.source, script.flags);
  } catch (error) {
    throw unsupported(pattern, error);
  }
  if (cache.size > 500) cache.clear();
  cache.set(pattern, expression);
  return expression;
}

function invalid(pattern: string): BoathouseError {
  return new BoathouseError("INVALID_PARAMETER_VALUE.PATTERN", `The regular expression '${pattern}' is invalid.`);
}

function unsupported(pattern: string, cause?: unknown): BoathouseError {
  return new BoathouseError(
    "UNSUPPORTED_FEATURE.REGULAR_EXPRESSION",
    `The regular expression '${pattern}' uses a feature of Java that is not supported.`,
    { cause },
  );
}

function allMatches(expression: RegExp, text: string): RegExpExecArray[] {
  return [...text.matchAll(new RegExp(expression.source, `${expression.flags}g`))];
}

/** Without a match nobody asks whether there is such a group. */
function groupOf(name: string, match: RegExpExecArray, group: number): string {
  const most = match.length - 1;
  if (group >= 0 && group <= most) return match[group] ?? "";
  throw new BoathouseError(
    "INVALID_PARAMETER_VALUE.REGEX_GROUP_INDEX",
    `The value of parameter \`idx\` in \`${name}\` is invalid: expects group index between 0 and ${most}, but got ${group}.`,
    { sqlState: "22023" },
  );
}

function replaced(expression: RegExp, text: string, replacement: string, from: number): string {
  let out = text.slice(0, from);
  let last = from;
  const global = new RegExp(expression.source, `${expression.flags}g`);
  global.lastIndex = from;
  for (let match = global.exec(text); match !== null; match = global.exec(text)) {
    out += text.slice(last, match.index) + expanded(replacement, match);
    last = match.index + match[0].length;
    if (match[0] === "") global.lastIndex += (text.codePointAt(match.index) ?? 0) > 0xffff ? 2 : 1;
    if (global.lastIndex > text.length) break;
  }
  return out + text.slice(last);
}

/** Java's `Matcher.appendReplacement`: `$n` takes as many digits as make a group that exists. */
function expanded(replacement: string, match: RegExpExecArray): string {
  let out = "";
  for (let at = 0; at < replacement.length; at += 1) {
    const char = replacement.charAt(at);
    if (char === "\\") {
      at += 1;
      if (at >= replacement.length) throw badReplacement(replacement);
      out += replacement.charAt(at);
    } else if (char === "$") {
      const name = /^\$\{([A-Za-z][A-Za-z0-9]*)\}/.exec(replacement.slice(at));
      if (name?.[1] !== undefined) {
        if (match.groups === undefined || !(name[1] in match.groups)) throw badReplacement(replacement);
        out += match.groups[name[1]] ?? "";
        at += name[0].length - 1;
        continue;
      }
      let digits = /^\d/.exec(replacement.slice(at + 1))?.[0];
      if (digits === undefined || Number(digits) >= match.length) throw badReplacement(replacement);
      for (;;) {
        const next = replacement.charAt(at + 1 + digits.length);
        if (!/\d/.test(next) || Number(digits + next) >= match.length) break;
        digits += next;
      }
      out += match[Number(digits)] ?? "";
      at += digits.length;
    } else out += char;
  }
  return out;
}

function badReplacement(replacement: string): BoathouseError {
  return new BoathouseError(
    "INVALID_PARAMETER_VALUE.PATTERN",
    `The replacement '${replacement}' names a group that is not there.`,
  );
}

/** Java's `String.split` with a limit; an empty pattern splits into characters. */
function split(text: string, pattern: string, limit: number): string[] {
  if (pattern === "" && text !== "") {
    const characters = Array.from(text);
    return limit > 0 && limit < characters.length
      ? [...characters.slice(0, limit - 1), characters.slice(limit - 1).join("")]
      : characters;
  }
  const parts: string[] = [];
  let last = 0;
  for (const match of allMatches(compiledPattern(pattern), text)) {
    if (limit > 0 && parts.length >= limit - 1) break;
    if (match[0] === "" && (match.index === 0 || match.index >= text.length)) continue;
    if (match.index === 0 && match[0] === "") continue;
    parts.push(text.slice(last, match.index));
    last = match.index + match[0].length;
  }
  parts.push(text.slice(last));
  return parts;
}
