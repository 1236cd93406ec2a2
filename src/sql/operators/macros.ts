/** DuckDB macros of the operators: name to parameters and body. */
export const operatorMacros: Readonly<Record<string, string>> = {
  /** The low bits of a HUGEINT as a signed number, as Java computes. */
  spk_wrap8: "(x) AS CAST(xor((x) & 255::HUGEINT, 128::HUGEINT) - 128::HUGEINT AS TINYINT)",
  spk_wrap16: "(x) AS CAST(xor((x) & 65535::HUGEINT, 32768::HUGEINT) - 32768::HUGEINT AS SMALLINT)",
  /** The rest has the dividend's sign; that of an infinity is no number. DuckDB's own `fmod` rounds down. */
  spk_fmod: "(a, b) AS CASE WHEN isinf(a) AND b IS NOT NULL THEN 'nan'::FLOAT ELSE a % b END",
  spk_wrap32: "(x) AS CAST(xor((x) & 4294967295::HUGEINT, 2147483648::HUGEINT) - 2147483648::HUGEINT AS INTEGER)",
  spk_wrap64:
    "(x) AS CAST(xor((x) & 18446744073709551615::HUGEINT, 9223372036854775808::HUGEINT) - 9223372036854775808::HUGEINT AS BIGINT)",
  /** Integral quotient, rounded down; the divisor is positive. */
  spk_floor_div: "(a, b) AS ((a) - (((a) % (b)) + (b)) % (b)) // (b)",
  /** Integral quotient, a half rounded away from zero. */
  spk_divide_half_up: `(a, b) AS (a) // (b) + CASE WHEN abs((a) % (b)) * 2 >= abs(b)
    THEN CASE WHEN ((a) < 0) = ((b) < 0) THEN 1::HUGEINT ELSE (-1)::HUGEINT END ELSE 0::HUGEINT END`,
};
