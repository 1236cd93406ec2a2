import { sqlError } from "./parser/error.ts";

export type TokenKind =
  | "word"
  | "quoted"
  | "string"
  | "dollar"
  | "integer"
  | "decimal"
  | "exponent"
  | "suffixed"
  | "operator"
  | "hint_end"
  | "end";

/** A lexical unit, with its offsets in the text. */
export interface Token {
  readonly kind: TokenKind;
  /**
   * `word`: in upper case, for comparison with keywords; `operator`: itself (`/*+` opens a hint); `quoted`: the name
   * without back-ticks; `string`: its value; numbers: as written.
   */
  readonly text: string;
  readonly start: number;
  readonly end: number;
  /** For `suffixed`: `L`, `S`, `Y`, `D`, `F`, `BD`. */
  readonly suffix: string;
}

export interface LexerOptions {
  /** `"a"` is an identifier, as with `spark.sql.ansi.doubleQuotedIdentifiers`. */
  readonly doubleQuotedIdentifiers?: boolean;
  readonly file?: string;
}

/**
 * The tokens of a text, the last one of kind `end`. Comments (nested ones too) and white space are left out. `>` always
 * stands alone, because `>>` closes nested types: the expression parser joins the shift operators again.
 * Source: Spark's SqlBaseLexer, default mode.
 */
export function tokenize(text: string, options: LexerOptions = {}): Token[] {
  const tokens: Token[] = [];
  const length = text.length;
  let inHint = false;
  let position = 0;

  const push = (kind: TokenKind, value: string, start: number, end: number, suffix = ""): void => {
    tokens.push({ kind, text: value, start, end, suffix });
    position = end;
  };
  const fail = (code: string, message: string, start: number, end: number): never => {
    throw sqlError(code, message, { text, span: { start, end }, file: options.file });
  };

  while (position < length) {
    const start = position;
    const code = text.charCodeAt(position);
    if (code === 32 || (code >= 9 && code <= 13) || code === 0xa0 || code === 0xfeff || code >= 0x2000) {
      if (code < 0x2000 || /\s/.test(text.charAt(position))) {
        position += 1;
        continue;
      }
    }
    const next = position + 1 < length ? text.charCodeAt(position + 1) : 0;
    if (code === 45 && next === 45) {
      position = endOfLine(text, position + 2);
      continue;
    }
    if (code === 47 && next === 42) {
      if (text.charCodeAt(position + 2) === 43) {
        inHint = true;
        push("operator", "/*+", start, position + 3);
        continue;
      }
      const end = endOfComment(text, position);
      if (end < 0) {
        fail(
          "UNCLOSED_BRACKETED_COMMENT",
          "Found an unclosed bracketed comment. Append */ at its end.",
          start,
          start + 2,
        );
      }
      position = end;
      continue;
    }
    if (inHint && code === 42 && next === 47) {
      inHint = false;
      push("hint_end", "*/", start, position + 2);
      continue;
    }
    if (code === 39 || (code === 34 && options.doubleQuotedIdentifiers !== true)) {
      const end = endOfString(text, position, code);
      if (end < 0) fail("PARSE_SYNTAX_ERROR", "The string that starts here is not closed.", start, start + 1);
      push("string", unescape(text.slice(start + 1, end - 1), text.charAt(start)), start, end);
      continue;
    }
    if (code === 96 || code === 34) {
      const mark = text.charAt(position);
      const end = endOfQuoted(text, position, mark);
      if (end < 0)
        fail("PARSE_SYNTAX_ERROR", "The quoted identifier that starts here is not closed.", start, start + 1);
      push("quoted", text.slice(start + 1, end - 1).replaceAll(mark + mark, mark), start, end);
      continue;
    }
    if ((code === 114 || code === 82) && (next === 39 || next === 34)) {
      const end = text.indexOf(text.charAt(position + 1), position + 2) + 1;
      if (end === 0) fail("PARSE_SYNTAX_ERROR", "The raw string that starts here is not closed.", start, start + 2);
      push("string", text.slice(start + 2, end - 1), start, end);
      continue;
    }
    if (isDigit(code) || (code === 46 && isDigit(next) && !followsName(tokens, start))) {
      const number = numberAt(text, position);
      if (number !== undefined) {
        push(number.kind, text.slice(start, number.end - number.suffix.length), start, number.end, number.suffix);
        continue;
      }
    }
    if (isWordPart(code) || code > 127) {
      const end = endOfWord(text, position);
      push("word", upper(text.slice(start, end)), start, end);
      continue;
    }
    if (code === 36) {
      const dollar = dollarQuoted(text, position);
      if (dollar !== undefined) {
        push("dollar", dollar.value, start, dollar.end);
        continue;
      }
    }
    const operator = operatorAt(text, position);
    if (operator === undefined) {
      fail("PARSE_SYNTAX_ERROR", `Syntax error at or near '${text.charAt(position)}'.`, start, start + 1);
    } else {
      push("operator", operator, start, start + operator.length);
    }
  }
  push("end", "", length, length);
  return tokens;
}

const words = new Map<string, string>();

/** Upper case, remembered: the same few words come again and again. */
function upper(word: string): string {
  let found = words.get(word);
  if (found === undefined) {
    found = word.toUpperCase();
    if (words.size > 10_000) words.clear();
    words.set(word, found);
  }
  return found;
}

function isDigit(code: number): boolean {
  return code >= 48 && code <= 57;
}

function isWordPart(code: number): boolean {
  return (code >= 97 && code <= 122) || (code >= 65 && code <= 90) || code === 95 || (code >= 48 && code <= 57);
}

function endOfWord(text: string, from: number): number {
  let end = from;
  for (; end < text.length; end += 1) {
    const code = text.charCodeAt(end);
    if (!isWordPart(code) && (code <= 127 || code === 0xa0 || (code >= 0x2000 && /\s/.test(text.charAt(end))))) break;
  }
  return end;
}

/** `.5` is a number, but in `t.1a` or `` `a`.1b `` the dot belongs to the name before it. */
function followsName(tokens: readonly Token[], start: number): boolean {
  const last = tokens[tokens.length - 1];
  return last !== undefined && last.end === start && (last.kind === "word" || last.kind === "quoted");
}

const NUMBER = /(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?/y;
const SUFFIX = /(?:BD|[LSYDF])/iy;

function numberAt(text: string, from: number): { kind: TokenKind; end: number; suffix: string } | undefined {
  NUMBER.lastIndex = from;
  const matched = NUMBER.exec(text)?.[0];
  if (matched === undefined) return undefined;
  const end = from + matched.length;
  SUFFIX.lastIndex = end;
  const suffix = SUFFIX.exec(text)?.[0] ?? "";
  const whole = !/[.eE]/.test(matched);
  if (suffix !== "" && !continues(text, end + suffix.length) && (whole || !/^[LSY]$/i.test(suffix))) {
    return { kind: "suffixed", end: end + suffix.length, suffix };
  }
  if (!continues(text, end))
    return { kind: whole ? "integer" : /[eE]/.test(matched) ? "exponent" : "decimal", end, suffix: "" };
  const point = matched.indexOf(".");
  // `1.x`: an integer, a dot, a word; `1a` is a word.
  if (point > 0) return continues(text, from + point) ? undefined : { kind: "integer", end: from + point, suffix: "" };
  return undefined;
}

/** Whether a letter, digit or underscore stands there, which makes a word of what looked like a number. */
function continues(text: string, at: number): boolean {
  return at < text.length && isWordPart(text.charCodeAt(at));
}

function endOfLine(text: string, from: number): number {
  let end = from;
  for (; end < text.length; end += 1) {
    const code = text.charCodeAt(end);
    // A line that ends in a backslash goes on, as in Spark.
    if ((code === 10 || code === 13) && text.charCodeAt(end - 1) !== 92) return end + 1;
  }
  return end;
}

function endOfComment(text: string, from: number): number {
  let depth = 0;
  for (let at = from; at < text.length - 1; at += 1) {
    const code = text.charCodeAt(at);
    if (code === 47 && text.charCodeAt(at + 1) === 42) {
      // `/*+` inside a comment is no comment that would nest, as in Spark.
      if (at === from || text.charCodeAt(at + 2) !== 43) depth += 1;
      at += 1;
    } else if (code === 42 && text.charCodeAt(at + 1) === 47) {
      depth -= 1;
      at += 1;
      if (depth === 0) return at + 1;
    }
  }
  return -1;
}

/** One past the closing quote, or -1. A backslash takes the next character with it; a doubled quote goes on. */
function endOfString(text: string, from: number, quote: number): number {
  for (let at = from + 1; at < text.length; at += 1) {
    const code = text.charCodeAt(at);
    if (code === 92) at += 1;
    else if (code === quote) {
      if (text.charCodeAt(at + 1) !== quote) return at + 1;
      at += 1;
    }
  }
  return -1;
}

function endOfQuoted(text: string, from: number, mark: string): number {
  let at = from + 1;
  for (;;) {
    const close = text.indexOf(mark, at);
    if (close < 0) return -1;
    if (text.charAt(close + 1) !== mark) return close + 1;
    at = close + 2;
  }
}

function dollarQuoted(text: string, from: number): { value: string; end: number } | undefined {
  const tag = /^\$[A-Za-z_]*\$/.exec(text.slice(from, from + 64))?.[0];
  if (tag === undefined) return undefined;
  const close = text.indexOf(tag, from + tag.length);
  return close < 0 ? undefined : { value: text.slice(from + tag.length, close), end: close + tag.length };
}

const ESCAPES: Readonly<Record<string, string>> = {
  "0": "\0",
  b: "\b",
  n: "\n",
  r: "\r",
  t: "\t",
  Z: "\u001a",
};

const ESCAPE = /\\(?:u([0-9a-fA-F]{4})|U([0-9a-fA-F]{8})|([0-1][0-7]{2})|([\s\S]))/g;

/** Spark's `unescapeSQLString`: `\%` and `\_` stay, because they mean something to LIKE. */
function unescape(body: string, quote: string): string {
  const single = body.includes(quote)
    ? body.replace(/\\[\s\S]|''|""/g, (each) => (each === quote + quote ? quote : each))
    : body;
  if (!single.includes("\\")) return single;
  return single.replace(ESCAPE, (_all, four?: string, eight?: string, octal?: string, other?: string) => {
    if (four !== undefined) return String.fromCharCode(parseInt(four, 16));
    if (eight !== undefined) {
      const point = parseInt(eight, 16);
      return point <= 0x10ffff ? String.fromCodePoint(point) : "\ufffd";
    }
    if (octal !== undefined) return String.fromCharCode(parseInt(octal, 8));
    if (other === "%" || other === "_") return `\\${other}`;
    return other === undefined ? "" : (ESCAPES[other] ?? other);
  });
}

const OPERATORS = [
  "<=>",
  "<<",
  "<=",
  "<>",
  "==",
  "!=",
  "!<",
  "!>",
  ">=",
  "||",
  "|>",
  "->",
  "=>",
  "::",
  "=",
  "<",
  ">",
  "!",
  "+",
  "-",
  "*",
  "/",
  "%",
  "~",
  "&",
  "|",
  "^",
  ":",
  ";",
  "(",
  ")",
  "[",
  "]",
  "{",
  "}",
  ",",
  ".",
  "?",
  "@",
  "$",
];

const BY_FIRST = new Map<string, string[]>();
for (const operator of OPERATORS) {
  const first = operator.charAt(0);
  BY_FIRST.set(first, [...(BY_FIRST.get(first) ?? []), operator]);
}

function operatorAt(text: string, at: number): string | undefined {
  return BY_FIRST.get(text.charAt(at))?.find((operator) => text.startsWith(operator, at));
}
