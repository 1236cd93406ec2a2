/** A page as it is committed: one blank line between blocks, one line break at the end. */
export function page(...blocks: readonly string[]): string {
  return `${blocks.filter((each) => each !== "").join("\n\n")}\n`;
}

/** A table, or nothing when it has no rows. Cells are Markdown already. */
export function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  if (rows.length === 0) return "";
  const line = (cells: readonly string[]): string =>
    `| ${cells.map((cell) => cell.replaceAll("|", "\\|")).join(" | ")} |`;
  return [line(head), `|${"---|".repeat(head.length)}`, ...rows.map(line)].join("\n");
}

export function list(items: readonly string[]): string {
  return items.map((each) => `- ${each}`).join("\n");
}

export function code(text: string): string {
  return text.includes("`") ? `\`\` ${text} \`\`` : `\`${text}\``;
}

/** Names as code, with commas. */
export function codes(names: Iterable<string>): string {
  return [...names].map(code).join(", ");
}

/** A sentence of the code's own, which may hold code in back-ticks: `<` outside of them is no HTML. */
export function sentence(text: string): string {
  return text
    .replaceAll("\n", " ")
    .split(/(`[^`]*`)/)
    .map((part) =>
      part.startsWith("`") ? part : part.replaceAll("<", "\\<").replaceAll("*", "\\*").replaceAll("_", "\\_"),
    )
    .join("");
}

export function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

/** By the letters of their names, the same on every machine. */
export function sorted<T>(items: Iterable<T>, key: (item: T) => string): T[] {
  return [...items].toSorted((a, b) => (key(a) < key(b) ? -1 : key(a) > key(b) ? 1 : 0));
}

/** What stands under each key, the keys in the order of their first item. */
export function groups<T>(items: Iterable<T>, key: (item: T) => string): Map<string, T[]> {
  const found = new Map<string, T[]>();
  for (const item of items) {
    const group = found.get(key(item));
    if (group === undefined) found.set(key(item), [item]);
    else group.push(item);
  }
  return found;
}
