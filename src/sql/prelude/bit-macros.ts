import { macro, type Macro } from "./macro.ts";

export const bitMacros: readonly Macro[] = [
  macro(
    "spk_bit_get",
    "v, p, w",
    `CASE WHEN p < 0 OR p >= w THEN error('[INVALID_PARAMETER_VALUE.BIT_POSITION_RANGE] The value of parameter \`pos\` in \`bit_get\` is invalid: expects an integer value in [0, ' || w || '), but got ' || p || '.') ELSE CAST((v >> p) & 1 AS TINYINT) END`,
  ),
  macro("spk_bitmap_position", "n", "CASE WHEN n > 0 THEN (n - 1) % 32768 ELSE (-n) % 32768 END"),
  macro("spk_bitmap_bucket", "n", "CASE WHEN n > 0 THEN 1 + (n - 1) // 32768 ELSE n // 32768 END"),
];
