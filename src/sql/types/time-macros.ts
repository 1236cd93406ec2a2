/** DuckDB macros of the type TIME: name to parameters and body. */
export const timeMacros: Readonly<Record<string, string>> = {
  /** The time of day so many microseconds after midnight. */
  spk_time_of: `(us) AS TIME '00:00:00' + to_microseconds(us)`,
  /** Cut to a multiple of so many microseconds. */
  spk_time_cut: `(t, us) AS spk_time_of(epoch_us(t) - epoch_us(t) % (us))`,
  spk_time_field: `(n, name, most) AS CASE WHEN n BETWEEN 0 AND most THEN n WHEN n IS NOT NULL
    THEN error('[DATETIME_FIELD_OUT_OF_BOUNDS.WITHOUT_SUGGESTION] Invalid value for ' || name || ' (valid values 0 - '
      || most || '): ' || n) END`,
  spk_make_time: `(h, m, s) AS spk_time_of(CAST(spk_time_field(h, 'HourOfDay', 23) AS BIGINT) * 3600000000
    + CAST(spk_time_field(m, 'MinuteOfHour', 59) AS BIGINT) * 60000000
    + CAST(spk_time_field(CAST(trunc(s) AS BIGINT), 'SecondOfMinute', 59) * 0 + s * 1000000 AS BIGINT))`,
  spk_time_parts: `(s) AS regexp_extract(s,
    '^\\s*[Tt]?([0-9]{1,2}):([0-9]{1,2})(?::([0-9]{1,2})(?:\\.([0-9]{0,6})[0-9]*)?)?\\s*(?:([AaPp])[Mm])?\\s*$',
    ['h', 'm', 's', 'f', 'half'])`,
  spk_time_hour: `(p) AS CASE
    WHEN p['half'] = '' THEN CASE WHEN CAST(p['h'] AS INTEGER) < 24 THEN CAST(p['h'] AS INTEGER) END
    WHEN CAST(p['h'] AS INTEGER) BETWEEN 1 AND 12
      THEN CAST(p['h'] AS INTEGER) % 12 + CASE WHEN lower(p['half']) = 'p' THEN 12 ELSE 0 END END`,
  spk_time_from_parts: `(p) AS CASE WHEN p['h'] <> ''
    THEN TRY_CAST(lpad(CAST(spk_time_hour(p) AS VARCHAR), 2, '0') || ':' || lpad(p['m'], 2, '0') || ':'
      || lpad(spk_part(p['s'], '0'), 2, '0') || '.' || spk_part(p['f'], '0') AS TIME) END`,
  /** Null for what is no time. */
  spk_parse_time: `(s) AS CASE
    WHEN regexp_full_match(s, '[01][0-9]:[0-5][0-9]:[0-5][0-9](?:\\.[0-9]{1,6})?') THEN CAST(s AS TIME)
    ELSE spk_time_from_parts(spk_time_parts(s)) END`,
};
