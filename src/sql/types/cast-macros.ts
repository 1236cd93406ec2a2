/**
 * DuckDB macros for casts whose Spark meaning DuckDB lacks: name to parameters and body, those that others use first. They give null for text that
 * is not a value of the type; who needs an error adds it.
 */
export const castMacros: Readonly<Record<string, string>> = {
  spk_text_mantissa: `(d) AS d[1] || '.' || CASE WHEN length(d) > 1 THEN substr(d, 2) ELSE '0' END`,
  spk_text_scientific: `(t) AS CASE
    WHEN contains(t, 'e') THEN
      CASE WHEN contains(split_part(t, 'e', 1), '.') THEN split_part(t, 'e', 1) ELSE split_part(t, 'e', 1) || '.0' END
      || 'E' || CAST(CAST(split_part(t, 'e', 2) AS INTEGER) AS VARCHAR)
    WHEN starts_with(t, '0.') THEN spk_text_mantissa(ltrim(replace(t, '.', ''), '0'))
      || 'E-' || CAST(length(t) - 1 - length(ltrim(replace(t, '.', ''), '0')) AS VARCHAR)
    ELSE spk_text_mantissa(rtrim(replace(t, '.', ''), '0'))
      || 'E' || CAST(length(split_part(t, '.', 1)) - 1 AS VARCHAR) END`,
  /** Java's Double.toString and Float.toString. */
  spk_text_double: `(x) AS CASE
    WHEN isnan(x) THEN 'NaN'
    WHEN isinf(x) THEN CASE WHEN x > 0 THEN 'Infinity' ELSE '-Infinity' END
    WHEN x = 0 OR (abs(x) >= 0.001 AND abs(x) < 10000000) THEN CAST(x AS VARCHAR)
    ELSE CASE WHEN x < 0 THEN '-' ELSE '' END || spk_text_scientific(CAST(abs(x) AS VARCHAR)) END`,
  spk_date_of: `(p) AS TRY_CAST(p['y'] || '-' || CASE p['m'] WHEN '' THEN '1' ELSE p['m'] END
    || '-' || CASE p['d'] WHEN '' THEN '1' ELSE p['d'] END AS DATE)`,
  /** [+-]yyyy*, yyyy-[m]m, yyyy-[m]m-[d]d and anything after a blank or a T. */
  spk_parse_date: `(s) AS CASE
    WHEN regexp_full_match(s, '[0-9]{4}-[0-9]{2}-[0-9]{2}') THEN TRY_CAST(s AS DATE)
    ELSE spk_date_of(regexp_extract(s,
      '^\\s*([+-]?[0-9]{4,7})(?:-([0-9]{1,2})(?:-([0-9]{1,2})(?:[ T][^\\n]*)?)?)?\\s*$', ['y', 'm', 'd'])) END`,
  spk_part: `(t, missing) AS CASE t WHEN '' THEN missing ELSE t END`,
  spk_local_text: `(p) AS p['y'] || '-' || spk_part(p['mo'], '1') || '-' || spk_part(p['d'], '1') || ' '
    || lpad(spk_part(p['h'], '0'), 2, '0') || ':' || lpad(spk_part(p['mi'], '0'), 2, '0') || ':'
    || lpad(spk_part(p['s'], '0'), 2, '0') || '.' || spk_part(p['f'], '0')`,
  spk_timestamp_parts: `(s) AS regexp_extract(s, '^\\s*([+-]?[0-9]{4,7})(?:-([0-9]{1,2})(?:-([0-9]{1,2})(?:[ T]'
    || '(?:([0-9]{1,2})(?::([0-9]{1,2})(?::([0-9]{1,2})(?:\\.([0-9]{0,6})[0-9]*)?)?)?)?'
    || '\\s*(Z|[+-][0-9]{1,2}(?::?[0-9]{1,2})?(?::[0-9]{2})?|[A-Z][A-Za-z0-9_+:-]*(?:/[A-Z][A-Za-z0-9_+:-]*)*)?)?)?)?\\s*$',
    ['y', 'mo', 'd', 'h', 'mi', 's', 'f', 'z'])`,
  spk_zone_text: `(z) AS CASE
    WHEN z = '' THEN ''
    WHEN z = 'Z' THEN '+00'
    WHEN regexp_full_match(z, '(?:UTC|GMT|UT)?[+-].*')
      THEN regexp_extract(z, '([+-])', 1) || lpad(regexp_extract(z, '[+-]([0-9]{1,2})', 1), 2, '0') || ':'
        || lpad(spk_part(regexp_extract(z, '[+-][0-9]{1,2}:?([0-9]{1,2})', 1), '00'), 2, '0')
        || coalesce(nullif(regexp_extract(z, '^[A-Z]*[+-][0-9]{1,2}:[0-9]{2}(:[0-9]{2})$', 1), ''), '')
    ELSE ' ' || z END`,
  spk_parse_timestamp: `(s) AS CASE
    WHEN regexp_full_match(s, '[0-9]{4}-[0-9]{2}-[0-9]{2}(?:[ T][0-9]{2}:[0-9]{2}:[0-9]{2}(?:\\.[0-9]{1,6})?Z?)?')
      THEN TRY_CAST(s AS TIMESTAMPTZ)
    ELSE TRY_CAST(spk_local_text(spk_timestamp_parts(s)) || spk_zone_text(spk_timestamp_parts(s)['z']) AS TIMESTAMPTZ) END`,
  spk_parse_timestamp_ntz: `(s) AS CASE
    WHEN regexp_full_match(s, '[0-9]{4}-[0-9]{2}-[0-9]{2}(?:[ T][0-9]{2}:[0-9]{2}:[0-9]{2}(?:\\.[0-9]{1,6})?)?')
      THEN TRY_CAST(s AS TIMESTAMP)
    ELSE TRY_CAST(spk_local_text(spk_timestamp_parts(s)) AS TIMESTAMP) END`,
  spk_is_repeated: `(t) AS CAST(t AS TIMESTAMP) = CAST(t - INTERVAL 1 HOUR AS TIMESTAMP)`,
  spk_first_instant: `(t) AS CASE WHEN spk_is_repeated(t) THEN t - INTERVAL 1 HOUR ELSE t END`,
  spk_parse_first_timestamp: `(s) AS CASE
    WHEN spk_is_repeated(spk_parse_timestamp(s)) AND spk_timestamp_parts(s)['z'] = ''
      THEN spk_parse_timestamp(s) - INTERVAL 1 HOUR
    ELSE spk_parse_timestamp(s) END`,
  /** Whole seconds since the epoch, rounded down. */
  spk_seconds: `(t) AS (epoch_us(t) - ((epoch_us(t) % 1000000) + 1000000) % 1000000) // 1000000`,
  spk_months: `(i) AS CAST(extract(year FROM i) * 12 + extract(month FROM i) AS INTEGER)`,
  spk_micros: `(i) AS extract(day FROM i) * 86400000000 + extract(hour FROM i) * 3600000000
    + extract(minute FROM i) * 60000000 + extract(microsecond FROM i)`,
  /** A day-time interval of so many microseconds, days apart. */
  spk_day_time: `(us) AS to_days(CAST((us) // 86400000000 AS INTEGER)) + to_microseconds(CAST((us) % 86400000000 AS BIGINT))`,
  spk_text_seconds: `(us) AS lpad(CAST((us) // 1000000 AS VARCHAR), 2, '0')
    || CASE WHEN (us) % 1000000 = 0 THEN '' ELSE '.' || rtrim(lpad(CAST((us) % 1000000 AS VARCHAR), 6, '0'), '0') END`,
  spk_text_unit: `(n, unit) AS CASE WHEN (n) = 0 THEN NULL ELSE CAST(n AS VARCHAR) || ' ' || unit END`,
  spk_text_unit_seconds: `(us) AS CASE WHEN (us) = 0 THEN NULL ELSE CASE WHEN (us) < 0 THEN '-' ELSE '' END
    || CAST(abs(us) // 1000000 AS VARCHAR)
    || CASE WHEN abs(us) % 1000000 = 0 THEN '' ELSE '.' || rtrim(lpad(CAST(abs(us) % 1000000 AS VARCHAR), 6, '0'), '0') END
    || ' seconds' END`,
  spk_text_calendar: `(i) AS CASE WHEN i IS NULL THEN NULL WHEN spk_months(i) = 0 AND extract(day FROM i) = 0 AND spk_micros(i) = 0 THEN '0 seconds'
    ELSE concat_ws(' ',
      spk_text_unit(spk_months(i) // 12, 'years'), spk_text_unit(spk_months(i) % 12, 'months'),
      spk_text_unit(extract(day FROM i), 'days'),
      spk_text_unit((spk_micros(i) - extract(day FROM i) * 86400000000) // 3600000000, 'hours'),
      spk_text_unit((spk_micros(i) - extract(day FROM i) * 86400000000) % 3600000000 // 60000000, 'minutes'),
      spk_text_unit_seconds((spk_micros(i) - extract(day FROM i) * 86400000000) % 60000000)) END`,
};
