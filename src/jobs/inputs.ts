import { BoathouseError } from "../core/errors.ts";
import type { Json } from "../core/json.ts";

/** The most iterations of a for-each task. */
const MOST_INPUTS = 5000;

/** The inputs of a for-each task from their text. Throws `JOB_INPUTS_INVALID`. */
export function inputsFrom(text: string): readonly Json[] {
  let value: Json;
  try {
    value = JSON.parse(text) as Json;
  } catch (error) {
    throw invalidInputs(`The inputs are not JSON: ${text.slice(0, 80)}`, error);
  }
  if (!Array.isArray(value)) throw invalidInputs("The inputs are JSON, but no array.");
  if (value.length > MOST_INPUTS) throw invalidInputs(`There are ${value.length} inputs, and at most ${MOST_INPUTS}.`);
  return value as readonly Json[];
}

function invalidInputs(message: string, cause?: unknown): BoathouseError {
  return new BoathouseError("JOB_INPUTS_INVALID", message, {
    cause,
    hint: 'Write a JSON array such as ["a", "b"] or [{"name": "a"}], or refer to one: {{tasks.list.output.rows}}.',
  });
}
