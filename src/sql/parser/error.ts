import { locationOf } from "../../core/diagnostic.ts";
import { BoathouseError } from "../../core/errors.ts";
import { sqlStateOf } from "../../core/sql-state.ts";
import type { Span } from "../ast/node.ts";

/** Where in which text. */
export interface Place {
  readonly text: string;
  readonly span: Span;
  readonly file?: string | undefined;
}

/** An error at a place in a statement, with Spark's name for the condition, its SQLSTATE and the source for a code frame. */
export function sqlError(code: string, message: string, place: Place, hint?: string): BoathouseError {
  const { text, span } = place;
  const end = Math.max(span.end, Math.min(span.start + 1, text.length));
  return new BoathouseError(code, message, {
    location: locationOf(text, span.start, end, place.file),
    source: text,
    sqlState: sqlStateOf(code) ?? "42601",
    ...(hint === undefined ? {} : { hint }),
  });
}
