import { sameType } from "../../core/data-type.ts";
import type { Span } from "../ast/node.ts";
import type { BoundExpression } from "../bound.ts";
import { parseExpression } from "../parser/parse.ts";
import type { VariableValue } from "../resolver.ts";
import { variableText } from "../script/literal-sql.ts";
import { castTo } from "../types/cast-expression.ts";
import { enter } from "./analysis.ts";
import { bind, rootEnv, type Env } from "./env.ts";
import { pretty } from "./pretty.ts";

/** The variable that a dotted name begins with, as a constant, and the parts behind it. Stored definitions see none. */
export function bindVariable(
  names: readonly string[],
  span: Span,
  env: Env,
): { readonly value: BoundExpression; readonly rest: readonly string[] } | undefined {
  const { analysis } = env;
  const { resolver } = analysis.statement;
  if (resolver.variable === undefined || analysis.names.stored === true) return undefined;
  for (let length = names.length; length > 0; length -= 1) {
    const variable = resolver.variable(names.slice(0, length));
    if (variable !== undefined) return { value: constantOf(variable, span, env), rest: names.slice(length) };
  }
  return undefined;
}

function constantOf({ name, type, nullable, sql }: VariableValue, span: Span, env: Env): BoundExpression {
  if (nullable) return { kind: "literal", value: null, type, nullable, shown: variableText(name, sql), span };
  const inner = rootEnv(enter(env.analysis, env.analysis.names, sql, span), env.binders);
  const bound = bind(parseExpression(sql), inner);
  const value = sameType(bound.type, type) ? bound : castTo(bound, type, "ansi");
  const shown = variableText(name, type.kind === "timestamp" ? pretty(value) : sql);
  if (value.kind === "literal") return { ...value, type, shown, span };
  return {
    kind: "call",
    name: "variablereference",
    args: [value],
    type,
    nullable,
    deterministic: true,
    lower: ([given = ""]) => given,
    pretty: () => shown,
    span,
  };
}
