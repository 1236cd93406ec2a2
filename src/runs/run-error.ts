import { codeFrame } from "../core/diagnostic.ts";
import { BoathouseError, messageOf, type ErrorKind, type SourceLocation } from "../core/errors.ts";

/** An error as the log keeps it. */
export interface RunError {
  readonly code: string;
  readonly message: string;
  readonly kind: ErrorKind;
  readonly location?: SourceLocation;
  /** The lines around the location, with a caret. */
  readonly frame?: string;
  readonly hint?: string;
}

export function toRunError(thrown: unknown): RunError {
  if (!(thrown instanceof BoathouseError)) {
    return { code: "INTERNAL_ERROR", message: messageOf(thrown), kind: "defect" };
  }
  const { code, message, kind, location, source, hint, details } = thrown;
  // One that was read from a log brings its frame along.
  const read = typeof details["frame"] === "string" ? details["frame"] : undefined;
  const frame = location === undefined || source === undefined ? read : codeFrame(source, location);
  return {
    code,
    message,
    kind,
    ...(location === undefined ? {} : { location }),
    ...(frame === undefined ? {} : { frame }),
    ...(hint === undefined ? {} : { hint }),
  };
}

/** The error to throw for one that was read from a log. */
export function fromRunError(error: RunError): BoathouseError {
  const { code, message, kind, location, hint, frame } = error;
  return new BoathouseError(code, message, {
    kind,
    ...(location === undefined ? {} : { location }),
    ...(hint === undefined ? {} : { hint }),
    ...(frame === undefined ? {} : { details: { frame } }),
  });
}
