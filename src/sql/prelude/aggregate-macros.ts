import { macro, type Macro } from "./macro.ts";

export const aggregateMacros: readonly Macro[] = [
  macro(
    "spk_sum_long",
    "s",
    "CASE WHEN s > 9223372036854775807 OR s < -9223372036854775808 THEN error('[ARITHMETIC_OVERFLOW] long overflow. Use try_sum to tolerate overflow and return NULL instead.') ELSE CAST(s AS BIGINT) END",
  ),
];
