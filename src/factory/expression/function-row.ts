import { BoathouseError } from "../../core/errors.ts";
import type { Expression, Span } from "./ast.ts";
import type { ExpressionEnvironment } from "./environment.ts";
import { expressionProblem } from "./problem.ts";
import type { Signature } from "./signature.ts";
import { isArray, isNumeric, isObject, typeName, type Value, type ValueObject } from "./value.ts";
import { XmlValue } from "./xml-value.ts";

type FunctionCategory = "string" | "collection" | "logical" | "conversion" | "math" | "date";

/** One function of the language: a row of the registry, from which the reference table in the docs is made. */
export interface FunctionRow {
  readonly category: FunctionCategory;
  /** As `parseSignature` reads it; number and types of arguments are checked against it. */
  readonly signature: string;
  readonly description: string;
  /** Gets its arguments evaluated… */
  readonly call?: (call: Call) => Value;
  /** …or evaluates those that it needs: `and`, `or`, `if`. */
  readonly lazy?: (call: LazyCall) => Value;
}

interface LazyCall {
  boolean(index: number): boolean;
  value(index: number): Value;
}

export interface CallSite {
  readonly source: string;
  readonly name: string;
  readonly signature: Signature;
  readonly arguments: readonly Expression[];
  readonly span: Span;
  readonly environment: ExpressionEnvironment;
}

/** The evaluated arguments of a call, read by type: a wrong type is an error at that argument. */
export class Call {
  readonly values: readonly Value[];
  readonly site: CallSite;

  constructor(values: readonly Value[], site: CallSite) {
    this.values = values;
    this.site = site;
  }

  get length(): number {
    return this.values.length;
  }

  has(index: number): boolean {
    return index < this.values.length;
  }

  value(index: number): Value {
    return this.values[index] ?? null;
  }

  string(index: number): string {
    const value = this.value(index);
    return typeof value === "string" ? value : this.#wrongType(index, "a string");
  }

  /** A whole number; a float without fraction is one, too. */
  integer(index: number): bigint {
    const value = this.value(index);
    if (typeof value === "bigint") return value;
    if (typeof value === "number" && Number.isSafeInteger(value)) return BigInt(value);
    return this.#wrongType(index, "an integer");
  }

  /** A whole number that JavaScript can count with. */
  count(index: number): number {
    const value = Number(this.integer(index));
    return Number.isSafeInteger(value) ? value : this.fail(index, "is too large");
  }

  number(index: number): bigint | number {
    const value = this.value(index);
    return isNumeric(value) ? value : this.#wrongType(index, "an integer or a decimal number");
  }

  boolean(index: number): boolean {
    const value = this.value(index);
    return typeof value === "boolean" ? value : this.#wrongType(index, "a Boolean");
  }

  array(index: number): readonly Value[] {
    const value = this.value(index);
    return isArray(value) ? value : this.#wrongType(index, "an array");
  }

  object(index: number): ValueObject {
    const value = this.value(index);
    return isObject(value) ? value : this.#wrongType(index, "an object");
  }

  xml(index: number): XmlValue {
    const value = this.value(index);
    return value instanceof XmlValue ? value : this.#wrongType(index, "XML, as xml() makes it");
  }

  /** An error at an argument: `substring: "start" is beyond the end of the text.` */
  fail(index: number, problem: string, hint?: string): never {
    const { name, source, signature, span } = this.site;
    const parameter = signature.parameters[Math.min(index, signature.parameters.length - 1)];
    const message = `${name}: "${parameter?.name ?? `argument ${index + 1}`}" ${problem}.`;
    throw expressionProblem(
      "EXPRESSION_ARGUMENT_INVALID",
      message,
      source,
      this.site.arguments[index]?.span ?? span,
      hint,
    );
  }

  /** Runs a conversion that has errors of its own and points them at an argument. */
  attempt<T>(index: number, action: () => T): T {
    try {
      return action();
    } catch (error) {
      if (error instanceof BoathouseError && error.location !== undefined) throw error;
      return this.fail(index, `cannot be used: ${error instanceof Error ? error.message : String(error)}`);
    }
  }

  #wrongType(index: number, wanted: string): never {
    return this.fail(index, `must be ${wanted}, and is of type ${typeName(this.value(index))}`);
  }
}
