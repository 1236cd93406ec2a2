import type { Call, FunctionRow } from "../function-row.ts";
import { compareNumbers, isArray, isNumeric } from "../value.ts";

const LONGEST_RANGE = 100_000;

export const MATH_FUNCTIONS: readonly FunctionRow[] = [
  {
    category: "math",
    signature: "add(first: number, second: number): number",
    description: "The sum.",
    call: (call) =>
      calculate(
        call,
        (a, b) => a + b,
        (a, b) => a + b,
      ),
  },
  {
    category: "math",
    signature: "div(dividend: number, divisor: number): number",
    description: "The quotient; of two integers the whole part.",
    call: (call) => {
      refuseZero(call);
      return calculate(
        call,
        (a, b) => a / b,
        (a, b) => a / b,
      );
    },
  },
  {
    category: "math",
    signature: "max(...numbers: number|array): number",
    description: "The greatest of the numbers or of an array of them.",
    call: (call) => numbersOf(call).reduce((best, each) => (compareNumbers(each, best) > 0 ? each : best)),
  },
  {
    category: "math",
    signature: "min(...numbers: number|array): number",
    description: "The least of the numbers or of an array of them.",
    call: (call) => numbersOf(call).reduce((best, each) => (compareNumbers(each, best) < 0 ? each : best)),
  },
  {
    category: "math",
    signature: "mod(dividend: number, divisor: number): number",
    description: "The remainder, with the sign of the dividend.",
    call: (call) => {
      refuseZero(call);
      return calculate(
        call,
        (a, b) => a % b,
        (a, b) => a % b,
      );
    },
  },
  {
    category: "math",
    signature: "mul(first: number, second: number): number",
    description: "The product.",
    call: (call) =>
      calculate(
        call,
        (a, b) => a * b,
        (a, b) => a * b,
      ),
  },
  {
    category: "math",
    signature: "rand(least: integer, beyond: integer): integer",
    description: "A random integer from the first up to, without, the second.",
    call: (call) => {
      const least = call.count(0);
      const beyond = call.count(1);
      if (beyond <= least) call.fail(1, "must be greater than the first");
      return BigInt(least + Math.floor(call.site.environment.random() * (beyond - least)));
    },
  },
  {
    category: "math",
    signature: "range(start: integer, count: integer): array",
    description: "Integers that follow each other; at most 100,000.",
    call: (call) => {
      const start = call.integer(0);
      const count = call.count(1);
      if (count < 1 || count > LONGEST_RANGE) call.fail(1, `must be between 1 and ${LONGEST_RANGE}`);
      return Array.from({ length: count }, (_, index) => start + BigInt(index));
    },
  },
  {
    category: "math",
    signature: "sub(minuend: number, subtrahend: number): number",
    description: "The difference.",
    call: (call) =>
      calculate(
        call,
        (a, b) => a - b,
        (a, b) => a - b,
      ),
  },
];

/** Two integers give an integer of 64 bits, anything else a float. */
function calculate(
  call: Call,
  whole: (a: bigint, b: bigint) => bigint,
  float: (a: number, b: number) => number,
): bigint | number {
  const a = call.number(0);
  const b = call.number(1);
  if (typeof a !== "bigint" || typeof b !== "bigint") return float(Number(a), Number(b));
  const result = whole(a, b);
  return BigInt.asIntN(64, result) === result ? result : call.fail(1, "makes the result too large for 64 bits");
}

function refuseZero(call: Call): void {
  if (compareNumbers(call.number(1), 0n) === 0) call.fail(1, "must not be zero");
}

function numbersOf(call: Call): (bigint | number)[] {
  const first = call.value(0);
  if (!isArray(first)) return call.values.map((_, index) => call.number(index));
  if (call.length > 1) call.fail(1, "cannot follow an array");
  if (first.length === 0) call.fail(0, "must not be empty");
  return first.map((each) => (isNumeric(each) ? each : call.fail(0, "must hold numbers only")));
}
