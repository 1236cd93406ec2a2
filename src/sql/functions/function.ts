import { sqlType, type DataType } from "../../core/data-type.ts";
import type { BoathouseError } from "../../core/errors.ts";
import type { BoundArgument, BoundExpression, LambdaExpression, SortOrder } from "../bound.ts";
import type { GeneratorLowering, Lowering, Pretty, TableLowering } from "../lowering.ts";
import type { AnalysisContext } from "../resolver.ts";
import { castTo } from "../types/cast-expression.ts";
import { commonType } from "../types/common-type.ts";
import { template, type Template } from "./template.ts";

/**
 * One function of Spark SQL: a row of the registry. `bind` checks and coerces the arguments and says the type of the
 * result; what it returns knows how to become DuckDB SQL.
 *
 * Macros that a lowering uses are named `spk_…` and JavaScript functions `spkjs_…`. Nothing is registered by hand: the
 * generator reports every such name that occurs in the SQL it made, and the engine installs just those.
 */
export type FunctionRow = ScalarRow | AggregateRow | WindowRow | GeneratorRow | TableRow;

interface Row {
  /** In lower case; the first is the canonical one. */
  readonly names: readonly [string, ...string[]];
  readonly category: string;
  /** The text of an argument left out is `undefined`; names of named arguments, in order of position. */
  readonly parameters?: readonly string[];
  /** Why the function is refused by name. */
  readonly refused?: string;
}

export interface ScalarRow extends Row {
  readonly kind: "scalar";
  readonly bind: (call: CallSite) => BoundFunction;
}

export interface AggregateRow extends Row {
  readonly kind: "aggregate";
  readonly bind: (call: CallSite) => BoundFunction;
}

/** Functions that exist only over a window: `row_number`, `lag`. */
export interface WindowRow extends Row {
  readonly kind: "window";
  readonly bind: (call: CallSite) => BoundFunction;
}

export interface GeneratorRow extends Row {
  readonly kind: "generator";
  /** No function at all in a SELECT list. */
  readonly onlyInFrom?: true;
  readonly bind: (call: CallSite) => BoundGenerator;
}

export interface TableRow extends Row {
  readonly kind: "table";
  readonly bind: (call: CallSite) => BoundTable;
}

/** A call before it is bound. */
export interface CallSite {
  /** As the user wrote it, in lower case: one of the row's names. */
  readonly name: string;
  readonly args: readonly CallArgument[];
  readonly distinct: boolean;
  /** `f(*)`: only `count` takes it. */
  readonly star: boolean;
  readonly ignoreNulls: boolean;
  readonly orderBy: readonly SortOrder[];
  /** Whether there is an OVER. */
  readonly windowed: boolean;
  readonly context: AnalysisContext;
  /** An error at this call. */
  error(condition: string, message: string, details?: Readonly<Record<string, unknown>>): BoathouseError;
}

export type CallArgument = BoundExpression | UnboundLambda;

/** A lambda that waits for the types of its parameters. */
export interface UnboundLambda {
  readonly kind: "unbound_lambda";
  readonly arity: number;
  bind(parameters: readonly { readonly type: DataType; readonly nullable: boolean }[]): LambdaExpression;
}

export interface BoundFunction {
  readonly args: readonly BoundArgument[];
  readonly type: DataType;
  readonly nullable: boolean;
  readonly lower: Lowering;
  /** Default: `name(a, b)`, with the name as called. */
  readonly pretty?: Pretty | undefined;
  /** Default true. */
  readonly deterministic?: boolean | undefined;
  /** For aggregates that consume what stands in `WITHIN GROUP`: what remains as ORDER BY inside the call. */
  readonly orderBy?: readonly SortOrder[] | undefined;
}

export interface BoundGenerator {
  readonly args: readonly BoundArgument[];
  readonly columns: readonly { readonly name: string; readonly type: DataType; readonly nullable: boolean }[];
  readonly lower: GeneratorLowering;
  /** `explode_outer` and its kin. */
  readonly outer?: boolean | undefined;
  readonly pretty?: Pretty | undefined;
}

export interface BoundTable {
  readonly args: readonly BoundArgument[];
  readonly columns: readonly { readonly name: string; readonly type: DataType; readonly nullable: boolean }[];
  readonly lower: TableLowering;
}

/** What a row says in one line. `returns` sees the arguments after coercion. */
export interface Signature {
  readonly params: readonly Param[];
  /** Arguments that may be left out, after `params`. */
  readonly optional?: readonly Param[];
  /** Any number more. */
  readonly rest?: Param;
  /** Bring all arguments (or these positions) to their common type first. */
  readonly unify?: "all" | readonly number[];
  readonly returns: DataType | ((args: readonly BoundExpression[], call: CallSite) => DataType);
  /** Default: when any argument is. */
  readonly nullable?: boolean | ((args: readonly BoundExpression[]) => boolean);
  readonly deterministic?: boolean;
  readonly pretty?: Pretty | undefined;
  /** Names of the parameters, where calls with `name => value` are allowed. */
  readonly names?: readonly string[];
}

/** What an argument must be. */
export interface Param {
  /** As error messages name it: `"INT"`, `"ARRAY"`. */
  readonly expected: string;
  /** The type to convert the argument to, or undefined when it cannot be. */
  accept(type: DataType, ansi: boolean): DataType | undefined;
}

type Names = string | readonly [string, ...string[]];

export function scalar(names: Names, category: string, signature: Signature, lower: Template | Lowering): ScalarRow {
  return row("scalar", names, category, signature, lower);
}

export function aggregate(
  names: Names,
  category: string,
  signature: Signature,
  lower: Template | Lowering,
): AggregateRow {
  return row("aggregate", names, category, signature, lower);
}

export function windowFunction(
  names: Names,
  category: string,
  signature: Signature,
  lower: Template | Lowering,
): WindowRow {
  return row("window", names, category, signature, lower);
}

/** A function that is known and refused by name, at its place, with the reason. */
export function unsupported(names: Names, category: string, reason: string): ScalarRow {
  return {
    kind: "scalar",
    names: nameList(names),
    category,
    refused: reason,
    bind: (call) => {
      throw call.error("UNSUPPORTED_FEATURE.FUNCTION", `The function ${call.name} is not supported: ${reason}.`);
    },
  };
}

/** Checks arity and types, converts, and gives the result's type: what `scalar` and `aggregate` do, for rows of their own. */
export function bindSignature(call: CallSite, signature: Signature, lower: Template | Lowering): BoundFunction {
  const args = coerceArguments(call, signature);
  const type = typeof signature.returns === "function" ? signature.returns(args, call) : signature.returns;
  return {
    args,
    type,
    nullable: nullability(args, signature),
    lower: typeof lower === "string" ? template(lower) : lower,
    pretty: signature.pretty,
    deterministic: signature.deterministic,
  };
}

/** The arguments as expressions; a lambda among them is an error. */
export function expressions(call: CallSite): BoundExpression[] {
  return call.args.map((arg, index) => {
    if (arg.kind !== "unbound_lambda") return arg;
    throw call.error(
      "INVALID_LAMBDA_FUNCTION_CALL.NON_HIGHER_ORDER_FUNCTION",
      `Argument ${index + 1} of ${call.name} cannot be a lambda function.`,
    );
  });
}

/** The lambda at `index`, which must have one of these numbers of parameters. An expression is one that uses none of them. */
export function lambdaAt(call: CallSite, index: number, ...arities: readonly number[]): UnboundLambda {
  const arg = call.args[index];
  if (arg === undefined) throw wrongNumber(call, String(index + 1));
  if (arg.kind !== "unbound_lambda") return constantLambda(arg, arities[0] ?? 1);
  if (!arities.includes(arg.arity)) {
    throw call.error(
      "INVALID_LAMBDA_FUNCTION_CALL.NUM_ARGS_MISMATCH",
      `A higher order function expects ${arities.join(" or ")} arguments, but got ${arg.arity}.`,
    );
  }
  return arg;
}

function constantLambda(body: BoundExpression, arity: number): UnboundLambda {
  return {
    kind: "unbound_lambda",
    arity,
    bind: (types) => {
      const parameters = types.slice(0, arity).map(({ type, nullable }, index) => ({
        kind: "lambda_variable" as const,
        id: -1 - index,
        name: `x_${index + 1}`,
        type,
        nullable,
      }));
      return { kind: "lambda", parameters, body, type: body.type, nullable: body.nullable, span: body.span };
    },
  };
}

/** The expression at `index`; a lambda or nothing there is an error. */
export function expressionAt(call: CallSite, index: number): BoundExpression {
  const arg = call.args[index];
  if (arg === undefined) throw wrongNumber(call, String(index + 1));
  if (arg.kind === "unbound_lambda") throw mismatch(call, index, "an expression", "a lambda function");
  return arg;
}

/** An expression converted to `type`, by an implicit cast in the session's mode. */
export function coerce(arg: BoundExpression, type: DataType, call: CallSite): BoundExpression {
  return castTo(arg, type, call.context.ansi ? "ansi" : "legacy");
}

export function wrongNumber(call: CallSite, expected: string): BoathouseError {
  return call.error(
    "WRONG_NUM_ARGS.WITHOUT_SUGGESTION",
    `The \`${call.name}\` requires ${expected} parameters but the actual number is ${call.args.length}.`,
    { sqlState: "42605" },
  );
}

export function mismatch(call: CallSite, index: number, expected: string, actual: string): BoathouseError {
  return call.error(
    "DATATYPE_MISMATCH.UNEXPECTED_INPUT_TYPE",
    `Cannot resolve "${call.name}" due to data type mismatch: the ${ordinal(index + 1)} parameter requires the ` +
      `${expected} type, however it has the type "${actual.toUpperCase()}".`,
  );
}

function row<K extends "scalar" | "aggregate" | "window">(
  kind: K,
  names: Names,
  category: string,
  signature: Signature,
  lower: Template | Lowering,
): {
  kind: K;
  names: readonly [string, ...string[]];
  category: string;
  parameters?: readonly string[];
  bind: (call: CallSite) => BoundFunction;
} {
  const lowering = typeof lower === "string" ? template(lower) : lower;
  return {
    kind,
    names: nameList(names),
    category,
    ...(signature.names === undefined ? {} : { parameters: signature.names }),
    bind: (call) => bindSignature(call, signature, lowering),
  };
}

function nameList(names: Names): readonly [string, ...string[]] {
  return typeof names === "string" ? [names] : names;
}

function coerceArguments(call: CallSite, signature: Signature): BoundExpression[] {
  const args = expressions(call);
  const { params, optional = [], rest } = signature;
  const most = params.length + optional.length;
  if (args.length < params.length || (args.length > most && rest === undefined)) {
    const expected =
      rest !== undefined ? `> ${params.length - 1}` : most === params.length ? most : `[${params.length}, ${most}]`;
    throw wrongNumber(call, String(expected));
  }
  const unified = signature.unify === undefined ? args : unify(call, args, signature.unify);
  return unified.map((arg, index) => {
    const param = params[index] ?? optional[index - params.length] ?? rest;
    const type = param?.accept(arg.type, call.context.ansi);
    if (param === undefined || type === undefined)
      throw mismatch(call, index, param?.expected ?? "", sqlType(arg.type));
    return coerce(arg, type, call);
  });
}

/** Brings arguments to their common type; the condition is DATATYPE_MISMATCH.DATA_DIFF_TYPES when there is none. */
export function unify(
  call: CallSite,
  args: readonly BoundExpression[],
  which: "all" | readonly number[],
): BoundExpression[] {
  const chosen = which === "all" ? args : args.filter((_, index) => which.includes(index));
  const common = commonType(
    chosen.map((arg) => arg.type),
    call.context.ansi,
  );
  if (common === undefined) {
    throw call.error(
      "DATATYPE_MISMATCH.DATA_DIFF_TYPES",
      `Cannot resolve "${call.name}" due to data type mismatch: the input should all be the same type, but it's ` +
        `[${chosen.map((arg) => `"${sqlType(arg.type)}"`).join(", ")}].`,
    );
  }
  // The common type may hold nulls where the argument's own does not.
  const widened = (arg: BoundExpression): BoundExpression => ({ ...coerce(arg, common, call), type: common });
  return args.map((arg, index) => (which === "all" || which.includes(index) ? widened(arg) : arg));
}

function nullability(args: readonly BoundExpression[], signature: Signature): boolean {
  const rule = signature.nullable;
  if (typeof rule === "boolean") return rule;
  return rule === undefined ? args.some((arg) => arg.nullable) : rule(args);
}

function ordinal(position: number): string {
  return ["first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth"][position - 1] ?? `${position}th`;
}
