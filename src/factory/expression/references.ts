import { didYouMean } from "../../core/nearest.ts";
import { unreachable } from "../../core/errors.ts";
import type { Call } from "./function-row.ts";
import { expressionProblem } from "./problem.ts";
import type { ActivityState, ExpressionState } from "./state.ts";
import { isObject, valueOf, type Value } from "./value.ts";

/** `pipeline()`, `variables('x')`, `activity('x')` and the others that refer to the run. */
export function resolveReference(call: Call, state: ExpressionState): Value {
  const { name } = call.site;
  switch (name) {
    case "pipeline":
      return valueOf({
        ...state.system,
        parameters: state.parameters ?? {},
        globalParameters: state.globalParameters ?? {},
        libraryVariables: state.libraryVariables ?? {},
      });
    case "variables":
      return valueOf(named(call, state.variables ?? {}, "variable"));
    case "activity":
      return valueOf(activity(call, state));
    case "body": {
      const output = valueOf(activity(call, state).output);
      return isObject(output) ? (output["body"] ?? output) : output;
    }
    case "item":
      if (state.item === undefined) throw unknown(call, "item() has a meaning only inside ForEach and Filter.");
      return valueOf(state.item);
    case "dataset":
      return valueOf(state.dataset ?? {});
    case "linkedService":
      return valueOf(state.linkedService ?? {});
    case "trigger":
      return trigger(call, state);
    case "triggerOutputs":
      return member(trigger(call, state), "outputs");
    case "triggerBody":
      return member(member(trigger(call, state), "outputs"), "body");
    default:
      return unreachable(`The reference ${name} has no meaning.`);
  }
}

function activity(call: Call, state: ExpressionState): ActivityState {
  const { activities = {} } = state;
  if (typeof activities !== "function") return named(call, activities, "activity");
  return activities(call.string(0)) ?? named(call, {}, "activity");
}

function trigger(call: Call, state: ExpressionState): Value {
  if (state.trigger === undefined) throw unknown(call, "The run was not started by a trigger.");
  return valueOf(state.trigger);
}

function member(value: Value, name: string): Value {
  return isObject(value) ? (value[name] ?? null) : null;
}

function named<T>(call: Call, among: Readonly<Record<string, T | undefined>>, what: string): T {
  const wanted = call.string(0);
  const names = Object.keys(among).filter((each) => among[each] !== undefined);
  const found =
    names.find((each) => each === wanted) ?? names.find((each) => each.toLowerCase() === wanted.toLowerCase());
  const value = found === undefined ? undefined : among[found];
  if (value !== undefined) return value;
  const hint =
    what === "activity"
      ? "It must have run before: name it in dependsOn."
      : `Known: ${names.length === 0 ? "none" : names.join(", ")}.`;
  throw unknown(call, `There is no ${what} "${wanted}".`, didYouMean(wanted, names) ?? hint);
}

function unknown(call: Call, message: string, hint?: string): Error {
  return expressionProblem("EXPRESSION_REFERENCE_UNKNOWN", message, call.site.source, call.site.span, hint);
}
