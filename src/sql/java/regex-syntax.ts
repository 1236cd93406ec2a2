/**
 * Does Java refuse the pattern (`java.util.regex.Pattern`, a PatternSyntaxException)? Finds what people get wrong: groups
 * and classes that are not closed, quantifiers with nothing to repeat, unknown flags, a backslash at the end.
 */
export function isInvalidInJava(pattern: string): boolean {
  const open: boolean[] = [];
  let repeatable = false;
  for (let at = 0; at < pattern.length;) {
    const char = pattern.charAt(at);
    if (char === "\\") {
      if (at + 1 >= pattern.length) return true;
      if (pattern.charAt(at + 1) === "Q") {
        const end = pattern.indexOf("\\E", at + 2);
        at = end < 0 ? pattern.length : end + 2;
      } else at += 2;
      repeatable = true;
    } else if (char === "[") {
      const end = classEnd(pattern, at);
      if (end === undefined) return true;
      at = end;
      repeatable = true;
    } else if (char === "(") {
      const special = /^\(\?(?:<[a-zA-Z][a-zA-Z0-9]*>|<?[=!]|[:>]|[idmsuxU]*(?:-[idmsuxU]*)?[:)])/.exec(
        pattern.slice(at),
      );
      if (pattern.charAt(at + 1) === "?" && special === null) return true;
      const flagsOnly = special !== null && special[0].endsWith(")");
      if (!flagsOnly) open.push(true);
      at += special?.[0].length ?? 1;
      repeatable = false;
    } else if (char === ")") {
      if (open.pop() === undefined) return true;
      at += 1;
      repeatable = true;
    } else if (char === "*" || char === "+" || char === "?") {
      if (!repeatable) return true;
      at += 1;
      // `*?` and `*+` are one quantifier.
      if (/[?+]/.test(pattern.charAt(at))) at += 1;
      repeatable = false;
    } else if (char === "{") {
      const counted = /^\{\d+(?:,\d*)?\}[?+]?/.exec(pattern.slice(at));
      if (counted === null || !repeatable) return true;
      at += counted[0].length;
      repeatable = false;
    } else {
      repeatable = char !== "|";
      at += 1;
    }
  }
  return open.length > 0;
}

/** Where the class that opens at `from` ends; classes nest in Java. */
function classEnd(pattern: string, from: number): number | undefined {
  let at = from + 1;
  if (pattern.charAt(at) === "^") at += 1;
  // The first bracket of a class is one of its characters.
  for (let first = true; at < pattern.length; first = false) {
    const char = pattern.charAt(at);
    if (char === "\\") at += 2;
    else if (char === "[") {
      const end = classEnd(pattern, at);
      if (end === undefined) return undefined;
      at = end;
    } else if (char === "]" && !first) return at + 1;
    else at += 1;
  }
  return undefined;
}
