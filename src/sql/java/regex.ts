/**
 * Java's regular expressions on the two engines there are. RE2 (DuckDB) and JavaScript (`u` flag) both differ from Java;
 * a pattern goes to RE2 when it means the same there, else to JavaScript, else it is refused.
 */

const RE2_LINE_END = String.raw`\n\r\x{85}\x{2028}\x{2029}`;
const RE2_SPACE = String.raw`\t\n\x0B\f\r `;

/**
 * A Java pattern as RE2 (DuckDB) reads it with the same meaning, or undefined when RE2 cannot say it. `consuming`: the
 * matched text matters, not only whether there is a match.
 */
export function re2Source(pattern: string, consuming: boolean): string | undefined {
  let out = "";
  let dotAll = false;
  for (let at = 0; at < pattern.length; at += 1) {
    const char = pattern.charAt(at);
    const next = pattern.charAt(at + 1);
    if (char.charCodeAt(0) > 127) return undefined;
    if (char === "\\") {
      if (next === "s") out += `[${RE2_SPACE}]`;
      else if (next === "S") out += `[^${RE2_SPACE}]`;
      else if (/[dDwWbB.*+?()[\]{}|^$\\/\-"'@:;,=!<>#%&~`_ tnrfA]/.test(next)) out += plainEscape(next);
      else return undefined;
      at += 1;
    } else if (char === "(" && next === "?") {
      const flags = /^\(\?([is]+)\)/.exec(pattern.slice(at));
      if (flags?.[1] !== undefined && at === 0) {
        dotAll = flags[1].includes("s");
        out += flags[0];
        at += flags[0].length - 1;
      } else if (pattern.startsWith("(?:", at)) {
        out += "(?:";
        at += 2;
      } else return undefined;
    } else if (/[*+?}]/.test(char) && next === "+") return undefined;
    else if (char === "[") {
      const end = simpleClassEnd(pattern, at);
      if (end === undefined) return undefined;
      out += pattern.slice(at, end + 1).replaceAll(/\\s/g, RE2_SPACE);
      at = end;
    } else if (char === ".") out += dotAll ? "." : `[^${RE2_LINE_END}]`;
    else if (char === "$") {
      if (consuming || at !== pattern.length - 1) return undefined;
      out += String.raw`(?:\r\n|[${RE2_LINE_END}])?\z`;
    } else if (char === "{" && !/^\{\d+(?:,\d*)?\}/.test(pattern.slice(at))) return undefined;
    else out += char;
  }
  return repeatsFit(pattern) ? out : undefined;
}

function plainEscape(char: string): string {
  return /[/"'@:;,=!<>#%&~`_ ]/.test(char) ? char : `\\${char}`;
}

/** Whether a pattern may match nothing at all, where the engines go on differently. */
export function mayMatchEmpty(pattern: string): boolean {
  const script = javaScriptSource(pattern.replaceAll(/\\[bB]/g, "(?:)"));
  return script === undefined || new RegExp(`^(?:${script.source})$`, script.flags).test("");
}

/** The text that a pattern without any special character stands for (`\\.` is a dot), or undefined. */
export function literalText(pattern: string): string | undefined {
  let out = "";
  for (let at = 0; at < pattern.length; at += 1) {
    const char = pattern.charAt(at);
    if (char === "\\") {
      at += 1;
      const next = pattern.charAt(at);
      if (next === "" || /[A-Za-z0-9]/.test(next)) return undefined;
      out += next;
    } else if (/[.*+?()[{|^$]/.test(char)) return undefined;
    else out += char;
  }
  return out;
}

/** The end of a character class without Java's unions, intersections or escapes that RE2 reads otherwise. */
function simpleClassEnd(pattern: string, start: number): number | undefined {
  let at = start + 1;
  if (pattern.charAt(at) === "^") at += 1;
  if (pattern.charAt(at) === "]") return undefined;
  for (; at < pattern.length; at += 1) {
    const char = pattern.charAt(at);
    if (char.charCodeAt(0) > 127) return undefined;
    if (char === "]") return at;
    if (char === "[" || (char === "&" && pattern.charAt(at + 1) === "&")) return undefined;
    if (char === "\\") {
      if (!/[sdDwW.*+?()[\]{}|^$\\\-tnrf]/.test(pattern.charAt(at + 1))) return undefined;
      at += 1;
    }
  }
  return undefined;
}

/** RE2 repeats at most 1000 times. */
function repeatsFit(pattern: string): boolean {
  for (const [, low = "0", high = "0"] of pattern.matchAll(/\{(\d+)(?:,(\d*))?\}/g)) {
    if (Number(low) > 1000 || Number(high) > 1000) return false;
  }
  return true;
}

const POSIX: Readonly<Record<string, string>> = {
  Alnum: "a-zA-Z0-9",
  Alpha: "a-zA-Z",
  ASCII: String.raw`\x00-\x7F`,
  Blank: String.raw` \t`,
  Cntrl: String.raw`\x00-\x1F\x7F`,
  Digit: "0-9",
  Graph: String.raw`\x21-\x7E`,
  Lower: "a-z",
  Print: String.raw`\x20-\x7E`,
  Punct: String.raw`\x21-\x2F\x3A-\x40\x5B-\x60\x7B-\x7E`,
  Space: String.raw`\x20\t\n\x0B\f\r`,
  Upper: "A-Z",
  XDigit: "0-9a-fA-F",
};

const SPACE = String.raw`\t\n\x0B\f\r\x20`;
const LINE_END = String.raw`\n\r\u0085\u2028\u2029`;

/**
 * A Java pattern as JavaScript source and flags, or undefined when JavaScript cannot say it (possessive quantifiers,
 * class intersections, `\G`, free-spacing).
 */
export function javaScriptSource(pattern: string): { source: string; flags: string } | undefined {
  let flags = "u";
  let rest = pattern;
  const inline = /^\(\?([a-zA-Z]+)\)/.exec(rest);
  if (inline?.[1] !== undefined) {
    if (/[^ismuU]/.test(inline[1])) return undefined;
    if (inline[1].includes("i")) flags += "i";
    if (inline[1].includes("s")) flags += "s";
    if (inline[1].includes("m")) flags += "m";
    rest = rest.slice(inline[0].length);
  }
  let out = "";
  for (let at = 0; at < rest.length;) {
    const piece = pieceAt(rest, at, flags);
    if (piece === undefined) return undefined;
    out += piece.source;
    at += piece.length;
  }
  return { source: out, flags };
}

/**
 * A Java pattern that is to match the whole of a text, or undefined. Possessive quantifiers are lookaheads whose match is
 * then taken, so that groups have other numbers than in Java.
 */
export function wholeMatch(pattern: string, ignoreCase: boolean): RegExp | undefined {
  const possessive = /(?<!\\)([*+?]|\{\d+(?:,\d*)?\})\+/.exec(pattern);
  if (possessive !== null && /\\[1-9Q]|\[/.test(pattern)) return undefined;
  let rest = pattern;
  let names = 0;
  for (let found = possessive; found !== null; found = /(?<!\\)([*+?]|\{\d+(?:,\d*)?\})\+/.exec(rest)) {
    const start = atomStart(rest, found.index);
    const atom = rest.slice(start, found.index) + (found[1] ?? "");
    names += 1;
    const taken = `(?=(?<possessive${names}>${atom}))\\k<possessive${names}>`;
    rest = rest.slice(0, start) + taken + rest.slice(found.index + found[0].length);
  }
  const script = javaScriptSource(rest);
  if (script === undefined) return undefined;
  const flags = script.flags.replace("i", "") + (ignoreCase || script.flags.includes("i") ? "i" : "");
  return new RegExp(`^(?:${script.source})$`, flags);
}

/** Where the group, escape or character begins that ends before `end`. */
function atomStart(text: string, end: number): number {
  if (text.charAt(end - 1) !== ")") return text.charAt(end - 2) === "\\" ? end - 2 : end - 1;
  let depth = 0;
  for (let at = end - 1; at >= 0; at -= 1) {
    if (text.charAt(at - 1) === "\\") continue;
    if (text.charAt(at) === ")") depth += 1;
    if (text.charAt(at) === "(") depth -= 1;
    if (depth === 0) return at;
  }
  return 0;
}

interface Piece {
  readonly source: string;
  readonly length: number;
}

function pieceAt(text: string, at: number, flags: string): Piece | undefined {
  const char = text.charAt(at);
  if (char === "\\") return escapeAt(text, at, false);
  if (char === "[") return classAt(text, at);
  if (char === "(" && text.charAt(at + 1) === "?") {
    const group = /^\(\?(?::|=|!|<=|<!|<[A-Za-z][A-Za-z0-9]*>)/.exec(text.slice(at));
    return group === null ? undefined : { source: group[0], length: group[0].length };
  }
  if (/[*+?}]/.test(char) && text.charAt(at + 1) === "+") return undefined;
  if (char === "." && !flags.includes("s")) return { source: `[^${LINE_END}]`, length: 1 };
  if (char === "$" && !flags.includes("m")) return { source: String.raw`(?=(?:\r\n|[${LINE_END}])?$)`, length: 1 };
  if (char === "{") {
    const repeat = /^\{\d+(?:,\d*)?\}/.exec(text.slice(at));
    return repeat === null || text.charAt(at + repeat[0].length) === "+"
      ? undefined
      : { source: repeat[0], length: repeat[0].length };
  }
  if (char === "}" || char === "]") return { source: `\\${char}`, length: 1 };
  return { source: char, length: 1 };
}

function escapeAt(text: string, at: number, inClass: boolean): Piece | undefined {
  const next = text.charAt(at + 1);
  if (next === "Q") {
    const end = text.indexOf(String.raw`\E`, at);
    const quoted = end < 0 ? text.slice(at + 2) : text.slice(at + 2, end);
    const source = quoted.replaceAll(/[\\^$.*+?()[\]{}|/-]/g, (each) => (each === "-" && !inClass ? "-" : `\\${each}`));
    return { source, length: (end < 0 ? text.length : end + 2) - at };
  }
  const wrap = (members: string, negated: boolean): string => {
    if (!inClass) return `[${negated ? "^" : ""}${members}]`;
    return members;
  };
  if (next === "s") return { source: wrap(SPACE, false), length: 2 };
  if (next === "S") return inClass ? undefined : { source: wrap(SPACE, true), length: 2 };
  if (next === "h")
    return { source: wrap(String.raw` \t\xA0\u1680\u180e\u2000-\u200a\u202f\u205f\u3000`, false), length: 2 };
  if (next === "A" && !inClass) return { source: "(?<![^])", length: 2 };
  if (next === "z" && !inClass) return { source: "(?![^])", length: 2 };
  if (next === "Z" && !inClass) return { source: String.raw`(?=(?:\r\n|[${LINE_END}])?(?![^]))`, length: 2 };
  if (next === "R" && !inClass) return { source: String.raw`(?:\r\n|[\n\x0B\f\r\u0085\u2028\u2029])`, length: 2 };
  if (next === "a") return { source: String.raw`\x07`, length: 2 };
  if (next === "e") return { source: String.raw`\x1B`, length: 2 };
  if (next === "p" || next === "P") return propertyAt(text, at, inClass);
  if (next === "k" && !inClass) {
    const name = /^\\k<[A-Za-z][A-Za-z0-9]*>/.exec(text.slice(at));
    return name === null ? undefined : { source: name[0], length: name[0].length };
  }
  if (next === "u" || next === "x") {
    const code = /^\\(?:u([0-9A-Fa-f]{4})|x([0-9A-Fa-f]{2})|x\{([0-9A-Fa-f]+)\})/.exec(text.slice(at));
    if (code === null) return undefined;
    return { source: `\\u{${code[1] ?? code[2] ?? code[3] ?? ""}}`, length: code[0].length };
  }
  if (/[dDwWbBtnrf]/.test(next)) {
    if (inClass && (next === "b" || next === "B")) return undefined;
    return { source: `\\${next}`, length: 2 };
  }
  if (/[1-9]/.test(next)) return inClass ? undefined : { source: `\\${next}`, length: 2 };
  if (next === "" || /[A-Za-z0-9]/.test(next)) return undefined;
  const special = /[\^$\\.*+?()[\]{}|/]/.test(next) || (inClass && next === "-");
  return { source: special ? `\\${next}` : next, length: 2 };
}

function propertyAt(text: string, at: number, inClass: boolean): Piece | undefined {
  const property = /^\\([pP])(?:\{([A-Za-z_=]+)\}|([A-Z]))/.exec(text.slice(at));
  if (property === null) return undefined;
  const [whole, letter, braced, single] = property;
  const name = (braced ?? single ?? "").replace(/^Is(?=[A-Z])/, "");
  const posix = POSIX[name];
  if (posix !== undefined && !(braced ?? "").startsWith("Is")) {
    if (letter === "P" && inClass) return undefined;
    return { source: inClass ? posix : `[${letter === "P" ? "^" : ""}${posix}]`, length: whole.length };
  }
  const source = `\\${letter ?? "p"}{${name}}`;
  try {
    new RegExp(source, "u");
    return { source, length: whole.length };
  } catch {
    return undefined;
  }
}

function classAt(text: string, start: number): Piece | undefined {
  let at = start + 1;
  let out = "[";
  if (text.charAt(at) === "^") {
    out += "^";
    at += 1;
  }
  if (text.charAt(at) === "]") {
    out += String.raw`\]`;
    at += 1;
  }
  while (at < text.length) {
    const char = text.charAt(at);
    if (char === "]") return { source: `${out}]`, length: at + 1 - start };
    if (char === "[" || (char === "&" && text.charAt(at + 1) === "&")) return undefined;
    const piece =
      char === "\\" ? escapeAt(text, at, true) : { source: /[(){}/|]/.test(char) ? `\\${char}` : char, length: 1 };
    if (piece === undefined) return undefined;
    out += piece.source;
    at += piece.length;
  }
  return undefined;
}

/** Java's replacement text (`$1`, `${name}`, `\$`) as RE2's (`\1`), or undefined when RE2 cannot say it. */
export function re2Replacement(replacement: string, groups: number): string | undefined {
  let out = "";
  for (let at = 0; at < replacement.length; at += 1) {
    const char = replacement.charAt(at);
    if (char === "\\") {
      at += 1;
      const next = replacement.charAt(at);
      out += next === "\\" ? String.raw`\\` : next;
    } else if (char === "$") {
      const next = replacement.charAt(at + 1);
      if (!/\d/.test(next) || Number(next) > groups) return undefined;
      const two = Number(replacement.slice(at + 1, at + 3));
      if (/\d/.test(replacement.charAt(at + 2)) && two <= groups) return undefined;
      out += `\\${next}`;
      at += 1;
    } else out += char;
  }
  return out;
}

/** How many capturing groups a pattern has. */
export function groupCount(pattern: string): number {
  let count = 0;
  let inClass = false;
  for (let at = 0; at < pattern.length; at += 1) {
    const char = pattern.charAt(at);
    if (char === "\\") at += 1;
    else if (inClass) inClass = char !== "]";
    else if (char === "[") inClass = true;
    else if (char === "(" && (pattern.charAt(at + 1) !== "?" || /^\(\?<[A-Za-z]/.test(pattern.slice(at)))) count += 1;
  }
  return count;
}
