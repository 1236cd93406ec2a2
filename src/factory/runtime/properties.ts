import { locationOf } from "../../core/diagnostic.ts";
import { BoathouseError } from "../../core/errors.ts";
import { isJsonObject, type Json, type JsonObject } from "../../core/json.ts";
import type { ExpressionEnvironment } from "../expression/environment.ts";
import { evaluateExpression, isExpression } from "../expression/evaluate-expression.ts";
import type { ExpressionState } from "../expression/state.ts";
import { textOf, toJson, type Value } from "../expression/value.ts";

export interface Evaluation {
  readonly state: ExpressionState;
  readonly environment: ExpressionEnvironment;
}

/** JSON with every expression in it evaluated. `SecureString` becomes its text. */
export function evaluateJson(json: Json, evaluation: Evaluation): Json {
  if (typeof json === "string") return isExpression(json) ? toJson(evaluateText(json, evaluation)) : json;
  if (Array.isArray(json)) return json.map((each: Json) => evaluateJson(each, evaluation));
  if (!isJsonObject(json)) return json;
  const expression = wrappedExpression(json);
  if (expression !== undefined) return toJson(evaluateText(expression, evaluation));
  if (json["type"] === "SecureString" && json["value"] !== undefined) return evaluateJson(json["value"], evaluation);
  return Object.fromEntries(Object.entries(json).map(([name, each]) => [name, evaluateJson(each, evaluation)]));
}

/** The text of `{"type": "Expression", "value": …}`. */
function wrappedExpression(json: JsonObject): string | undefined {
  const { type, value } = json;
  return type === "Expression" && typeof value === "string" ? value : undefined;
}

function evaluateText(text: string, { state, environment }: Evaluation): Value {
  return evaluateExpression(text, state, environment);
}

/**
 * Reads the properties of an activity, dataset or linked service: evaluates what is an expression and takes the loose
 * spellings of real files (`"true"`, `"30"`). Errors say which property.
 */
export class Properties {
  readonly json: JsonObject;
  readonly evaluation: Evaluation;
  readonly path: string;

  constructor(json: Json | undefined, evaluation: Evaluation, path = "") {
    this.json = isJsonObject(json) ? json : {};
    this.evaluation = evaluation;
    this.path = path;
  }

  has(name: string): boolean {
    const value = this.json[name];
    return value !== undefined && value !== null;
  }

  /** As written, expressions and all. */
  raw(name: string): Json | undefined {
    return this.json[name];
  }

  object(name: string): Properties {
    return new Properties(this.json[name], this.evaluation, this.#path(name));
  }

  objects(name: string): Properties[] {
    const value = this.value(name);
    if (value === undefined || value === null) return [];
    if (!Array.isArray(value)) return this.#fail(name, "must be an array");
    return value.map((each: Json, index) => new Properties(each, this.evaluation, `${this.#path(name)}[${index}]`));
  }

  value(name: string): Json | undefined {
    const json = this.json[name];
    if (json === undefined) return undefined;
    try {
      return evaluateJson(json, this.evaluation);
    } catch (error) {
      if (!(error instanceof BoathouseError)) throw error;
      throw this.#located(name, error);
    }
  }

  /** The evaluated value with integers exact. */
  exact(name: string): Value | undefined {
    const json = this.json[name];
    const text = typeof json === "string" ? json : isJsonObject(json) ? wrappedExpression(json) : undefined;
    if (text === undefined || !isExpression(text)) return undefined;
    try {
      return evaluateText(text, this.evaluation);
    } catch (error) {
      if (!(error instanceof BoathouseError)) throw error;
      throw this.#located(name, error);
    }
  }

  text(name: string): string | undefined {
    const exact = this.exact(name);
    if (exact !== undefined) return exact === null ? undefined : textOf(exact);
    const value = this.value(name);
    if (value === undefined || value === null) return undefined;
    if (typeof value === "string") return value;
    if (typeof value === "number" || typeof value === "boolean") return String(value);
    return this.#fail(name, "must be text");
  }

  requiredText(name: string): string {
    const value = this.text(name);
    return value === undefined || value === "" ? this.#fail(name, "is missing") : value;
  }

  flag(name: string, fallback: boolean): boolean {
    const value = this.value(name);
    if (value === undefined || value === null) return fallback;
    if (typeof value === "boolean") return value;
    if (typeof value === "string" && /^(?:true|false)$/i.test(value)) return value.toLowerCase() === "true";
    return this.#fail(name, "must be true or false");
  }

  integer(name: string): number | undefined {
    const value = this.value(name);
    if (value === undefined || value === null) return undefined;
    const number = typeof value === "string" && value.trim() !== "" ? Number(value) : value;
    return typeof number === "number" && Number.isSafeInteger(number)
      ? number
      : this.#fail(name, "must be a whole number");
  }

  array(name: string): readonly Json[] {
    const value = this.value(name);
    if (value === undefined || value === null) return [];
    return Array.isArray(value) ? value : this.#fail(name, "must be an array");
  }

  /** Milliseconds of a `[d.]hh:mm:ss`. */
  duration(name: string): number | undefined {
    const text = this.text(name);
    return text === undefined
      ? undefined
      : (parseTimespan(text) ?? this.#fail(name, 'must be a time span such as "0.12:00:00"'));
  }

  fail(name: string, problem: string, hint?: string): never {
    return this.#fail(name, problem, hint);
  }

  #path(name: string): string {
    return this.path === "" ? name : `${this.path}.${name}`;
  }

  #located(name: string, error: BoathouseError): BoathouseError {
    const { code, message, kind, source, location, hint, details } = error;
    return new BoathouseError(code, `${this.#path(name)}: ${message}`, {
      kind,
      details,
      cause: error,
      ...(hint === undefined ? {} : { hint }),
      ...(source === undefined ? {} : { source, location: location ?? locationOf(source, 0, source.length) }),
    });
  }

  #fail(name: string, problem: string, hint?: string): never {
    const message = `"${this.#path(name)}" ${problem}.`;
    throw new BoathouseError("FACTORY_VALUE_INVALID", message, hint === undefined ? {} : { hint });
  }
}

/** Milliseconds of a .NET time span, `[d.]hh:mm[:ss[.f]]`. */
function parseTimespan(text: string): number | undefined {
  const parts = /^(?:(\d+)\.)?(\d{1,2}):(\d{2})(?::(\d{2})(?:\.(\d+))?)?$/.exec(text.trim());
  if (parts === null) return undefined;
  const [, days = "0", hours = "0", minutes = "0", seconds = "0", fraction = "0"] = parts;
  const whole = ((Number(days) * 24 + Number(hours)) * 60 + Number(minutes)) * 60 + Number(seconds);
  return whole * 1000 + Math.round(Number(`0.${fraction}`) * 1000);
}
