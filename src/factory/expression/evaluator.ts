import { didYouMean } from "../../core/nearest.ts";
import type { CallExpression, Expression, MemberExpression, Span } from "./ast.ts";
import type { ExpressionEnvironment } from "./environment.ts";
import { Call, type CallSite } from "./function-row.ts";
import { expressionProblem } from "./problem.ts";
import { resolveReference } from "./references.ts";
import { findFunction, suggestFunction } from "./registry.ts";
import type { Signature } from "./signature.ts";
import type { ExpressionState } from "./state.ts";
import { isArray, isObject, typeName, type Value, type ValueObject } from "./value.ts";

export interface EvaluationContext {
  readonly source: string;
  readonly state: ExpressionState;
  readonly environment: ExpressionEnvironment;
}

/** Evaluates a parsed expression. Throws a `BoathouseError` that points into the source. */
export function evaluate(expression: Expression, context: EvaluationContext): Value {
  switch (expression.kind) {
    case "literal":
      return expression.value;
    case "array":
      return expression.items.map((each) => evaluate(each, context));
    case "member":
      return evaluateMember(expression, context);
    case "call":
      return evaluateCall(expression, context);
  }
}

/** An error when the number of arguments is not what the function takes. */
export function checkArgumentCount(call: CallExpression, signature: Signature, source: string): void {
  const { least, most, name } = signature;
  const count = call.arguments.length;
  if (count >= least && count <= most) return;
  const wanted =
    least === most
      ? `${least} argument${least === 1 ? "" : "s"}`
      : most === Number.POSITIVE_INFINITY
        ? `at least ${least} argument${least === 1 ? "" : "s"}`
        : `${least} to ${most} arguments`;
  throw expressionProblem(
    "EXPRESSION_ARGUMENT_COUNT",
    `${name} takes ${wanted}, and gets ${count}.`,
    source,
    call.span,
    `Write it as ${signatureText(signature)}.`,
  );
}

export function unknownFunction(call: CallExpression, source: string): Error {
  return expressionProblem(
    "EXPRESSION_FUNCTION_UNKNOWN",
    `There is no function "${call.name}".`,
    source,
    call.nameSpan,
    suggestFunction(call.name),
  );
}

function evaluateCall(call: CallExpression, context: EvaluationContext): Value {
  const { source, environment } = context;
  const found = findFunction(call.name);
  if (found === undefined) throw unknownFunction(call, source);
  const { signature, row } = found;
  checkArgumentCount(call, signature, source);
  if (row?.lazy !== undefined) {
    const value = (index: number): Value => {
      const argument = call.arguments[index];
      return argument === undefined ? null : evaluate(argument, context);
    };
    const boolean = (index: number): boolean => {
      const values: Value[] = [];
      values[index] = value(index);
      return new Call(values, siteOf(call, signature, source, environment)).boolean(index);
    };
    return row.lazy({ value, boolean });
  }
  const values = call.arguments.map((each) => evaluate(each, context));
  const site = siteOf(call, signature, source, environment);
  if (row?.call !== undefined) return row.call(new Call(values, site));
  return resolveReference(new Call(values, site), context.state);
}

function siteOf(
  call: CallExpression,
  signature: Signature,
  source: string,
  environment: ExpressionEnvironment,
): CallSite {
  return { source, name: signature.name, signature, arguments: call.arguments, span: call.span, environment };
}

function evaluateMember(member: MemberExpression, context: EvaluationContext): Value {
  const { source } = context;
  const object = evaluate(member.object, context);
  const key = evaluate(member.key, context);
  if (object === null && member.optional) return null;
  if (isArray(object)) return item(object, key, member, source);
  if (isObject(object)) {
    if (typeof key !== "string") throw problem(member.keySpan, `A property is named by text, not by ${typeName(key)}`);
    const name = propertyName(object, key);
    if (name !== undefined) return object[name] ?? null;
    if (member.optional) return null;
    const what = text(member.object.span);
    const hint =
      didYouMean(key, Object.keys(object)) ??
      `Write ${what}?.${key} where it may be missing.${Object.keys(object).length === 0 ? "" : ` It has: ${Object.keys(object).slice(0, 12).join(", ")}.`}`;
    throw expressionProblem("EXPRESSION_PROPERTY_MISSING", `${what} has no "${key}".`, source, member.keySpan, hint);
  }
  const problemText = `${text(member.object.span)} is of type ${typeName(object)} and has no properties`;
  throw problem(member.keySpan, problemText, object === null ? "Write ?. or ?[ where it may be null." : undefined);

  function text(span: Span): string {
    return source.slice(span.start, span.end);
  }

  function problem(span: Span, message: string, hint?: string): Error {
    return expressionProblem("EXPRESSION_TYPE", `${message}.`, source, span, hint);
  }
}

function item(array: readonly Value[], key: Value, member: MemberExpression, source: string): Value {
  const index = typeof key === "number" && Number.isInteger(key) ? BigInt(key) : key;
  if (typeof index !== "bigint") {
    const message = `The items of an array are named by an integer, not by ${typeName(key)}.`;
    throw expressionProblem("EXPRESSION_TYPE", message, source, member.keySpan);
  }
  const value = index >= 0n ? array[Number(index)] : undefined;
  if (value !== undefined) return value;
  if (member.optional) return null;
  const message = `The array has ${array.length} item${array.length === 1 ? "" : "s"}, and none at ${index}.`;
  throw expressionProblem("EXPRESSION_PROPERTY_MISSING", message, source, member.keySpan);
}

/** The property's own name: the same spelling first, then another case. */
function propertyName(object: ValueObject | Readonly<Record<string, unknown>>, name: string): string | undefined {
  if (Object.hasOwn(object, name)) return name;
  const wanted = name.toLowerCase();
  return Object.keys(object).find((each) => each.toLowerCase() === wanted);
}

function signatureText(signature: Signature): string {
  const parameters = signature.parameters.map(
    (each) => `${each.repeated ? "…" : ""}${each.name}${each.optional ? "?" : ""}`,
  );
  return `${signature.name}(${parameters.join(", ")})`;
}
