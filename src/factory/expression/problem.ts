import { locationOf } from "../../core/diagnostic.ts";
import { BoathouseError } from "../../core/errors.ts";
import type { Span } from "./ast.ts";

export type ExpressionProblemCode =
  | "EXPRESSION_SYNTAX"
  | "EXPRESSION_FUNCTION_UNKNOWN"
  | "EXPRESSION_ARGUMENT_COUNT"
  | "EXPRESSION_ARGUMENT_INVALID"
  | "EXPRESSION_REFERENCE_UNKNOWN"
  | "EXPRESSION_PROPERTY_MISSING"
  | "EXPRESSION_TYPE";

/** An error that points into an expression. `details.span` holds the offsets, for callers that know the file. */
export function expressionProblem(
  code: ExpressionProblemCode,
  message: string,
  source: string,
  span: Span,
  hint?: string,
): BoathouseError {
  return new BoathouseError(code, message, {
    location: locationOf(source, span.start, span.end),
    source,
    details: { span },
    ...(hint === undefined ? {} : { hint }),
  });
}

/** The offsets that an error of this folder points at. */
export function spanOf(error: BoathouseError): Span | undefined {
  const span = error.details["span"];
  if (typeof span !== "object" || span === null || !("start" in span) || !("end" in span)) return undefined;
  const { start, end } = span;
  return typeof start === "number" && typeof end === "number" ? { start, end } : undefined;
}
