import type { Call } from "../ast/expression.ts";
import type { Span } from "../ast/node.ts";
import type { BoundExpression } from "../bound.ts";
import type { Routine } from "../resolver.ts";
import { castTo } from "../types/cast-expression.ts";
import { askedAt, enter, failure, newColumn } from "./analysis.ts";
import { pretty } from "./pretty.ts";
import { boundArguments } from "./routine-arguments.ts";
import { bind, rootEnv, type BoundRelation, type Env } from "./env.ts";
import { reference } from "./project.ts";

/** A call of a user's SQL function, or undefined when there is none of that name. */
export function bindRoutine(node: Call, parts: readonly string[], env: Env): BoundExpression | undefined {
  const { analysis } = env;
  const routine = askedAt(node.span, analysis, () => analysis.statement.resolver.routine(parts, analysis.names));
  if (routine === undefined) return undefined;
  const { args, shown: given } = boundArguments(routine, node.arguments, node.span, env, env);
  const body = inlineRoutine(routine, args, node.span, env);
  const shown = `${routine.name.join(".")}(${given.map(pretty).join(", ")})`;
  return {
    kind: "call",
    name: routine.name.join("."),
    args: [body],
    type: body.type,
    nullable: body.nullable,
    deterministic: true,
    lower: ([sql = "NULL"]) => sql,
    pretty: () => shown,
    span: node.span,
  };
}

/** The body of a scalar SQL function with its parameters replaced; it is bound under the function's own names. */
export function inlineRoutine(
  routine: Routine,
  args: readonly BoundExpression[],
  span: Span | undefined,
  env: Env,
): BoundExpression {
  const { body } = routine;
  if (body.kind !== "scalar") {
    throw failure(
      env.analysis,
      span,
      "NOT_A_SCALAR_FUNCTION",
      `${routine.name.join(".")} appears as a scalar expression here, but the function was defined as a table function.`,
      { sqlState: "42887" },
    );
  }
  const inner = enter(env.analysis, routine.context, routine.text, span);
  const parameters = parameterValues(routine, args);
  const bound = bind(body.expression, {
    ...rootEnv(inner, env.binders),
    parameters,
    allows: { aggregates: false, windows: false, generators: false, clause: "a SQL function" },
  });
  return body.returns === undefined ? bound : castTo(bound, body.returns, "ansi");
}

/** A table function written in SQL. */
export function expandTableRoutine(
  routine: Routine,
  args: readonly BoundExpression[],
  span: Span,
  env: Env,
): BoundRelation {
  const { body } = routine;
  if (body.kind !== "table") {
    throw failure(
      env.analysis,
      span,
      "NOT_A_TABLE_FUNCTION",
      `${routine.name.join(".")} appears as a table function here, but the function was defined as a scalar function.`,
      { sqlState: "42887" },
    );
  }
  const inner = enter(env.analysis, routine.context, routine.text, span);
  const query = env.binders.query(body.query, {
    ...rootEnv(inner, env.binders),
    parameters: parameterValues(routine, args),
    outer: env.outer,
  });
  const { returns } = body;
  const items = query.plan.columns.map((column, index) => {
    const field = returns?.fields[index];
    const expression = field === undefined ? reference(column) : castTo(reference(column), field.type, "ansi");
    return {
      column: newColumn(env.analysis, field?.name ?? column.name, expression.type, expression.nullable),
      expression,
    };
  });
  const columns = items.map((item) => item.column);
  const name = routine.name.at(-1) ?? "";
  return {
    plan: { kind: "project", input: query.plan, items, columns },
    scope: { visible: columns.map((column) => ({ column, qualifier: [name] })), hidden: [] },
  };
}

function parameterValues(routine: Routine, args: readonly BoundExpression[]): ReadonlyMap<string, BoundExpression> {
  const values = new Map<string, BoundExpression>();
  routine.parameters.forEach((parameter, index) => {
    const value = args[index];
    if (value === undefined) return;
    const name = parameter.name.toLowerCase();
    values.set(name, value);
    values.set(`${(routine.name.at(-1) ?? "").toLowerCase()}.${name}`, value);
  });
  return values;
}
