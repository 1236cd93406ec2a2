import { macro, type Macro } from "./macro.ts";

/** Lambda parameters here are named `spk_…` so that they never capture a name from an argument. */
const outOfBounds = (condition: string, index: string): string =>
  `error('[${condition}] The index ' || ${index} || ' is out of bounds. The array has ' || len(l) || ' elements. Use the SQL function \`get()\` to tolerate accessing element at invalid index and return NULL instead.')`;

export const arrayMacros: readonly Macro[] = [
  macro(
    "spk_array_contains",
    "l, v",
    "CASE WHEN l IS NULL OR v IS NULL THEN NULL WHEN list_contains(l, v) THEN true WHEN len(list_filter(l, lambda spk_x: spk_x IS NULL)) > 0 THEN NULL ELSE false END",
  ),
  macro(
    "spk_array_position",
    "l, v",
    "CASE WHEN l IS NOT NULL AND v IS NOT NULL THEN coalesce(CAST(list_position(l, v) AS BIGINT), 0) END",
  ),
  macro(
    "spk_array_remove",
    "l, v",
    "CASE WHEN v IS NOT NULL THEN list_filter(l, lambda spk_x: spk_x IS DISTINCT FROM v) END",
  ),
  macro("spk_array_distinct", "l", "list_filter(l, lambda spk_x, spk_i: list_position(l, spk_x) = spk_i)"),
  macro(
    "spk_array_intersect",
    "a, b",
    "CASE WHEN b IS NOT NULL THEN list_filter(a, lambda spk_x, spk_i: list_position(a, spk_x) = spk_i AND list_position(b, spk_x) IS NOT NULL) END",
  ),
  macro(
    "spk_array_except",
    "a, b",
    "CASE WHEN b IS NOT NULL THEN list_filter(a, lambda spk_x, spk_i: list_position(a, spk_x) = spk_i AND list_position(b, spk_x) IS NULL) END",
  ),
  macro(
    "spk_arrays_overlap",
    "a, b",
    `CASE WHEN a IS NULL OR b IS NULL THEN NULL WHEN list_has_any(a, b) THEN true WHEN len(a) = 0 OR len(b) = 0 THEN false
      WHEN len(list_filter(list_concat(a, b), lambda spk_x: spk_x IS NULL)) > 0 THEN NULL ELSE false END`,
  ),
  macro(
    "spk_array_insert",
    "l, p, v",
    `CASE WHEN l IS NULL OR p IS NULL THEN NULL
      WHEN p = 0 THEN error('[INVALID_INDEX_OF_ZERO] The index 0 is invalid. An index shall be either < 0 or > 0 (the first element has index 1).')
      WHEN p > 0 AND p <= len(l) + 1 THEN list_concat(l[1:p - 1], [v], l[p:])
      WHEN p > 0 THEN list_append(list_resize(l, p - 1), v)
      WHEN -p <= len(l) + 1 THEN list_concat(l[1:len(l) + p + 1], [v], l[len(l) + p + 2:])
      ELSE list_concat(list_resize([v], -p - len(l)), l) END`,
  ),
  macro("spk_item", "l, i", "CASE WHEN i >= 0 THEN l[i + 1] END"),
  macro(
    "spk_item_ansi",
    "l, i",
    `CASE WHEN i < 0 OR i >= len(l) THEN ${outOfBounds("INVALID_ARRAY_INDEX", "i")} ELSE l[i + 1] END`,
  ),
  macro(
    "spk_element_zero",
    "",
    "error('[INVALID_INDEX_OF_ZERO] The index 0 is invalid. An index shall be either < 0 or > 0 (the first element has index 1).')",
  ),
  macro("spk_element_at", "l, i", "CASE WHEN i = 0 THEN spk_element_zero() ELSE l[i] END"),
  macro(
    "spk_element_at_ansi",
    "l, i",
    `CASE WHEN i = 0 THEN spk_element_zero() WHEN abs(i) > len(l) THEN ${outOfBounds("INVALID_ARRAY_INDEX_IN_ELEMENT_AT", "i")} ELSE l[i] END`,
  ),
  macro(
    "spk_slice",
    "l, s, n",
    `CASE WHEN s = 0 THEN error('[INVALID_PARAMETER_VALUE.START] The value of parameter \`start\` in \`slice\` is invalid: expects a positive or a negative value for start, but got 0.')
      WHEN n < 0 THEN error('[INVALID_PARAMETER_VALUE.LENGTH] The value of parameter \`length\` in \`slice\` is invalid: expects length greater than or equal to 0, but got ' || n || '.')
      WHEN s > 0 THEN l[s:CAST(s AS BIGINT) + n - 1]
      WHEN s IS NULL OR n IS NULL THEN NULL
      WHEN len(l) + s < 0 THEN l[1:0]
      ELSE l[len(l) + s + 1:len(l) + s + n] END`,
  ),
  macro(
    "spk_flatten",
    "l",
    "CASE WHEN len(list_filter(l, lambda spk_x: spk_x IS NULL)) > 0 THEN NULL ELSE flatten(l) END",
  ),
  macro(
    "spk_shuffle",
    "l",
    "list_transform(list_sort(list_transform(l, lambda spk_x: {'r': random(), 'v': spk_x})), lambda spk_e: spk_e.v)",
  ),
  macro(
    "spk_any",
    "l",
    "CASE WHEN list_contains(l, true) THEN true WHEN len(list_filter(l, lambda spk_x: spk_x IS NULL)) > 0 OR l IS NULL THEN NULL ELSE false END",
  ),
  macro(
    "spk_all",
    "l",
    "CASE WHEN list_contains(l, false) THEN false WHEN len(list_filter(l, lambda spk_x: spk_x IS NULL)) > 0 OR l IS NULL THEN NULL ELSE true END",
  ),
  macro(
    "spk_sequence",
    "a, b",
    "CASE WHEN a IS NOT NULL AND b IS NOT NULL THEN generate_series(CAST(a AS BIGINT), CAST(b AS BIGINT), CASE WHEN a <= b THEN 1 ELSE -1 END) END",
  ),
  macro(
    "spk_sequence_by",
    "a, b, s",
    "CASE WHEN a IS NULL OR b IS NULL OR s IS NULL THEN NULL WHEN a = b THEN [CAST(a AS BIGINT)] WHEN s = 0 OR (s > 0) <> (a < b) THEN error('[ILLEGAL_SEQUENCE_BOUNDARIES] Illegal sequence boundaries: ' || a || ' to ' || b || ' by ' || s || '.') ELSE generate_series(CAST(a AS BIGINT), CAST(b AS BIGINT), CAST(s AS BIGINT)) END",
  ),
  macro(
    "spk_interval_times",
    "i, n",
    "to_months(CAST(spk_months(i) * n AS INTEGER)) + to_days(CAST(extract(day FROM i) * n AS INTEGER)) + to_microseconds(CAST((spk_micros(i) - extract(day FROM i) * 86400000000) * n AS BIGINT))",
  ),
  macro("spk_interval_forward", "i", "spk_months(i) * 2592000000000 + spk_micros(i) > 0"),
  /** At least as many elements as there can be; those beyond the end are left out afterwards. */
  macro(
    "spk_sequence_count",
    "a, b, i",
    `CASE WHEN a = b AND i IS NOT NULL THEN 1
      WHEN (spk_months(i) = 0 AND spk_micros(i) = 0) OR spk_interval_forward(i) <> (a < b) THEN error('[ILLEGAL_SEQUENCE_BOUNDARIES] Illegal sequence boundaries: ' || a || ' to ' || b || ' by ' || i || '.')
      WHEN a IS NULL OR b IS NULL OR i IS NULL THEN NULL
      ELSE abs(epoch_us(b) - epoch_us(a)) // greatest(abs(spk_months(i) * 2419200000000 + spk_micros(i)) - 7200000000 * CAST(spk_months(i) <> 0 OR extract(day FROM i) <> 0 AS INTEGER), 1) + 2 END`,
  ),
  macro(
    "spk_step_of_days",
    "i",
    "CASE WHEN spk_months(i) = 0 AND extract(day FROM i) = 0 THEN error('[INVALID_PARAMETER_VALUE.STEP] sequence step must be an interval of day granularity if start and end values are dates') ELSE i END",
  ),
];
