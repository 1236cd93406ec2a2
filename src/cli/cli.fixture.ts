import { PassThrough } from "node:stream";
import { text } from "node:stream/consumers";
import { runCli } from "./cli.ts";
import type { Terminal } from "./terminal.ts";

export interface CliResult {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

/** Runs a command line in this process, as without a terminal. */
export async function cli(
  argv: readonly string[],
  options: { readonly cwd: string; readonly signal?: AbortSignal },
): Promise<CliResult> {
  const out = new PassThrough();
  const err = new PassThrough();
  const terminal: Terminal = { out, err, interactive: false, style: (_, plain) => plain };
  const written = Promise.all([text(out), text(err)]);
  const signal = options.signal ?? new AbortController().signal;
  const code = await runCli(argv, { terminal, cwd: options.cwd, env: {}, signal });
  out.end();
  err.end();
  const [outText, errText] = await written;
  return { code, out: outText, err: errText };
}

/** The objects of ndjson output. */
export function lines(result: CliResult): unknown[] {
  return result.out
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => JSON.parse(line) as unknown);
}
