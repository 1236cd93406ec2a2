import type { DataType } from "../../core/data-type.ts";
import { isDatetime, isInterval } from "../types/kinds.ts";
import { sqlType } from "../../core/data-type.ts";
import { unreachable } from "../../core/errors.ts";
import { javaDouble, javaFloat } from "../java/number.ts";
import { constantValue } from "../analyzer/constant.ts";
import type { BoundArgument, BoundExpression, LiteralExpression } from "../bound.ts";
import type { Pretty } from "../lowering.ts";
import {
  bindSignature,
  type BoundFunction,
  type CallSite,
  type FunctionRow,
  type ScalarRow,
  type Signature,
} from "./function.ts";
import type { Template } from "./template.ts";
import type { Lowering, LoweringTools } from "../lowering.ts";

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

/** Whether the value is the same for every row and known before the query runs (Spark's `foldable`). */
export function isFoldable(arg: BoundArgument): boolean {
  if (arg.kind === "literal") return true;
  if (arg.kind === "cast") return isFoldable(arg.operand);
  return arg.kind === "call" && arg.deterministic && arg.args.every(isFoldable);
}

/** The argument as a literal, when it plainly is one. */
export function literalOf(arg: BoundArgument | undefined): LiteralExpression | undefined {
  if (arg === undefined || arg.kind === "lambda") return undefined;
  if (arg.kind === "literal") return arg;
  const known = constantValue(arg);
  return known === undefined ? undefined : { kind: "literal", ...known, nullable: known.value === null };
}

/** The text of a constant string argument: undefined when it is not constant, null when it is NULL. */
export function textOf(arg: BoundArgument | undefined): string | null | undefined {
  const literal = literalOf(arg) ?? nullOf(arg);
  if (literal === undefined) return undefined;
  const { value } = literal;
  if (value === null || typeof value === "string") return value;
  if (typeof value === "number" && literal.type.kind === "double") return javaDouble(value);
  if (typeof value === "number" && literal.type.kind === "float") return javaFloat(value);
  if (isDatetime(literal.type) || isInterval(literal.type)) return undefined;
  return typeof value === "object" ? undefined : String(value);
}

/** The value of a constant integral argument. */
export function integerOf(arg: BoundArgument | undefined): number | null | undefined {
  const value = (literalOf(arg) ?? nullOf(arg))?.value;
  if (value === null || value === undefined) return value;
  if (typeof value === "bigint" || typeof value === "number") return Number(value);
  return typeof value === "string" && /^-?\d+$/.test(value) ? Number(value) : undefined;
}

/** A cast of NULL. */
function nullOf(arg: BoundArgument | undefined): LiteralExpression | undefined {
  return arg?.kind === "cast" && arg.operand.kind === "literal" && arg.operand.value === null ? arg.operand : undefined;
}

/** Refuses an argument that must be constant and is not. */
export function notFoldable(call: CallSite, index: number, name: string): Error {
  const arg = call.args[index];
  const type = arg === undefined || arg.kind === "unbound_lambda" ? "" : sqlType(arg.type);
  if (arg !== undefined && arg.kind !== "unbound_lambda" && isFoldable(arg)) return uncomputed(call, name);
  return call.error(
    "DATATYPE_MISMATCH.NON_FOLDABLE_INPUT",
    `Cannot resolve "${call.name}" due to data type mismatch: the input ${name} should be a foldable "${type}" expression.`,
  );
}

/** Spark computes any constant before it runs; here only the plainest are known by then. */
export function uncomputed(call: CallSite, name: string): Error {
  return call.error(
    "UNSUPPORTED_FEATURE.CONSTANT_EXPRESSION",
    `The ${name} of ${call.name} is a constant that is not known before the statement runs: write it as a literal.`,
  );
}

/**
 * SQL with a TRY over values that stand outside it: their own errors are raised, and DuckDB takes no TRY over what may
 * raise one.
 */
export function attempted(
  args: readonly string[],
  tools: LoweringTools,
  build: (names: readonly string[]) => string,
): string {
  const next = (names: readonly string[]): string => {
    const arg = args[names.length];
    return arg === undefined ? build(names) : tools.once(arg, (name) => next([...names, name]));
  };
  return next([]);
}

/** A row that must be there. */
export function lookupIn(rows: readonly FunctionRow[], name: string): FunctionRow {
  const row = rows.find((each) => each.names.includes(name));
  return row ?? unreachable(`The registry has no row ${name}.`);
}
