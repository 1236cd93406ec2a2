import { styleText } from "node:util";

/** Where a command's words go: results to `out`, everything said about them to `err`. */
export interface Terminal {
  readonly out: Output;
  readonly err: Output;
  /** Whether a person looks at stderr: then progress is redrawn in place. */
  readonly interactive: boolean;
  readonly style: (format: Parameters<typeof styleText>[0], text: string) => string;
}

/** A stream that may be a terminal. */
export type Output = NodeJS.WritableStream & { readonly isTTY?: boolean; readonly columns?: number };

/** The process's own terminal. Colours follow `NO_COLOR`, `FORCE_COLOR` and whether stderr is a terminal. */
export function processTerminal(env: NodeJS.ProcessEnv = process.env): Terminal {
  const isTerminal = process.stderr.isTTY;
  const forced = env["FORCE_COLOR"] !== undefined && env["FORCE_COLOR"] !== "0";
  const colour = forced || (isTerminal && env["NO_COLOR"] === undefined && env["TERM"] !== "dumb");
  return {
    out: process.stdout,
    err: process.stderr,
    interactive: isTerminal && env["CI"] === undefined && env["TERM"] !== "dumb",
    style: (format, text) => (colour ? styleText(format, text, { validateStream: false }) : text),
  };
}

/** Writes and waits until it may go on, so that a slow reader of a large result costs no memory. */
export async function write(stream: Output, text: string): Promise<void> {
  if (stream.write(text)) return;
  await new Promise<void>((resolve, reject) => {
    const done = (): void => {
      stream.off("drain", done);
      stream.off("error", failed);
      resolve();
    };
    const failed = (error: Error): void => {
      stream.off("drain", done);
      reject(error);
    };
    stream.once("drain", done);
    stream.once("error", failed);
  });
}
