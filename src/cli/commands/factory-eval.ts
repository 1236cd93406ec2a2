import { existsSync, readFileSync } from "node:fs";
import { resolve } from "node:path";
import { BoathouseError, messageOf } from "../../core/errors.ts";
import { isJsonObject, type JsonObject } from "../../core/json.ts";
import { didYouMean } from "../../core/nearest.ts";
import { evaluateExpression } from "../../factory/expression/evaluate-expression.ts";
import { toJson } from "../../factory/expression/value.ts";
import type { Effects, GlobalOptions } from "../context.ts";
import { write } from "../terminal.ts";

interface EvalOptions extends GlobalOptions {
  readonly param?: Readonly<Record<string, string>>;
  readonly variable?: Readonly<Record<string, string>>;
  readonly state?: string;
}

const STATE: readonly string[] = [
  "parameters",
  "globalParameters",
  "libraryVariables",
  "system",
  "variables",
  "activities",
  "item",
  "dataset",
  "linkedService",
  "trigger",
];

/** Prints the value of an expression as JSON. */
export async function factoryEval(expression: string, options: EvalOptions, effects: Effects): Promise<void> {
  const given = options.state === undefined ? {} : readState(options.state, effects.cwd);
  const part = (name: string): JsonObject => (isJsonObject(given[name]) ? given[name] : {});
  const state = {
    ...given,
    parameters: { ...part("parameters"), ...options.param },
    variables: { ...part("variables"), ...options.variable },
  };
  const value = toJson(evaluateExpression(expression, state));
  await write(effects.terminal.out, `${JSON.stringify(value)}\n`);
}

function readState(text: string, cwd: string): JsonObject {
  const path = resolve(cwd, text);
  const source = !text.trimStart().startsWith("{") && existsSync(path) ? readFileSync(path, "utf8") : text;
  let value: unknown;
  try {
    value = JSON.parse(source);
  } catch (error) {
    throw usage(`--state is neither JSON nor a file of it: ${messageOf(error)}`);
  }
  if (!isJsonObject(value)) throw usage("--state is a JSON object.");
  for (const key of Object.keys(value)) {
    if (!STATE.includes(key)) throw usage(`An expression knows nothing of "${key}".`, didYouMean(key, STATE));
  }
  return value;
}

function usage(message: string, hint = `It has: ${STATE.join(", ")}.`): BoathouseError {
  return new BoathouseError("STATE_INVALID", message, { kind: "usage", hint });
}
