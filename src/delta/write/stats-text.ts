/**
 * A file's `stats` for the same file under a deletion vector: the count of its rows, deleted ones included, and bounds
 * that need not be tight any more (PROTOCOL.md, "Per-file Statistics"). The other members keep their text, so that
 * 64-bit integers and decimals stay exact.
 */
export function wideStats(stats: string | undefined, numRecords: number): string {
  const kept = members(stats ?? "{}").filter(({ name }) => name !== "numRecords" && name !== "tightBounds");
  return `{${[`"numRecords":${numRecords}`, ...kept.map(({ text }) => text), '"tightBounds":false'].join(",")}}`;
}

interface Member {
  readonly name: string;
  /** With its name. */
  readonly text: string;
}

/** The members of a JSON object, as they are written. None for what is no object. */
function members(text: string): Member[] {
  const found: Member[] = [];
  let depth = 0;
  let start = -1;
  const end = (at: number): void => {
    const member = start < 0 ? "" : text.slice(start, at).trim();
    const name = /^"((?:[^"\\]|\\.)*)"\s*:/.exec(member)?.[1];
    if (name !== undefined) found.push({ name, text: member });
  };
  for (let at = 0; at < text.length; at += 1) {
    const character = text.charAt(at);
    if (character === '"') {
      at += 1;
      while (at < text.length && text.charAt(at) !== '"') at += text.charAt(at) === "\\" ? 2 : 1;
    } else if (character === "{" || character === "[") {
      depth += 1;
      if (depth === 1) start = at + 1;
    } else if (character === "}" || character === "]") {
      depth -= 1;
      if (depth === 0) end(at);
    } else if (character === "," && depth === 1) {
      end(at);
      start = at + 1;
    }
  }
  return found;
}
