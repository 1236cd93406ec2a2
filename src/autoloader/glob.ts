/** The part of a path before its first glob character, up to a slash: where a listing can begin. */
export function literalPrefix(pattern: string): string {
  const first = pattern.search(/[*?[{]/);
  return first < 0 ? pattern : pattern.slice(0, pattern.lastIndexOf("/", first) + 1);
}

export function isGlob(path: string): boolean {
  return /[*?[{]/.test(path);
}

/** A glob as Hadoop reads it: `*` and `?` stay within a folder, `[a-c]`, `[^a]`, `{x,y}`, `\` escapes. */
export function globSource(pattern: string): string {
  let source = "";
  let depth = 0;
  for (let index = 0; index < pattern.length; index += 1) {
    const char = pattern.charAt(index);
    if (char === "\\" && index + 1 < pattern.length) source += escapeChar(pattern.charAt((index += 1)));
    else if (char === "*") source += "[^/]*";
    else if (char === "?") source += "[^/]";
    else if (char === "{") {
      depth += 1;
      source += "(?:";
    } else if (char === "}" && depth > 0) {
      depth -= 1;
      source += ")";
    } else if (char === "," && depth > 0) source += "|";
    else if (char === "[") {
      const end = pattern.indexOf("]", index + 2);
      if (end < 0) {
        source += "\\[";
        continue;
      }
      const members = pattern
        .slice(index + 1, end)
        .replace(/[\\[]/g, "\\$&")
        .replace(/^!/, "^");
      source += `[${members}]`;
      index = end;
    } else source += escapeChar(char);
  }
  return depth === 0 ? source : source + ")".repeat(depth);
}

export function globPattern(pattern: string): RegExp {
  return new RegExp(`^${globSource(pattern)}$`, "u");
}

function escapeChar(char: string): string {
  return char.replace(/[.*+?^${}()|[\]\\/]/g, "\\$&");
}
