import type { DynamicName, ObjectName } from "../ast/expression.ts";
import { partsOf } from "../ast/node.ts";
import { displayType } from "../types/duckdb-type.ts";
import { parseName } from "../parser/parse.ts";
import { failure } from "./analysis.ts";
import { constantValue } from "./constant.ts";
import { bind, type Env } from "./env.ts";

/** The parts of a name as written; of `IDENTIFIER(…)` those of its constant text, and those written behind it. */
export function objectParts(name: ObjectName, env: Env): string[] {
  return name.kind === "name" ? partsOf(name) : dynamicParts(name, env);
}

/**
 * What `IDENTIFIER(expression)` names: back-ticks and dots as in a name that is written out. Throws
 * `NOT_A_CONSTANT_STRING.…`, and the parser's errors for a text that is no name.
 */
export function dynamicParts({ expression, rest, span }: DynamicName, env: Env): string[] {
  const { analysis } = env;
  const bound = bind(expression, env);
  const shown = analysis.text.slice(expression.span.start, expression.span.end);
  const refused = (reason: string, why: string): Error => {
    const message = `The expression ${shown} used for the routine or table name must be a constant string which is NOT NULL. ${why}`;
    return failure(analysis, span, `NOT_A_CONSTANT_STRING.${reason}`, message);
  };
  const isNull = (bound.kind === "cast" ? bound.operand : bound).type.kind === "void";
  const value = isNull ? null : constantValue(bound)?.value;
  if (value === undefined) throw refused("NOT_CONSTANT", "It is no constant that is known here.");
  if (bound.type.kind !== "string" && bound.type.kind !== "void") {
    throw refused("WRONG_TYPE", `The data type of the expression is ${displayType(bound.type)}.`);
  }
  if (typeof value !== "string") throw refused("NULL", "The expression evaluates to NULL.");
  return [...partsOf(parseName(value)), ...rest.map((part) => part.name)];
}
