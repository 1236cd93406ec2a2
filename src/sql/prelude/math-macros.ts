import { macro, type Macro } from "./macro.ts";

export const mathMacros: readonly Macro[] = [
  macro(
    "spk_double_to_long",
    "x",
    "CASE WHEN isnan(x) THEN 0 WHEN x >= 9223372036854775807 THEN 9223372036854775807 WHEN x <= -9223372036854775808 THEN -9223372036854775808 ELSE CAST(x AS BIGINT) END",
  ),
  macro("spk_bin", "n", "CASE WHEN n >= 0 THEN bin(n) ELSE bin(18446744073709551616::HUGEINT + n) END"),
  macro(
    "spk_width_bucket",
    "v, low, high, n",
    `CASE WHEN n <= 0 OR n = 9223372036854775807 OR isnan(v) OR low = high OR isnan(low) OR isinf(low) OR isnan(high) OR isinf(high) THEN NULL
      WHEN low < high THEN CASE WHEN v < low THEN 0 WHEN v >= high THEN n + 1 ELSE CAST(floor(n * (v - low) / (high - low)) AS BIGINT) + 1 END
      WHEN low > high THEN CASE WHEN v > low THEN 0 WHEN v <= high THEN n + 1 ELSE CAST(floor(n * (low - v) / (low - high)) AS BIGINT) + 1 END END`,
  ),
  macro(
    "spk_whole_int",
    "x",
    "CASE WHEN isnan(x) THEN 0 WHEN x >= 2147483647 THEN 2147483647 WHEN x <= -2147483648 THEN -2147483648 ELSE CAST(trunc(x) AS INTEGER) END",
  ),
];
