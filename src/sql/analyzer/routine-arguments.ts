import { didYouMean } from "../../core/nearest.ts";
import type { Argument, Expression } from "../ast/expression.ts";
import type { Span } from "../ast/node.ts";
import type { BoundExpression } from "../bound.ts";
import type { FunctionRow } from "../functions/function.ts";
import { childrenOf } from "../lineage.ts";
import type { Routine, RoutineParameter } from "../resolver.ts";
import { castTo } from "../types/cast-expression.ts";
import { displayType } from "../types/duckdb-type.ts";
import { canStoreAssign, implicitCast } from "../types/implicit-cast.ts";
import { enter, failure, unsupported } from "./analysis.ts";
import { bind, rootEnv, type Env } from "./env.ts";

/**
 * The arguments of a call of a SQL function in the order of its parameters, converted to their types, defaults filled in; and as
 * the call's name shows them, which leaves defaults at the end out.
 */
export function boundArguments(
  routine: Routine,
  given: readonly Argument[],
  span: Span,
  env: Env,
  inner: Env,
): { readonly args: readonly BoundExpression[]; readonly shown: readonly BoundExpression[] } {
  const { parameters } = routine;
  if (given.length > parameters.length && given.every((each) => each.name === undefined)) {
    const message = wrongCount(routine, given.length);
    throw failure(env.analysis, span, "WRONG_NUM_ARGS.WITHOUT_SUGGESTION", message);
  }
  const names = parameters.map((parameter) => parameter.name);
  const slots = argumentSlots(routine.name.join("."), names, given, env);
  const defaults = rootEnv(enter(env.analysis, routine.context, routine.text, span), env.binders);
  const last = slots.reduce((end, slot, index) => (slot === undefined ? end : index + 1), 0);
  const values = parameters.map((parameter, index) => {
    const slot = slots[index];
    if (slot !== undefined) return bind(slot.value, inner);
    if (parameter.default !== undefined) return bind(parameter.default, defaults);
    throw missing(routine, parameter, given, span, env);
  });
  const args = values.map((value, index) => {
    const parameter = routine.parameters[index];
    return parameter === undefined ? value : converted(routine, parameter, value, span, env);
  });
  args.forEach((arg, index) => {
    const name = routine.parameters[index]?.name ?? "";
    if (!isDeterministic(arg) && usesOf(bodyOf(routine), name) > 1) {
      throw unsupported(
        env.analysis,
        span,
        `An argument that is another value each time, of a parameter used twice (${name})`,
      );
    }
  });
  return { args, shown: values.slice(0, last) };
}

/** For each parameter its argument, if it has one. Throws Spark's conditions for names that are unknown, repeated or misplaced. */
function argumentSlots(
  called: string,
  parameters: readonly string[],
  given: readonly Argument[],
  env: Env,
): (Argument | undefined)[] {
  const fail = (condition: string, message: string, { span }: Argument, hint?: string): Error =>
    failure(env.analysis, span, condition, message, { sqlState: "4274K", ...(hint === undefined ? {} : { hint }) });
  const slots: (Argument | undefined)[] = parameters.map(() => undefined);
  let named: string | undefined;
  given.forEach((each, position) => {
    const name = each.name?.name;
    if (name === undefined) {
      if (named !== undefined) {
        const message = `Cannot invoke routine \`${called}\` because it contains positional argument(s) following the named argument assigned to \`${named}\`.`;
        throw fail("UNEXPECTED_POSITIONAL_ARGUMENT", message, each, "Put the positional arguments first.");
      }
      slots[position] = each;
      return;
    }
    named = name;
    const index = parameters.findIndex((parameter) => parameter.toLowerCase() === name.toLowerCase());
    if (index < 0) {
      const message = `Cannot invoke routine \`${called}\` because the routine call included a named argument reference for the argument named \`${name}\`, but this routine does not include any signature containing an argument with this name.`;
      throw fail("UNRECOGNIZED_PARAMETER_NAME", message, each, didYouMean(name, parameters));
    }
    const before = slots[index];
    if (before !== undefined) {
      const reason = before.name === undefined ? "BOTH_POSITIONAL_AND_NAMED" : "DOUBLE_NAMED_ARGUMENT_REFERENCE";
      const message = `Call to routine \`${called}\` is invalid because it includes multiple argument assignments to the same parameter name \`${name}\`.`;
      throw fail(`DUPLICATE_ROUTINE_PARAMETER_ASSIGNMENT.${reason}`, message, each);
    }
    slots[index] = each;
  });
  return slots;
}

/** The arguments of a built-in function in order: `f(b => 2, a => 1)` is `f(1, 2)`. */
export function orderedArguments(
  row: Pick<FunctionRow, "names" | "parameters">,
  given: readonly Argument[],
  span: Span,
  env: Env,
): readonly Argument[] {
  if (given.every((each) => each.name === undefined)) return given;
  const { parameters } = row;
  const [called] = row.names;
  if (parameters === undefined) {
    const message = `Named parameters are not supported for function \`${called}\`.`;
    throw failure(env.analysis, span, "NAMED_PARAMETERS_NOT_SUPPORTED", message);
  }
  const slots = argumentSlots(called, parameters, given, env);
  const last = slots.findLastIndex((each) => each !== undefined);
  return slots.slice(0, last + 1).map((slot, index) => {
    if (slot !== undefined) return slot;
    const message = `Cannot invoke routine \`${called}\` because the parameter named \`${parameters[index] ?? ""}\` is required, but the routine call did not supply a value.`;
    throw failure(env.analysis, span, "REQUIRED_PARAMETER_NOT_FOUND", message);
  });
}

function wrongCount({ name, parameters }: Routine, count: number): string {
  return `The \`${name.join(".")}\` requires ${parameters.length} parameters but the actual number is ${count}.`;
}

function missing(
  routine: Routine,
  parameter: RoutineParameter,
  given: readonly Argument[],
  span: Span,
  env: Env,
): Error {
  if (given.every((each) => each.name === undefined)) {
    return failure(env.analysis, span, "WRONG_NUM_ARGS.WITHOUT_SUGGESTION", wrongCount(routine, given.length));
  }
  const message = `Cannot invoke routine \`${routine.name.join(".")}\` because the parameter named \`${parameter.name}\` is required, but the routine call did not supply a value.`;
  return failure(env.analysis, span, "REQUIRED_PARAMETER_NOT_FOUND", message);
}

function converted(
  routine: Routine,
  parameter: RoutineParameter,
  value: BoundExpression,
  span: Span,
  env: Env,
): BoundExpression {
  const fits =
    implicitCast(value.type, parameter.type, true) !== undefined || canStoreAssign(value.type, parameter.type);
  if (fits) return castTo(value, parameter.type, "ansi");
  const message = `The parameter \`${parameter.name}\` of \`${routine.name.join(".")}\` requires "${displayType(parameter.type)}", but got "${displayType(value.type)}".`;
  throw failure(env.analysis, span, "DATATYPE_MISMATCH.UNEXPECTED_INPUT_TYPE", message);
}

function isDeterministic(value: BoundExpression): boolean {
  if (value.kind === "call" && !value.deterministic) return false;
  return childrenOf(value).every(isDeterministic);
}

function bodyOf({ body }: Routine): unknown {
  return body.kind === "scalar" ? body.expression : body.query;
}

/** How often a parameter is named in a body, at least. */
function usesOf(node: unknown, name: string): number {
  if (Array.isArray(node)) return node.reduce((sum: number, each) => sum + usesOf(each, name), 0);
  if (typeof node !== "object" || node === null || node instanceof Uint8Array) return 0;
  if (isColumn(node)) return node.parts.some((part) => part.name.toLowerCase() === name.toLowerCase()) ? 1 : 0;
  return Object.values(node).reduce((sum: number, each) => sum + usesOf(each, name), 0);
}

function isColumn(node: object): node is Extract<Expression, { readonly kind: "column" }> {
  return "kind" in node && node.kind === "column" && "parts" in node;
}
