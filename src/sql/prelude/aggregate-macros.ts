import { macro, type Macro } from "./macro.ts";

export const aggregateMacros: readonly Macro[] = [
  macro(
    "spk_sum_long",
    "s",
    "CASE WHEN s > 9223372036854775807 OR s < -9223372036854775808 THEN error('[ARITHMETIC_OVERFLOW] long overflow. Use try_sum to tolerate overflow and return NULL instead.') ELSE CAST(s AS BIGINT) END",
  ),
  /** DuckDB's skewness is the sample's; Spark's is the population's. */
  macro(
    "spk_skewness",
    "g, n, v",
    "CASE WHEN v > 0 THEN CASE WHEN n = 2 THEN 0::DOUBLE ELSE g * (n - 2) / sqrt(n::DOUBLE * (n - 1)) END END",
  ),
  macro(
    "spk_corr",
    "sxy, sxx, syy, n",
    "CASE WHEN n > 1 THEN CASE WHEN sxx = 0 OR syy = 0 THEN NULL ELSE sxy / sqrt(sxx * syy) END END",
  ),
  macro(
    "spk_checked_decimal",
    "s, most",
    "CASE WHEN abs(s) > most THEN error('[NUMERIC_VALUE_OUT_OF_RANGE.WITH_SUGGESTION] The sum cannot be represented as a decimal of 38 digits.') ELSE s END",
  ),
  /** Two sums of parts: without values in a part its sum is null. */
  macro("spk_add_sums", "a, b", "CASE WHEN b IS NULL THEN a ELSE coalesce(a, 0) + b END"),
  macro("spk_fitting_decimal", "s, most", "CASE WHEN abs(s) <= most THEN s END"),
];
