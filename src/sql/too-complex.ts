import { locationOf } from "../core/diagnostic.ts";
import { BoathouseError } from "../core/errors.ts";

/** The text that a step works on, for its error. */
export interface Text {
  readonly text: string;
  readonly file?: string | undefined;
}

/**
 * What a step gives, or Spark's `FAILED_TO_PARSE_TOO_COMPLEX` where the nesting is too deep for the stack. Every step over a
 * tree goes down it by calls.
 */
export function notTooComplex<Result>(source: Text | undefined, step: () => Result): Result {
  try {
    return step();
  } catch (error) {
    if (error instanceof RangeError && /call stack/i.test(error.message)) throw tooComplex(source, error);
    throw error;
  }
}

function tooComplex(source: Text | undefined, cause: unknown): BoathouseError {
  return new BoathouseError(
    "FAILED_TO_PARSE_TOO_COMPLEX",
    "The statement, including potential SQL functions and referenced views, is nested too deeply.",
    {
      cause,
      ...(source === undefined
        ? {}
        : { location: locationOf(source.text, 0, Math.min(1, source.text.length), source.file), source: source.text }),
      hint: "Divide it: common table expressions and temporary views can hold the inner parts.",
    },
  );
}
