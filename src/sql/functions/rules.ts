import type { DataType } from "../../core/data-type.ts";
import { sqlType } from "../../core/data-type.ts";
import type { BoundArgument, BoundExpression, LiteralExpression, Pretty } from "../bound.ts";
import {
  bindSignature,
  type BoundFunction,
  type CallSite,
  type ScalarRow,
  type Signature,
  type Template,
} from "./function.ts";
import type { Lowering } from "../bound.ts";

/** Small rules that rows of several categories share. */

/** The result has the type of argument `index`. */
export function sameAs(index: number): (args: readonly BoundExpression[]) => DataType {
  return (args) => typeAt(args, index);
}

export function typeAt(args: readonly BoundArgument[], index: number): DataType {
  return args[index]?.type ?? { kind: "void" };
}

/** `name(a, b)` under another name than the call's. */
export function named(name: string): Pretty {
  return (args) => `${name}(${args.join(", ")})`;
}

/** As `named`, with the defaults of arguments left out. `defaults` are those of the last arguments. */
export function namedWith(name: string, count: number, defaults: readonly string[]): Pretty {
  return (args) => {
    const missing = count - args.length;
    const filled = missing <= 0 ? args : [...args, ...defaults.slice(defaults.length - missing)];
    return `${name}(${filled.join(", ")})`;
  };
}

type Names = readonly [string, ...string[]];

/** A scalar row whose signature or lowering depends on the call. */
export function scalarBy(
  names: string | Names,
  category: string,
  bind: (call: CallSite) => BoundFunction,
  parameters?: readonly string[],
): ScalarRow {
  const list: Names = typeof names === "string" ? [names] : names;
  const base = { kind: "scalar", names: list, category, bind } as const;
  return parameters === undefined ? base : { ...base, parameters };
}

/** A row with a signature for each form, chosen by the call. */
export function scalarForms(
  names: string | Names,
  category: string,
  choose: (call: CallSite) => { readonly signature: Signature; readonly lower: Template | Lowering },
): ScalarRow {
  return scalarBy(names, category, (call) => {
    const { signature, lower } = choose(call);
    return bindSignature(call, signature, lower);
  });
}

/** The argument as a constant, when it is one (a cast of a literal counts where nothing is lost). */
export function literalOf(arg: BoundArgument | undefined): LiteralExpression | undefined {
  if (arg === undefined) return undefined;
  if (arg.kind === "literal") return arg;
  return arg.kind === "cast" && arg.operand.kind === "literal" && arg.operand.value === null
    ? { ...arg.operand, type: arg.type }
    : undefined;
}

/** The text of a constant string argument: undefined when it is not constant, null when it is NULL. */
export function textOf(arg: BoundArgument | undefined): string | null | undefined {
  const literal = literalOf(arg);
  if (literal === undefined) return undefined;
  return literal.value === null ? null : String(literal.value);
}

/** The value of a constant integral argument. */
export function integerOf(arg: BoundArgument | undefined): number | null | undefined {
  if (arg?.kind === "cast") return integerOf(arg.operand);
  if (arg?.kind === "call" && arg.name === "negative") {
    const inner = integerOf(arg.args[0]);
    return inner === null || inner === undefined ? inner : -inner;
  }
  const literal = literalOf(arg);
  if (literal === undefined) return undefined;
  if (literal.value === null) return null;
  if (typeof literal.value === "bigint" || typeof literal.value === "number") return Number(literal.value);
  return typeof literal.value === "string" && /^-?\d+$/.test(literal.value) ? Number(literal.value) : undefined;
}

/** Refuses an argument that must be constant and is not. */
export function notFoldable(call: CallSite, index: number, name: string): Error {
  const arg = call.args[index];
  const type = arg === undefined || arg.kind === "unbound_lambda" ? "" : sqlType(arg.type);
  return call.error(
    "DATATYPE_MISMATCH.NON_FOLDABLE_INPUT",
    `Cannot resolve "${call.name}" due to data type mismatch: the input ${name} should be a foldable "${type}" expression.`,
  );
}
