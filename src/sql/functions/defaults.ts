import { BOOLEAN, INT, STRING, type DataType } from "../../core/data-type.ts";
import type { LiteralExpression } from "../bound.ts";
import type { LiteralValue } from "../value.ts";
import type { CallSite } from "./function.ts";

/** Constants that stand in for arguments left out; they show in automatic column names, as in Spark. */
export function constant(value: LiteralValue, type: DataType): LiteralExpression {
  return { kind: "literal", value, type, nullable: value === null };
}

export function integer(value: number): LiteralExpression {
  return constant(BigInt(value), INT);
}

export function string(value: string): LiteralExpression {
  return constant(value, STRING);
}

export function bool(value: boolean): LiteralExpression {
  return constant(value, BOOLEAN);
}

/** The call with its last arguments filled in up to `count`; `defaults` are those of the last ones. */
export function filled(call: CallSite, count: number, defaults: readonly LiteralExpression[]): CallSite {
  const missing = count - call.args.length;
  if (missing <= 0 || missing > defaults.length) return call;
  return withArguments(call, [...call.args, ...defaults.slice(defaults.length - missing)]);
}

function withArguments(call: CallSite, args: CallSite["args"]): CallSite {
  return { ...call, args, error: (condition, message, details) => call.error(condition, message, details) };
}
