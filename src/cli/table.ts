/** How wide a cell is shown at the most before it is cut with `…`. */
const WIDEST = 60;

/**
 * Rows of text as a table with a rule under its head; numbers (`align: "right"`) stand at the right. Widths count what
 * a terminal shows, so that wide characters line up.
 */
export function renderTable(
  head: readonly string[],
  rows: readonly (readonly string[])[],
  align: readonly ("left" | "right")[] = [],
): string {
  const cells = rows.map((row) => head.map((_, index) => cut(oneLine(row[index] ?? ""))));
  const titles = head.map((each) => cut(oneLine(each)));
  const widths = titles.map((title, index) =>
    Math.max(displayWidth(title), ...cells.map((row) => displayWidth(row[index] ?? ""))),
  );
  const line = (row: readonly string[]): string =>
    row
      .map((cell, index) => pad(cell, widths[index] ?? 0, align[index] ?? "left"))
      .join("  ")
      .trimEnd();
  return [line(titles), widths.map((width) => "─".repeat(width)).join("  "), ...cells.map(line)].join("\n");
}

/** Columns of a terminal that a text takes: two for East Asian wide characters and emoji, none for combining marks. */
export function displayWidth(text: string): number {
  let width = 0;
  for (const character of text) {
    if (/\p{M}|\p{Cf}/u.test(character)) continue;
    width += WIDE.test(character) ? 2 : 1;
  }
  return width;
}

const WIDE =
  /[\u1100-\u115F\u2E80-\u303E\u3041-\u33FF\u3400-\u4DBF\u4E00-\u9FFF\uA000-\uA4CF\uAC00-\uD7A3\uF900-\uFAFF\uFE30-\uFE4F\uFF00-\uFF60\uFFE0-\uFFE6]|\p{Emoji_Presentation}/u;

function pad(text: string, width: number, align: "left" | "right"): string {
  const fill = " ".repeat(Math.max(0, width - displayWidth(text)));
  return align === "left" ? text + fill : fill + text;
}

function cut(text: string): string {
  if (displayWidth(text) <= WIDEST) return text;
  let kept = "";
  for (const character of text) {
    if (displayWidth(kept + character) >= WIDEST) break;
    kept += character;
  }
  return `${kept}…`;
}

function oneLine(text: string): string {
  return text.replace(/\r\n|[\n\r]/g, "↵").replace(/\t/g, " ");
}
