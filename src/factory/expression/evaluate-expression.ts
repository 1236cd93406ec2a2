import type { Template } from "./ast.ts";
import { environmentOf, type ExpressionEnvironment } from "./environment.ts";
import { evaluate } from "./evaluator.ts";
import { parseTemplate } from "./parser.ts";
import type { ExpressionState } from "./state.ts";
import { textOf, type Value } from "./value.ts";

const parsed = new Map<string, Template>();
const MOST_PARSED = 2_000;

/**
 * Evaluates a string of a factory: `@expression`, text with `@{expression}` in it, or plain text. Whole numbers of the
 * result are `bigint`; `toJson` turns it into plain JSON.
 *
 * Throws `BoathouseError` with the position in the string: `EXPRESSION_SYNTAX`, `EXPRESSION_FUNCTION_UNKNOWN`,
 * `EXPRESSION_ARGUMENT_COUNT`, `EXPRESSION_ARGUMENT_INVALID`, `EXPRESSION_REFERENCE_UNKNOWN`,
 * `EXPRESSION_PROPERTY_MISSING`, `EXPRESSION_TYPE`.
 */
export function evaluateExpression(
  expression: string,
  state: ExpressionState = {},
  environment: ExpressionEnvironment = environmentOf({}),
): Value {
  const template = templateOf(expression);
  if (template.kind === "text") return template.text;
  const context = { source: expression, state, environment };
  if (template.kind === "expression") return evaluate(template.expression, context);
  return template.parts.map((part) => (typeof part === "string" ? part : textOf(evaluate(part, context)))).join("");
}

/** Whether a string is more than plain text. Wrong syntax counts as an expression. */
export function isExpression(text: string): boolean {
  return text.startsWith("@") || text.includes("@{");
}

function templateOf(source: string): Template {
  const known = parsed.get(source);
  if (known !== undefined) return known;
  const template = parseTemplate(source);
  if (parsed.size >= MOST_PARSED) parsed.clear();
  parsed.set(source, template);
  return template;
}
