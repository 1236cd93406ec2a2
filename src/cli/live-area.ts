import { displayWidth } from "./table.ts";
import type { Terminal } from "./terminal.ts";

/** How often the window is redrawn, in milliseconds. */
const FRAME = 100;
/** The most lines that the window takes. */
const TALLEST = 10;

/** Lines at the bottom of a terminal that are redrawn in place, while others scroll away above them. */
export class LiveArea {
  readonly #terminal: Terminal;
  readonly #lines: () => readonly string[];
  readonly #timer: NodeJS.Timeout;
  #drawn = 0;

  constructor(terminal: Terminal, lines: () => readonly string[]) {
    this.#terminal = terminal;
    this.#lines = lines;
    this.#timer = setInterval(() => this.#draw(""), FRAME);
    this.#timer.unref();
  }

  /** Puts a line above the window, for good. */
  print(text: string): void {
    this.#draw(`${text}\n`);
  }

  /** Removes the window. */
  stop(): void {
    clearInterval(this.#timer);
    if (this.#drawn > 0) this.#terminal.err.write(this.#erase());
    this.#drawn = 0;
  }

  #draw(above: string): void {
    const all = this.#lines();
    const shown = all.slice(0, TALLEST);
    if (all.length > shown.length) shown.push(`  … and ${all.length - shown.length} more`);
    // A terminal that does not know its width says 0.
    const { columns = 0 } = this.#terminal.err;
    const width = (columns > 0 ? columns : 80) - 1;
    const body = shown.map((line) => `${cut(line, width)}\n`).join("");
    this.#terminal.err.write(`${this.#erase()}${above}${body}`);
    this.#drawn = shown.length;
  }

  #erase(): string {
    return this.#drawn === 0 ? "" : `\u001b[${this.#drawn}A\u001b[0J`;
  }
}

/** What would wrap would not be erased again. Codes of colours take no room. */
function cut(line: string, width: number): string {
  // oxlint-disable-next-line no-control-regex
  const plain = line.replace(/\u001b\[[0-9;]*m/g, "");
  return displayWidth(plain) <= width ? line : `${plain.slice(0, Math.max(0, width - 1))}…`;
}
