import type { ShownEvent } from "../project/run-event.ts";
import { LiveArea } from "./live-area.ts";
import { lineOf, RunTree } from "./run-tree.ts";
import type { Terminal } from "./terminal.ts";

export interface Progress {
  event(event: ShownEvent): void;
  /** Something said before or between the events. */
  note(text: string): void;
  /** Shows the last state and gives the terminal back. */
  end(): void;
}

/**
 * Shows runs as they go: with `json` every event as a line on stdout, on a terminal what has ended above a window of what
 * is running, redrawn in place, and otherwise a line for each end.
 */
export function followRuns(terminal: Terminal, options: { readonly json: boolean; readonly quiet: boolean }): Progress {
  if (options.json) {
    return {
      event: (event) => void terminal.out.write(`${JSON.stringify(event)}\n`),
      note: () => undefined,
      end: () => undefined,
    };
  }
  if (options.quiet) return { event: () => undefined, note: () => undefined, end: () => undefined };
  const tree = new RunTree();
  const area = terminal.interactive
    ? new LiveArea(terminal, () => tree.running(Date.now(), terminal.style))
    : undefined;
  const say = (text: string): void => {
    if (area === undefined) terminal.err.write(`${text}\n`);
    else area.print(text);
  };
  return {
    event(event) {
      const change = tree.apply(event);
      if (change !== undefined) say(lineOf(change, terminal.style));
    },
    note: (text) => say(terminal.style("dim", text)),
    end: () => area?.stop(),
  };
}
