import type { Call, FunctionRow } from "../function-row.ts";
import { compareNumbers, isNumeric, sameValue } from "../value.ts";

export const LOGICAL_FUNCTIONS: readonly FunctionRow[] = [
  {
    category: "logical",
    signature: "and(first: boolean, second: boolean): boolean",
    description: "Whether both are true; the second is evaluated only when the first is.",
    lazy: (call) => call.boolean(0) && call.boolean(1),
  },
  {
    category: "logical",
    signature: "equals(first: any, second: any): boolean",
    description: "Whether both are the same; numbers by value, true is 1, case counts.",
    call: (call) => sameValue(call.value(0), call.value(1)),
  },
  {
    category: "logical",
    signature: "greater(first: number|string, second: number|string): boolean",
    description: "Whether the first comes after the second.",
    call: (call) => compare(call) > 0,
  },
  {
    category: "logical",
    signature: "greaterOrEquals(first: number|string, second: number|string): boolean",
    description: "Whether the first comes after the second or is the same.",
    call: (call) => compare(call) >= 0,
  },
  {
    category: "logical",
    signature: "if(condition: boolean, whenTrue: any, whenFalse: any): any",
    description: "One of two values; only that one is evaluated.",
    lazy: (call) => call.value(call.boolean(0) ? 1 : 2),
  },
  {
    category: "logical",
    signature: "less(first: number|string, second: number|string): boolean",
    description: "Whether the first comes before the second.",
    call: (call) => compare(call) < 0,
  },
  {
    category: "logical",
    signature: "lessOrEquals(first: number|string, second: number|string): boolean",
    description: "Whether the first comes before the second or is the same.",
    call: (call) => compare(call) <= 0,
  },
  {
    category: "logical",
    signature: "not(value: boolean): boolean",
    description: "The opposite.",
    call: (call) => !call.boolean(0),
  },
  {
    category: "logical",
    signature: "or(first: boolean, second: boolean): boolean",
    description: "Whether one is true; the second is evaluated only when the first is not.",
    lazy: (call) => call.boolean(0) || call.boolean(1),
  },
];

function compare(call: Call): number {
  const first = call.value(0);
  const second = call.value(1);
  if (isNumeric(first))
    return isNumeric(second) ? compareNumbers(first, second) : call.fail(1, "must be a number, too");
  const a = call.string(0);
  const b = typeof second === "string" ? second : call.fail(1, "must be a string, too");
  return a < b ? -1 : a > b ? 1 : 0;
}
