import { sqlStateOf } from "./sql-state.ts";

/** Where in a user's file something is wrong. Lines and columns count from 1. */
export interface SourceLocation {
  readonly file?: string;
  readonly line: number;
  readonly column: number;
  /** Inclusive start, exclusive end, on the same or a later line. */
  readonly endLine?: number;
  readonly endColumn?: number;
}

/**
 * Whose mistake it is, which decides the exit code of the command:
 * `user` 1 (the data or the user's code), `usage` 2 (how the command was called), `defect` 3 (ours),
 * `interrupted` 130.
 */
export type ErrorKind = "user" | "usage" | "defect" | "interrupted";

export interface ErrorOptions {
  readonly kind?: ErrorKind;
  readonly location?: SourceLocation;
  /** The text that `location` points into, so that a code frame can be drawn. */
  readonly source?: string;
  /** What to do next: a sentence, or a command to type. */
  readonly hint?: string;
  /** Five characters of SQLSTATE. Default: that of Spark's condition of this name, if there is one. */
  readonly sqlState?: string;
  readonly details?: Readonly<Record<string, unknown>>;
  readonly cause?: unknown;
}

/**
 * Every error that a person is meant to read. `code` is stable and says which condition it is:
 * Spark's own names for Spark's conditions, ours in the same form (`DELTA_CONCURRENT_APPEND`).
 */
export class BoathouseError extends Error {
  override readonly name = "BoathouseError";
  readonly code: string;
  readonly kind: ErrorKind;
  readonly location: SourceLocation | undefined;
  readonly source: string | undefined;
  readonly hint: string | undefined;
  readonly sqlState: string | undefined;
  readonly details: Readonly<Record<string, unknown>>;

  constructor(code: string, message: string, options: ErrorOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.code = code;
    this.kind = options.kind ?? "user";
    this.location = options.location;
    this.source = options.source;
    this.hint = options.hint;
    this.sqlState = options.sqlState ?? sqlStateOf(code);
    this.details = options.details ?? {};
  }

  /** The same error, pointing into a file: for a caller that knows where the text came from. */
  at(location: SourceLocation, source?: string): BoathouseError {
    const { hint, sqlState } = this;
    const text = source ?? this.source;
    const moved = new BoathouseError(this.code, this.message, {
      kind: this.kind,
      location,
      details: this.details,
      cause: this.cause,
      ...(text === undefined ? {} : { source: text }),
      ...(hint === undefined ? {} : { hint }),
      ...(sqlState === undefined ? {} : { sqlState }),
    });
    if (this.stack !== undefined) moved.stack = this.stack;
    return moved;
  }
}

export function isBoathouseError(value: unknown, code?: string): value is BoathouseError {
  return value instanceof BoathouseError && (code === undefined || value.code === code);
}

/** The message of whatever was thrown. */
export function messageOf(thrown: unknown): string {
  return thrown instanceof Error ? thrown.message : String(thrown);
}

/** Marks a state that only a defect of ours can reach. */
export function unreachable(what: string, details: Readonly<Record<string, unknown>> = {}): never {
  throw new BoathouseError("INTERNAL_ERROR", what, {
    kind: "defect",
    details,
    hint: "This is a defect in Boathouse. Please report it with the command you ran.",
  });
}
