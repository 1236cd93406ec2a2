import type { Parameter } from "../ast/expression.ts";
import type { BoundExpression } from "../bound.ts";
import { failure } from "./analysis.ts";
import type { Env } from "./env.ts";

/** `:name` and `?` become constants. */
export function bindParameter(node: Parameter, env: Env): BoundExpression {
  const { parameters, positionalParameters = [] } = env.analysis.statement.context;
  const named = node.name === undefined ? undefined : (parameters[node.name] ?? byLowerCase(parameters, node.name));
  const value = node.name === undefined ? positionalParameters[node.index ?? -1] : named;
  if (value === undefined) {
    const shown = node.name === undefined ? `_${node.span.start}` : node.name;
    throw failure(env.analysis, node.span, "UNBOUND_SQL_PARAMETER", `Found the unbound parameter: ${shown}.`, {
      hint: "Give the statement a value for it.",
    });
  }
  return { kind: "literal", value: value.value, type: value.type, nullable: value.value === null, span: node.span };
}

function byLowerCase<T>(values: Readonly<Record<string, T>>, name: string): T | undefined {
  const wanted = name.toLowerCase();
  return Object.entries(values).find(([key]) => key.toLowerCase() === wanted)?.[1];
}
