import { macro, type Macro } from "./macro.ts";

const DAYS = ["MO", "TU", "WE", "TH", "FR", "SA", "SU"];
const NAMES = ["MONDAY", "TUESDAY", "WEDNESDAY", "THURSDAY", "FRIDAY", "SATURDAY", "SUNDAY"];
const dayNumber = `CASE ${DAYS.map((short, index) => `WHEN upper(n) IN ('${short}', '${(NAMES[index] ?? "").slice(0, 3)}', '${NAMES[index] ?? ""}') THEN ${index + 1}`).join(" ")} END`;

export const dateMacros: readonly Macro[] = [
  macro(
    "spk_move_date",
    "d, i",
    `CASE WHEN d IS NOT NULL AND spk_micros(i) <> extract(day FROM i) * 86400000000
      THEN error('[INVALID_INTERVAL_WITH_MICROSECONDS_ADDITION] Cannot add an interval to a date because its microseconds part is not 0. To resolve this, cast the input date to a timestamp, which supports the addition of intervals with non-zero microseconds.')
      ELSE CAST(d + i AS DATE) END`,
  ),
  macro(
    "spk_add_days",
    "d, n",
    `CASE WHEN n BETWEEN -1000000 AND 1000000 THEN d + CAST(n AS INTEGER)
      ELSE DATE '1970-01-01' + CAST(((date_diff('day', DATE '1970-01-01', d) + n + 2147483648) & 4294967295) - 2147483648 AS INTEGER) END`,
  ),
  macro("spk_day_number", "n", dayNumber),
  macro("spk_next_day", "d, n", "d + CAST((spk_day_number(n) - isodow(d) + 6) % 7 + 1 AS INTEGER)"),
  macro(
    "spk_next_day_ansi",
    "d, n",
    "CASE WHEN d IS NOT NULL AND n IS NOT NULL AND spk_day_number(n) IS NULL THEN error('[ILLEGAL_DAY_OF_WEEK] Illegal input for day of week: ' || n || '.') ELSE spk_next_day(d, n) END",
  ),
  macro(
    "spk_trunc",
    "d, f",
    `CASE WHEN f IN ('YEAR', 'YYYY', 'YY') THEN CAST(date_trunc('year', d) AS DATE)
      WHEN f = 'QUARTER' THEN CAST(date_trunc('quarter', d) AS DATE)
      WHEN f IN ('MONTH', 'MM', 'MON') THEN CAST(date_trunc('month', d) AS DATE)
      WHEN f = 'WEEK' THEN CAST(date_trunc('week', d) AS DATE) END`,
  ),
  macro(
    "spk_date_trunc",
    "f, t",
    `CASE WHEN f IN ('YEAR', 'YYYY', 'YY') THEN date_trunc('year', t) WHEN f = 'QUARTER' THEN date_trunc('quarter', t)
      WHEN f IN ('MONTH', 'MM', 'MON') THEN date_trunc('month', t) WHEN f = 'WEEK' THEN date_trunc('week', t)
      WHEN f IN ('DAY', 'DD') THEN date_trunc('day', t) WHEN f = 'HOUR' THEN date_trunc('hour', t)
      WHEN f = 'MINUTE' THEN date_trunc('minute', t) WHEN f = 'SECOND' THEN date_trunc('second', t)
      WHEN f = 'MILLISECOND' THEN make_timestamptz(spk_floor_div(epoch_us(t), 1000) * 1000)
      WHEN f = 'MICROSECOND' THEN t END`,
  ),
  macro(
    "spk_make_timestamp",
    "y, mo, d, h, mi, s",
    `CASE WHEN y IS NULL OR mo IS NULL OR d IS NULL OR h IS NULL OR mi IS NULL OR s IS NULL THEN NULL
      WHEN s > 60 AND s < 61 THEN error('[INVALID_FRACTION_OF_SECOND] The fraction of sec must be zero or lower than 60. Valid range is [0, 60].')
      WHEN s < 0 OR s > 60 THEN error('[DATETIME_FIELD_OUT_OF_BOUNDS.WITH_SUGGESTION] Invalid value for SecondOfMinute (valid values 0 - 59): ' || s || '. If necessary set "spark.sql.ansi.enabled" to "false" to bypass this error.')
      WHEN mi < 0 OR mi > 59 THEN error('[DATETIME_FIELD_OUT_OF_BOUNDS.WITH_SUGGESTION] Invalid value for MinuteOfHour (valid values 0 - 59): ' || mi || '. If necessary set "spark.sql.ansi.enabled" to "false" to bypass this error.')
      WHEN h < 0 OR h > 23 THEN error('[DATETIME_FIELD_OUT_OF_BOUNDS.WITH_SUGGESTION] Invalid value for HourOfDay (valid values 0 - 23): ' || h || '. If necessary set "spark.sql.ansi.enabled" to "false" to bypass this error.')
      ELSE make_timestamp(y, mo, d, h, mi, 0.0::DOUBLE) + to_microseconds(CAST(s * 1000000 AS BIGINT)) END`,
  ),
  macro(
    "spk_make_interval",
    "y, mo, w, d, h, mi, s",
    // Sums in INT overflow as Java's do; so do the microseconds in BIGINT.
    "to_months(y * 12::INTEGER + mo) + to_days(w * 7::INTEGER + d) + to_microseconds(CAST(h AS BIGINT) * 3600000000 + CAST(mi AS BIGINT) * 60000000 + CAST(CAST(s AS DECIMAL(38,6)) * 1000000 AS BIGINT))",
  ),
  macro(
    "spk_try_make_timestamp",
    "y, mo, d, h, mi, s",
    "CASE WHEN s >= 0 AND s <= 60 AND h < 24 THEN TRY(make_timestamp(y, mo, d, h, mi, 0.0::DOUBLE) + to_microseconds(CAST(s * 1000000 AS BIGINT))) END",
  ),
];
