import type { Terminal } from "./terminal.ts";

/** What a command acts upon; tests give their own. */
export interface Effects {
  readonly terminal: Terminal;
  /** Where the command was called. */
  readonly cwd: string;
  readonly env: NodeJS.ProcessEnv;
  /** Aborts when the user interrupts. */
  readonly signal: AbortSignal;
}

/** The options that every command takes. */
export interface GlobalOptions {
  /** Machine output: one JSON object a line. */
  readonly json?: boolean;
  readonly root?: string;
  readonly target?: string;
  readonly engine?: string;
}

/** Ends a command with an exit code after it has said everything itself. */
export class Exit extends Error {
  readonly code: number;

  constructor(code: number) {
    super(`exit ${code}`);
    this.code = code;
  }
}
