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
  /** DOUBLE to INT without its fraction: not a number is 0, as in Java; what does not fit is an error, or the bound. */
  spk_exact_int: `(x) AS CASE WHEN isnan(x) THEN 0 WHEN trunc(x) BETWEEN -2147483648 AND 2147483647 THEN CAST(trunc(x) AS INTEGER)
    WHEN x IS NOT NULL THEN error('[ARITHMETIC_OVERFLOW] integer overflow. If necessary set "spark.sql.ansi.enabled" to "false" to bypass this error.') END`,
  spk_near_int: `(x) AS CASE WHEN isnan(x) THEN 0 ELSE CAST(greatest(-2147483648, least(2147483647, trunc(x))) AS INTEGER) END`,
  /** DOUBLE to microseconds, as Java's Math.round. */
  spk_near_micros: `(x) AS CASE WHEN isnan(x) THEN 0 WHEN x >= 9223372036854775807 THEN 9223372036854775807
    WHEN x <= -9223372036854775808 THEN -9223372036854775808 ELSE CAST(floor(x + 0.5) AS BIGINT) END`,
  /** A calendar interval of DOUBLE months, days and microseconds. */
  spk_calendar: `(m, d, u) AS to_months(spk_exact_int(m)) + to_days(spk_exact_int(d))
    + to_microseconds(spk_near_micros(u + 86400000000 * (d - spk_exact_int(d))))`,
  /** Null where it does not fit. */
  spk_calendar_try: `(m, d, u) AS CASE WHEN (isnan(m) OR trunc(m) BETWEEN -2147483648 AND 2147483647)
    AND (isnan(d) OR trunc(d) BETWEEN -2147483648 AND 2147483647) THEN spk_calendar_lax(m, d, u) END`,
  spk_calendar_lax: `(m, d, u) AS to_months(spk_near_int(m)) + to_days(spk_near_int(d))
    + to_microseconds(spk_near_micros(u + 86400000000 * (d - spk_near_int(d))))`,
};
