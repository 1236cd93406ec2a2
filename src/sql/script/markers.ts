import { sqlError } from "../parser/error.ts";
import { tokenize, type Token } from "../lexer.ts";

/** A parameter marker in a text: `:name`, or `?` without a name. */
export interface Marker {
  readonly name: string | undefined;
  readonly start: number;
  readonly end: number;
}

/** The parameter markers of a text, in order. `a:b` reads JSON, it is none. */
export function markersOf(text: string): Marker[] {
  const tokens = tokenize(text);
  const found: Marker[] = [];
  tokens.forEach((token, index) => {
    if (token.kind !== "operator") return;
    // `a?::INT` is a cast that gives null.
    if (token.text === "?" && !(tokens[index + 1]?.text === "::" && followsOperand(tokens[index - 1], token))) {
      found.push({ name: undefined, start: token.start, end: token.end });
    }
    const next = tokens[index + 1];
    if (token.text !== ":" || next === undefined || followsOperand(tokens[index - 1], token)) return;
    if (next.kind !== "word" && next.kind !== "quoted") return;
    const name = next.kind === "quoted" ? next.text : text.slice(next.start, next.end);
    found.push({ name, start: token.start, end: next.end });
  });
  return found;
}

/** A colon right behind a value goes into it. */
function followsOperand(before: Token | undefined, mark: Token): boolean {
  if (before === undefined || before.end !== mark.start) return false;
  return ["word", "quoted", "string", "integer"].includes(before.kind) || before.text === ")" || before.text === "]";
}

/**
 * The text with SQL in the place of its markers. Throws `UNBOUND_SQL_PARAMETER` for a marker without a value and
 * `INVALID_QUERY_MIXED_QUERY_PARAMETERS` for `:name` beside `?`.
 */
export function withValues(
  text: string,
  markers: readonly Marker[],
  valueOf: (marker: Marker, index: number) => string | undefined,
): string {
  const [first] = markers;
  const mixed = markers.find((each) => (each.name === undefined) !== (first?.name === undefined));
  if (mixed !== undefined) {
    throw sqlError(
      "INVALID_QUERY_MIXED_QUERY_PARAMETERS",
      "Parameterized query must either use positional, or named parameters, but not both.",
      { text, span: mixed },
    );
  }
  let result = "";
  let position = 0;
  markers.forEach((marker, index) => {
    const value = valueOf(marker, index);
    if (value === undefined) {
      const shown = marker.name ?? `_${marker.start}`;
      throw sqlError("UNBOUND_SQL_PARAMETER", `Found the unbound parameter: ${shown}.`, { text, span: marker });
    }
    // A blank before it, so that a minus before a negative number is no comment.
    result += `${text.slice(position, marker.start)}${value.startsWith("-") ? " " : ""}${value}`;
    position = marker.end;
  });
  return result + text.slice(position);
}
