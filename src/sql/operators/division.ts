import type { Lowering, LoweringTools } from "../lowering.ts";

/** Divides by something that is not zero; by zero is an error in ANSI mode and null otherwise. */
export function byNonZero(
  operation: (left: string, right: string) => string,
  condition: "DIVIDE_BY_ZERO" | "REMAINDER_BY_ZERO",
): Lowering {
  return (args, call, tools) => {
    const [left = "", right = ""] = args;
    const divisor = call.args[1];
    // An interval is no number: whether it is zero shows when it runs.
    const known = divisor?.kind === "literal" && divisor.value !== null ? Number(divisor.value) : Number.NaN;
    if (!Number.isNaN(known) && known !== 0) return operation(left, right);
    return tools.once(right, (value) => operation(left, nonZero(value, left, call.args[0], condition, tools)));
  };
}

function nonZero(
  value: string,
  left: string,
  dividend: { readonly nullable: boolean } | undefined,
  condition: string,
  tools: LoweringTools,
): string {
  if (!tools.ansi) return `nullif(${value}, 0)`;
  const raise = `error('[${condition}] Division by zero. Use \`try_divide\` to tolerate divisor being 0 and return NULL instead.')`;
  const known = dividend?.nullable === false ? "" : ` AND ${left} IS NOT NULL`;
  return `CASE WHEN ${value} = 0${known} THEN ${raise} ELSE ${value} END`;
}
